# timeout: 900
"""Every allocation of a letter's delivery fails in turn, for each notifier over HTTP: never a crash, never given up for want of memory, never
delivered when the other side has not got it (F11).

The ordinary run takes a sample of the places, the same each time; TORTURE=all (make torture) takes every one. What `nines contact test` allocates
before its letter goes is the same for each: the places begin where one ends that is only written to standard error.
"""
import os
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import certs
from fake_jira import Jira
from fake_statuspage import PAGE, Statuspage
from letters import Letter
from posting import SECRET
from servers import Http, reply
from tap import BUILD, ROOT, run, skip, test

PRELOAD = (BUILD / "tests" / "failmalloc.so").relative_to(ROOT)
SAMPLE = 60
END = 60  # allocations, at most, behind a letter that goes nowhere
FEW = {"SSL_CERT_FILE": certs.authority(), "SSL_CERT_DIR": "/nonexistent"}  # not each allocation for each authority of the world
ALLOWED = {0, 3, 75}  # delivered, later, no memory: said and ended; 2 would be given up
COMPONENT = "8kbf7d35c070"
WORDS = {"check": "mail-1", "state": "down", "incident": "01JD7ZK3M5", "reason": "it's \"gone\"", "step": "banner", "owner": "mail"}


def once(tmp, fail_at, words, number):
    """(status, output, allocations) of one delivery; the fail_at-th allocation fails. Each is of an incident of its own."""
    path = tmp / f"count.{threading.get_ident()}"
    letter = tmp / f"letter.{threading.get_ident()}"
    path.write_bytes(struct.pack("QQ", 0, fail_at))
    letter.write_text(Letter(id=f"01L{number}", words={**WORDS, "incident": f"01I{number}"}).line())
    try:
        done = subprocess.run([str(BUILD / "nines"), "contact", "test", *words, "timeout=3s", "--json", "--letter", str(letter)], capture_output=True, text=True,
                              errors="replace", timeout=60, check=False, cwd=ROOT,
                              env={**os.environ, **FEW, "LD_PRELOAD": str(PRELOAD), "FAILMALLOC_FILE": str(path)})
    except subprocess.TimeoutExpired:
        return "hung", "", 0
    return done.returncode, done.stdout + done.stderr, struct.unpack("QQ", path.read_bytes())[0]


def torture(tmp, words, has):
    """`has(number)`: the other side has what letter `number` should bring about."""
    if not (ROOT / PRELOAD).exists():
        skip("failmalloc.so was not built")
    status, output, total = once(tmp, 0, words, 0)
    assert status == 0 and total > 10 and has(0), f"without a failure: status {status}, {total} allocations\n{output}"
    places = range(max(1, once(tmp, 0, ["log:ops"], 0)[2] - END), total + 1)
    if os.environ.get("TORTURE") != "all":
        places = sorted({places[i * len(places) // SAMPLE] for i in range(SAMPLE)})
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(lambda place: once(tmp, place, words, place), places))
    wrong = [f"allocation {place} of {total}: status {status}: {output.strip()[:300]}" for place, (status, output, _) in zip(places, outcomes)
             if status not in ALLOWED or (status == 0 and not has(place))]
    assert not wrong, "\n".join(wrong[:20])


def simple(tmp, good, *words):
    """A service that keeps nothing: the letter's id is in the request."""
    with Http(lambda _: good) as server:
        torture(tmp, [word.replace("URL", server.url("")) for word in words],
                lambda number: any(f"01L{number}\"".encode() in r.body or f"01L{number}&".encode() in r.body for r in server.requests))


@test("chat")
def chat(tmp):
    simple(tmp, reply(200, b'{"id":"1"}'), "chat:ops", "service=opsgenie", "url=URL", f"token={SECRET}")


@test("webhook")
def webhook(tmp):
    simple(tmp, reply(200), "webhook:URL/x", f"secret={SECRET}")


@test("sms")
def sms(tmp):
    simple(tmp, reply(200, b"yes"), "sms:+491711234567", "gateway=custom", "url=URL", "body=to={{to}}&id={{id}}&text={{message}}", "says=yes")


@test("jira")
def jira(tmp):
    with Jira(3) as server:
        torture(tmp, ["jira:OPS", f"url={server.url('')}", "api=3", f"token={SECRET}", "assignees=mail = 5b10ac8d82e05b22cc7d4ef5"],
                lambda number: sum(f"nines-01I{number}" in t.fields["labels"] for t in server.tickets) == 1)


@test("statuspage")
def statuspage(tmp):
    with Statuspage(SECRET, {COMPONENT: "operational"}) as server:
        torture(tmp, [f"statuspage:{COMPONENT}", f"url={server.url('')}", f"page={PAGE}", f"token={SECRET}", "incidents=yes"],
                lambda number: sum(one["metadata"]["nines"]["incident"] == f"01I{number}" for one in server.incidents) == 1)


run()
