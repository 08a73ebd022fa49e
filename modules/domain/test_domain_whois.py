#!/usr/bin/env python3
"""The domain check against WHOIS servers, good and in each way of failing, and those that refer to others."""
import time

from failures import common
from golden import Golden
from probe import check
from servers import Server, Udp, answering, close, expect, refused_port, reply, send, Http
from tap import run, test

golden = Golden(__file__)
DAY = 86400


def date(offset_s, form="%Y-%m-%d %H:%M:%S"):
    return time.strftime(form, time.gmtime(time.time() + offset_s))


def text(expires_s=400 * DAY, name="example.org", status="ok https://icann.org/epp#ok", more=""):
    return (f"% a registry\r\nDomain Name: {name.upper()}\r\nRegistry Expiry Date: {date(expires_s)}\r\nRegistrar: Registrar, Inc.\r\n"
            f"Domain Status: {status}\r\nName Server: A.NS.TEST\r\nName Server: b.ns.test\r\n{more}>>> the end <<<\r\n").encode()


def says(said, name="example.org"):
    return Server([expect(f"{name}\r\n".encode()), send(said), close()])


def where(host, port):
    return [f"whois={f'[{host}]' if ':' in host else host}:{port}"]


def ask(said, *options, **more):
    with says(said) as server:
        return check("domain", "domain=example.org", "protocol=whois", *where(server.host, server.port), *options, **more)


def case(title, said, *options, verdict):
    @test(title)
    def one():
        result = ask(said if isinstance(said, bytes) else said.encode(), *options)
        assert result.verdict == verdict, result
        golden(title, result)


common(golden, "domain", ["example.org\r\n", text(), close()], "domain=example.org", "protocol=whois", endless_line=b"a: b\r\n", bad="unknown",
       where=where)

case("a domain in order", text(), verdict="up")
case("it expires soon", text(10 * DAY + 60), verdict="degraded")
case("it has expired", text(-60), verdict="down")
case("it is on hold", text(status="clientHold https://icann.org/epp#clientHold"), verdict="down")
case("it is in redemption", text(status="redemptionPeriod"), verdict="down")
case("it will be deleted", text(status="pendingDelete"), verdict="down")
case("not registered", "No match for \"EXAMPLE.ORG\".\r\n>>> the end <<<\r\n", verdict="down")
case("not registered, a status says so", "Domain: example.org\nStatus: AVAILABLE\n", verdict="down")
case("asked too often", "% Quota exceeded, try again later\r\n", verdict="unknown")
case("an answer about nothing", "% hello\r\nthis server has moved\r\n", verdict="unknown")
case("another domain", text(name="example.com"), verdict="unknown")
case("no date", "Domain Name: example.org\nRegistrar: X\n", verdict="unknown")
case("no date, and none is expected", "Domain Name: example.org\nRegistrar: X\n", "expect-expiry=false", verdict="up")
case("nothing at all", b"", verdict="unknown")
case("an answer of 65,537 bytes", text() + b"x" * 65537, verdict="unknown")
case("NULs and broken UTF-8", b"\x00\xff\xfe\x00 Registry Expiry Date: \x00\r\n\x1b[31m\xe2\x80\xae\r\n", verdict="unknown")


@test("values and facts are those of RDAP")
def told():
    result = ask(text(61 * DAY + 60))
    assert result.values == {"expiry_days": 61}, result
    assert result.facts == {"registrar": "Registrar, Inc.", "statuses": "ok", "name_servers": "a.ns.test, b.ns.test",
                            "expires": date(61 * DAY + 60, "%Y-%m-%d")}, result.facts
    assert result.steps == ["connect", "query"], result


@test("without an RDAP server for the domain WHOIS is asked; with one it is not")
def fallback(tmp):
    (tmp / "dns.json").write_text('{"services": [[["com"], ["http://127.0.0.1:1/"]]]}')
    with says(text()) as server:
        options = ["domain=example.org", *where(server.host, server.port), f"bootstrap={tmp}/dns.json"]
        result = check("domain", *options)
        assert result.verdict == "up" and result.steps == ["connect", "query"], result
    port, hold = refused_port()
    with hold, says(text()) as server, Http({"/domain/example.org": reply(503)}) as busy:
        for url in (f"http://127.0.0.1:{port}/", busy.url()):
            assert check("domain", "domain=example.org", f"server={url}", *where(server.host, server.port)).verdict == "unknown"
        assert server.connections == 0, "trouble with RDAP is not hidden by WHOIS"


# ---- referrals ----

def chain(*answers):
    """Servers of which each refers to the one behind it; the last says the rest."""
    servers = []
    for said in reversed(answers):
        if servers:
            said = said.format(next=f"127.0.0.1:{servers[0].port}")
        servers.insert(0, says(said.encode()))
    return servers


def walk(title, *answers, verdict, hops):
    @test(title)
    def one():
        servers = chain(*answers)
        try:
            result = check("domain", "domain=example.org", "protocol=whois", f"whois=127.0.0.1:{servers[0].port}")
            asked = [server.connections for server in servers]
        finally:
            for server in servers:
                server.close()
        assert result.verdict == verdict and sum(asked) == hops, (result, asked)
        golden(title, result)


THERE = "% root\nrefer: {next}\n\ndomain: ORG\nnserver: ns.test\n"
walk("the root refers to the registry", THERE, text().decode(), verdict="up", hops=2)
walk("the registry refers to the registrar", THERE, "Domain Name: example.org\nRegistrar: X\nRegistrar WHOIS Server: {next}\n", text().decode(),
     verdict="up", hops=3)
walk("a registry that knows the date is the last", "Registrar WHOIS Server: {next}\n" + text().decode(), text(-DAY).decode(), verdict="up", hops=1)
walk("a scheme and a slash", "ReferralServer: whois://{next}/\n", text().decode(), verdict="up", hops=2)
walk("four servers are asked at most", THERE, THERE, THERE, THERE, text().decode(), verdict="unknown", hops=4)
walk("the second knows no such domain", THERE, "Domain not found.\n", verdict="down", hops=2)
walk("the second is asked too often", THERE, "% query rate exceeded\n", verdict="unknown", hops=2)


def refer(title, to, env=None):
    @test(title)
    def one():
        result = ask(f"refer: {to}\n".encode(), timeout="5s", env=env and env())
        assert result.verdict == "unknown", result
        golden(title, result)


refer("a referral to a link-local address", "169.254.169.254")
refer("a referral to nowhere", "[::1")
refer("a referral to port 0", "127.0.0.1:0")


@test("a referral to a refused port, and one to the same server, end there")
def ends():
    port, hold = refused_port()
    with hold:
        golden("a referral to a refused port", ask(f"refer: 127.0.0.1:{port}\n".encode()))
    servers = []
    with Server(lambda number: [expect(b"\n"), send(f"refer: 127.0.0.1:{servers[0].port}\n".encode()), close()]) as server:
        servers.append(server)
        result = check("domain", "domain=example.org", "protocol=whois", f"whois=127.0.0.1:{server.port}")
        assert result.verdict == "unknown" and server.connections == 1, result
        golden("a referral to itself", result)


@test("a referral to a name that is not there ends with the resolver's word")
def nameless():
    with Udp(answering({})) as resolver:
        result = ask(b"refer: whois.nic.test\n", env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})
    assert result.verdict == "unknown" and result.step == "resolve", result
    golden("a referral to a name that is not there", result)


run()
