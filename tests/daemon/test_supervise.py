"""A module or a role that dies, hangs or lies takes down nothing but its own (F22, F23, F25, F61)."""
import os
import pathlib
import re
import shutil
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from daemon import Daemon, until
from servers import Server, send
from tap import BUILD, run, test



def healthy(server):
    return "".join(f'tcp "healthy-{n}" {{ host = "127.0.0.1" port = {server.port} every = "1s" }}\n' for n in range(5))


def folder_of_modules(tmp, *bad):
    """A folder with the ordinary modules and some that misbehave."""
    to = tmp / "modules"
    to.mkdir()
    for so in (BUILD / "modules").glob("*.so"):
        shutil.copy(so, to)
    for name in bad:
        shutil.copy(BUILD / "tests" / "modules" / f"{name}.so", to)
    return to


def state(daemon, name):
    return {c["name"]: c for c in daemon.status()["checks"]}[name]


def undisturbed(daemon, server):
    """The healthy checks are up and go on being asked."""
    seen = server.connections
    until("the healthy checks go on", lambda: server.connections > seen + 7)
    assert state(daemon, "healthy-0")["state"] == "up"


for module, how in {"crash": r"signal 11", "abort": r"signal 6", "exit": r"exit status \d+"}.items():
    @test(f"a module that does '{module}' is blamed by name and switched off, others go on")
    def dies(tmp, module=module, how=how):
        with Server([send(b"hello\r\n")]) as server:
            text = healthy(server) + f'{module} "bad" {{ every = "1s" timeout = "2s" }}\n'
            with Daemon(tmp, text, modules=folder_of_modules(tmp, module), misbehaves=True) as daemon:
                daemon.wait(rf"prober \d+ ended \(({how})\) in module '{module}'")
                daemon.wait(rf"^nines: module '{module}' is switched off after 3 crashes: .nines release {module}. lets it run again$")
                bad = daemon.until_status("the bad check is unknown", lambda s: any(
                    c["name"] == "bad" and c["state"] == "unknown" and module in c["reason"] for c in s["checks"]))
                assert not any(c["state"] == "down" for c in bad["checks"]), bad
                undisturbed(daemon, server)
                deaths = sum("ended (" in line for line in daemon.lines)
                undisturbed(daemon, server)
                assert sum("ended (" in line for line in daemon.lines) == deaths, "it still runs after it was switched off"
                if module == "crash":
                    since = len(daemon.lines)
                    assert daemon.nines("release", module).returncode == 0
                    daemon.wait(rf"^nines: module '{module}' runs again$", since=since)
                    daemon.wait(rf"prober \d+ ended \(({how})\) in module '{module}'", since=since)
                assert daemon.stop() == 0


@test("a module that hangs is ended after five seconds and blamed")
def hangs(tmp):
    with Server([send(b"hello\r\n")]) as server:
        with Daemon(tmp, "probers = 2\n" + healthy(server) + 'hang "bad" { every = "1h" timeout = "2s" }\n',
                    modules=folder_of_modules(tmp, "hang")) as daemon:
            daemon.wait(r"prober \d+ ended \(signal \d+\) in module 'hang', step 'spin'")
            daemon.until_status("unknown, with the module's name", lambda s: any(
                c["name"] == "bad" and c["state"] == "unknown" and "hang" in c["reason"] for c in s["checks"]))
            undisturbed(daemon, server)


@test("a prober that sends garbage is ended, the parent and the others live")
def garbage(tmp):
    with Server([send(b"hello\r\n")]) as server:
        text = healthy(server) + 'garbage "bad" { every = "1s" timeout = "2s" }\n'
        with Daemon(tmp, text, modules=folder_of_modules(tmp, "garbage")) as daemon:
            daemon.wait(r"prober \d+ (sent what nobody can read|ended)|lost the link to a prober|a prober")
            undisturbed(daemon, server)
            assert daemon.process.poll() is None


@test("each role that is killed comes back, and checks go on")
def roles(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, healthy(server)) as daemon:
        daemon.wait("healthy-4 .*-> up")
        for role in ("recorder", "web", "keeper", "prober"):
            before = daemon.processes()[role][0]
            os.kill(before, signal.SIGKILL)
            until(f"a new {role}", lambda: [p for p in daemon.processes().get(role, []) if p != before])
            seen = server.connections
            until("checks go on", lambda: server.connections > seen + 2)
            daemon.until_status("up again", lambda s: all(c["state"] == "up" for c in s["checks"]))


@test("a keeper that stands still is ended and started again (F61)")
def silent_keeper(tmp):
    with Server([send(b"hello\r\n")]) as server, \
            Daemon(tmp, 'watchdog = "3s"\n' + healthy(server)) as daemon:
        daemon.wait("healthy-4 .*-> up")
        keeper = daemon.processes()["keeper"][0]
        os.kill(keeper, signal.SIGSTOP)
        daemon.wait(r"the keeper has been silent for \d+ s")
        until("a new keeper", lambda: [p for p in daemon.processes().get("keeper", []) if p != keeper])
        seen = server.connections
        until("checks go on", lambda: server.connections > seen + 2)


def is_alive(pid):
    try:
        return not re.search(r"State:\s[ZX]", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:  # it may go while it is being looked at
        return False


@test("children die with the parent, whatever happens to it")
def orphans(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, healthy(server)) as daemon:
        daemon.wait("healthy-4 .*-> up")
        pids = [pid for pids in daemon.processes().values() for pid in pids]
        assert len(pids) >= 5, pids
        os.kill(daemon.process.pid, signal.SIGKILL)
        until("all have gone", lambda: not any(is_alive(pid) for pid in pids))


@test("SIGTERM ends everything in order, with status 0")
def ends(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, healthy(server)) as daemon:
        daemon.wait("healthy-4 .*-> up")
        assert daemon.stop() == 0
        assert not any("signal" in line for line in daemon.lines), daemon.output()
        assert not (tmp / "nines.sock").exists()


run()
