"""tests/web/keeper.py: the web role alone, with this test as its parent and its keeper.

    with Web(lines) as web:
        status, headers, body = web.get("/")

`lines` is what the keeper answers to `status -`; `web.lines` may change while it runs. `web.asked` counts the questions.
"""
import ctypes
import http.client
import os
import re
import signal
import socket
import struct
import subprocess
import threading

from frames import frame
from tap import BUILD


LINES_A_FRAME = 200  # a frame is of a bounded size


def quoted(text):
    """A value of a line: always in quotes, everything but printable ASCII as \\xNN."""
    raw = text if isinstance(text, bytes) else text.encode()
    return '"' + "".join(f"\\x{b:02x}" if b < 0x20 or b > 0x7e else "\\" + chr(b) if b in b'"\\' else chr(b) for b in raw) + '"'


def line(verb, /, **words):
    return " ".join([verb, "-"] + [f"{key}={quoted(str(value)) if not isinstance(value, bytes) else quoted(value)}"
                                    for key, value in words.items()]) + "\n"


def frames(sock):
    """The texts of the frames that come in, until the end."""
    got = b""
    while True:
        while len(got) >= 8 and len(got) >= 8 + struct.unpack_from("<I", got)[0]:
            size = struct.unpack_from("<I", got)[0]
            yield got[8:8 + size].decode()
            got = got[8 + size:]
        try:
            more = sock.recv(65536)
        except OSError:
            return
        if not more:
            return
        got += more


class Keeper:
    """Answers what it is asked on its end of a link with `lines`; `watch -` with `cards`, and a verb that the dictionary `reply`
    has with that (or what that returns for the request); `silent` makes it swallow the question."""

    def __init__(self, lines, silent=False, cards="", reply=None):
        self.lines, self.silent, self.asked = lines, silent, 0
        self.cards, self.reply = cards, reply or {}
        self.requests = []
        self.come = threading.Event()
        self.own, self.other = socket.socketpair()
        threading.Thread(target=self.serve, args=(self.own,), daemon=True).start()

    def serve(self, sock):
        for text in frames(sock):
            for request in text.splitlines(keepends=True):
                self.requests.append(request)
                self.asked += request.startswith("status ")
                self.come.set()
                try:
                    self.answer(sock, request)
                except OSError:
                    return

    def answer(self, sock, request):
        if self.silent:
            return
        verb = request.split()[0]
        known = {"watch": self.cards + "end - watched=1\n", **self.reply}
        answer = known.get(verb, self.lines)
        lines = (answer(request) if callable(answer) else answer).splitlines(keepends=True)
        for n in range(0, len(lines), LINES_A_FRAME):
            sock.sendall(frame("".join(lines[n:n + LINES_A_FRAME])))

    def listen(self, path):
        """Serves connections of a control socket at `path` too."""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()

        def accept():
            while True:
                try:
                    sock, _ = self.listener.accept()
                except OSError:
                    return
                threading.Thread(target=self.serve, args=(sock,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        return self

    def die(self):
        try:
            self.own.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.own.close()


class Web:
    def __init__(self, lines="health - ok=1\nend -\n", silent=False, *, store="/nonexistent", told="", **keeper):
        """`told`: what the parent says of the configuration."""
        self.keeper, self.store, self.told = Keeper(lines, silent, **keeper), store, told

    def __enter__(self):
        self.control, other = socket.socketpair()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        listener.setblocking(False)
        other.setblocking(False)
        self.keeper.other.setblocking(False)
        self.port = listener.getsockname()[1]

        def child():
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            os.dup2(other.fileno(), 3, inheritable=True)
        self.process = subprocess.Popen([str(BUILD / "ninesd"), "--role", "web"], preexec_fn=child, pass_fds=(3,),
                                        stderr=subprocess.PIPE, text=True)
        other.close()
        self.tell(f"start web store={self.store}\n")
        self.tell("fd listen number=1\n", listener.fileno())
        self.tell("serve - listen=1\n" + self.told)
        self.give_keeper(self.keeper)
        listener.close()
        self.tell("go -\n")
        for text in frames(self.control):
            if text.startswith("ready"):
                self.url = re.search(r"url=(\S+)", text).group(1).strip('"')
                return self
        raise AssertionError("the web role ended: " + self.process.stderr.read())

    def give_keeper(self, keeper):
        self.keeper = keeper
        keeper.other.setblocking(False)
        self.tell("fd keeper\n", keeper.other.fileno())
        keeper.other.close()

    def tell(self, text, fd=None):
        data = frame(text, fd is not None)
        if fd is None:
            self.control.sendall(data)
        else:
            sent = socket.send_fds(self.control, [data], [fd])
            self.control.sendall(data[sent:])

    def get(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    def stop(self):
        """Its parent goes; the exit status."""
        self.control.close()
        return self.process.wait(20)

    def __exit__(self, kind, *_):
        try:
            status = self.stop()
            said = self.process.stderr.read()
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stderr.close()
            self.keeper.die()
        assert kind or status == 0, f"the web role ended with {status}: {said}"
