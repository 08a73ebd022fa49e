#!/usr/bin/env python3
"""tests/bench/report_rate.py: what a report takes: a month of one check's probes, the week and the capacity of a hundred, the SLA of a thousand over a year.

    report_rate.py [detail] [week] [year]          `make bench` runs all

Beside each the physical limit: SQLite alone reading the same rows from the same file, in this process.

The method and figures are in docs/performance.md; nothing here is asserted by tests.
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import record  # noqa: E402
from reporting import at  # noqa: E402
from tap import BUILD  # noqa: E402

STEPS = "resolve:812,connect:13490,tls:44100,request:44200,first-byte:98100,body:120400"
BEGIN = at(2024, 4, 1)
CHECKS = 100


def month():
    return [record.target("busy"), *record.results("busy", BEGIN, 60, "u" * 43200, elapsed_us=121000, steps=STEPS)]


def week():
    for n in range(CHECKS):
        yield record.target(f"c{n}", 300)
        yield from record.results(f"c{n}", BEGIN + n, 300, "u" * 2016, elapsed_us=121000, steps=STEPS)


def limit(what, store, *queries):
    """The rows that the report reads, by SQLite alone."""
    began, size = time.monotonic(), 0
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        for query in queries:
            size += sum(len(blob) for blob, in database.execute(query))
    took = time.monotonic() - began
    print(f"{what:<60} {took:6.3f} s  {size / 1e6:.1f} MB", flush=True)
    return took


def show(what, store, *words, least=None):
    begin = time.monotonic()
    process = subprocess.Popen([BUILD / "nines", "report", *words, "--store", store], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - begin
    print(f"{what:<60} {took:6.2f} s {used.ru_utime + used.ru_stime:6.2f} s of CPU, {used.ru_maxrss / 1024:4.0f} MB"
          + (f", {took / least:.0f} times the limit" if least else "") + ("" if status == 0 else "  it failed"), flush=True)


RESULTS = "SELECT data FROM block UNION ALL SELECT data FROM part UNION ALL SELECT data FROM tail"
MONTHS = "SELECT data FROM month WHERE day < 20089"


def detail(folder):
    store = folder / "one.db"
    record.write(store, month())
    least = limit("the limit: those blocks read", store, RESULTS)
    for form in ("text", "html", "csv", "json"):
        show(f"detail, 43,200 probes of six steps, {form}", store, "detail", "--check", "busy", "--month", "2024-04", "--format", form, least=least)


def week_of_many(folder):
    store = folder / "many.db"
    record.write(store, list(week()))
    for name in ("digest", "capacity"):
        show(f"{name}, a week of {CHECKS} checks, 2,016 probes each", store, name, "--from", "2024-04-01", "--to", "2024-04-08")


def year(folder):
    store = folder / "year.db"
    subprocess.run([BUILD / "tests/bench/year_store", store, "1000"], check=True)
    subprocess.run([BUILD / "tests/bench/web_figures", store], check=True)
    least = limit("the limit: those months' rows and incidents read", store, MONTHS, "SELECT id || reason FROM incident")
    for form in ("json", "csv", "html", "text", "pdf"):
        show(f"sla, a year of 1,000 checks, {form}", store, "sla", "--from", "2024-01-01", "--to", "2025-01-01", "--format", form, least=least)
    show("sla, a month of 1,000 checks, text", store, "sla", "--month", "2024-12")
    show("sla, this month so far of 1,000 checks, results in the tail", store, "sla", "--from", "2025-01-01", "--to", "2025-01-14")
    show("statistics, a day to 12 months of 1,000 checks", store, "statistics", "--from", "2025-01-01", "--to", "2025-01-14")


PARTS = {"detail": detail, "week": week_of_many, "year": year}
for part in sys.argv[1:] or PARTS:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as one:
        PARTS[part](pathlib.Path(one))
