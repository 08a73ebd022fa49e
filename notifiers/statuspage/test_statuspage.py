#!/usr/bin/env python3
"""The notifier statuspage against a fake page that keeps its components and incidents and checks each documented request."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from fake_statuspage import PAGE, Statuspage
from golden import Golden
from letters import Letter, deliver
from letters import run as command
from posting import HOSTILE, SECRET, common, request_text
from servers import Http, close, reply
from tap import run, test

golden = Golden(__file__)
MAIL, WEB = "8kbf7d35c070", "ftgks51sfs2d"
WORDS = {"check": "mail-1", "title": "Mail", "state": "down", "incident": "01JD7ZK3M5", "number": "1"}
ALERT = Letter(id="01A", words=WORDS)
REPEAT = Letter(id="01B", words={**WORDS, "number": "2"})
RECOVERY = Letter(id="01C", kind="recovery", words={**WORDS, "state": "up"})
DEGRADED = Letter(id="01D", words={**WORDS, "state": "degraded"})
TEST = Letter(id="test-1", kind="test")
MAP = f"components=mail-1 = {MAIL}\nweb = {WEB}"


def page(**more):
    return Statuspage(SECRET, {MAIL: "operational", WEB: "operational"}, **more)


def tell(hosted, letter, *options, to=MAIL, key=SECRET, **more):
    return deliver(f"statuspage:{to}", f"url={hosted.url('')}", f"page={PAGE}", f"token={key}", *options, letter=letter, **more)


@test("down, degraded and up become what the page calls them; what is so already is not set again")
def component():
    with page() as hosted:
        for letter in (ALERT, REPEAT, DEGRADED, RECOVERY, RECOVERY):
            tell(hosted, letter).says("delivered")
        assert hosted.changes == [(MAIL, "major_outage"), (MAIL, "degraded_performance"), (MAIL, "operational")]
        assert not hosted.wrong and not hosted.incidents, hosted.wrong
        for number, request in enumerate(hosted.requests[:2]):
            golden(f"component: request {number + 1}", request_text(request, "Authorization", "Content-Type"))
        tell(hosted, ALERT, "down=partial_outage").says("delivered")
        assert hosted.changes[-1] == (MAIL, "partial_outage")


@test("a component under maintenance is left alone; an unknown state changes nothing")
def maintenance():
    with page() as hosted:
        hosted.components[MAIL] = "under_maintenance"
        tell(hosted, ALERT).says("delivered")
        tell(hosted, RECOVERY).says("delivered")
        hosted.components[MAIL] = "operational"
        tell(hosted, Letter(words={**WORDS, "state": "unknown"})).says("delivered")
        assert not hosted.changes


@test("trouble of nines itself is none of the page's")
def monitor():
    with page() as hosted:
        for kind, state in (("alert", "down"), ("recovery", "up")):
            tell(hosted, Letter(kind=kind, words={"form": "monitor", "state": state, "incident": "m1"}), "incidents=yes").says("delivered")
        assert not hosted.requests


@test("the address '-' takes the component from the map of checks")
def mapped():
    with page() as hosted:
        tell(hosted, ALERT, MAP, to="-").says("delivered")
        tell(hosted, Letter(words={"service": "web", "state": "down", "incident": "2"}), MAP, to="-").says("delivered")
        assert hosted.changes == [(MAIL, "major_outage"), (WEB, "major_outage")]
        golden("not in the map", tell(hosted, Letter(words={**WORDS, "check": "mail"}), MAP, to="-").says("gave-up"))
        golden("no id", tell(hosted, ALERT, to="a/b").says("gave-up"))


@test("an incident is made, told more, resolved; the next one is another")
def incident():
    with page() as hosted:
        more = ("incidents=yes", "update=Still \"down\", alert {{number}}.")
        for letter in (ALERT, REPEAT, RECOVERY):
            tell(hosted, letter, *more).says("delivered")
        (one,) = hosted.incidents
        assert one["status"] == "resolved" and hosted.components[MAIL] == "operational" and not hosted.wrong, hosted.wrong
        assert [update["body"] for update in one["incident_updates"]] == \
            ["Mail works again.", 'Still "down", alert 2.', "Mail is not available to all. We are looking into it."]
        for number, request in enumerate(r for r in hosted.requests if "incidents" in r.path and r.method != "GET"):
            golden(f"incident: request {number + 1}", request_text(request))
        tell(hosted, Letter(words={**WORDS, "incident": "other", "state": "degraded"}), "incidents=yes", "notify=no").says("delivered")
        assert (hosted.incidents[1]["name"], hosted.incidents[1]["impact"]) == ("Mail works, but not as well as it should", "minor")
        assert b'"deliver_notifications":false' in hosted.requests[-1].body
        tell(hosted, Letter(id="01E", words={**WORDS, "incident": "other"}), "incidents=yes").says("delivered")
        assert len(hosted.incidents[1]["incident_updates"]) == 1, "without a template of updates none is made"
        tell(hosted, RECOVERY, "incidents=yes").says("delivered")
        assert hosted.incidents[1]["status"] == "investigating", "of another incident"


@test("a letter whose reply was lost makes no second incident or update")
def lost():
    more = ("incidents=yes", "update=Alert {{number}}.")
    letters = (ALERT, REPEAT, RECOVERY)
    for at, letter in enumerate(letters):
        with page() as hosted:
            for earlier in letters[:at]:
                tell(hosted, earlier, *more).says("delivered")
            calm = len(hosted.requests)
            tell(hosted, letter, *more).says("delivered")
            requests, wanted = len(hosted.requests) - calm, (hosted.incidents, hosted.components)
        for cut in range(requests):
            with page() as hosted:
                for earlier in letters[:at]:
                    tell(hosted, earlier, *more)
                deaf_after(hosted, cut)
                tell(hosted, letter, *more).says("later")
                hosted.before = lambda request: None
                tell(hosted, letter, *more).says("delivered")
                assert (hosted.incidents, hosted.components) == wanted, (letter.id, cut)


def deaf_after(hosted, requests):
    """The request number `requests` from now is obeyed, and its reply lost; what follows as well."""
    begun = len(hosted.requests)
    act = hosted._act

    def before(request):
        if len(hosted.requests) - begun <= requests:
            return None
        if len(hosted.requests) - begun == requests + 1:
            act(request)
        return [close()]
    hosted.before = before


@test("a summary sets what of it is in the map; a test changes nothing; reports have no place there")
def others():
    with page() as hosted:
        tell(hosted, Letter(kind="summary", words={"failing": "mail-1\nmail\nweb", "ended": "dns"}), MAP, to="-").says("delivered")
        assert hosted.changes == [(MAIL, "major_outage"), (WEB, "major_outage")]
        tell(hosted, Letter(kind="summary", words={"failing": "dns", "ended": "web\nmail-1"}), MAP, to="-").says("delivered")
        assert hosted.changes[2:] == [(WEB, "operational"), (MAIL, "operational")]
        tell(hosted, TEST).says("delivered")
        tell(hosted, TEST, to="-").says("delivered")
        assert len(hosted.changes) == 4 and not hosted.wrong
        golden("a test of what is not there", tell(hosted, TEST, to="nope").says("gave-up"))
        golden("a report", tell(hosted, Letter(kind="report")).says("gave-up"))


@test("incidents of a summary are incidents of the page, and end there, however they began")
def summaries():
    with page() as hosted:
        begin = Letter(kind="summary", words={"failing": "web\nother\nmail-1", "failing-incidents": "I1\nI2\nI3"})
        tell(hosted, begin, MAP, "incidents=yes", to="-").says("delivered")
        assert [(one["name"], one["metadata"]["nines"]["incident"]) for one in hosted.incidents] == \
            [("web is not available to all", "I1"), ("mail-1 is not available to all", "I3")]
        alone = Letter(kind="recovery", words={"check": "web", "state": "up", "incident": "I1"})
        tell(hosted, alone, MAP, "incidents=yes", to="-").says("delivered")
        together = Letter(kind="summary", words={"ended": "other\nmail-1", "ended-incidents": "I2\nI3"})
        tell(hosted, together, MAP, "incidents=yes", to="-").says("delivered")
        assert [one["status"] for one in hosted.incidents] == ["resolved", "resolved"] and not hosted.wrong
        assert set(hosted.components.values()) == {"operational"}


@test("odd names stay inside their place")
def odd():
    with page() as hosted:
        letter = Letter(words={**WORDS, "title": HOSTILE * 10, "reason": HOSTILE})
        tell(hosted, letter, "incidents=yes", "begun=\"{{title}}\"\n\\ {{reason}}").says("delivered")
        assert len(hosted.incidents) == 1 and not hosted.wrong, hosted.wrong
        golden("odd", request_text(hosted.requests[-1]))


@test("a wrong key, page or template gives up and says so")
def refused():
    with page() as hosted:
        golden("a wrong key", tell(hosted, ALERT, key="other").says("gave-up"))
        golden("a wrong component", tell(hosted, ALERT, to="nope").says("gave-up"))
        golden("a wrong page", deliver(f"statuspage:{MAIL}", f"url={hosted.url('')}", "page=a/b", letter=ALERT).says("gave-up"))
        golden("a wrong template", tell(hosted, ALERT, "incidents=yes", "name={{title").says("gave-up"))
        assert not hosted.incidents


@test("replies that are none of the page's: later")
def strange():
    for body in (b"ok", b"", b"{", b"[" * 9000):
        with Http(lambda _, body=body: reply(200, body)) as server:
            deliver(f"statuspage:{MAIL}", f"url={server.url('')}", f"page={PAGE}", letter=ALERT).says("later", "wanted JSON")
    for body in (b"{}", b"[1,2]", b'[{"metadata":[]}]', b'[{"metadata":{"nines":{"incident":"01JD7ZK3M5"}},"id":"../x"}]'):
        with page() as hosted:
            hosted.before = lambda request, body=body: reply(200, body) if request.path.endswith("unresolved") else None
            tell(hosted, ALERT, "incidents=yes").says("delivered")
            assert len(hosted.incidents) == 1 and not hosted.wrong, body


common(golden, lambda url, **more: deliver(f"statuspage:{MAIL}", f"url={url}", f"page={PAGE}", f"token={SECRET}", letter=RECOVERY, **more),
       reply(200, b'{"status":"operational"}'), says=False)


@test("the key shows nowhere")
def secrets():
    with Http(lambda request: reply(403, request.head)) as server:
        done = command(f"statuspage:{MAIL}", f"url={server.url('')}", f"page={PAGE}", f"token={SECRET}", "--trace", letter=ALERT)
        said = (done.stdout + done.stderr).decode()
        assert SECRET not in said and "OAuth" in said, said


run()
