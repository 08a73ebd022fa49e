"""Histories that nobody here made come out equal to the second: imported by the real command, told by the real report (tests/data)."""
import datetime
import json
import pathlib

import record
from daemon import nines
from tap import ROOT, run, test

DATA = pathlib.Path(ROOT) / "tests" / "data"
NAGIOS = DATA / "nagios-availability"
UPPTIME = DATA / "upptime-manticore"
STATE = {"ok": "up", "up": "up"}


def bring(store, *words):
    done = nines("import", *words, "--store", store)
    assert done.returncode == 0, done.stderr
    return done.stdout


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(store, name, begin, end):
    """What the report sla says of one check."""
    done = nines("report", "sla", "--format", "json", "--from", begin, "--to", end, "--check", name, "--store", store)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    rows = json.loads(done.stdout)["rows"]
    assert [r["name"] for r in rows] == [name], rows
    return rows[0]


def same(got, want, what):
    assert got == want, f"{what}:\n got {got}\nwant {want}"


def seconds(r):
    return {"up_s": r["up_s"] + r["degraded_s"], "down_s": r["down_s"], "unknown_s": r["unknown_s"] + r["not_monitored_s"],
            "maintenance_s": r["maintenance_s"]}


def nagios_case(case, expected, folder):
    """Each object of one log in a store of its own where options differ by its kind. Returns how many were compared."""
    options = case["options"]
    words = ["--not-running", "assume" if options["assumestatesduringnotrunning"] == "yes" else "unknown"]
    mine = [e for e in expected if e["case"] == case["id"]]
    for n, e in enumerate(mine):
        name = e["host"] + (f"/{e['service']}" if e["service"] else "")
        initial = options["initialassumedservicestate" if e["service"] else "initialassumedhoststate"]
        store = folder / f"{case['id']}-{n}"
        more = [] if initial == "unspecified" else ["--initial", STATE[initial], "--check", name]
        bring(store, "nagios", NAGIOS / case["log"], *words, *more)
        got = row(store, name, utc(case["start"]), utc(case["end"]))
        same(seconds(got), {key: e[key] for key in seconds(got)}, f"{case['id']}: {name}")
        same(got["uptime_known"], e["uptime_pct_known"] and cut(e), f"{case['id']}: {name}")
    return len(mine)


def cut(e):
    """The percentage, truncated as ours is; the file's is rounded."""
    millionths = e["up_s"] * 100_000_000 // (e["up_s"] + e["down_s"])
    return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"


@test("each object of 16 Nagios logs: up, down, unknown and maintenance as published")
def nagios(tmp):
    cases = json.loads((NAGIOS / "published.json").read_text())["cases"]
    expected = json.loads((NAGIOS / "expected.json").read_text())
    assert len({c["log"] for c in cases}) == 16
    assert sum(nagios_case(case, expected, tmp) for case in cases) == len(expected) > 16


@test("each of 18 services of an Upptime history: seconds, percentages, incidents")
def upptime(tmp):
    expected = json.loads((UPPTIME / "expected.json").read_text())
    said = bring(tmp / "db", "csv", UPPTIME / "checks.csv", "--interval", f"{expected['interval_s']}s")
    assert said == "18 targets, 314 samples, 2026-08-11 to 2026-08-21\n", said
    for name, service in expected["services"].items():
        total = service["total"]
        got = row(tmp / "db", name, service["first_check"], service["last_check"])
        same(seconds(got) | {"incidents": got["incidents"], "longest_s": got["longest_s"], "uptime_known": got["uptime_known"]},
             {key: total[key] for key in seconds(got)} | {"incidents": total["incidents"], "longest_s": total["longest_incident_s"],
                                                           "uptime_known": total["uptime_known"]}, name)
        head = [{"start": i["start"], "end": i["end"], "down_s": i["lasted_s"]} for i in got["incident_list"]]
        same(head[:len(service["incidents_head"])], [{key: i[key] for key in ("start", "end", "down_s")}
                                                     for i in service["incidents_head"]], name)
    assert len(expected["services"]) == 18


@test("the same file twice changes nothing, in one piece and in two")
def twice(tmp):
    whole = (UPPTIME / "checks.csv").read_text().splitlines(keepends=True)
    rows = sorted(whole[1:], key=lambda line: line.split(",")[1])
    for name, part in (("early", rows[:150]), ("late", rows[150:])):
        (tmp / name).write_text(whole[0] + "".join(part))
    bring(tmp / "one", "csv", UPPTIME / "checks.csv", "--interval", "1d")
    exported = nines("export", "--all", "--store", tmp / "one").stdout
    assert exported.count("\n") == 314
    said = bring(tmp / "one", "csv", UPPTIME / "checks.csv", "--interval", "1d")
    assert said.endswith("; all of them were there already\n"), said
    assert nines("export", "--all", "--store", tmp / "one").stdout == exported
    for order in (("early", "late"), ("late", "early")):
        store = tmp / "-".join(order)
        for name in order:
            bring(store, "csv", tmp / name, "--interval", "1d")
        same(sorted(nines("export", "--all", "--store", store).stdout.splitlines()), sorted(exported.splitlines()), order)
        assert "all of them were there already" in bring(store, "csv", UPPTIME / "checks.csv")


@test("a history, then our own watch under the same name: each time by its own rule")
def watched(tmp):
    begin = 1736294400  # 2025-01-08T00:00:00Z
    (tmp / "a.csv").write_text("check,ts_utc,state\n" + "".join(
        f"a,{utc(begin + n * 60)},{'down' if n == 5 else 'up'}\n" for n in range(60)))
    (tmp / "log").write_text("".join(f"[{begin + at}] {text};HARD;1;\n" for at, text in (
        (0, "CURRENT HOST STATE: b;UP"), (300, "HOST ALERT: b;DOWN"), (360, "HOST ALERT: b;UP"))))
    bring(tmp / "db", "csv", tmp / "a.csv", "--interval", "1m")
    bring(tmp / "db", "nagios", tmp / "log")
    record.write(tmp / "db", [record.target("a"), record.target("b"), *record.results("a", begin + 7200, 60, "u" * 5 + "d" + "u" * 54),
                              *record.results("b", begin + 7200, 60, "u" * 5 + "d" + " " * 30 + "u" * 24)])
    for name, unknown in (("a", 3600), ("b", 0)):
        got = row(tmp / "db", name, utc(begin), utc(begin + 7200))
        assert (got["incidents"], got["blips"], got["down_s"], got["unknown_s"]) == (1, 0, 60, unknown), (name, got)
    for name, unknown in (("a", 0), ("b", 1800)):
        got = row(tmp / "db", name, utc(begin + 7200), utc(begin + 10800))
        assert (got["incidents"], got["blips"], got["down_s"], got["unknown_s"]) == (0, 1, 60, unknown), (name, got)


@test("that states are taken at their word is said of them alone")
def their_word(tmp):
    (tmp / "a.csv").write_text("check,ts_utc,state\na,2025-01-08T00:00:00Z,up\na,2025-01-08T00:01:00Z,up\n")
    (tmp / "log").write_text("[1736294400] CURRENT HOST STATE: b;UP;HARD;1;\n")
    bring(tmp / "db", "csv", tmp / "a.csv", "--interval", "1m")
    said = []
    for _ in range(2):
        text = nines("report", "sla", "--month", "2025-01", "--store", tmp / "db").stdout
        assert "outages shorter than" in text
        said.append("at their word" in " ".join(text.split()))
        bring(tmp / "db", "nagios", tmp / "log")
    assert said == [False, True], said


@test("a log that went on: what is new is added; rotated logs are one history in any order")
def goes_on(tmp):
    log = (NAGIOS / "logs" / "31-host_with_services.log").read_text().splitlines(keepends=True)
    half = len(log) // 2
    (tmp / "1.log").write_text("".join(log[:half]))
    (tmp / "2.log").write_text("".join(log[half:]))
    bring(tmp / "whole", "nagios", NAGIOS / "logs" / "31-host_with_services.log", "--not-running", "assume")
    whole = nines("export", "--all", "--store", tmp / "whole").stdout
    bring(tmp / "db", "nagios", tmp / "1.log", "--not-running", "assume")
    bring(tmp / "db", "nagios", NAGIOS / "logs" / "31-host_with_services.log", "--not-running", "assume")
    same(nines("export", "--all", "--store", tmp / "db").stdout, whole, "first half, then all")
    for order in (("1.log", "2.log"), ("2.log", "1.log")):
        store = tmp / "-".join(order)
        bring(store, "nagios", *(tmp / name for name in order), "--not-running", "assume")
        same(nines("export", "--all", "--store", store).stdout, whole, order)


@test("maintenance: of a file, of one target and of all, and a downtime that had not ended yet")
def maintenance(tmp):
    (tmp / "a.csv").write_text("check,ts_utc,state\n" + "".join(
        f"{name},2025-01-01T{hour:02d}:00:00Z,up\n" for name in "ab" for hour in range(11)))
    (tmp / "windows.json").write_text(json.dumps([
        {"service": None, "start": "2025-01-01T01:00:00Z", "end": "2025-01-01T02:00:00Z"},
        {"service": "a", "start": "2025-01-01T03:00:00Z", "end": "2025-01-01T03:00:10Z"}]))
    for _ in range(2):
        said = bring(tmp / "db", "csv", tmp / "a.csv", "--interval", "1h", "--maintenance", tmp / "windows.json")
        assert "2 maintenance windows" in said, said
        for name, wanted in (("a", 3610), ("b", 3600)):
            got = row(tmp / "db", name, "2025-01-01T00:00:00Z", "2025-01-01T10:00:00Z")
            assert (got["maintenance_s"], got["up_s"]) == (wanted, 36000 - wanted), got
    log = [f"[{1262991000 + n}] {text}\n" for n, text in (
        (0, "CURRENT HOST STATE: h;UP;HARD;1;"), (1, "CURRENT SERVICE STATE: h;s;OK;HARD;1;"), (10, "HOST DOWNTIME ALERT: h;STARTED; x"),
        (30, "HOST DOWNTIME ALERT: h;STOPPED; x"))]
    for lines, wanted in ((3, 90), (4, 20), (3, 20)):
        (tmp / "log").write_text("".join(log[:lines]))
        bring(tmp / "db", "nagios", tmp / "log")
        for name in ("h", "h/s"):
            got = row(tmp / "db", name, utc(1262991000), utc(1262991100))
            assert got["maintenance_s"] == wanted, (lines, name, got)


run()
