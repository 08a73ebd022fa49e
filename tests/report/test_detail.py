"""`nines report detail`: every probe of a check with its steps, in every rendering; what it shares with `sla` is the same (row 18, F44).

NINES_GOLDEN=1 writes the golden files anew.
"""
import csv
import io
import json
import os
import pathlib
import pty
import re
import resource
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from records.detail import shop
from tap import BUILD, run, test

STORE = reporting.store(shop)
SPAN = ("--month", "2024-02")
reporting.golden("detail-own.txt", "detail", *SPAN, "--check", "shop", "times=own", "rows=3", "--zone", "Asia/Tokyo", "--store", STORE)
reporting.golden("detail-steps.csv", "detail", *SPAN, "--check", "shop", "--table", "steps", "--store", STORE)


def detail(*words):
    return json.loads(reporting.nines("detail", *words, "--store", STORE, "--format", "json"))


def clamped(us, step):
    """A percentile as it is known where the least and the most are."""
    return max(step["min_us"], min(us, step["max_us"]))


@test("columns are the steps that occur, in the order of a probe; a failed step keeps its time")
def columns():
    got = detail(*SPAN, "--check", "shop")
    steps = [s["step"] for s in got["steps"]]
    assert steps == ["resolve", "connect", "tls", "request", "first-byte", "resolve@1", "connect@1", "first-byte@1", "body", "total"], steps
    row = got["rows"][0]
    ends = [row[f"{s}_us"] for s in ("resolve", "connect", "tls", "request", "first-byte", "body")]
    assert ends == sorted(ends) == [812, 13490, 44100, 44200, 98100, 120400] and row["slowest"] == "first-byte", row
    own = detail(*SPAN, "--check", "shop", "times=own")["rows"][0]
    assert [own[f"{s}_us"] for s in ("resolve", "connect", "tls", "request", "first-byte", "body")] == [812, 12678, 30610, 100, 53900, 22300]
    failed = got["rows"][9]
    assert (failed["verdict"], failed["failed"], failed["connect_us"], failed["tls_us"]) == ("down", "connect", 5000700, None)
    assert got["rows"][8]["connect@1_us"] == 41000 and got["rows"][11]["location"] == "there"


@test("counts, least, mean and greatest are those of the probes that count, percentiles those of sla")
def summary():
    got = detail(*SPAN, "--check", "shop")
    assert [got[k] for k in ("probes", "passed", "degraded", "failed", "unknown")] == [20, 17, 1, 2, 1]
    assert len(got["rows"]) == 20
    assert (got["slowest_us"], got["slowest_at"]) == (3000000, "2024-02-28T23:01:00.001500Z"), "not the one while we stood still"
    total = got["steps"][-1]
    assert (total["min_us"], total["max_us"], total["count"]) == (91000, 3000000, 16)
    assert total["average_us"] == (14 * 121000 + 91000 + 3000000 + 8) // 16
    connect = next(s for s in got["steps"] if s["step"] == "connect")
    assert (connect["min_us"], connect["max_us"], connect["count"]) == (1300, 12678, 16), connect
    sla = json.loads(reporting.nines("sla", *SPAN, "--check", "shop", "--store", STORE, "--format", "json"))["rows"][0]
    assert got["uptime_known"] == sla["uptime_known"] and got["method"] == sla["method"]
    for step in got["steps"]:
        other = sla["steps"][step["step"]]
        assert step["count"] == other["count"]
        for key in ("p50_us", "p95_us", "p99_us"):  # the other does not know the least and the most
            assert step[key] == clamped(other[key], step) and abs(step[key] - other[key]) <= 0.016 * other[key] + 1, (step, other)
    resolve = got["steps"][0]
    assert resolve["p99_us"] == resolve["max_us"] == 900 < sla["steps"]["resolve"]["p99_us"], "a percentile above the greatest"


@test("people see so many rows as they asked for, programs all")
def rows():
    text = reporting.nines("detail", *SPAN, "--check", "shop", "rows=5", "--store", STORE)
    assert len(re.findall(r"^\d\d:\d\d:\d\d ", text, re.M)) == 5 and "\n2024-02-28\n---" in text and "15 more are in the CSV and JSON forms" in text, text
    assert len(list(csv.reader(io.StringIO(reporting.nines("detail", *SPAN, "--check", "shop", "rows=0", "--format", "csv",
                                                           "--store", STORE))))) == 21


@test("a span cuts to the microsecond, days are those of the zone")
def spans():
    got = detail("--from", "2024-02-28T22:55:00Z", "--to", "2024-02-28T22:57:00Z", "--check", "shop")
    assert [r["due"] for r in got["rows"]] == ["2024-02-28T22:55:00Z", "2024-02-28T22:56:00Z"] and got["probes"] == 2
    berlin = detail("--from", "2024-02-29", "--to", "2024-03-01", "--zone", "Europe/Berlin", "--check", "shop")
    assert berlin["rows"][0]["due"] == "2024-02-28T23:00:00Z" and berlin["probes"] == 10
    none = detail("--month", "2024-01", "--check", "shop")
    assert (none["probes"], none["rows"], none["steps"], none["slowest_us"]) == (0, [], [], None)
    assert "no single probe of this span" in reporting.nines("detail", "--month", "2024-01", "--check", "shop", "--store", STORE)


@test("without a check it says which option names one")
def unnamed():
    for words in ((), ("--service", "Web")):
        said = reporting.nines("detail", *SPAN, *words, "--store", STORE, status=64)
        assert "the report 'detail' is about one check: name it with --check NAME" in said, said


@test("its PDF has every probe and each step's figures on the sheets")
def printed(tmp):
    text = reporting.printed(tmp, "detail", *SPAN, "--check", "shop", "--store", STORE)
    assert len(re.findall(r"^ *2[23]:\d\d:00 ", text, re.M)) == 20 and re.search(r"first-byte@1 +49.0ms", text), text


def month():
    """A result each minute of 30 days, six steps."""
    begin = reporting.at(2024, 4, 1)
    return [record.target("busy"), *record.results("busy", begin, 60, "u" * 43200, elapsed_us=121000,
                                                   steps="resolve:812,connect:13490,tls:44100,request:44200,first-byte:98100,body:120400")]


@test("a month of one check has every probe; a terminal is told how far it is")
def whole_month():
    store = reporting.store(month)
    got = reporting.nines("detail", "--month", "2024-04", "--check", "busy", "--format", "csv", "--store", store)
    assert got.count("\r\n") == 43201
    ours, theirs = pty.openpty()
    subprocess.run([BUILD / "nines", "report", "detail", "--month", "2024-04", "--check", "busy", "--store", store], stdout=subprocess.DEVNULL,
                   stderr=theirs, check=True, env={**os.environ, "TERM": "xterm", "NINES_PROGRESS": "now"})
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass
    assert b"busy: 46 % of the results are read" in said and said.endswith(b"\r\033[K"), said


@test("the points of its charts are the figures of its tables: one part of the span has the percentiles and the mean of the whole")
def points():
    got = json.loads(reporting.nines("detail", *SPAN, "--check", "shop", "--store", STORE, "--format", "json"))
    steps = {s["step"]: s for s in got["steps"]}
    for point in got["times"]:
        assert steps["total"][f"{point['series']}_us"] == clamped(point["value_us"], steps["total"]), (point, steps["total"])
    assert {p["series"] for p in got["times"]} == {"p50", "p95", "p99"}
    for point in got["mean_steps"]:
        average = steps[point["series"]]["average_us"]
        assert abs(point["value_us"] - average) <= average * 0.016 + 1, (point, average)
    assert {p["series"] for p in got["mean_steps"]} == set(steps) - {"total"}


@test("a span with more probes than memory is given is whole in every form, and no more than a part of it in memory")
def long_span(tmp):
    probes = 850_000  # of 330 bytes each; 256 MB was the most
    with open(tmp / "long.csv", "w", encoding="utf-8") as f:
        f.write("check,ts_utc,state\n")
        f.writelines(f"long,{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(1577836800 + n * 60))},up\n" for n in range(probes))
    subprocess.run([BUILD / "nines", "import", "csv", tmp / "long.csv", "--interval", "1m", "--store", tmp / "db"], stdout=subprocess.DEVNULL, check=True)
    words = ["detail", "--check", "long", "--from", "2020-01-01", "--to", "2021-12-01", "--store", tmp / "db"]
    with open(tmp / "r.csv", "wb") as out:
        process = subprocess.Popen([BUILD / "nines", "report", *words, "--format", "csv"], stdout=out, env={"TMPDIR": str(tmp)})
        _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    with open(tmp / "r.csv", "rb") as f:
        assert sum(1 for _ in f) == probes + 1
    assert "asan" in str(BUILD) or used.ru_maxrss < 200 << 10, used.ru_maxrss
    assert not list(tmp.glob("nines-*")), "a temporary file was left"

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40 << 20, 40 << 20))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    full = subprocess.run([BUILD / "nines", "report", *words, "--format", "csv"], capture_output=True, text=True, env={"TMPDIR": str(tmp)},
                          preexec_fn=small_disk, check=False)
    assert full.returncode == 2 and full.stdout == "" and "MB that the folder of temporary files has room for: name another in TMPDIR" in full.stderr, full


run()
