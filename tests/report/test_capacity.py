"""`nines report capacity`: how well the monitor itself worked, found again in the record (row 23, F13, F14, F44).

NINES_GOLDEN=1 writes the golden files anew.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import reporting
from records.capacity import monitor
from tap import run, test

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
    for one in (*days, *capacity()["checks"]):
        assert one["late_p50_us"] <= one["late_p99_us"] <= one["late_max_us"], one
    assert sum(d["results"] for d in days) == capacity()["results"]


@test("void cycles, overload, what was tainted, interruptions and what happened")
def happened():
    got = capacity()
    assert [got[k] for k in ("void_cycles", "overload_cycles", "tainted", "starts", "interruptions", "interrupted_s")] == [1, 1, 1, 1, 2, 900], got
    assert [(m["kind"], m["lasted_s"]) for m in got["markers"]] == [("start", None), ("monitor-off", 600), ("gap", 300), ("clock-step", None)]
    assert 0 < got["store_bytes"] <= STORE.stat().st_size + 1_000_000 and got["store_bytes"] % 4096 == 0


@test("what the monitor took, by day: means and most of the quarters of an hour that are known; no quarter is a happening")
def effort():
    got = capacity()
    assert [(d["date"], d["quarters"], d["cpu_ppm"], d["cpu_most_ppm"], d["memory_most_bytes"], d["in_flight_milli"], d["in_flight_most"], d["waiting_most"], d["queue_most"],
             d["letters_most"]) for d in got["load"]] == [("2024-02-28", 2, 31250, 31250, 50000000, 2200, 21, 4, 15, 1), ("2024-02-29", 1, 1500000, 1500000, 1, 0, 0, 0, 0, 0)], got["load"]
    assert (got["cpu_ppm"], got["memory_most_bytes"], got["in_flight_milli"]) == (765625, 50000000, 1466)
    assert "effort" not in {m["kind"] for m in got["markers"]}
    none = json.loads(reporting.nines("capacity", "--month", "2024-01", "--store", STORE, "--format", "json"))
    assert none["load"] == [] and none["cpu_ppm"] is None and none["in_flight_milli"] is None


@test("people see so many checks as they asked for, the worst first")
def worst():
    text = reporting.nines("capacity", *SPAN, "rows=2")
    checks = text.split("Checks, the worst first")[1].split("What happened")[0]
    assert 0 < checks.index("xxxx") < checks.index("\na ") and "\nfive " not in checks and "4 more are in the JSON form." in checks, text


@test("a span in which nothing was watched has no figures, and says so with none")
def empty():
    got = json.loads(reporting.nines("capacity", "--month", "2024-01", "--store", STORE, "--format", "json"))
    assert (got["results"], got["late_p99_us"], got["missed"], len(got["rows"])) == (0, None, 0, 31)


@test("its PDF has the same figures")
def printed(tmp):
    text = reporting.printed(tmp, "capacity", *SPAN)
    assert re.search(r"missed while off +\d+", text) and re.search(r"^five +5 +1.00ms", text, re.M), text


reporting.golden("capacity-checks.csv", "capacity", *SPAN, "--table", "checks")


run()
