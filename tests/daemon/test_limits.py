"""Our own limits are never the target's fault: descriptors, processes, memory, standing still (F10, F14, F24); F12 is tests/unit/exec.c."""
import os
import resource
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from daemon import Daemon, descendants, die_with_parent, until
from servers import Server, send, silence
from tap import BUILD, run, test


def tcp(name, server, more=""):
    return f'tcp "{name}" {{ host = "127.0.0.1" port = {server.port} every = "1s" {more} }}\n'


def limited(which, most):
    def before():
        die_with_parent()
        resource.setrlimit(which, (most, most))
    return before


@test("without descriptors 200 checks are unknown or up, never down (F10)")
def descriptors(tmp):
    with Server([silence()]) as server:
        text = "".join(tcp(f"c{n}", server, 'expect = "never" timeout = "4s"') for n in range(200))
        with Daemon(tmp, "probers = 1\n" + text, before=limited(resource.RLIMIT_NOFILE, 32)) as daemon:
            daemon.wait(r"c\d+ .*-> unknown: .*(descriptor|open files)")
            assert daemon.process.poll() is None
            seen = [line for line in daemon.lines if "-> down" in line]
            assert all("timeout" in line for line in seen), seen[:3]


@test("a prober that has grown too large is replaced without losing a probe (F24)")
def leaks(tmp):
    folder = tmp / "modules"
    folder.mkdir()
    for so in (BUILD / "modules" / "tcp.so", BUILD / "tests" / "modules" / "leak.so"):
        shutil.copy(so, folder)
    text = 'probers = 1\nprober-probes = 30\nleak "descriptors" { every = "1s" }\n'
    with Server([send(b"hello\r\n")]) as server:
        with Daemon(tmp, text + "".join(tcp(f"c{n}", server) for n in range(10)), modules=folder, misbehaves=True) as daemon:
            first = daemon.processes()["prober"] if daemon.wait("c9 .*-> up") else None
            daemon.wait(r"prober \d+ has done its share and is replaced")
            until("another prober alone", lambda: (p := daemon.processes().get("prober", [])) and len(p) == 1 and p != first)
            seen = server.connections
            until("checks go on", lambda: server.connections > seen + 10)
            assert not [line for line in daemon.lines if "-> down" in line or "-> unknown" in line]


@test("a prober in which a module takes memory and gives none back is replaced (F24)")
def memory(tmp):
    folder = tmp / "modules"
    folder.mkdir()
    for so in (BUILD / "modules" / "tcp.so", BUILD / "tests" / "modules" / "hog.so"):
        shutil.copy(so, folder)
    text = f'probers = 1\nprober-bytes = {128 << 20}\nhog "hog" {{ every = "1s" }}\n'
    with Server([send(b"hello\r\n")]) as server:
        with Daemon(tmp, text + "".join(tcp(f"c{n}", server) for n in range(10)), modules=folder, misbehaves=True) as daemon:
            first = daemon.processes()["prober"] if daemon.wait("c9 .*-> up") else None
            daemon.wait(r"prober \d+ has done its share and is replaced", patience_s=60)
            until("another prober", lambda: first[0] not in daemon.processes().get("prober", first))
            seen = server.connections
            until("checks go on", lambda: server.connections > seen + 10)
            assert not [line for line in daemon.lines if "-> down" in line or "-> unknown" in line]
            assert not [line for line in daemon.lines if "ended (" in line], "its end is no death"


@test("all processes stopped for a while and continued: nobody is blamed, nothing is down (F14)")
def suspended(tmp):
    with Server([send(b"hello\r\n")]) as server:
        text = 'watchdog = "3s"\n' + "".join(tcp(f"c{n}", server) for n in range(10))
        with Daemon(tmp, text) as daemon:
            daemon.wait("c9 .*-> up")
            family = [daemon.process.pid, *descendants(daemon.process.pid)]
            before = daemon.processes()
            for pid in family:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(8)  # longer than the watchdog, the hang limit and three intervals
            for pid in family:
                os.kill(pid, signal.SIGCONT)
            seen = server.connections
            until("checks go on", lambda: server.connections > seen + 20)
            assert daemon.processes() == before, f"somebody was ended\n{daemon.output()}"
            assert not [line for line in daemon.lines if "-> down" in line], daemon.output()
            daemon.until_status("all up", lambda s: all(c["state"] == "up" for c in s["checks"]))


run()
