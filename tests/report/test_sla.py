"""`nines report sla`: the verdict in words, what-if beside the real figures, incidents with what is known of them, and sums that are the span's
in every zone.

NINES_GOLDEN=1 writes the golden files anew.
"""
import datetime
import json
import pathlib
import re
import subprocess
import sys
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from reporting import at
from records import incident
from tap import BUILD, run, test

US = record.SECOND
BEGIN = at(2024, 2, 28)
MONTH = ("--month", "2024-02")
SUMS = ("up_s", "degraded_s", "down_s", "unknown_s", "not_monitored_s", "maintenance_s", "outside_hours_s", "excluded_s")


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


MIDDLE = BEGIN + 207 * 60 + 30  # web-1 is down from minute 200 to 210, web-2 from 205 to 215


def changed(at_s, **words):
    """The record of the other tests, and a change of Web at that time, to two members of which both are needed."""
    told = {"members": ["web-1", "web-2"], "need": 2, **words}
    return reporting.store(lambda: [*web(), record.service("Web", told["members"], told["need"], seen_us=at_s * US)])


def of_changed(store, month="2024-02", name="Web"):
    return row(sla("--month", month, "--service", name, store=store))


@test("a need that is changed later changes no month that is over, and no method; nested services neither")
def changed_later():
    before = {name: of_changed(STORE, name=name) for name in ("Web", "Shop")}
    store = changed(at(2024, 3, 5))
    for name, was in before.items():
        assert of_changed(store, name=name) == was, (of_changed(store, name=name), was)
    earlier = changed(at(2024, 2, 1))
    every = of_changed(earlier)
    assert (every["down_s"], before["Web"]["down_s"]) == (16 * 60, 5 * 60), (every, before)


@test("a need that is changed within a month counts from then on, and the report says so")
def changed_within():
    store = changed(MIDDLE)
    web_ = of_changed(store)  # one of two until then: down from 205; both from then on: down to 215, and for the blip
    assert (web_["down_s"], web_["incidents"], web_["blip_s"]) == (10 * 60 + 60, 1, 60), web_
    assert web_["made_of"] == [
        {"start": "2024-02-01T00:00:00Z", "end": "2024-02-28T03:27:30Z", "need": 1, "weight": 2, "members": "web-1, web-2"},
        {"start": "2024-02-28T03:27:30Z", "end": "2024-03-01T00:00:00Z", "need": 2, "weight": 2, "members": "web-1, web-2"}], web_["made_of"]
    said = " ".join(text(*MONTH, "--service", "Web", store=store).split())
    assert "What it was made of" in said and "each moment is judged by what was in force then" in said, said
    assert "up while: at least 1 of 2 members is up: web-1, web-2" in " ".join(text(*MONTH, "--service", "Web").split())
    days = [row(sla("--from", f"2024-02-{day}", "--to", f"2024-02-{day + 1}", "--service", "Web", store=store)) for day in (27, 28)]
    assert sum(day["down_s"] for day in days) == web_["down_s"], days


@test("members that leave and come, and what they weigh: each moment has those of then")
def changed_members():
    alone = {name: row(sla(*MONTH, "--check", name)) for name in ("web-1", "web-2")}
    store = changed(at(2024, 3, 5), members=["web-1"], need=1)
    assert of_changed(store) == of_changed(STORE), "a member that left afterwards"
    store = changed(MIDDLE, members=["web-1"], need=1)  # down from 205, when both were, until web-1 comes at 210; its blip
    assert (of_changed(store)["down_s"], of_changed(store)["incidents"]) == (6 * 60, 1), of_changed(store)
    store = changed(at(2024, 2, 1), members=["web-1\t3", "web-2"], need=3)
    heavy = of_changed(store)
    assert {k: heavy[k] for k in LINE} == {k: alone["web-1"][k] for k in LINE} and heavy["made_of"][0]["members"] == "web-1 (3), web-2", heavy
    assert heavy["made_of"][0]["weight"] == 4 and len(heavy["made_of"]) == 1


@test("what if: the number is supposed of all of the time, whatever was in force")
def changed_supposed():
    store = changed(MIDDLE)
    for need, down_s in ((1, 5 * 60), (2, 16 * 60)):
        asked = supposed(sla(*MONTH, "--service", "Web", "--need", need, store=store))["Web"]
        assert asked["down_s"] == down_s, asked


@test("services that were made of each other, one after the other, are told, not followed for ever")
def changed_round():
    store = reporting.store(lambda: [*web(), record.service("Web", ["Shop"], seen_us=MIDDLE * US), record.service("Shop", ["web-1"], seen_us=MIDDLE * US)])
    assert of_changed(store)["down_s"] + of_changed(store, name="Shop")["down_s"] > 0


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


def web_of(tmp, words):
    conf = tmp / f"{len(list(tmp.iterdir()))}.conf"
    conf.write_text(GOLD + 'service "Web" { members = {"web-1", "web-2"} sla = "gold" ' + words + ' }\n')
    return conf


LINE = ("up_s", "down_s", "blip_s", "unknown_s", "incidents", "longest_s", "uptime_known")


@test("members of different weights: as much of it must be up as is needed, all of it where all is")
def weighted(tmp):
    alone = {name: row(sla(*MONTH, "--check", name, conf=web_of(tmp, ""))) for name in ("web-1", "web-2")}
    default = row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, "")))
    for words, like in (('weights = {"web-1: 3"} need = 3', alone["web-1"]), ('weights = {"web-2: 3"} need = 2', alone["web-2"]),
                        ('weights = {"web-*: 2", "web-1: 1"} need = 2', alone["web-2"]), ('weights = {"web-?: 2"} need = 2', default)):
        real = row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, words)))
        assert {k: real[k] for k in LINE} == {k: like[k] for k in LINE}, (words, real, like)
        assert real["method"] == default["method"], "what a service is made of is no part of its contract"
    every = row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, "need = 2")))
    for words in ('need = all', 'weights = {"web-1: 2"} need = 3', 'weights = {"web-1: 5"} need = "all"'):
        real = row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, words)))
        assert {**real, "made_of": None} == {**every, "made_of": None}, (words, real, every)


@test("weights count in statistics and in burn rates, and when a report is verified")
def weighted_elsewhere(tmp):
    conf = web_of(tmp, 'weights = {"web-1: 3"} need = 3')
    conf.write_text(conf.read_text() + 'customer "C" { services = {"Web", "web-1", "web-2"} sla = "gold" }\n')
    for report, seen in (("statistics", ("periods", "uptime", "outages")), ("burn", ("windows", "long", "short", "says"))):
        words = (report, "--store", STORE, "--format", "json", "--from", "2024-02-28", "--to", "2024-02-28T03:30:00Z", "--customer", "C")
        rows = {}
        for one in json.loads(reporting.nines(*words, conf=conf))["rows"]:
            rows.setdefault(one["name"], []).append({k: one[k] for k in seen if k in one})
        assert rows["Web"] == rows["web-1"] != rows["web-2"], (report, rows)
    (tmp / "published.json").write_text(json.dumps(sla(*MONTH, "--service", "Web", conf=conf)))
    for of, wrong in ((conf, 0), (web_of(tmp, 'weights = {"web-2: 3"} need = 3'), 1)):
        done = subprocess.run([BUILD / "nines", "-c", of, "verify", "--store", STORE, "--report", tmp / "published.json", "--json"],
                              capture_output=True, text=True, check=False)
        found = [one for one in json.loads(done.stdout)["findings"] if one["what"] == "report"]
        assert bool(found) == bool(wrong), (of.read_text(), found[:3])


@test("a member that is named and found by a pattern, too, counts once")
def once(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(GOLD + 'service "Web" { members = {"web-2", "web*"} sla = "gold" need = 2 }\n')
    real = row(sla(*MONTH, "--service", "Web", conf=conf))
    assert real == row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, "need = 2"))), real


@test("what if another weight was needed; --need all is all of it")
def other_weight(tmp):
    weights = 'weights = {"web-1: 3", "web-2: 2"}'
    conf = web_of(tmp, weights)
    for typed, need in (("3", 3), ("4", 4), ("all", 5)):
        document = sla(*MONTH, "--service", "Web", "--need", typed, conf=conf)
        asked, real = supposed(document)["Web"], row(sla(*MONTH, "--service", "Web", conf=web_of(tmp, f"{weights} need = {need}")))
        assert {k: asked[k] for k in COMPARED} == {k: real[k] for k in COMPARED}, (typed, asked, real)
        assert document["supposed"] == f"service 'Web' needed a weight of {need} of the 5 of its members instead of 1", document["supposed"]
    said = reporting.nines("sla", "--store", STORE, *MONTH, "--service", "Web", "--need", "6", conf=conf, status=64)
    assert "--need 6 is more than the members of service 'Web' weigh: 5 together" in said, said


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


def gapless():
    """A day, probed each minute: 1,000 minutes up, ten down, 100 up, a blip, 100 up, 60 nobody measured, 169 up."""
    return [record.target("web"), record.target("quiet"), record.target("slow"), *record.results("quiet", BEGIN, 60, "u" * 1440),
            *record.results("web", BEGIN, 60, "u" * 1000 + "d" * 10 + "u" * 100 + "d" + "u" * 100 + " " * 60 + "u" * 169),
            *record.results("slow", BEGIN, 60, "u" * 100 + "g" * 10 + "u" * 10 + "gg" + "d" * 5 + "g" + "u" * 1312)]


DAY = ("--from", "2024-02-28", "--to", "2024-02-29")


@test("how exact each figure is stands beside it: intervals by outages, one at least, rounded up; degraded time by its weight (row 97)")
def exactness(tmp):
    def of(name, options="target = 99"):
        conf = tmp / "nines.conf"
        conf.write_text(f'sla "p" {{ {options} }}\ncustomer "C" {{ services = {{"{name}"}} sla = "p" }}\n')
        words = (*DAY, "--customer", "C")
        one, shown = row(sla(*words, store=reporting.store(gapless), conf=conf)), text(*words, store=reporting.store(gapless), conf=conf)
        return one["resolution_percent"], one["resolution_period_percent"], one["resolution_s"], one["resolution"], " ".join(shown.split())
    known, period, seconds, said, shown = of("web")  # the outage and the blip; 1,380 minutes of 1,440 are known
    assert (known, period, seconds) == ("0.144928", "0.138889", 120), (known, period)  # 2/1380 and 2/1440, rounded up
    assert said == "measured downtime 11m +- 2m (0.144928 % of the known time); outages shorter than 1m (0.072464 %) may be missed", said
    assert "known %: 99.202898 ± 0.144928 period %: 95.069444 ± 0.138889 coverage %: 95.833333" in shown, shown
    assert "11m ± 2m (0.144928 % of the known time)" in shown and "met: 99.202898 % ± 0.144928 % of the known time was up, 99.000000 % is agreed sla" in shown
    near = of("web", "target = 99.3")[4]
    assert "99.300000 % is agreed, which is closer than the measurement is exact sla" in near, near
    down = of("web", "target = 95.1 unknown = down")[4]
    assert "not met: 95.069444 % ± 0.138889 % of the agreed time was up, 95.100000 % is agreed, which is closer" in down, down
    known, _, seconds, said, shown = of("quiet")
    assert (known, seconds) == ("0.069445", 0) and "met: 100.000000 % ± 0.069445 %" in shown, (known, shown)
    assert said == "measured downtime 0s +- 0s; outages shorter than 1m (0.069445 %) may be missed", said
    assert of("slow")[:3] == ("0.069445", "0.069445", 60)
    assert of("slow", "target = 99 degraded-weight = 0.5")[:3] == ("0.173612", "0.173612", 60), "of three slow times half an interval each, too"
    conf = tmp / "nines.conf"
    plain = reporting.on_terminal("C", "sla", "--store", reporting.store(gapless), *DAY, conf=conf).decode("ascii").replace("\r", "")
    assert "99.202898 +- 0.144928" in plain and re.search(r"^name .* known % +\+- % +period %", plain, re.M), plain
    page = reporting.nines("sla", "--store", reporting.store(gapless), *DAY, "--check", "web", "--format", "html")
    assert "99.202898 ± 0.144928" in page and "99.202898 ± 0.144928" in reporting.printed(tmp, "sla", "--store", reporting.store(gapless), *DAY, "--check", "web")


@test("means: MTTR, MTBF, MTTF as the mean time up between outages, and the check of the figure by the first two (definitions 2.10)")
def means():
    def of(name, *words):
        one = row(sla(*words, "--check", name, store=reporting.store(gapless)))
        return one["mttr_s"], one["mtbf_s"], one["mttf_s"], one["availability_check"]
    up = 1369 * 60  # the blip and the gap end no stretch
    assert of("web", *DAY) == (600, up, up // 2, "99.274836") and f"{up * 10**8 // (up + 600) / 10**6:.6f}" == "99.274836"
    assert of("quiet", *DAY) == (None, None, 1440 * 60, None)
    assert of("slow", *DAY) == (300, 1435 * 60, 1435 * 30, "99.652777"), "degraded time is up time"
    inside = ("--from", "2024-02-28T16:42:00Z", "--to", "2024-02-28T16:48:00Z")  # all of it down
    assert of("web", *inside) == (None, None, None, None)
    shown = " ".join(text(*DAY, "--check", "web", store=reporting.store(gapless)).split())
    assert "MTTR: 10:00 MTBF: 22:49:00 MTTF: 11:24:30 by MTBF, MTTR %: 99.274836" in shown, shown


@test("what of an incident counts here stands beside how long it lasted, and adds up to what is down")
def shares(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('sla "p" { target = 99.999 hours = {"Mon-Sun 16:45-24:00"} }\ncustomer "C" { services = {"web"} sla = "p" }\n')
    words = ("--customer", "C", "--from", "2024-02-28T00:00:00Z", "--to", "2024-02-28T18:31:00Z")
    one, shown = (f(*words, store=reporting.store(gapless), conf=conf) for f in (sla, text))
    one = row(one)
    assert [(i["lasted_s"], i["counted_s"]) for i in one["incident_list"]] == [(600, 300), (60, 60)] and one["down_s"] == 360, one
    assert re.search(r"^2024-02-28 16:40:00 UTC +10:00 +5:00 ", shown, re.M) and re.search(r"^2024-02-28 18:30:00 UTC +1:00 +1:00 ", shown, re.M), shown
    assert re.search(r"^over by: +5:59.936$", shown, re.M) and re.search(r"^agreed time: +1:46:00\nknown time: +1:46:00$", shown, re.M), shown


def acknowledged():
    """Web down at 3:25 for five minutes and at 5:00 for ten, acknowledged: a member, too early, the service twice, the service behind its end."""
    def ack(name, minute, by):
        return f"standing {name} kind=ack event=begin by={by} reason=known at_us={(BEGIN + minute * 60) * US} incident=s{minute}"
    states = "u" * 205 + "d" * 5 + "u" * 90 + "d" * 10 + "u" * 60
    return [record.target("web-1"), record.target("web-2"), record.service("Web", ["web-1", "web-2"]),
            *(line for name in ("web-1", "web-2") for line in record.results(name, BEGIN, 60, states)),
            ack("Web", 204, "early"), ack("web-1", 206, "member"), ack("Web", 220, "late"), ack("Web", 303, "anna"), ack("Web", 305, "bert")]


def relay():
    """Web needs both: web-1 is down from the 11th to the 21st of February, web-2 from the 20th to the 5th of March; maintenance from the 20th on."""
    start, rest = at(2024, 2, 1), "u" * 1440
    window = dict(services="Web", start_us=at(2024, 2, 20) * US, end_us=at(2024, 3, 1) * US, impact="outage", text="t")
    return [record.target("web-1", 600), record.target("web-2", 600), record.service("Web", ["web-1", "web-2"], need=2),
            *record.results("web-1", start, 600, "u" * 1440 + "d" * 1440 + rest + rest),
            *record.results("web-2", start, 600, "u" * 19 * 144 + "d" * 14 * 144 + rest),
            record.named("maintenance", "w", **window)]


@test("an outage that one member hands to the next began with the first of them, in a later span too, and counts in one of them")
def handed_over():
    store, day, border = reporting.store(relay), 86400, "2024-02-25"
    spans = [row(sla("--from", a, "--to", b, "--service", "Web", store=store)) for a, b in (("2024-02-01", border), (border, "2024-03-10"))]
    listed = [[(i["start"], i["end"], i["lasted_s"], i["counted_s"]) for i in one["incident_list"]] for one in spans]
    assert listed == [[("2024-02-11T00:00:00Z", None, 14 * day, 9 * day)],
                      [("2024-02-11T00:00:00Z", "2024-03-05T00:00:00Z", 23 * day, 4 * day)]], listed
    assert [one["incidents"] for one in spans] == [1, 0], [one["incidents"] for one in spans]


@test("who acknowledged a service's own incident when: detect, acknowledge, resolve")
def own_acks():
    one = row(sla(*DAY, "--service", "Web", store=reporting.store(acknowledged)))
    assert [(i["acknowledged"], i["acknowledged_by"]) for i in one["incident_list"]] == [(None, None), ("2024-02-28T05:03:00Z", "anna")], one
    assert (one["incidents"], one["acknowledged"], one["to_acknowledge_s"], one["acknowledged_to_end_s"]) == (2, 1, 180, 420), one


def failing():
    """Ten members that fail together at 200 minutes, each with its own record; a pair of which one fails alone for hours, held up by the other."""
    def of(name, *spans):
        states = ["u"] * 400
        for a, b in spans:
            states[a:b] = "d" * (b - a)
        return [record.target(name), *record.results(name, BEGIN, 60, "".join(states))]
    names = [f"m{n}" for n in range(10)]
    lines = [record.service("All", names, need=10), record.service("Pair", ["spare", "good"]), record.service("Top", ["Pair", "m0", "m0"], need=3)]
    lines += of("spare", (100, 300)) + of("good") + incident("s", "spare", BEGIN + 6000, BEGIN + 18000, step="tls", reason="expired")
    for n, name in enumerate(names):
        lines += of(name, (200, 210)) + incident(f"i{n}", name, BEGIN + 12000, BEGIN + 12600, step="tls" if n % 2 else "connect", reason=f"no {n}")
    return [*lines, f"diagnosis i0 check=m0 at_us={(BEGIN + 12060) * US} text=\"ping: lost\\nhop 4\""]


@test("a service's incident tells the step, reason and diagnosis of each member that failed then, eight of them, and of nobody else")
def explained(tmp):
    got = sla(*MONTH, store=reporting.store(failing))
    one = {name: row(got, name)["incident_list"][0] for name in ("All", "Top")}
    assert one["All"]["step"] == "connect, tls" and one["All"]["reason"].startswith("'m0', 'm1', "), one
    wanted = ["'m0': connect: no 0", "ping: lost", "hop 4", *(f"'m{n}': {('connect', 'tls')[n % 2]}: no {n}" for n in range(1, 8)), "and 2 more"]
    assert one["All"]["diagnosis"].split("\n") == wanted, one["All"]
    assert one["Top"]["diagnosis"] == "'m0': connect: no 0\nping: lost\nhop 4", "nothing of the spare, whose service was up"
    assert len(row(got, "Pair")["incident_list"]) == 0, row(got, "Pair")
    shown = text(*MONTH, "--service", "Top", store=reporting.store(failing))
    assert "connect: 'm0', 'm0' down" in shown or "connect: 'm0' down" in shown, shown
    assert re.search(r"'m0': connect: no 0\n +ping: lost\n +hop 4\n", shown), shown


def verdict(conf, policy, *words):
    conf.write_text(CONF.replace(GOLD, f'sla "gold" {{ {policy} }}\n'))
    return row(sla(*(words or MONTH), "--service", "Web", conf=conf)), text(*(words or MONTH), "--service", "Web", conf=conf)


@test("the verdict stands on top, in words: met, not met, not known, and not yet known while the period runs")
def verdicts(tmp):
    conf = tmp / "nines.conf"
    one, said = verdict(conf, "target = 99")
    assert one["verdict"] == "met" and "verdict: met: 99.826388 % ± 0.034723 % of the known time was up, 99.000000 % is agreed sla: gold may" in \
        " ".join(said.split()), said
    assert said.index("verdict:") < said.index("known %:") and one["met"] is True
    one, said = verdict(conf, 'target = 99.9 credits = {"99.99:10", "99.0:30"}')
    assert one["verdict"] == "not-met" and re.search(r"^over by: +2:07.200\ncredit %: +10.000000\nfor less than %: +99.990000$", said, re.M), said
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
    for target, of_customer in ((99.9, "not-yet-known"), (100, "not-met")):  # 99.826388 % so far
        conf.write_text(CONF + f'sla "c" {{ target = {target} }}\ncustomer "C" {{ services = {{"Web"}} sla = "c" }}\n')
        whole = sla(*words, "--customer", "C", conf=conf)
        assert (whole["customer_verdict"], row(whole)["verdict"]) == (of_customer, of_customer), (target, whole["customer_verdict"])


@test("by `unknown = down` unknown time uses the budget up as downtime does: what that lost is lost before the period is over")
def unknown_down(tmp):
    conf = tmp / "nines.conf"
    one, said = verdict(conf, "target = 99 unknown = down", "--from", "2024-02-28", "--to", "2024-04-01", "--service", "Web")
    allows = one["agreed_s"] // 100
    assert one["budget_left_s"] == allows - one["counted_down_s"] - one["unknown_s"] < 0 < one["unknown_s"], one
    assert re.search("^so does unknown: .*\nover by: ", said, re.M), said
    burn = json.loads(reporting.nines("burn", "--store", STORE, "--format", "json", "--service", "Web", "--from", "2024-02-28", "--to", "2024-04-01", conf=conf))
    budget, = burn["budgets"]
    assert (budget["used_s"], budget["left_s"]) == (one["counted_down_s"] + one["unknown_s"], one["budget_left_s"]), budget
    one, said = verdict(conf, "target = 99 unknown = down", "--from", "2024-02-28", "--to", "2030-01-01", "--service", "Web")
    assert (one["verdict"], one["span_left_s"] < 0) == ("not-met", True), one


@test("while a period runs, what all of it allows and what is left of that stand beside what the time so far does")
def ahead(tmp):
    conf = tmp / "nines.conf"
    words = ("--from", "2024-02-28", "--to", "2999-01-01", "--service", "Web")
    week = ' hours = {"Mon-Fri 08:00-18:00"}'
    for options in ("", week):  # what nobody measured since is unknown, so all of it is agreed, whatever the time is now
        one, said = verdict(conf, "target = 99" + options, *words)
        allows = (at(2999, 1, 1) - BEGIN - one["outside_hours_s"]) // 100
        assert (one["span_budget_s"], one["span_left_s"]) == (allows, allows - one["counted_down_s"]), (options, allows, one["span_budget_s"], one["span_left_s"])
        assert re.search("^in all may be down: .*\nin all left: ", said, re.M), said
        assert one["budget_left_s"] < one["span_left_s"] and bool(one["outside_hours_s"]) == bool(options), options
    over, said = verdict(conf, "target = 99.9", *MONTH, "--service", "Web")
    assert over["span_left_s"] == over["budget_left_s"] and "in all" not in said, over


@test("a target can still be met while maintenance is to come whose time counts if it is up")
def ahead_maintenance(tmp):
    conf = tmp / "nines.conf"
    for rule, wanted in (("left-out", "not-met"), ("counts", "not-yet-known")):
        conf.write_text(GOLD.replace("}\n", f"maintenance-up = {rule} }}\n", 1)
                        + 'service "Web" { members = {"web-1", "web-2"} sla = "gold" }\n'
                        'maintenance "long" { services = {"Web"} start = "2024-03-01T00:00:00Z" end = "2999-01-01T00:00:00Z" }\n')
        one = row(sla("--from", "2024-02-28", "--to", "2999-01-01", "--service", "Web", conf=conf))
        assert (one["verdict"], one["span_left_s"] < 0) == (wanted, wanted == "not-met"), (rule, one["verdict"], one["span_left_s"])


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
