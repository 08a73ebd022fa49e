#!/usr/bin/env python3
"""The tcp check, and with it dialling, resolving, reading and TLS, against a server for each way of failing."""
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from servers import (Server, Udp, close, drip, endless, expect, refused_port, reset, send, send_split, silence, tls_context)
from tap import BUILD, run, skip, test


def check(*options, module="tcp", env=None, wanted=None):
    """The result of one probe as `nines check --json` gives it."""
    done = subprocess.run([str(BUILD / "nines"), "check", module, *options, "--json"], capture_output=True, text=True,
                          env=dict(os.environ, **(env or {})))
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert done.returncode == ["up", "degraded", "down", "unknown"].index(result["verdict"])
    if wanted:
        assert result["verdict"] == wanted, result
    return result


def to(server, *more):
    return f"host={server.host}", f"port={server.port}", *more


def steps(result):
    return [s["name"] for s in result["steps"]]


@test("a port that answers is up, its step is timed")
def up():
    with Server([silence()]) as server:
        result = check(*to(server), wanted="up")
    assert steps(result) == ["connect"] and result["address"] == "127.0.0.1"
    assert 0 < result["steps"][0]["to_us"] <= result["elapsed_us"]


@test("a refused port is down")
def refused():
    port, hold = refused_port()
    result = check("host=127.0.0.1", f"port={port}", wanted="down")
    hold.close()
    assert result["reason"] == f"connection refused by 127.0.0.1:{port}" and result["step"] == "connect"
    assert result["steps"][-1]["ok"] is False


@test("a text is sent and another found")
def talk():
    with Server([expect(b"PING\r\n"), send(b"+PONG\r\n"), silence()]) as server:
        result = check(*to(server, r"send=PING\r\x0a", "expect=+PONG"), wanted="up")
        assert server.heard(0) == b"PING\r\n"
    assert steps(result) == ["connect", "request", "first-byte"]


@test("an answer split at every byte is the same answer")
def split():
    with Server([send_split(b"220 mail ready\r\n", 0.001), silence()]) as server:
        check(*to(server, r"expect=220 mail ready\r\n"), wanted="up")


@test("another answer is down and shown")
def unwanted():
    with Server([send(b"554 go away\r\n"), close()]) as server:
        result = check(*to(server, "expect=220"), wanted="down")
    assert result["reason"] == "wanted '220', got '554 go away\\x0d\\x0a' and the end of the stream", result["reason"]


@test("a server that closes at once is down")
def closes():
    with Server([close()]) as server:
        result = check(*to(server, "expect=x"), wanted="down")
    assert "end of the stream" in result["reason"] and result["step"] == "first-byte"


@test("silence ends at the deadline, in its step")
def silent():
    with Server([silence()]) as server:
        result = check(*to(server, "expect=220", "timeout=1"), wanted="down")
    assert result["reason"] == "timeout after 1s" and result["step"] == "first-byte"
    assert result["elapsed_us"] >= 1_000_000


@test("the deadline is one for the whole probe, whatever drips in")
def dripping():
    with Server([drip(b"a" * 100, 1, 0.1)]) as server:
        result = check(*to(server, "expect=220", "timeout=1"), wanted="down")
    assert result["reason"].startswith("timeout after 1s") and result["elapsed_us"] < 9_000_000, "the drip lasts ten seconds"


@test("a port that accepts nothing ends at the deadline in connect")
def full():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        held = [socket.socket() for _ in range(8)]
        for s in held:
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
        result = check("host=127.0.0.1", f"port={port}", "timeout=1", wanted="down")
        assert result["reason"] == "timeout after 1s" and result["step"] == "connect"
        for s in held:
            s.close()


@test("a reset in mid-reply is down")
def torn():
    with Server([send(b"22"), expect(b"x"), reset()]) as server:
        result = check(*to(server, "send=x", "expect=220"), wanted="down")
    assert result["reason"] == f"connection reset by 127.0.0.1:{server.port}", result["reason"]


@test("an endless answer is down, too long")
def flood():
    with Server([endless(b"a" * 4096)]) as server:
        result = check(*to(server, "expect=220"), wanted="down")
    assert result["reason"].startswith("too long: no '220' in the first 65536 bytes"), result["reason"]


@test("what a stranger sends cannot trick a terminal")
def hostile():
    said = b"\x1b[2J\x00<b>%n%s\xe2\x80\xae\xff\r\n"
    with Server([send(said), close()]) as server:
        result = check(*to(server, "expect=220"), wanted="down")
        shown = subprocess.run([str(BUILD / "nines"), "check", "tcp", *to(server, "expect=220"), "--trace"],
                               capture_output=True).stdout
    assert "\x1b" not in result["reason"] and "\u202e" not in result["reason"] and "%n%s" in result["reason"]
    assert b"\x1b[2J" not in shown and b"\x00" not in shown and b"\xe2\x80\xae" not in shown


@test("a NUL in an answer reads as a space")
def nul():
    with Server([send(b"ready\x00now\r\n"), silence()]) as server:
        check(*to(server, "expect=now"), wanted="up")


@test("an escape that is none is unknown")
def escapes():
    result = check("host=127.0.0.1", "port=1", r"send=a\q", wanted="unknown")
    assert "no such escape" in result["reason"]


@test("IPv6 is dialled as asked, never silently IPv4")
def ipv6():
    try:
        server = Server([silence()], ip=6)
    except OSError:
        skip("no IPv6 here")
    with server:
        result = check(*to(server), wanted="up")
        assert result["address"] == "::1"
        check("host=localhost", f"port={server.port}", "address-family=6", wanted="up")
        result = check("host=localhost", f"port={server.port}", "address-family=4", wanted="down")
        assert result["reason"] == f"connection refused by 127.0.0.1:{server.port}"
        result = check("host=127.0.0.1", f"port={server.port}", "address-family=6", wanted="unknown")
        assert "address-family" in result["reason"]


@test("the trace shows what was said, but no secret of others")
def trace():
    with Server([expect(b"hello\n"), send(b"world\n"), silence()]) as server:
        shown = subprocess.run([str(BUILD / "nines"), "check", "tcp", *to(server, r"send=hello\n", "expect=world"), "--trace"],
                               capture_output=True, text=True).stdout
    assert "> hello" in shown and "< world" in shown, shown


# ---- TLS ----

def secure(pair, *options, wanted, host="127.0.0.1", ca=True, **more):
    with Server([silence()], tls=tls_context(pair, **more)) as server:
        trust = [f"ca-file={certs.authority()}"] if ca else []
        return check(f"host={host}", f"port={server.port}", "tls=implicit", "timeout=5", *trust, *options, wanted=wanted)


@test("a good certificate is up, with its facts")
def good():
    result = secure(certs.good(), wanted="up")
    assert steps(result) == ["connect", "tls"]
    assert 363 <= result["values"]["certificate_days"]["value"] <= 365
    assert result["values"]["certificate_days"]["unit"] == "d"
    secure(certs.chain(), wanted="up")
    secure(certs.good(), "server-name=host.test", wanted="up")


BAD = [("expired", certs.expired, "certificate expired on 20"),
       ("not yet valid", certs.not_yet, "certificate is not yet valid, only from 20"),
       ("self-signed", certs.self_signed, "certificate is self-signed"),
       ("for another host", certs.wrong_host, "certificate is for 'elsewhere.test', not '127.0.0.1'"),
       ("of another authority", certs.other_authority,
        "certificate chain incomplete: issuer 'CN=other.test' is neither sent nor trusted here"),
       ("without its intermediate", certs.incomplete,
        "certificate chain incomplete: issuer 'CN=between.test' is neither sent nor trusted here")]

for name, pair, reason in BAD:
    @test(f"a certificate {name} is down with exactly that reason")
    def bad(pair=pair, reason=reason):
        result = secure(pair(), wanted="down")
        assert result["reason"].startswith(reason), result["reason"]
        assert result["step"] == "tls" and "certificate_days" in result["values"]
        result = secure(pair(), "verify=false", wanted="up")
        assert "certificate_days" in result["values"]


@test("a wrong server-name is told from the names of the certificate")
def other_name():
    result = secure(certs.good(), "server-name=other.test", wanted="down")
    assert result["reason"] == "certificate is for 'localhost, host.test, 127.0.0.1, 127.0.0.2, ::1', not 'other.test'"


@test("a certificate that expires soon is degraded")
def soon():
    result = secure(certs.soon(), wanted="degraded")
    assert result["reason"] == "certificate expires in 5 days", result["reason"]
    secure(certs.soon(), "warn-expiry=5", wanted="up")


@test("an old protocol is down as weak")
def weak():
    context = tls_context(certs.good())
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with Server([silence()], tls=context) as server:
        result = check(*to(server, "tls=implicit", f"ca-file={certs.authority()}"), wanted="down")
    assert result["reason"] == "weak protocol: the server speaks nothing as new as TLS 1.2", result["reason"]


@test("a client certificate is shown when it is given")
def client():
    pair = certs.client()
    result = secure(certs.good(), f"client-cert={pair[0]}", f"client-key={pair[1]}", wanted="up", client_ca=certs.authority())
    assert result["verdict"] == "up"


@test("a server that speaks no TLS is down and says so")
def plain():
    with Server([expect(b"\n"), send(b"500 what\r\n"), silence()]) as server:
        result = check(*to(server, "tls=implicit", "timeout=2"), wanted="down")
    assert result["step"] == "tls"
    with Server([send(b"SSH-2.0-x\r\n"), silence()]) as server:
        result = check(*to(server, "tls=implicit", "timeout=2"), wanted="down")
    assert "no TLS" in result["reason"] or "plain text before TLS" in result["reason"], result["reason"]


@test("a stall in the handshake ends at the deadline, a close is told")
def stall():
    with Server([silence()]) as server:
        result = check(*to(server, "tls=implicit", "timeout=1"), wanted="down")
        assert result["reason"] == "timeout after 1s" and result["step"] == "tls"
    with Server([expect(b"\x01"), close()]) as server:
        result = check(*to(server, "tls=implicit"), wanted="down")
    assert "in the TLS handshake" in result["reason"], result["reason"]


@test("text is sent and found over TLS, byte by byte")
def tls_talk():
    with Server([expect(b"PING"), send_split(b"+PONG"), silence()], tls=tls_context(certs.good())) as server:
        result = check(*to(server, "tls=implicit", f"ca-file={certs.authority()}", "send=PING", "expect=+PONG"), wanted="up")
    assert steps(result) == ["connect", "tls", "request", "first-byte"]


@test("a ca-file that is missing is unknown, not down")
def no_ca():
    with Server([silence()], tls=tls_context(certs.good())) as server:
        result = check(*to(server, "tls=implicit", "ca-file=/nowhere/ca.pem"), wanted="unknown")
    assert "ca-file '/nowhere/ca.pem'" in result["reason"]


# ---- names ----

A, AAAA = 1, 28


def answering(records, rcode=0):
    """A resolver that knows {(name, type): address}."""
    def answer(query, peer):
        number, at, labels = query[:2], 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question, kind = query[12:at + 5], struct.unpack("!H", query[at + 1:at + 3])[0]
        name = ".".join(labels)
        found = records.get((name, kind))
        known = any(key[0] == name for key in records)
        status = rcode or (0 if known else 3)
        rdata = found and socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, found)
        body = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(rdata)) + rdata if found else b""
        return number + struct.pack("!HHHHH", 0x8180 | status, 1, 1 if found else 0, 0, 0) + question + body
    return answer


def named(resolver, *options, **more):
    return check(*options, env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}, **more)


@test("a name is resolved anew, in a step of its own")
def resolves():
    with Server([silence()]) as server, Udp(answering({("host.test", A): "127.0.0.1"})) as resolver:
        result = named(resolver, "host=host.test", f"port={server.port}", wanted="up")
        assert steps(result) == ["resolve", "connect"] and result["address"] == "127.0.0.1"
        assert result["steps"][0]["to_us"] <= result["steps"][1]["to_us"]


@test("a name that does not exist is down")
def no_name():
    with Udp(answering({("v4.test", A): "127.0.0.1"})) as resolver:
        result = named(resolver, "host=gone.test", "port=1", wanted="down")
        assert result["reason"] == "no such name 'gone.test'" and result["step"] == "resolve"
        result = named(resolver, "host=v4.test", "port=1", "address-family=6", wanted="down")
        assert result["reason"] == "no such name 'v4.test': it has no IPv6 address"


@test("SERVFAIL is down, a resolver that refuses is unknown")
def servfail():
    with Udp(answering({}, 2)) as resolver:
        result = named(resolver, "host=host.test", "port=1", wanted="down")
        assert result["reason"] == "resolver answered SERVFAIL for 'host.test'", result["reason"]
    with Udp(answering({}, 5)) as resolver:
        result = named(resolver, "host=host.test", "port=1", wanted="unknown")
        assert result["reason"].startswith("resolver failing: it refused"), result["reason"]


@test("a resolver that is silent or gone is unknown")
def no_resolver():
    with Udp(lambda data, peer: None) as resolver:
        result = named(resolver, "host=host.test", "port=1", "timeout=1", wanted="unknown")
        assert result["reason"].startswith("resolver failing: no answer") and result["step"] == "resolve"
    result = named(resolver, "host=host.test", "port=1", "timeout=9", wanted="unknown")
    assert result["reason"].startswith("resolver failing: "), result["reason"]
    assert result["elapsed_us"] < 9_000_000, "nobody listens there: the kernel says so"


run()
