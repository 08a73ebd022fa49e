#!/usr/bin/env python3
"""Awkward answers, read by the http check and by libcurl: the same status and the same page, or none; where we are stricter it says why."""
import ctypes
import ctypes.util
import gzip
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from probe import check
from servers import Server, close, expect, send
from tap import run, skip, test

URL, WRITEDATA, WRITEFUNCTION, TIMEOUT, NOBODY, ENCODING, STATUS = 10002, 10001, 20011, 13, 44, 10102, 0x200002
TAKE = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.POINTER(ctypes.c_char), ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)
OK, CHUNKED = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TEXT = b"all systems are in order"
PACKED = gzip.compress(TEXT)


def library():
    try:
        curl = ctypes.CDLL("libcurl.so.4")
    except OSError:
        skip("no libcurl here")
    curl.curl_easy_init.restype = ctypes.c_void_p
    return curl


def by_libcurl(url):
    """(status, bytes of the page) that libcurl makes of it; None: an error."""
    curl, page = library(), bytearray()

    @TAKE
    def take(at, one, size, _):
        page.extend(at[:one * size])
        return one * size
    easy = ctypes.c_void_p(curl.curl_easy_init())
    for option, value in ((URL, url.encode()), (WRITEFUNCTION, take), (TIMEOUT, ctypes.c_long(20)), (ENCODING, b"")):
        curl.curl_easy_setopt(easy, option, value)
    code, status = curl.curl_easy_perform(easy), ctypes.c_long()
    curl.curl_easy_getinfo(easy, STATUS, ctypes.byref(status))
    curl.curl_easy_cleanup(easy)
    return None if code else (status.value, len(page))


def by_nines(url):
    result = check("http", f"url={url}", header="Accept-Encoding:", expect_status="100-999")
    return (result.values["status"], result.values["body_bytes"]) if result.verdict == "up" else None


def encoded(body, coding=b"gzip", more=b""):
    return OK + b"Content-Encoding: " + coding + b"\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


SAME = (
    OK + b"Content-Length: 5\r\n\r\nhello", OK + b"content-length:5\r\n\r\nhello", OK + b"Content-Length:   5  \r\n\r\nhello",
    OK + b"\r\nhello", OK + b"Content-Length: 0\r\n\r\n", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"HTTP/1.0 200 OK\n\nhello",
    OK + b"Content-Length: 5\nX: y\n\nhello", OK + b"Content-Length: 6\r\n\r\nhello", OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", OK + b"Content-Length: x\r\n\r\nhello", OK + b"Content-Length: -5\r\n\r\nhello",
    OK + b"X: y\r\n folded\r\nContent-Length: 5\r\n\r\nhello", OK + b"X: a\0b\r\n\r\nhello", OK + b"nonsense\r\n\r\nhello",
    CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", CHUNKED + b"5;x=y\r\nhello\r\n0\r\n\r\n", CHUNKED + b"005\r\nhello\r\n000\r\nX: y\r\n\r\n",
    CHUNKED + b"5\nhello\n0\n\n", CHUNKED + b"5\r\nhello\r\n", CHUNKED + b"5\r\nhello", CHUNKED + b"x\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"4\r\nhello\r\n0\r\n\r\n", CHUNKED + b"6\r\nhello\r\n0\r\n\r\n", CHUNKED + b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    CHUNKED + b"0\r\n\r\n", OK + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n",
    b"HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", b"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello", b"HTTP/1.1 999 No\r\n\r\nhello",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello", b"HTTP/1.1 103 x\r\nLink: y\r\n\r\n" + CHUNKED + b"0\r\n\r\n",
    b"HTTP/1.1 20 No\r\n\r\n", b"HTTP/1.1 2000 No\r\n\r\n", b"HTTP/1.1 2x0 No\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"", b"HTTP/1.1",
    encoded(PACKED), encoded(PACKED, b"x-gzip"), encoded(TEXT, b"identity"), encoded(PACKED[:9] + b"xxxx" + PACKED[13:]),
    encoded(gzip.compress(PACKED), b"gzip, gzip"), encoded(PACKED, b"rot13"), encoded(b"", b"gzip"),
)
STRICTER = {
    "a name with a space behind it means another thing to others": OK + b"Content-Length : 2\r\n\r\nhello",
    "bytes behind the announced end": OK + b"Content-Length: 2\r\n\r\nhello",
    "a head that never ends": OK + b"Content-Length: 0\r\nX: y\r\n",
    "a coding of the transfer that nobody asked for": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a compressed page that is cut off": encoded(PACKED[:-4]),
    "the end of a field is not its number": OK + b"Content-Length: 5, 6\r\n\r\nhello",
}


def read_by(read, raw):
    with Server([expect(b"\r\n\r\n"), send(raw), close()]) as server:
        return read(server.url())


@test("what both know is read the same")
def same():
    differ = [(raw, ours, theirs) for raw in SAME if (ours := read_by(by_nines, raw)) != (theirs := read_by(by_libcurl, raw))]
    assert not differ, "\n".join(f"{raw!r}: {ours}, libcurl {theirs}" for raw, ours, theirs in differ)


@test("where libcurl 7.88 is more lenient we have a reason")
def stricter():
    for why, raw in STRICTER.items():
        assert read_by(by_nines, raw) is None, why


run()
