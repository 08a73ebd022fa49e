"""Fake servers for the tests of checks: one way of behaving, or failing, per server.

A server listens on loopback at a port of the kernel's choice, speaks a script to each client that connects and remembers what it was
told. A script is a list of steps, each one a function of the Conversation; the functions below make them. Nothing here waits for a
while and hopes: a pause is the server's behaviour under test, and close() ends every pause at once.

    with Server([send(b"220 hello\r\n"), expect(b"QUIT"), reset()]) as server:
        run("tcp", "host=127.0.0.1", f"port={server.port}")
        assert server.heard(0) == b"QUIT\r\n"
"""
import contextlib
import gzip
import socket
import ssl
import struct
import threading

LOOPBACK = {4: "127.0.0.1", 6: "::1"}


class Gone(Exception):
    """The client has gone, or the server is being closed: the script ends."""


class Conversation:
    """One client: the socket, what came in so far, and the server it belongs to."""

    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.heard, self.read = bytearray(), 0

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (OSError, ssl.SSLError) as error:
            raise Gone from error

    def more(self):
        """Waits for bytes; false at the end of the stream."""
        try:
            data = self.sock.recv(65536)
        except (OSError, ssl.SSLError) as error:
            raise Gone from error
        self.heard += data
        return bool(data)

    def until(self, mark):
        """All up to and with `mark` that was not taken yet."""
        while (at := self.heard.find(mark, self.read)) < 0:
            if not self.more():
                raise Gone
        taken = bytes(self.heard[self.read:at + len(mark)])
        self.read = at + len(mark)
        return taken

    def exactly(self, size):
        while len(self.heard) - self.read < size:
            if not self.more():
                raise Gone
        taken = bytes(self.heard[self.read:self.read + size])
        self.read += size
        return taken

    def finish(self):
        """The end of all words, and ears open still: a client that speaks on is not torn."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise Gone from error
        while self.more():
            pass

    def pause(self, seconds):
        if self.server.closing.wait(seconds):
            raise Gone

    def start_tls(self, context):
        try:
            self.sock = context.wrap_socket(self.sock, server_side=True)
        except (OSError, ssl.SSLError) as error:
            self.server.tls_errors.append(str(error))
            raise Gone from error
        self.server.replace(self.number, self.sock)


# ---- steps of a script ----

def send(data):
    return lambda talk: talk.send(data)


def send_split(data, pause=0.0):
    """Every byte in a segment of its own."""
    def step(talk):
        for at in range(len(data)):
            talk.send(data[at:at + 1])
            if pause:
                talk.pause(pause)
    return step


def drip(data, size=1, every=1.0):
    """`size` bytes, a pause, `size` bytes ..."""
    def step(talk):
        for at in range(0, len(data), size):
            talk.send(data[at:at + size])
            talk.pause(every)
    return step


def endless(data, most=1 << 40):
    """The same again and again until the client goes."""
    def step(talk):
        sent = 0
        while sent < most:
            talk.send(data)
            sent += len(data)
            talk.server.sent = sent
            if talk.server.closing.is_set():
                raise Gone
    return step


def expect(mark):
    """Reads until `mark` has come."""
    return lambda talk: talk.until(mark)


def line():
    return expect(b"\n")


def silence(seconds=3600.0):
    return lambda talk: talk.pause(seconds)


def pause(seconds):
    return lambda talk: talk.pause(seconds)


def close():
    """An orderly end (FIN) of both directions."""
    def step(talk):
        try:
            talk.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        raise Gone
    return step


def reset():
    """The connection is torn (RST)."""
    def step(talk):
        raw = talk.sock
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(raw.detach())
        raise Gone
    return step


def tls(context):
    """From here on TLS, as after STARTTLS; `context` comes from tls_context()."""
    return lambda talk: talk.start_tls(context)


def called():
    """A barrier: until the client has said something, which stays to be read: the step of it that went before has ended."""
    def step(talk):
        try:
            talk.sock.recv(1, socket.MSG_PEEK)
        except OSError as error:
            raise Gone from error
    return step


def wait_for(event):
    """A barrier: goes on when the test has set `event`."""
    def step(talk):
        while not event.wait(0.02):
            talk.pause(0)
    return step


def tls_context(pair, client_ca=None, minimum=None, maximum=None):
    """`pair` is what certs.py makes: a path of certificates and one of the key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    if minimum:
        context.minimum_version = minimum
    if maximum:
        context.maximum_version = maximum
    return context


# ---- servers ----

class Server:
    """Speaks `script` to each client: a list of steps, or a function of the Conversation's number that returns one."""

    def __init__(self, script, ip=4, tls=None, host=None, port=0, backlog=128):
        self.script, self.tls = script, tls
        self.host = host or LOOPBACK[ip]
        self.closing, self.changed = threading.Event(), threading.Condition()
        self.talks, self.errors, self.tls_errors, self.sent = [], [], [], 0
        self.sock = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in self.host:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.sock.bind((self.host, port))
        self.sock.listen(backlog)
        self.port = self.sock.getsockname()[1]
        self.threads = [self._thread(self._accept)]

    def _thread(self, run, *args):
        thread = threading.Thread(target=run, args=args, daemon=True)
        thread.start()
        return thread

    def _accept(self):
        while not self.closing.is_set():
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                talk = Conversation(self, sock, len(self.talks))
                self.talks.append(talk)
                self.changed.notify_all()
            self.threads.append(self._thread(self._serve, talk))

    def _serve(self, talk):
        try:
            if self.tls:
                talk.start_tls(self.tls)
            self.converse(talk)
        except Gone:
            pass
        except Exception as error:  # a broken script must fail its test: close() raises it
            if not (isinstance(error, OSError) and self.closing.is_set()):  # close() closes what a script still uses
                self.errors.append(error)
        finally:
            self._hang_up(talk.sock)
            with self.changed:
                self.changed.notify_all()

    @staticmethod
    def _hang_up(sock):
        try:
            sock.close()
        except OSError:
            pass

    def converse(self, talk):
        for step in self.script(talk.number) if callable(self.script) else self.script:
            step(talk)

    def replace(self, number, sock):
        self.talks[number].sock = sock

    @property
    def connections(self):
        return len(self.talks)

    def heard(self, number):
        """What client `number` has said so far."""
        return bytes(self.talks[number].heard)

    def wait(self, clients, seconds=30.0):
        """A barrier: until so many clients have connected."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.talks) >= clients, seconds), \
                f"only {len(self.talks)} of {clients} clients came"

    def url(self, path="/", host=None):
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    def close(self):
        self.closing.set()
        for sock in [self.sock] + [talk.sock for talk in self.talks]:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            self._hang_up(sock)
        for thread in self.threads:
            thread.join(5.0)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close()
        if self.errors and kind is None:
            raise self.errors[0]


class Request:
    def __init__(self, head, body, number):
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, self.version = first.split(" ")
        self.head, self.body, self.number = head, body, number
        self.header = {}
        for text in lines:
            name, colon, value = text.partition(":")
            if colon:
                self.header[name.lower()] = value.strip()


def reply(status=200, body=b"", reason="OK", header=(), length=True):
    """The bytes of an answer."""
    lines = [f"HTTP/1.1 {status} {reason}"] + [f"{name}: {value}" for name, value in header]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(to, status=302):
    return reply(status, reason="Moved", header=[("Location", to)])


def bomb(size):
    """`size` bytes of nothing, packed."""
    return gzip.compress(bytes(size))


class Http(Server):
    """Answers HTTP: `pages` maps a path to bytes, a list of steps, or a function of the Request that returns either; `requests` is what
    was asked. Paths that are not there get 404."""

    def __init__(self, pages, **more):
        self.pages, self.requests = pages, []
        super().__init__(None, **more)

    def _body(self, talk, head):
        for text in head.split(b"\r\n"):
            if text.lower().startswith(b"content-length:"):
                return talk.exactly(int(text.split(b":")[1]))
        return b""

    def converse(self, talk):
        head = talk.until(b"\r\n\r\n")
        request = Request(head, self._body(talk, head), talk.number)
        self.requests.append(request)
        page = self.pages(request) if callable(self.pages) else self.pages.get(request.path.partition("?")[0], reply(404, b"none"))
        if callable(page):
            page = page(request)
        if isinstance(page, bytes):
            page = [send(page[:page.find(b"\r\n\r\n") + 4] if request.method == "HEAD" else page), close()]
        for step in page:
            step(talk)


def refused_port(ip=4):
    """A port that nobody listens on, kept from others: close the returned socket at the end of the test."""
    sock = socket.socket(socket.AF_INET6 if ip == 6 else socket.AF_INET)
    sock.bind((LOOPBACK[ip], 0))
    return sock.getsockname()[1], sock


def hold(port, ip=4):
    """Keeps the port of a server that has ended from others, refused: close the returned socket before a server comes back to it."""
    sock = socket.socket(socket.AF_INET6 if ip == 6 else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK[ip], port))
    return sock


@contextlib.contextmanager
def ipv6_only(make):
    """A server of make(), on ::1, whose port is kept from others on 127.0.0.1: nobody listens there."""
    while True:
        with make() as server, socket.socket() as hold:
            try:
                hold.bind((LOOPBACK[4], server.port))
            except OSError:  # somebody does: another port
                continue
            yield server
            return


A, AAAA = 1, 28


def answering(records, rcode=0):
    """For Udp: a resolver that knows {(name, A or AAAA): address}."""
    def answer(query, peer):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name, kind = ".".join(labels), struct.unpack("!H", query[at + 1:at + 3])[0]
        found = records.get((name, kind))
        status = rcode or (0 if any(key[0] == name for key in records) else 3)
        rdata = found and socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, found)
        body = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(rdata)) + rdata if found else b""
        return query[:2] + struct.pack("!HHHHH", 0x8180 | status, 1, 1 if found else 0, 0, 0) + query[12:at + 5] + body
    return answer


class Udp:
    """A datagram server: `answer(data, peer)` returns the replies (bytes, or a list of bytes), or None for silence."""

    def __init__(self, answer, ip=4, port=0, host=None):
        self.answer, self.heard = answer, []
        self.host = host or LOOPBACK[ip]
        self.sock = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((self.host, port))
        self.port = self.sock.getsockname()[1]
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.closing.is_set():
            try:
                data, peer = self.sock.recvfrom(65536)
                if self.closing.is_set():
                    return
                self.heard.append(data)
                replies = self.answer(data, peer)
                for packet in [replies] if isinstance(replies, bytes) else replies or []:
                    self.sock.sendto(packet, peer)
            except OSError:
                return

    def close(self):
        self.closing.set()
        try:
            with socket.socket(self.sock.family, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", (self.host, self.port))
        except OSError:
            pass
        self.thread.join(5.0)
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
