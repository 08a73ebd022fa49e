#!/usr/bin/env python3
"""tests/bench/report_rate.py: what a report takes: a month of one check's probes, the week and the capacity of a hundred. `make bench` runs it.

The method and figures are in docs/performance.md; nothing here is asserted by tests.
"""
import os
import pathlib
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


def show(what, store, *words):
    begin = time.monotonic()
    process = subprocess.Popen([BUILD / "nines", "report", *words, "--store", store], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    print(f"{what:<46} {time.monotonic() - begin:6.2f} s {used.ru_utime + used.ru_stime:6.2f} s of CPU"
          + ("" if status == 0 else "  it failed"), flush=True)


with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
    one, many = pathlib.Path(folder) / "one.db", pathlib.Path(folder) / "many.db"
    record.write(one, month())
    record.write(many, list(week()))
    for form in ("text", "html", "csv", "json"):
        show(f"detail, 43,200 probes of six steps, {form}", one, "detail", "--check", "busy", "--month", "2024-04", "--format", form)
    for name in ("digest", "capacity"):
        show(f"{name}, a week of {CHECKS} checks, 2,016 probes each", many, name, "--from", "2024-04-01", "--to", "2024-04-08")
