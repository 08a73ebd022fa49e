"""What the daemon shows and says itself: options, systemd's words (F61), the live table, the control socket, the page."""
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from daemon import Daemon, until
from servers import Server, send
from tap import BUILD, ROOT, run, test


def tcp(name, server):
    return f'tcp "{name}" {{ host = "127.0.0.1" port = {server.port} every = "1s" }}\n'


@test("--help, --version and wrong options")
def options():
    def ninesd(*words):
        return subprocess.run([BUILD / "ninesd", *words], capture_output=True, text=True, timeout=30, check=False)
    assert ninesd("--help").returncode == 0 and "usage: ninesd" in ninesd("--help").stdout
    assert re.match(r"ninesd \d", ninesd("--version").stdout)
    wrong = ninesd("--colour")
    assert wrong.returncode == 64 and "'--colour' is no option" in wrong.stderr
    lone = ninesd("-c")
    assert lone.returncode == 64 and lone.stderr == "nines: '-c' needs a value: see ninesd --help\n"
    missing = ninesd("-c", "/nowhere/nines.conf")
    assert missing.returncode == 1 and missing.stderr.startswith("nines: /nowhere/nines.conf"), missing.stderr


class Notified:
    """Plays systemd's end of NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(30)

    def wait(self, pattern):
        while True:
            said = self.socket.recv(4096).decode()
            if re.search(pattern, said):
                return said

    def silence(self, seconds, most=10):
        """Until nothing is said for so long; what was under way may still come."""
        self.socket.settimeout(seconds)
        try:
            for _ in range(most):
                said = self.socket.recv(4096)
            raise AssertionError(f"the keeper stands still, but systemd was told {most} times, at last {said}")
        except TimeoutError:
            self.socket.settimeout(30)


for kind in ("path", "abstract"):
    @test(f"systemd hears of readiness, reloads and the end, and of life only while the keeper lives ({kind} socket)")
    def notify(tmp, kind=kind):
        path = str(tmp / "notify") if kind == "path" else f"@nines-test-{os.getpid()}"
        heard = Notified(path.replace("@", "\0", 1))
        with Server([send(b"hello\r\n")]) as server, \
                Daemon(tmp, tcp("one", server), env={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000000"}) as daemon:
            heard.wait("^READY=1")
            heard.wait("^WATCHDOG=1")
            daemon.reload()
            assert re.search(r"MONOTONIC_USEC=\d+", heard.wait("^RELOADING=1"))
            heard.wait("^READY=1")
            keeper = daemon.processes()["keeper"][0]
            os.kill(keeper, signal.SIGSTOP)
            heard.silence(2.5)  # one that lives is heard of each second
            os.kill(keeper, signal.SIGCONT)
            heard.wait("^WATCHDOG=1")
            daemon.process.send_signal(signal.SIGTERM)
            heard.wait("^STOPPING=1")
            assert daemon.process.wait(30) == 0


class Terminal:
    """Runs ninesd on a terminal of its own and keeps what it draws."""

    def __init__(self, folder, conf, rows, columns, **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", **env)
            os.chdir(ROOT)
            os.execv(BUILD / "ninesd", ["ninesd", "-c", str(conf)])
        self.resize(rows, columns)
        self.drawn = ""

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.fd, 65536).decode(errors="replace")
        except OSError:
            return False
        self.drawn += more
        return bool(more)

    def frame(self):
        """The last whole picture, as lines without sequences."""
        parts = self.drawn.split("\033[H")
        whole = parts[-2] if len(parts) > 2 else ""
        return [re.sub(r"\033\[[0-9;?]*[A-Za-z]", "", line).rstrip("\r") for line in whole.split("\r\n")]

    def until(self, what, condition, patience_s=30):
        end = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < end, f"not within {patience_s} s: {what}\n" + "\n".join(self.frame())
            self.read(0.2)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        while self.read(10):
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@test("on a terminal a table is drawn that fits the window, and the terminal is left as it was")
def table(tmp):
    with Server([send(b"hello\r\n")]) as server:
        text = "".join(tcp(f"check number {n}", server) for n in range(30)) + \
            'tcp "wrong" { host = "127.0.0.1" port = 1 every = "1s" }\n'
        head = "".join(f'{k} = "{v}"\n' for k, v in {"store": tmp / "store" / "nines.db", "socket": tmp / "nines.sock",
                                                    "modules": BUILD / "modules", "listen": "127.0.0.1:0"}.items())
        (tmp / "nines.conf").write_text(head + text)
        screen = Terminal(tmp, tmp / "nines.conf", 20, 90)
        screen.until("the table", lambda: "30 up" in screen.frame()[0] and "1 down" in screen.frame()[0])
        screen.until("the page's address", lambda: re.search(r"http://127\.0\.0\.1:\d+/", screen.frame()[0]))
        frame = screen.frame()
        assert len(frame) <= 20 and all(len(line) < 90 for line in frame), frame
        assert frame[2].startswith("wrong") and "down" in frame[2] and "connection refused" in frame[2], frame
        assert any("more" in line for line in frame), frame
        assert frame[2].endswith("…"), "what was cut is marked"
        assert "\033[31m" in screen.drawn and "\033[?1049h" in screen.drawn
        screen.resize(10, 60)
        os.kill(screen.pid, signal.SIGWINCH)
        screen.until("a smaller one", lambda: 2 < len(screen.frame()) <= 10 and max(map(len, screen.frame())) < 60)
        assert screen.end() == 0
        assert screen.drawn.rstrip().endswith("\033[?1049l") and "\033[?25h" in screen.drawn[-200:], screen.drawn[-200:]


@test("NO_COLOR keeps colours away")
def colours(tmp):
    with Server([send(b"hello\r\n")]) as server:
        (tmp / "nines.conf").write_text(f'store = "{tmp}/store/nines.db"\nsocket = ""\nlisten = ""\n'
                                        f'modules = "{BUILD}/modules"\n' + tcp("one", server))
        screen = Terminal(tmp, tmp / "nines.conf", 24, 80, NO_COLOR="1")
        screen.until("the table", lambda: "1 up" in screen.frame()[0])
        assert screen.end() == 0
        assert not re.search(r"\033\[[0-9;]*m", screen.drawn)


@test("the page and the control socket answer while everything runs, and after the keeper has died")
def answers(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server)) as daemon:
        url = daemon.wait(r"page: (http://\S+)")[1]
        daemon.wait("one .*-> up")

        def page():
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read().decode()
        until("the check is on the page", lambda: "one" in page())
        os.kill(daemon.processes()["keeper"][0], signal.SIGKILL)
        daemon.until_status("it answers again", lambda s: s["checks"] and s["checks"][0]["state"] == "up")
        until("the check is on the page again", lambda: "one" in page())


@test("a hundred clients that come, stay and go do no harm; the last ones are told that they are too many")
def clients(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("one", server)) as daemon:
        daemon.wait("one .*-> up")
        crowd = []
        for n in range(120):
            s = socket.socket(socket.AF_UNIX)
            s.connect(str(tmp / "nines.sock"))
            if n < 20:
                s.send(b"\xff" * 100)
                assert s.recv(10) == b"", "who speaks no lines is let go"
            crowd.append(s)
        seen = server.connections
        until("checks go on", lambda: server.connections > seen + 2)
        refused = daemon.nines("status")
        assert refused.stderr == "nines: too many clients are connected: try again later\n", refused
        assert refused.returncode == 2 and not refused.stdout, refused
        for s in crowd:
            s.close()
        daemon.until_status("it answers", lambda s: s["checks"][0]["state"] == "up")
        keeper = daemon.processes()["keeper"][0]
        if os.geteuid() == 0:  # nobody else may look into a process that cannot be dumped
            until("all were let go", lambda: len(os.listdir(f"/proc/{keeper}/fd")) < 20)


@test("text of a server reaches no terminal unmade (F44)")
def unsafe(tmp):
    with Server([send(b"\x1b[31mred\x07\xe2\x80\xaebidi\r\n")]) as server:
        text = f'tcp "one" {{ host = "127.0.0.1" port = {server.port} every = "1s" expect = "never" timeout = "1s" }}\n'
        with Daemon(tmp, text, arguments=["--trace"]) as daemon:
            daemon.wait("one .*-> down")
            shown = daemon.output()
            assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown


@test("what all its processes take is told to the keeper, by all of them: the status has it")
def effort(tmp):
    with Daemon(tmp) as daemon:
        health = daemon.until_status("it was told", lambda s: "memory_bytes" in s["health"])["health"]
        assert health["cpu_us"] >= 0 and health["memory_bytes"] > 1_000_000, health
        said = daemon.nines("-v", "status").stdout
        assert " of CPU" in said and " bytes of memory" in said, said


run()
