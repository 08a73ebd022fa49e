"""`nines report digest`: seven days of everything in 76 columns, for a contact or for all, in every rendering (rows 82 and 83, F15, F44).

NINES_GOLDEN=1 writes the golden files anew.
"""
import json
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from records import HOSTILE
from tap import run, test

BEGIN = reporting.at(2024, 2, 20)
DAY = 86400
SMTP = ("resolve", "connect", "banner", "ehlo", "starttls", "tls", "auth", "mail", "rcpt", "rset", "quit")


def probes(name, every_s, states, steps, chance):
    """As record.results(), each with times of its own."""
    for i, letter in enumerate(states):
        if letter == " ":
            continue
        end, spent = 0, []
        for step in steps:
            end += chance.randrange(200, 90_000)
            spent.append(f"{step}:{end}")
        yield record.result(name, BEGIN + i * every_s, record.STATES[letter], every_s, steps=",".join(spent), elapsed_us=end + 300)


def week():
    """Ten days to the end of February: a site with an outage over midnight and a blip, mail with many steps, a hostile one, a young one."""
    chance = random.Random(3)
    site = list("u" * 480)
    site[244:250] = "dddddd"  # from 2024-02-25 02:00 on, half an hour a slot
    site[335:339] = "dddd"    # over midnight of 2024-02-27
    site[400] = "d"
    site[410:420] = " " * 10
    key = f"start_us={(BEGIN + 244 * 1800) * record.SECOND}"
    return [
        record.target("shop", 1800), record.target("mail", 3600, module="smtp"), record.target(HOSTILE, 3600),
        record.target("young", 3600, module="tcp"), record.service("Web", ["shop"]), record.service("All", ["Web", "mail"], need=2),
        *probes("shop", 1800, site, ("resolve", "connect", "tls", "request", "first-byte", "body"), chance),
        *probes("mail", 3600, "u" * 240, SMTP, chance), *probes(HOSTILE, 3600, "u" * 200 + "d" + "u" * 39, ("connect",), chance),
        *probes("young", 3600, " " * 200 + "u" * 40, ("connect",), chance),
        f'incident i1 check=shop event=confirmed {key} at_us={(BEGIN + 245 * 1800) * record.SECOND} step=connect reason="refused <b> =1+1"',
        f"incident i1 check=shop event=closed {key} at_us={(BEGIN + 250 * 1800) * record.SECOND}",
    ]


STORE = reporting.store(week)
CONF = STORE.with_name("nines.conf")
CONF.write_text('''service "Web" { members = {"shop"} }
service "All" { members = {"Web", "mail"} need = 2 }
contact "alice" { services = {"Web"} }
contact "post" { services = {"mai*", "young"} }
contact "root" { }
''', encoding="utf-8")
SPAN = ("--month", "2024-02", "--store", STORE)
reporting.golden("digest-outages.csv", "digest", *SPAN, "--table", "outage_list")
reporting.golden("digest-berlin.txt", "digest", *SPAN, "--zone", "Europe/Berlin", "--check", "shop")


def digest(*words, conf=None):
    return json.loads(reporting.nines("digest", "--store", STORE, "--format", "json", *words, conf=conf))


def rows(document):
    return {row["name"]: row for row in document["rows"]}


@test("76 columns, no matter how many steps a check has")
def narrow():
    text = reporting.nines("digest", *SPAN)
    wide = [line for line in text.splitlines() if len(line) > 76 and "xxxxx" not in line]
    assert not wide, wide
    for step in SMTP:
        assert f" {step}" in text, step
    assert re.search("^date +uptime % +dns +connect +request +ttfb +ttlb$", text, re.M)


@test("seven whole days that end with the span, each the figures that sla has of that day")
def days():
    got = digest("--month", "2024-02")
    assert (got["from"], got["to"]) == ("2024-02-23T00:00:00Z", "2024-03-01T00:00:00Z")
    row = rows(got)["shop"]
    assert [d["date"] for d in row["days"]] == [f"2024-02-{day}" for day in range(23, 30)]
    for day in row["days"]:
        sla = json.loads(reporting.nines("sla", "--store", STORE, "--format", "json", "--check", "shop", "--from", day["from"], "--to",
                                         day["to"]))["rows"][0]
        assert {k: day[k] for k in ("uptime_known", "coverage", "down_s")} == {k: sla[k] for k in ("uptime_known", "coverage", "down_s")}
    assert [d["uptime_known"] for d in rows(got)["young"]["days"]] == [None] * 5 + ["100.000000"] * 2
    three = digest("--from", "2024-02-26", "--to", "2024-02-26T12:00:00Z", "days=3")
    assert (three["from"], three["to"]) == ("2024-02-23T00:00:00Z", "2024-02-26T00:00:00Z")


@test("a day of the zone has the hours that it has: a spring day 23 (F15)")
def daylight():
    got = digest("--from", "2024-03-31", "--to", "2024-04-01", "--zone", "Europe/Berlin", "days=2", "--check", "shop")
    assert [(d["from"], d["to"]) for d in got["rows"][0]["days"]] == [("2024-03-29T23:00:00Z", "2024-03-30T23:00:00Z"),
                                                                      ("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z")]


@test("the five times grow from left to right, in every line")
def cumulative():
    for row in digest("--month", "2024-02")["rows"]:
        if row["name"] != "shop":
            continue
        by_date = {}
        for t in row["times"]:
            by_date.setdefault(t["date"], {})[t["step"]] = t
        assert len(by_date) == 8  # and that of all
        for steps in by_date.values():
            for key in ("min_us", "average_us", "max_us"):
                five = [steps[s][key] for s in ("resolve", "connect", "request", "first-byte", "total")]
                assert five == sorted(five), five
        total = by_date[None]["total"]
        assert total["min_us"] == min(by_date[d]["total"]["min_us"] for d in by_date) == row["min_us"]
        assert total["max_us"] == max(by_date[d]["total"]["max_us"] for d in by_date)


@test("every outage is there, told or not, and those of sla are the same")
def outages():
    got = digest("--month", "2024-02")
    shop = rows(got)["shop"]["outage_list"]
    assert [(o["start"], o["kind"], o["lasted_s"]) for o in shop] == [
        ("2024-02-25T02:00:00Z", "outage", 6 * 1800), ("2024-02-26T23:30:00Z", "outage", 4 * 1800), ("2024-02-28T08:00:00Z", "blip", 1800)]
    assert shop[0]["reason"] == "refused <b> =1+1"
    assert (got["outages"], rows(got)["shop"]["outages"], rows(got)["shop"]["blips"]) == (sum(len(r["outage_list"]) for r in got["rows"]), 2, 1)
    sla = json.loads(reporting.nines("sla", "--store", STORE, "--format", "json", "--from", got["from"], "--to", got["to"]))
    for row in sla["rows"]:
        assert [(i["start"], i["counted_s"]) for i in row["incident_list"]] == [
            (o["start"], o["counted_s"]) for o in rows(got)[row["name"]]["outage_list"]], row["name"]


@test("an outage that maintenance excuses is listed and does not count")
def excused(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('maintenance "m" { services = {"shop"} start = "2024-02-26T23:00:00Z" end = "2024-02-27T02:00:00Z" }\n')
    shop = rows(digest("--month", "2024-02", conf=conf))["shop"]
    assert [o["kind"] for o in shop["outage_list"]] == ["outage", "excluded", "blip"] and shop["outages"] == 1, shop


@test("a contact's is of what it hears of: names, patterns, members of services, all when it names none")
def contacts():
    def of(contact, status=0):
        return digest("--month", "2024-02", f"contact={contact}", conf=CONF) if not status else reporting.nines(
            "digest", *SPAN, f"contact={contact}", conf=CONF, status=status)
    assert set(rows(of("alice"))) == {"Web", "shop"} and of("alice")["contact"] == "alice"
    assert set(rows(of("post"))) == {"mail", "young"}
    assert set(rows(of("root"))) == {"All", "Web", "mail", "shop", "young", HOSTILE}
    assert "there is no contact 'alicia': did you mean 'alice'?" in of("alicia", status=64)
    assert "there is no contact 'zzzzzz': 'nines contact list' shows them" in of("zzzzzz", status=64)
    assert "there is no contact 'alice': the configuration has none" in reporting.nines("digest", *SPAN, "contact=alice", status=64)


@test("its PDF has the same lines")
def printed(tmp):
    text = reporting.printed(tmp, "digest", *SPAN)
    for line in reporting.nines("digest", *SPAN).splitlines():
        if line.startswith("2024-02-") and "xxx" not in line:
            assert re.search(r" +".join(map(re.escape, line.split()[:2])), text), line


run()
