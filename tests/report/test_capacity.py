"""`nines report capacity`: how well the monitor itself worked, found again in the record (row 23, F13, F14, F44).

NINES_GOLDEN=1 writes the golden files anew.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from tap import run, test

HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>&\u202e\u05e9\u05dc\u05d5\u05dd ' + "x" * 150
BEGIN = reporting.at(2024, 2, 28, 12)
SECOND = record.SECOND


def probe(name, due_s, late_us=1000, every_s=60, verdict="up", ends=None, **words):
    due_us = (BEGIN + due_s) * SECOND
    return record.named("result", name, verdict=verdict, ends=ends or verdict, due_at_us=due_us, start_us=due_us + late_us,
                        interval_us=every_s * SECOND, elapsed_us=5000, location="here", **words)


def marker(kind, at_s, text, **words):
    return f"marker - kind={kind} at_us={(BEGIN + at_s) * SECOND}" + "".join(
        f" {k}={v}" for k, v in words.items()) + (f" text={record.role.quote(text)}" if text else "")


def monitor():
    """A check each minute, one each five with a recheck, one that is watched more often for a while, one out of service, one that others feed."""
    lost = {7, 8, *range(20, 30), *range(40, 45)}  # two while it ran, ten while it was off, five while it stood still
    return [
        *(record.target(name, every) for name, every in
          (("a", 60), ("five", 300), ("close", 300), ("paused", 60), ("fed", 60), (HOSTILE, 60))),
        *(probe("a", 60 * i, 100 * i) for i in range(60) if i not in lost),
        probe("five", 0, every_s=300), probe("five", 300, every_s=300, verdict="down"), probe("five", 360, every_s=300),
        probe("five", 600, every_s=300), probe("five", 1200, every_s=300),  # 900 is missed
        *(probe("close", s, every_s=300) for s in (0, 300)), *(probe("close", s, every_s=10) for s in range(310, 400, 10)),
        *(probe("close", s, every_s=300) for s in (600, 900)),
        probe("paused", 0), probe("paused", 30, ends="not-monitored"), probe("paused", 3000), probe("paused", 3060),
        *(probe("fed", s) for s in (0, 47, 113, 398, 411)),
        probe(HOSTILE, 0, 2_500_000, verdict="unknown", cause="void-cycle"), probe(HOSTILE, 60, stall=1),
        probe(HOSTILE, 120, verdict="unknown", cause="overload"), probe(HOSTILE, 43200),
        marker("start", -5, ""), marker("monitor-off", 30 * 60 - 1, "nothing was watched for 10m at most",
                                        from_us=(BEGIN + 20 * 60 - 1) * SECOND, to_us=(BEGIN + 30 * 60 - 1) * SECOND),
        marker("gap", 45 * 60 - 1, f"stood still {HOSTILE}", from_us=(BEGIN + 40 * 60 - 1) * SECOND, by_us=300 * SECOND),
        marker("clock-step", 50 * 60, "clock stepped by 2.00s", by_us=2 * SECOND),
    ]


STORE = reporting.store(monitor)
SPAN = ("--from", "2024-02-28", "--to", "2024-03-01", "--store", STORE)


def capacity(*words):
    return json.loads(reporting.nines("capacity", *SPAN, "--format", "json", *words))


@test("slots that nobody probed are counted, apart while the monitor was off; a recheck, a pause and another's rhythm are none")
def missed():
    checks = {c["name"]: c for c in capacity()["checks"]}
    assert [(name, checks[name]["missed"], checks[name]["missed_off"]) for name in ("a", "five", "close", "paused", "fed")] == [
        ("a", 2, 15), ("five", 1, 0), ("close", 0, 0), ("paused", 0, 0), ("fed", 0, 0)], checks
    assert capacity()["missed"] == sum(c["missed"] for c in checks.values())
    assert capacity()["missed_off"] == sum(c["missed_off"] for c in checks.values())
    assert (capacity("--check", "a")["missed"], capacity("--check", "a")["checks"][0]["results"]) == (2, 43)


@test("lateness is from due to begin, to 1.6 %; a day has its own")
def lateness():
    a = capacity("--check", "a")
    true = [100 * i for i in range(60) if i not in {7, 8, *range(20, 30), *range(40, 45)}][21]
    assert a["late_max_us"] == 5900 and abs(a["late_p50_us"] - true) <= 0.016 * true, (a, true)
    days = capacity()["rows"]
    assert [(d["date"], d["results"]) for d in days] == [("2024-02-28", 73), ("2024-02-29", 1)], days
    assert days[0]["late_max_us"] == 2_500_000 and days[1]["late_max_us"] == 1000
    assert sum(d["results"] for d in days) == capacity()["results"]


@test("void cycles, overload, what was tainted, interruptions and what happened")
def happened():
    got = capacity()
    assert [got[k] for k in ("void_cycles", "overload_cycles", "tainted", "starts", "interruptions", "interrupted_s")] == [1, 1, 1, 1, 2, 900], got
    assert [(m["kind"], m["lasted_s"]) for m in got["markers"]] == [("start", None), ("monitor-off", 600), ("gap", 300), ("clock-step", None)]
    assert 0 < got["store_bytes"] <= STORE.stat().st_size + 1_000_000 and got["store_bytes"] % 4096 == 0


@test("people see so many checks as they asked for, the worst first")
def worst():
    text = reporting.nines("capacity", *SPAN, "rows=2")
    checks = text.split("Checks, the worst first")[1].split("What happened")[0]
    assert 0 < checks.index("xxxx") < checks.index("\na ") and "\nfive " not in checks and "4 more are in the JSON form." in checks, text


@test("a span in which nothing was watched has no figures, and says so with none")
def empty():
    got = json.loads(reporting.nines("capacity", "--month", "2024-01", "--store", STORE, "--format", "json"))
    assert (got["results"], got["late_p99_us"], got["missed"], len(got["rows"])) == (0, None, 0, 31)


@test("it is the same text, page and table each time, hostile names in it are harmless")
def forms():
    page = reporting.nines("capacity", *SPAN, "--format", "html")
    assert "<script>" not in page and "\u202e" not in page
    for table in ("rows", "checks", "markers"):
        assert "\r\n=" not in reporting.nines("capacity", *SPAN, "--format", "csv", "--table", table)


@test("its PDF has the same figures")
def printed(tmp):
    text = reporting.printed(tmp, "capacity", *SPAN)
    assert re.search(r"missed while off +\d+", text) and re.search(r"^five +5 +1.00ms", text, re.M), text


for _ending in ("txt", "html", "csv", "json"):
    reporting.golden(f"capacity.{_ending}", "capacity", *SPAN, mask=r'database now.*|"store.*_bytes": .*|[0-9.]+ MB')
reporting.golden("capacity-checks.csv", "capacity", *SPAN, "--table", "checks")


run()
