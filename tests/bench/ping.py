#!/usr/bin/env python3
"""tests/bench/ping.py [PROBES] [A_TICK]: what one ping with one packet costs a prober, by the processor time of its process.

Sends PROBES probes, A_TICK in a frame, a frame each 10 ms as the keeper does, to 127.0.0.1 and ::1, in a network of its own.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import namespace

namespace.enter()

import role
from tap import BUILD


def on_cpu_us(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
        return int(f.read().split()[0]) / 1000


def measure(host, probes, a_tick):
    with role.Prober(modules={"ping": BUILD / "modules" / "ping.so"}) as p:
        p.tell(f"check 1 name=x module=ping timeout_us=5000000 opt.host={host} opt.packets=1", "probe 0 check=1")
        p.result(0)
        before, bad, rtt = on_cpu_us(p.process.pid), 0, 0
        for first in range(1, probes + 1, a_tick):
            due = role.now_us()
            numbers = range(first, min(first + a_tick, probes + 1))
            p.tell(*(f"probe {n} check=1 due_us={due}" for n in numbers))
            for n in numbers:
                r = p.result(n)
                bad += r["verdict"] != "up"
                rtt += int(role.values(r).get("rtt_avg", "0 us").split()[0])
            time.sleep(max(0, 0.01 - (role.now_us() - due) / 1e6))
        used = on_cpu_us(p.process.pid) - before
        print(f"{host}: {used / probes:.2f} us of processor a probe, {bad} of {probes} not up, mean rtt {rtt / probes:.0f} us")


def main():
    probes, a_tick = (int(w) for w in (sys.argv[1:] + ["20000", "20"][len(sys.argv) - 1:])[:2])
    for host in ("127.0.0.1", "::1"):
        measure(host, probes, a_tick)


main()
