"""A new configuration or module comes into force as a whole or not at all, and nothing is lost or done twice (F27, F29)."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from daemon import Daemon, until
from servers import Server, send
from tap import BUILD, run, test


def tcp(name, server, more=""):
    return f'tcp "{name}" {{ host = "127.0.0.1" port = {server.port} every = "1s" {more} }}\n'


def modules_of(tmp, *names):
    to = tmp / "modules"
    to.mkdir()
    for name in names:
        shutil.copy(BUILD / "modules" / f"{name}.so", to)
    return to


def results(tmp):
    """All stored results as nines export tells them."""
    done = subprocess.run([BUILD / "nines", "export", "--all", "--store", tmp / "store" / "nines.db"], capture_output=True, text=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@test("problems at the first start are printed with file and line, exit status 1")
def first(tmp):
    with Daemon(tmp, 'ping "x" { host = }\n') as daemon:
        assert daemon.process.wait(30) == 1
        daemon._reader.join(30)
        assert any(f"nines: {daemon.conf}:6: " in line for line in daemon.lines), daemon.output()


@test("a configuration with an error changes nothing, a good one everything")
def reload_error(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server)) as daemon:
        daemon.wait("one .*-> up")
        before, processes = daemon.status()["checks"][0], daemon.processes()
        since = daemon.reload(tcp("two", server) + 'tcp "bad" { host = "127.0.0.1" colour = "red" }\n')
        daemon.wait(rf"nines: {daemon.conf}:7: .*colour", since=since)
        daemon.wait("the old configuration stays in force", since=since)
        assert [(c["name"], c["since"]) for c in daemon.status()["checks"]] == [("one", before["since"])]
        assert daemon.processes() == processes, "somebody was replaced"
        since = daemon.reload(tcp("two", server))
        daemon.wait("in force", since=since)
        daemon.until_status("only the new one", lambda s: [c["name"] for c in s["checks"]] == ["two"])
        daemon.wait("two .*-> up", since=since)


@test("what is surely not meant is said at the start and at a reload, and refuses nothing")
def lints(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server, 'slow = "20s"')) as daemon:
        said = rf"^nines: {daemon.conf}:6: slow is not shorter than timeout: no probe can ever be slow: make slow shorter than timeout$"
        daemon.wait(said)
        daemon.wait("one .*-> up")
        since = daemon.reload()
        daemon.wait(said, since=since)
        daemon.wait("in force", since=since)
        since = daemon.reload(tcp("one", server))
        daemon.wait("in force", since=since)
        assert not [line for line in daemon.lines[since:] if "slow" in line]
        assert sum("slow is" in line for line in daemon.lines) == 2, daemon.output()


@test("a hundred reloads of broken and whole configurations in a row leave it working")
def many(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server)) as daemon:
        daemon.wait("one .*-> up")
        keeper, probers = daemon.processes()["keeper"], daemon.processes()["prober"]
        whole = tcp("one", server)
        for n in range(100):
            daemon.write(whole[:len(whole) * (n % 9 + 1) // 10] if n % 3 else whole)
            daemon.process.send_signal(signal.SIGHUP)
            if n % 10 == 9:
                daemon.nines("status")
        since = daemon.reload(whole)
        daemon.wait("in force", since=since)
        daemon.until_status("one is up", lambda s: [(c["name"], c["state"]) for c in s["checks"]] == [("one", "up")])
        assert daemon.processes()["keeper"] == keeper and daemon.processes()["prober"] == probers, \
            "a reload that changed no module restarted processes"


@test("a module that is dropped in works at the next reload, one that is taken away is said, the rest runs")
def drop_in(tmp):
    folder = modules_of(tmp, "tcp")
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server), modules=folder) as daemon:
        daemon.wait("one .*-> up")
        shutil.copy(BUILD / "modules" / "ping.so", folder / "ping.so.new")
        (folder / "ping.so.new").rename(folder / "ping.so")
        since = daemon.reload(tcp("one", server) + 'ping "two" { host = "127.0.0.1" every = "1s" packets = 1 }\n')
        daemon.wait("two .*-> ", since=since)
        since = len(daemon.lines)
        (folder / "ping.so").unlink()
        daemon.wait("module '.*ping", since=since)
        daemon.until_status("unknown for that reason", lambda s: any(
            c["name"] == "two" and c["state"] == "unknown" and "ping" in c["reason"] for c in s["checks"]))
        seen = server.connections
        until("the other goes on", lambda: server.connections > seen + 2)


@test("a refused module is one sentence, the rest runs (F26)")
def refused(tmp):
    folder = modules_of(tmp, "tcp")
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server), modules=folder) as daemon:
        daemon.wait("one .*-> up")
        since = len(daemon.lines)
        (folder / "junk.new").write_text("no shared object")
        (folder / "junk.new").rename(folder / "junk.so")
        daemon.wait("junk", since=since)
        seen = server.connections
        until("the other goes on", lambda: server.connections > seen + 2)
        assert sum("junk" in line for line in daemon.lines[since:]) == 1, daemon.output()


@test("a module replaced again and again under load: no result lost, none double (F27)")
def replaced(tmp):
    folder = modules_of(tmp, "tcp")
    source = (folder / "tcp.so").read_bytes()
    with Server([send(b"hello\r\n")]) as server, \
            Daemon(tmp, "".join(tcp(f"c{n}", server) for n in range(40)), modules=folder) as daemon:
        daemon.wait("c39 .*-> up")
        begun = time.monotonic()
        for n in range(100):
            new = folder / "tcp.new"
            new.write_bytes(source + bytes([n]))  # another content, the same code
            new.rename(folder / "tcp.so")
            time.sleep(0.05)  # the pace of the replacements, not a wait for anything
        until("the last one is in use", lambda: not [l for l in daemon.lines if "refused" in l] and
              len(daemon.processes()["prober"]) <= (os.cpu_count() or 1))
        passed = time.monotonic() - begun
        assert daemon.stop() == 0
    lines = results(tmp)
    by_check = {}
    for line in lines:
        assert line["verdict"] == "up", line
        due = datetime.datetime.fromisoformat(line["due"].replace("Z", "+00:00"))
        by_check.setdefault(line["name"], []).append((round(due.timestamp() * 1e6), line.get("missed", 0)))
    assert len(by_check) == 40, sorted(by_check)
    for name, due in by_check.items():
        assert len({at for at, _ in due}) == len(due), f"{name}: a cycle was done twice"
        # A slot that fell out because the machine had no time for it is counted; one that was lost is not.
        gaps = [b - a - missed * 1000000 for (a, _), (b, missed) in zip(sorted(due), sorted(due)[1:])]
        assert all(gap < 1500000 for gap in gaps), f"{name}: a cycle was lost: {gaps} in {passed:.0f} s"


run()
