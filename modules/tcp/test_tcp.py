#!/usr/bin/env python3
"""The tcp check, and with it dialling, resolving, reading and TLS, against a server for each way of failing."""
import pathlib
import socket
import ssl
import subprocess
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import free_port
from failures import common, script
from golden import Golden
from probe import check
from servers import (A, Server, Udp, answering, called, close, endless, expect, ipv6_only, pause, reset, send, send_split, silence, tls,
                     tls_context)
from starttls import ask, implicit
from tap import BUILD, run, test

golden = Golden(__file__)
PING, PONG, ASK = "PING\r\n", b"+PONG\r\n", [r"send=PING\r\x0a", r"expect=+PONG\r\n"]

common(golden, "tcp", [PING, PONG], *ASK)
implicit(golden, "tcp", [PING, PONG], "tls=implicit", *ASK)


def to(server, *more):
    return f"host={server.host}", f"port={server.port}", *more


def case(title, verdict, conversation, *options, heard=None, **more):
    """One conversation, one golden line; `heard`: all that the client must have said."""
    @test(title)
    def one():
        with Server(script(conversation)) as server:
            result = check("tcp", *to(server), *options, **more)
            assert heard is None or server.heard(0) == heard, server.heard(0)
        assert result.verdict == verdict, result
        golden(title, result)


@test("a port that answers is up, its step is timed")
def up():
    with Server([silence()]) as server:
        result = check("tcp", *to(server))
    golden("a port that answers", result)
    assert 0 < result.took("connect") <= result.elapsed and result.address == "127.0.0.1"


case("a text is sent and another found", "up", [PING, PONG], *ASK, heard=b"PING\r\n")
case("a text that comes unasked", "up", [b"220 mail ready\r\n"], "expect=220 ")
case("a text that is sent to one who only listens", "up", [], "send=PING")
case("another answer, shown", "down", [b"554 go away\r\n", close()], "expect=220")
case("nothing but an end", "down", [close()], "expect=x")
case("silence within an answer", "down", [b"22"], "expect=220", timeout="1s")
case("a reset in mid-reply", "down", [b"22", "x", reset()], "send=x", "expect=220")
case("an answer without end", "down", [endless(b"a" * 4096)], "expect=220")
case("a NUL in an answer", "up", [b"ready\x00now\r\n"], "expect=now")
case("a NUL to look for", "unknown", [], r"expect=ready\x00now")
case("an escape that is none", "unknown", [], r"send=a\q")
case("ca-file that is missing", "unknown", [], "tls=implicit", "ca-file=/nowhere/ca.pem")
case("TLS, silence instead of a handshake", "down", [], "tls=implicit", timeout="1s")
case("TLS, an end instead of a handshake", "down", [lambda talk: talk.exactly(5), close()], "tls=implicit")
case("TLS, an answer in another protocol", "down", ["\n", b"500 what\r\n"], "tls=implicit", timeout="1s")


@test("a port that accepts nothing ends at the deadline in connect")
def full():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        held = [socket.socket() for _ in range(8)]
        for s in held:
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
        golden("a port that accepts nothing", check("tcp", "host=127.0.0.1", f"port={port}", "timeout=1"))
        for s in held:
            s.close()


@test("what a stranger sends cannot trick a terminal")
def hostile():
    said = b"\x1b[2J\x00<b>%n%s\xe2\x80\xae\xff\r\n"
    with Server([send(said), close()]) as server:
        shown = subprocess.run([str(BUILD / "nines"), "check", "tcp", *to(server, "expect=220"), "--trace"],
                               capture_output=True).stdout
    assert b"\x1b[2J" not in shown and b"\x00" not in shown and b"\xe2\x80\xae" not in shown


@test("IPv6 is dialled as asked, never silently IPv4")
def ipv6():
    with ipv6_only(lambda: Server([silence()], ip=6)) as server:
        for title, verdict, *words in (("IPv6, an address", "up", "host=::1"), ("IPv6, a name", "up", "host=localhost", "address-family=6"),
                                       ("IPv6 only, asked over IPv4", "down", "host=localhost", "address-family=4"),
                                       ("an address of the other family", "unknown", "host=127.0.0.1", "address-family=6")):
            result = check("tcp", f"port={server.port}", *words)
            assert result.verdict == verdict and (verdict != "up" or result.address == "::1"), result
            golden(title, result)


@test("the trace shows what was said, but no secret of others")
def trace():
    with Server([expect(b"hello\n"), send(b"world\n"), silence()]) as server:
        shown = subprocess.run([str(BUILD / "nines"), "check", "tcp", *to(server, r"send=hello\n", "expect=world"), "--trace"],
                               capture_output=True, text=True).stdout
    assert "> hello" in shown and "< world" in shown, shown


@test("each step takes the time that the server takes for it")
def slow():
    context = tls_context(certs.good())
    steps = [called(), pause(0.05), tls(context), expect(b"PING"), pause(1), send(PONG), silence()]
    with Server(steps) as server:
        result = check("tcp", *to(server, "tls=implicit", f"ca-file={certs.authority()}", *ASK))
    golden("each step takes its time", result)
    assert result.took("tls") >= 0.04 and 1 <= result.took("request") + result.took("first-byte") and result.took("request") < result.took("first-byte"), result


# ---- TLS ----

def secure(context, *options):
    return ask("tcp", script([PING, PONG]), "tls=implicit", *ASK, *options, tls=context)


@test("a good certificate leaves its facts")
def good():
    result = secure(tls_context(certs.good()))
    assert 363 <= result.values["certificate_days"] <= 365 and result.json["values"]["certificate_days"]["unit"] == "d"


for words, title, pair in ((["server-name=host.test"], "a server-name of the certificate", certs.good),
                           (["server-name=other.test"], "a server-name that is not the certificate's", certs.good),
                           (["warn-expiry=5"], "a certificate that has as many days as wanted", certs.soon)):
    @test(title)
    def named_otherwise(words=words, title=title, pair=pair):
        golden(title, secure(tls_context(pair()), *words))


@test("an old protocol is down as weak")
def weak():
    context = tls_context(certs.good())
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    golden("an old protocol", secure(context))


@test("a client certificate is shown when it is given, and missed when it is not")
def client():
    pair, context = certs.client(), tls_context(certs.good(), client_ca=certs.authority())
    golden("a client certificate", secure(context, f"client-cert={pair[0]}", f"client-key={pair[1]}"))
    assert secure(context).verdict == "down"


@test("text is found over TLS byte by byte")
def tls_talk():
    with Server([expect(b"PING"), send_split(PONG), silence()], tls=tls_context(certs.good())) as server:
        golden("TLS from the first byte", check("tcp", *to(server, "tls=implicit", f"ca-file={certs.authority()}", *ASK)))


# ---- names ----

def named(title, answer, *options):
    """One probe whose resolver gives this answer."""
    with Udp(answer) as resolver:
        result = check("tcp", *options, env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})
    golden(title, result)
    return result


@test("a name is resolved anew, in a step of its own")
def resolves():
    with Server([silence()]) as server:
        result = named("a name", answering({("host.test", A): "127.0.0.1"}), "host=host.test", f"port={server.port}")
    assert result.address == "127.0.0.1" and result.took("resolve") > 0


@test("what the resolver says of a name is down, what it fails in is unknown")
def unresolved():
    only = answering({("v4.test", A): "127.0.0.1"})
    for title, verdict, answer, *words in (("a name that does not exist", "down", only, "host=gone.test"),
                                           ("a name without such an address", "down", only, "host=v4.test", "address-family=6"),
                                           ("SERVFAIL", "down", answering({}, 2), "host=host.test"),
                                           ("a resolver that refuses", "unknown", answering({}, 5), "host=host.test"),
                                           ("a resolver that is silent", "unknown", lambda data, peer: None, "host=host.test", "timeout=1")):
        assert named(title, answer, "port=1", *words).verdict == verdict, title


@test("a resolver that is gone is unknown, at once")
def no_resolver():
    port = free_port(kinds=[socket.SOCK_DGRAM])
    result = check("tcp", "host=host.test", "port=1", "timeout=9", env={"NINES_RESOLVER": f"127.0.0.1:{port}"})
    golden("a resolver that is gone", result)
    assert result.verdict == "unknown" and result.elapsed < 9, "nobody listens there: the kernel says so"


run()
