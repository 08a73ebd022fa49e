#!/usr/bin/env python3
"""The ftp check against vsftpd, proftpd and pure-ftpd: plain and TLS, anonymous and by name, good and bad passwords."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from golden import Golden
from probe import check
from real_files import PASSWORD, USER, home_of, proftpd, pureftpd, vsftpd
from tap import run, test

golden = Golden(__file__)
ALICE, STRANGER = [f"user={USER}", f"password={PASSWORD}"], [f"user={USER}", "password=wrong"]
STARTTLS, IMPLICIT = (["tls=" + kind, f"ca-file={certs.authority()}"] for kind in ("starttls", "implicit"))
LARGE = 3 << 20


def fill(tmp):
    home = home_of(tmp)
    (home / "hello").write_bytes(b"hello\n" * 1000)
    (home / "large").write_bytes(bytes(LARGE))
    (home / "pub").mkdir()
    (home / "pub" / "file").write_bytes(b"x")


def ask(server, title, *options):
    result = check("ftp", *server.to(*options), timeout="30s")
    assert PASSWORD not in repr(result)
    golden(title, result)
    return result


def transfers(server, name, *options):
    """A listing, a small file, a large one and what is not there."""
    assert ask(server, f"{name}: a folder", *options, "path=pub/").values["size"] > 40
    assert ask(server, f"{name}: a file", *options, "path=hello").values["size"] == 6000
    assert ask(server, f"{name}: a large file", *options, "path=large").values["size"] == LARGE
    ask(server, f"{name}: no such folder", *options, "path=none/")
    ask(server, f"{name}: no such file", *options, "path=none")


@test("vsftpd: anonymous and by name")
def vsftpd_plain(tmp):
    fill(tmp)
    with vsftpd(tmp) as server:
        transfers(server, "vsftpd, anonymous")
        transfers(server, "vsftpd, by name", *ALICE)
        ask(server, "vsftpd: a wrong password", *STRANGER)
        ask(server, "vsftpd: TLS that it does not speak", *STARTTLS)


@test("vsftpd: TLS after the greeting, which insists on the session for data")
def vsftpd_tls(tmp):
    fill(tmp)
    with vsftpd(tmp, "force_anon_logins_ssl=YES\nforce_anon_data_ssl=YES", tls=certs.good()) as server:
        transfers(server, "vsftpd, TLS", *ALICE, *STARTTLS)
        ask(server, "vsftpd: a wrong password over TLS", *STRANGER, *STARTTLS)
        ask(server, "vsftpd: no TLS where it must be")


@test("vsftpd: TLS from the first byte")
def vsftpd_implicit(tmp):
    fill(tmp)
    with vsftpd(tmp, "implicit_ssl=YES", tls=certs.good()) as server:
        transfers(server, "vsftpd, implicit TLS", *ALICE, *IMPLICIT)


@test("vsftpd: PASV alone, and that with an address of elsewhere")
def vsftpd_pasv(tmp):
    fill(tmp)
    with vsftpd(tmp, "cmds_denied=EPSV\npasv_address=192.0.2.1") as server:
        ask(server, "vsftpd, PASV of another address: a file", "path=hello")


@test("vsftpd: a certificate that has expired")
def vsftpd_expired(tmp):
    with vsftpd(tmp, tls=certs.expired()) as server:
        check("ftp", *server.to(*STARTTLS)).says("down", "certificate expired on", "tls")


@test("proftpd: a password file of its own")
def proftpd_plain(tmp):
    fill(tmp)
    with proftpd(tmp) as server:
        transfers(server, "proftpd", *ALICE)
        ask(server, "proftpd: a wrong password", *STRANGER)


@test("proftpd: TLS after the greeting")
def proftpd_tls(tmp):
    fill(tmp)
    with proftpd(tmp, "TLSRequired on", tls=certs.good()) as server:
        transfers(server, "proftpd, TLS", *ALICE, *STARTTLS)
        ask(server, "proftpd: no TLS where it must be", *ALICE)


@test("proftpd: TLS 1.2, whose session is there from the handshake on")
def proftpd_old_tls(tmp):
    fill(tmp)
    with proftpd(tmp, "TLSProtocol TLSv1.2", tls=certs.good()) as server:
        assert ask(server, "proftpd, TLS 1.2: a file", *ALICE, *STARTTLS, "path=hello").facts["tls_version"] == "TLSv1.2"


@test("pure-ftpd: plain and TLS")
def pureftpd_both(tmp):
    fill(tmp)
    with pureftpd(tmp, tls=certs.good()) as server:
        ask(server, "pure-ftpd: a folder", *ALICE, "path=pub/")
        ask(server, "pure-ftpd, TLS: a large file", *ALICE, *STARTTLS, "path=large")


run()
