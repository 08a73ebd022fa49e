#!/usr/bin/env python3
"""The dns check against a name server for each way of answering, right and wrong (F45)."""
import struct

from dnswire import (A, AAAA, CAA, CNAME, DS, MX, NS, NXDOMAIN, REFUSED, SERVFAIL, SOA, SRV, TLSA, TXT, a, answer, asked, both, mx,
                     name, over_tcp, record, soa, txt, zone)
from daemon import nines
from golden import Golden
from probe import check, refusal
from servers import Udp, answering, close, drip, endless, refused_port, reset, send, silence
from tap import BUILD, run, skip, test

golden = Golden(__file__)
WWW = {("www.test", A): [a("192.0.2.1"), a("192.0.2.2")]}


def ask(server, *options, **more):
    """One probe of www.test at that server."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    options = options if any(o.startswith("name=") for o in options) else (*options, "name=www.test")
    return check("dns", *options, f"server={host}:{server.port}", **more)


def case(title, reply, *options, verdict, **more):
    @test(title)
    def one():
        with Udp(reply) as server:
            result = ask(server, *options, **more)
        assert result.verdict == verdict, result
        golden(title, result)


# ---- answers ----

case("an answer is up", zone(WWW), verdict="up")
case("the set in another order", zone(WWW), "expect-answer=192.0.2.2\n192.0.2.1", verdict="up")
case("a record is missing", zone(WWW), "expect-answer=192.0.2.2\n192.0.2.1\n192.0.2.3", verdict="down")
case("a record too many", zone(WWW), "expect-answer=192.0.2.2", verdict="down")
case("another record", zone(WWW), "expect-answer=192.0.2.1\n192.0.2.9", verdict="down")
case("a name that cannot be asked for", zone(WWW), "name=" + "x" * 64 + ".test", verdict="unknown")
case("a name without such records", zone({**WWW, ("www.test", AAAA): []}), "type=AAAA", verdict="down")
case("no such name", zone({}), verdict="down")
case("no such name, as wanted", zone({}), "expect-rcode=NXDOMAIN", verdict="up")
case("a name that should not be there", zone(WWW), "expect-rcode=NXDOMAIN", verdict="down")
case("the server fails", lambda q, _: answer(q, rcode=SERVFAIL), verdict="down")
case("the server refuses", lambda q, _: answer(q, rcode=REFUSED), verdict="down")
case("the server refuses, as wanted", lambda q, _: answer(q, rcode=REFUSED), "expect-rcode=REFUSED", verdict="up")
case("a code of the EDNS record", lambda q, _: answer(q)[:10] + b"\0\1" + answer(q)[12:] + b"\0" + struct.pack("!HHIH", 41, 1232, 1 << 24, 0),
     verdict="down")
case("a code without a name", lambda q, _: answer(q, rcode=12), verdict="down")
case("authoritative, as wanted", zone(WWW, aa=True), "expect-aa=true", verdict="up")
case("not authoritative", zone(WWW), "expect-aa=true", verdict="down")
case("validated, as wanted", zone(WWW, ad=True), "expect-ad=true", verdict="up")
case("not validated", zone(WWW), "expect-ad=true", verdict="down")

TYPES = [
    ("AAAA", AAAA, [a("2001:db8::1")], "2001:0DB8:0:0::1"), ("MX", MX, [mx(10, "mx1.test"), mx(20, "MX2.test")], "20 mx2.test.\n010 mx1.TEST"),
    ("NS", NS, [name("ns1.test")], "NS1.test."), ("TXT", TXT, [txt("v=spf1 ", "-all")], '"v=spf1 " "-all"'),
    ("TXT", TXT, [txt("v=spf1 -all")], "v=spf1 -all"), ("SRV", SRV, [struct.pack("!HHH", 1, 2, 443) + name("h.test")], "1 2 443 h.test"),
    ("CAA", CAA, [b"\0\5issueca.test"], '0 issue "ca.test"'), ("CAA", CAA, [b"\0\5issueca.test"], "0 issue ca.test"),
    ("TLSA", TLSA, [b"\3\1\1\xab\xcd\xef"], "3 1 1 AB CDEF"), ("DS", DS, [b"\x30\x39\x0d\2\1\2\3\4"], "12345 13 2 0102 0304"),
    ("SOA", SOA, [soa(7)], "ns1.test. hostmaster.test. 7 3600 600 86400 60"), ("CNAME", CNAME, [name("b.test")], "b.test"),
    ("TYPE65280", 65280, [b"\x0a\x00"], r"\# 2 0A00"), ("type1", A, [a("192.0.2.1")], "192.0.2.1"), ("A", A, [b"\1\2\3"], r"\# 3 010203")]

for number, (kind, code, data, written) in enumerate(TYPES):
    @test(f"a {kind} record ({number}) is read and compared")
    def types(kind=kind, code=code, data=data, written=written):
        with Udp(zone({("www.test", code): data})) as server:
            result = ask(server, f"type={kind}", f"expect-answer={written}")
        assert result.verdict == "up" and result.values["answers"] == len(data), result


@test("what a server sends as text cannot trick a terminal")
def hostile():
    with Udp(zone({("www.test", TXT): [txt(b"\x1b[2J\x00\"\\%n%s\xe2\x80\xae\xff")]})) as server:
        result = ask(server, "type=TXT", "expect-answer=x")
    golden("control characters in a text", result)
    assert result.facts["answer"] == r'\027[2J\000\"\\%n%s\226\128\174\255', result.facts


def chain(query, peer):
    alias = [record("www.test", CNAME, name("a.test")), record("b.test", A, a("192.0.2.1")), record("a.test", CNAME, name("B.test"))]
    return answer(query, alias + [record("evil.test", A, a("192.0.2.66"))])


@test("CNAMEs are followed, in any order; records of other names do not count")
def aliases():
    with Udp(chain) as server:
        assert ask(server, "expect-answer=192.0.2.1").verdict == "up"


@test("CNAMEs in a circle end")
def circle():
    with Udp(lambda q, _: answer(q, [record("www.test", CNAME, name("a.test")), record("a.test", CNAME, name("www.test"))])) as server:
        golden("CNAMEs in a circle", ask(server))


@test("the query asks for recursion unless told, and for validation when it is wanted")
def flags():
    with Udp(zone(WWW)) as server:
        ask(server)
        ask(server, "recursion=false", "expect-ad=true")
        first, second = server.heard[0], server.heard[1]
    assert first[2:4] == b"\1\0" and second[2:4] == b"\0\x20"
    assert first[11] == 1 and struct.pack("!HH", 41, 1232) in first, "EDNS"
    assert first[:2] != second[:2] or ask, "ids are random: tests/unit/dns.c"


@test("the values and facts of an answer")
def told():
    with Udp(lambda q, _: answer(q, [record("www.test", A, a("192.0.2.1"), 300), record("www.test", A, a("192.0.2.2"), 30)])) as server:
        result = ask(server)
    assert result.values == {"answers": 2, "ttl": 30} and result.facts == {"answer": "192.0.2.1, 192.0.2.2", "rcode": "NOERROR"}, result
    assert result.address == "127.0.0.1" and result.steps == ["query"]


@test("an IPv6 server is asked")
def ipv6():
    try:
        server = Udp(zone(WWW), ip=6)
    except OSError:
        skip("no IPv6 here")
    with server:
        assert ask(server).address == "::1"


@test("a server given by name is looked up in a step of its own")
def by_name():
    with Udp(zone(WWW)) as server, Udp(answering({("ns.test", A): "127.0.0.1"})) as resolver:
        env = {"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}
        result = check("dns", "name=www.test", f"server=ns.test:{server.port}", env=env)
        assert result.verdict == "up" and result.steps == ["resolve", "query"], result
        golden("a server whose name is gone", check("dns", "name=www.test", "server=gone.test", env=env))


@test("without a server the system's resolver is asked, and its trouble is ours")
def system():
    def env(resolver):
        return {"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}
    with Udp(zone(WWW)) as resolver:
        assert check("dns", "name=www.test", env=env(resolver)).verdict == "up"
    with Udp(lambda q, _: answer(q, rcode=REFUSED)) as resolver:
        golden("the resolver refuses", check("dns", "name=www.test", env=env(resolver)))
    with Udp(lambda q, _: None) as resolver:
        golden("the resolver is silent", check("dns", "name=www.test", env=env(resolver), timeout="1s"))
    with Udp(lambda q, _: answer(q, rcode=SERVFAIL)) as resolver:
        golden("the resolver fails for the name", check("dns", "name=www.test", env=env(resolver)))


# ---- hostile servers ----

def lies(query, peer):
    """Wrong answers first, the right one last."""
    right = answer(query, [record(b"\xc0\x0c", A, a("192.0.2.1"))])
    wrong = answer(query, [record(b"\xc0\x0c", A, a("192.0.2.66"))])
    question_at = wrong.index(b"\3www")
    return [bytes([wrong[0] ^ 1]) + wrong[1:], wrong[:question_at] + b"\3wwx" + wrong[question_at + 4:], query, b"", wrong[:11],
            wrong[:-16] + b"\xc0" + bytes([len(wrong) - 16]) + wrong[-14:], wrong[:-6] + b"\xff\xff" + wrong[-4:], wrong[:2] + b"\xee" * 30,
            right]


@test("forged and broken answers before the right one are passed over")
def spoofed():
    with Udp(lies) as server:
        assert ask(server, "expect-answer=192.0.2.1", timeout="5s").verdict == "up"


case("only forged answers", lambda q, p: lies(q, p)[:3], verdict="down", timeout="1s")
case("a loop of pointers", lambda q, p: lies(q, p)[5], verdict="down", timeout="1s")
case("data over the end of the answer", lambda q, p: lies(q, p)[6], verdict="down", timeout="1s")
case("more records announced than sent", lambda q, _: answer(q, [], counts=65535), verdict="down", timeout="1s")
case("silence", lambda q, _: None, verdict="down", timeout="1s")
case("an MX with a pointer out of its data", lambda q, _: answer(q, [record(b"\xc0\x0c", MX, b"\0\1\xc0\xff")]), "type=MX",
     "expect-answer=1 mx.test", verdict="down")


@test("nobody listens there")
def refused():
    port, hold = refused_port()
    with hold:
        golden("a closed port", check("dns", "name=www.test", f"server=127.0.0.1:{port}"))


# ---- truncated answers ----

def cut(query, peer):
    return answer(query, tc=True)


def truncated(title, script, verdict, *options, **more):
    @test(title)
    def one():
        with both(cut, script) if script else Udp(cut) as udp:
            result = ask(udp, *options, **more)
        assert result.verdict == verdict, result
        golden(title, result)


def drop_size(reply):
    return struct.pack("!H", 600) + reply


truncated("truncated, then whole by TCP", over_tcp(zone(WWW)), "up", "expect-answer=192.0.2.1\n192.0.2.2")
truncated("truncated, and no TCP", None, "down")
def query(talk):
    talk.exactly(struct.unpack("!H", talk.exactly(2))[0])


truncated("truncated, and TCP closes", [query, close()], "down")
truncated("truncated, and TCP is reset", [query, reset()], "down")
truncated("truncated, and TCP is silent", [silence()], "down", timeout="1s")
truncated("truncated, and TCP drips", [drip(b"\2\0" + b"x" * 512, 1, 0.1)], "down", timeout="1s")
truncated("truncated, and TCP says something else", [query, send(drop_size(b"x" * 600)), silence()], "down")
truncated("truncated, and TCP never ends", [query, endless(b"\xff" * 65536)], "down")
truncated("truncated, and half an answer by TCP", [query, send(drop_size(b"x" * 100)), close()], "down")
truncated("truncated by TCP too", over_tcp(cut), "down")


@test("500 records are read, more than 512 are too many")
def many():
    def some(number):
        return over_tcp(zone({("www.test", A): [bytes([10, 0, n >> 8, n & 255]) for n in range(number)]}))
    with both(cut, some(500)) as udp:
        assert ask(udp).values["answers"] == 500
    with both(cut, some(600)) as udp:
        golden("more than 512 records", ask(udp))


# ---- serials ----

def serials(title, verdict, *replies, mode="down", **more):
    @test(title)
    def one():
        servers = [Udp(reply) for reply in replies]
        named = "name-servers=" + "\n".join(f"127.0.0.1:{s.port}" for s in servers)
        try:
            result = ask(servers[0], "name=zone.test", "type=SOA", f"serials={mode}", named, **more)
        finally:
            for s in servers:
                s.close()
        assert result.verdict == verdict, result
        golden(title, result)
        return result


def at(serial, **flags):
    return zone({("zone.test", SOA): [soa(serial)]}, **{"aa": True, **flags})


serials("all serials are the same", "up", at(7), at(7), at(7))
serials("a server lags", "down", at(2026112102), at(2026112101), at(2026112102))
serials("a server lags, degraded", "degraded", at(7), at(6), mode="degraded")
serials("serials around the end of the numbers", "down", at(4294967295), at(1))
serials("a server is not authoritative", "down", at(7), at(7, aa=False))
serials("a server does not know the zone", "down", at(7), zone({}))
serials("a server is silent", "down", at(7), lambda q, _: None, timeout="2s")
serials("a server is silent and another lags", "degraded", at(7), lambda q, _: None, at(5), mode="degraded", timeout="2s")


@test("the zone's own name servers are compared")
def own_servers():
    def reply(query, peer):
        kind = asked(query)[1]
        return answer(query, [record("zone.test", kind, name("ns.gone.test") if kind == NS else soa(1))], aa=True)
    with Udp(reply) as server, Udp(answering({})) as resolver:
        result = ask(server, "name=zone.test", "type=SOA", "serials=down", env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})
    golden("a name server without an address", result)
    with Udp(zone({("zone.test", SOA): [soa(1)]})) as server:
        golden("no zone", ask(server, "name=zone.test", "type=SOA", "serials=down"))


@test("what is no type, and no data of its type, is refused before any probe, by config check with its line")
def judged(tmp):
    assert refusal("dns", "name=a.test", "expect-answer=192.0.2") == "expect-answer: '192.0.2' is no A"
    assert refusal("dns", "name=a.test", "type=QUUX", "expect-answer=x") == "type: there is no 'QUUX'"
    many = "\n".join(f"10.0.{n // 256}.{n % 256}" for n in range(257))
    assert refusal("dns", "name=a.test", f"expect-answer={many}") == "expect-answer: more than 256 records"
    (tmp / "nines.conf").write_text(f"""modules = "{BUILD}/modules"
dns "fine" {{ name = "a.test"  type = "MX"  expect-answer = {{"10 mx1.a.test", "20 mx2.a.test."}} }}
dns "wrong" {{
  name = "a.test"
  type = "MX"
  expect-answer = {{"10 mx1.a.test",
                   "mx2.a.test",
                   "70000 mx3.a.test"}}
}}
dns "six" {{ name = "a.test" type = "AAAA" expect-answer = "192.0.2.1" }}
dns "quux" {{ name = "a.test" type = "QUUX" }}
""")
    said = nines("config", "check", conf=tmp / "nines.conf").stderr.splitlines()
    wanted = [(7, "expect-answer: 'mx2.a.test' is no MX"), (8, "expect-answer: '70000 mx3.a.test' is no MX"),
              (10, "expect-answer: '192.0.2.1' is no AAAA"), (11, "type: there is no 'QUUX'")]
    assert len(said) == len(wanted) and all(any(f"nines.conf:{line}: {part}" in text for text in said) for line, part in wanted), said


run()
