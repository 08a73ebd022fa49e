#!/usr/bin/env python3
"""tests/bench/import_rate.py: how long `nines import` takes for a million records. `make bench` runs it; nothing is asserted.

Each history is written first, then imported by the command into a new store (nobody else has it), then once more, which changes
nothing. Wall time and the CPU time of the command.
"""
import pathlib
import random
import resource
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))
from daemon import nines  # noqa: E402

RECORDS = 1_000_000
START_S = 1_600_000_000


def csv(path, targets):
    """One sample each five minutes of each target, in order of time; about one in a thousand is down."""
    rng = random.Random(1)
    with open(path, "w", encoding="ascii") as f:
        f.write("service,ts_utc,state,response_ms\n")
        for i in range(RECORDS // targets):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START_S + 300 * i))
            for target in range(targets):
                f.write(f"check-{target},{at},{'down' if rng.random() < 0.001 else 'up'},{rng.randrange(20, 900)}\n")


def nagios(path, targets):
    """Alternating hard states of services, one line a minute."""
    with open(path, "w", encoding="ascii") as f:
        for i in range(RECORDS):
            state = "CRITICAL" if i // targets % 2 else "OK"
            f.write(f"[{START_S + 60 * i}] SERVICE ALERT: host-{i % targets};web;{state};HARD;1;what the plugin said\n")


def measure(folder, kind, path, targets):
    store, more = folder / "db", ["--interval", "5m"] if kind == "csv" else []
    for again in ("", ", again"):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = nines("import", kind, path, *more, "--store", store, timeout=600)
        wall_s = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = sum(f.stat().st_size for f in folder.glob("db*"))
        print(f"import {kind}, {RECORDS:,} records of {targets} targets{again}: {wall_s:.2f} s, {cpu_s:.2f} s of CPU,"
              f" {size / RECORDS:.1f} bytes a record", flush=True)
    for file in folder.glob("db*"):
        file.unlink()


def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        for kind, write in (("csv", csv), ("nagios", nagios)):
            for targets in (10, 1000):
                write(folder / "history", targets)
                measure(folder, kind, folder / "history", targets)


main()
