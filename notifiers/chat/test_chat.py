#!/usr/bin/env python3
"""The notifier chat against fake services that check each payload to the letter, and against servers that fail."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from golden import Golden
from letters import Letter, deliver
from posting import HOSTILE, SECRET, body, common, request_text, shown
from letters import run as command
from servers import Http, reply
from tap import run, test

golden = Golden(__file__)
WORDS = {"check": "mail-1", "state": "down", "incident": "01JD7ZK3M5", "reason": "wanted 220, got '554 go away'", "step": "banner",
         "target": "mail.example.org:25", "since": "2026-11-22T01:02:03.000Z", "page": "https://status.example.org/mail-1"}
TEXT = "mail-1 is not available to all.\n\n+ connect  1.4 ms\n- banner   2.0 ms\n"
ALERT = Letter(id="01JD7ZK4AA", subject="mail-1 is down", text=TEXT, short="mail-1 down: banner", words=WORDS)
DEGRADED = Letter(id="01JD7ZK4AB", subject="mail-1 is degraded", text=TEXT, words={**WORDS, "state": "degraded"})
RECOVERY = Letter(id="01JD7ZK4AC", kind="recovery", subject="mail-1 is up again", text="It is up again.\n", words={**WORDS, "state": "up"})
TEST = Letter(id="test-1", kind="test", subject="Test letter", text="This is a test letter.\n", short="Test")
ODD = Letter(id="01-A.b_c", subject=f"{HOSTILE} is down", text=f"{HOSTILE}\n```\n</pre><b>", short=HOSTILE,
             words={**WORDS, "check": HOSTILE, "reason": HOSTILE})

# name -> (options, address, good reply)
SERVICES = {
    "slack": (["webhook"], "ops", reply(200, b"ok")),
    "mattermost": (["webhook"], "town-square", reply(200, b"ok\n")),
    "rocketchat": (["webhook"], "#ops", reply(200, b'{"success":true}')),
    "teams": (["webhook"], "ops", reply(202)),
    "discord": (["webhook"], "ops", reply(200, b'{"id":"1"}')),
    "telegram": (["url", "token"], "-1001234", reply(200, b'{"ok":true,"result":{"message_id":7}}')),
    "matrix": (["url", "token"], "!abc:example.org", reply(200, b'{"event_id":"$x"}')),
    "ntfy": (["url", "token"], "ops", reply(200, b'{"id":"x","event":"message"}')),
    "pushover": (["url", "token"], "uQiRzpo4", reply(200, b'{"status":1,"request":"x"}')),
    "pagerduty": (["url", "token"], "mail", reply(202, b'{"status":"success","message":"Event processed","dedup_key":"x"}')),
    "gotify": (["url", "token"], "ops", reply(200, b'{"id":25,"appid":5}')),
    "opsgenie": (["url", "token"], "ops", reply(202, b'{"result":"Request will be processed","took":0.3,"requestId":"x"}')),
    "jsm": (["url", "token"], "ops", reply(202, b'{"result":"Request will be processed","took":0.3,"requestId":"x"}')),
}
GIVEN = {"webhook": lambda url: f"webhook={url}/hooks/{SECRET}", "url": lambda url: f"url={url}", "token": lambda _: f"token={SECRET}"}
HEADERS = ("Content-Type", "Authorization", "X-Gotify-Key")


def ask(service, url, letter, *more, **options):
    given, address, _ = SERVICES[service]
    return deliver(f"chat:{address}", f"service={service}", *(GIVEN[name](url) for name in given), *more, letter=letter, **options)


def sent(service, letter, *more):
    """The request of a letter that was delivered."""
    with Http(lambda _: SERVICES[service][2]) as server:
        ask(service, server.url(""), letter, *more).says("delivered")
        assert len(server.requests) == 1
        return server.requests[0]


for service in SERVICES:
    for title, letter in (("alert", ALERT), ("degraded", DEGRADED), ("recovery", RECOVERY), ("test", TEST), ("odd names", ODD)):
        @test(f"{service}: {title}")
        def shape(service=service, title=title, letter=letter):
            request = sent(service, letter)
            json.loads(request.body)
            assert "x-evil" not in request.header and b"\r" not in request.body
            golden(f"{service}: {title}", request_text(request, *HEADERS))

    @test(f"{service}: a text of 3,000 emoji is cut between two characters, and what the service takes at most")
    def long(service=service):
        request = sent(service, Letter(subject="\U0001f600" * 60, text="\U0001f600" * 3000, words=WORDS))
        texts = list(strings(body(request)))
        assert len(request.body) < 28000 or service in ("matrix", "opsgenie", "jsm", "pagerduty", "gotify"), len(request.body)
        assert all("\ufffd" not in text for text in texts)
        for name, most in LIMITS.get(service, {}).items():
            found = dict(named(body(request)))[name]
            assert 0 < measure(service, found) <= most, (service, name, len(found))

    @test(f"{service}: a room or name in the shape of a placeholder stays text")
    def inert(service=service):
        request = sent(service, Letter(subject="{{token}} {{#page}}", text="{{token}}", words=WORDS))
        assert b"{{token}}" in request.body and SECRET.encode() not in request.body.replace(b'"routing_key":"' + SECRET.encode(), b"") \
            .replace(b'"token":"' + SECRET.encode(), b"")


LIMITS = {"discord": {"title": 256, "description": 4096}, "telegram": {"text": 4096 + 40}, "ntfy": {"message": 4096, "title": 250},
          "pushover": {"title": 250, "message": 1024}, "pagerduty": {"summary": 1024, "dedup_key": 255},
          "opsgenie": {"message": 130, "description": 15000, "alias": 512}, "slack": {"text": 4000}, "matrix": {"body": 20000}}


def measure(service, text):
    return len(text.encode()) if service in ("ntfy", "matrix") else len(text.encode("utf-16-le")) // 2


def named(value):
    """(name, text) of every text in a JSON document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                yield name, inner
            yield from named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from named(inner)


def strings(value):
    return (text for _, text in named(value))


common(golden, lambda url, **more: ask("slack", url, ALERT, **more), reply(200, b"ok"))


@test("what a service answers with 200 and means as no is no delivery")
def refused():
    for service, page in (("rocketchat", b'{"success":false,"error":"x"}'), ("telegram", b'{"ok":false}'), ("pushover", b'{"status":0}'),
                          ("pagerduty", b'{"status":"invalid event"}'), ("matrix", b'{"errcode":"M_FORBIDDEN"}'), ("discord", b"[]"),
                          ("gotify", b"ok"), ("ntfy", b'{"id":{}}')):
        with Http(lambda _, page=page: reply(200, page)) as server:
            golden(f"{service} says no with 200", shown(ask(service, server.url(""), ALERT).says("later")))


@test("services that say in their JSON how long to wait are believed, within limits")
def waits():
    for service, page, seconds in (("telegram", b'{"ok":false,"parameters":{"retry_after":35}}', 35), ("discord", b'{"retry_after":0.65}', 1),
                                   ("matrix", b'{"retry_after_ms":2500}', 3), ("discord", b'{"retry_after":1e300}', 3600),
                                   ("discord", b'{"retry_after":-1}', 0), ("telegram", b'{"parameters":5}', 0), ("matrix", b"no", 0)):
        with Http(lambda _, page=page: reply(429, page)) as server:
            assert ask(service, server.url(""), ALERT).says("later").retry_after_s == seconds, (service, page)


@test("pagerduty and opsgenie: trigger, acknowledge and resolve have one key; a summary never shares it")
def incidents():
    acknowledged = Letter(kind="note", words={**WORDS, "event": "acknowledged"})
    summary = Letter(id="01SUM", kind="summary", words=WORDS)
    seen = [body(sent("pagerduty", letter)) for letter in (ALERT, acknowledged, RECOVERY, summary)]
    assert [(one["event_action"], one["dedup_key"]) for one in seen] == \
        [("trigger", "01JD7ZK3M5"), ("acknowledge", "01JD7ZK3M5"), ("resolve", "01JD7ZK3M5"), ("trigger", "01SUM")]
    golden("pagerduty: acknowledge", request_text(sent("pagerduty", acknowledged)))
    golden("opsgenie: acknowledge", request_text(sent("opsgenie", acknowledged)))
    assert sent("opsgenie", RECOVERY).path == "/v2/alerts/01JD7ZK3M5/close?identifierType=alias"


@test("pagerduty: each incident of a summary is an alert of its own, one of too many is one")
def summaries():
    words = {"failing": "web\nmail-1", "failing-incidents": "I1\nI2", "ended": "dns", "ended-incidents": "I3", "count": "3"}
    with Http(lambda _: SERVICES["pagerduty"][2]) as server:
        ask("pagerduty", server.url(""), Letter(id="01SUM", kind="summary", subject="2 down, 1 up", words=words)).says("delivered")
        seen = [body(request) for request in server.requests]
        assert [(one["event_action"], one["dedup_key"]) for one in seen] == [("trigger", "I1"), ("trigger", "I2"), ("resolve", "I3")]
        assert (seen[1]["payload"]["summary"], seen[1]["payload"]["component"], seen[1]["payload"]["source"]) == ("mail-1: 2 down, 1 up", "mail-1", "mail-1")
    many = {"failing": "\n".join(f"c{n}" for n in range(26)), "failing-incidents": "\n".join(f"I{n}" for n in range(26))}
    for more in (many, {"failing": "a\nb", "failing-incidents": "I1"}, {"failing": "a"}):
        assert body(sent("pagerduty", Letter(id="01SUM", kind="summary", words=more)))["dedup_key"] == "01SUM"
    ended = body(sent("pagerduty", Letter(id="01SUM", kind="summary", words={"ended": "a\nb"})))
    assert ended["payload"]["severity"] == "info", "what is over is nothing to wake up for"
    replies = iter([SERVICES["pagerduty"][2], reply(429, header=[("Retry-After", "9")])])
    with Http(lambda _: next(replies)) as server:
        assert ask("pagerduty", server.url(""), Letter(kind="summary", words=words)).says("later").retry_after_s == 9
        assert len(server.requests) == 2


@test("matrix: the transaction is the letter's id, the room is escaped")
def transaction():
    request = sent("matrix", ALERT)
    assert (request.method, request.path) == \
        ("PUT", "/_matrix/client/v3/rooms/%21abc:example.org/send/m.room.message/01JD7ZK4AA")


@test("room stands in for the address; '-' is none")
def rooms():
    assert body(sent("telegram", ALERT, "room=@ops"))["chat_id"] == "@ops"
    assert body(sent("mattermost", ALERT, "room=-x"))["channel"] == "-x"
    with Http(lambda _: reply(200, b"ok")) as server:
        deliver("chat:-", "service=mattermost", f"webhook={server.url('/x')}", letter=ALERT).says("delivered")
        assert "channel" not in body(server.requests[0])


@test("priority replaces that of alerts; Pushover's emergencies are repeated")
def priorities():
    urgent = body(sent("pushover", ALERT, "priority=2"))
    assert (urgent["priority"], urgent["retry"], urgent["expire"]) == (2, 60, 3600)
    assert body(sent("pushover", RECOVERY, "priority=2"))["priority"] == 0
    assert body(sent("telegram", ALERT, "thread=12"))["message_thread_id"] == 12


@test("what lacks in the configuration is said, and nothing goes out")
def lacking():
    cases = (("slack", []), ("telegram", ["url=http://127.0.0.1:1/"]), ("gotify", ["url=http://127.0.0.1:1/"]), ("custom", ["body=x"]),
             ("ntfy", ["url=http://127.0.0.1:1/", "priority=1,\"x\":2"]))
    for service, options in cases:
        golden(f"lacking: {service}", deliver("chat:ops", f"service={service}", *options, letter=ALERT).says("gave-up"))
    golden("lacking: a room", deliver("chat:-", "service=ntfy", "url=http://127.0.0.1:1/", letter=ALERT).says("gave-up"))


@test("a token with odd characters stays inside its place and is not shown")
def odd_token():
    token = 'a"b\\c&d=e%f g/../h'
    with Http(lambda _: reply(400, b'{"told":"a\\"b\\\\c&d=e%f g/../h"}')) as server:
        for service in ("pushover", "telegram", "matrix"):
            done = command("chat:x", f"service={service}", f"url={server.url('')}", f"token={token}", "--trace", letter=ALERT)
            shown_text = (done.stdout + done.stderr).decode()
            for hidden in (token, json.dumps(token)[1:-1], "%22b%5Cc", json.dumps(json.dumps(token)[1:-1])[1:-1]):
                assert hidden not in shown_text, shown_text
        assert body(server.requests[0])["token"] == token
        assert server.requests[1].path == "/bota%22b%5Cc%26d%3De%25f%20g%2F..%2Fh/sendMessage"


@test("neither webhook nor token shows in transcript and reason")
def secrets():
    for service, (given, address, _) in SERVICES.items():
        with Http(lambda request: reply(404, b"no " + request.path.encode() + request.head + request.body)) as server:
            done = command(f"chat:{address}", f"service={service}", *(GIVEN[name](server.url("")) for name in given), "--trace", letter=ALERT)
        assert SECRET not in (done.stdout + done.stderr).decode(), (service, done.stdout)
        assert done.returncode == 2 and b"transcript" in done.stdout


@test("custom: any service by a template, as JSON, form or text")
def custom():
    for form, template in (("json", '{"msg":"{{subject|line}}","to":"{{room}}","key":"{{token}}"}'), ("form", "m={{subject}}&k={{token}}&r={{room}}"),
                           ("text", "{{subject}}: {{text|cut:20}}")):
        with Http(lambda _: reply(201, b"queued")) as server:
            deliver("chat:a b", "service=custom", f"url={server.url('/api?v=1')}", "path=&room={{room}}", f"token={SECRET}", f"body={template}",
                    f"format={form}", "header=X-Subject: {{subject}}", "says=queued", "method=PUT", letter=ODD).says("delivered")
            request = server.requests[0]
        assert request.method == "PUT" and "x-evil" not in request.header
        golden(f"custom: {form}", request_text(request, "Content-Type", "X-Subject"))


@test("custom: a template that is wrong says where; a reply that lacks says is no delivery")
def custom_wrong():
    with Http(lambda _: reply(200, b"busy")) as server:
        for template in ("{{", "{{}}", "{{subject|", "{{subject|loud}}", "{{subject|cut:x}}", "{{#page}}", "{{/page}}", "{{#page}}{{/token}}",
                         "{{" + "x" * 100 + "}}", "{{#page}}" * 9):
            outcome = deliver("chat:x", "service=custom", f"url={server.url('')}", f"body={template}", letter=ALERT).says("gave-up", "of a template")
            golden(f"template {template[:30]}", outcome)
        assert not server.requests
        deliver("chat:x", "service=custom", f"url={server.url('')}", "body=x", "says=queued", letter=ALERT).says("later", "wanted 'queued', got '200 OK'")


run()
