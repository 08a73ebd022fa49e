"""tests/report/records/sla.py: three days of a service and its checks."""
import record

from . import BEGIN, STEPS, US, incident, of


def web():
    """Three days of two checks and the service that they carry: an outage that was diagnosed and acknowledged, a blip, a gap, a void cycle, slow answers."""
    one = "u" * 1640 + "d" * 10 + "u" * 50 + "d" + "u" * 200 + "g" * 20 + "u" * 2399
    two = "u" * 1645 + "d" * 10 + "u" * 45 + " " * 60 + "??" + "u" * 2558
    down = BEGIN + 1640 * 60
    return [
        record.target("web-1"), record.target("web-2"), record.service("Web", ["web-1", "web-2"]),
        *record.results("web-1", BEGIN, 60, one, steps=STEPS, elapsed_us=99000), *record.results("web-2", BEGIN, 60, two, steps="connect:1490,first-byte:4800", elapsed_us=5000),
        *incident("i1", "web-1", down, down + 600, step="connect", reason="connection refused by '192.0.2.7'"),
        of("diagnosis", "i1", check="web-1", at_us=(down + 60) * US, text="ping: 3 of 3 lost\ntraceroute: ends at hop 4"),
        of("standing", "web-1", kind="ack", event="begin", by="anna", reason="known", at_us=(down + 240) * US, incident="i1"),
    ]
