"""tests/report/records/hostile.py: what must stay a text: names, reasons and words of people that are formulas, markup, writing that turns, and long.

Each has a plain name of the same structure, so that a document of theirs shows what a hostile one may look like.
"""
import json

import record
from reporting import at

from . import HOSTILE, US, incident, of

BEGIN = at(2024, 2, 28)
SPAN = ("--from", "2024-02-28", "--to", "2024-03-01")
NAMES = {
    "check": HOSTILE, "other": "@SUM(A1:A9)</td></table><b>" + "y" * 173, "service": "+1+cmd<img src=x onerror=alert(1)>",
    "category": "-2+3</title><i>\u2066", "sla": "=1+1</style><u>\u200f", "customer": '@SUM(1;1)"><svg onload=alert(1)>', "by": "=A1<s>\u202e\x07",
    "reason": "\t=1+1\x1b[31m<script>alert(1)</script>\u2029\x85", "text": "\r@SUM(1)<!-- \x08", "zone": "=bl.example<p>", "location": "-here<a href=//x>",
}
PLAIN = {kind: f"{place:02} {kind} ".ljust(len(NAMES[kind]), "x")  # in the same order, as long
         for place, kind in enumerate(sorted(NAMES, key=NAMES.get))}


def lines(names):
    """Two days of two checks, one down, slow and acknowledged, one of blocking lists; a service of both; a window of maintenance; a marker."""
    n, down = names, BEGIN + 40 * 1800
    states = "u" * 40 + "ddd" + "u" * 30 + "d" + "g" * 4 + "u" * 10
    facts = {"fact.lists": f"{n['zone']}: listed 127.0.0.2; b.example: unusable {n['reason']}", "fact.texts": f"{n['zone']}: {n['text']}"}
    said = dict(location=n["location"], steps="connect:1490,first-byte:4800")
    return [
        record.target(n["check"], 1800, category=n["category"]), record.target(n["other"], 1800, module="dnsbl", category=n["category"]),
        record.service(n["service"], [n["check"], n["other"]], category=n["category"]),
        *(record.result(n["check"], BEGIN + i * 1800, record.STATES[s], 1800, **(said | ({"reason": n["reason"]} if s != "u" else {})))
          for i, s in enumerate(states)),
        *(record.result(n["other"], BEGIN + i * 1800, "down" if i < 30 else "up", 1800, item=n["text"], **facts) for i in range(88)),
        *incident("i1", n["check"], down, down + 5400, step="connect", reason=n["reason"]),
        of("diagnosis", "i1", check=n["check"], at_us=(down + 60) * US, text=n["text"] + "\n" + n["reason"]),
        record.named("standing", n["check"], kind="ack", event="begin", by=n["by"], reason=n["reason"], at_us=(down + 240) * US, incident="i1"),
        record.named("maintenance", "w1", services=n["check"], start_us=(BEGIN + 75 * 1800) * US, end_us=(BEGIN + 77 * 1800) * US,
                     announced_us=BEGIN * US, impact="outage", by=n["by"], text=n["text"]),
        of("marker", "-", kind="gap", at_us=(BEGIN + 7200) * US, from_us=(BEGIN + 3600) * US, by_us=3600 * US, text=n["reason"]),
    ]


def conf(names):
    """A customer of both, who has an sla."""
    n = {kind: json.dumps(name, ensure_ascii=False) for kind, name in names.items()}
    return (f'customer {n["customer"]} {{ services = {{{n["check"]}, {n["other"]}}} sla = {n["sla"]} contact = {{"office"}} }}\n'
            f'contact "office" {{ path "email:office@example.com" {{ }} }}\n'
            f'sla {n["sla"]} {{ target = 99.99 zone = "Atlantic/Reykjavik" holidays = {{{json.dumps("02-29 " + names["category"], ensure_ascii=False)}}} }}\n')


def said(names):
    """What somebody said of it afterwards."""
    def say(reclassify):
        reclassify(names["check"], "--from", "2024-02-28T20:00:00Z", "--to", "2024-02-28T21:00:00Z", "--as", "excluded", "--reason", names["reason"],
                   "--by", names["by"])
    return say


def orders(names):
    """Each report's words."""
    whose = ("--customer", names["customer"])
    return {"sla": whose, "detail": ("--check", names["check"]), "digest": ("days=2",), "statistics": ("days=7",), "blacklist": (), "capacity": (),
            "burn": whose, "nines": ("target=99.9", "members=3")}
