"""Subscribers of a status page as they live it: a running ninesd, forms sent over HTTP, a real mail server, a gateway for SMS and a webhook that catch what is
sent. Nobody hears anything before he has said yes; whoever leaves leaves nothing."""
# timeout: 240
import json
import re
import sqlite3

from daemon import Daemon, until
from servers import Server, silence
from subscribed import CONFIRM, KEY, URL, Site, World
from tap import run, test


@test("a visitor asks, says yes, hears of an incident, ends it with one click of his mail program, and hears no more")
def life(tmp):
    with World(tmp) as w:
        status, header, form = w.site.ask("GET", "/subscribe/")
        assert status == 200 and "<form" in form and header["Referrer-Policy"] == "no-referrer" and "<script" not in form
        assert "Mail in" in form and "other" not in form, "components of this page alone"
        body = w.site.subscribe("alice@nines.test")
        assert "A message with a link was sent" in body
        mail, = w.mails("alice", 1)
        assert mail["Subject"] == "Do you want messages of The shop?" and mail["List-Unsubscribe"] is None
        link = re.search(CONFIRM, mail.get_content())[1]
        status, header, body = w.site.ask("GET", f"/subscription/confirm/{link}/")
        assert status == 200 and "Yes, subscribe me" in body and header["Cache-Control"] == "no-store" and header["Referrer-Policy"] == "no-referrer"
        assert "state=pending" in w.cards()[-1][1], "to open a link changes nothing: what scans mail opens them all"
        status, header, _ = w.site.ask("POST", f"/subscription/confirm/{link}/", {})
        key = re.search(r"/subscription/([^/]+)/", header["Location"])[1]
        assert status == 303
        assert w.site.ask("POST", f"/subscription/confirm/{link}/", {})[0] == 410, "a link opens once"
        status, _, body = w.site.ask("GET", f"/subscription/{key}/")
        assert status == 200 and "alice@nines.test" in body and 'value="all" checked' in body
        w.post("add", "Mail is slow", "Mail", "--text", "We look into it.")
        mail = w.mails("alice", 2)[-1]
        assert mail["Subject"] == "[The shop] Mail is slow: investigating" and "We look into it." in mail.get_content()
        assert mail["List-Unsubscribe"] == f"<{URL}/subscription/{key}/>" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert all(len(line) <= 76 for line in mail.get_content().splitlines() if "://" not in line)
        for path in (f"/subscription/{key}/", f"/subscription/{key}/remove/"):
            assert w.site.ask("GET", path)[0] == 200
        assert w.cards(), "to look changes nothing"
        status, _, body = w.site.ask("POST", f"/subscription/{key}/", {"List-Unsubscribe": "One-Click"})
        assert status == 200 and "no more messages" in body
        until("the card is gone", lambda: not w.cards())
        w.post("add", "Mail is down", "Mail")
        w.confirmed("bob@nines.test")  # whatever was to be sent to alice would have come before this
        assert len(w.inbox("alice")) == 2
        assert w.site.ask("GET", f"/subscription/{key}/")[0] == 404
        said = w.daemon.output()
        assert w.daemon.stop() == 0
        c = sqlite3.connect(tmp / "store" / "nines.db")
        assert not c.execute("SELECT count(*) FROM letter WHERE ways LIKE '%alice%' OR text LIKE '%alice%'").fetchone()[0], "no letter of hers is kept"
        assert not c.execute("SELECT count(*) FROM attempt WHERE destination LIKE '%alice%'").fetchone()[0]
        assert not c.execute("SELECT count(*) FROM card WHERE words LIKE '%alice%'").fetchone()[0]
        c.close()
        assert "(a letter to a subscriber)" in said, "the trace is on"
        for secret in (link, key):
            assert secret.partition(".")[2] not in said, "no key in a log, not even in a trace"
            assert secret.partition(".")[2].encode() not in w.stored(), "nor in the store"


@test("an SMS asks for a code, which is typed in on the page; messages are short and carry the way out")
def sms(tmp):
    with World(tmp) as w:
        body = w.site.subscribe("+49 171 1234567", channel="sms")
        assert "Type in your code" in body
        until("the SMS", lambda: w.sms.requests)
        said = json.loads(w.sms.requests[0].body)
        assert said["to"] == "+491711234567" and len(said["text"]) <= 160, said
        code = re.search(r"\b(\d{8})\b", said["text"])[1]
        number = {"channel": "sms", "address": "+491711234567"}
        assert w.site.ask("POST", "/subscribe/code/", {**number, "code": "00000000"})[0] == 422
        status, header, _ = w.site.ask("POST", "/subscribe/code/", {**number, "code": f"{code[:4]} {code[4:]}"})
        assert status == 303
        key = re.search(r"/subscription/([^/]+)/", header["Location"])[1]
        w.post("add", "Mail is slow", "Mail", "--text", "We look into it. " * 30)
        until("the incident", lambda: len(w.sms.requests) > 1)
        text = json.loads(w.sms.requests[1].body)["text"]
        assert len(text) <= 160 and text.startswith("INVESTIGATING Mail is slow") and text.endswith(f"Stop: {URL}/subscription/{key}/"), text
        assert code.encode() not in w.stored()


@test("a webhook shows its link, then gets what a hosted status page would post")
def webhook(tmp):
    with World(tmp) as w:
        w.site.subscribe(w.hook.url("/in"), channel="hooks")
        until("the question", lambda: w.hook.requests)
        link = re.search(CONFIRM, json.loads(w.hook.requests[0].body)["text"])[1]
        assert w.site.ask("POST", f"/subscription/confirm/{link}/", {})[0] == 303
        w.post("add", "Mail is slow", "Mail", "--text", "We look\ninto it.", "--impact", "minor")
        until("the incident", lambda: len(w.hook.requests) > 1)
        said = json.loads(w.hook.requests[1].body)
        assert re.fullmatch(KEY, said["meta"]["unsubscribe"]), said
        assert said["page"]["id"] == "shop" and said["page"]["status_indicator"] in ("none", "minor", "major", "critical")
        incident = said["incident"]
        assert (incident["name"], incident["status"], incident["impact"]) == ("Mail is slow", "investigating", "minor")
        assert incident["incident_updates"][0]["body"] == "We look\ninto it." and incident["components"] == [{"id": "Mail", "name": "Mail"}]
        assert incident["shortlink"].startswith(f"{URL}/incident/") and incident["resolved_at"] is None


@test("components, kinds and pages: who chose a service hears of its members, of maintenance too; another page's people hear nothing")
def targets(tmp):
    with World(tmp) as w:
        w.confirmed("service@nines.test", scope="chosen", component=["Mail"], kind=["incidents", "maintenance"])
        w.confirmed("outages@nines.test", kind=["maintenance"], outage="1")
        w.confirmed("staff@nines.test", path="/pages/staff")
        w.post("add", "One server is slow", "mx")
        w.post("maintenance", "New disks", "mx", "--start", "2099-01-01T10:00:00Z", "--for", "1h", "--text", "All will be back.")
        w.post("maintenance", "New paint", "Mail", "--start", "2099-01-02T10:00:00Z", "--for", "1h", "--impact", "none")
        got = sorted(m["Subject"] for m in w.mails("service", 4)[1:])
        assert got == ["[The shop] New disks: scheduled", "[The shop] New paint: scheduled", "[The shop] One server is slow: investigating"], got
        w.post("news", "An open day", "--page", "staff")
        assert w.mails("staff", 2)[-1]["Subject"] == "[Staff] An open day"
        got = [m["Subject"] for m in w.mails("outages", 2)[1:]]
        assert got == ["[The shop] New disks: scheduled"], got
        assert len(w.inbox("staff")) == 2


@test("who follows a monitor hears that it is down and that it is back")
def follow(tmp):
    with World(tmp) as w:
        with Server([silence()] * 200, port=w.port):
            w.daemon.until_status("it is up", lambda s: [c for c in s["checks"] if c["name"] == "mx"][0]["state"] == "up")
            status, _, form = w.site.ask("GET", "/subscribe/mx/")
            assert status == 200 and re.search(r'name="component" value="mx" checked', form) and re.search(r'value="alerts" checked', form)
            assert w.site.ask("GET", "/subscribe/?monitor=mx")[2] == form and w.site.ask("GET", "/subscribe/other/")[0] == 404
            w.confirmed("ann@nines.test", scope="chosen", component=["mx"], kind=["alerts"])
        mail = w.mails("ann", 2)[-1]
        assert mail["Subject"] == "[The shop] Mail in is down" and "refused" not in mail.get_content(), "nothing of how it is watched"
        with Server([silence()] * 200, port=w.port):
            mail = w.mails("ann", 3)[-1]
            assert mail["Subject"] == "[The shop] Mail in is up again" and "Lasted:" in mail.get_content()


@test("choices can be changed, paused and taken up again, without a script; audiences get what is for them")
def preferences(tmp):
    with World(tmp) as w:
        key = w.confirmed("ann@nines.test")
        w.confirmed("bob@nines.test")
        place = f"/subscription/{key}/"
        status, _, body = w.site.ask("POST", place, {"scope": "chosen", "component": ["Mail"], "kind": ["news", "incidents"], "paused": "1"})
        assert status == 200 and "Your choices are kept." in body and "paused" in body
        w.post("add", "Mail is slow", "Mail")
        w.mails("bob", 2)
        status, _, body = w.site.ask("POST", place, {"scope": "chosen", "component": ["nothing"], "kind": ["news"]})
        assert status == 422 and "there is no component" in body
        assert w.site.ask("POST", place, {"scope": "all", "kind": ["incidents"], "audience": ["users"]})[0] == 200
        w.post("add", "For others", "Mail", "--audience", "admins")
        assert w.daemon.nines("post", "add", "x", "Mail", "--text", "x", "--audience", "kings").returncode != 0
        w.post("add", "Mail is down", "Mail", "--audience", "users")
        assert w.mails("ann", 2)[-1]["Subject"] == "[The shop] Mail is down: investigating"
        assert len(w.inbox("ann")) == 2, "what happened while it was paused is not told"
        for bad in (key[:-1] + ("A" if key[-1] != "A" else "B"), "x", "..", key + "/more", key + "%0Ax"):
            assert w.site.ask("GET", f"/subscription/{bad}/")[0] == 404, bad
            assert w.site.ask("POST", f"/subscription/{bad}/", {"scope": "all", "kind": "news"})[0] in (404, 422), bad


@test("what is refused is said, with the form as it was; a known address is answered as an unknown one")
def refused(tmp):
    with World(tmp) as w:
        for address, wrong in (("ann", "has an @"), ("a@example.org\r\nBcc: b@example.org", "line end"), ("x" * 400 + "@example.org", "254"),
                               ('"a b"@example.org', "quotes"), ("a@münchen.example", "xn--")):
            body = w.site.subscribe(address, status=422)
            assert wrong in body and 'role="alert"' in body, (address, body)
        assert "at least one kind" in w.site.subscribe("a@example.org", status=422, kind=[])
        assert "ways that this page offers" in w.site.subscribe("x", channel="log", status=422)
        w.confirmed("ann@nines.test")
        assert w.site.subscribe("ann@nines.test") == w.site.subscribe("nobody-yet@nines.test")
        assert "already" in w.mails("ann", 2)[-1]["Subject"]
        assert not w.cards("post")


@test("a restart keeps who subscribed, who was asked, and the keys of both")
def restart(tmp):
    with World(tmp) as w:
        key = w.confirmed("ann@nines.test")
        w.site.subscribe("bob@nines.test")
        link = re.search(CONFIRM, w.mails("bob", 1)[0].get_content())[1]
        until("both are on disk", lambda: len({card for card, _ in w.cards()}) == 2)
        assert w.daemon.stop() == 0
        with Daemon(tmp, w.conf) as again:
            again.until_status("it runs", lambda s: s["checks"])
            site = Site(again)
            until("the link still opens", lambda: site.ask("POST", f"/subscription/confirm/{link}/", {})[0] == 303)
            assert site.ask("GET", f"/subscription/{key}/")[0] == 200
            assert again.nines("post", "add", "Mail is slow", "Mail", "--text", "Wait.").returncode == 0
            assert w.mails("ann", 2) and w.mails("bob", 2)
            assert again.stop() == 0


@test("a visitor asks for a monitor, and a person answers")
def request(tmp):
    with World(tmp) as w:
        assert "<form" in w.site.ask("GET", "/request/")[2]
        status, _, body = w.site.ask("POST", "/request/", {"what": "https://example.org/<b>", "why": "We need it"})
        assert status == 200 and "A person will look at it" in body
        assert w.site.ask("POST", "/request/", {"what": ""})[0] == 422
        shown = w.daemon.nines("request").stdout
        assert "https://example.org/<b>" in shown and "We need it" in shown, shown
        identity = json.loads(w.daemon.nines("request", "--json").stdout)["requests"][0]["id"]
        done = w.daemon.nines("request", "accept", identity)
        assert done.returncode == 0, done.stderr
        assert w.daemon.nines("request", "refuse", identity).returncode != 0
        for _ in range(4):
            assert w.site.ask("POST", "/request/", {"what": "https://example.org/"})[0] == 200
        assert "enough today" in w.site.ask("POST", "/request/", {"what": "https://example.org/"})[2]


@test("the command line adds, who is asked like anybody else, lists, shows and removes")
def command_line(tmp):
    with World(tmp) as w:
        done = w.daemon.nines("subscriber", "add", "email:ann@nines.test", "--page", "shop", "--kinds", "news")
        assert done.returncode == 0, done.stderr
        done = w.daemon.nines("subscriber", "add", "email:ann@nines.test", "--page", "nope")
        assert done.returncode != 0 and "there is no page of this name: 'nines page' lists them" in done.stderr, done.stderr
        link = re.search(CONFIRM, w.mails("ann", 1)[0].get_content())[1]
        assert w.site.ask("POST", f"/subscription/confirm/{link}/", {})[0] == 303
        one, = json.loads(w.daemon.nines("subscriber", "--json").stdout)["subscribers"]
        assert (one["to"], one["state"], one["kinds"], one["page"]) == ("email:ann@nines.test", "confirmed", ["news"], "shop"), one
        assert not any("hash" in word for word in one)
        assert "ann@nines.test" in w.daemon.nines("subscriber").stdout and one["id"] in w.daemon.nines("subscriber", "show", one["id"]).stdout
        (tmp / "people.csv").write_text("address,kinds\nemail:bob@nines.test,incidents\nemail:bad\n\"email:eve@nines.test\",\"news,incidents\"\n")
        done = w.daemon.nines("subscriber", "import", tmp / "people.csv")
        assert done.returncode == 1 and "people.csv:3" in done.stderr, done.stderr
        assert w.mails("bob", 1) and w.mails("eve", 1)
        assert w.daemon.nines("subscriber", "remove", one["id"]).returncode == 0
        assert w.daemon.nines("subscriber", "remove", "nobody").returncode != 0
        assert "ann@" not in w.daemon.nines("subscriber").stdout


run()
