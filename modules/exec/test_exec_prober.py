#!/usr/bin/env python3
"""Many plugins in one prober: fifty that hang, ignore SIGTERM and fork hold nobody up, and leave nothing behind (F23)."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace
namespace.enter()
import role
from daemon import until
from tap import BUILD, run, test

HANGING, GOOD = 50, 20


def left(mark):
    """Processes that have `mark` among their arguments."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found


@test("fifty hanging plugins and twenty good ones: the good ones end while the others hang")
def hanging(tmp):
    mark = str(100000 + os.getpid())
    for name, text in (("hang", f"trap '' TERM\nsleep {mark} &\nsleep {mark}"), ("good", "echo 'OK | a=1'")):
        (tmp / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp / name).chmod(0o755)
    with role.Prober(modules={"exec": BUILD / "modules" / "exec.so"}, pool="exec") as p:
        p.tell(f"check 1 name=hang module=exec timeout_us=10000000 opt.command={role.quote(tmp / 'hang')}",
               f"check 2 name=good module=exec timeout_us=60000000 opt.command={role.quote(tmp / 'good')}")
        p.tell(*(f"probe {n} check=1 due_us={role.now_us()}" for n in range(1, HANGING + 1)))
        p.tell(*(f"probe {1000 + n} check=2 due_us={role.now_us()}" for n in range(GOOD)))
        for n in range(GOOD):
            assert p.result(1000 + n)["verdict"] == "up"
        assert not p.results, f"ended already: {p.results}"
        for n in range(1, HANGING + 1):
            result = p.result(n)
            assert (result["verdict"], result["reason"]) == ("down", "timeout after 10s"), result
        until("nothing is left behind", lambda: not left(mark.encode()))


run()
