"""tests/report/records/capacity.py: a monitor that was off, stood still, was late."""
import record
from reporting import at

from . import HOSTILE


BEGIN = at(2024, 2, 28, 12)
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
        # three quarters of an hour of what the monitor took, one of which an unknown CPU time; the last began on the second day
        *(marker("effort", at_s + 900, said, from_us=(BEGIN + at_s) * SECOND) for at_s, said in (
            (0, "cpu:31250:ppm,memory:48123904:B,in_flight:3200:m,in_flight_most:21,waiting_most:0,queue_most:15,letters_most:1"),
            (900, "memory:50000000:B,in_flight:1200:m,in_flight_most:7,waiting_most:4,queue_most:2,letters_most:0"),
            (12 * 3600, "cpu:1500000:ppm,memory:1:B,in_flight:0:m,in_flight_most:0,waiting_most:0,queue_most:0,letters_most:0,later:7:x"))),
        marker("start", -5, ""), marker("monitor-off", 30 * 60 - 1, "nothing was watched for 10m at most",
                                        from_us=(BEGIN + 20 * 60 - 1) * SECOND, to_us=(BEGIN + 30 * 60 - 1) * SECOND),
        marker("gap", 45 * 60 - 1, f"stood still {HOSTILE}", from_us=(BEGIN + 40 * 60 - 1) * SECOND, by_us=300 * SECOND),
        marker("clock-step", 50 * 60, "clock stepped by 2.00s", by_us=2 * SECOND),
    ]
