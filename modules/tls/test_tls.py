#!/usr/bin/env python3
"""The tls check against fake servers: each kind of certificate, each protocol's way to STARTTLS and how it fails, old versions of TLS."""
import hashlib
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import nines
from failures import common
from golden import Golden
import probe
from probe import check
from servers import Server, close, expect, reset, send, silence, tls, tls_context
from tap import BUILD, run, test

golden = Golden(__file__)
TRUST = f"ca-file={certs.authority()}"


def old(pair, minimum=ssl.TLSVersion.TLSv1, maximum=ssl.TLSVersion.TLSv1_3):
    """A server that accepts what policies forbid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*pair)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version, context.maximum_version = minimum, maximum
    return context


def look(context, *options, steps=None, **more):
    """One probe of a server that speaks TLS from the first byte."""
    with Server(steps or [silence()], tls=context, **more) as server:
        return check("tls", f"host={server.host}", f"port={server.port}", TRUST, "timeout=8s", *options)


CASES = [
    ("good", certs.good, "up", ()),
    ("good, behind an intermediate", certs.chain, "up", ()),
    ("expires soon", certs.soon, "degraded", ()),
    ("expires soon, and that is soon enough", certs.soon, "up", ("warn-expiry=3",)),
    ("behind an intermediate that expires soon", certs.soon_chain, "degraded", ()),
    ("behind an intermediate that expires soon, not judged", certs.soon_chain, "up", ("verify=false",)),
    ("expired", certs.expired, "down", ()),
    ("not yet valid", certs.not_yet, "down", ()),
    ("self-signed", certs.self_signed, "down", ()),
    ("for another host", certs.wrong_host, "down", ()),
    ("for another host, which is asked for", certs.wrong_host, "up", ("server-name=elsewhere.test",)),
    ("of another authority", certs.other_authority, "down", ()),
    ("without its intermediate", certs.incomplete, "down", ()),
    ("expired, but not judged", certs.expired, "up", ("verify=false",)),
    ("self-signed, but not judged", certs.self_signed, "up", ("verify=false",)),
    ("the issuer that was wanted", certs.good, "up", ("issuer=authority.test",)),
    ("another issuer than wanted", certs.good, "down", ("issuer=Let's Encrypt",)),
    ("another fingerprint than wanted", certs.good, "down", ("fingerprint=" + "ab" * 32,)),
    ("a weak key", certs.weak_key, "degraded", ()),
    ("a weak key is down", certs.weak_key, "down", ("weak=down",)),
    ("a weak key is allowed", certs.weak_key, "up", ("weak=allow",)),
    ("a weak signature", certs.sha1, "degraded", ()),
    ("a weak signature is down", certs.sha1, "down", ("weak=down",)),
]

for title, pair, verdict, options in CASES:
    @test(f"a certificate {title}")
    def certificate(title=title, pair=pair, verdict=verdict, options=options):
        result = look(old(pair(), ssl.TLSVersion.TLSv1_2), *options)
        assert result.verdict == verdict, result
        result.json["reason"] = re.sub(r"[0-9a-f]{64}", "SHA256", re.sub(r"20\d\d-\d\d-\d\d", "DAY", result.reason))
        golden(title, result)
        assert verdict == "unknown" or {"certificate_days", "certificate_0", "certificate_fingerprint"} <= {*result.values, *result.facts}, result


def fingerprints(pair):
    """SHA-256 of the certificate and of its public key, by other means than ours."""
    der = ssl.PEM_cert_to_DER_cert(pathlib.Path(pair[0]).read_text().partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n")
    key = subprocess.run(["openssl", "pkey", "-in", pair[1], "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest(), hashlib.sha256(key).hexdigest()


@test("the fingerprint of the certificate or of its key is one that is wanted, however it is written")
def fingerprint():
    of_certificate, of_key = fingerprints(certs.good())
    context = tls_context(certs.good())
    colons = ":".join(of_certificate[at:at + 2] for at in range(0, 64, 2)).upper()
    for words in ([of_certificate], [of_key], [colons], ["ab" * 32, of_key]):
        result = look(context, *(f"fingerprint={word}" for word in words))
        assert result.verdict == "up", (words, result)
    assert (result.facts["certificate_fingerprint"], result.facts["key_fingerprint"]) == (of_certificate, of_key), result


@test("each certificate is shown as presented: subject, issuer, dates, key, signature, fingerprint")
def shown():
    for verify in ("true", "false"):
        facts = look(tls_context(certs.chain()), f"verify={verify}").facts
        form = r"CN=%s\.test; issuer CN=%s\.test; 20\d\d-\d\d-\d\d to 20\d\d-\d\d-\d\d; EC 256, ecdsa-with-SHA256; sha256 [0-9a-f]{64}"
        assert re.fullmatch(form % ("behind", "between"), facts["certificate_0"]), facts
        assert re.fullmatch(form % ("between", "authority"), facts["certificate_1"]), facts
        assert "certificate_2" not in facts and fingerprints(certs.chain())[0] in facts["certificate_0"], facts
    facts = look(old(certs.weak_key())).facts
    assert "; RSA 1024, ecdsa-with-SHA256; " in facts["certificate_0"], facts
    assert "ecdsa-with-SHA1" in look(old(certs.sha1())).facts["certificate_0"]


V = ssl.TLSVersion
VERSIONS = [
    ("TLS 1.2 and 1.3", (V.TLSv1_2, V.TLSv1_3), "up", ()),
    ("TLS 1.3 alone", (V.TLSv1_3, V.TLSv1_3), "up", ("min-version=1.3",)),
    ("TLS 1.2 alone, wanted 1.3", (V.TLSv1_2, V.TLSv1_2), "down", ("min-version=1.3",)),
    ("TLS 1.0 too", (V.TLSv1, V.TLSv1_3), "degraded", ()),
    ("TLS 1.1 too", (V.TLSv1_1, V.TLSv1_3), "degraded", ()),
    ("TLS 1.0 too is down", (V.TLSv1, V.TLSv1_3), "down", ("weak=down",)),
    ("TLS 1.0 too is allowed", (V.TLSv1, V.TLSv1_3), "up", ("weak=allow",)),
    ("TLS 1.1 at most", (V.TLSv1, V.TLSv1_1), "down", ()),
    ("TLS 1.1 at most, wanted 1.0", (V.TLSv1, V.TLSv1_1), "degraded", ("min-version=1.0",)),
    ("TLS 1.0 at most, wanted and allowed", (V.TLSv1, V.TLSv1), "up", ("min-version=1.0", "weak=allow")),
]

for title, (minimum, maximum), verdict, options in VERSIONS:
    @test(f"a server with {title}")
    def version(title=title, minimum=minimum, maximum=maximum, verdict=verdict, options=options):
        result = look(old(certs.rsa(), minimum, maximum), *options)
        assert result.verdict == verdict, result
        golden(title, result)


SECOND = [("is closed at once", [close()]), ("is reset", [expect(b"\x16"), reset()]), ("is answered in plain text", [expect(b"\x16"), send(b"no\r\n"), close()]),
          ("is met with silence", [silence()]), ("is met with an alert", [expect(b"\x16"), send(b"\x15\x03\x01\x00\x02\x02\x46"), close()])]

for title, steps in SECOND:
    @test(f"the offer of old versions {title}: refused")
    def second(title=title, steps=steps):
        good = [tls(tls_context(certs.good())), silence()]
        with Server(lambda number: good if not number else steps) as server:
            result = check("tls", f"host={server.host}", f"port={server.port}", TRUST, "timeout=4s")
            assert server.connections == 2
        golden(f"the offer of old versions {title}", result)


@test("old versions are offered truly, whatever the machine's policy says, and not without need")
def offer(tmp):
    (tmp / "strict.cnf").write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1.3\nCipherString = DEFAULT@SECLEVEL=5\n")
    with Server([silence()], tls=old(certs.rsa())) as server:
        for env in ({}, {"OPENSSL_CONF": str(tmp / "strict.cnf")}):
            result = check("tls", f"host={server.host}", f"port={server.port}", TRUST, env=env)
            result.says("degraded", "weak protocol: the server accepts TLSv1.1", "tls")
        before = server.connections
        check("tls", f"host={server.host}", f"port={server.port}", TRUST, "weak=allow")
        assert server.connections == before + 1


@test("a name is asked for and verified")
def name():
    result = look(tls_context(certs.good()), "server-name=other.test")
    assert result.verdict == "down" and "not 'other.test'" in result.reason, result
    assert look(tls_context(certs.good()), "server-name=host.test").verdict == "up"


def xmpp(part):
    return f"<stream:stream id='1'><stream:features>{part}</stream:features>".encode()


# What each protocol's server says up to TLS, and how it refuses.
PROTOCOLS = {
    "smtp": ([b"220-mx\r\n220 ready\r\n", "EHLO nines.invalid\r\n", b"250-mx\r\n250 STARTTLS\r\n", "STARTTLS\r\n", b"220 go\r\n"], b"454 not now\r\n"),
    "imap": ([b"* OK ready\r\n", "a STARTTLS\r\n", b"* CAPABILITY IMAP4rev1\r\na OK go\r\n"], b"a BAD no\r\n"),
    "pop3": ([b"+OK ready\r\n", "STLS\r\n", b"+OK go\r\n"], b"-ERR no\r\n"),
    "ftp": ([b"220-hello\r\n a line\r\n220 ready\r\n", "AUTH TLS\r\n", b"234 go\r\n"], b"502 no\r\n"),
    "nntp": ([b"201 ready\r\n", "STARTTLS\r\n", b"382 go\r\n"], b"580 no\r\n"),
    "sieve": ([b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "ready"\r\n', "STARTTLS\r\n", b'OK "go"\r\n'], b'NO "no"\r\n'),
    "xmpp": ([xmpp("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
              b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"], b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
    "ldap": (["\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"],
             b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\0\x04\0"),
    "postgres": (["\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S"], b"N"),
}


def hold(protocol, steps, *options):
    with Server(steps) as server:
        return check("tls", f"host={server.host}", f"port={server.port}", f"starttls={protocol}", TRUST, *options)


def spoken(part):
    return expect(part.encode("latin-1")) if isinstance(part, str) else send(part)


for protocol, (conversation, refusal) in PROTOCOLS.items():
    @test(f"{protocol}: TLS when it is asked for, on both connections")
    def good(protocol=protocol, conversation=conversation):
        steps = [spoken(part) for part in conversation]
        result = hold(protocol, [*steps, tls(tls_context(certs.good())), silence()])
        assert result.verdict == "up", result
        golden(f"{protocol}", result)
        result = hold(protocol, [*steps, tls(old(certs.rsa())), silence()])
        golden(f"{protocol}, old versions too", result)
        golden(f"{protocol}, for another host", hold(protocol, [*steps, tls(tls_context(certs.wrong_host())), silence()]))

    @test(f"{protocol}: refused, smuggled, ended")
    def bad(protocol=protocol, conversation=conversation, refusal=refusal):
        steps = [spoken(part) for part in conversation]
        golden(f"{protocol}, refused", hold(protocol, [*steps[:-1], send(refusal), silence()]))
        golden(f"{protocol}, bytes smuggled in behind the consent", hold(protocol, [*steps[:-1], send(conversation[-1] + b"x\r\n"), silence()]))
        golden(f"{protocol}, an end instead of consent", hold(protocol, [*steps[:-1], close()]))
        golden(f"{protocol}, silence instead of consent", hold(protocol, [*steps[:-1], silence()], "timeout=1s"))


@test("an XMPP server that offers no TLS, lines without end from an IMAP server")
def odd():
    golden("xmpp, no TLS on offer", hold("xmpp", [send(xmpp("<mechanisms/>")), silence()]))
    golden("imap, lines without end", hold("imap", [send(b"* OK ready\r\n"), expect(b"STARTTLS"), send(b"* more\r\n" * 1000), silence()]))


LDAP = [("lengths in four bytes, as Active Directory writes them",
         b"\x30\x84\0\0\0\x28\x02\x01\x01\x78\x84\0\0\0\x1f\x0a\x01\0\x04\0\x04\0\x8a\x161.3.6.1.4.1.1466.20037"),
        ("another protocol", b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("a length of 4 GiB", b"\x30\x84\xff\xff\xff\xff"), ("a length of 127 bytes", b"\x30\xff"),
        ("no length", b"\x30\x80"), ("nothing", b"\x30\0"), ("no result", b"\x30\x02\x0a\x01"), ("half of it", b"\x30\x0c\x02\x01")]


@test("ldap: other answers")
def ldap():
    for title, answer in LDAP:
        steps = [expect(b"20037"), send(answer)]
        golden(f"ldap, {title}", hold("ldap", [*steps, *([tls(tls_context(certs.good())), silence()] if "four" in title else [close()])]))


def greeting(capabilities=b"\xfe\xff", version=b"8.0.36", protocol=b"\x0a"):
    body = protocol + version + b"\x00" + bytes(4) + b"saltsalt\x00" + capabilities + b"\xff\x02\x00\xff\xdf\x15" + bytes(23)
    return len(body).to_bytes(3, "little") + b"\x00" + body


REQUEST = bytes.fromhex("20000001" "008a0000" "00000001" "21") + bytes(23)
ASKED = [send(greeting()), lambda talk: talk.heard.extend(talk.sock.recv(len(REQUEST), socket.MSG_WAITALL))]  # TLS follows at once
MYSQL = [("without TLS", greeting(b"\xff\xf7")), ("a host that is blocked", b"\x45\0\0\0\xff\x69\x04Host '127.0.0.1' is blocked".ljust(0x49, b".")),
         ("protocol 9", greeting(protocol=b"\x09")), ("a version without end", b"\x40\0\0\0\x0a".ljust(0x44, b"8")), ("half a greeting", greeting()[:30]),
         ("too short a greeting", b"\x0c\0\0\0\x0a8.0.36\0\0\0\0\0"), ("a length of 16 MiB", b"\xff\xff\xff\0"), ("nothing", b"\0\0\0\0"),
         ("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n")]


@test("mysql: TLS where the greeting offers it, on both connections")
def mysql():
    with Server([*ASKED, tls(tls_context(certs.good())), silence()]) as server:
        golden("mysql", check("tls", f"host={server.host}", f"port={server.port}", "starttls=mysql", TRUST))
        assert [server.heard(n)[:len(REQUEST)] for n in (0, 1)] == [REQUEST, REQUEST]
    golden("mysql, old versions too", hold("mysql", [*ASKED, tls(old(certs.rsa())), silence()]))
    golden("mysql, for another host", hold("mysql", [*ASKED, tls(tls_context(certs.wrong_host())), silence()]))
    golden("mysql, MariaDB's greeting", hold("mysql", [send(greeting(version=b"5.5.5-10.11.6-MariaDB")), *ASKED[1:], tls(tls_context(certs.good())), silence()]))


@test("mysql: other answers")
def not_mysql():
    for title, answer in MYSQL:
        golden(f"mysql, {title}", hold("mysql", [send(answer), close()]))
    golden("mysql, bytes smuggled in behind the greeting", hold("mysql", [send(greeting() + b"x"), silence()]))
    golden("mysql, silence", hold("mysql", [silence()], "timeout=1s"))
    golden("mysql, an end instead of TLS", hold("mysql", [*ASKED, close()]))


@test("options that make no sense are named, in a file with its line")
def options(tmp):
    assert probe.refusal("tls", "host=a.test", "fingerprint=abcd").startswith("fingerprint: wanted the 64 hexadecimal digits")
    conf = tmp / "nines.conf"
    conf.write_text(f'location = "here"\nmodules = "{BUILD}/modules"\ntls "a" {{\n  host = "a.test"\n  fingerprint = {{"{"ab" * 32}",\n    "abc"}}\n}}\n')
    done = nines("config", "check", conf=conf)
    assert re.search(re.escape(f"{conf}:6") + ".*wanted the 64 hexadecimal digits", done.stderr + done.stdout), done


common(golden, "tls", [b"220 mx ready\r\n", "EHLO", b"250-mx\r\n250 STARTTLS\r\n", "STARTTLS", b"220 go\r\n", tls(tls_context(certs.good()))],
       "starttls=smtp", TRUST)

run()
