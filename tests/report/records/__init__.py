"""tests/report/records: the records and configurations of the golden documents, a module each, small, so that a person reads what comes of them.

Their functions give the lines of record.py, which reporting.store() makes a database of, once.
"""
import record
from reporting import at

US = record.SECOND
HOUR, DAY = 3600, 86400
BEGIN = at(2024, 2, 27)
LEAP = ("--from", "2024-02-27", "--to", "2024-03-01")
STEPS = "resolve:812,connect:13490,tls:44100,first-byte:98100"
# What people have named things, or a server has said: a formula, markup, writing from right to left and what turns it.
HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>&\u202e\u05e9\u05dc\u05d5\u05dd ' + "x" * 150


def of(verb, identity, **words):
    """A line about what has an identity."""
    return f"{verb} {identity} " + " ".join(f"{key}={record.role.quote(value)}" for key, value in words.items())


def incident(number, check, from_s, to_s, **words):
    """A confirmed one, closed at its end."""
    return [of("incident", number, check=check, event="confirmed", start_us=from_s * US, at_us=(from_s + 60) * US, **words),
            of("incident", number, check=check, event="closed", start_us=from_s * US, at_us=to_s * US)]
