#!/usr/bin/env python3
"""What the http check sends, to the byte; bodies that are compressed; servers that answer before they were asked to the end."""
import gzip
import pathlib
import random
import socket
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from probe import check
from servers import Http, Server, close, expect, reply, reset, send, send_split, silence, tls_context
from tap import run, test

TEXT = b"all systems are in order"
PAGE = reply(200, TEXT)
ALL = "Accept-Encoding:"  # every coding that is known
BR = bytes.fromhex("1b1700f88d94aac3bb086b10b632b9550a3a5546478a7d3a0e")
ZSTD = bytes.fromhex("28b52ffd2018c10000616c6c2073797374656d732061726520696e206f72646572")
# 64 MiB of nothing, and 1 MiB
BR_BOMB = bytes.fromhex("cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffffc13f0110870500baf77ffcffff837f02200e0b0074ef"
                        "fff8ffff07ff04401c1600e8defff1ffff0ffe0980382c00d0bdffcbffff3ffc1300715800a07bff07")
ZSTD_BOMB = bytes.fromhex("28b52ffda0000010004c000008000100fcff39100202001000020010000200100002001000020010000200100002001000"
                          "03001000")
ZSTD_HUGE_WINDOW = bytes.fromhex("28b52ffd0088110000") + b"hi"  # 128 MiB of memory


def ask(server, path="/", **more):
    return check("http", f"url={server.url(path)}", **more)


def sent(url="/", **more):
    """The head that goes out."""
    with Http(lambda request: PAGE) as server:
        assert ask(server, url, **more).verdict == "up"
        return server.requests[0].head.decode("latin-1").replace(f":{server.port}", ":PORT")


# ---- what is sent ----

@test("a plain request, to the byte")
def plain():
    assert sent() == "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nUser-Agent: nines/1\r\nAccept: */*\r\n\r\n"
    assert sent("/a/../b?c=\u00fc#d").startswith("GET /b?c=%C3%BC HTTP/1.1\r\n")


@test("a header of the caller's takes the place of ours; without a value it takes ours away, with a semicolon it goes out without one")
def replaced():
    head = sent(header="host: x.test\nUSER-AGENT: me\nAccept:\nX-None;\nX-Gone:\nX-One: 1")
    assert head == "GET / HTTP/1.1\r\nhost: x.test\r\nUSER-AGENT: me\r\nX-None:\r\nX-One: 1\r\n\r\n", head


@test("a body goes out with its length and type, or those of the caller")
def bodies():
    head = sent(body="a=b")
    assert head.startswith("POST / HTTP/1.1\r\n") and head.endswith("Content-Length: 3\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n")
    assert sent(body="{}", header="Content-Type: application/json").endswith("Content-Type: application/json\r\nContent-Length: 2\r\n\r\n")
    assert sent(body="a=b", header="Content-Length: 99").count("Content-Length: 3\r\n") == 1
    assert "Content-Length: 0\r\n" in sent(method="PUT", header="Content-Length: 0")
    assert "Content-" not in sent(method="HEAD", body="a=b")
    assert "Content-Length" not in sent(method="PUT") and "Content-Length: 0" in sent(method="POST")


@test("what a header must not say is our mistake: unknown, and nothing goes out")
def refused():
    with Http({"/": PAGE}) as server:
        for header, why in (("no colon", "is not of the form 'Name: value'"), (": x", "is not of the form"), ("A b: x", "is not of the form"),
                            ("Transfer-Encoding: chunked", "a body is sent whole, with its length")):
            ask(server, header=header).says("unknown", why)
        assert not server.connections


# ---- compression ----

def packed(coding, body, header=ALL, script=None, **more):
    """What the check makes of a body with this Content-Encoding."""
    page = reply(200, body, header=[("Content-Encoding", coding)])
    with Server([expect(b"\r\n\r\n"), (script or send)(page), close()]) as server:
        return ask(server, header=header, **more)


def raw_deflate(text):
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(text) + coder.flush()


CODINGS = {"gzip": gzip.compress(TEXT), "x-gzip": gzip.compress(TEXT), "GZIP": gzip.compress(TEXT), "deflate": zlib.compress(TEXT), "br": BR,
           "zstd": ZSTD, "gzip,deflate , gzip": gzip.compress(zlib.compress(gzip.compress(TEXT))), "identity": TEXT,
           "gzip, identity": gzip.compress(TEXT)}

for coding, body in CODINGS.items():
    @test(f"F41: {coding} is undone, whole and byte by byte; cut off or with bytes behind it it is broken")
    def undone(coding=coding, body=body):
        for script in (send, send_split):
            result = packed(coding, body, script=script, expect_body=TEXT.decode())
            assert result.verdict == "up" and result.values["body_bytes"] == len(TEXT), result
        if coding != "identity":
            packed(coding, body[:-1]).says("down", "broken compressed body", "body")
            packed(coding, body + b"!").says("down", "broken compressed body", "body")


@test("F41: deflate without the frame of zlib, and gzip in several members, are undone")
def odd():
    assert packed("deflate", raw_deflate(TEXT), expect_body=TEXT.decode()).verdict == "up"
    assert packed("gzip", gzip.compress(TEXT[:5]) + gzip.compress(TEXT[5:]), expect_body=TEXT.decode()).verdict == "up"


@test("F41: bombs of every coding, and bombs in bombs, are down")
def bombs():
    for coding, body in (("br", BR_BOMB), ("zstd", ZSTD_BOMB), ("deflate", zlib.compress(bytes(1 << 24))),
                         ("gzip, gzip", gzip.compress(gzip.compress(bytes(1 << 26))))):
        packed(coding, body).says("down", "decompressed body more than 100 times its size", "body")
    packed("zstd", ZSTD_HUGE_WINDOW).says("down", "broken compressed body", "body")


@test("F41: a coding that nobody knows, and too many of them, are down; nobody looks at it where nothing was asked for or no body comes")
def unknown_coding():
    packed("rot13", TEXT).says("down", "unknown Content-Encoding 'rot13'", "body")
    packed("gzip, gzip, gzip, gzip", gzip.compress(TEXT)).says("down", "more than 3 codings of the body", "body")
    assert packed("rot13", TEXT, header="Accept: */*").values["body_bytes"] == len(TEXT)
    assert packed("rot13", b"").verdict == packed("gzip", b"").verdict == "up"


@test("F41: what is cut at its cap need not end well")
def cut():
    noise = random.Random(1).randbytes(3 << 19)
    result = packed("gzip", gzip.compress(noise))
    assert result.verdict == "up" and result.facts["body_truncated"] == "true", result


@test("Accept-Encoding goes out as it was given, or names all that is known")
def offered():
    assert "Accept-Encoding: gzip\r\n" in sent(header="Accept-Encoding: gzip")
    assert "Accept-Encoding: gzip, deflate, br, zstd\r\n" in sent(header=ALL)


# ---- early answers ----

BIG = "x" * 30000  # more than the buffer of a server that was made small takes


def small(script, **more):
    """A server that has little room for what it does not read."""
    server = Server(script, **more)
    server.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    return server


TOO_LARGE = reply(413, reason="Too Large")
STEPS = ["connect", "request", "first-byte", "body"]


def everything(talk):
    talk.exactly(len(BIG))


def say(result, verdict, *steps):
    assert result.verdict == verdict and result.steps == list(steps or STEPS), result
    return result


@test("a server that answers before it has read the body, and reads no more of it, is judged by its answer at once")
def early():
    with small([expect(b"\r\n\r\n"), send(TOO_LARGE), silence()]) as server:
        say(ask(server, body=BIG, timeout="20s"), "down").says("down", "got '413 Too Large'", "first-byte")
    with small([expect(b"\r\n\r\n"), send(TOO_LARGE), close()]) as server:
        say(ask(server, body=BIG), "down").says("down", "got '413 Too Large'", "first-byte")
    with small([send(TOO_LARGE), reset()]) as server:
        assert ask(server, body=BIG).verdict == "down"


@test("a server that answers early and reads on gets all of the body")
def both():
    for first in (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", PAGE[:-20], PAGE[:9]):
        rest = PAGE if first[9:10] == b"1" else PAGE[len(first):]
        with small([expect(b"\r\n\r\n"), send(first), everything, send(rest), close()]) as server:
            say(ask(server, body=BIG, expect_body="in order"), "up")


@test("a server that reads slowly gets all of it, and answers then")
def slow_reader():
    with small([expect(b"\r\n\r\n"), everything, send(PAGE), close()]) as server:
        say(ask(server, body=BIG), "up")


@test("a server that goes away while it is being sent a body is down: closed, or reset")
def gone():
    for last in (close(), reset()):
        with small([expect(b"\r\n\r\n"), last]) as server:
            result = ask(server, body=BIG)
            assert result.verdict == "down" and "before its answer" in result.reason, result


@test("the same over TLS, where both sides speak at once")
def secure():
    context, more = tls_context(certs.good()), {"ca_file": certs.authority(), "body": BIG}
    steps = ["connect", "tls", *STEPS[1:]]
    for script, verdict in (([expect(b"\r\n\r\n"), everything, send(PAGE), close()], "up"),
                            ([expect(b"\r\n\r\n"), send(PAGE[:-20]), everything, send(PAGE[-20:]), close()], "up"),
                            ([expect(b"\r\n\r\n"), send(TOO_LARGE), silence()], "down")):
        with small(script, tls=context) as server:
            say(check("https", f"url=https://127.0.0.1:{server.port}/", timeout="20s", **more), verdict, *steps)


run()
