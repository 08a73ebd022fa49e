#!/usr/bin/env python3
"""dnsbl from probe to probe (tests remembered for a day, newly listed, delisted), and against BIND: a list after RFC 5782, a block."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace

namespace.enter()

import role
from blocklists import failing, lists
from daemon import Daemon
from dnswire import asked
from probe import check
from real_bind import Zone, named
from servers import Udp
from tap import BUILD, run, test

DAY_S = 86400


class Rounds:
    """Probes of one check, one after the other, each with the memory of the one before."""

    def __init__(self, zones, subject="192.0.2.5"):
        self.zones, self.memory, self.number, self.subject = zones, "", 0, subject
        self.resolver = Udp(lambda query, peer: lists(self.zones)(query, peer))
        self.prober = role.Prober(modules={"dnsbl": BUILD / "modules" / "dnsbl.so"})
        zone_names = "\\n".join(zones)
        self.prober.tell(f'check 1 name=x module=dnsbl timeout_us=9000000 opt.subject={subject} opt.lists="{zone_names}" '
                         f"opt.server=127.0.0.1:{self.resolver.port}")

    def probe(self):
        """(verdict, reason, names that were asked for)"""
        self.number += 1
        before = len(self.resolver.heard)
        self.prober.tell(f"probe {self.number} check=1 due_us=0 item={self.subject} memory={role.quote(self.memory)}")
        self.result = self.prober.result(self.number)
        self.memory = self.result.get("memory", self.memory)
        return self.result["verdict"], self.result.get("reason", ""), [asked(q)[0] for q in self.resolver.heard[before:]]

    def age(self, seconds):
        """Lets the last change be so much longer ago."""
        tested, changed, *rest = self.memory.split(" ")
        self.memory = " ".join([tested, str(int(changed) - seconds), *rest])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.resolver.close()
        self.prober.end()


@test("a test that was passed is remembered for a day, one that failed is tried again")
def tests():
    with Rounds({"good.test": {}, "bad.test": failing}) as r:
        assert r.probe()[0] == "up"
        tested, _, rest = r.memory.partition(" ")
        assert rest.startswith("0 ") and rest.endswith("n") and len(rest) == 11, r.memory
        verdict, _, names = r.probe()
        assert verdict == "up" and set(names) == {"5.2.0.192.good.test", "2.0.0.127.bad.test", "1.0.0.127.bad.test"}, names
        r.memory = f"{int(tested) - DAY_S - 1} {rest}"
        assert "2.0.0.127.good.test" in r.probe()[2]
        assert int(r.memory.split()[0]) >= int(tested), "the day begins anew"
        r.memory = f"{int(tested) + 10 * DAY_S} {rest}"
        assert "2.0.0.127.good.test" in r.probe()[2], "a clock that was set back"


@test("newly listed, still listed and delisted are told apart")
def changes():
    listed = {"5.2.0.192": "127.0.0.2"}
    with Rounds({"a.test": {}, "b.test": {}}) as r:
        assert r.probe()[0] == "up"
        r.zones = {"a.test": listed, "b.test": {}}
        for _ in range(2):
            assert r.probe()[:2] == ("down", "newly listed by 'a.test' (127.0.0.2)"), "a recheck says so, too"
        r.age(3601)
        assert r.probe()[:2] == ("down", "listed by 'a.test' (127.0.0.2)")
        r.zones = {"a.test": listed, "b.test": listed}
        assert r.probe()[:2] == ("down", "listed by 'a.test' (127.0.0.2), newly by 'b.test' (127.0.0.2)")
        r.age(3601)
        r.zones = {"a.test": {}, "b.test": listed}
        assert r.probe()[:2] == ("down", "listed by 'b.test' (127.0.0.2), no longer by a.test")
        r.zones = {"a.test": {}, "b.test": {}}
        assert r.probe()[0] == "up" and r.result["fact.delisted"] == "b.test", r.result


@test("a list that fails for a while does not make its listing new")
def gap():
    listed = {"5.2.0.192": "127.0.0.2"}
    with Rounds({"a.test": listed, "b.test": {}}) as r:
        assert r.probe()[:2] == ("down", "listed by 'a.test' (127.0.0.2)"), "at first nothing is known: not new"
        r.zones = {"a.test": failing, "b.test": {}}
        assert r.probe()[0] == "up"
        r.zones = {"a.test": listed, "b.test": {}}
        verdict, reason, names = r.probe()
        assert (verdict, reason) == ("down", "listed by 'a.test' (127.0.0.2)") and "2.0.0.127.a.test" in names, (reason, names)


@test("64 lists fit into the memory")
def memory():
    with Rounds({f"l{n}.test": {} for n in range(64)}) as r:
        assert r.probe()[0] == "up" and len(r.memory) <= 1024
        verdict, _, names = r.probe()
        assert verdict == "up" and len(names) == 64, "no test again"


@test("what a memory holds cannot hurt")
def broken():
    with Rounds({"a.test": {}}) as r:
        for memory in ("x", "99999999999999999999999", "1 zz", "1 0123456789n", "1 00000000", " " * 500, "-5 0n 0n 0n", "1 %s%n"):
            r.memory = memory
            assert r.probe()[0] == "up", memory


BLOCKLIST = """$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 127.0.0.1
2.0.0.127 A 127.0.0.2
2.0.0.127 TXT "test"
2.2.0.192 A 127.0.0.4
2.2.0.192 TXT "sent spam"
*.3.0.192 A 127.0.0.2
""" + ".".join("200000f7ffff" + "0" * 20) + " A 127.0.0.2\n" + ".".join("1" + "0" * 23 + "8bd01002") + " A 127.0.0.3\n"
DOMAINS = "$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\nns1 A 127.0.0.1\nTEST A 127.0.0.2\nbad.example A 127.0.1.2\n*.bad.example A 127.0.1.2\n"


@test("BIND as a list after RFC 5782: addresses of both families, domains, a list of another kind")
def real(tmp):
    with named(tmp / "b", Zone("bl.test", BLOCKLIST), Zone("dom.test", DOMAINS), Zone("none.test", "$TTL 60\n@ SOA a b 1 1 1 1 1\n@ NS a\na A 127.0.0.1\n")) as server:
        def look(subject, lists, wanted):
            result = check("dnsbl", f"subject={subject}", f"lists={lists}", f"server={server.server}")
            assert result.verdict == wanted, result
            return result
        bad = look("192.0.2.2", "bl.test", "down")
        assert bad.reason == "listed by 'bl.test' (127.0.0.4)" and bad.facts["texts"] == "bl.test: sent spam", bad
        look("192.0.2.3", "bl.test", "up")
        look("192.0.3.77", "bl.test", "down")
        look("2001:db8::1", "bl.test", "down")
        look("2001:db8::2", "bl.test", "up")
        look("bad.example", "dom.test", "down")
        look("mail.bad.example", "dom.test", "down")
        look("good.example", "dom.test", "up")
        look("192.0.2.2", "none.test", "unknown")
        look("good.example", "bl.test", "unknown")
        look("192.0.2.2", "none.test\nbl.test\ndom.test", "down")


@test("a block by the daemon: every address has its result, the listed one is named")
def block(tmp):
    with named(tmp / "b", Zone("bl.test", BLOCKLIST)) as server:
        config = (f'dnsbl "block" {{ subject = "192.0.2.0/29"  lists = "bl.test"  server = "{server.server}"  every = "2s" }}\n'
                  f'dnsbl "block6" {{ subject = "2001:db8::/126"  lists = "bl.test"  server = "{server.server}"  every = "2s" }}\n')
        with Daemon(tmp, config, listen=False) as daemon:
            daemon.wait(r"block\b.*1 of 8 items down: 192\.0\.2\.2\b")
            daemon.wait(r"block6\b.*1 of 4 items down: 2001:db8::1\b")


run()
