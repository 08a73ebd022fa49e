"""Pages of one shop on one morning, each to the byte as tests/golden has it: HTML, a feed, JSON. The record and the configuration are real, the
clock of all processes stands. NINES_GOLDEN=1 writes the files anew: look at what changed before they are committed."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import clock  # noqa: E402
import record  # noqa: E402
from daemon import until  # noqa: E402
from figures import HOUR, Past, stamp, told  # noqa: E402
from golden import keep  # noqa: E402
from keeper import Web, line  # noqa: E402
from shown import card, named  # noqa: E402
from signing import Browser, Sessions, user  # noqa: E402
from tap import ROOT, run, test  # noqa: E402

HOST = {"Host": "status.shop.example"}
NOW = "2024-04-02T09:30:40Z"  # summer time began two days before
PAGES = {  # file: path
    "status.html": "/", "incident.html": "/incident/0cards000000/", "maintenance.html": "/incident/0switch00000/", "history-month.html": "/history/2024-03/",
    "statistics.html": "/statistics/", "nines.html": "/nines/", "monitor.html": "/monitor/pay-1/", "infrastructure.html": "/infrastructure/", "subscribe.html": "/subscribe/",
    "feed.atom": "/feed.atom", "summary.json": "/api/v2/summary.json",
}
SIGNED_IN = {"admin-new-incident.html": "/admin/new/incident/", "admin-post.html": "/admin/post/0cards000000/"}


class Shop(Past):
    """40 days up to now, a probe an hour: pay-1 fails since six hours, pay-2 did at night; what customers see of it is one service that is degraded."""
    DAYS = 40
    CONF = """
store = "{store}"
modules = "{build}/modules"
notifiers = "{build}/notifiers"
notify-email {{ host = "127.0.0.1" port = 9 tls = none from = "status@shop.example" }}
role "money" {{ title = "Money" text = "What takes it in." }}
sla "office" {{ target = 99.5 zone = "Europe/Berlin" hours = {{"Mon-Fri 08:00-18:00"}} }}
tcp "web" {{ host = 127.0.0.1 port = 9 every = 1h category = "Shop" title = "Web shop" }}
tcp "pay-1" {{ host = 127.0.0.1 port = 9 every = 1h category = "Payment" title = "Card terminal 1" owner = "till team" }}
tcp "pay-2" {{ host = 127.0.0.1 port = 9 every = 1h category = "Payment" title = "Card terminal 2" }}
tcp "mail" {{ host = 127.0.0.1 port = 9 every = 1h category = "Letters & more" title = "Order mail" }}
tcp "new" {{ host = 127.0.0.1 port = 9 every = 1h category = "Shop" title = "New shop" standing = "in-preparation" }}
service "Site" {{ members = "web" title = "Web shop" feeds = "Paying" }}
service "Paying" {{ members = {{"pay-1", "pay-2"}} need = 1 role = "money" title = "Payment" fallback = "Invoices" sla = "office" }}
service "Invoices" {{ members = "mail" title = "By invoice" }}
service "Buying" {{ members = {{"Site", "Paying"}} need = 2 title = "Buying <everything>" }}
canned "paying" {{ services = "Paying" title = "{{{{name}}}} fails" text = "We look into {{{{name}}}}." }}
maintenance "works" {{ services = "Buying" start = "2024-03-20T01:00:00Z" end = "2024-03-20T03:00:00Z" announced = "2024-03-01" impact = outage }}
page "status" {{ title = "The shop" url = "https://status.shop.example" zone = "Europe/Berlin" bars-days = 30 details = yes subscribe = email
                audiences = {{"teachers", "students"}} contact = "help@shop.example"
                about = {{"## What is this?", "What we know of our shop: see https://shop.example/.", "", "- bars", "- & words"}} }}
"""

    def lines(self):
        last = self.hours
        yield from self.check("web", (300, 2, "?"), (last - 500, 4, " "), category="Shop")
        yield from self.check("pay-1", (last - 100, 3, "d"), (last - 6, 6, "d"), category="Payment")
        yield from self.check("pay-2", (last - 99, 4, "d"), (last - 28, 5, "d"), (last - 400, 9, "g"), elapsed_us=198100, category="Payment")
        yield from self.check("mail", (last - 700, 30, "d"), category="Letters & more")
        for name, members, need in (("Site", ["web"], 1), ("Paying", ["pay-1", "pay-2"], 1), ("Invoices", ["mail"], 1), ("Buying", ["Site", "Paying"], 2)):
            yield record.service(name, members, need=need)
        for number, (name, hour, length) in enumerate([("mail", last - 700, 30), ("pay-1", last - 100, 3), ("pay-2", last - 99, 4), ("pay-2", last - 28, 5)]):
            yield from self.incident(number, name, hour, length)
            yield self.change(name, hour, "up", "down")
            yield self.change(name, hour + length, "down", "up")
        yield from [next(self.incident(9, "pay-1", last - 6, 0)), self.change("pay-1", last - 6, "up", "down"), self.change("web", 0, "unknown", "up")]
        yield from (self.change(name, 0, "unknown", "up", "service") for name in ("Site", "Paying", "Invoices", "Buying"))
        yield self.change("Paying", last - 6, "up", "degraded", "service")

    def change(self, name, hour, was, state, kind="check"):
        return record.named("state", name, kind=kind, **{"from": was, "to": state}, at_us=self.at(hour) * 10**6)

    def states(self):
        """What the keeper says."""
        begun, ago = self.at(0) * 10**6, self.at(self.hours - 6) * 10**6
        words = {"module": "tcp", "interval_us": HOUR * 10**6, "location": "here", "start_us": self.at(self.hours - 1) * 10**6, "address": "192.0.2.7"}
        good = {**words, "state": "up", "verdict": "up", "since_us": begun, "elapsed_us": 44100, "steps": "resolve:812,connect:13490,tls:44100"}
        bad = {**words, "state": "down", "verdict": "down", "since_us": ago, "elapsed_us": 13490, "steps": "resolve:812,connect:13490!", "step": "connect",
               "reason": "connection refused <by it>", "incident": "i9", "incident_us": ago}
        lines = "".join(named("check", name, **(bad if name == "pay-1" else good)) for name in ("web", "pay-1", "pay-2", "mail", "new"))
        for name, members, need in (("Site", "web", 1), ("Paying", "pay-1\npay-2", 1), ("Invoices", "mail", 1), ("Buying", "Site\nPaying", 2)):
            lines += named("service", name, state="degraded" if name == "Paying" else "up", since_us=ago if name == "Paying" else begun, need=need, up=need,
                           members=members)
        lines += line("window", services="mail", impact="degraded", text="Backups", from_us=self.us(30), to_us=self.us(31)).replace("window -", "window w1", 1)
        return lines + line("health", ok=1, location="here", checks=5, started_us=begun) + "end -\n"

    def us(self, hours):
        """So long after now."""
        return int((self.now + hours * HOUR) * 10**6)

    def post(self, identity, begins, *updates, **words):
        """The cards of a post and its updates (hours after now, state, text)."""
        written = {"stage": "published", "author": "ann", "state": updates[-1][1], "start_us": self.us(begins), "published_us": self.us(updates[0][0]), **words}
        text = card(identity, "post", at_us=self.us(updates[-1][0]), first_us=self.us(updates[0][0]), **written)
        for number, (hour, state, body) in enumerate(updates):
            text += card(f"{identity}-{number:03}", "update", at_us=self.us(hour), post=identity, state=state, body=body, author="ann", event_us=self.us(hour))
        return text

    def cards(self):
        yield user("ann", "editor")
        yield self.post("0cards000000", -6, (-5.5, "investigating", "Some cards are refused.\n\nWe look into it."),
                        (-3, "identified", "It is our provider: https://provider.example/status"), sort="incident", title="Cards are <refused>", impact="major",
                        components="pay-1", states="partial_outage")
        yield self.post("0slow0000000", -52, (-51, "investigating", "Searching takes long."), (-40, "resolved", "An index had been lost. It is there again."),
                        (-30, "postmortem", "Nobody watched the disk.\n\n- now we do\n- twice"), sort="incident", title="Search was slow", impact="minor",
                        components="web", over_us=self.us(-40))
        yield self.post("0switch00000", 20, (-48, "scheduled", "The shop will be away for a minute."), sort="maintenance", title="A new switch",
                        impact="outage", components="Site", end_us=self.us(22))
        yield self.post("0moving00000", -1, (-90, "scheduled", "Order mail will come late."), (-1, "in_progress", "We have begun."), sort="maintenance",
                        title="Moving the mail", impact="degraded", components="mail", end_us=self.us(1))
        yield self.post("0page0000000", -70, (-70, "published", "It tells you what we know, when we know it."), sort="news", title="We have a status page",
                        impact="none")
        yield self.post("0draft000000", -2, (-2, "investigating", "A guess."), sort="incident", title="Not yet told", impact="minor", components="pay-2",
                        stage="draft", published_us=0)


@test("the pages of a shop on a morning with an outage, to the byte (NINES_GOLDEN=1 writes them anew)")
def pages(tmp):
    clock.stand(tmp, NOW)
    shop = Shop(tmp)
    record.write(shop.store, list(shop.lines()))
    policies, catalog = told(shop.conf)
    with Web(shop.states(), store=shop.store, told=policies + catalog, cards="".join(shop.cards()), reply=Sessions().reply()) as web:
        visitor, ann = Browser(web.port, headers=HOST), Browser(web.port, headers=HOST)
        assert ann.sign_in("ann")[0] == 303
        until("the figures are computed", lambda: not re.search("are being computed|as of not yet", web.get("/statistics/")[2]))
        got = {file: visitor.get(path) for file, path in PAGES.items()}
        got |= {file: ann.get(path) for file, path in SIGNED_IN.items()}
    assert {file: answer[0] for file, answer in got.items()} == dict.fromkeys(got, 200)
    for file, (_, _, body) in got.items():
        keep(ROOT / "tests/golden" / file, re.sub('(name="form" value=)"[0-9a-f]{64}"', r'\1"..."', body))


run()
