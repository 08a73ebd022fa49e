#!/usr/bin/env python3
"""The tls check against nginx, OpenSSL's own server, Dovecot, Exim, MariaDB, PostgreSQL and slapd: kinds of certificates, old versions of TLS, STARTTLS."""
import contextlib
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import die_with_parent, free_port, until
from golden import Golden
from probe import check
from real import nginx
from real_mail import dovecot, exim
from real_plain import plain
from tap import run, skip, test

golden = Golden(__file__)
TRUST = f"ca-file={certs.authority()}"

KINDS = {  # what nginx shows, what else it is told, the verdict
    "good": (certs.good, "", "up"), "chain": (certs.chain, "", "up"), "soon": (certs.soon, "", "degraded"), "expired": (certs.expired, "", "down"),
    "not yet valid": (certs.not_yet, "", "down"), "self-signed": (certs.self_signed, "", "down"), "for another host": (certs.wrong_host, "", "down"),
    "incomplete chain": (certs.incomplete, "", "down"), "TLS 1.2 alone": (certs.good, "ssl_protocols TLSv1.2;", "up"),
    "TLS 1.3 alone": (certs.good, "ssl_protocols TLSv1.3;", "up"),
    "TLS 1.0 to 1.3": (certs.rsa, "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;", "degraded"),
    "weak key": (certs.weak_key, "ssl_ciphers ALL:@SECLEVEL=0;", "degraded"),
}


def free_ports(count):
    """Different ones."""
    found = set()
    while len(found) < count:
        found.add(free_port())
    return sorted(found)


@test("nginx with certificates and versions of several kinds")
def kinds(tmp):
    ports = dict(zip(KINDS, free_ports(len(KINDS))))
    text = "".join(f"server {{ listen 127.0.0.1:{ports[name]} ssl; ssl_certificate {pair()[0]}; ssl_certificate_key {pair()[1]}; {more} }}\n"
                   for name, (pair, more, _) in KINDS.items())
    wrong = []
    with nginx(str(tmp), text, wait_for=("127.0.0.1", ports["weak key"])):
        for name, (_, _, verdict) in KINDS.items():
            result = check("tls", "host=127.0.0.1", f"port={ports[name]}", TRUST)
            try:
                assert result.verdict == verdict, result
                result.json["reason"] = result.reason.partition(" on 20")[0].partition(" from 20")[0]
                golden(f"nginx: {name}", result)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@contextlib.contextmanager
def s_server(*words):
    """OpenSSL's own server."""
    port = free_port()
    certificate, key = certs.rsa()
    process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate, "-key", key, "-quiet", *words],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    try:
        def listens():
            return process.poll() is not None or f"{port:04X} 00000000:0000 0A" in pathlib.Path("/proc/net/tcp").read_text()
        until("openssl s_server listens", listens)
        if process.poll() is not None:
            skip("openssl s_server: " + process.communicate()[0].decode(errors="replace"))
        yield port
    finally:
        process.kill()
        process.communicate()


ONLY = [("TLS 1.0 alone", ["-tls1"], ("min-version=1.0",)), ("TLS 1.1 alone", ["-tls1_1"], ("min-version=1.1",)), ("TLS 1.2 alone", ["-tls1_2"], ()),
        ("TLS 1.3 alone", ["-tls1_3"], ()), ("TLS 1.0 alone, wanted 1.2", ["-tls1"], ())]

for title, words, options in ONLY:
    @test(f"openssl s_server, {title}")
    def only(title=title, words=words, options=options):
        with s_server(*words, "-cipher", "ALL:@SECLEVEL=0") as port:
            golden(f"openssl: {title}", check("tls", "host=127.0.0.1", f"port={port}", TRUST, *options))


@test("Dovecot: IMAP and POP3 with STARTTLS and from the first byte")
def mailboxes(tmp):
    with dovecot(tmp, certs.good()) as server:
        for name, protocol in (("imap", "imap"), ("pop3", "pop3"), ("imaps", "none"), ("pop3s", "none")):
            result = check("tls", f"host={server.host}", f"port={server.port[name]}", f"starttls={protocol}", TRUST)
            assert result.verdict == "up" and 363 <= result.values["certificate_days"] <= 365, result
            golden(f"dovecot: {name}", result)


@test("Exim: SMTP with STARTTLS and from the first byte; Debian's accepts TLS 1.1 when nobody forbids it")
def mail(tmp):
    with exim(tmp, certs.chain()) as server:
        for name, protocol in (("plain", "smtp"), ("tls", "none")):
            for options in ((), ("weak=allow",)):
                result = check("tls", f"host={server.host}", f"port={server.port[name]}", f"starttls={protocol}", TRUST, *options)
                assert "CN=between.test" in result.facts["certificate_1"], result
                golden(f"exim: {name} {' '.join(options)}".strip(), result)


for name, protocol in (("mysql", "mysql"), ("postgresql", "postgres"), ("ldap", "ldap")):
    @test(f"{name}: TLS where its protocol asks for it")
    def asked(tmp, name=name, protocol=protocol):
        with plain(name, tmp) as port:
            result = check("tls", "host=127.0.0.1", f"port={port}", f"starttls={protocol}", TRUST)
            assert result.values["certificate_days"] > 300, result
            golden(f"real {name}", result)
            golden(f"real {name}, another name", check("tls", "host=127.0.0.1", f"port={port}", f"starttls={protocol}", TRUST, "server-name=elsewhere.test"))


run()
