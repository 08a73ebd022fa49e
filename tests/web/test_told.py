"""What subscribers are told, by a running ninesd and whatever they chose: webhooks and a chat's server of the test, a real mail server. Maintenance from its
announcement to its end; a monitor that is followed."""
# timeout: 240
import datetime
import json
import re

from daemon import until
from servers import Http, Server, reply, silence
from subscribed import CONFIRM, KEY, URL, World
from tap import run, test

CHAT = """
notify-chat "rooms" {{ service = matrix  url = "{url}"  token = "file:{token}"  per-minute = 600 }}
page "chat" {{ title = "The chat"  url = "https://chat.example.org"  show = "Mail"  subscribe = {{rooms, hooks, email}} }}
"""
ROOM = "!abc:example.org"


def chat_of(tmp, url):
    (tmp / "token").write_text("of the test\n")
    (tmp / "token").chmod(0o600)
    return CHAT.format(url=url, token=tmp / "token")


def heard(server, path, count):
    """The first so many documents that came to this path."""
    def got():
        return [json.loads(r.body) for r in server.requests if r.path == path]
    return until(f"{count} at {path}", lambda: len(got()) >= count and got())


def confirm_hook(w, path, **more):
    """A webhook of the test that subscribed and answered; the path of its subscription."""
    w.site.subscribe(w.hook.url(path), channel="hooks", **more)
    link = re.search(CONFIRM, heard(w.hook, path, 1)[0]["text"])[1]
    status, header, _ = w.site.ask("POST", f"/subscription/confirm/{link}/", {})
    assert status == 303, status
    return header["Location"]


@test("a webhook that follows a monitor gets a component_update when it goes down and when it is back, one that wants incidents gets those, each alone")
def component(tmp):
    with World(tmp) as w:
        with Server([silence()] * 200, port=w.port):
            w.daemon.until_status("it is up", lambda s: [c for c in s["checks"] if c["name"] == "mx"][0]["state"] == "up")
            place = confirm_hook(w, "/follows", scope="chosen", component=["mx"], kind=["alerts"])
            confirm_hook(w, "/incidents", kind=["incidents"])
        down = heard(w.hook, "/follows", 2)[1]
        assert down["component"] == {"id": "mx", "name": "Mail in", "status": "major_outage"}, down
        update = down["component_update"]
        assert (update["component_id"], update["old_status"], update["new_status"]) == ("mx", "operational", "major_outage"), update
        assert down["page"]["id"] == "shop" and down["page"]["status_indicator"] == "critical" and "incident" not in down, down
        assert re.fullmatch(KEY, down["meta"]["unsubscribe"]) and down["meta"]["unsubscribe"].endswith(place), (down, place)
        post = json.loads(w.post("add", "Mail is slow", "Mail", "--impact", "minor", "--json"))["id"]
        first = heard(w.hook, "/incidents", 2)[1]["incident"]
        w.post("update", post, "--state", "resolved", "--text", "All is well.")
        last = heard(w.hook, "/incidents", 3)[2]["incident"]
        assert first["id"] == last["id"] == post and first["status"] == "investigating" and last["status"] == "resolved", (first, last)
        assert first["resolved_at"] is None and last["resolved_at"] and last["incident_updates"][0]["body"] == "All is well.", last
        with Server([silence()] * 200, port=w.port):
            up = heard(w.hook, "/follows", 3)[2]
            assert up["component"]["status"] == "operational", up
            assert (up["component_update"]["old_status"], up["component_update"]["new_status"]) == ("major_outage", "operational"), up
            assert up["component_update"]["id"] != update["id"] and up["component_update"]["created_at"] > update["created_at"], (up, update)
            status, _, said = w.site.ask("POST", place, {"List-Unsubscribe": "One-Click"})
            assert status == 200 and "no more messages" in said
        w.post("add", "Mail is down", "Mail")
        heard(w.hook, "/incidents", 4)
        assert len(heard(w.hook, "/follows", 3)) == 3 and len(heard(w.hook, "/incidents", 4)) == 4


@test("a room of a chat shows its link, and hears of incidents and of the monitor it follows once somebody there said yes")
def chat(tmp):
    with Http(lambda _: reply(200, b'{"event_id": "$1"}')) as rooms, World(tmp, chat_of(tmp, rooms.url(""))) as w:
        def said(count):
            return [json.loads(r.body)["body"] for r in until(f"{count} in the room", lambda: len(rooms.requests) >= count and rooms.requests)]
        w.site.subscribe(ROOM, channel="rooms", path="/pages/chat/subscribe/", scope="chosen", component=["mx"], kind=["incidents", "alerts"])
        question = said(1)[0]
        assert "abc" in rooms.requests[0].path and "Do you want messages of The chat?" in question, (rooms.requests[0].path, question)
        w.confirmed("ann@nines.test", path="/pages/chat", kind=["incidents"])
        w.post("add", "Too early", "Mail")
        w.mails("ann", 2)  # all who said yes were told
        assert len(said(1)) == 1, said(1)
        link = re.search(r"https://chat\.example\.org/subscription/confirm/(\S+)/", question)[1]
        status, header, _ = w.site.ask("POST", f"/pages/chat/subscription/confirm/{link}/", {})
        assert status == 303, status
        assert "[The chat] Mail in is down" in said(2)[1], "it was down before, and is followed now"
        w.post("add", "Mail is slow", "Mail")
        text = said(3)[2]
        assert "[The chat] Mail is slow: investigating" in text and header["Location"].removeprefix("/pages/chat") in text, (text, header)
        with Server([silence()] * 200, port=w.port):
            assert "[The chat] Mail in is up again" in said(4)[3]


@test("a stranger's webhook that leads into our own network is never asked, where its page does not allow that (F48)")
def home(tmp):
    with World(tmp, chat_of(tmp, "http://127.0.0.1:9")) as w:
        w.site.subscribe(w.hook.url("/home"), channel="hooks", path="/pages/chat/subscribe/")
        letter = until("it was tried", lambda: [one for one in json.loads(w.daemon.nines("letters", "--json").stdout)["letters"] if one["attempts"]])[0]
        assert "strangers may name public ones only" in json.dumps(letter), letter
        assert not w.hook.requests


def at(**ahead):
    """A time of this clock, as the command line takes it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def subjects(w, to, count):
    return [m["Subject"] for m in w.mails(to, count)][1:]


@test("maintenance is reminded of when it is near, once, by mail, to who chose what is concerned; not again where its announcement or its new date was just told")
def reminded(tmp):
    with World(tmp) as w:
        w.confirmed("member@nines.test", scope="chosen", component=["mx"], kind=["maintenance"])
        w.confirmed("service@nines.test", scope="chosen", component=["Mail"], kind=["maintenance"])
        w.confirmed("incidents@nines.test", kind=["incidents"])
        w.post("maintenance", "Told just now", "Mail", "--start", at(minutes=20), "--for", "1h")
        start = at(minutes=50)
        paint = json.loads(w.post("maintenance", "New paint", "mx", "--start", start, "--for", "1h", "--remind", "10m", "--json"))["id"]
        assert sorted(subjects(w, "service", 3)) == ["[The shop] New paint: scheduled", "[The shop] Told just now: scheduled"]
        done = w.daemon.nines("post", "correct", paint, "--remind", "1h")  # its time is now, as if 40 minutes had gone by
        assert done.returncode == 0, done.stderr
        last, = [m for m in w.mails("service", 4) if m["Subject"] == "[The shop] New paint: begins soon"]
        text = last.get_content()
        assert f"{start[:10]} {start[11:16]}" in text and f"https://status.example.org/incident/{paint}/" in text and "Mail in" in text, text
        assert last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert sorted(subjects(w, "member", 4)) == sorted(subjects(w, "service", 4))
        w.post("add", "Mail is slow", "Mail")
        w.mails("incidents", 2)  # whatever else was due came before
        assert (len(w.inbox("member")), len(w.inbox("service")), len(w.inbox("incidents"))) == (4, 4, 2)


ABROAD = 'page "tokyo" { title = "Tokyo"  url = "https://tokyo.example.org"  show = "Mail"  zone = "Asia/Tokyo"  subscribe = {email, sms} }\n'


@test("subscribers read times by the clock of their page's zone, beside UTC; an SMS has that clock alone; other pages theirs")
def zone(tmp):
    with World(tmp, ABROAD) as w:
        w.confirmed("far@nines.test", path="/pages/tokyo")
        w.confirmed("near@nines.test")
        w.site.subscribe("+81312345678", channel="sms", path="/pages/tokyo/subscribe/")
        code = re.search(r"\b(\d{8})\b", json.loads(until("the code", lambda: w.sms.requests)[0].body)["text"])[1]
        w.site.ask("POST", "/pages/tokyo/subscribe/code/", {"channel": "sms", "address": "+81312345678", "code": code})
        w.post("maintenance", "New disks", "Mail", "--start", "2099-01-31T20:00:00Z", "--for", "2h")
        far, near = w.mails("far", 2)[1].get_content(), w.mails("near", 2)[1].get_content()
        for said in ("2099-01-31 20:00:00 UTC", "2099-02-01 05:00:00 JST (Asia/Tokyo)", "2099-02-01 07:00:00 JST (Asia/Tokyo)"):
            assert said in far, (said, far)
        assert "2099-01-31 20:00:00 UTC" in near and "JST" not in near, near
        said = json.loads(until("the SMS", lambda: len(w.sms.requests) > 1 and w.sms.requests)[1].body)["text"]
        assert said.startswith("SCHEDULED 02-01 05:00-07:00 JST New disks: We look into it. Stop: ") and len(said) <= 160, said


@test("maintenance begins and ends by itself; its new date, its beginning and its end go to who chose a service that has what is concerned, and to webhooks")
def whole(tmp):
    with World(tmp) as w:
        w.confirmed("service@nines.test", scope="chosen", component=["Mail"], kind=["maintenance"])
        w.confirmed("staff@nines.test", path="/pages/staff")
        confirm_hook(w, "/in", kind=["maintenance"])
        disks = json.loads(w.post("maintenance", "New disks", "mx", "--start", at(days=2), "--for", "2h", "--json"))["id"]
        assert subjects(w, "service", 2) == ["[The shop] New disks: scheduled"]
        start, end = at(hours=5), at(hours=6)
        w.post("update", disks, "--start", start, "--end", end, "--text", "Sooner than we said.")
        mail = w.mails("service", 3)[-1]
        assert mail["Subject"] == "[The shop] New disks: rescheduled", mail["Subject"]
        for said in ("Sooner than we said.", f"{start[:10]} {start[11:16]}", f"{end[:10]} {end[11:16]}"):
            assert said in mail.get_content(), (said, mail.get_content())
        told = heard(w.hook, "/in", 3)[2]["incident"]
        assert (told["status"], told["scheduled_for"][:19], told["scheduled_until"][:19]) == ("scheduled", start[:19], end[:19]), told
        w.post("update", disks, "--start", at(seconds=-1), "--end", end, "--text", "At once.")
        assert sorted(subjects(w, "service", 5)[2:]) == ["[The shop] New disks: in progress", "[The shop] New disks: rescheduled"]
        assert [json.loads(w.daemon.nines("post", "show", disks, "--json").stdout)[key] for key in ("state", "stage")] == ["in_progress", "published"]
        w.post("update", disks, "--end", at(seconds=10), "--text", "Nearly done.")
        got = w.mails("service", 7)
        assert sorted(m["Subject"] for m in got[5:]) == ["[The shop] New disks: completed", "[The shop] New disks: rescheduled"], [m["Subject"] for m in got]
        assert any("The maintenance has ended." in m.get_content() for m in got[5:]), [m.get_content() for m in got]
        assert json.loads(w.daemon.nines("post", "show", disks, "--json").stdout)["state"] == "completed"
        assert json.loads(w.daemon.nines("maintenance", "--json").stdout)["maintenance"] == []
        states = [one["incident"]["status"] for one in heard(w.hook, "/in", 7)[1:]]
        assert sorted(states) == ["completed", "in_progress", "in_progress", "scheduled", "scheduled", "scheduled"], states
        assert len(w.inbox("staff")) == 1, "what that page does not show"


@test("one update is withdrawn: visitors, feeds and the API for them show it no more, who writes still sees it; nobody is written to again, unless that is asked for")
def retracted(tmp):
    with World(tmp) as w:
        w.confirmed("ann@nines.test", kind=["incidents"])
        post = json.loads(w.post("add", "Mail is slow", "Mail", "--text", "The first cause.", "--json"))["id"]
        w.post("update", post, "--text", "A wrong cause.")
        w.post("update", post, "--text", "The right cause.")
        w.mails("ann", 4)

        def updates():
            return json.loads(w.daemon.nines("post", "show", post, "--json").stdout)["updates"]
        first, wrong, right = [one["id"] for one in updates()]
        public = ("/", f"/incident/{post}/", "/feed.atom", "/api/v2/summary.json", "/api/v2/incidents.json")
        for path in public[1:]:
            until(f"{path} has it", lambda path=path: "A wrong cause." in w.site.ask("GET", path)[2])
        done = w.daemon.nines("post", "withdraw", post, "--update", wrong)
        assert done.returncode == 0 and "that update is withdrawn, nobody is told" in done.stdout, done
        for path in public:
            until(f"{path} has it no more", lambda path=path: "A wrong cause." not in w.site.ask("GET", path)[2])
            assert "The right cause." in w.site.ask("GET", path)[2], path
        assert [bool(one["withdrawn"]) for one in updates()] == [False, True, False] and updates()[1]["text"] == "A wrong cause."
        shown = w.daemon.nines("post", "show", post).stdout
        assert re.search(rf"update {wrong} by \S+, withdrawn \S+\n    A wrong cause\.", shown), shown
        done = w.daemon.nines("post", "withdraw", post, "--update", wrong)
        assert done.returncode != 0 and "that update was withdrawn" in done.stderr, done.stderr
        w.post("withdraw", post, "--update", first, "--tell", "--text", "")
        mail = w.mails("ann", 5)[-1]
        assert mail["Subject"] == "[The shop] Mail is slow: an update was withdrawn" and "cause." not in mail.get_content(), mail.get_content()
        done = w.daemon.nines("post", "withdraw", post, "--update", right)
        assert done.returncode != 0 and "the only one: withdraw the post" in done.stderr, done.stderr
        assert w.daemon.stop() == 0
        assert len(w.inbox("ann")) == 5, [m["Subject"] for m in w.inbox("ann")]


def ask_for(w, what, mail, status=200):
    got, _, body = w.site.ask("POST", "/request/", {"what": what, "why": "We need <it>", "mail": mail})
    assert got == status, (got, body)
    return body


def answer(w, what, verdict, *more):
    one, = [r["id"] for r in json.loads(w.daemon.nines("request", "--json").stdout)["requests"] if r["what"] == what]
    done = w.daemon.nines("request", verdict, one, *more)
    assert done.returncode == 0, done.stderr


def agree(w, link):
    assert "Yes, tell me" in w.site.ask("GET", f"/subscription/confirm/{link}/")[2]
    status, _, body = w.site.ask("POST", f"/subscription/confirm/{link}/", {})
    assert status == 200 and "You will be told" in body, (status, body)


@test("who asks for a monitor and leaves an address is asked there, told the answer by one letter, and forgotten; who never says yes hears no answer")
def requests(tmp):
    with World(tmp, f'page "hooked" {{ url = "{URL}/h"  subscribe = hooks }}') as w:
        assert 'name="mail"' not in w.site.ask("GET", "/pages/hooked/request/")[2]
        status, _, body = w.site.ask("POST", "/pages/hooked/request/", {"what": "none.example.org", "mail": "ann@nines.test"})
        assert status == 422 and "this page writes no mail" in body, (status, body)
        assert 'name="mail"' in w.site.ask("GET", "/request/")[2]
        assert "has an @" in ask_for(w, "no.example.org", "ann", status=422) and not w.cards("request"), "all of it is refused"
        assert "A message with a link was sent" in ask_for(w, "one.example.org", "ann@nines.test")
        question, = w.mails("ann", 1)
        assert question["Subject"] == "Do you want to hear what becomes of your request?", question["Subject"]
        assert "one.example.org" not in question.get_content() and "We need" not in question.get_content(), "nothing that a visitor wrote"
        ask_for(w, "two.example.org", "bob@nines.test")
        ask_for(w, "three.example.org", "eve@nines.test")
        links = {to: re.search(CONFIRM, w.mails(to, 1)[0].get_content())[1] for to in ("ann", "bob", "eve")}
        w.post("add", "Mail is slow", "Mail")
        assert w.daemon.nines("subscriber").stdout.count("the answer to request ") == 3
        agree(w, links["ann"])
        answer(w, "one.example.org", "accept", "--text", "From Monday on.")
        told = w.mails("ann", 2)[-1]
        assert told["Subject"] == "[The shop] Your request is accepted" and "From Monday on." in told.get_content(), told.get_content()
        answer(w, "two.example.org", "refuse", "--text", "Ask its owner.")
        answer(w, "three.example.org", "refuse")
        agree(w, links["bob"])  # he says yes when the answer is there
        told = w.mails("bob", 2)[-1]
        assert told["Subject"] == "[The shop] Your request is refused" and "Ask its owner." in told.get_content(), told.get_content()
        assert w.site.ask("POST", f"/subscription/confirm/{links['ann']}/", {})[0] == 410
        until("both are forgotten", lambda: not any("ann@" in words or "bob@" in words for _, words in w.cards()))
        assert len(w.inbox("eve")) == 1 and len(w.inbox("ann")) == 2 and len(w.inbox("bob")) == 2
        assert w.daemon.stop() == 0


run()
