#!/usr/bin/env python3
"""The notifier webhook: what is sent is what its manual's schema says, signed so that others can check it."""
import hashlib
import hmac
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from golden import Golden
from letters import Letter, deliver
from letters import run as command
from posting import HOSTILE, SECRET, body, common, shown
from schema import check_schema
from servers import Http, reply
from tap import run, test

HERE = pathlib.Path(__file__).parent
MANUAL = (HERE / "webhook.md").read_text()
SCHEMA = json.loads(re.search(r"^```json\n(.*?)^```", MANUAL, re.S | re.M).group(1))
golden = Golden(__file__)
WORDS = {"form": "alert", "check": "mail-1", "state": "down", "incident": "01JD7ZK3M5", "reason": "wanted 220, got '554 go away'", "step": "banner",
         "steps": "connect:1400,banner:2000!", "target": "mail.example.org:25", "since": "2026-11-22T01:02:03.000Z", "owner": "mail",
         "page": "https://status.example.org/mail-1"}
ALERT = Letter(id="01JD7ZK4AA", subject="mail-1 is down", text="mail-1 is down.\n", words=WORDS)
RECOVERY = Letter(id="01JD7ZK4AC", kind="recovery", subject="mail-1 is up again", text="Up.\n",
                  words={**WORDS, "state": "up", "until": "2026-11-22T02:00:00.000Z"})
TEST = Letter(id="test-1", kind="test", subject="Test letter", text="This is a test letter.\n", short="Test")
ODD = Letter(subject=f"{HOSTILE} is down", text=HOSTILE, short=HOSTILE, words={**WORDS, "check": HOSTILE, "reason": HOSTILE})
LETTERS = {"alert": ALERT, "recovery": RECOVERY, "test": TEST, "odd": ODD, "summary": Letter(kind="summary", words={"count": "3"}),
           "note": Letter(kind="note"), "report": Letter(kind="report"), "confirmation": Letter(kind="confirmation", words={"code": "1"})}


def sent(letter, *options, status=200):
    """The request of a letter that was delivered."""
    with Http(lambda _: reply(status)) as server:
        deliver(f"webhook:{server.url('/hook?x=1')}", *options, letter=letter).says("delivered")
        request = server.requests[0]
        assert len(server.requests) == 1 and (request.method, request.path) == ("POST", "/hook?x=1")
        return request


def signature(request, key):
    """As the manual tells receivers to check it."""
    stamp, _, mac = request.header["x-nines-signature"].partition(",v1=")
    stamp = stamp.removeprefix("t=")
    assert abs(int(stamp) - time.time()) < 100
    return hmac.compare_digest(mac, hmac.new(key, stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest())


for title, letter in LETTERS.items():
    @test(f"{title}: the manual's schema holds, and nothing that it does not know is sent")
    def documented(letter=letter):
        request = sent(letter)
        document = body(request)
        check_schema(SCHEMA, document)
        assert document["id"] == request.header["x-nines-delivery"] == letter.id
        assert document["kind"] == request.header["x-nines-event"] == letter.said["kind"]
        assert request.header["content-type"] == "application/json" and request.header["x-nines-attempt"] == "1"
        assert "x-evil" not in request.header and "x-nines-signature" not in request.header


@test("the document holds the letter's words and steps as they are")
def whole():
    document = body(sent(ALERT))
    assert document["words"] == WORDS and document["text"] == "mail-1 is down.\n"
    assert [(s["name"], s["ok"]) for s in document["steps"]] == [("connect", True), ("banner", False)]
    odd = body(sent(ODD))
    assert odd["words"]["check"] == HOSTILE.replace("\r", "\\x0d"), odd


@test("the signature is HMAC-SHA256 of time and body; another key or body does not fit it")
def signed():
    request = sent(ALERT, f"secret={SECRET}")
    assert re.fullmatch(r"t=\d{10},v1=[0-9a-f]{64}", request.header["x-nines-signature"])
    assert signature(request, SECRET.encode()) and not signature(request, b"other")
    request.body += b" "
    assert not signature(request, SECRET.encode())
    long = "k\u00e9y" * 100
    assert signature(sent(ODD, f"secret={long}"), long.encode()), "a key longer than a block"


@test("the manual's own example of a receiver accepts what is sent, and nothing else")
def receiver():
    names = {}
    exec(re.search(r"^```python\n(.*?)^```", MANUAL, re.S | re.M).group(1), names)  # the manual's code, ours
    request = sent(ALERT, f"secret={SECRET}")
    said = request.header["x-nines-signature"]
    assert names["is_from_nines"](SECRET.encode(), said, request.body)
    assert not names["is_from_nines"](SECRET.encode(), said, request.body + b" ")
    assert not names["is_from_nines"](SECRET.encode(), said.replace("t=", "t=1"), request.body)
    old = str(int(time.time()) - 1000)
    forged = hmac.new(SECRET.encode(), old.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert not names["is_from_nines"](SECRET.encode(), f"t={old},v1={forged}", request.body), "an old one, sent again"


@test("token, user and headers are sent")
def headers():
    request = sent(ALERT, f"token={SECRET}", "header=X-One: 1", "header=X-Two: 2")
    assert request.header["authorization"] == f"Bearer {SECRET}"
    assert (request.header["x-one"], request.header["x-two"]) == ("1", "2")
    assert sent(ALERT, "user=joe", "password=hush").header["authorization"] == "Basic am9lOmh1c2g="


@test("any 2xx is delivered")
def good():
    for status in (200, 201, 202, 204):
        sent(ALERT, status=status)


@test("format = alertmanager: version 4, to the letter")
def alertmanager():
    seen = {}
    for title, letter in (("alert", ALERT), ("recovery", RECOVERY), ("test", TEST), ("odd", ODD)):
        document = body(sent(letter, "format=alertmanager"))
        assert set(document) == {"version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations",
                                 "externalURL", "alerts"}
        (alert,) = document["alerts"]
        assert set(alert) == {"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"}
        assert document["version"] == "4" and document["status"] == alert["status"]
        assert all(isinstance(value, str) for part in (alert["labels"], alert["annotations"]) for value in part.values())
        assert re.fullmatch("[0-9a-f]{16}", alert["fingerprint"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", alert["startsAt"])
        seen[title] = document
        document["receiver"] = "URL"
        if title != "test":
            golden(f"alertmanager: {title}", json.dumps(document, ensure_ascii=False))
    (alert,), (recovery,), (tried,) = (seen[name]["alerts"] for name in ("alert", "recovery", "test"))
    assert (alert["status"], recovery["status"]) == ("firing", "resolved") and alert["fingerprint"] == recovery["fingerprint"]
    assert alert["labels"] == recovery["labels"], "what an alert is known by stays the same"
    assert alert["endsAt"] == "0001-01-01T00:00:00Z" and recovery["endsAt"] == "2026-11-22T02:00:00.000Z"
    assert tried["labels"]["alertname"] == "nines test" and tried["annotations"]["severity"] == "info"


@test("format = alertmanager: each incident of a summary is an alert")
def alertmanager_summary():
    words = {"failing": "web\nmail-1", "failing-incidents": "I1\nI2", "ended": "dns", "ended-incidents": "01JD7ZK3M5"}
    document = body(sent(Letter(id="01SUM", kind="summary", words=words), "format=alertmanager"))
    assert [(a["labels"]["alertname"], a["labels"]["incident"], a["status"]) for a in document["alerts"]] == \
        [("web", "I1", "firing"), ("mail-1", "I2", "firing"), ("dns", "01JD7ZK3M5", "resolved")]
    assert document["status"] == "firing" and document["commonLabels"] == {"monitor": "nines"} and document["groupKey"] == "nines:01SUM"
    alone = body(sent(ALERT, "format=alertmanager"))["alerts"][0]
    assert document["alerts"][2]["fingerprint"] == alone["fingerprint"] and alone["labels"]["monitor"] == "nines"
    long = {"failing": "\n".join(f"c{n}" for n in range(25)), "failing-incidents": "\n".join(f"I{n}" for n in range(25))}
    many = body(sent(Letter(kind="summary", text="x\n" * 8000, words=long), "format=alertmanager"))
    assert len(many["alerts"]) == 25
    over = body(sent(Letter(kind="summary", words={"ended": "dns", "ended-incidents": "I3"}), "format=alertmanager"))
    assert over["status"] == over["alerts"][0]["status"] == "resolved"


common(golden, lambda url, **more: deliver(f"webhook:{url}/x", f"secret={SECRET}", letter=ALERT, **more), reply(200, b"whatever"), says=False)


@test("an address that is none gives up")
def no_address():
    golden("no address", deliver("webhook:hooks.example.org", letter=ALERT).says("gave-up"))
    golden("no url", deliver("webhook:x", f"url=ftp://x/{SECRET}", letter=ALERT).says("gave-up"))


@test("neither the secret address nor key, token and password show")
def secrets():
    with Http(lambda request: reply(403, b"no " + request.path.encode() + request.head + request.body)) as server:
        done = command("webhook:ops", f"url={server.url('/in/' + SECRET)}", f"secret={SECRET}k", f"token={SECRET}t", f"password={SECRET}p",
                       "--trace", letter=ALERT)
        assert server.requests[0].path == "/in/" + SECRET
    said = (done.stdout + done.stderr).decode()
    assert SECRET not in said and "v1=" in said and done.returncode == 2, said
    outcome = deliver(f"webhook:{server.url('/')}", f"secret={SECRET}", letter=ALERT)
    assert shown(outcome)


run()
