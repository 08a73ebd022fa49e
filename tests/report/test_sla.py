"""`nines report sla`: the verdict in words, what-if beside the real figures, incidents with what is known of them, and sums that are the span's
in every zone.

NINES_GOLDEN=1 writes the golden files anew.
"""
import datetime
import json
import pathlib
import re
import sys
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from reporting import at
from tap import run, test

US = record.SECOND
BEGIN = at(2024, 2, 28)
MONTH = ("--month", "2024-02")
SUMS = ("up_s", "degraded_s", "down_s", "unknown_s", "not_monitored_s", "maintenance_s", "outside_hours_s", "excluded_s")


def incident(number, check, from_s, to_s, **words):
    """A confirmed one, closed at its end."""
    start = f"start_us={from_s * US}"
    return [record.named(f"incident {number}", check, event="confirmed", at_us=(from_s + 60) * US, **words).replace(" - ", " ") + " " + start,
            f"incident {number} check={check} event=closed {start} at_us={to_s * US}"]


def web():
    """Two days, two members, probed each minute: web-1 down for ten minutes, web-2 five minutes later; an hour on a blip of web-1."""
    one = "u" * 200 + "d" * 10 + "u" * 50 + "d" + "u" * 2619
    two = "u" * 205 + "d" * 10 + "u" * 2665
    start = f"start_us={(BEGIN + 200 * 60) * US}"
    return [
        record.target("web-1"), record.target("web-2"), record.service("Web", ["web-1", "web-2"]),
        record.service("Shop", ["Web", "web-1"], need=2),
        *record.results("web-1", BEGIN, 60, one, steps="connect:1490,first-byte:4800"),
        *record.results("web-2", BEGIN, 60, two, steps="connect:1490,first-byte:4800"),
        f'incident i1 check=web-1 event=confirmed {start} at_us={(BEGIN + 201 * 60) * US} step=connect reason="refused"',
        f"incident i1 check=web-1 event=closed {start} at_us={(BEGIN + 210 * 60) * US}",
        f'diagnosis i1 check=web-1 at_us={(BEGIN + 201 * 60) * US} text="ping: 3 of 3 lost\\n<b>traceroute</b>: ends at hop 4"',
        f'standing web-1 kind=ack event=begin by=anna reason=known at_us={(BEGIN + 204 * 60) * US} incident=i1',
        f'standing web-1 kind=ack event=begin by=bert reason=again at_us={(BEGIN + 208 * 60) * US} incident=i1',
    ]


STORE = reporting.store(web)
GOLD = 'sla "gold" { target = 99.9 credits = {"99.99:10", "99.0:30"} maintenance-notice = "48h" }\n'
CONF = GOLD + 'service "Web" { members = {"web-1", "web-2"} sla = "gold" }\nservice "Shop" { members = {"Web", "web-1"} need = 2 sla = "gold" }\n'


def sla(*words, store=STORE, conf=None):
    return json.loads(reporting.nines("sla", "--store", store, "--format", "json", *words, conf=conf))


def text(*words, store=STORE, conf=None):
    return reporting.nines("sla", "--store", store, *words, conf=conf)


def row(document, name=None):
    return next(r for r in document["rows"] if name in (None, r["name"]))


reporting.golden("sla-what-if-interval.txt", "sla", *MONTH, "--check", "web-1", "--interval", "4m", "--store", STORE)
reporting.golden("sla-what-if-denser.txt", "sla", *MONTH, "--check", "web-1", "--interval", "10s", "--store", STORE)


def supposed(document):
    return {one["name"]: one for one in document["what_if"]}


COMPARED = ("down_s", "incidents", "uptime_known", "uptime_period", "coverage", "longest_s", "judged", "verdict", "counted_down_s", "unknown_s",
            "resolution_s")


@test("what if a service needed as many members as it does: the figures are the real ones, under a method of their own")
def same_need(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(CONF)
    for name, need in (("Web", 1), ("Shop", 2)):
        document = sla(*MONTH, "--service", name, "--need", need, conf=conf)
        real, what = row(document), supposed(document)[name]
        assert {k: what[k] for k in COMPARED} == {k: real[k] for k in COMPARED}, (what, real)
        assert what["method"].startswith("nines-1-what-if:") and real["method"] == document["method"] != what["method"]
        assert row(sla(*MONTH, "--service", name, conf=conf)) == real, "a what-if changed the real figures"


@test("what if it needed another number: the figures are those of a service that does, nested ones too")
def other_need(tmp):
    conf, other = tmp / "nines.conf", tmp / "other.conf"
    conf.write_text(CONF)
    other.write_text(CONF.replace('"web-2"} sla', '"web-2"} need = 2 sla').replace("need = 2 sla", "need = 2 sla", 1))
    asked = supposed(sla(*MONTH, "--service", "Web", "--need", "2", conf=conf))["Web"]
    real = row(sla(*MONTH, "--service", "Web", conf=other))
    assert {k: asked[k] for k in COMPARED} == {k: real[k] for k in COMPARED} and asked["down_s"] == 16 * 60, (asked, real)
    other.write_text(CONF.replace("need = 2", "need = 1"))
    asked = supposed(sla(*MONTH, "--service", "Shop", "--need", "1", conf=conf))["Shop"]
    real = row(sla(*MONTH, "--service", "Shop", conf=other))
    assert {k: asked[k] for k in COMPARED} == {k: real[k] for k in COMPARED} and asked["down_s"] == 5 * 60, (asked, real)


@test("what if probes were further apart: what such probes would have found, each with its recheck")
def sparser():
    def of(interval, name="web-1", flag="--check"):
        return supposed(sla(*MONTH, flag, name, "--interval", interval))[name]
    ten = of("10m")  # slots at 3:20 (down, confirmed by its recheck) and 3:30; the blip at 4:20 is a slot, too, and cleared at 4:21
    assert (ten["down_s"], ten["incidents"], ten["resolution_s"]) == (660, 1, 1200), ten
    hour = of("1h")  # 3:20 to 3:30 lies between two slots
    assert (hour["down_s"], hour["incidents"], hour["uptime_known"]) == (0, 0, "100.000000"), hour
    same = of("60s")
    real = row(sla(*MONTH, "--check", "web-1"))
    assert {k: same[k] for k in COMPARED} == {k: real[k] for k in COMPARED}, (same, real)
    web = of("10m", "Web", "--service")  # web-1 down at 3:20, web-2 at none of 3:20 and 3:30
    assert (web["down_s"], web["incidents"]) == (0, 0), web
    both = sla(*MONTH, "--service", "Web", "--interval", "5m", "--need", "2")  # 3:20 to 3:30, 3:25 to 3:35, the blip at 4:20 for a minute
    assert (supposed(both)["Web"]["down_s"], both["supposed"]) == (960, "service 'Web' needed 2 of its 2 members instead of 1, and probes were 5m apart")
    assert set(supposed(sla(*MONTH, "--interval", "10m"))) == {"web-1", "web-2", "Web", "Shop"}


@test("months of a what-if add up to its year, as real ones do")
def adds_up():
    def of(*words):
        return supposed(sla(*words, "--service", "Web", "--need", "2", "--interval", "7m"))["Web"]
    days = [of("--from", f"2024-02-{day}", "--to", f"2024-02-{day + 1}") for day in (27, 28)] + [of("--from", "2024-02-29", "--to", "2024-03-01")]
    whole = of("--from", "2024-02-27", "--to", "2024-03-01")
    for key in ("down_s", "incidents", "counted_down_s", "unknown_s"):
        assert sum(day[key] for day in days) == whole[key], (key, days, whole)


@test("denser probes than there were cannot be supposed: only how exact they would be is said")
def denser():
    one = supposed(sla(*MONTH, "--check", "web-1", "--interval", "10s"))["web-1"]
    assert (one["down_s"], one["uptime_known"], one["method"], one["resolution_s"]) == (None, None, None, 20), one
    said = " ".join(text(*MONTH, "--check", "web-1", "--interval", "10s").split())
    assert "cannot be known from the record" in said and "then known to: 20.000 s" in said and "known %: 99.618055" in said, said


WRONG = [
    (("--service", "Web", "--need", "3"), "--need 3 is more than service 'Web' has: 2 members"),
    (("--service", "Web", "--need", "0"), "--need: '0' is no whole number from 1 on"),
    (("--service", "Web", "--need", "two"), "--need: 'two' is no whole number from 1 on"),
    (("--service", "Web", "--need", ""), "--need: '' is no whole number"),
    (("--check", "web-1", "--need", "1"), "--need is how many members of a service must be up: 'web-1' is a check and has none"),
    (("--need", "1"), "--need is how many members of a service must be up: name it with --service NAME"),
    (("--interval", "often"), "--interval: 'often' is no time such as 10s, 5m, 1h"),
    (("--interval", "0"), "--interval: '0' is no time"),
    (("--interval", "2d"), "--interval: '2d' is longer than a day"),
]


@test("what cannot be supposed is said in one line; reports that suppose nothing say so")
def wrong():
    for words, says in WRONG:
        said = reporting.nines("sla", "--store", STORE, *MONTH, *words, status=64)
        assert says in said and said.count("\n") == 1, (words, said)
    said = reporting.nines("detail", "--store", STORE, *MONTH, "--check", "web-1", "--interval", "10m", status=64)
    assert "the report 'detail' supposes nothing" in said, said


@test("an incident has its step, reason, diagnosis and who acknowledged it when")
def known():
    one = row(sla(*MONTH, "--check", "web-1"))
    first = one["incident_list"][0]
    assert (first["id"], first["step"], first["reason"], first["acknowledged"], first["acknowledged_by"]) == (
        "i1", "connect", "refused", "2024-02-28T03:24:00Z", "anna"), first
    assert first["diagnosis"] == "ping: 3 of 3 lost\n<b>traceroute</b>: ends at hop 4", first
    assert (one["acknowledged"], one["to_acknowledge_s"], one["acknowledged_to_end_s"], one["mttr_s"]) == (1, 240, 360, 600), one
    other = row(sla(*MONTH, "--check", "web-2"))
    assert (other["acknowledged"], other["to_acknowledge_s"], other["acknowledged_to_end_s"]) == (0, None, None), other
    shown = text(*MONTH, "--check", "web-1")
    assert "ping: 3 of 3 lost\n                         <b>traceroute</b>: ends at hop 4\n" in shown, shown
    assert "&lt;b&gt;traceroute" in reporting.nines("sla", "--store", STORE, *MONTH, "--check", "web-1", "--format", "html")


def verdict(conf, policy, *words):
    conf.write_text(CONF.replace(GOLD, f'sla "gold" {{ {policy} }}\n'))
    return row(sla(*(words or MONTH), "--service", "Web", conf=conf)), text(*(words or MONTH), "--service", "Web", conf=conf)


@test("the verdict stands on top, in words: met, not met, not known, and not yet known while the period runs")
def verdicts(tmp):
    conf = tmp / "nines.conf"
    one, said = verdict(conf, "target = 99")
    assert one["verdict"] == "met" and "verdict: met: 99.826388 % of the known time was up, 99.000000 % is agreed may" in \
        " ".join(said.split()), said
    assert said.index("verdict:") < said.index("known %:") and one["met"] is True
    one, said = verdict(conf, 'target = 99.9 credits = {"99.99:10", "99.0:30"}')
    assert one["verdict"] == "not-met" and re.search(r"^left: +-2:08\ncredit %: +10.000000\nfor less than %: 99.990000$", said, re.M), said
    one, said = verdict(conf, "target = 99", "--month", "2024-01")
    assert one["verdict"] == "not-known" and "nothing was measured" in said and one["met"] is None, said
    assert row(sla(*MONTH, "--check", "web-1"))["verdict"] == "no-target"


@test("a period that is not over has no verdict yet, unless more was down than all of it may be")
def not_yet(tmp):
    conf = tmp / "nines.conf"
    words = ("--from", "2024-02-28", "--to", "2999-01-01")
    one, said = verdict(conf, "target = 99", *words)
    assert one["verdict"] == "not-yet-known" and "not yet known, the period is not over: so far" in said, said
    one, said = verdict(conf, "target = 100", *words)
    assert one["verdict"] == "not-met" and re.search(r"^verdict: +not met: ", said, re.M), said


SLAS = 'service "Web" { members = {"web-1", "web-2"} sla = "a" }\nservice "Shop" { members = {"Web", "web-1"} need = 2 sla = "b" }\n' \
    'sla "a" { target = 99.9 }\nsla "b" { target = 99.5 unknown = down blips = up }\n'


@test("of several there is a summary, then a part for each, and each set of rules once")
def several(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(SLAS)
    shown = text(*MONTH, conf=conf)
    heads = re.findall(r"^(.+)\n-+$", shown, re.M)
    assert heads[:2] == ["Agreed", "Measured"] and [h for h in heads if h in ("Web", "Shop", "web-1", "web-2")] == ["Shop", "Web", "web-1", "web-2"], heads
    assert heads[-3:] == ["The rules: b", "The rules: a", "The rules where no sla is agreed"], heads
    rules = sla(*MONTH, conf=conf)["policies"]
    assert {(rule["sla"], rule["number"]) for rule in rules} == {(name, n) for name in ("a", "b", None) for n in range(1, len(rules) // 3 + 1)}, rules
    assert any("unknown time counts as down" in rule["sentence"] for rule in rules if rule["sla"] == "b")


if __name__ == "__main__":
    run()
