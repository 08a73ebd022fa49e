#!/usr/bin/env python3
"""The dns check against BIND: own zones, a signed one behind a validating resolver, a secondary that lags."""
import contextlib
import re

from daemon import until
from probe import check
from real_bind import Zone, both_ports, named, records
from tap import run, test

TEXT = """www A 192.0.2.1
www A 192.0.2.2
www AAAA 2001:db8::1
alias CNAME www
@ MX 10 mx1
@ MX 20 mx2.example.org.
@ TXT "v=spf1 " "ip4:192.0.2.0/24 -all"
@ CAA 0 issue "ca.example.org"
_25._tcp.mx1 TLSA 3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF
_sip._tcp SRV 10 60 5060 sip
1.2.0.192.in-addr PTR www
n NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:x@example.org!" .
h HTTPS 1 . alpn=h2
odd\\.label A 192.0.2.3
""" + "\n".join(f"many A 10.0.0.{n}" for n in range(99))

ANSWERS = [
    ("www", "A", "192.0.2.2\n192.0.2.1"), ("WWW", "AAAA", "2001:DB8::0:1"), ("alias", "A", "192.0.2.1\n192.0.2.2"),
    ("alias", "CNAME", "www.own.test."), ("", "MX", "10 mx1.own.test\n20 mx2.example.org"), ("", "NS", "ns2.own.test\nns1.own.test"),
    ("", "TXT", "v=spf1 ip4:192.0.2.0/24 -all"), ("", "CAA", '0 issue "ca.example.org"'),
    ("_25._tcp.mx1", "TLSA", "3 1 1 " + "0123456789abcdef" * 4), ("_sip._tcp", "SRV", "10 60 5060 sip.own.test"),
    ("1.2.0.192.in-addr", "PTR", "www.own.test"), ("n", "NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:x@example.org!" .'),
    ("h", "TYPE65", r"\# 10 0001000001000302 6832"), ("odd\\.label", "A", "192.0.2.3"), ("", "SOA",
                                                                                      "ns1.own.test hostmaster.own.test 1 3600 600 86400 60")]


@test("every type of an own zone, authoritative")
def own(tmp):
    with named(tmp / "a", Zone("own.test", records(1, TEXT), "type primary; check-names ignore;")) as server:
        for owner, kind, wanted in ANSWERS:
            name = f"{owner}.own.test".lstrip(".")
            result = check("dns", f"name={name}", f"type={kind}", f"server={server.server}", f"expect-answer={wanted}", "expect-aa=true",
                           "recursion=false")
            assert result.verdict == "up", result
        many = check("dns", "name=many.own.test", f"server={server.server}")
        assert many.verdict == "up" and many.values["answers"] == 99, "truncated, then by TCP"
        assert check("dns", "name=none.own.test", f"server={server.server}", "expect-rcode=NXDOMAIN", "expect-aa=true").verdict == "up"
        check("dns", "name=www.example.org", f"server={server.server}").says("down", "wanted NOERROR, got REFUSED for A of 'www.example.org'")
        check("dns", "name=own.test", f"server={server.server}", "type=TLSA").says("down", "'own.test' has no TLSA", "query")


def anchor(auth):
    """The key of signed.test as a trust anchor, once the zone is signed."""
    def keys():
        result = check("dns", "name=signed.test", "type=DNSKEY", f"server={auth.server}")
        return result.verdict == "up" and re.search(r"257 3 (\d+) (\S+)", result.facts["answer"])
    found = until("the zone is signed", keys)
    return f'"signed.test" static-key 257 3 {found.group(1)} "{found.group(2).rstrip(",")}";'


def resolver(folder, auth, key, wrong=False):
    if wrong:
        at = key.rindex('"') - 20
        key = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1:]
    stubs = "".join(f'zone "{name}" {{ type forward; forward only; forwarders {{ 127.0.0.1 port {auth.port}; }}; }};\n'
                    for name in ("signed.test", "plain.test"))
    return named(folder, options='recursion yes; dnssec-validation yes; validate-except { "plain.test"; };',
                 more=stubs + f"trust-anchors {{ {key} }};\n")


@test("a signed zone is validated by the resolver, a broken chain fails")
def signed(tmp):
    signing = 'type primary; dnssec-policy default; inline-signing yes; key-directory "."; journal "signed.jnl";'
    with named(tmp / "a", Zone("signed.test", records(1, "www A 192.0.2.1"), signing), Zone("plain.test", records(1, "www A 192.0.2.1"))) as auth:
        key = anchor(auth)
        for kind in ("DNSKEY", "RRSIG", "SOA", "NSEC"):
            name = "signed.test" if kind == "DNSKEY" else "www.signed.test" if kind in ("RRSIG", "NSEC") else "signed.test"
            assert check("dns", f"name={name}", f"type={kind}", f"server={auth.server}").verdict == "up", kind
        with resolver(tmp / "r", auth, key) as good:
            ask = [f"server={good.server}", "expect-ad=true"]
            assert check("dns", "name=www.signed.test", *ask).verdict == "up"
            check("dns", "name=www.plain.test", *ask).says("down", "has not validated the answer for 'www.plain.test'")
        with resolver(tmp / "w", auth, key, wrong=True) as bad:
            check("dns", "name=www.signed.test", f"server={bad.server}", "expect-ad=true").says("down", "wanted NOERROR, got SERVFAIL")


@test("a secondary that lags behind its primary is named")
def secondary(tmp):
    port = both_ports()
    transfer = f'type secondary; primaries {{ 127.0.0.1 port {port}; }}; masterfile-format text; file "copy";'

    def serials(*servers, **more):
        return check("dns", "name=own.test", "type=SOA", f"server={servers[0].server}", "serials=down",
                     "name-servers=" + "\n".join(s.server for s in servers), **more)
    before = contextlib.ExitStack()
    first = before.enter_context(named(tmp / "p", Zone("own.test", records(2026112101)), port=port))
    with before, named(tmp / "s", Zone("own.test", words=transfer)) as second:
        until("the transfer", lambda: check("dns", "name=own.test", "type=SOA", f"server={second.server}").verdict == "up")
        result = serials(first, second)
        assert result.verdict == "up" and result.values["serial"] == 2026112101 and result.values["servers"] == 2, result
        before.close()
        with named(tmp / "p", Zone("own.test", records(2026112102)), port=port) as first:
            serials(first, second).says("down", f"'{second.server}' lags: serial 2026112101, '{first.server}' has 2026112102")
        gone = serials(second, first, timeout="2s")
        assert gone.reason == f"connection refused by {first.server}", gone


run()
