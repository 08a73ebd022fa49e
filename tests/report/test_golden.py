#!/usr/bin/env python3
"""Eleven documents, each to the byte as text, HTML, CSV, JSON and on the sheets of its PDF, A4 and Letter.

NINES_GOLDEN=1 writes the golden files anew.
"""
import functools
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import reporting
from records import LEAP, blacklist, burn, capacity, contract, detail, digest, hostile, sla, statistics
from tap import run

STORE_SIZE = r'database now.*|"store.*_bytes": .*|[0-9.]+ MB'
SAID = r'20(2[5-9]|[3-9][0-9])-[0-9T: .-]+|"id": "[0-9a-z]{12}"'  # when somebody said it: now
DOCUMENTS = {  # name: (record, words, more of reporting.store, mask)
    "sla": (sla.web, ("sla", *LEAP)),
    "sla-customer": (contract.days, ("sla", "--customer", "Example Ltd", *contract.SPAN), {"conf": contract.CONF, "afterwards": contract.said}, SAID),
    "sla-what-if": (sla.web, ("sla", "--service", "Web", "--need", "2", *LEAP)),
    "nines": (sla.web, ("nines", "--month", "2024-02", "target=99.95", "downtime=26s", "members=5", "need=3")),
    "detail": (detail.shop, ("detail", "--check", "shop", "--from", "2024-02-28T22:00:00Z", "--to", "2024-02-29")),
    "digest": (digest.week, ("digest", "days=3", *LEAP)),
    "statistics": (statistics.market, ("statistics", "days=14", "periods=today", "periods=7d", *LEAP)),
    "blacklist": (blacklist.history, ("blacklist", "--month", "2024-02")),
    "burn": (burn.four_days, ("burn", "--customer", "Example Ltd", *burn.SPAN), {"conf": burn.CONF}),
    "capacity": (capacity.monitor, ("capacity", "--from", "2024-02-28", "--to", "2024-03-01"), {}, STORE_SIZE),
    "hostile": (functools.partial(hostile.lines, hostile.NAMES), ("sla", "--customer", hostile.NAMES["customer"], *hostile.SPAN),
                {"conf": hostile.conf(hostile.NAMES), "afterwards": hostile.said(hostile.NAMES)}, SAID),
}
for _name, (_make, _words, *_more) in DOCUMENTS.items():
    _store = reporting.store(_make, **(_more[0] if _more else {}))
    reporting.document(_name, *_words, "--store", _store, conf=_store.with_name("nines.conf") if _more and _more[0] else None,
                       mask=_more[1] if len(_more) > 1 else None)

run()
