"""The contract: what was said afterwards of a time, why maintenance was or was not left out, the policy in words, customers.

The report that shows it all is tests/lib/contract.c, so that what is tested is what <nines/report.h> promises.
"""
import atexit
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from reporting import at, store
from tap import BUILD, ROOT, run, test

SUMS = ("up_s", "degraded_s", "down_s", "unknown_s", "not_monitored_s", "maintenance_s", "outside_hours_s", "excluded_s")
MARCH = at(2024, 3, 1)
HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>&\u202e\u05e9\u05dc\u05d5\u05dd ' + "x" * 150
_reports = pathlib.Path(tempfile.mkdtemp(prefix="nines-test-"))
atexit.register(shutil.rmtree, _reports, True)
subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", f"-I{ROOT}/include", "-o", _reports / "contract.so",
                HERE.parent / "lib/contract.c"], check=True)


def contract(path, *words, conf=None, tmp=None):
    """The rows by name, with the whole document as `rows[None]`."""
    text = f'reports = "{_reports}"\n' + (conf or "")
    file = (tmp or _reports) / "nines.conf"
    file.write_text(text)
    got = json.loads(reporting.nines("contract", "--store", path, "--format", "json", "--month", "2024-03", *words, conf=file))
    return {row["name"]: row for row in got["rows"]} | {None: got}


def copy(made, tmp):
    """A record of one's own, to say something of."""
    path = tmp / "nines.db"
    for file in made.parent.glob(made.name + "*"):
        if not file.name.endswith((".lock", "-shm")):
            shutil.copy(file, tmp / ("nines.db" + file.name[len(made.name):]))
    return path


def reclassify(path, *words, status=0):
    done = subprocess.run([str(BUILD / "nines"), "reclassify", "--store", str(path), *map(str, words)], capture_output=True, text=True,
                          env={"PATH": "/bin", "LC_ALL": "C.UTF-8"}, check=False)
    assert done.returncode == status, done
    return (done.stdout if status == 0 else done.stderr).strip()


def said(path, name, from_min, to_min, kind, reason="because", by="anna"):
    def when(minute):
        return f"2024-03-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
    return reclassify(path, name, "--from", when(from_min), "--to", when(to_min), "--as", kind, "--reason", reason, "--by", by)


def month():
    """March of two members of a service: one down for an hour, for a minute, for ten; the other with them in the last."""
    web1 = "u" * 120 + "d" * 60 + "u" * 120 + "d" + "u" * 119 + "d" * 10 + "u" * (31 * 1440 - 430)
    web2 = "u" * 420 + "d" * 10 + "u" * (31 * 1440 - 430)
    begin_us = (MARCH + 120 * 60) * record.SECOND
    return [record.target("web-1"), record.target("web-2"), record.service("Web", ["web-1", "web-2"]),
            record.service("All", ["Web", "web-1"], need=2),
            *record.results("web-1", MARCH, 60, web1), *record.results("web-2", MARCH, 60, web2),
            f"incident i1 check=web-1 event=open start_us={begin_us} at_us={begin_us} step=connect reason=refused",
            f"incident i1 check=web-1 event=closed start_us={begin_us} at_us={begin_us + 3600 * record.SECOND}"]


@test("what is said of a time counts at once, in a month long over too, and is taken back as if it never was (row 89)")
def afterwards(tmp):
    path = copy(store(month), tmp)
    before = contract(path)
    assert before["web-1"]["down_s"] == 71 * 60 and before["web-1"]["reclassified_at"] is None
    identity = reclassify(path, "--incident", "i1", "--as", "excluded", "--reason", "their own router", "--by", "anna")
    got = contract(path)
    row = got["web-1"]
    assert (row["down_s"], row["excluded_s"], row["incidents"], row["reclassified_s"]) == (11 * 60, 3600, 1, 3600), row
    assert row["reclassified_at"] > "2026" and sum(row[k] for k in SUMS) == row["span_s"] == 31 * 86400, row
    one, = row["reclassifications"]
    assert (one["id"], one["name"], one["as"], one["by"], one["reason"], one["incident"], one["in_force_s"], one["undone"]) == (
        identity, "web-1", "excluded", "anna", "their own router", "i1", 3600, None), one
    assert contract(path, "before=true")["web-1"] | {"reclassifications": row["reclassifications"]} == before["web-1"] | {
        "reclassifications": row["reclassifications"]}, "what it was before can be had, too"
    assert {name: got[name] for name in ("web-2", "Web", "All")} == {name: before[name] for name in ("web-2", "Web", "All")}
    assert reclassify(path, "--undo", identity, "--reason", "it was ours", "--by", "ben") == "undone"
    shown = reporting.nines("sla", "--store", path, "--month", "2024-03", "--check", "web-1")
    changed = contract(path)["web-1"]["reclassified_at"][:19].replace("T", " ")
    assert re.search(rf"^figures changed: +{changed} UTC$", shown, re.M), (changed, shown)
    undone = contract(path)["web-1"]
    one, = undone["reclassifications"]
    assert (one["in_force_s"], one["undone_by"], one["undone_reason"]) == (0, "ben", "it was ours") and one["undone"] > "2026", one
    assert undone["reclassified_at"] == one["undone"] and {k: undone[k] for k in SUMS} == {k: before["web-1"][k] for k in SUMS}
    listed = reclassify(path)
    assert listed.startswith(f"{identity}  web-1 counts as excluded, 2024-03-01T02:00:00Z to 2024-03-01T03:00:00Z, incident i1\n    anna, ")
    assert "\n    undone by ben, " in listed and listed.endswith(": it was ours"), listed


@test("each kind counts as what it says; a service follows what is said of its members' states")
def kinds(tmp):
    table = {  # of web-1's hour down: (down, another sum, incidents)
        "up": (11 * 60, "up_s", 31 * 86400 - 11 * 60, 1), "degraded": (11 * 60, "degraded_s", 3600, 1),
        "unknown": (11 * 60, "unknown_s", 3600, 1), "maintenance": (11 * 60, "maintenance_s", 3600, 1),
        "excluded": (11 * 60, "excluded_s", 3600, 1), "down": (71 * 60, "up_s", 31 * 86400 - 71 * 60, 2)}
    for kind, (down, key, seconds, incidents) in table.items():
        place = tmp / kind
        place.mkdir()
        path = copy(store(month), place)
        said(path, "web-1", 120, 180, kind)
        row = contract(path)["web-1"]
        assert (row["down_s"], row[key], row["incidents"]) == (down, seconds, incidents), (kind, row)
        assert sum(row[k] for k in SUMS) == row["span_s"], (kind, row)
    path = copy(store(month), tmp)
    said(path, "web-2", 125, 135, "down", "nobody could log in")
    got = contract(path)
    assert (got["web-2"]["down_s"], got["web-2"]["incidents"], got["web-2"]["longest_s"]) == (1200, 2, 600), got["web-2"]
    assert (got["Web"]["down_s"], got["Web"]["incidents"]) == (1200, 2), "while both are down, so is the service"
    assert [c["name"] for c in got["Web"]["reclassifications"]] == ["web-2"] and got["Web"]["reclassified_s"] == 600
    assert [c["name"] for c in got["All"]["reclassifications"]] == ["web-2"], "once, however deep"
    said(path, "Web", 125, 135, "up", "by hand, from the other house")
    got = contract(path)
    assert (got["Web"]["down_s"], got["web-2"]["down_s"]) == (600, 1200), "what is said of a service says nothing of its members"
    said(path, "web-2", 420, 430, "maintenance")
    assert [c["as"] for c in contract(path)["Web"]["reclassifications"]] == ["down", "up"], "what is left out of a member alone is its own"


@test("a blip that is called down is an incident, a part of an incident that is called up splits it, one across a month's end its seconds")
def incidents(tmp):
    path = copy(store(month), tmp)
    assert contract(path)["web-1"]["blip_s"] == 60
    said(path, "web-1", 300, 301, "down")
    said(path, "web-1", 140, 150, "up")
    row = contract(path)["web-1"]
    assert (row["blip_s"], row["incidents"], row["longest_s"], row["down_s"]) == (0, 4, 1800, 61 * 60), row
    reclassify(path, "web-2", "--from", "2024-02-29T23:50:00Z", "--to", "2024-03-01T00:10:00Z", "--as", "down", "--reason", "r")
    row = contract(path)["web-2"]
    assert (row["down_s"], row["incidents"], row["reclassified_s"]) == (1200, 1, 600), row


@test("of two about one moment the later counts; what is said wins over planned maintenance; nothing makes time outside the hours agreed")
def layers(tmp):
    path = copy(store(month), tmp)
    said(path, "web-1", 120, 180, "up")
    later = said(path, "web-1", 130, 140, "down")
    row = contract(path)["web-1"]
    assert (row["down_s"], [c["in_force_s"] for c in row["reclassifications"]]) == (21 * 60, [3000, 600]), row
    reclassify(path, "--undo", later, "--reason", "no")
    assert contract(path)["web-1"]["down_s"] == 11 * 60, "then the earlier one counts again"
    conf = ('service "Web" { members = {"web-1"} sla = "p" }\nsla "p" { target = 99.9 hours = {"Mon-Sun 02:00-02:30"} }\n'
            'maintenance "disks" { start = "2024-03-01T02:20:00Z" end = "2024-03-01T02:40:00Z" text = "new disks" }\n')
    one = contract(path, "--sla", "p", conf=conf)["web-1"]
    assert (one["maintenance_s"], one["down_s"], one["reclassified_s"]) == (0, 0, 1800), one
    window, = one["maintenance"]
    assert (window["counted_s"], window["excluded_s"], window["text"]) == (600, 0, "new disks"), window
    assert window["why"] == "20m of it was reclassified", window


@test("the sums make up the span, whatever is said of it, in every order (properties)")
def properties(tmp):
    rng = random.Random(4)
    path = copy(store(month), tmp)
    conf = 'service "Web" { members = {"web-1", "web-2"} sla = "p" }\nsla "p" { target = 99.9 hours = {"Mon-Fri 01:00-09:00"} }\n'
    for _ in range(12):
        begin = rng.randrange(600)
        said(path, rng.choice(("web-1", "web-2", "Web")), begin, begin + rng.randrange(1, 300),
             rng.choice(("up", "down", "degraded", "unknown", "maintenance", "excluded")))
        for rows in (contract(path), contract(path, "--sla", "p", conf=conf)):
            for name in ("web-1", "web-2", "Web"):
                row = rows[name]
                assert sum(row[k] for k in SUMS) == row["span_s"], row
                assert sum(c["in_force_s"] for c in row["reclassifications"] if c["name"] == name) <= row["reclassified_s"], row
        rows = contract(path, "before=true")
        assert {k: rows["web-1"][k] for k in SUMS} == {k: contract(store(month))["web-1"][k] for k in SUMS}


@test("by the middle between two probes an incident begins earlier: said of a whole incident, nothing of it is left")
def midpoint(tmp):
    conf = 'service "Web" { members = {"web-1"} sla = "p" }\nsla "p" { target = 99.9 outage-start = midpoint }\n'
    path = copy(store(month), tmp)
    before = contract(path, "--sla", "p", conf=conf)["web-1"]
    reclassify(path, "--incident", "i1", "--as", "up", "--reason", "r")
    row = contract(path, "--sla", "p", conf=conf)["web-1"]
    assert before["down_s"] - row["down_s"] == 3600 and row["incidents"] == 1, (before["down_s"], row)


def planned():
    """Windows of one check in March: announced late, in time, overlapping, cancelled, over the end; one of February uses the allowance up."""
    def window(identity, from_min, to_min, announced_min, **words):
        return record.named("maintenance", identity, services="web-1", start_us=(MARCH + from_min * 60) * record.SECOND,
                            end_us=(MARCH + to_min * 60) * record.SECOND, announced_us=(MARCH + announced_min * 60) * record.SECOND,
                            impact="outage", by="ben", text=identity, **words)
    return [*month(), window("late", 60, 90, 60 - 180), window("after", 100, 110, 105), window("good", 120, 150, 120 - 3000),
            window("inside", 140, 155, 140 - 3000), window("off", 600, 700, 0 - 3000, cancelled_us=(MARCH + 300 * 60) * record.SECOND),
            window("long", 1500, 1800, 1500 - 4000), window("more", 2000, 2060, 2000 - 4000), window("last", 2200, 2260, 2200 - 4000)]


@test("of each window of maintenance it says what is left out, and why the rest is not (row 86, 87)")
def maintenance(tmp):
    conf = ('service "Web" { members = {"web-1"} sla = "p" }\n'
            'sla "p" { target = 99.9 maintenance-notice = "48h" maintenance-allowance = "6h" }\n')
    row = contract(store(planned), "--sla", "p", conf=conf)["web-1"]
    got = [(w["text"], w["counted_s"] // 60, w["excluded_s"] // 60, w["why"]) for w in row["maintenance"]]
    assert got == [
        ("late", 30, 0, "announced 3h before it began, 48h are agreed"),
        ("after", 10, 0, "announced 5m after it had begun, 48h are agreed"),
        ("good", 30, 30, ""),  # the next goes on
        ("inside", 15, 5, "10m of it lies in a window before it; 25m of downtime went on behind its announced end, and counts"),
        ("off", 100, 0, "cancelled at 2024-03-01 05:00"),
        ("long", 300, 300, ""),
        ("more", 60, 25, "the allowance of 6h a month was used up after 25m of it"),
        ("last", 60, 0, "the allowance of 6h a month was used up"),
    ], got
    assert sum(w["excluded_s"] for w in row["maintenance"]) == row["maintenance_s"] == 6 * 3600, row
    assert row["maintenance"][3]["over_s"] == 1500 and row["maintenance"][4]["cancelled"] == "2024-03-01T05:00:00Z", row["maintenance"]
    assert {w["by"] for w in row["maintenance"]} == {"ben"}
    plain = contract(store(planned))["web-1"]
    assert [(w["text"], w["why"]) for w in plain["maintenance"] if w["why"]][:1] == [("after", "announced 5m after it had begun")], plain["maintenance"]


@test("what was up in maintenance is left out with it, or counts, as the contract says; the table tells how much, the method which (row 86)")
def maintenance_up(tmp):
    conf = ('service "Web" { members = {"web-1"} sla = "p" }\n'
            'sla "p" { target = 99.9 maintenance-notice = "48h" maintenance-allowance = "6h" %s }\n')

    def of(option, *said_as):
        path = copy(store(planned), tmp)
        if said_as:
            said(path, "web-1", 110, 190, *said_as)
        return json.loads(reporting.nines("sla", "--store", path, "--format", "json", "--month", "2024-03", "--sla", "p",
                                          conf=_conf(tmp, conf % option)))
    same, counts = of("maintenance-up = left-out"), of("maintenance-up = counts")
    assert same["rows"] == of("")["rows"] and same["method"] == "nines-1:5355ad2cf900" != counts["method"], "ids of contracts that there are stay"
    left, up = same["rows"][1], counts["rows"][1]
    assert (left["name"], left["maintenance_s"], up["maintenance_s"]) == ("web-1", 360 * 60, 35 * 60), up
    assert (up["up_s"] - left["up_s"], up["down_s"]) == (325 * 60, left["down_s"]) and sum(up[k] for k in SUMS) == 31 * 86400, up
    assert [(w["text"], w["excluded_s"] // 60, w["up_s"] // 60, w["why"]) for w in up["maintenance"] if w["up_s"]] == [
        ("long", 0, 300, "5h of it was up, and counts as that"),
        ("more", 0, 25, "the allowance of 6h a month was used up after 25m of it; 25m of it was up, and counts as that")], up["maintenance"]
    assert "2024-03-02 01:00" in (shown := reporting.nines("sla", "--store", tmp / "nines.db", "--month", "2024-03", "--sla", "p", conf=_conf(
        tmp, conf % "maintenance-up = counts"))) and "what was up in it is not left out and counts as up" in " ".join(shown.split()), shown
    claimed = of("maintenance-up = counts", "maintenance")["rows"][1]  # 2 of 80 minutes: the hour down is left out, 20 up minutes count
    assert (claimed["maintenance_s"], claimed["down_s"]) == (60 * 60, up["down_s"] - 25 * 60), claimed
    assert of("maintenance-up = counts", "excluded")["rows"][1]["excluded_s"] == 80 * 60


@test("a declared window that the keeper wrote down is one window, one that comes again has each of its occurrences")
def declared(tmp):
    def lines():
        return [*month(), record.named("maintenance", "w 1", services="web-1", start_us=MARCH * record.SECOND, occurrence=1,
                                       end_us=(MARCH + 3600) * record.SECOND, impact="outage", text="weekly")]
    conf = 'maintenance "w" { services = {"web-1"} cron = "0 0 * * fri" for = "1h" text = "weekly" }\n'
    path = tmp / "db"
    record.write(path, lines())
    row = contract(path, conf=conf)["web-1"]
    assert [w["from"][:10] for w in row["maintenance"]] == [f"2024-03-{day:02}" for day in (1, 8, 15, 22, 29)], row["maintenance"]
    assert row["maintenance_s"] == 5 * 3600 and not any(w["why"] for w in row["maintenance"])


@test("on holidays nothing is agreed but hours of their own, by the sla's zone; the method tells (row 88)")
def holidays(tmp):
    conf = 'service "Web" { members = {"web-1"} sla = "p" }\nsla "p" { target = 99.9 zone = "Asia/Tokyo" %s }\n'

    def of(options):
        return contract(store(month), "--sla", "p", conf=conf % options, tmp=tmp)["web-1"]
    plain, one = of(""), of('holidays = {"03-01"}')  # Tokyo's first of March begins on the 29th of February at 15:00
    assert (plain["outside_hours_s"], plain["down_s"]) == (0, 71 * 60)
    assert (one["outside_hours_s"], one["down_s"]) == (86400, 0) and sum(one[k] for k in SUMS) == one["span_s"], one
    own = of('holidays = {"2024-03-01 11:30-12:00 half a day"}')  # 2:30 to 3:00 UTC
    assert (own["outside_hours_s"], own["down_s"]) == (86400 - 1800, 1800), own
    assert of('holidays = {"2023-03-01"}')["outside_hours_s"] == 0
    week = of('hours = {"Mon-Fri 00:00-24:00"} holidays = {"03-01 to 03-03"}')
    assert week["outside_hours_s"] == 11 * 86400, "a Friday more than the weekends of a March of 31 days"
    (tmp / "days.txt").write_text("03-01 Independence Movement Day\n")
    assert of('holidays-file = "days.txt"')["outside_hours_s"] == 86400
    methods = {json.loads(reporting.nines("sla", "--store", store(month), "--format", "json", "--month", "2024-03", "--sla", "p",
                                          conf=_conf(tmp, conf % options)))["method"]
               for options in ("", 'holidays = {"03-01"}', 'holidays = {"03-01 00:00-12:00"}', 'holidays = {"03-01 named"}')}
    assert len(methods) == 3, "a name decides nothing"


def _conf(tmp, text):
    (tmp / "nines.conf").write_text(text)
    return tmp / "nines.conf"


@test("the policy is told in words, and how exact a figure is (definitions 4)")
def words(tmp):
    conf = ('service "Web" { members = {"web-1"} sla = "p" }\n'
            'sla "p" { target = 99.95 zone = "Europe/London" hours = {"Mon-Fri 08:00-18:00", "Sat 09:00-12:00"} maintenance-notice = "48h"\n'
            '  holidays = {"12-25 Christmas Day", "12-24 08:00-12:00"} holidays-file = "days.txt"\n'
            '  maintenance-allowance = "90m" unknown = down blips = up outage-start = midpoint degraded-weight = 0.3\n'
            '  credits = {"99.95:10", "99:30"} }\n')
    (tmp / "days.txt").write_text("# of the house\n\n03-29\tGood Friday # 2024\n")
    assert [s["sentence"] for s in contract(store(month), "--sla", "p", conf=conf, tmp=tmp)["web-1"]["policy"]] == [
        "99.95 % of the agreed time is to be up: of 30 days of it at most 21m 36s may be down",
        "months and days are those of Europe/London",
        "agreed are the hours Mon-Fri 08:00-18:00, Sat 09:00-12:00 by the clock of that zone",
        "of holidays no time is agreed but the hours named: 12-25 Christmas Day; 12-24 08:00-12:00; 03-29 Good Friday",
        "maintenance is left out of the agreed time when it was announced at least 48h before it began and was not cancelled, at most "
        "1h 30m a month, the earliest first; time behind its announced end counts",
        "unknown time counts as down",
        "an outage begins in the middle between the last probe that passed and the first that failed, and ends likewise",
        "a failure that its recheck cleared counts as up",
        "30 % of degraded time counts as down",
        "credits: below 99.95 % of up time 10 %, below 99 % of up time 30 %"]
    plain = contract(store(month))["web-1"]
    assert [s["sentence"] for s in plain["policy"]] == [
        "there is no target: nothing is judged", "months and days are those of UTC", "every hour of every day is agreed time",
        "maintenance is left out of the agreed time when it was announced before it began and was not cancelled; time behind its "
        "announced end counts",
        "unknown time is neither up nor down: the verdict is of the time that is known",
        "an outage begins with its first failed probe and ends with the first that passes",
        "a failure that its recheck cleared counts as down", "degraded time counts as up", "no credits are agreed"]
    assert plain["resolution"] == "measured downtime 1h 11m +- 3m (0.006721 % of the known time); outages shorter than 1m (0.002241 %) may be missed", plain["resolution"]


@test("the tiers that AWS and Google publish, as the example has them")
def published(tmp):
    text = (ROOT / "conf.d/examples/sla.conf").read_text()
    tiers = {"like AWS EC2": "below 99.99 % of up time 10 %, below 99 % of up time 30 %, below 95 % of up time 100 %",
             "like AWS S3": "below 99.9 % of up time 10 %, below 99 % of up time 25 %, below 95 % of up time 100 %",
             "like Google Cloud Storage": "below 99.95 % of up time 10 %, below 99 % of up time 25 %, below 95 % of up time 50 %"}
    slas = text[text.index('sla "office hours"'):len(text)]
    for name, says in tiers.items():
        rows = contract(store(month), "--sla", name, conf=f'service "W" {{ members = {{"web-1"}} sla = "{name}" }}\n{slas}', tmp=tmp)
        assert rows["web-1"]["policy"][-1]["sentence"] == f"credits: {says}", rows["web-1"]["policy"]


DOWN = (0, 1, 2, 5, 6, 10, 11, 100, 101, 500, 501)  # of 10,000 minutes


def borders():
    """Checks that were down so many of 10,000 minutes, probed each hour and when it changed."""
    lines = []
    for minutes in DOWN:
        end = 40000 + minutes * 60
        found = {s: "up" for s in range(0, 600000, 3600) if not 40000 <= s < end} | {s: "down" for s in range(40000, end, 3600)} | {end: "up"}
        lines += [record.target(f"down {minutes}", 3600), *(record.result(f"down {minutes}", MARCH + s, found[s], 3600) for s in sorted(found))]
    return lines


@test("each published tier begins below its threshold: on it the one above is due, or none (definitions 5)")
def tiers(tmp):
    text = (ROOT / "conf.d/examples/sla.conf").read_text()
    slas = text[text.index('sla "office hours"'):]
    of = {"like AWS EC2": (1, {0: 0, 1: 0, 2: 10, 100: 10, 101: 30, 500: 30, 501: 100}),
          "like AWS S3": (10, {0: 0, 10: 0, 11: 10, 100: 10, 101: 25, 500: 25, 501: 100}),
          "like Google Cloud Storage": (5, {0: 0, 5: 0, 6: 10, 100: 10, 101: 25, 500: 25, 501: 50})}
    for sla, (allowed, due) in of.items():
        names = ", ".join(f'"down {minutes}"' for minutes in DOWN)
        got = json.loads(reporting.nines("sla", "--store", store(borders), "--format", "json", "--customer", "C", "--from", "2024-03-01T00:00:00Z", "--to",
                                         "2024-03-07T22:40:00Z", conf=_conf(tmp, f'customer "C" {{ services = {{{names}}} sla = "{sla}" }}\n{slas}')))
        rows = {row["name"]: row for row in got["rows"]}
        for minutes, credit in due.items():
            row = rows[f"down {minutes}"]
            assert (row["credit"], row["met"], row["budget_left_s"], row["judged"]) == (
                f"{credit}.000000", minutes <= allowed, (allowed - minutes) * 60, f"{100 - minutes / 100:.6f}"), (sla, minutes, row)


@test("a customer's services are judged apart by the customer's sla; the agreement is met when all met it (row 81)")
def customers(tmp):
    conf = ('service "Web" { members = {"web-1", "web-2"} sla = "own" }\nsla "own" { target = 90 }\n'
            'sla "gold" { target = 99.9 zone = "Asia/Tokyo" }\nsla "strict" { target = 99.99 }\n'
            'customer "Acme" { services = {"Web", "web-2"} sla = "gold" contact = {"office"} }\n'
            'customer "Strict & Co" { services = {"Web", "web-1"} sla = "strict" }\n'
            'customer "Each" { services = {"web-1", "Web"} }\ncustomer "None" { services = {"web-1"} }\n'
            'customer "Young" { services = {"Web", "web-9"} sla = "gold" }\n'
            'contact "office" { path "email:office@example.com" { } }\n')

    def of(name, *words):
        rows = contract(store(month), "--customer", name, *words, conf=conf, tmp=tmp)
        return rows[None], {name: row for name, row in rows.items() if name}
    whole, rows = of("Acme")
    assert list(rows) == ["Web", "web-2"] and whole["zone"] == "Asia/Tokyo", (list(rows), whole["zone"])
    assert (whole["customer"], whole["customer_sla"], whole["contacts"], whole["contact"]) == ("Acme", "gold", 1, "office"), whole
    assert (whole["judged"], whole["met"], whole["is_met"], whole["is_decided"]) == (2, 2, True, True), whole
    whole, rows = of("Strict & Co")
    assert (whole["judged"], whole["met"], whole["is_met"], whole["is_decided"]) == (2, 0, False, True), (whole, rows)
    assert rows["web-1"]["policy"][0]["sentence"].startswith("99.99 %"), rows["web-1"]["policy"]
    whole, rows = of("Each")
    assert (whole["judged"], whole["met"], whole["is_met"], rows["web-1"]["policy"][0]["sentence"]) == (
        1, 1, True, "there is no target: nothing is judged"), whole
    whole, _ = of("None")
    assert (whole["judged"], whole["is_met"], whole["is_decided"]) == (0, False, False), whole
    alone = contract(store(month), "--service", "Web", conf=conf, tmp=tmp)["Web"]
    assert of("Each")[1]["Web"] == alone, "by its own sla it is what it is alone"
    for words, says in ((("--customer", "Acne"), "there is no customer 'Acne': there are 'Acme', 'Strict & Co', 'Each', 'None', 'Young'"),
                        (("--customer", "Young"), "customer 'Young': the record has no check or service 'web-9'"),
                        (("--customer", "Acme", "--sla", "gold"), "--check, --service, --customer and --sla exclude each other")):
        wrong = reporting.nines("sla", "--store", store(month), "--month", "2024-03", *words, conf=tmp / "nines.conf", status=64)
        assert says in wrong, (words, wrong)
    assert "Acme" in reporting.nines("sla", "--store", store(month), "--month", "2024-03", "--customer", "Acme", conf=tmp / "nines.conf")


def mixed():
    """An hour: 10 minutes up, 6 degraded, 4 unknown, up, a blip, up, 3 down (the recheck a minute later), up."""
    return [record.target("web-1"), *record.results("web-1", MARCH, 60, "u" * 10 + "g" * 6 + "?" * 4 + "u" * 10 + "d" + "u" * 9 + "ddd" + "u" * 17)]


@test("unknown, degraded, blips and the begin of an outage count as each rule says (definitions 2.3 to 2.7)")
def rules(tmp):
    hour = ("--from", "2024-03-01T00:00:00Z", "--to", "2024-03-01T01:00:00Z")

    def conf(tmp, options):
        path = tmp / "nines.conf"
        path.write_text(f'service "S" {{ members = {{"web-1"}} sla = "p" }}\nsla "p" {{ target = 95 {options} }}\n')
        return path

    def of(options):
        got = json.loads(reporting.nines("sla", "--store", store(mixed), "--format", "json", "--sla", "p", *hour, conf=conf(tmp, options)))
        row = {row["name"]: row for row in got["rows"]}["web-1"]
        assert sum(row[k] for k in SUMS) == 3600, (options, row)
        used = row["counted_down_s"] + (row["unknown_s"] if "unknown = down" in options else 0)
        assert row["budget_left_s"] == row["span_left_s"] == 180 - used, (options, row)
        return row["down_s"], row["counted_down_s"], row["judged"], row["met"]
    share = lambda good, whole: f"{good * 10**8 // whole / 10**6:.6f}"  # truncated
    table = {  # K is 3360 s: four minutes are unknown
        "": (240, 240, share(3120, 3360), False),
        "blips = up": (240, 180, share(3180, 3360), False),
        "unknown = down": (240, 240, share(3120, 3600), False),
        "unknown = up": (240, 240, share(3360, 3600), False),
        "unknown = up blips = up": (240, 180, share(3420, 3600), True),
        "degraded-weight = 0.3": (240, 240 + 108, share(3012, 3360), False),
        "degraded-weight = 1": (240, 240 + 360, share(2760, 3360), False),
        "outage-start = midpoint": (240, 240, share(3120, 3360), False),  # half an interval more in front, less behind
        "outage-start = confirmed": (180, 180, share(3180, 3360), False),  # the second failure, and the blip as it was
        "outage-start = confirmed blips = up": (180, 120, share(3240, 3360), True),
    }
    for options, wanted in table.items():
        assert of(options) == wanted, (options, of(options), wanted)
    shown = reporting.nines("sla", "--store", store(mixed), *hour, "--service", "S", conf=conf(tmp, "blips = up"))
    assert re.search(r"^may be down: +3:00\nof it for unknown: +0:12\ncounts as down: +3:00\nleft: +0$", shown, re.M), shown  # 5 % of four minutes
    assert "of it for" not in reporting.nines("sla", "--store", store(mixed), *hour, "--service", "S", conf=conf(tmp, ""))


@test("whose a check is: as it was configured, or as a claim has it since, until that is taken back")
def owners(tmp):
    lines = [record.target("web-1", owner="ops"), *record.results("web-1", MARCH, 60, "u" * 300)]
    for after, wanted in (([], "ops"), ([record.named("owner", "web-1", owner="Eve Ltd")], "Eve Ltd"), (["owner web-1"], "")):
        place = tmp / str(len(wanted))
        place.mkdir()
        record.write(place / "db", lines + after)
        assert contract(place / "db", tmp=place)["web-1"]["owner"] == wanted, wanted


@test("hostile reasons and names stay texts (F44)")
def hostile(tmp):
    path = tmp / "db"
    record.write(path, [record.target(HOSTILE), *record.results(HOSTILE, MARCH, 60, "u" * 300)])
    said(path, HOSTILE, 10, 20, "down", reason=HOSTILE + "\n\x1b[31m", by=HOSTILE[:90])
    shown = reclassify(path)
    assert "\u202e" not in shown and "\x1b" not in shown, shown
    one, = json.loads(reclassify(path, "--list", "--json"))["reclassifications"]
    assert one["name"] == HOSTILE.replace("\u202e", "\ufffd") and one["reason"].startswith(one["name"]), one
    for form in ("text", "html", "csv"):
        got = reporting.nines("contract", "--store", path, "--month", "2024-03", "--format", form, conf=_reports / "nines.conf")
        assert "\u202e" not in got or form == "csv", form
        assert "\x1b" not in got and (form != "html" or "<script" not in got), form


run()
