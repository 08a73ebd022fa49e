#!/usr/bin/env python3
"""The ntp check against time servers that are right, wrong, forged and silent, and against chronyd."""
import struct
import time

from golden import Golden
from probe import check
from real_chrony import chronyd
from servers import A, Udp, answering, refused_port
from tap import run, skip, test

golden = Golden(__file__)
ERA_S = 2208988800


def stamp(offset=0.0):
    return int((time.time() + ERA_S + offset) * 2**32) & 2**64 - 1


def packet(query, *, leap=0, mode=4, stratum=2, reference=b"\xc0\0\2\1", origin=None, offset=0.0, receive=None, transmit=None):
    """An answer to a query. `offset`: seconds that the server's clock is ahead; the rest replaces what is right."""
    now = stamp(offset)
    return (struct.pack("!BBbb", leap << 6 | 4 << 3 | mode, stratum, 6, -20) + struct.pack("!II", 0x1000, 0x2000) + reference
            + struct.pack("!Q", now) + (query[40:48] if origin is None else origin)
            + struct.pack("!QQ", now if receive is None else receive(now), now if transmit is None else transmit(now)))


def ask(server, *options, **more):
    return check("ntp", f"host={server.host}", f"port={server.port}", *options, **more)


def case(title, reply, *options, verdict, mask=None, **more):
    @test(title)
    def one():
        with Udp(reply) as server:
            result = ask(server, *options, **more)
        assert result.verdict == verdict, result
        if mask:  # figures that no two runs share
            assert mask(result.reason), result.reason
        else:
            golden(title, result)
    return one


def says(**how):
    return lambda query, peer: packet(query, **how)


WIDE = ("warn-offset=10s", "max-offset=20s")  # a machine's pause is no difference of clocks
case("a server that is right", says(), *WIDE, verdict="up")
case("a clock that is ahead", says(offset=15), *WIDE, verdict="degraded",
     mask=lambda text: text.startswith("clock is 1") and text.endswith(" s ahead of ours, limit 10.000 s"))
case("a clock that is behind", says(offset=-150), *WIDE, verdict="down",
     mask=lambda text: text.startswith("clock is 1") and text.endswith(" s behind ours, limit 20.000 s"))
case("a clock of another age, and nobody asks", says(offset=-10**8), "warn-offset=0", "max-offset=0", verdict="up")
case("a stratum that is too high", says(stratum=5), *WIDE, "max-stratum=4", verdict="degraded")
case("stratum 16", says(stratum=16), *WIDE, verdict="down")
case("stratum 255", says(stratum=255), *WIDE, verdict="down")
case("a leap alarm", says(leap=3), *WIDE, verdict="down")
case("a leap second is announced", says(leap=1), *WIDE, verdict="up")
for word in (b"RATE", b"DENY", b"RSTR", b"INIT", b"STEP", b"XFOO", b"\0\0\0\0", b"\x1b[2J"):
    case(f"a kiss of {word!r}", says(stratum=0, leap=3, reference=word), *WIDE, verdict="unknown" if word == b"RATE" else "down")
case("no time in the answer", says(transmit=lambda now: 0), *WIDE, verdict="down", mask=lambda text: text.startswith("server's times are nonsense"))
case("sent before it was received", says(transmit=lambda now: now - (60 << 32)), *WIDE, verdict="down",
     mask=lambda text: text.startswith("server's times are nonsense: its answer took -60.000 s of a "))
case("a minute between receiving and sending", says(transmit=lambda now: now + (60 << 32)), *WIDE, verdict="down",
     mask=lambda text: text.startswith("server's times are nonsense: its answer took 60.000 s of a "))
case("silence", lambda query, peer: None, verdict="down", timeout="1s")
case("only answers to others", says(origin=b"12345678"), verdict="down", timeout="1s")
case("only answers to nobody", says(origin=bytes(8)), verdict="down", timeout="1s")
case("only queries", says(mode=3), verdict="down", timeout="1s")
case("only half packets", lambda query, peer: packet(query)[:47], verdict="down", timeout="1s")
case("an endless stream of wrong answers", lambda query, peer: [packet(query, mode=5)] * 20000, verdict="down", timeout="1s")


@test("forged answers before the right one are passed over")
def forged():
    with Udp(lambda q, p: [packet(q, origin=b"12345678", offset=1000), packet(q, mode=3), packet(q, mode=5), b"", b"x", q, packet(q)[:40],
                           packet(q) + b"extension"]) as server:
        result = ask(server, *WIDE)
    assert result.verdict == "up", result


@test("a query that is lost is asked again, with another number")
def lost():
    with Udp(lambda q, p: packet(q) if len(server.heard) > 1 else None) as server:
        result = ask(server, *WIDE, timeout="9s")
        assert result.verdict == "up" and server.heard[0][40:] != server.heard[1][40:], result


@test("the query is a client's of version 4 and tells nothing of us")
def query():
    with Udp(says()) as server:
        ask(server, *WIDE)
        assert len(server.heard[0]) == 48 and server.heard[0][:40] == b"\x23" + bytes(39) and any(server.heard[0][40:])


@test("the values and facts of an answer")
def told():
    with Udp(says(stratum=1, reference=b"GPS\0")) as server:
        result = ask(server, *WIDE)
        assert result.values["stratum"] == 1 and result.facts == {"leap": "none", "reference": "GPS"}, result
        assert result.values["root_delay"] == 62500 and result.values["root_dispersion"] == 125000, result
        assert abs(result.values["offset"]) < 10e6 and 0 <= result.values["delay"] < 10e6, result
        assert result.steps == ["query"] and result.address == "127.0.0.1", result
    with Udp(says()) as server:
        assert ask(server, *WIDE).facts["reference"] == "192.0.2.1"


@test("a name is resolved in a step of its own, IPv6 is asked")
def addresses():
    with Udp(says()) as server, Udp(answering({("time.test", A): "127.0.0.1"})) as resolver:
        result = check("ntp", "host=time.test", f"port={server.port}", *WIDE, env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})
        assert result.steps == ["resolve", "query"], result
    try:
        server = Udp(says(), ip=6)
    except OSError:
        skip("no IPv6 here")
    with server:
        assert ask(server, *WIDE).address == "::1"


@test("nobody listens there")
def refused():
    port, hold = refused_port()
    with hold:
        golden("a closed port", check("ntp", "host=127.0.0.1", f"port={port}"))


@test("chronyd that has its time")
def good(tmp):
    with chronyd(tmp / "c") as port:
        result = check("ntp", "host=127.0.0.1", f"port={port}", *WIDE)
        assert result.verdict == "up" and result.values["stratum"] == 3 and result.facts["reference"] == "127.127.1.1", result
        assert check("ntp", "host=127.0.0.1", f"port={port}", "max-stratum=2", *WIDE).reason == "stratum is 3, wanted at most 2"


@test("chronyd that has no time")
def unsynchronised(tmp):
    with chronyd(tmp / "c", "") as port:
        result = check("ntp", "host=127.0.0.1", f"port={port}", *WIDE)
    assert result.verdict == "down", result
    golden("chronyd that has no time", result)


run()
