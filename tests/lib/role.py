"""tests/lib/role.py: plays the parent and the keeper of one role's process, so that it is tested by its lines alone.

    with role.Prober(modules={"ping": path}) as p:
        p.tell('check 1 name=x module=ping timeout_us=1000000 opt.host=127.0.0.1')
        p.tell('probe 5 check=1 due_us=0')
        assert p.result("5")["verdict"] == "up"
"""
import array
import mmap
import os
import re
import socket
import struct
import subprocess
import sys
import time

from daemon import die_with_parent
from frames import frame
from tap import BUILD

PATIENCE_S = 30
WORD = re.compile(r'([a-z0-9_.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
BLAME_MAGIC, BLAME_BYTES = 0x626C616D, 4096


def _plain(text):
    return re.sub(r"\\(x..|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" else {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), text)


def words(line):
    """(verb, id, {key: value}) of a line."""
    verb, number, *rest = line.split(" ", 2)
    found = {m[1]: _plain(m[2]) if m[2] is not None else m[3] for m in WORD.finditer(rest[0] if rest else "")}
    return verb, number, found


def values(found):
    """name -> "61 d", of the words of a result."""
    return {name: number.replace(":", " ", 1) for name, _, number in (one.partition(":") for one in found.get("values", "").split(",")) if name}


def quote(value):
    return '"' + "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else "".join(f"\\x{b:02x}" for b in c.encode())
                         for c in str(value)) + '"'


class Link:
    def __init__(self):
        self.mine, self.theirs = socket.socketpair()
        self.mine.settimeout(PATIENCE_S)
        self.theirs.setblocking(False)
        self.unread = b""

    def send(self, *lines, fd=None):
        bytes_ = frame("".join(line + "\n" for line in lines), fd is not None)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
        self.mine.sendall(bytes_[self.mine.sendmsg([bytes_], rights):])

    def lines(self):
        """The lines of the next frame; [] at the end."""
        while len(self.unread) < 8 or len(self.unread) < 8 + struct.unpack("<I", self.unread[:4])[0]:
            more = self.mine.recv(1 << 16)
            if not more:
                return []
            self.unread += more
        size = struct.unpack("<I", self.unread[:4])[0]
        text, self.unread = self.unread[8:8 + size].decode(), self.unread[8 + size:]
        return text.splitlines()


class Client(Link):
    """A link to the control socket of a running daemon."""

    def __init__(self, path):
        self.mine, self.unread = socket.socket(socket.AF_UNIX), b""
        self.mine.settimeout(PATIENCE_S)
        self.mine.connect(str(path))


class Prober:
    """Needs the right to open raw sockets (namespace.enter()). `modules`: name -> path; `pool`: general, blocking, exec; `preexec`: run in the child, to take something from it."""

    def __init__(self, modules=None, pool="general", secrets=None, preexec=None):
        self.control, self.keeper, self.results = Link(), Link(), {}
        fd = self.control.theirs.fileno()

        def prepare():
            die_with_parent()
            os.dup2(fd, 3)
            if preexec:
                preexec()

        self.process = subprocess.Popen([str(BUILD / "ninesd"), "--role", "prober"], preexec_fn=prepare, close_fds=False,
                                        stderr=subprocess.PIPE, text=True)
        self.control.theirs.close()
        self.control.send(f"start prober number=1 pool={pool}")
        self._hand_over(modules or {})
        for number, value in (secrets or {}).items():
            self.control.send(f"secret {number} value={quote(value)}")
        self.control.send("go -")
        try:
            assert words(self.control.lines()[0])[0] == "ready"
        except (OSError, IndexError):
            raise AssertionError(f"the prober did not start: {self.end()}") from None

    def _hand_over(self, modules):
        page = os.memfd_create("blame")
        os.ftruncate(page, BLAME_BYTES)
        os.pwrite(page, struct.pack("<I", BLAME_MAGIC), 0)
        self.page = mmap.mmap(page, BLAME_BYTES)
        self.control.send("fd blame", fd=page)
        os.close(page)
        for name, family, protocol in (("icmp4", socket.AF_INET, socket.IPPROTO_ICMP),
                                       ("icmp6", socket.AF_INET6, socket.IPPROTO_ICMPV6)):
            with socket.socket(family, socket.SOCK_RAW, protocol) as raw:
                self.control.send(f"fd {name}", fd=raw.fileno())
        self.control.send("fd keeper", fd=self.keeper.theirs.fileno())
        self.keeper.theirs.close()
        for name, path in modules.items():
            copy = os.memfd_create(name, os.MFD_ALLOW_SEALING)
            with open(path, "rb") as source:
                os.sendfile(copy, source.fileno(), 0, os.fstat(source.fileno()).st_size)
            self.control.send(f"fd module.{name} build=0123456789abcdef", fd=copy)
            os.close(copy)

    def tell(self, *lines):
        """One frame."""
        self.keeper.send(*lines)

    def result(self, number):
        while str(number) not in self.results:
            lines = self.keeper.lines()
            assert lines, f"the prober ended: {self.end()}"
            for line in lines:
                verb, identity, found = words(line)
                assert verb == "result" and identity not in self.results, line
                self.results[identity] = found
        return self.results.pop(str(number))

    def busy_us(self):
        return struct.unpack_from("<q", self.page, 8)[0]

    def cpu_s(self):
        """Processor time of user and kernel so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            fields = f.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_asleep(self):
        """Its loop has nothing to do, and the kernel has it down as sleeping: between the two it may be kept from running."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            return self.busy_us() == 0 and f.read().rpartition(")")[2].split()[0] == "S"

    def switches(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)

    def end(self):
        """(exit status, what it said on standard error)."""
        if self.process.poll() is None and self.control.mine.fileno() >= 0:
            try:
                self.control.send("stop -")
            except OSError:
                pass
        try:
            said = self.process.communicate(timeout=PATIENCE_S)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            said = self.process.communicate()[1]
        return self.process.returncode, said

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        status, said = self.end()
        if kind:
            print(f"# prober ended with {status}: {said}", file=sys.stderr)


def now_us():
    return time.monotonic_ns() // 1000
