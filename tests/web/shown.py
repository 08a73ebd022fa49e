"""tests/web/shown.py: a site with two pages, services, checks and posts, as the parent and the keeper tell it, for tests of what pages show.

    with shown.site() as web:
        web.get("/api/v2/summary.json")

The page "status" shows everything; "shop" (/pages/shop) the service Shop alone, without details. Nothing of SECRETS may be found on it.
"""
import contextlib
import time

import signing
from keeper import Web, line

NOW_US = int(time.time() * 1e6)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SECRETS = ["vault", "Vault", "secret reason", "192.0.2.77", "Only for us"]


def named(verb, name, /, **words):
    return line(verb, name=name, **words)


def pages(extra=""):
    """What the parent says: targets, then pages."""
    return ("pages 1\n"
            + named("target", "web-1", module="https", every_us=MINUTE, title="Web server 1") + named("target", "web-2", module="https", every_us=MINUTE)
            + named("target", "vault", module="tcp", every_us=MINUTE) + named("target", "backup", module="heartbeat", every_us=MINUTE)
            + named("target", "Shop", members="web-1\nweb-2", need=1, title="The shop") + named("target", "Vault", members="vault", need=1)
            + extra
            + named("page", "status", title="Example status", details="yes", statistics="yes")
            + named("page", "shop", title="Shop status", show="Shop", zone="Europe/London")
            + "pages-end 1\n")


def check(name, state="up", module="https", **words):
    words = {"verdict": state, "reason": "" if state == "up" else "secret reason", "address": "192.0.2.77", "start_us": NOW_US - 5_000_000,
             "elapsed_us": 5200, "steps": "resolve:812,connect:1490,tls:4100,request:4150,first-byte:5000,body:5200", "location": "here",
             "values": "status:200:,body_bytes:24:B,certificate_days:61:d", "http_version": "1.1", "tls_version": "TLSv1.3", "late_us": 1500,
             "missed": 2, "next_us": NOW_US + 30_000_000, "interval_us": MINUTE, **words}
    return named("check", name, module=module, state=state, since_us=NOW_US - HOUR, **words)


def states(web1="up", web2="up", vault="down", shop="up", more=""):
    return (check("web-1", web1, service="Shop") + check("web-2", web2, service="Shop")
            + check("vault", vault, module="tcp", incident="0incident001", incident_us=NOW_US - HOUR)
            + named("check", "backup", module="heartbeat", state="unknown", since_us=NOW_US - DAY) + more
            + named("service", "Shop", state=shop, since_us=NOW_US - 2 * HOUR, need=1, up=2, members="web-1\nweb-2")
            + named("service", "Vault", state=vault, since_us=NOW_US - HOUR, need=1, up=0, members="vault")
            + line("health", ok=1, version="0.1", checks=4, started_us=NOW_US - DAY, letters=3, notify_failed="email 0\npager 4", missed=2, void=7, results=1000, late_us=900, in_flight=1,
                   probers=2, prober_deaths=0, queue=0, dropped=0, location="here")
            + "end -\n")


def card(identity, kind="post", version=1, at_us=NOW_US - HOUR, first_us=None, **words):
    text = line("card", kind=kind, version=version, at_us=at_us, first_us=first_us or at_us, by="ann", **words)
    return text.replace("card -", f"card {identity}", 1)


def post(identity, sort="incident", state="investigating", stage="published", updates=(), **words):
    """The card of a post and those of its updates: (state, body, minutes ago)."""
    words = {"title": f"Title of {identity}", "impact": "major", "start_us": NOW_US - HOUR, "published_us": NOW_US - HOUR, **words}
    text = card(identity, sort=sort, stage=stage, state=state, **words)
    for number, (now, body, ago) in enumerate(updates):
        text += card(f"{identity}-{number:03}", "update", at_us=NOW_US - ago * MINUTE, post=identity, state=now, body=body, author="ann",
                     event_us=NOW_US - ago * MINUTE)
    return text


def window(identity, services="", begins=DAY, lasts=HOUR, **words):
    words = {"services": services, "impact": "outage", "text": "", "from_us": NOW_US + begins, "to_us": NOW_US + begins + lasts, **words}
    return line("window", **words).replace("window -", f"window {identity}", 1)


POSTS = (
    post("0incident00a", components="Shop\nvault", states="partial_outage\nmajor_outage", state="monitoring",
         updates=[("investigating", "We look into it.", 60), ("identified", "It is the cache.", 50), ("monitoring", "Mended,\nwe watch.", 40)])
    + post("0incident00b", components="web-1", state="resolved", impact="minor", start_us=NOW_US - 3 * DAY, over_us=NOW_US - 3 * DAY + HOUR,
           updates=[("investigating", "Slow.", 4320), ("resolved", "Over.", 4260)])
    + post("0incident00c", components="vault", title="Only for us", updates=[("investigating", "Only for us", 30)])
    + post("0incident00d", components="Shop", stage="draft", published_us=0, title="Only for us: a draft")
    + post("0incident00e", components="Shop", stage="withdrawn", title="Only for us: withdrawn")
    + post("0maintain00a", sort="maintenance", state="scheduled", impact="outage", components="Shop", start_us=NOW_US + DAY, end_us=NOW_US + DAY + HOUR,
           title="New disks", updates=[("scheduled", "Announced.", 20)])
    + post("0maintain00b", sort="maintenance", state="in_progress", impact="degraded", components="web-2", start_us=NOW_US - HOUR, end_us=NOW_US + HOUR,
           title="New cables", updates=[("scheduled", "Announced.", 2000), ("in_progress", "Begun.", 60)])
    + post("0maintain00c", sort="maintenance", state="cancelled", impact="outage", components="Shop", start_us=NOW_US + 2 * DAY, end_us=NOW_US + 2 * DAY + HOUR,
           title="New roof", version=3, updates=[("scheduled", "Announced.", 300), ("cancelled", "Not needed.", 200)])
    + post("0news000000a", sort="news", state="published", impact="none", title="A new office", updates=[("published", "Come & see <it>.", 600)])
    + post("0news000000b", sort="news", state="published", impact="none", pages="status", title="Only for us: news", updates=[("published", "Hello", 500)]))


def token(secret, role="viewer", **words):
    """The card of an API token; `secret` is what is sent as Bearer."""
    return signing.token(role, role, secret, **words)


@contextlib.contextmanager
def site(lines=None, cards=POSTS, told=None, **keeper):
    with Web(lines or states(), cards=cards, **keeper) as web:
        web.tell(told or pages())
        yield web
