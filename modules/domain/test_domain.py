#!/usr/bin/env python3
"""The domain check against a registry that speaks RDAP, well and in each way of failing: a registry that does not answer says nothing of the
domain."""
import json
import pathlib
import time

import certs
from daemon import nines
from failures import common
from golden import Golden
from probe import check, refusal
from servers import Http, Udp, answering, redirect, reply, tls_context
from tap import BUILD, ROOT, run, test

golden = Golden(__file__)
HOUR, DAY = 3600, 86400
SMTP = b"220 mail.example ESMTP\r\n"


def day(offset_s, form="%Y-%m-%dT%H:%M:%SZ"):
    return time.strftime(form, time.gmtime(time.time() + offset_s))


def event(action, offset_s):
    return {"eventAction": action, "eventDate": day(offset_s)}


def document(expires_s=400 * DAY, **more):
    """What a registry says of example.org; members can be replaced, or left out with None."""
    found = {"objectClassName": "domain", "ldhName": "EXAMPLE.ORG", "status": ["active", "client transfer prohibited"],
             "events": [event("registration", -9000 * DAY), event("expiration", expires_s), event("last changed", -DAY)],
             "entities": [{"objectClassName": "entity", "roles": ["abuse"], "handle": "other"},
                          {"objectClassName": "entity", "handle": "376", "roles": ["technical", "registrar"],
                           "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Registrar, Inc."]]]}],
             "nameservers": [{"ldhName": "A.NS.TEST"}, {"ldhName": "b.ns.test."}]}
    found.update(more)
    return {name: value for name, value in found.items() if value is not None}


def answer(found, status=200, kind="application/rdap+json"):
    return reply(status, found if isinstance(found, bytes) else json.dumps(found).encode(), header=[("Content-Type", kind)])


def ask(found, *options, **more):
    with Http({"/rdap/domain/example.org": answer(found)}) as server:
        return check("domain", "domain=example.org", f"server={server.url('/rdap')}", *options, **more)


def case(title, found, *options, verdict, **more):
    @test(title)
    def one():
        result = ask(found, *options, **more)
        assert result.verdict == verdict, result
        golden(title, result)
        if verdict != "unknown":
            assert result.facts["name_servers"] == "a.ns.test, b.ns.test", result


GOOD = answer(document())
END = GOOD.index(b"\r\n\r\n") + 4
common(golden, "domain", ["GET /domain/example.org HTTP/1.1\r\n", GOOD[:END], GOOD[END:]], "domain=example.org", endless_line=b"X: y\r\n",
       another=SMTP, bad="unknown",
       where=lambda host, port: [f"server=http://{f'[{host}]' if ':' in host else host}:{port}/"])


# ---- what the registry says ----

case("a domain in order", document(), verdict="up")
case("it expires soon", document(10 * DAY + HOUR), verdict="degraded")
case("it expires tomorrow", document(DAY + HOUR), verdict="degraded")
case("it expires in an hour", document(HOUR), verdict="degraded")
case("soon is what the option says", document(100 * DAY + HOUR), "warn-expiry=101", verdict="degraded")
case("just not soon", document(31 * DAY + HOUR), verdict="up")
case("it has expired", document(-HOUR), verdict="down")
case("it has expired long ago", document(-40 * DAY), verdict="down")
for status in ("client hold", "server hold", "redemption period", "pending delete", "pending restore"):
    case(f"status {status}", document(status=["client transfer prohibited", status]), verdict="down")
case("a status spelt otherwise", document(status=["serverHold"]), verdict="down")
case("other statuses are no fault", document(status=["server transfer prohibited", "auto renew period", "inactive", "pending transfer"]),
     verdict="up")
case("no date", document(events=[event("registration", 0)]), verdict="unknown")
case("no date, and none is expected", document(events=None), "expect-expiry=false", verdict="up")
case("no date, but a status", document(events=[], status=["client hold"]), verdict="down")
case("the registrar's date for want of the registry's", document(events=[event("registrar expiration", 5 * DAY + HOUR)]), verdict="degraded")
case("the registry's date before the registrar's", document(events=[event("expiration", 50 * DAY), event("registrar expiration", -DAY)]),
     verdict="up")
case("a limit on the days", document(40 * DAY + HOUR), "warn=expiry_days < 60", verdict="degraded")
case("another domain", document(ldhName="example.com"), verdict="unknown")
case("no domain at all", document(objectClassName="entity"), verdict="unknown")
case("members of other kinds", document(events={"a": 1}, status="active", entities=[1, [], {"roles": "registrar"}], nameservers=["a", None],
                                        ldhName="example.org."), verdict="unknown")
case("JSON, but no object", [1, 2], verdict="unknown")
case("no JSON", b"<html>hello</html>", verdict="unknown")
case("JSON cut short", json.dumps(document()).encode()[:-20], verdict="unknown")
case("JSON nested without end", b"[" * 100000, verdict="unknown")
case("an answer of a megabyte", b'"' + b"x" * (1 << 20) + b'"', verdict="unknown")


@test("values and facts: days, date, registrar, statuses, name servers")
def told():
    result = ask(document(61 * DAY + HOUR))
    assert result.values["expiry_days"] == 61 and result.json["values"]["expiry_days"]["unit"] == "d", result
    facts = {name: result.facts[name] for name in ("registrar", "statuses", "name_servers", "expires")}
    assert facts == {"registrar": "Registrar, Inc.", "statuses": "active, client transfer prohibited", "name_servers": "a.ns.test, b.ns.test",
                     "expires": day(61 * DAY + HOUR, "%Y-%m-%d")}, facts
    assert ask(document(-3 * DAY + HOUR)).values["expiry_days"] == -3
    assert ask(document(entities=[{"roles": ["registrar"], "handle": "REG-7"}])).facts["registrar"] == "REG-7"
    assert "registrar" not in ask(document(entities=None)).facts
    strange = ask(document(entities=[{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "\x1b[31m\u202eevil"]]]}]))
    assert "\x1b" not in strange.facts["registrar"] and "\u202e" not in strange.facts["registrar"], strange.facts


@test("the name is asked for in small letters, as RDAP, without its final dot")
def asked():
    with Http({"/domain/example.org": GOOD}) as server:
        result = check("domain", "domain=Example.ORG.", f"server={server.url('/')}")
        request = server.requests[0]
    assert result.verdict == "up" and request.header["accept"].startswith("application/rdap+json"), result


# ---- what HTTP says ----

def status(title, number, body=b"", kind="application/rdap+json", verdict="unknown"):
    @test(title)
    def one():
        with Http({"/domain/example.org": answer(body, number, kind)}) as server:
            result = check("domain", "domain=example.org", f"server={server.url()}")
        assert result.verdict == verdict, result
        golden(title, result)


status("not registered", 404, verdict="down")
status("not registered, with an error of RDAP", 404, b'{"errorCode": 404, "title": "Not Found"}', verdict="down")
status("404 of a web site is no answer of a registry", 404, b"<html>", "text/html; charset=utf-8")
status("asked too often", 429)
status("a server that fails", 500)
status("a server that is busy", 503)
status("a query that is not understood", 400)
status("access denied", 403)
status("no content", 204)


@test("redirects are followed by the policy of all redirects")
def redirected():
    with Http({"/domain/example.org": GOOD}) as other:
        with Http(lambda request: redirect(other.url("/domain/example.org"), 301)) as server:
            result = check("domain", "domain=example.org", f"server={server.url()}")
    assert result.verdict == "up" and ("body", 1) in result.hops, result
    for title, place in (("a redirect to itself", None), ("a redirect to a link-local address", "http://169.254.169.254/domain/example.org"),
                         ("a redirect to another scheme", "ftp://127.0.0.1/x")):
        with Http(lambda request: redirect(place or request.path)) as server:
            result = check("domain", "domain=example.org", f"server={server.url()}")
        assert result.verdict == "unknown", result
        golden(title, result)


@test("RDAP over TLS: a good certificate, one that nobody vouches for, one that is not judged")
def secure():
    pair = certs.chain()
    with Http({"/domain/example.org": GOOD}, tls=tls_context(pair)) as server:
        url = server.url(host="localhost")
        good = check("domain", "domain=example.org", f"server={url}", f"ca-file={certs.authority()}")
        assert good.verdict == "up" and "tls" in good.steps, good
        bad = check("domain", "domain=example.org", f"server={url}")
        assert bad.verdict == "unknown" and bad.step == "tls", bad
        assert check("domain", "domain=example.org", f"server={url}", "verify=false").verdict == "up"


# ---- which server ----

def bootstrap(tmp, services):
    path = tmp / "dns.json"
    path.write_text(services if isinstance(services, str) else json.dumps({"version": "1.0", "services": services}))
    return f"bootstrap={path}"


@test("the server is that of the entry with the most labels, with TLS before without")
def best(tmp):
    with Http({"/domain/a.co.example": answer(document(ldhName="a.co.example"))}) as right, Http({}) as wrong:
        services = [[["org", "ample"], [wrong.url()]], [["EXAMPLE", "x"], [wrong.url()]], [["net", "Co.Example"], ["gopher://x/", right.url()]],
                    [["b.co.example"], [wrong.url()]], [[], []], [["example"], []]]
        result = check("domain", "domain=a.co.example", bootstrap(tmp, services))
        assert result.verdict == "up" and not wrong.requests, result
        pair = certs.chain()
        with Http({"/domain/a.co.example": answer(document(ldhName="a.co.example"))}, tls=tls_context(pair)) as secure:
            both = [[["example"], [right.url(), secure.url(host="localhost")]]]
            assert "tls" in check("domain", "domain=a.co.example", bootstrap(tmp, both), f"ca-file={certs.authority()}").steps


@test("a bootstrap file that is missing, empty, no JSON or no list is our own trouble")
def no_bootstrap(tmp):
    for title, text in (("an empty bootstrap file", ""), ("a bootstrap file that is no JSON", "{"), ("a bootstrap file that is no list", '{"a": 1}'),
                        ("a bootstrap file of something else", '{"services": "none"}')):
        result = check("domain", "domain=example.org", bootstrap(tmp, text))
        assert result.verdict == "unknown", result
        golden(title, result)
    result = check("domain", "domain=example.org", f"bootstrap={tmp}/none.json")
    assert result.verdict == "unknown", result
    golden("no bootstrap file", result)
    result = check("domain", "domain=example.org", "protocol=rdap", bootstrap(tmp, [[["com"], ["http://127.0.0.1/"]]]))
    golden("no RDAP server is known, and WHOIS not wanted", result)


@test("what is built in is a list of RFC 9224 that knows the large registries, and a copy of it can be given")
def built_in():
    path = pathlib.Path(__file__).with_name("rdap.json")
    found = json.loads(path.read_text())
    assert found["version"] == "1.0" and found["publication"].endswith("Z") and "data.iana.org/rdap/dns.json" in found["description"]
    known = {entry: urls for entries, urls in found["services"] for entry in entries}
    assert len(known) == sum(len(entries) for entries, _ in found["services"]) > 400
    assert all(url.startswith("https://") and url.endswith("/") for urls in known.values() for url in urls)
    assert {"com", "net", "org", "info", "uk", "nl", "fr", "br"} <= set(known)
    with refused_resolver() as env:
        given = check("domain", "domain=example.org", f"bootstrap={path}", env=env)
        inside = check("domain", "domain=example.org", env=env)
    assert given.reason == inside.reason and "rdap.publicinterestregistry.org" in inside.reason, (given, inside)
    assert inside.verdict == "unknown" and inside.step == "resolve", inside


class refused_resolver:
    """A resolver that knows no name: nothing leaves this machine."""

    def __enter__(self):
        self.server = Udp(answering({}))
        return {"NINES_RESOLVER": f"127.0.0.1:{self.server.port}"}

    def __exit__(self, *_):
        self.server.close()


# ---- options ----

@test("options that cannot be are refused before any probe, with file and line")
def judged(tmp):
    for wrong in ("org", "192.0.2.1", "2001:db8::1", "org."):
        assert refusal("domain", f"domain={wrong}") == "domain: wanted a domain such as example.org", wrong
    assert refusal("domain", "domain=a.org", "protocol=whois", "server=http://a.test/") == "server: is for RDAP: leave it out with whois"
    assert refusal("domain", "domain=a.org", "whois=") == "whois: wanted host or host:port"
    assert "does not begin with" in refusal("domain", "domain=a.org", "server=ftp://a.test/")
    (tmp / "nines.conf").write_text(f'modules = "{BUILD}/modules"\ndomain "a" {{ domain = "example.org" }}\ndomain "b" {{\n  domain = "org"\n}}\n')
    said = nines("config", "check", conf=tmp / "nines.conf").stderr
    assert "nines.conf:4: domain: wanted a domain such as example.org" in said and said.count("\n") == 1, said


@test("nines check domain://NAME asks for that domain; it is asked once a day unless told")
def url(tmp):
    import sys
    sys.path.insert(0, str(ROOT / "tests" / "config"))
    import loader
    with Http({"/domain/example.org": GOOD}) as server:
        done = nines("check", "domain://example.org", f"server={server.url()}")
    assert done.returncode == 0, done
    (tmp / "nines.conf").write_text(f'modules = "{BUILD}/modules"\ndomain "a" {{ domain = "example.org" }}\n'
                                    'domain "b" { domain = "example.org"  every = "1h" }\n')
    code, lines, said = loader.load(tmp / "nines.conf")
    found = {name: int(words["every_us"]) for _, name, words in loader.lines_of(lines, "define")}
    assert code == 0 and found == {"a": 86_400_000_000, "b": 3_600_000_000}, (said, lines)


run()
