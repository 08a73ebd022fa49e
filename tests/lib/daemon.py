"""tests/lib/daemon.py: starts a ninesd in a test's folder and talks to it the way its users do.

    with Daemon(tmp, 'ping "loop" { host = "127.0.0.1" every = "1s" }') as daemon:
        daemon.wait(r"loop.*up")                       # a line of its output, also one that came before
        assert daemon.status()["checks"][0]["state"] == "up"
        daemon.reload(new_text)

The configuration gets location, store, socket and listen of its own in front; `modules` names the folder built. Failures are never
taken for those of our own connection unless a test has a section `void`: the few checks of a test in which they fail for longer than
20 s, on a busy machine, would all be. Everything it writes is in the test's folder. A daemon that is still there at the end of the
`with` is killed with all its processes, and its output becomes part of the failure. Nothing here sleeps in the hope that something
has happened: waits end with what they wait for.
"""
import ctypes
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import threading
import time

from tap import BUILD, ROOT

PATIENCE_S = 30.0  # for things that must happen; a healthy machine needs far less
PR_SET_PDEATHSIG = 1
SILENT = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0:handle_abort=0:handle_sigfpe=0:detect_leaks=0"}
_reserved = []  # ports of this program
FINDING = re.compile(r"ERROR: (Address|Leak)Sanitizer|runtime error:")


def die_with_parent():
    """In a child before exec: the daemon does not outlive a test that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _own_ports():
    """Those that the kernel gives to nobody who does not ask for one of them."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    return range(10000, max(first, 20000))


def free_port(family=socket.AF_INET, kinds=(socket.SOCK_STREAM,)):
    """A port of loopback that nobody has, no connection is given by itself, and no other test gets while this one runs: a name is held for that."""
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    while True:
        port, name = random.choice(_own_ports()), socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0port {port} of a test of nines")
            for kind in kinds:
                with socket.socket(family, kind) as s:
                    s.bind((address, port))
        except OSError:
            name.close()
            continue
        _reserved.append(name)
        return port


def until(what, condition, patience_s=PATIENCE_S):
    """Asks condition() until it is true and returns its value; for what can only be asked, not waited for."""
    end = time.monotonic() + patience_s
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {patience_s:.0f} s: {what}"
        time.sleep(0.02)
    return value


def nines(*words, conf=None, timeout=60, env=None, **more):
    """Runs the command line; a CompletedProcess with text output."""
    command = [str(BUILD / "nines"), *(["-c", str(conf)] if conf else []), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout, cwd=ROOT,
                          env={**os.environ, "NO_COLOR": "1", **(env or {})}, **more)


def check(*words, **more):
    """(exit status, JSON) of `nines check WORDS... --json`."""
    done = nines("check", *words, "--json", **more)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"no JSON from nines check {words}: status {done.returncode}\n{done.stdout}\n{done.stderr}") from None


class Daemon:
    """A running ninesd. `lines` is what it said so far, standard output and standard error together."""

    def __init__(self, folder, text="", *, head=None, arguments=(), env=None, modules=None, listen=True, before=None, misbehaves=False):
        """`misbehaves`: a module of it does, on purpose: no sanitizer shall speak of it."""
        if misbehaves:
            env = {**(env or {}), **SILENT}
        self.misbehaves = misbehaves
        self.folder = pathlib.Path(folder)
        self.conf = self.folder / "nines.conf"
        self.port = free_port() if listen else None
        self.head = self._head(modules, text) if head is None else head
        self.lines, self._news, self._ended = [], threading.Condition(), False
        self.write(text)
        self.process = subprocess.Popen(
            [str(BUILD / "ninesd"), "-c", str(self.conf), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT, start_new_session=True,
            env={**os.environ, "NO_COLOR": "1", **(env or {})}, preexec_fn=before or die_with_parent)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _head(self, modules, text):
        os.chmod(self.folder, 0o755)  # started as root, its processes run under another user
        words = {"location": "here", "store": self.folder / "store" / "nines.db", "socket": self.folder / "nines.sock",
                 "modules": modules or BUILD / "modules"}
        words["listen"] = f"127.0.0.1:{self.port}" if self.port else ""
        lines = [f'{name} = "{value}"' for name, value in words.items()]
        return "\n".join(lines) + ("" if "void {" in text else "  void { minimum = 1000000 }") + "\n"

    def _read(self):
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def write(self, text):
        """Writes the configuration file, in one go."""
        new = self.conf.with_suffix(".new")
        new.write_text(self.head + text)
        new.rename(self.conf)

    def output(self):
        return "\n".join(self.lines)

    def wait(self, pattern, *, since=0, patience_s=PATIENCE_S, what=None):
        """The match of the first line, at or behind number `since`, in which the regular expression is found."""
        end = time.monotonic() + patience_s
        at = since
        with self._news:
            while True:
                while at < len(self.lines):
                    if found := re.search(pattern, self.lines[at]):
                        return found
                    at += 1
                left = end - time.monotonic()
                assert left > 0 and not self._ended, \
                    f"{what or 'no line'} /{pattern}/ {'before it ended' if self._ended else f'in {patience_s:.0f} s'}; it said:\n{self.output()}"
                self._news.wait(left)

    def nines(self, *words, **more):
        return nines(*words, conf=self.conf, **more)

    def status(self):
        """The answer of `nines status --json`."""
        done = self.nines("status", "--json")
        assert done.stdout, f"nines status: {done.returncode}: {done.stderr}\n{self.output()}"
        return json.loads(done.stdout)

    def until_status(self, what, condition, patience_s=PATIENCE_S):
        """Asks for the status until condition(status) is true; returns that status. Before the socket is there, asks on."""
        def look():
            done = self.nines("status", "--json")
            try:
                status = json.loads(done.stdout)
            except ValueError:
                assert self.process.poll() is None, f"ninesd ended: {self.process.returncode}\n{self.output()}"
                return None
            return status if condition(status) else None
        try:
            return until(what, look, patience_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output()}\n{self.nines('status', '--json').stdout}") from None

    def reload(self, text=None):
        """SIGHUP, after writing a new configuration. Returns the number of lines said before: `since` for wait()."""
        if text is not None:
            self.write(text)
        said = len(self.lines)
        self.process.send_signal(signal.SIGHUP)
        return said

    def processes(self):
        """role -> process ids, of all its descendants that are alive; the parent's role is ''."""
        found = {"": [self.process.pid]}
        for pid in descendants(self.process.pid):
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            role = words[words.index(b"--role") + 1].decode() if b"--role" in words else words[0].decode()
            found.setdefault(role, []).append(pid)
        return found

    def stop(self, patience_s=PATIENCE_S):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there {patience_s:.0f} s after SIGTERM\n{self.output()}") from None
        self._reader.join(patience_s)
        return status

    def kill(self):
        for pid in [*descendants(self.process.pid), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self._reader.join(PATIENCE_S)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.kill()
        if error is None and not self.misbehaves:
            found = [line for line in self.lines if FINDING.search(line)]
            assert not found, f"a sanitizer found something: {found[0]}; ninesd said:\n{self.output()}"
        if error is not None and isinstance(error, AssertionError) and "said" not in str(error):
            error.args = (f"{error}\nninesd said:\n" + "\n".join(self.lines[-60:]),)


def descendants(pid):
    """Process ids of all living children, their children and so on."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if stat[0] != "Z":
                children.setdefault(int(stat[1]), []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        mine = children.get(waiting.pop(), [])
        found += mine
        waiting += mine
    return found
