#!/usr/bin/env python3
"""The notifier jira against a fake Jira that keeps its tickets and checks each documented request."""
import base64
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from fake_jira import MOVES, Jira
from golden import Golden
from letters import Letter, deliver
from letters import run as command
from posting import HOSTILE, SECRET, body, common, request_text, shown
from servers import Http, close, reply, send
from tap import run, test

golden = Golden(__file__)
WORDS = {"check": "mail-1", "state": "down", "incident": "01JD7ZK3M5", "owner": "mail team"}
ALERT = Letter(id="01A", subject="mail-1 is down", text="mail-1 is down.\n\n- banner   2.0 ms\n", words=WORDS)
REPEAT = Letter(id="01B", subject="mail-1 is still down", text="mail-1 is still down.\n", words=WORDS)
RECOVERY = Letter(id="01C", kind="recovery", subject="mail-1 is up again", text="Up.\n", words=WORDS)
AGAIN = Letter(id="01D", subject="mail-1 is down", text="Down again.\n", words=WORDS)
TEST = Letter(id="test-1", kind="test", subject="Test letter", text="This is a test letter.\n")
ODD = Letter(id="01E", subject=f"{HOSTILE} is down " * 20, text=HOSTILE, words={**WORDS, "check": HOSTILE})
MAP = {2: ("assignees=web team = alice\nmail team=bob",), 3: ("assignees=mail team = 5b10ac8d82e05b22cc7d4ef5",)}
PERSON = {2: {"name": "bob"}, 3: {"accountId": "5b10ac8d82e05b22cc7d4ef5"}}


def tell(jira, letter, *options, project="OPS", **more):
    return deliver(f"jira:{project}", f"url={jira.url('')}", f"api={jira.api}", f"token={SECRET}", *options, letter=letter, **more)


def flat(text):
    """All that a text says, whatever its version."""
    return json.dumps(text, ensure_ascii=False)


for api in (2, 3):
    @test(f"api {api}: one ticket an incident: made and assigned, commented, resolved, opened again")
    def life(api=api):
        with Jira(api) as jira:
            tell(jira, ALERT, *MAP[api]).says("delivered")
            (ticket,) = jira.tickets
            assert ticket.fields["assignee"] == PERSON[api] and ticket.fields["labels"] == ["nines", "nines-01JD7ZK3M5"]
            assert ticket.fields["summary"] == "mail-1 is down" and "- banner   2.0 ms" in flat(ticket.fields["description"])
            assert not ticket.comments
            tell(jira, REPEAT, *MAP[api]).says("delivered")
            assert len(ticket.comments) == 1 and "still down" in flat(ticket.comments[0]) and ticket.is_open
            tell(jira, RECOVERY).says("delivered")
            assert not ticket.is_open and "Up." in flat(ticket.comments[1])
            tell(jira, AGAIN).says("delivered")
            assert ticket.is_open and len(ticket.comments) == 3 and len(jira.tickets) == 1
            for number, request in enumerate(jira.requests[:6]):
                golden(f"api {api}: request {number + 1}", request_text(request))
            assert not jira.wrong, jira.wrong

    @test(f"api {api}: a letter whose reply was lost makes no second ticket, comment or move")
    def lost(api=api):
        for letter in (ALERT, REPEAT, RECOVERY, AGAIN):
            with Jira(api) as jira:
                for earlier in (ALERT, REPEAT, RECOVERY, AGAIN)[:(ALERT, REPEAT, RECOVERY, AGAIN).index(letter)]:
                    tell(jira, earlier).says("delivered")
                calm = len(jira.requests)
                tell(jira, letter).says("delivered")
                wanted = state(jira)
                writes = len(jira.requests) - calm
            for cut in range(writes):
                with Jira(api) as jira:
                    for earlier in (ALERT, REPEAT, RECOVERY, AGAIN)[:(ALERT, REPEAT, RECOVERY, AGAIN).index(letter)]:
                        tell(jira, earlier)
                    deaf_after(jira, cut)
                    tell(jira, letter).says("later")
                    jira.before = lambda request: None
                    tell(jira, letter).says("delivered")
                    assert state(jira) == wanted, (letter.id, cut)

    @test(f"api {api}: odd names, and texts without end")
    def odd(api=api):
        with Jira(api) as jira:
            tell(jira, ODD, "labels=one\ntwo", f"priority=High").says("delivered")
            tell(jira, Letter(id="01F", text="\u00e9" * 8000, words=WORDS)).says("delivered")
            tell(jira, Letter(id="01G", text="", words=WORDS)).says("delivered")
            assert not jira.wrong and len(jira.tickets) == 1 and len(jira.tickets[0].comments) == 2, jira.wrong
            golden(f"api {api}: odd", request_text(jira.requests[1]))
            assert jira.tickets[0].fields["labels"][2:] == ["one", "two"]
            assert "{noformat}\ncaf" not in flat(jira.tickets[0].fields["description"])


def state(jira):
    return [(t.fields, t.status, t.comments, t.moves) for t in jira.tickets]


def deaf_after(jira, requests):
    """The request number `requests` from now is obeyed, and its reply lost; what follows as well."""
    begun = len(jira.requests)
    act = jira._act

    def before(request):
        if len(jira.requests) - begun <= requests:
            return None
        if len(jira.requests) - begun == requests + 1:
            act(request)
        return [close()]
    jira.before = before


common(golden, lambda url, **more: deliver("jira:OPS", f"url={url}", f"token={SECRET}", letter=RECOVERY, **more),
       reply(200, b'{"issues":[]}'))


@test("the login: user and token, or a token alone")
def login():
    basic = base64.b64encode(f"joe@example.org:{SECRET}".encode()).decode()
    with Jira(3, authorization=f"Basic {basic}") as jira:
        tell(jira, ALERT, "user=joe@example.org").says("delivered")
        golden("login refused", tell(jira, ALERT, "user=jim").says("gave-up"))
    with Jira(2, authorization=f"Bearer {SECRET}") as jira:
        tell(jira, ALERT).says("delivered")


@test("an owner that is not in the map gets `assignee`; whom Jira refuses nobody, and the ticket is made all the same")
def nobody():
    with Jira(2) as jira:
        tell(jira, ALERT, *MAP[2], "assignee=alice").says("delivered")
        tell(jira, Letter(id="01X", words={**WORDS, "owner": "mail", "incident": "2"}), *MAP[2], "assignee=alice").says("delivered")
        tell(jira, Letter(id="01Y", words={**WORDS, "owner": "", "incident": "3"}), *MAP[2]).says("delivered")
        tell(jira, Letter(id="01Z", words={**WORDS, "incident": "4"}), "assignees=mail team = gone").says("delivered")
        assert [t.fields.get("assignee") for t in jira.tickets] == [{"name": "bob"}, {"name": "alice"}, None, None]
        assert jira.wrong == [{"assignee": "User 'gone' does not exist."}]


@test("what Jira refuses is given up with its words")
def refused():
    with Jira(2) as jira:
        golden("no such issue type", tell(jira, ALERT, "issue-type=Disaster").says("gave-up"))
        golden("no such priority", tell(jira, ALERT, "priority=Urgent").says("gave-up"))
        golden("no such project", tell(jira, ALERT, project="NONE").says("gave-up"))
        for project in ("", "OPS\" OR 1=1", "1OPS", "a/b"):
            golden(f"no project: {project}", tell(jira, ALERT, project=project).says("gave-up"))
        assert not jira.tickets


@test("transitions by name; one that is not there is said, and what was commented stays")
def moves():
    with Jira(2) as jira:
        for letter, options in ((ALERT, []), (RECOVERY, ["resolve=close IT", "resolution=Done"]), (AGAIN, ["reopen=Reopen"])):
            tell(jira, letter, *options).says("delivered")
        assert [m["transition"]["id"] for m in jira.tickets[0].moves] == ["31", "42"]
        assert jira.tickets[0].moves[0]["fields"] == {"resolution": {"name": "Done"}} and "fields" not in jira.tickets[0].moves[1]
        golden("no such transition", tell(jira, Letter(id="01H", kind="recovery", words=WORDS), "resolve=Bury").says("gave-up"))
    with Jira(2, moves={**MOVES, "To Do": [("11", "Start", "In Progress")]}) as jira:
        tell(jira, ALERT)
        golden("no way to done", tell(jira, RECOVERY).says("gave-up"))
        golden("no way to done, again", tell(jira, RECOVERY).says("gave-up"))
        assert len(jira.tickets[0].comments) == 1


@test("a recovery without a ticket, or of one that is done, is delivered and does nothing")
def over():
    with Jira(2) as jira:
        tell(jira, RECOVERY).says("delivered")
        assert not jira.tickets and len(jira.requests) == 1
        tell(jira, ALERT)
        jira.tickets[0].status = "Done"
        tell(jira, RECOVERY).says("delivered")
        assert not jira.tickets[0].comments and not jira.tickets[0].moves


@test("a test makes a ticket and resolves it; a summary has one of its own")
def others():
    with Jira(2) as jira:
        tell(jira, TEST).says("delivered")
        tell(jira, TEST).says("delivered")
        assert [t.is_open for t in jira.tickets] == [False] and jira.tickets[0].fields["labels"] == ["nines", "nines-test-1"]
        tell(jira, Letter(id="01S", kind="summary", words={"incident": "1\n2"})).says("delivered")
        assert jira.tickets[1].fields["labels"] == ["nines", "nines-01S"]


@test("each incident of a summary has a ticket of its own, and those that ended are resolved")
def summaries():
    begin = Letter(id="01S1", kind="summary", subject="2 down", words={"failing": "web\nmail-1", "failing-incidents": "I1\nI2"})
    end = Letter(id="01S2", kind="summary", subject="2 up", words={"ended": "mail-1\nweb", "ended-incidents": "I2\nI1"})
    for cut in (None, 1, 3):
        with Jira(2) as jira:
            if cut is not None:
                deaf_after(jira, cut)
                tell(jira, begin).says("later")
                jira.before = lambda request: None
            tell(jira, begin).says("delivered")
            assert [(t.fields["labels"][1], t.fields["summary"]) for t in jira.tickets] == [("nines-I1", "web: 2 down"), ("nines-I2", "mail-1: 2 down")]
            tell(jira, end).says("delivered")
            assert [t.is_open for t in jira.tickets] == [False, False] and all(len(t.comments) == 1 for t in jira.tickets)


@test("replies that are none of Jira's: later, and nothing is made")
def strange():
    for page in (b"{}", b'{"issues":{}}', b'{"issues":[{}]}', b'{"issues":[{"key":"OPS-1/../.."}]}', b'{"issues":[{"key":5}]}', b'{"issues":"x"}'):
        with Http(lambda _, page=page: reply(200, page)) as server:
            golden(f"strange: {page.decode()}", deliver("jira:OPS", f"url={server.url('')}", letter=ALERT).says("later"))
            assert len(server.requests) == 1
    for page in (b"{}", b"[]", b'{"key":""}', b'{"key":"a b"}', b"ok"):
        with Jira(2) as jira:
            jira.before = lambda request, page=page: reply(201, page) if request.path.endswith("/issue") else None
            golden(f"strange create: {page.decode()}", tell(jira, ALERT).says("later"))


@test("429 in the middle says when to come back")
def busy():
    with Jira(3) as jira:
        jira.before = lambda request: reply(429, header=[("Retry-After", "7")]) if request.path.endswith("/issue") else None
        assert tell(jira, ALERT).says("later").retry_after_s == 7


@test("the token shows nowhere")
def secrets():
    with Http(lambda request: reply(403, request.head)) as server:
        for more in ([], ["user=joe"]):
            done = command("jira:OPS", f"url={server.url('')}", f"token={SECRET}", *more, "--trace", letter=ALERT)
            said = (done.stdout + done.stderr).decode()
            assert SECRET not in said and base64.b64encode(f"joe:{SECRET}".encode()).decode() not in said, said
    assert send and shown and body


run()
