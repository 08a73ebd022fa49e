"""Requests whose framing two readers could read differently, odd methods and targets, uploads, slow clients by the hundred (F57)."""
# timeout: 240
import errno
import pathlib
import select
import socket
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from keeper import Web, line  # noqa: E402
from tap import run, test  # noqa: E402

GOOD = line("check", name="shop", module="http", state="up", since_us=1, verdict="up") + line("health", ok=1, version="1", checks=1) + "end -\n"
SECOND = b"GET /style.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"  # what would be smuggled: answered, it is 200 and has the style in it
STYLE = b"text/css"
H = b"Host: x\r\n"


def ask(*headers, body=b"", method=b"POST", target=b"/ping/none", version=b"HTTP/1.1"):
    return method + b" " + target + b" " + version + b"\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body


CHUNKS = b"0\r\n\r\n"
AMBIGUOUS = {
    "length and coding": ask(b"Host: x", b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKS),
    "coding and length": ask(b"Host: x", b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKS),
    "two lengths": ask(b"Host: x", b"Content-Length: 0", b"Content-Length: 5", body=b"12345"),
    "two lengths, the same": ask(b"Host: x", b"Content-Length: 5", b"Content-Length: 5", body=b"12345"),
    "a list of lengths": ask(b"Host: x", b"Content-Length: 5, 5", body=b"12345"),
    "a length with a sign": ask(b"Host: x", b"Content-Length: +5", body=b"12345"),
    "a negative length": ask(b"Host: x", b"Content-Length: -1"),
    "a hexadecimal length": ask(b"Host: x", b"Content-Length: 0x5", body=b"12345"),
    "a length with a space in it": ask(b"Host: x", b"Content-Length: 1 2", body=b"123456789012"),
    "an empty length": ask(b"Host: x", b"Content-Length:"),
    "a length beyond 64 bits": ask(b"Host: x", b"Content-Length: 18446744073709551621", body=b"12345"),
    "two codings": ask(b"Host: x", b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=CHUNKS),
    "a list of codings": ask(b"Host: x", b"Transfer-Encoding: gzip, chunked", body=CHUNKS),
    "an unknown coding": ask(b"Host: x", b"Transfer-Encoding: xchunked", body=CHUNKS),
    "identity": ask(b"Host: x", b"Transfer-Encoding: identity", b"Content-Length: 5", body=b"12345"),
    "a coding in HTTP/1.0": ask(b"Host: x", b"Transfer-Encoding: chunked", version=b"HTTP/1.0", body=CHUNKS),
    "a space before the colon": ask(b"Host: x", b"Transfer-Encoding : chunked", body=CHUNKS),
    "a tab before the colon": ask(b"Host: x", b"Transfer-Encoding\t: chunked", body=CHUNKS),
    "a coding behind a vertical tab": ask(b"Host: x", b"Transfer-Encoding: \x0bchunked", body=CHUNKS),
    "a coding folded": ask(b"Host: x", b"Transfer-Encoding:\r\n chunked", b"Content-Length: 5", body=CHUNKS),
    "a coding folded in its middle": ask(b"Host: x", b"Transfer-Encoding: chu\r\n nked", b"Content-Length: 5", body=CHUNKS),
    "a coding folded behind it": ask(b"Host: x", b"Transfer-Encoding: chunked\r\n ", b"Content-Length: 5", body=CHUNKS),
    "a length folded": ask(b"Host: x", b"Content-Length:\r\n\t5", body=b"12345"),
    "any other header folded": ask(b"Host: x", b"X-A: a\r\n b", b"Content-Length: 5", body=b"12345"),
    "a bare CR in a header": ask(b"Host: x", b"X: a\rTransfer-Encoding: chunked", body=CHUNKS),
    "a header without a colon": ask(b"Host: x", b"Transfer-Encoding chunked", body=CHUNKS),
    "a header that begins with a space": ask(b" Host: x"),
    "no host": ask(),
    "two hosts": ask(b"Host: x", b"Host: y"),
    "a host with a slash": ask(b"Host: x/y"),
    "a host with an at": ask(b"Host: a@b"),
    "another host in the target": ask(b"Host: x", target=b"http://y/ping/none"),
    "a bare LF behind the request line": b"POST /ping/none HTTP/1.1\n" + H + b"Content-Length: 5\r\n\r\n12345",
    "a bare LF behind a header": ask(b"Host: x", b"X: a\nTransfer-Encoding: chunked", body=CHUNKS),
    "a bare LF behind the last header": b"GET /health HTTP/1.1\r\nHost: x\n\r\n",
    "a bare LF for the end of the head": b"GET /health HTTP/1.1\r\nHost: x\r\n\n",
    "bare LFs alone": b"GET /health HTTP/1.1\nHost: x\n\n",
    "a NUL in a value": ask(b"Host: x", b"X: a\0b"),
    "a NUL at the end of a value": ask(b"Host: x", b"X: a\0"),
    "a NUL at the end of another": ask(b"X: a\0", b"Host: x"),
    "a NUL in a length": ask(b"Host: x", b"Content-Length: 5\x006", body=b"12345"),
    "a NUL in a coding": ask(b"Host: x", b"Transfer-Encoding: chunked\0x", body=CHUNKS),
    "a NUL in a name": ask(b"Host: x", b"Transfer-Encoding\0: chunked", body=CHUNKS),
    "a NUL in the target": ask(b"Host: x", method=b"GET", target=b"/health\0x"),
    "a NUL in the version": ask(b"Host: x", method=b"GET", target=b"/health", version=b"HTTP/1.1\0"),
    "a chunk size that is none": ask(b"Host: x", b"Transfer-Encoding: chunked", body=b"zz\r\n\r\n"),
    "a chunk size with a sign": ask(b"Host: x", b"Transfer-Encoding: chunked", body=b"-1\r\n\r\n"),
    "a chunk of 2^64 bytes": ask(b"Host: x", b"Transfer-Encoding: chunked", body=b"10000000000000000\r\n\r\n"),
}
ODD = {  # what may be no page: answered with an error, or not at all
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3": ask(b"Host: x", method=b"GET", version=b"HTTP/3.0"),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "CONNECT": ask(b"Host: x", method=b"CONNECT", target=b"evil.test:443"),
    "TRACE": ask(b"Host: x", b"X-Secret: 1", method=b"TRACE"),
    "OPTIONS *": ask(b"Host: x", method=b"OPTIONS", target=b"*"),
    "no method": ask(b"Host: x", method=b""),
    "a method in small letters": ask(b"Host: x", method=b"get"),
    "a long method": ask(b"Host: x", method=b"A" * 5000),
    "no target": b"GET HTTP/1.1\r\n" + H + b"\r\n",
    "a target without a slash": ask(b"Host: x", method=b"GET", target=b"style.css"),
    "a target with a space": ask(b"Host: x", method=b"GET", target=b"/a b"),
    "a foreign scheme": ask(b"Host: x", method=b"GET", target=b"ftp://x/"),
    "a long target": ask(b"Host: x", method=b"GET", target=b"/" + b"a" * 100_000),
    "a thousand headers": ask(b"Host: x", method=b"GET", *[b"X-%d: y" % n for n in range(5000)]),
    "a NUL, encoded": ask(b"Host: x", method=b"GET", target=b"/style.css%00.html"),
    "a broken escape": ask(b"Host: x", method=b"GET", target=b"/%zz"),
    "a broken escape and a body": ask(b"Host: x", b"Content-Length: 5", target=b"/api/v1/%zz", body=b"12345"),
    "a NUL in a query, encoded": ask(b"Host: x", method=b"GET", target=b"/?a=%00&b=c"),
    "a broken form": ask(b"Host: x", b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 11", target=b"/sign-in/", body=b"name=%00&a="),
    "half an escape": ask(b"Host: x", method=b"GET", target=b"/%2"),
}
PATHS = ["/../etc/passwd", "/%2e%2e/etc/passwd", "/..%2fetc/passwd", "/%252e%252e/etc/passwd", "/.%2e/etc/passwd", "/..\\etc\\passwd", "/..;/etc/passwd",
         "/%c0%ae%c0%ae/etc/passwd", "//etc/passwd", "/./style.css", "/style.css/../style.css", "/pages/../style.css", "/pages/..%2f..%2fetc%2fpasswd",
         "/file:/etc/passwd", "/style.css%20", "/style.css.", "/STYLE.CSS", "/style.css;a=b", "/\u202estyle.css"]


def talk(port, data, patience_s=20):
    """All that comes back for these bytes, until the other side closes, at whatever moment, or answers nothing more."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s) as s:
        got = b""
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while more := s.recv(65536):
                got += more
        except OSError as error:
            assert isinstance(error, ConnectionError) or error.errno == errno.ENOTCONN, error
        return got


@test("a request behind a good one is answered: what the others would smuggle would be seen")
def control():
    with Web(GOOD) as web:
        got = talk(web.port, ask(b"Host: x", method=b"GET", target=b"/health") + SECOND)
        assert got.count(b"HTTP/1.1 200") == 2 and STYLE in got, got[:500]
        got = talk(web.port, ask(b"Host: x", b"Content-Length: 5", body=b"12345") + SECOND)
        assert got.startswith(b"HTTP/1.1 404") and STYLE in got, got[:500]


@test("headers may be written as HTTP lets them: empty, with blanks around, without any, in any case")
def fine():
    with Web(GOOD) as web:
        got = talk(web.port, ask(b"hOST:x", b"Empty:", b"Blank:   ", b"Trailing: a \t", b"Tight:a", b"Wide:" + b" " * 100 + b"a", b"Accept: */*, a;q=0.1",
                                 method=b"GET", target=b"/health"))
        assert got.startswith(b"HTTP/1.1 200"), got[:500]


@test("a head is read the same however it comes: byte by byte, one behind the other, with a blank line in front, large")
def pieces():
    head = b"\r\n" + ask(b"Host: x", b"Cookie: a=b; c=d", b"Empty:", b"Long: " + b"a" * 7000, b"Trailing: a ", method=b"GET", target=b"/health?a%41=b+c&d=%20")
    with Web(GOOD) as web:
        got = talk(web.port, head * 3 + SECOND)
        assert got.count(b"HTTP/1.1 200") == 4, got[:500]
        with socket.create_connection(("127.0.0.1", web.port), timeout=20) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(0, 300):
                s.sendall(head[at:at + 1])
            s.sendall(head[300:] + SECOND)
            got = b"".join(iter(lambda: s.recv(65536), b""))
        assert got.count(b"HTTP/1.1 200") == 2, got[:500]


@test("a head that says two things about where the body ends is refused, and nothing behind it is read as a request")
def ambiguous():
    with Web(GOOD) as web:
        for name, data in AMBIGUOUS.items():
            got = talk(web.port, data + SECOND)
            assert STYLE not in got, f"{name}: the second request was answered: {got[:300]}"
            assert not got or got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413", b"HTTP/1.0 400")), f"{name}: {got[:200]}"
        assert web.get("/")[0] == 200


@test("odd methods, targets and versions get an error, or nothing, and harm nobody")
def odd():
    with Web(GOOD) as web:
        for name, data in ODD.items():
            got = talk(web.port, data)
            assert not got or got[9:12] in (b"400", b"404", b"405", b"413", b"414", b"431", b"501", b"505"), f"{name}: {got[:200]}"
            assert b"X-Secret" not in got, name
        assert web.get("/")[0] == 200


@test("no path leads out of the routes")
def traversal():
    with Web(GOOD) as web:
        for path in PATHS:
            got = talk(web.port, ask(b"Host: x", b"Connection: close", method=b"GET", target=path.encode()))
            assert got[9:12] in (b"400", b"404") and b"root:" not in got, f"{path}: {got[:200]}"


def cut_off(port, head, piece, most):
    """Sends pieces until the other side takes no more; how many bytes it took."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        try:
            s.sendall(head)
            while sent < most:
                s.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
    return sent


@test("uploads end at the limit: announced, in one chunk, or in small ones without an end")
def uploads():
    with Web(GOOD) as web:
        for name, head, body in (
                ("announced", ask(b"Host: x", b"Content-Length: 1000000000"), b"a" * 65536),
                ("a chunk of 1 GB", ask(b"Host: x", b"Transfer-Encoding: chunked") + b"3b9aca00\r\n", b"a" * 65536),
                ("small chunks", ask(b"Host: x", b"Transfer-Encoding: chunked"), b"1\r\na\r\n" * 10000)):
            sent = cut_off(web.port, head, body, 64 << 20)
            assert sent < 64 << 20, f"{name}: {sent} bytes and no end"
            print(f"# {name}: {sent >> 10} KB were taken")
        assert web.get("/")[0] == 200


HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX-"
HALF_A_FORM = ask(b"Host: x", b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: 50", target=b"/sign-in/", body=b"name=")


def open_slow(port, count, sends=HALF_A_HEAD):
    """So many clients, from several addresses, who begin a request and never end it."""
    slow = []
    for number in range(count):
        s = socket.socket()
        s.bind((f"127.0.1.{number % 25 + 1}", 0))
        s.connect(("127.0.0.1", port))
        s.sendall(sends)
        slow.append(s)
    return slow


@test("five hundred slow clients from 25 addresses: who asks for /health is answered all the same, the slowest go for him, and no more than must")
def slowloris():
    with Web(GOOD) as web:
        slow = open_slow(web.port, 300)
        assert web.get("/health")[0] == 200
        cut = select.select(slow, [], [], 0)[0]
        assert len(cut) < 150 and slow[0] in cut and not set(cut) & set(slow[150:]), [slow.index(s) for s in cut]
        slow += open_slow(web.port, 200)
        slowest = 0.0
        for _ in range(10):
            begun = time.monotonic()
            assert web.get("/health")[0] == 200
            slowest = max(slowest, time.monotonic() - begun)
            for s in select.select([], slow, [], 0)[1]:
                try:
                    s.sendall(b"a")
                except OSError:
                    pass
        print(f"# /health took {slowest * 1000:.0f} ms at most")
        print(f"# {len(select.select(slow, [], [], 0)[0])} of them were cut off")
        for s in slow:
            s.close()


@test("three hundred who send half a form each: those who have taken longest go, too")
def slow_forms():
    with Web(GOOD) as web:
        slow = open_slow(web.port, 300, HALF_A_FORM)
        assert web.get("/health")[0] == 200
        cut = select.select(slow, [], [], 0)[0]
        assert len(cut) < 150 and slow[0] in cut and not set(cut) & set(slow[150:]), [slow.index(s) for s in cut]
        for s in slow:
            s.close()


run()
