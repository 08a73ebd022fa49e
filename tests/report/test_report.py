"""`nines report`: golden files of every rendering, months of every zone, errors, and what a report may not do (F15-F17, F44).

NINES_GOLDEN=1 writes the golden files anew.
"""
import csv
import datetime
import io
import json
import os
import pathlib
import pty
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
from golden import keep
from reporting import at, nines
from tap import BUILD, run, skip, test

HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>&\u202e\u05e9\u05dc\u05d5\u05dd ' + "x" * 150
SUMS = ("up_s", "degraded_s", "down_s", "unknown_s", "not_monitored_s", "maintenance_s", "outside_hours_s", "excluded_s")


def sla(store, *words, conf=None):
    return json.loads(nines("sla", "--store", store, "--format", "json", *words, conf=conf))


def rows(document):
    return {row["name"]: row for row in document["rows"]}


def february():
    """Two days of a leap February: outages of one member, of both, a blip, a gap, degraded and unknown time, a hostile name."""
    begin = at(2024, 2, 28)
    web1 = "u" * 200 + "d" * 5 + "u" * 1000 + "d" + "u" * 234 + "u" * 1440
    web2 = "u" * 201 + "d" * 3 + "u" * 1000 + " " * 100 + "u" * 136 + "u" * 1440
    key = f"start_us={(begin + 200 * 60) * record.SECOND}"
    return [
        record.target("web-1"), record.target("web-2"), record.target(HOSTILE, 300),
        record.service("Web", ["web-1", "web-2"]), record.service("All", ["Web", HOSTILE], need=2),
        *record.results("web-1", begin, 60, web1, steps="resolve:812,connect:1490,tls:4100,first-byte:4800"),
        *record.results("web-2", begin, 60, web2, steps="connect:1490,first-byte:2800"),
        *record.results(HOSTILE, begin, 300, "uu??uuug" + "u" * 560, steps="connect:1490"),
        f'incident i1 check=web-1 event=confirmed {key} at_us={(begin + 201 * 60) * record.SECOND} step=connect '
        f'reason="refused <b> =1+1"',
        f"incident i1 check=web-1 event=closed {key} at_us={(begin + 205 * 60) * record.SECOND}",
    ]


_stores = tempfile.TemporaryDirectory()
_made = {}


def store(make):
    """The database of those lines, made once."""
    if make not in _made:
        _made[make] = pathlib.Path(_stores.name) / f"{make.__name__}.db"
        record.write(_made[make], make())
    return _made[make]


GOLDEN = {
    "sla-berlin.txt": ("sla", "--month", "2024-02", "--zone", "Europe/Berlin", "--check", "web-1"),
    "sla-incidents.csv": ("sla", "--month", "2024-02", "--format", "csv", "--table", "incident_list"),
}
for _file, _words in GOLDEN.items():
    @test(f"golden file: {_file}")
    def golden(file=_file, words=_words):
        keep(HERE / "golden" / file, nines(*words, "--store", store(february)))


@test("the chart is the one that was published, to the second")
def published():
    got = [tuple(row[k] for k in ("uptime", "year_s", "month_s", "day_s")) for row in
           json.loads(nines("nines", "--month", "2030-01", "--format", "json"))["chart"]]
    assert got == [("99.9990", 315, 27, 1), ("99.9900", 3154, 268, 9), ("99.9000", 31536, 2678, 86), ("99.0000", 315360, 26784, 864),
                   *((f"{p}.0000", 31536 * (100 - p) * 10, round(26784 * (100 - p)), 864 * (100 - p)) for p in range(98, 89, -1))]


@test("the chart's month is the one asked for, the way back and redundancy are exact")
def chart():
    def of(*words):
        return json.loads(nines("nines", "--format", "json", *words))
    assert [row["span_us"] for row in of("--month", "2024-01")["span"] if row["uptime"] == "99.9990"] == [26784000]
    assert [row["span_us"] for row in of("--month", "2023-02")["span"] if row["uptime"] == "99.9990"] == [24192000]
    spans = {row["span"]: row["uptime"] for row in of("--month", "2024-01", "downtime=60s")["downtime_spans"]}
    assert spans["2024-01"] == spans["month (31 days)"] == "99.997759", spans
    redundancy = {(row["members"], row["need"]): row["uptime"] for row in of("members=4", "need=2")["redundancy"]}
    assert redundancy[2, 1] == "99.999900" and redundancy[3, 1] == "99.9999999" and redundancy[2, 2] == "99.800100"
    assert redundancy[4, 2] == "99.9999996003", redundancy
    assert "99.9978 %" in nines("nines", "--month", "2024-01")


def year():
    """A year and more of one result every half hour, at whole seconds, with failures, gaps and unknown time."""
    chance, states, begin, end = random.Random(7), [], at(2024, 1, 1), at(2025, 2, 3)
    while len(states) < (end - begin) // 1800:
        states += chance.choice(["u", "u", "u", "d", "?", " ", "g"]) * chance.randrange(1, 60)
    return [record.target("a", 1800), record.target("b", 1800), record.service("s", ["a", "b"]),
            *record.results("a", begin + 17, 1800, states), *record.results("b", begin + 911, 1800, states[::-1])]


def months(zone):
    """(name, seconds) of January 2024 to February 2025."""
    for n in range(14):
        begin, end = ((datetime.datetime(2024 + m // 12, m % 12 + 1, 1, tzinfo=zoneinfo.ZoneInfo(zone))) for m in (n, n + 1))
        yield begin.strftime("%Y-%m"), int(end.timestamp() - begin.timestamp())


for _zone in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"):
    @test(f"sums of every month are its length, and the months add up, in {_zone} (F15, F16)")
    def add_up(zone=_zone):
        total = {}
        for month, seconds in months(zone):
            got = sla(store(year), "--month", month, "--zone", zone)
            for row in got["rows"]:
                assert sum(row[k] for k in SUMS) == seconds, (month, row)
                for key in (*SUMS, "incidents"):
                    total[row["name"], key] = total.get((row["name"], key), 0) + row[key]
        begin, end = "2024-01-01", "2025-03-01"
        whole = sla(store(year), "--from", begin, "--to", end, "--zone", zone)
        assert len(whole["rows"]) == 3
        for row in whole["rows"]:
            for key in (*SUMS, "incidents"):
                assert row[key] == total[row["name"], key], (row["name"], key)


@test("two reports about the same thing never differ")
def same(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('service "s" { members = {"a", "b"} sla = "gold" }\nsla "gold" { target = 99.9 }\n')
    everything = rows(sla(store(year), "--month", "2024-03"))
    for name, flag in (("a", "--check"), ("b", "--check"), ("s", "--service")):
        assert rows(sla(store(year), "--month", "2024-03", flag, name)) == {name: everything[name]}
    one = rows(sla(store(year), "--month", "2024-03", "--sla", "gold", conf=conf))
    assert set(one) == {"s", "a", "b"}
    for name, row in one.items():
        assert row["uptime_known"] == everything[name]["uptime_known"] and row["down_s"] == everything[name]["down_s"]
        assert row["sla"] == "gold" and row["target"] == "99.900000" and row["met"] is False
    part = sla(store(year), "--from", "2024-03-01", "--to", "2024-04-01")
    assert rows(part) == everything


def border():
    """An incident from ten minutes before March to twenty behind its begin, and a failure in April's last minute, confirmed in May."""
    return [record.target("a"), *record.results("a", at(2024, 2, 29, 23), 60, "u" * 50 + "d" * 30 + "u" * 100),
            *record.results("a", at(2024, 4, 30, 23, 50), 60, "u" * 9 + "d" * 5 + "u" * 9)]


def silent():
    now = int(time.time())
    return [record.target("off"), record.target("gone"), record.target("young"), *record.results("off", at(2024, 3, 1), 60, "u" * 60),
            *record.results("gone", at(2024, 3, 1), 60, "u" * 60), *record.results("young", now - 110, 60, "u"),
            record.target("off", seen_us=now * record.SECOND), record.target("young", seen_us=now * record.SECOND),
            f"targets - at_us={now * record.SECOND}"]


@test("what should be watched and is not is unknown while the monitor is off, as it will be once it is on again")
def off():
    got = rows(sla(store(silent), "--month", "2024-03"))
    assert (got["off"]["up_s"], got["off"]["unknown_s"], got["off"]["not_monitored_s"]) == (3600, 31 * 86400 - 3600, 0), got["off"]
    assert (got["gone"]["up_s"], got["gone"]["unknown_s"], got["gone"]["not_monitored_s"]) == (3600, 0, 31 * 86400 - 3600), got["gone"]
    month = sla(store(silent), "--month", "2024-04", "--check", "off")["rows"][0]
    assert (month["unknown_s"], month["uptime_known"], month["coverage"]) == (30 * 86400, None, "0.000000"), month
    young = sla(store(silent), "--from", "2024-04-01", "--check", "young")["rows"][0]
    assert (young["up_s"], young["unknown_s"]) == (60, 0), young  # less than three intervals: not known yet


@test("an incident counts in the month it begins in, its seconds in each; a closed month stays as it is")
def borders():
    month = {m: sla(store(border), "--month", f"2024-0{m}")["rows"][0] for m in (2, 3, 4, 5)}
    assert [(month[m]["down_s"], month[m]["incidents"]) for m in (2, 3, 4, 5)] == [(600, 1), (1200, 0), (60, 1), (240, 0)]
    assert [i["class"] for m in (2, 3, 4, 5) for i in month[m]["incident_list"]] == ["confirmed", "began before"] * 2
    assert month[2]["incident_list"][0]["end"] is None and month[2]["longest_s"] == 600
    assert [month[m]["resolution_s"] for m in (2, 3, 4, 5)] == [60] * 4, "the length of one that began before is known no better"
    assert month[3]["incident_list"][0]["start"] == "2024-02-29T23:50:00Z" and month[3]["incident_list"][0]["lasted_s"] == 1800


def clocks(back_s, before, after):
    """An hour of one probe a minute, the wall clock set back by so much, another hour."""
    begin = at(2024, 3, 7)
    return [record.target("a"), *record.results("a", begin, 60, before),
            record.named("marker", "-", kind="clock-step", at_us=(begin + 3600 - back_s) * record.SECOND, by_us=-back_s * record.SECOND, text="set back"),
            *record.results("a", begin + 3600 - back_s, 60, after)]


@test("a wall clock that stepped back: never more than there is of anything, raw or rolled up (102 %, 103.8 %)")
def stepped(tmp):
    for back_s in (1, 60, 61, 600, 1799, 3000, 3600):
        for n, (before, after) in enumerate((("u" * 60, "u" * 60), ("u" * 30 + "d" * 30, "u" * 60), ("u" * 50 + "d" * 10, "d" * 5 + "u" * 55))):
            record.write(tmp / f"{back_s}-{n}", clocks(back_s, before, after))
            row = sla(tmp / f"{back_s}-{n}", "--month", "2024-03")["rows"][0]
            known_s, failed_s = row["up_s"] + row["down_s"], 60 * (before + after).count("d")
            assert known_s == 7200 - back_s and row["down_s"] <= failed_s, (back_s, before, after, row)
            assert sum(row[k] for k in SUMS) == 31 * 86400 and 0 <= float(row["uptime_known"]) <= 100, (back_s, before, after, row)
            assert row["uptime_known"] == f"{row['up_s'] * 10 ** 8 // known_s / 10 ** 6:.6f}", row
            assert all(0 <= i["counted_s"] <= i["lasted_s"] for i in row["incident_list"]), row["incident_list"]


def beats(*results):
    """(minute, state, interval in minutes) of one check in March of 2024."""
    return [record.target("a", 60), *(record.result("a", at(2024, 3, 1) + minute * 60, state, every * 60) for minute, state, every in results)]


DAY, WHOLE = 1440, 31 * 86400
FIVES = [(n, "up", 5) for n in range(0, 8 * DAY, 5)]
LONG = record.named("maintenance", "m", services="a", start_us=at(2024, 3, 2, 12) * record.SECOND, end_us=at(2024, 4, 9) * record.SECOND,
                    announced_us=record.SECOND, impact="outage", by="b", text="t")
WEIGHED = {  # the class of bug: (the record, what its month must say)
    "results are counted, retries too, not time (99.92 % of nothing; 99.87 % of 4 minutes)": (
        beats(*FIVES[:200], *((995 + n, "down", 5) for n in range(5)), (1000, "up", 5), *FIVES[201:]),
        {"down_s": 300, "up_s": 8 * 86400 - 300, "uptime_known": "99.956597", "incidents": 1}),
    "a failure that its retries cleared is an outage, or none at all": (
        beats(*FIVES[:200], (995, "down", 5), (996, "up", 5), *FIVES[200:]),
        {"down_s": 60, "blip_s": 60, "up_s": 8 * 86400 - 60, "incidents": 0, "blips": 1}),
    "results that stand for unequal times weigh the same (a job once a day shows 0.09 %)": (
        beats(*((day * DAY, "up", DAY) for day in range(30)), *((30 * DAY + n, "down", 1) for n in range(30)), (30 * DAY + 30, "up", DAY)),
        {"down_s": 1800, "up_s": WHOLE - 1800, "uptime_known": "99.932795"}),
    "the end of an outage was lost: it lasts until somebody looks again (16 hours for 30 minutes)": (
        beats((0, "up", 1), *((1 + n, "down", 1) for n in range(30)), (16 * 60, "up", 1)),
        {"down_s": 1800, "up_s": 120, "unknown_s": WHOLE - 1920}),
    "what began in mid-month shrinks the month without a word": (
        beats(*((15 * DAY + n, "down" if n < 864 else "up", 1) for n in range(16 * DAY))),
        {"not_monitored_s": 15 * 86400, "agreed_s": 16 * 86400, "uptime_known": "96.250000", "uptime_period": "96.250000"}),
    "a window that is still open at the end does not count yet": (
        [LONG, *beats(*((n, "up" if n < 3 * DAY else "down", 5) for n in range(0, 31 * DAY, 5)))],
        {"maintenance_s": WHOLE - 36 * 3600, "down_s": 0, "up_s": 36 * 3600, "agreed_s": 36 * 3600, "uptime_known": "100.000000"}),
    "only so many incidents are read (100 a page)": (
        beats(*((n, "up" if n % 4 in (0, 3) else "down", 1) for n in range(4 * 1300))),
        {"incidents": 1300, "down_s": 1300 * 120, "mttr_s": 120, "uptime_known": "50.000000"}),
}
for _class, (_lines, _wanted) in WEIGHED.items():
    @test(f"not so: {_class}")
    def weighed(tmp, lines=_lines, wanted=_wanted):
        record.write(tmp / "db", lines)
        row = sla(tmp / "db", "--month", "2024-03")["rows"][0]
        assert {k: row.get(k) for k in wanted} == wanted and sum(row[k] for k in SUMS) == WHOLE, {k: row.get(k) for k in (*wanted, *SUMS)}
        if row["incidents"] > 100:
            assert len(row["incident_list"]) == row["incidents"]


@test("an outage over midnight is in both days (it vanished from the second)")
def midnight(tmp):
    record.write(tmp / "db", beats(*((n, "down" if DAY - 10 <= n < DAY + 20 else "up", 1) for n in range(3 * DAY))))
    days = [day["counted_down_s"] for day in sla(tmp / "db", "--month", "2024-03", "--check", "a")["rows"][0]["days"]]
    assert days[:3] == [600, 1200, 0] and sum(days) == 1800, days


@test("the report of docs/modules.md can be built and run")
def example(tmp):
    text = (HERE.parent.parent / "docs/modules.md").read_text(encoding="utf-8")
    (tmp / "worst.c").write_text(re.search(r"```c\n(/\* reports/worst.*?)```", text, re.S)[1])
    (tmp / "reports").mkdir()
    subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", f"-I{HERE.parent.parent}/include", "-o",
                    tmp / "reports/worst.so", tmp / "worst.c"], check=True)
    (tmp / "nines.conf").write_text('reports = "reports"\nreport-worst { least = "4m" }\n')
    got = json.loads(nines("worst", "--store", store(february), "--month", "2024-02", "--format", "json", conf=tmp / "nines.conf"))
    assert [(row["name"], row["down_s"], row["uptime"]) for row in got["rows"]] == [("web-1", 360, "99.791666")]
    assert len(rows(json.loads(nines("worst", "--store", store(february), "--month", "2024-02", "--format", "json", "least=0",
                                     conf=tmp / "nines.conf")))) == 5


@test("only no second of downtime is 100 %")
def truncated():
    for row in sla(store(year), "--from", "2024-01-01", "--to", "2025-02-01")["rows"]:
        known = row["up_s"] + row["degraded_s"] + row["down_s"]
        assert row["uptime_known"] == f"{(known - row['down_s']) * 10**8 // known / 10**6:.6f}"
        assert (row["uptime_known"] == "100.000000") == (row["down_s"] == 0)


@test("an sla counts by its own rules: hours, maintenance, blips, unknown, degraded (F17)")
def policies(tmp):
    conf = tmp / "nines.conf"

    def of(policy, more=""):
        conf.write_text('service "Web" { members = {"web-1"} sla = "p" }\nsla "p" { target = 99.9 ' + policy + " }\n" + more)
        return rows(sla(store(february), "--month", "2024-02", "--sla", "p", conf=conf))["web-1"]
    plain = of("")
    assert (plain["down_s"], plain["blip_s"], plain["counted_down_s"]) == (360, 60, 360) and plain["incidents"] == 1
    assert of("blips = up")["counted_down_s"] == 300
    assert of("outage-start = confirmed")["down_s"] == 240 + 60
    hours = of('hours = {"Wed 03:22-24:00"}')  # 2024-02-28 was a Wednesday
    assert hours["outside_hours_s"] == 29 * 86400 - 4 * (20 * 3600 + 38 * 60) and hours["down_s"] == 180 + 60
    window = 'maintenance "m" { services = {"web-1"} start = "2024-02-28T03:00:00Z" end = "2024-02-28T03:22:00Z" }\n'
    excluded = of("", window)
    assert excluded["maintenance_s"] == 22 * 60 and excluded["down_s"] == 180 + 60 and sum(excluded[k] for k in SUMS) == 29 * 86400
    assert of('maintenance-allowance = "5m"', window)["maintenance_s"] == 300
    again = 'maintenance "m" { cron = "0 12 28 * *" for = "22m" zone = "Asia/Tokyo" %s }\n'  # 3:00 UTC
    assert of("", again % "")["maintenance_s"] == 22 * 60 and of("", again % "")["down_s"] == 180 + 60
    assert of("", again % 'end = "2024-02-28T03:10:00Z"')["maintenance_s"] == 600
    assert of("", again % 'services = {"web-2"}')["maintenance_s"] == 0
    assert of("", again % "impact = none")["maintenance_s"] == 0, "what is to do no harm excuses none"
    late = again % 'announced = "2024-02-27T03:00:00Z"'  # a day ahead
    assert [of(f'maintenance-notice = "{notice}"', late)["maintenance_s"] for notice in ("1d", "2d")] == [22 * 60, 0]
    credits = 'credits = {"99.99:10", "99.8:25", "95:100"} '
    due = of(credits)
    assert (due["credit"], due["credit_below"]) == ("25.000000", "99.800000") and float(due["judged"]) < 99.8, due
    assert due["budget_left_s"] == due["agreed_s"] // 1000 - due["counted_down_s"] < 0 and due["method"] == plain["method"], due
    assert (plain["credit"], plain["credit_below"]) == (None, None)
    of(credits)
    text = nines("sla", "--store", store(february), "--month", "2024-02", "--sla", "p", conf=conf)
    assert re.search(r"^web-1 +not met .* -3:08 +25.000000$", text, re.M), text
    assert "verdict:         not met: 99.791666 % \u00b1 " in text and re.search(r"^over by: +3:07\.[0-9]{3}$", text, re.M), text
    methods = {of(p)["method"] for p in ("", "blips = up", "unknown = down", 'hours = {"Mon-Sun 00:00-24:00"}',
                                         'maintenance-notice = "48h"')}
    assert len(methods) == 5, methods


@test("each row is about the month of its sla's zone, --zone is that of all (F15)")
def own_zones(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('service "Web" { members = {"web-1"} sla = "p" }\nservice "All" { members = {"web-2"} }\n'
                    'sla "p" { target = 99.9 zone = "Asia/Tokyo" hours = {"Mon-Fri 08:00-18:00"} }\n')
    month = ("--month", "2024-02")
    mixed, alone = (sla(store(february), *month, *more, conf=conf) for more in ((), ("--service", "Web")))
    assert (mixed["zone"], alone["zone"], alone["from"]) == ("UTC", "Asia/Tokyo", "2024-01-31T15:00:00Z")
    row = rows(mixed)["Web"]
    assert row == rows(alone)["Web"] and row == rows(sla(store(february), *month, "--zone", "Asia/Tokyo", conf=conf))["Web"]
    assert (row["span_zone"], row["span_from"], row["span_to"]) == ("Asia/Tokyo", "2024-01-31T15:00:00Z", "2024-02-29T15:00:00Z"), row
    assert row["agreed_s"] == 19 * 3600, row  # the record begins on Wednesday at 9:00 of Tokyo
    assert {r["span_zone"] for name, r in rows(mixed).items() if name != "Web"} == {"UTC"}
    utc = rows(sla(store(february), *month, "--zone", "UTC", conf=conf))["Web"]
    assert utc["span_from"] == "2024-02-01T00:00:00Z" and utc["method"] != row["method"] and utc["agreed_s"] != row["agreed_s"]
    text = nines("sla", "--store", store(february), *month, conf=conf)
    assert re.search(r"^Web\n---\n(?:.+\n)+zone: +Asia/Tokyo\nfrom: +2024-01-31 15:00:00 UTC\nto: +2024-02-29 15:00:00 UTC$", text, re.M), text
    dated = rows(sla(store(february), "--from", "2024-02-28", "--to", "2024-02-29", conf=conf))
    assert (dated["Web"]["span_from"], dated["All"]["span_from"]) == ("2024-02-27T15:00:00Z", "2024-02-28T00:00:00Z")


@test("hostile names are harmless in every form (F44)")
def hostile():
    html = nines("sla", "--store", store(february), "--month", "2024-02", "--format", "html")
    assert "<script" not in html and "\u202e" not in html and "&lt;script&gt;" in html
    assert not re.search(r"<[a-z][^>]*\son\w+=", html) and "default-src 'none'" in html
    text = nines("sla", "--store", store(february), "--month", "2024-02")
    assert "\u202e" not in text and "\x1b" not in text
    named = [line for line in text.splitlines() if "alert(1)" in line]
    assert named and all(line.count("\u2068") == 1 and line.count("\u2069") == 1 for line in named), named
    table = list(csv.DictReader(io.StringIO(nines("sla", "--store", store(february), "--month", "2024-02", "--format", "csv"),
                                            newline="")))
    for row in table:
        assert not any(re.match(r"[=+@\t\r-]", cell) for cell in row.values()), row
    assert any(row["name"].startswith("'=cmd") for row in table)
    names = [row["name"] for row in sla(store(february), "--month", "2024-02")["rows"]]
    assert any(name.startswith("=cmd|") and len(name) == len(HOSTILE) for name in names), names


@test("text is 76 columns wide where names let it")
def width():
    for report in ("nines", "sla"):
        text = nines(report, "--store", store(year), "--month", "2024-03")
        wide = [line for line in text.splitlines() if len(line) > 76]
        assert not wide, wide


def long_names():
    names = ["front page of the shop", "a", "a name that no column has room for, so it stands alone"]
    return [line for name in names for line in (record.target(name), *record.results(name, at(2024, 3, 1), 60, "u" * 400 + "d" * 9))]


@test("a name of 22 columns has room beside its figures, longer ones stand above them")
def names_in_text():
    text = nines("sla", "--store", store(long_names), "--month", "2024-03")
    assert not [line for line in text.splitlines() if len(line) > 76], text
    assert re.search(r"^front page of the shop +9:00 +1 +97\.\d{6} +\d\.\d{6} +\d\.\d{6} +\d\.\d{6}$", text, re.M), text
    assert re.search(r"^a name that no column has room for, so it stands alone\n +9:00 +1 +97", text, re.M), text


@test("the file is written whole, its form chosen by its ending")
def files(tmp):
    for ending, begins in (("html", "<!doctype html>"), ("csv", "report,from"), ("json", "{"), ("txt", "Availability"), ("out", "Avail")):
        path = tmp / f"r.{ending}"
        path.write_text("old" * 10000)
        assert nines("sla", "--store", store(february), "--month", "2024-02", "-o", path) == ""
        assert path.read_text(encoding="utf-8").startswith(begins)
    assert sorted(p.name for p in tmp.iterdir()) == ["r.csv", "r.html", "r.json", "r.out", "r.txt"]
    nines("sla", "--store", store(february), "--month", "2024-02", "-o", tmp / "r.html", "--format", "json")
    assert json.loads((tmp / "r.html").read_text(encoding="utf-8"))["report"] == "sla"
    assert "nowhere/r.txt: " in nines("sla", "--store", store(february), "--month", "2024-02", "-o", tmp / "nowhere/r.txt", status=2)


WRONG = [
    (("slb",), 64, "unknown report 'slb': did you mean 'sla'?"),
    (("sla", "--check", "web-3"), 64, "there is no check 'web-3': did you mean 'web-"),
    (("sla", "--service", "web-1"), 64, "there is no service 'web-1': it is a check, write --check"),
    (("sla", "--check", "Web"), 64, "there is no check 'Web': it is a service, write --service"),
    (("sla", "--sla", "gold"), 64, "there is no sla 'gold'"),
    (("sla", "--month", "2024-13"), 64, "there is no month '2024-13'"),
    (("sla", "--month", "February"), 64, "there is no month 'February'"),
    (("sla", "--month", "2024"), 64, "there is no month '2024': write YYYY-MM, such as 2026-08"),
    (("sla", "--quarter", "2024-Q5"), 64, "there is no quarter '2024-Q5': write YYYY-QN, such as 2026-Q3"),
    (("sla", "--quarter", "2024-02"), 64, "there is no quarter '2024-02'"),
    (("sla", "--year", "2024-02"), 64, "there is no year '2024-02': write YYYY, such as 2026"),
    (("sla", "--year", "1969"), 64, "there is no year '1969'"),
    (("sla", "--year", "2024", "--quarter", "2024-Q1"), 64, "--quarter and --year exclude each other"),
    (("sla", "--year", "2024", "--to", "2024-02-01"), 64, "--year and --from, --to exclude each other"),
    (("sla", "--month", "2124-01"), 2, "2124-01 has not begun: it is 20"),
    (("sla", "--from", "2124-01-01"), 64, "--from: 2124-01-01 is not before now"),
    (("sla", "--month", "2024-02", "--from", "2024-02-01"), 64, "exclude each other"),
    (("sla", "--from", "2024-02-02", "--to", "2024-02-01"), 64, "--from is not before --to"),
    (("sla", "--to", "2024-02-01"), 64, "--to needs --from"),
    (("sla", "--from", "yesterday"), 64, "--from: 'yesterday' is no time"),
    (("sla", "--zone", "Europe/Nowhere"), 64, "write one like Europe/London"),
    (("sla", "--format", "pdx"), 64, "unknown format 'pdx'"),
    (("sla", "--format", "csv", "--table", "x"), 64, "has no table 'x'"),
    (("sla", "incident=1"), 64, "did you mean 'incidents'?"),
    (("sla", "incidents=-1"), 64, "incidents"),
    (("sla", "incidents"), 64, "'incidents' is no option=value"),
    (("sla", "--check", "a", "--service", "b"), 64, "exclude each other"),
]


@test("a file that is no record is told as what it is")
def no_record(tmp):
    (tmp / "new.db").touch()
    (tmp / "note.db").write_text("Dear diary, " * 20)
    with sqlite3.connect(tmp / "other.db") as other:
        other.execute("CREATE TABLE heartbeat(id)")
    for name, says in (("new", "is empty: ninesd makes its tables when it starts"), ("note", "file is not a database"), ("other", "no such table: meta")):
        said = nines("sla", "--month", "2024-02", "--store", tmp / f"{name}.db", status=2)
        assert len(said.splitlines()) == 1 and said.rstrip().endswith(says), (name, said)


@test("what is wrong with an order is said in one line")
def errors():
    for words, status, says in WRONG:
        month = () if {"--month", "--quarter", "--year", "--from", "--to"} & set(words) else ("--month", "2024-02")
        said = nines(*words, *month, "--store", store(february), status=status)
        assert says in said and said.count("\n") == 1 and said.startswith("nines: "), (words, said)


@test("without a database a report says what to do, the chart needs none")
def missing(tmp):
    said = nines("sla", "--store", tmp / "none.db", status=2)
    assert "none.db" in said and "import a history" in said
    assert "99.9990" in nines("nines", "--store", tmp / "none.db")


@test("somebody who may not read the database is told so")
def forbidden(tmp):
    if os.geteuid():
        skip("only root can become somebody else")
    (tmp / "store").mkdir()
    (tmp / "store").chmod(0o700)
    tmp.chmod(0o755)
    shutil.copy(store(february), tmp / "store/nines.db")
    if subprocess.run(["/bin/sh", "-c", f"test -x {BUILD}/nines"], user=65534, group=65534, extra_groups=[], check=False).returncode:
        skip("nobody else may run what was built here")
    (tmp / "a.csv").write_text("check,ts_utc,state\na,2025-01-01T00:00:00Z,up\n")
    for command in (("report", "sla"), ("export", "web-1"), ("backup", tmp / "copy.db"), ("import", "csv", tmp / "a.csv", "--interval", "1m")):
        done = subprocess.run([BUILD / "nines", *command, "--store", tmp / "store/nines.db"], capture_output=True, text=True, user=65534,
                              group=65534, extra_groups=[], check=False)
        assert done.returncode == 2 and "store/nines.db: permission denied (" in done.stderr and done.stderr.count("\n") == 1, done
        assert "try as root" in done.stderr, done
    (tmp / "store").chmod(0o755)  # readable, yet not to be written
    (tmp / "store/nines.db").chmod(0o644)
    for name in ("-wal", "-shm"):
        (tmp / f"store/nines.db{name}").touch()
    done = subprocess.run([BUILD / "nines", *command, "--store", tmp / "store/nines.db"], capture_output=True, text=True, user=65534,
                          group=65534, extra_groups=[], check=False)
    assert done.returncode == 2 and "permission denied (" in done.stderr and "try as root" in done.stderr, done


def many():
    return [record.target(f"c{n}") for n in range(250)]


@test("a terminal is told how far a report of many is, a file is not")
def told(tmp):
    words = [BUILD / "nines", "report", "sla", "--month", "2024-02", "--store", store(many), "-o", tmp / "r.txt"]
    ours, theirs = pty.openpty()
    subprocess.run(words, stderr=theirs, check=True, env={**os.environ, "TERM": "xterm", "NINES_PROGRESS": "now"})
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass
    assert b"sla: 100 of 250: c" in said and b"sla: 200 of 250: c" in said and said.endswith(b"\r\033[K"), said
    assert subprocess.run(words, capture_output=True, check=True).stderr == b""


@test("nines report and nines modules list the reports")
def listed():
    assert re.search(r"^nines +how much", nines(), re.M) and re.search(r"^sla +uptime", nines(), re.M)
    modules = subprocess.run([str(BUILD / "nines"), "modules"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^report +sla ", modules, re.M) and re.search(r"^report +nines ", modules, re.M)


def bad(tmp, *words, status=0):
    (tmp / "reports").mkdir(exist_ok=True)
    shutil.copy(BUILD / "tests/modules/report.so", tmp / "reports/report.so")
    (tmp / "nines.conf").write_text('reports = "reports"\n')
    return nines("report", "--store", store(february), "--month", "2024-02", *words, conf=tmp / "nines.conf", status=status)


@test("a report can read and nothing else")
def sandboxed(tmp):
    if "asan" in str(BUILD):
        skip("no sandbox under a sanitizer")
    got = json.loads(bad(tmp, "--format", "json", f"file={tmp}/written"))
    assert not (tmp / "written").exists()
    assert {k: got[k] for k in ("write", "socket", "local", "exec", "fork", "kill")} == dict.fromkeys(
        ("write", "socket", "local", "exec", "fork", "kill"), "refused"), got
    assert got["read"] == "allowed"


@test("a report that misbehaves is told by name")
def misbehaves(tmp):
    if "asan" in str(BUILD):
        skip("a sanitizer speaks of crashes itself")
    assert "report 'report' crashed (signal 11)" in bad(tmp, "does=crash", status=2)
    assert "report 'report' ended its process (exit 0)" in bad(tmp, "does=exit", status=2)
    assert "has no column 'b'" in bad(tmp, "does=column", status=2)
    assert "before it began one" in bad(tmp, "does=row", status=2)


run()
