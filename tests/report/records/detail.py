"""tests/report/records/detail.py: twenty minutes of a check, each probe another."""
import record
from reporting import at

from . import HOSTILE


BEGIN = at(2024, 2, 28, 22, 50)
MINUTE = 60 * record.SECOND


def probe(name, minute, verdict="up", **words):
    at_us = BEGIN * record.SECOND + minute * MINUTE
    return record.named("result", name, **{"verdict": verdict, "ends": verdict, "due_at_us": at_us, "start_us": at_us + 1500,
                                           "interval_us": MINUTE, "location": "here", **words})


def shop():
    """Twenty minutes: a redirect, a failed step, one that was slow, one during which the monitor stood still, two locations, hostile texts."""
    fine = {"steps": "resolve:812,connect:13490,tls:44100,request:44200,first-byte:98100,body:120400", "elapsed_us": 121000}
    hop = {"steps": "resolve:900,connect:9000,first-byte:30000,resolve@1:30500,connect@1:41000,first-byte@1:90000", "elapsed_us": 91000}
    return [
        record.target("shop"), record.target(HOSTILE), record.service("Web", ["shop"]),
        *(probe("shop", m, **fine, address="192.0.2.7:443") for m in range(8)),
        probe("shop", 8, **hop),
        probe("shop", 9, "down", steps="resolve:700,connect:5000700!", elapsed_us=5000800, reason=f"connect: {HOSTILE}"),
        probe("shop", 10, "down", steps="resolve:700,connect:3100!", elapsed_us=3200, reason="connection refused by '192.0.2.7'"),
        probe("shop", 11, "degraded", steps="resolve:700,connect:2000,tls:9000,request:9100,first-byte:2909100,body:2999000",
              elapsed_us=3000000, reason="wanted within 2s, took 3s", location="there"),
        probe("shop", 12, stall=1, steps="resolve:700,connect:9000000", elapsed_us=9000000),
        probe("shop", 13, "unknown", reason="no memory", elapsed_us=100),
        *(probe("shop", m, **fine) for m in range(14, 20)),
        probe(HOSTILE, 0, steps="connect:1490", elapsed_us=1500), probe(HOSTILE, 1, "down", steps="connect:90!", elapsed_us=95, reason=HOSTILE),
    ]
