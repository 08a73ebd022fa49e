"""tests/lib/clock.py: clocks of the processes under test that the test sets (clock.c). A sanitizer wants to be loaded first: such a test is skipped.

    env = clock.ahead(tmp, file)                # monotonic, by the microseconds in that file
    clock.stand(tmp, "2024-04-02T09:30:00Z")    # the wall clock of this test, and of all that it starts from there on
"""
import calendar
import os
import subprocess
import time

from tap import BUILD, ROOT, skip


def _preload(folder):
    if str(BUILD).endswith("asan"):
        skip("a sanitizer wants to be loaded first")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "clock.so", ROOT / "tests/lib/clock.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(folder / "clock.so")}


def ahead(folder, file):
    """The environment of a process whose monotonic clock is ahead."""
    return {"AHEAD": str(file), **_preload(folder)}


def stand(folder, when):
    """The wall clock stands; now_us() says where, too."""
    os.environ.update(_preload(folder), NOW_US=str(calendar.timegm(time.strptime(when, "%Y-%m-%dT%H:%M:%SZ")) * 10**6))


def now_us():
    return int(os.environ.get("NOW_US") or time.time() * 1e6)
