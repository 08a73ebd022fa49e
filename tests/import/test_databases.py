"""The databases of Uptime Kuma and Gatus: the same history brought in as CSV gives the same record, byte for byte of its export."""
# timeout: 300
import json
import os
import pathlib
import random
import sqlite3
import subprocess

from daemon import nines
from foreign import gatus, gatus_thin, kuma, kuma_thin, kuma_time, moment
from tap import BUILD, run, test

BEGIN = 1735689600  # 2025-01-01T00:00:00Z
INTERVAL_S = 60
MUTATIONS = 300


def bring(store, *words):
    done = nines("import", *words, "--store", store)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(tmp, *words):
    done = nines("import", *words, "--store", tmp / "refused")
    assert done.returncode == 2 and done.stdout == "" and not (tmp / "refused").exists(), (done.returncode, done.stdout, done.stderr)
    assert all(c.isprintable() or c == "\n" for c in done.stderr), done.stderr
    return done.stderr


def exported(store):
    return sorted(nines("export", "--all", "--store", store).stdout.splitlines())


def row(store, name, begin, end):
    done = nines("report", "sla", "--format", "json", "--from", moment(begin, "%Y-%m-%dT%H:%M:%SZ", -1), "--to",
                 moment(end, "%Y-%m-%dT%H:%M:%SZ", -1), "--check", name, "--store", store)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"][0]


def history(names=("core/web", "mail"), count=3000):
    """Outages, response times with fractions of a second, a gap."""
    rng = random.Random(7)
    made = []
    for name in names:
        for n in range(count):
            if 700 < n < 760:
                continue
            at = BEGIN + n * INTERVAL_S + rng.randrange(1000) / 1000
            is_up = rng.random() > 0.02
            made.append((name, at, "up" if is_up else "down", rng.randrange(5, 3000) if is_up else None))
    return made


def as_csv(path, made):
    lines = [f"{name},{moment(at, '%Y-%m-%dT%H:%M:%S', 3)}Z,{state},{'' if ms is None else ms}\n" for name, at, state, ms in made]
    path.write_text("check,ts_utc,state,response_ms\n" + "".join(lines))
    return path


@test("Uptime Kuma 1 and 2, Gatus: the record is that of the same history in CSV; the same file twice changes nothing")
def same(tmp):
    made = history()
    bring(tmp / "csv", "csv", as_csv(tmp / "history.csv", made), "--interval", "1m")
    kuma(tmp / "kuma-1.db", made, INTERVAL_S).close()
    kuma(tmp / "kuma-2.db", made, INTERVAL_S, version=2).close()
    gatus(tmp / "gatus.db", made).close()
    for name, words in (("kuma-1", ()), ("kuma-2", ()), ("gatus", ("--interval", "1m"))):
        files = sorted(os.listdir(tmp))
        said = bring(tmp / name, name.split("-", maxsplit=1)[0], tmp / f"{name}.db", *words)
        assert said == f"2 targets, {len(made)} samples, 2025-01-01 to 2025-01-03\n", said
        left = [f for f in os.listdir(tmp) if f not in files and not f.startswith(name)]
        assert not left, f"left beside what was read: {left}"
        assert exported(tmp / name) == exported(tmp / "csv"), name
        assert "all of them were there already" in bring(tmp / name, name.split("-", maxsplit=1)[0], tmp / f"{name}.db", *words)
        for check in ("core/web", "mail"):
            got, want = (row(store, check, BEGIN, BEGIN + 3000 * INTERVAL_S) for store in (tmp / name, tmp / "csv"))
            assert got == want and got["down_s"] > 0 and got["unknown_s"] > 0, (got, want)


@test("Uptime Kuma: pending is a failure; beats under maintenance are the window they span")
def states(tmp):
    words = ["up", "pending", "pending", "down", "up", "maintenance", "maintenance", "up", "up", "maintenance"]
    kuma(tmp / "kuma.db", [("web", BEGIN + n * 60, state, None) for n, state in enumerate(words)], 60).close()
    said = bring(tmp / "db", "kuma", tmp / "kuma.db")
    assert said == "1 target, 10 samples, 2025-01-01 to 2025-01-01, 2 maintenance windows\n", said
    got = row(tmp / "db", "web", BEGIN, BEGIN + 600)
    assert (got["up_s"], got["down_s"], got["maintenance_s"], got["incidents"]) == (240, 180, 180, 1), got


def hours(store, name, first, count):
    """[(up, down, unknown)] of each hour."""
    got = [row(store, name, BEGIN + n * 3600, BEGIN + (n + 1) * 3600) for n in range(first, first + count)]
    return [(r["up_s"], r["down_s"], r["unknown_s"] + r["not_monitored_s"]) for r in got]


DAYS = 40
# day and hour: from minute to minute it fails
OUTAGES = {(5, 1): [(20, 30)], (36, 4): [(30, 60)], (36, 5): [(0, 7)], (37, 7): [(20, 30)], (37, 9): [(3, 9), (40, 43)], (38, 5): [(0, 60)]}


def outages(state_of, step_s=60):
    """DAYS of checks, all of the fourth down; `state_of`(day, hour, minute, is_down)."""
    made = []
    for n in range(DAYS * 86400 // step_s):
        at = n * step_s
        day, hour, minute = at // 86400, at // 3600 % 24, at // 60 % 60
        is_down = day == 3 or any(a <= minute < b for a, b in OUTAGES.get((day, hour), ()))
        made.append(("web", BEGIN + at + 0.25, state_of(day, hour, minute, is_down), None))
    return made


def same_hours(tmp, given, first, count, edge_s):
    for n, (got, want) in enumerate(zip(hours(tmp / "sums", "web", first, count), hours(tmp / "whole", "web", first, count))):
        assert all(abs(a - b) <= edge_s for a, b in zip(got, want)), (given, divmod(first + n, 24), got, want)


@test("Uptime Kuma 2, thinned: unknown but for changes; with --sums as before the deletion where changes explain them, else unknown")
def sums(tmp):
    def state_of(day, hour, minute, is_down):
        if (day, hour) == (36, 2) and minute < 30:
            return "maintenance"
        # two failures are tried again before it says so, and one that its second try cleared
        is_tried = is_down and any(a <= minute < a + 2 for a, _ in OUTAGES.get((day, hour), ()) if a)
        return "pending" if is_tried or (day, hour, minute) == (37, 12, 30) else "down" if is_down else "up"

    made = outages(state_of)
    kuma(tmp / "whole.db", made, 60, version=2, retries=2).close()
    base = kuma(tmp / "kuma.db", made, 60, version=2, retries=2)
    shown = kuma_thin(base, BEGIN + DAYS * 86400)
    left = base.execute("SELECT count(*) FROM heartbeat").fetchone()[0]
    base.close()
    assert 1440 < left < 1500, left
    bring(tmp / "whole", "kuma", tmp / "whole.db")
    bring(tmp / "plain", "kuma", tmp / "kuma.db")
    got = row(tmp / "plain", "web", BEGIN, BEGIN + DAYS * 86400)
    assert got["up_s"] < 90000 and got["unknown_s"] > (DAYS - 2) * 86400, got
    bring(tmp / "sums", "kuma", tmp / "kuma.db", "--sums")
    assert "all of them were there already" in bring(tmp / "sums", "kuma", tmp / "kuma.db", "--sums")
    same_hours(tmp, "hours", 36 * 24 + 3, 33, 61)
    same_hours(tmp, "a day", 5 * 24, 4, 61)
    assert all(abs(a - b) < 61 for a, b in zip(hours(tmp / "sums", "web", 73, 2)[0], (0, 3600, 0)))
    for day, hour in ((37, 12), (36, 2)):
        (up, down, unknown), = hours(tmp / "sums", "web", day * 24 + hour, 1)
        assert unknown > 1000 and up + down < 600, (day, hour, up, down, unknown)
    ours = float(row(tmp / "sums", "web", BEGIN + (DAYS - 30) * 86400, BEGIN + DAYS * 86400)["uptime_known"]) / 100
    assert abs(ours - shown) < 4 / (30 * 1440), (ours, shown)  # of four outages the begin is known to half a minute
    assert "has no table 'stat_hourly'" in refused(tmp, "kuma", tmp_kuma_1(tmp), "--sums")
    assert nines("import", "csv", tmp / "x", "--sums").returncode == 64


@test("Gatus, of which 100 results, 50 changes and sums are left: with --sums as before, days of its own zone too; the interval as it was")
def gatus_sums(tmp):
    made = outages(lambda *_: "down" if _[3] else "up", 120)
    gatus(tmp / "whole.db", made).close()
    base = gatus(tmp / "gatus.db", made)
    shown = gatus_thin(base, made, BEGIN + DAYS * 86400, 5.5 * 3600)
    base.close()
    assert bring(tmp / "whole", "gatus", tmp / "whole.db").startswith(f"1 target, {len(made)} samples"), "whole"
    assert bring(tmp / "plain", "gatus", tmp / "gatus.db").startswith("1 target, 100 samples"), "plain"
    bring(tmp / "sums", "gatus", tmp / "gatus.db", "--sums")
    recorded = sqlite3.connect(f"file:{tmp}/sums?mode=ro", uri=True)
    assert recorded.execute("SELECT interval_us FROM target").fetchall() == [(120000000,)]
    recorded.close()
    same_hours(tmp, "days", 36 * 24, 48, 121)
    same_hours(tmp, "hours", (DAYS - 2) * 24, 47, 121)
    begin, end = BEGIN + (DAYS - 29) * 86400, BEGIN + DAYS * 86400
    ours = float(row(tmp / "sums", "web", begin, end)["uptime_known"]) / 100
    assert abs(ours - shown) < 2 / (29 * 720), (ours, shown)
    assert abs(ours - float(row(tmp / "whole", "web", begin, end)["uptime_known"]) / 100) < 2 / (29 * 720)


def tmp_kuma_1(tmp):
    kuma(tmp / "kuma-1.db", [("web", BEGIN, "up", 5)], 60).close()
    return tmp / "kuma-1.db"


@test("Uptime Kuma: monitors of one name, and those without any, are told apart by their numbers; what was deleted is passed over")
def names(tmp):
    base = kuma(tmp / "kuma.db", [(n, BEGIN + n, "up", 5) for n in (1, 2, 3, 4)], 60, monitors={1: "web", 2: "web", 3: "", 4: "mail"})
    base.execute("PRAGMA foreign_keys = OFF")
    base.execute("INSERT INTO heartbeat (monitor_id, status, time) VALUES (99, 0, ?)", (kuma_time(BEGIN),))
    base.execute("INSERT INTO monitor (id, name) VALUES (7, 'never checked')")
    base.commit()
    base.close()
    assert bring(tmp / "db", "kuma", tmp / "kuma.db").startswith("4 targets, 4 samples"), "targets"
    recorded = sqlite3.connect(f"file:{tmp}/db?mode=ro", uri=True)
    assert {n for n, in recorded.execute("SELECT name FROM target")} == {"web #1", "web #2", "#3", "mail"}
    recorded.close()
    assert bring(tmp / "one", "kuma", tmp / "kuma.db", "--check", "web #2").startswith("1 target, 1 sample"), "one"
    bring(tmp / "one", "kuma", tmp / "kuma.db", "--check", "mail", "--as", "own mail")
    recorded = sqlite3.connect(f"file:{tmp}/one?mode=ro", uri=True)
    assert {n for n, in recorded.execute("SELECT name FROM target")} == {"web #2", "own mail"}
    recorded.close()
    for service in ("mail", "own mail"):
        (tmp / "windows").write_text(json.dumps([{"service": service, "start": "2025-01-01", "end": "2025-01-02"}]))
        words = ("kuma", tmp / "kuma.db", "--check", "mail", "--as", "own mail", "--maintenance", tmp / "windows")
        assert bring(tmp / service, *words) == "1 target, 1 sample, 2025-01-01 to 2025-01-01, 1 maintenance window\n"
    for words, told in ((("--check", "none"), "the history has nothing of 'none': it has 'web #1', 'web #2', '#3', 'mail'"), (("--check", "none", "--as", "x"), "nothing of 'none'"),
                        (("--check", "mail", "--as", ""), "is no name")):
        assert told in refused(tmp, "kuma", tmp / "kuma.db", *words), (words, told)
    assert nines("import", "kuma", tmp / "kuma.db", "--as", "x", "--store", tmp / "refused").returncode == 64
    base = kuma(tmp / "clash.db", [(n, BEGIN, "up", 5) for n in (1, 2, 3)], 60, monitors={1: "web", 2: "web", 3: "web #1"})
    base.close()
    assert "two of them would be called 'web #1': rename one there" in refused(tmp, "kuma", tmp / "clash.db")


@test("a database in use is read at one moment of it, what is only in its journal too, and is not changed")
def in_use(tmp):
    base = kuma(tmp / "kuma.db", [("web", BEGIN, "up", 5)], 60)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("INSERT INTO heartbeat (monitor_id, status, time) VALUES (1, 0, ?)", (kuma_time(BEGIN + 60),))
    base.commit()
    before = {f.name: f.read_bytes() for f in tmp.glob("kuma.db*") if not f.name.endswith("-shm")}
    base.execute("INSERT INTO heartbeat (monitor_id, status, time) VALUES (1, 0, ?)", (kuma_time(BEGIN + 120),))  # not committed
    assert bring(tmp / "db", "kuma", tmp / "kuma.db").startswith("1 target, 2 samples"), "what is committed"
    assert {f.name: f.read_bytes() for f in tmp.glob("kuma.db*") if not f.name.endswith("-shm")} == before
    base.rollback()
    base.close()


@test("Gatus' times as its drivers have written them")
def times(tmp):
    base = gatus(tmp / "gatus.db", [("web", BEGIN, "up", 1)])
    written = ["2025-01-01 01:01:00+01:00", "2025-01-01 00:02:00Z", "2024-12-31 23:03:00 -0100", "2025-01-01T00:04:00.123456789Z",
               "2025-01-01 00:05:00", "2025-01-01 01:06:00 +0100 CET", "2024-12-31 23:07:00-01:00"]
    for text in written:
        base.execute("INSERT INTO endpoint_results (endpoint_id, success, timestamp) VALUES (1, 1, ?)", (text,))
    base.commit()
    base.close()
    assert bring(tmp / "db", "gatus", tmp / "gatus.db", "--interval", "1m").startswith("1 target, 8 samples, 2025-01-01 to 2025-01-01\n")
    begun = [json.loads(line)["due"] for line in nines("export", "web", "--store", tmp / "db").stdout.splitlines()]
    assert [t[:16] for t in begun] == [f"2025-01-01T00:0{n}" for n in range(8)], begun


BAD_KUMA = [
    ("UPDATE heartbeat SET status = 4 WHERE id = 2", "FILE: heartbeat 2: the status '4' is none of 0 down, 1 up, 2 pending, 3 maintenance"),
    ("UPDATE heartbeat SET status = 'up' WHERE id = 1", "FILE: heartbeat 1: the status 'up' is none of"),
    ("UPDATE heartbeat SET status = 0.5 WHERE id = 1", "FILE: heartbeat 1: the status '0.5' is none of"),
    ("UPDATE heartbeat SET time = 'soon' WHERE id = 2", "FILE: heartbeat 2: 'soon' is no time like 2026-11-21 18:00:00.000"),
    ("UPDATE heartbeat SET time = '2025-02-30 00:00:00' WHERE id = 2", "FILE: heartbeat 2: '2025-02-30 00:00:00' is no time"),
    ("UPDATE heartbeat SET time = '2999-01-01 00:00:00' WHERE id = 2", "FILE: heartbeat 2: 2999-01-01T00:00:00Z is still to come"),
    ("UPDATE heartbeat SET ping = -1 WHERE id = 2", "FILE: heartbeat 2: the response time is -1: none, or more than a day"),
    ("UPDATE heartbeat SET ping = 1e300 WHERE id = 2", "FILE: heartbeat 2: the response time is 1e+300"),
    ("UPDATE heartbeat SET time = (SELECT time FROM heartbeat WHERE id = 1) WHERE id = 2",
     "FILE: heartbeat 2: 'web' has two states at one time, up (heartbeat 1) and down: mend the file"),
    ("UPDATE monitor SET name = 'a' || char(27) || '[31m'", "is no name: it is empty, longer than 256 bytes or not printable"),
    ("UPDATE monitor SET name = hex(zeroblob(200))", "is no name"),
    ("UPDATE monitor SET name = hex(zeroblob(600000))", "FILE: reading the table 'monitor' broke off: string or blob too big"),
    ("DROP TABLE heartbeat", "FILE: has no table 'heartbeat': it is another program's, or empty"),
    ("DROP TABLE heartbeat; CREATE VIEW heartbeat AS SELECT 1 AS id, 1 AS monitor_id, 1 AS status, '' AS time, 1 AS ping",
     "FILE: has no table 'heartbeat'"),
    ("ALTER TABLE heartbeat DROP COLUMN ping", "FILE: the table 'heartbeat' is not as known, with the columns id, monitor_id, status,"
                                               " time and ping: no such column: ping"),
]


BAD_SUMS = [
    ("kuma", "UPDATE stat_daily SET up = 'many'", "FILE: stat_daily 1: 'many' is no number of checks from 0 to 86400"),
    ("kuma", "UPDATE stat_daily SET down = 1e9", "FILE: stat_daily 1: '1000000000' is no number of checks"),
    ("kuma", "UPDATE stat_hourly SET up = 86400, down = 86400", "FILE: stat_hourly 1: more than 86400 checks in one sum"),
    ("kuma", "UPDATE stat_daily SET timestamp = 0", "FILE: stat_daily 1: the timestamp '0' is no time in seconds"),
    ("kuma", "UPDATE stat_daily SET timestamp = 4102444800", "FILE: stat_daily 1: 2100-01-01T00:00:00Z is still to come"),
    ("kuma", "UPDATE stat_daily SET timestamp = NULL", "FILE: stat_daily 1: the timestamp '' is no time in seconds"),
    ("gatus", "UPDATE endpoint_uptimes SET successful_executions = total_executions + 1", "FILE: endpoint_uptimes 1: '-1' is no number"),
    ("gatus", "UPDATE endpoint_events SET event_type = 'SICK'", "FILE: endpoint_events 1: the event 'SICK' is none of START, HEALTHY,"),
    ("gatus", "UPDATE endpoint_events SET event_type = 'UNHEALTHY', event_timestamp = (SELECT timestamp FROM endpoint_results LIMIT 1)",
     "'web' has two states at one time"),
    ("gatus", "DROP TABLE endpoint_uptimes", "FILE: has no table 'endpoint_uptimes'"),
]


@test(f"{len(BAD_KUMA) + len(BAD_SUMS)} databases that are wrong: told by table and row, nothing is stored")
def wrong(tmp):
    for n, (change, told) in enumerate(BAD_KUMA):
        path = tmp / f"{n}.db"
        base = kuma(path, [("web", BEGIN, "up", 5), ("web", BEGIN + 60, "down", None)], 60)
        base.executescript(change)
        base.commit()
        base.close()
        said = refused(tmp, "kuma", path)
        assert told.replace("FILE", str(path)) in said, f"wanted {told!r}\n got {said!r}"
    made = [("web", BEGIN + n * 60, "up", 5) for n in range(120)]
    for n, (kind, change, told) in enumerate(BAD_SUMS):
        path = tmp / f"sums-{n}.db"
        base = kuma(path, made, 60, version=2) if kind == "kuma" else gatus(path, made)
        if kind == "kuma":
            kuma_thin(base, BEGIN + 86400)
        else:
            gatus_thin(base, made, BEGIN + 7200, 0)
        base.executescript(change)
        base.commit()
        base.close()
        said = refused(tmp, kind, path, "--sums")
        assert told.replace("FILE", str(path)) in said, f"wanted {told!r}\n got {said!r}"
    base = gatus(tmp / "gatus.db", [("web", BEGIN, "up", 5)])
    base.execute("UPDATE endpoint_results SET success = 2")
    base.commit()
    base.close()
    assert "gatus.db: endpoint_results 1: success '2' is none of 0 and 1" in refused(tmp, "gatus", tmp / "gatus.db", "--interval", "1m")


@test("what is no database, another one, a folder, nothing; and how often Gatus checked must be said")
def others(tmp):
    (tmp / "text").write_text("check,ts_utc,state\n" * 100)
    (tmp / "empty").write_text("")
    sqlite3.connect(tmp / "other").executescript("CREATE TABLE t (a)")
    for kind in ("kuma", "gatus"):
        for path, told in ((tmp / "text", "file is not a database"), (tmp / "empty", "has no table"), (tmp / "other", "has no table"),
                           (tmp, "is no file"), (tmp / "none", "cannot be read: "), (pathlib.Path("/dev/zero"), "is no file")):
            said = refused(tmp, kind, path, "--interval", "1m")
            assert f"nines: {path}: {told}" in said, (kind, path, said)
    gatus(tmp / "gatus.db", [("web", BEGIN, "up", 5)]).close()
    assert "how often 'web' was checked is not known" in refused(tmp, "gatus", tmp / "gatus.db")
    odd = tmp / "a ?#%41&mode=rwc.db"
    kuma(odd, [("web", BEGIN, "up", 5)], 60).close()
    assert bring(tmp / "db", "kuma", odd).startswith("1 target"), "any byte in a path"


@test(f"{MUTATIONS} databases with changed bytes: taken whole or refused whole, never a crash")
def mutations(tmp):
    rng = random.Random(62)
    made = history(("a", "b"), 60)
    for base in (kuma(tmp / "kuma.db", made, 60, version=2), gatus(tmp / "gatus.db", made)):
        if base.execute("SELECT 1 FROM sqlite_schema WHERE name = 'heartbeat'").fetchone():
            kuma_thin(base, BEGIN + 86400)
        else:
            gatus_thin(base, made, BEGIN + 86400, 0)
        base.close()
    program = BUILD / "asan" / "nines" if os.access(BUILD / "asan" / "nines", os.X_OK) else BUILD / "nines"
    taken = 0
    for number in range(MUTATIONS):
        kind = ("kuma", "gatus")[number % 2]
        raw = bytearray((tmp / f"{kind}.db").read_bytes())
        for _ in range(rng.randint(1, 4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        if number % 7 == 0:
            del raw[rng.randrange(len(raw)):]
        (tmp / "file").write_bytes(raw)
        store = tmp / f"store-{number}"
        done = subprocess.run([str(w) for w in (program, "import", kind, tmp / "file", "--interval", "1m", "--sums", "--store", store)],
                              capture_output=True, timeout=60, check=False, env={**os.environ, "NO_COLOR": "1"})
        assert done.returncode in (0, 2), (number, done.returncode, done.stderr[-2000:])
        if done.returncode == 2:
            assert not store.exists() and b"nothing was imported" in done.stderr, (number, done.stderr)
        taken += store.exists()
    assert 30 < taken < MUTATIONS, f"{taken} of {MUTATIONS} were taken: the mutations are too tame or too wild"


run()
