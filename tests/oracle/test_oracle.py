"""The database says what the recorder was told, read by somebody who knows its description only; and reports say what follows from it."""
import datetime
import json
import os
import pwd
import random
import sqlite3
import subprocess
import sys
import time
import zoneinfo

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import record
from daemon import Daemon, nines, until
from oracle import DAY_US, Oracle, Sample, agreed, availability, compare, contract, hash_of, judge, left_out, outages
from tap import BUILD, run, test

SECOND = 1_000_000
STARTS = ("first-failure", "midpoint", "confirmed")


def steps_of(rng, failed):
    """(text as in a line, tuples as the oracle returns them, elapsed)"""
    at, words, found = 0, [], []
    for i, name in enumerate(("resolve", "connect", "tls", "request", "first-byte", "body")):
        at += int(rng.lognormvariate(7, 1))
        hop, is_failed = i // 4, failed and i == 5
        words.append(f"{name}{f'@{hop}' if hop else ''}:{at}{'!' if is_failed else ''}")
        found.append((name, hop, at, is_failed))
    return ",".join(words), tuple(found), at + rng.randrange(50)


def history(rng, name, location, first_us, count, every_us, ends):
    """Lines for the recorder, and for each of them what must be found: (due, start, elapsed, verdict, ends, reason, steps, value)."""
    lines, wanted, bad = [], [], 0
    for i in range(count):
        if rng.random() < 0.002:
            bad = rng.randrange(1, 8)
        if rng.random() < 0.001:
            first_us += every_us * rng.randrange(1, 9)  # nobody measured
        verdict = rng.choice(("down", "down", "unknown")) if bad else rng.choice(("up",) * 30 + ("degraded",))
        bad -= bad > 0
        due_us = first_us + i * every_us
        start_us = due_us + rng.randrange(3000)
        text, steps, elapsed_us = steps_of(rng, verdict == "down")
        reason = f"wanted {rng.randrange(3)}, got 'n\u00f6 \\ \"x'" if verdict == "down" else ""
        value = rng.choice((61, 60, 59.5, -3, 1e300))
        more = {"ends": verdict} if ends else {}
        lines.append((due_us, record.named("result", name, verdict=verdict, due_at_us=due_us, start_us=start_us, elapsed_us=elapsed_us,
                                           location=location, interval_us=every_us, steps=text, reason=reason, address="::1",
                                           **{"values": f"certificate_days:{value!r}:d", "fact.code": rng.choice(("200", "204"))}, **more)))
        wanted.append((due_us, start_us, elapsed_us, verdict, verdict if ends else None, reason, steps, float(value)))
    return lines, wanted


@test("months of results at two locations are read back exactly, and their days, months and reports agree")
def months(tmp):
    rng = random.Random(9)
    first_us = (int(time.time()) // 86400 - 70) * DAY_US
    lines, wanted = [], {}
    for name, location, every_s, count, ends in (("a check", "here", 900, 6700, True), ("a check", "there \u00e9", 900, 6700, False),
                                                ("hourly", "here", 3600, 1690, True)):
        told, found = history(rng, name, location, first_us, count, every_s * SECOND, ends)
        lines += told
        wanted[name, location] = found
    (tmp / "store").mkdir()
    store = tmp / "store" / "nines.db"
    record.write(store, [record.target("a check", 900), record.target("hourly", 3600), *(line for _, line in sorted(lines))])
    for path in (store.parent, *store.parent.iterdir()) if os.geteuid() == 0 else ():
        os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)  # whom the daemon's processes run as
    with Daemon(tmp) as daemon:
        base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        until("all days are rolled up", lambda: base.execute("select min(rolled) from target where rolled > 0").fetchone()[0]
              >= (time.time() - 3600) // 86400, 90)
        months_ = base.execute("select count(*) from month").fetchone()[0]
        days = base.execute("select count(*) from day").fetchone()[0]
        assert days > 180 and months_ >= 6, (days, months_)
        base.close()
        assert daemon.stop() == 0
    with Oracle(store) as oracle:
        oracle.check()
        got = {key: [] for key in wanted}
        for r in oracle.results["a check"] + oracle.results["hourly"]:
            assert r.facts[0][0] == "code" and r.address == "::1" and r.values[0][:2] == ("certificate_days", "d"), r
            got[r.target, r.location].append((r.due_us, r.start_us, r.elapsed_us, r.verdict, r.ends, r.reason, r.steps, r.values[0][2]))
        for key, found in wanted.items():
            assert len(got[key]) == len(found), (key, len(got[key]), len(found))
            different = [pair for pair in zip(sorted(got[key]), sorted(found)) if pair[0] != pair[1]]
            assert not different, f"{len(different)} differ: {different[0]}"
        for from_days, to_days in ((0, 69), (3, 40), (17, 18)):
            span = [datetime.datetime.fromtimestamp(first_us // SECOND + days * 86400 + extra, datetime.timezone.utc)
                    .strftime("%Y-%m-%dT%H:%M:%SZ") for days, extra in ((from_days, 0), (to_days, 3723))]
            asked = nines("report", "sla", "--from", span[0], "--to", span[1], "--format", "json", conf=daemon.conf)
            assert asked.returncode == 0, asked.stderr
            compare(oracle, json.loads(asked.stdout), int(time.time()) * SECOND)


@test("the oracle notices a byte that changed")
def notices(tmp):
    record.write(tmp / "db", [record.target("web"), *record.results("web", 1_800_000_000, 60, "u" * 600 + "dud"),
                              *record.results("young", 1_800_000_000, 60, "uduuu")])
    base = sqlite3.connect(tmp / "db")
    for table in ("tail", "part"):
        row, data = base.execute(f"select rowid, data from {table} limit 1").fetchone()
        raw = bytearray(data)
        raw[len(raw) // 2] ^= 4
        base.execute(f"update {table} set data = ? where rowid = ?", (bytes(raw), row))
        base.commit()
        try:
            Oracle(tmp / "db")
        except AssertionError as error:
            assert "bytes changed" in str(error)
        else:
            raise AssertionError(f"a changed byte in {table} was not noticed")
        base.execute(f"update {table} set data = ? where rowid = ?", (data, row))
        base.commit()
    Oracle(tmp / "db").check()
    base.close()


@test("the naive reading of the definitions: what speaks how long, and what a recheck makes of a failure")
def naive(tmp):
    def of(states, gap=60):
        return [Sample((i * gap) * SECOND, 60 * SECOND, {"u": "up", "d": "down", "?": "unknown"}[c], "", "measured") for i, c in enumerate(states)]
    table = {
        "uuu": {"up": 180}, "udu": {"up": 120, "down": 60, "blip": 60}, "uddu": {"up": 120, "down": 120}, "ud": {"up": 60, "down": 60, "blip": 60},
        "d?du": {"down": 120, "unknown": 60, "up": 60}, "d?u": {"down": 60, "blip": 60, "unknown": 60, "up": 60},
    }
    for states, seconds in table.items():
        got = availability(of(states), 0, 600 * SECOND, 600 * SECOND)
        wanted = {"up": 0, "degraded": 0, "down": 0, "blip": 0, "unknown": 0, "not_monitored": 600 - 60 * len(states), **seconds}
        assert got == {word: s * SECOND for word, s in wanted.items()}, (states, got)
    assert availability(of("uu", 180), 0, 240 * SECOND, 240 * SECOND)["up"] == 240 * SECOND
    assert availability(of("uu", 181), 0, 241 * SECOND, 241 * SECOND)["unknown"] == 121 * SECOND
    assert hash_of(b"") == hash_of(b"") != hash_of(b"a")


def windows_of(rng, first_s):
    """Maintenance of two months: (from, to, announced, is cancelled), announced late or in time or after it had begun, overlapping."""
    found = []
    for _ in range(60):
        start = first_s + rng.randrange(65 * 86400)
        found.append(((start + 0) * SECOND, (start + rng.choice((60, 1800, 7200, 40000))) * SECOND,
                      (start - rng.choice((-60, 0, 3599, 3600, 86400, 500000))) * SECOND, rng.random() < 0.1))
    return found


def planned_line(number, window):
    start, end, announced, is_cancelled = window
    return record.named("maintenance", f"w{number}", services="web", start_us=start, end_us=end, announced_us=announced, impact="outage", by="b",
                        text="t", **({"cancelled_us": announced + SECOND} if is_cancelled else {}))


@test("months of random samples, under random hours, holidays, maintenance, reclassifications and rules, count as the naive reading counts them")
def contracts(tmp):
    rng = random.Random(11)
    first = datetime.datetime(2024, 3, 1, tzinfo=datetime.timezone.utc)
    states = ""
    while len(states) < 70 * 96:
        states += rng.choice("uuuuudg? ") * rng.randrange(1, 90)
    store, conf = tmp / "nines.db", tmp / "nines.conf"
    windows = windows_of(rng, int(first.timestamp()))
    record.write(store, [record.target("web", 900), *record.results("web", int(first.timestamp()) + 17, 900, states),
                         *(planned_line(*one) for one in enumerate(windows))])
    for round_ in range(12):
        zone = rng.choice(("UTC", "Europe/Berlin", "America/St_Johns"))
        weekly = rng.choice((None, ((0, 1, 2, 3, 4), 480, 1080), ((5, 6, 0), 0, 1440)))
        holidays = {((first + datetime.timedelta(days=rng.randrange(65))).month, rng.randrange(1, 29)) for _ in range(rng.randrange(6))}
        names = "Mon Tue Wed Thu Fri Sat Sun".split()
        options = f'zone = "{zone}"'
        if weekly:
            days, start, end = weekly
            options += f' hours = {{"{",".join(names[d] for d in days)} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"}}'
        if holidays:
            options += " holidays = {" + ", ".join(f'"{m:02}-{d:02}"' for m, d in sorted(holidays)) + "}"
        rules = {"outage-start": rng.choice(STARTS), "maintenance-up": rng.choice(("left-out", "counts")), "blips": rng.choice(("up", "down")),
                 "unknown": rng.choice(("known", "up", "down")), "degraded-weight": rng.choice((0, 0.3, 1))}
        notice_s, allowance_s = rng.choice((0, 3600)), rng.choice((0, 30000))
        options += "".join(f" {key} = {value}" for key, value in rules.items())
        options += f' maintenance-notice = "{notice_s}s" maintenance-allowance = "{allowance_s}s"'
        conf.write_text(f'service "S" {{ members = {{"web"}} sla = "p" }}\nsla "p" {{ target = 99 {options} }}\n')
        begin = first + datetime.timedelta(minutes=rng.randrange(60 * 1440))
        said = run_nines("reclassify", "web", "--store", store, "--from", begin.isoformat(),
                         "--to", (begin + datetime.timedelta(minutes=rng.randrange(1, 9000))).isoformat(), "--reason", "r", "--by", "me",
                         "--as", rng.choice(("up", "down", "degraded", "unknown", "maintenance", "excluded")))
        if round_ % 3 == 2:
            run_nines("reclassify", "--store", store, "--undo", said.strip(), "--reason", "no")
        got = json.loads(run_nines("-c", conf, "report", "sla", "--store", store, "--sla", "p", "--month", "2024-04", "--format", "json"))
        row = {row["name"]: row for row in got["rows"]}["web"]
        from_us, to_us = (int(datetime.datetime.fromisoformat(row[k]).timestamp()) * SECOND for k in ("span_from", "span_to"))
        within = agreed(from_us, to_us, zoneinfo.ZoneInfo(zone), (lambda day: ((start, end),) if day in days else ()) if weekly else None, holidays)
        with Oracle(store) as oracle:
            planned = left_out(windows, from_us, to_us, notice_s * SECOND, allowance_s * SECOND or None)
            total = contract(oracle.samples("web"), oracle.claims("web"), from_us, to_us, time.time_ns() // 1000, within, False, planned,
                             rules["maintenance-up"] == "counts", rules["outage-start"])
        wanted = {word: total[word] // SECOND for word in ("up", "degraded", "down", "unknown", "not_monitored", "maintenance", "excluded",
                                                           "outside_hours")}
        assert {word: row[f"{word}_s"] for word in wanted} == wanted, (options, row, wanted)
        figures = judge(total, rules["degraded-weight"], rules["blips"], rules["unknown"])
        assert (row["uptime_known"], row["uptime_period"], row["coverage"], row["judged"]) == figures, (options, row, figures)


EDGES = (  # what stands around the end of a month: | is midnight
    "uud|duu", "uuu|dduu", "uudd|uu", "uu|dduu", "uud|uu", "uu|du", "udu|ddd", "udd?|?ddu", "ud?|?u", "ud?|du", "uu?|ddu", "udd?|u",
    "ud     |du", "udd     |u", "ud     |     du", "uuu     |     ddu", "udgd|dgu", "gdd|dg", "ud|d", "uud|d????du", "uddd|      ")
ENDS = {"UTC": 1709251200, "Asia/Kathmandu": 1709230500}  # where March of 2024 begins, in seconds


def edge(name, border_s, offset_s, pattern):
    """Two months of three-hourly probes with the pattern around midnight, a probe each ten minutes, offset_s of them behind it."""
    before, after = pattern.split("|")
    start = border_s + offset_s - 600 * len(before)
    calm = range(border_s - 28 * 86400 + offset_s, start - 600, 10800)
    return [record.target(name, 600), *(record.result(name, at, "up", 10800) for at in calm), record.result(name, start - 600, "up", 600),
            *record.results(name, start, 600, before + after)]


@test("outages, blips, unknown time and maintenance over the end of a month count as the naive reading counts them, by each outage-start")
def edges(tmp):
    store, conf, names = tmp / "nines.db", tmp / "nines.conf", {}
    lines = [record.service("S", ["n"])]
    for zone, border_s in ENDS.items():
        for offset_s in (0, 299, 300):
            for pattern in EDGES:
                name = f"{pattern} {offset_s} {zone}"
                names[name] = zone
                lines += edge(name, border_s, offset_s, pattern)
        lines.append(record.named("maintenance", zone, start_us=(border_s - 400) * SECOND, end_us=(border_s + 500) * SECOND,
                                  announced_us=SECOND, impact="outage", by="b", text="t"))
    record.write(store, lines)
    now_us = time.time_ns() // 1000
    windows = [(s - 400, s + 500) for s in ENDS.values()]
    with Oracle(store) as oracle:
        samples = {name: oracle.samples(name) for name in names}
    for zone in ENDS:
        for start in STARTS:
            for up in ("left-out", "counts"):
                conf.write_text(f'sla "p" {{ target = 99 zone = "{zone}" outage-start = {start} maintenance-up = {up} }}\n'
                                'customer "C" { services = {' + ", ".join(json.dumps(n) for n in names if names[n] == zone) + '} sla = "p" }\n')
                whole = {}
                for month in (("--month", "2024-02"), ("--month", "2024-03"), ("--from", "2024-02-01", "--to", "2024-04-01")):
                    got = json.loads(run_nines("-c", conf, "report", "sla", "--store", store, "--customer", "C", *month, "--format", "json"))
                    for row in got["rows"]:
                        as_counted(row, samples[row["name"]], now_us, windows, start, up == "counts", month)
                        whole.setdefault(row["name"], []).append(row)
                for february, march, both in whole.values():
                    for key in ("down_s", "blip_s", "unknown_s", "maintenance_s", "incidents", "blips", "counted_down_s"):
                        assert both[key] - february[key] - march[key] in ((0, 1) if key.endswith("_s") else (0,)), (key, february, march, both)


def as_counted(row, samples, now_us, windows, start, up_counts, where):
    from_us, to_us = (int(datetime.datetime.fromisoformat(row[k]).timestamp()) * SECOND for k in ("span_from", "span_to"))
    planned = left_out([(a * SECOND, b * SECOND, 0, False) for a, b in windows], from_us, to_us)
    total = contract(samples, [], from_us, to_us, now_us, [(from_us, to_us)], True, planned, up_counts, start)
    wanted = {word: total[word] // SECOND for word in ("up", "degraded", "down", "blip", "unknown", "not_monitored", "maintenance")}
    assert {word: row[f"{word}_s"] for word in wanted} == wanted, (row["name"], start, up_counts, where, row, wanted)
    listed = [(i["start"], i["end"], i["class"]) for i in row["incident_list"] if i["class"] != "blip"]
    outages_ = [(a, b) for a, b in outages(samples, start) if a < to_us and (b is None or b > from_us)]
    assert len(listed) == len(outages_), (row["name"], start, where, listed, outages_)
    for (began, ended, _), (a, b) in zip(listed, outages_):
        assert instant(began) == a and (instant(ended) if ended else None) == (b if b is not None and b <= to_us else None), (row["name"], start, where, listed, outages_)


def instant(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * SECOND)


def run_nines(*words):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    return done.stdout


if __name__ == "__main__":
    run()
