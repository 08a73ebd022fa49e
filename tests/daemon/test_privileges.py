"""What each process may, knows and shows: users, groups, capabilities, sandbox, secrets (F59, F60)."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from daemon import Daemon, until
from servers import Server, expect, send
from tap import BUILD, ROOT, run, skip, test

ROLES = ("keeper", "prober", "recorder", "web")
SECRET = "Planted-Secret-5f3a"


def tcp(server):
    return f'tcp "one" {{ host = "127.0.0.1" port = {server.port} every = "1s" }}\n'


def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def is_sanitized():
    return b"__asan_init" in (BUILD / "ninesd").read_bytes()


@test("each role has no privileges left, a sandbox, and cannot get new ones")
def roles(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp(server)) as daemon:
        daemon.wait("one .*-> up")
        found = daemon.processes()
        for name in ROLES:
            for pid in found[name]:
                status = status_of(pid)
                assert status["NoNewPrivs"] == "1", (name, status)
                assert is_sanitized() or status["Seccomp"] == "2", (name, status["Seccomp"])
                assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0, (name, status)
                assert int(status["CapInh"], 16) == int(status["CapAmb"], 16) == 0, (name, status)
                if os.geteuid() == 0:
                    assert "0" not in status["Uid"].split() + status["Gid"].split(), (name, status)
                    assert not status["Groups"].strip(), (name, status)
                limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
                assert "Max core file size        0                    0" in limits, name


@test("started as root the recorder and the web see the store's folder alone, the keeper nothing")
def confined(tmp):
    if os.geteuid() != 0:
        skip("only root can confine")
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp(server)) as daemon:
        daemon.wait("one .*-> up")
        found = daemon.processes()
        for name in ("recorder", "web"):
            assert os.readlink(f"/proc/{found[name][0]}/root") == str(tmp / "store"), name
        assert os.listdir(f"/proc/{found['keeper'][0]}/root/") == []
        for pid in found["prober"]:
            held = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            assert not [path for path in held if str(tmp) in path], held


def stored(path):
    """The number of results, once there is a table."""
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        return base.execute("select sum(results) from tail").fetchone()[0]
    return None


@test("the store below a folder that the user cannot enter works")
def hidden(tmp):
    hidden_away = tmp / "hidden"
    hidden_away.mkdir(mode=0o700)
    with Server([send(b"hello\r\n")]) as server, Daemon(hidden_away, tcp(server)) as daemon:
        os.chmod(hidden_away, 0o700)
        daemon.wait("one .*-> up")
        until("the database is there", lambda: (hidden_away / "store" / "nines.db").exists())
        until("something is in it", lambda: stored(hidden_away / "store" / "nines.db"))


@test("a store's folder that is a link, or somebody else's, is refused with a sentence")
def links(tmp):
    elsewhere = tmp / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("precious")
    (tmp / "store").symlink_to(elsewhere)
    with Daemon(tmp, "") as daemon:
        assert daemon.process.wait(30) == 1
        daemon._reader.join(30)
        assert "store" in daemon.output(), daemon.output()
    assert sorted(os.listdir(elsewhere)) == ["file"]
    if os.geteuid() == 0:
        (tmp / "store").unlink()
        (tmp / "store").mkdir()
        (tmp / "store" / "something").write_text("of root")
        with Daemon(tmp, "") as daemon:
            assert daemon.process.wait(30) == 1
            daemon._reader.join(30)
            assert "chown it" in daemon.output(), daemon.output()
        assert (tmp / "store").stat().st_uid == 0


@test("files that are made are nobody else's to read, the socket its group's")
def modes(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp(server)) as daemon:
        daemon.wait("one .*-> up")
        until("the database is there", lambda: (tmp / "store" / "nines.db").exists())
        assert stat.S_IMODE((tmp / "store").stat().st_mode) & 0o077 == 0
        for path in (tmp / "store").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert stat.S_IMODE((tmp / "nines.sock").stat().st_mode) == 0o660


@test("a secret is in no output, argument, environment, trace or file of ours (F59)")
def secrets(tmp):
    (tmp / "password").write_text(SECRET + "\n")
    os.chmod(tmp / "password", 0o600)
    with Server([expect(b"\r\n\r\n"), send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]) as server:
        text = f'''http "one" {{ url = "http://127.0.0.1:{server.port}/" user = "somebody" every = "1s"
  password = "file:{tmp}/password" }}
http "two" {{ url = "http://127.0.0.1:{server.port}/" user = "somebody" every = "1s" password = "env:PLANTED" }}
'''
        with Daemon(tmp, text, arguments=["--trace"], env={"PLANTED": SECRET + "-2"}) as daemon:
            daemon.wait("one .*-> up")
            daemon.wait("two .*-> up")
            sent = b"".join(server.heard(n) for n in range(server.connections))
            assert base64.b64encode(f"somebody:{SECRET}".encode()) in sent, "the secret did not reach the target"
            for name, pids in daemon.processes().items():
                for pid in pids:
                    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                    assert SECRET.encode() not in words, name
                    if name and os.access(f"/proc/{pid}/environ", os.R_OK):  # else nobody of this user can read it
                        assert SECRET.encode() not in pathlib.Path(f"/proc/{pid}/environ").read_bytes(), name
            shown = daemon.nines("status").stdout + daemon.nines("status", "--json").stdout + \
                daemon.nines("config", "check").stdout
            page = subprocess.run(["curl", "-s", f"http://127.0.0.1:{daemon.port}/"], capture_output=True, text=True,
                                  check=False).stdout if shutil.which("curl") else ""
            assert daemon.stop() == 0
        encoded = base64.b64encode(f"somebody:{SECRET}".encode()).decode()
        for where, said in {"output and trace": daemon.output(), "status": shown, "page": page}.items():
            assert SECRET not in said and encoded not in said, where
        for path in (tmp / "store").iterdir():
            assert SECRET.encode() not in path.read_bytes(), path


@test("the key that heartbeats' addresses are made of is in no trace (F59)")
def keys(tmp):
    with Daemon(tmp, 'ping "loop" { host = "127.0.0.1" every = "1s" }\nheartbeat "job" { period = "1h" }\n', arguments=["--trace"]) as daemon:
        daemon.wait("loop .*-> up")
        shown = json.loads(daemon.nines("heartbeat", "--json").stdout)
        renewed = json.loads(daemon.nines("heartbeat", "renew", "--json").stdout)
        assert len(shown["key"]) > 20 and shown["key"] != renewed["key"], (shown, renewed)
        daemon.wait(r"card addresses kind=secret version=2.* key=\.\.\.")
        for key in {shown["key"], renewed["key"], *(c["key"] for c in shown["checks"] + renewed["checks"] if "key" in c)}:
            assert key not in daemon.output(), key


@test("the systemd unit stands its own judgement")
def unit(tmp):
    if not shutil.which("systemd-analyze"):
        skip("no systemd-analyze here")
    text = (ROOT / "scripts" / "nines.service.in").read_text()
    unit_file = tmp / "nines.service"
    unit_file.write_text(text.replace("@PREFIX@/sbin/ninesd", "/bin/true").replace("@PREFIX@", "/usr").replace("@SYSCONFDIR@", "/etc"))
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=40", str(unit_file)],
                          capture_output=True, text=True, check=False)
    if "Unknown" in done.stderr or "unrecognized" in done.stderr:
        skip("this systemd-analyze cannot work offline")
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


run()
