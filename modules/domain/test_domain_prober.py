#!/usr/bin/env python3
"""domain and pages of JSON under ninesd: a sandboxed prober reads the bootstrap file, follows a referral, keeps values; many documents leave
nothing behind."""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace

namespace.enter()

import role
from daemon import Daemon
from servers import Http, Server, close, expect, reply, send
from tap import BUILD, run, test


def rdap(name):
    return reply(200, json.dumps({"objectClassName": "domain", "ldhName": name, "status": ["active"],
                                  "events": [{"eventAction": "expiration", "eventDate": "2999-01-01T00:00:00Z"}]}).encode())


@test("a daemon's prober, in its sandbox, asks by RDAP and WHOIS and judges JSON")
def daemon(tmp):
    said = b"Domain Name: example.net\r\nRegistry Expiry Date: 2999-01-01\r\nRegistrar: X\r\n"
    with Http({"/domain/example.org": rdap("example.org"), "/health": reply(200, b'{"status": "degraded", "queue": [1, 2]}')}) as web, \
            Server([expect(b"example.net\r\n"), send(said), close()]) as last, \
            Server([expect(b"example.net\r\n"), send(f"refer: 127.0.0.1:{last.port}\r\n".encode()), close()]) as first:
        (tmp / "dns.json").write_text(json.dumps({"services": [[["org"], [web.url()]]]}))
        os.chmod(tmp / "dns.json", 0o644)
        text = (f'domain "by rdap" {{ domain = "example.org"  bootstrap = "{tmp}/dns.json" }}\n'
                f'domain "by whois" {{ domain = "example.net"  bootstrap = "{tmp}/dns.json"  whois = "127.0.0.1:{first.port}" }}\n'
                f'http "page" {{ url = "{web.url("/health")}"  value-json = "queue = queue.length"  expect-json = \'status == "ok"\' }}\n')
        with Daemon(tmp, text) as d:
            d.wait(r"by rdap.* up")
            d.wait(r"by whois.* up")
            d.wait(r'page.* unconfirmed: wanted status == "ok", got "degraded"')


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@test("four hundred documents of all kinds leave no memory behind in the prober")
def leaves_nothing():
    pages = [b'{"a": [' + b",".join(b'{"n": %d}' % n for n in range(5000)) + b"]}", b"[" * 60 + b"]" * 60, b'{"a": [1, 2', b"no JSON",
             b"[" + b"[]," * 300000 + b"[]]"]
    with role.Prober(modules={"http": BUILD / "modules" / "http.so"}) as p, Http(lambda request: reply(200, pages[request.number % 5])) as web:
        conditions = role.quote('a.length == 5000\na[-1].n == 4999')
        p.tell(f"check 1 name=x module=http timeout_us=9000000 opt.url={web.url()} opt.expect-json={conditions} opt.value-json={role.quote('n = a.length')}")
        sizes, verdicts = [], []
        for number in range(1, 401):
            p.tell(f"probe {number} check=1 due_us={role.now_us()}")
            verdicts.append(p.result(number)["verdict"])
            if number % 100 == 0:
                sizes.append(resident_bytes(p.process.pid))
    assert verdicts == ["up", "down", "down", "down", "down"] * 80, verdicts[:20]
    assert sizes[-1] - sizes[0] < 8 << 20, sizes


run()
