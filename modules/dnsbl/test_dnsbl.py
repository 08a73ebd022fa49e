#!/usr/bin/env python3
"""The dnsbl check against lists that are good, and lists for each way of misbehaving (F46)."""
import pathlib
import sys

from blocklists import always, empty, failing, lists, silent
from dnswire import asked
from golden import Golden
from probe import check, refusal
from servers import Udp
from tap import BUILD, ROOT, run, test

sys.path.insert(0, str(ROOT / "tests" / "config"))
import loader

golden = Golden(__file__)
BAD = "192.0.2.5"
GOOD = {"good.test": {"5.2.0.192": "127.0.0.2", "bad.example": "127.0.1.2"}, "other.test": {}}


def look(zones, subject, *options, wanted=None, **more):
    with Udp(lists(zones)) as resolver:
        result = check("dnsbl", f"subject={subject}", "lists=" + "\n".join(wanted or zones), f"server=127.0.0.1:{resolver.port}", *options,
                       **more)
        result.asked = [asked(query) for query in resolver.heard]
        return result


def case(title, zones, subject, *options, verdict, **more):
    @test(title)
    def one():
        result = look(zones, subject, *options, **more)
        assert result.verdict == verdict, result
        golden(title, result)


case("an address that is on no list", GOOD, "192.0.2.6", verdict="up")
case("an address on one of two lists", GOOD, BAD, verdict="down")
case("an address on both lists", {**GOOD, "other.test": {"5.2.0.192": ["127.0.0.4", "127.0.0.10"]}}, BAD, verdict="down")
case("one of two lists, two needed to be down", GOOD, BAD, "down-from=2", verdict="degraded")
case("a domain on a list", GOOD, "bad.example", verdict="down")
case("a domain on no list", GOOD, "good.example", verdict="up")
case("an IPv6 address on a list", {"good.test": {".".join("1000" + "0" * 20 + "8bd01002"): "127.0.0.3"}}, "2001:db8::1", verdict="down")
case("an IPv6 address on no list", GOOD, "2001:db8::2", verdict="up")
case("a block of one address", GOOD, "192.0.2.5/32", verdict="down")
case("a list that has a test entry of its own", {"good.test": {"dbltest.com": "127.0.1.2", "test": 3}}, "x.example",
     wanted=["good.test dbltest.com"], verdict="up")

MISBEHAVING = [
    ("lists everything", always("127.0.0.2")), ("refuses our resolver", always("127.255.255.254")), ("refuses with 127.0.0.1", always("127.0.0.1")),
    ("was taken over and answers all", always("203.0.113.9")), ("fails", failing), ("is empty", empty), ("does not answer", silent)]

for what, how in MISBEHAVING:
    case(f"the only list {what}", {"bad.test": how}, BAD, verdict="unknown", timeout="3s" if how is silent else "10s")
    case(f"one list {what}, another is good", {"bad.test": how, "other.test": {}}, BAD, verdict="up")
    case(f"one list {what}, another has it", {"bad.test": how, "good.test": GOOD["good.test"]}, BAD, verdict="down")


def turns(first):
    """Passes its test, then says this of others."""
    return lambda entry: {"2.0.0.127": "127.0.0.2", "1.0.0.127": 3}.get(entry, first)


case("a list refuses only after its test", {"bad.test": turns("127.255.255.255"), "other.test": {}}, BAD, verdict="up")
case("a list is taken over only after its test", {"bad.test": turns(["127.0.0.2", "203.0.113.9"])}, BAD, verdict="unknown")
case("a list is silent only after its test", {"bad.test": turns(None)}, BAD, verdict="unknown")
case("fewer lists can be believed than wanted", {"bad.test": failing, "other.test": {}}, BAD, "min-lists=2", verdict="unknown")
case("fewer are configured than wanted", {"other.test": {}}, BAD, "min-lists=2", verdict="unknown")


@test("more than 64 lists are too many, 64 are not")
def many():
    zones = {f"l{n}.test": {} for n in range(65)}
    assert refusal("dnsbl", f"subject={BAD}", "lists=" + "\n".join(zones)) == "lists: wanted at most 64 lists"
    del zones["l64.test"]
    result = look(zones, BAD)
    assert result.verdict == "up" and result.values["believed"] == 64, result
    kept = "; ".join(result.facts[name] for name in sorted(result.facts))  # more than one fact has room for
    assert sorted(result.facts) == ["lists", "lists_2"] and kept.split("; ") == [f"{zone}: absent" for zone in zones], result.facts


@test("what is told beside the verdict")
def told():
    result = look({**GOOD, "bad.test": failing}, BAD)
    assert result.values == {"listed": 1, "believed": 2, "unusable": 1}, result
    assert result.facts == {"texts": "good.test: because of 127.0.0.2", "unusable": "'bad.test': answers SERVFAIL",
                            "lists": "good.test: listed 127.0.0.2; other.test: absent; bad.test: unusable answers SERVFAIL"}, result.facts
    names = [name for name, _ in result.asked]
    assert names.index("2.0.0.127.good.test") < names.index("5.2.0.192.good.test"), "tested first"
    assert "5.2.0.192.bad.test" not in names, "a list that failed its test is not asked"


@test("the resolver's own trouble is unknown")
def resolver():
    with Udp(lambda query, peer: None) as silent_one:
        result = check("dnsbl", f"subject={BAD}", "lists=a.test", env={"NINES_RESOLVER": f"127.0.0.1:{silent_one.port}"}, timeout="2s")
    assert result.verdict == "unknown", result
    golden("the system's resolver is silent", result)


@test("a block is not one probe: nines check asks for one address")
def block():
    from daemon import nines
    done = nines("check", "dnsbl://192.0.2.0/24", "lists=good.test")
    assert done.returncode == 64 and "it stands for several items: name one" in done.stderr, done.stderr


@test("an address and a domain have four hours, a block and a list of several a day, unless told")
def rhythm(tmp):
    HOUR = 3_600_000_000
    wanted = {"address": 4, "domain": 4, "block": 24, "several": 24, "told": 1}
    (tmp / "nines.conf").write_text(f'modules = "{BUILD}/modules"\n' + "".join(
        f'dnsbl "{name}" {{ subject = {subject}  lists = "zen.test" {more} }}\n' for name, subject, more in (
            ("address", '"192.0.2.1"', ""), ("domain", '"example.org"', ""), ("block", '"192.0.2.0/24"', ""),
            ("several", '{"192.0.2.1", "192.0.2.2"}', ""), ("told", '"192.0.2.0/24"', 'every = "1h"'))))
    status, lines, said = loader.load(tmp / "nines.conf")
    found = {name: int(words["every_us"]) // HOUR for _, name, words in loader.lines_of(lines, "define")}
    assert status == 0 and found == wanted, (said, lines)


@test("blocks that are too large, subjects that are none and too many lists are refused with file and line")
def judged(tmp):
    from daemon import nines

    def said(subject, lists='"a.test"'):
        (tmp / "nines.conf").write_text(f'modules = "{BUILD}/modules"\ndnsbl "x" {{ subject = {subject}  lists = {{{lists}}} }}\n')
        done = nines("config", "check", conf=tmp / "nines.conf")
        assert (done.returncode == 0) == (not done.stderr), done
        return done.stderr
    for fine in ('"192.0.2.1"', '"10.0.0.0/16"', '"2001:db8::/112"', '"::1"', '"a.example"', '{"192.0.2.0/24", "a.example"}', '"0.0.0.0/32"'):
        assert said(fine) == "", fine
    for large in ('"10.0.0.0/15"', '"2001:db8::/64"', '"::/0"', '{"10.0.0.0/16", "10.1.0.1"}'):
        assert "nines.conf:2" in said(large) and "wanted at most 65536 addresses" in said(large), (large, said(large))
    assert refusal("dnsbl", "subject=a b", "lists=a.test") == "subject: wanted an address, an address block or a domain"
    for none in ('"192.0.2.0/33"', '"192.0.2.0/"', '"x/24"', '"1:2"', '"a b"', '"2001:db8::/129"', '"192.0.2.0/24x"'):
        assert "wanted an address, an address block or a domain" in said(none), (none, said(none))
    assert "wanted at most 64 lists" in said('"::1"', ", ".join(f'"l{n}.test"' for n in range(65)))


@test("the shipped catalogue of lists is in order, and the example uses its zones")
def catalogue():
    rows = [line.split("\t") for line in pathlib.Path(__file__).with_name("lists.tsv").read_text().splitlines() if not line.startswith("#")]
    head, rows = rows[0], rows[1:]
    assert head == ["zone", "kind", "name", "lists", "terms", "test", "source", "looked_up"], head
    zones = {row[0] for row in rows}
    assert len(rows) >= 10 and len(zones) == len(rows)
    for row in rows:
        assert len(row) == len(head) and all(row[:5]) and set(row[1].split(",")) <= {"ip4", "ip6", "domain"}, row
        assert row[7] == "2026-11-21" and row[6].startswith("http"), row
    import re
    example = (ROOT / "conf.d" / "examples" / "dnsbl.conf").read_text()
    used = {zone.split(" ")[0] for part in re.findall(r"lists\s*=\s*\{([^}]*)\}", example) for zone in re.findall(r'"([^"]+)"', part)}
    assert used and used <= zones, used - zones


run()
