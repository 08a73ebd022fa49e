#!/usr/bin/env python3
"""Checks of ssh, ftp and telnet in the sandboxed prober of a running ninesd, many at once."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from daemon import Daemon
from real_files import PASSWORD, USER, home_of, keygen, login_name, need_root, sshd, telnetd, vsftpd
from tap import run, test

MANY = 20


@test("ninesd checks sshd by key and command, twenty at once")
def many(tmp):
    keygen(tmp / "key", "ed25519")
    (tmp / "authorized_keys").write_text((tmp / "key.pub").read_text())
    sections = "".join('ssh "s%d" { host = "127.0.0.1" port = %%d user = "%s" key = "file:%s" command = "echo ready" expect = "ready" every = "10s" }\n'
                       % (number, login_name(), tmp / "key") for number in range(MANY))
    with sshd(tmp) as server, Daemon(tmp, sections.replace("%d", str(server.port))) as daemon:
        status = daemon.until_status("all are up", lambda s: [c["state"] for c in s["checks"]] == ["up"] * MANY)
    assert all("exec" in repr(check) for check in status["checks"]), status["checks"][0]


@test("ninesd checks vsftpd, telnetd and sshd by passwords that stand in files")
def passwords(tmp):
    need_root()
    (tmp / "password").write_text(PASSWORD + "\n")
    (tmp / "password").chmod(0o600)
    (home_of(tmp) / "file").write_bytes(b"hello")
    login = f'user = "{USER}" password = "file:{tmp}/password"'
    with sshd(tmp) as shell, vsftpd(tmp) as files, telnetd(tmp) as terminal:
        text = f'ssh "a" {{ host = "127.0.0.1" port = {shell.port} {login} }}\n' \
               f'ftp "b" {{ host = "127.0.0.1" port = {files.port} {login} path = "file" }}\n' \
               f'telnet "c" {{ host = "127.0.0.1" port = {terminal.port} {login} expect = "$ " }}\n'
        with Daemon(tmp, text) as daemon:
            daemon.until_status("all are up", lambda s: [c["state"] for c in s["checks"]] == ["up"] * 3)
            assert PASSWORD not in daemon.output()


run()
