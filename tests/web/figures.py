"""tests/web/figures.py: a record of 100 days up to now, and the web role above it, for tests of pages that show figures.

    with pages(tmp) as web:
        status, headers, body = web.get("/monitor/shop/1/")
"""
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "config")]
import clock  # noqa: E402
import loader  # noqa: E402
import record  # noqa: E402
from keeper import Web, line  # noqa: E402
from tap import BUILD  # noqa: E402

HOUR, DAY = 3600, 86400
DAYS = 100
STEPS = "resolve:812,connect:13490,tls:44100,first-byte:{}"
HOSTILE = "</td><script>alert(1)</script>&\"'"
CONF = """
store = "{store}"
modules = "{build}/modules"
sla "berlin" {{ target = 99.5 zone = "Europe/Berlin" }}
sla "agreed" {{ target = 99 zone = "America/New_York" hours = {{"Mon-Fri 08:00-18:00"}} degraded-weight = 0.5 }}
tcp "shop/1" {{ host = 127.0.0.1 port = 9 every = 1h category = "Payment" }}
tcp "shop/2" {{ host = 127.0.0.1 port = 9 every = 1h category = "Payment" }}
tcp "mail" {{ host = 127.0.0.1 port = 9 every = 1h category = "Mail & more" }}
tcp "young" {{ host = 127.0.0.1 port = 9 every = 1h }}
tcp "secret" {{ host = 127.0.0.1 port = 9 every = 1h category = "Hidden" }}
service "Shop" {{ members = {{"shop/1", "shop/2"}} need = 1 sla = "berlin" category = "Payment" }}
service "Both" {{ members = {{"shop/1", "mail"}} need = 2 sla = "agreed" }}
maintenance "works" {{ services = {{"Shop", "Both"}} start = "{start}" end = "{end}" announced = "2020-01-01" impact = outage }}
page "status" {{ title = "Status of the shop" }}
page "public" {{ title = "Public" show = {{"Shop", "mail"}} host = {{"public.example"}} }}
page "bare" {{ title = "Bare" statistics = no }}
page "all" {{ title = "All" details = yes }}
"""


def states(hours, *faults):
    """Up each hour, but from-to of each fault (hour, length, letter)."""
    letters = ["u"] * hours
    for begin, length, letter in faults:
        letters[begin:begin + length] = letter * len(letters[begin:begin + length])
    return "".join(letters)


def stamp(at_s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))


class Past:
    """The record: all is over by an hour before now, when the last probe was."""
    DAYS, CONF = DAYS, CONF

    def __init__(self, folder):
        self.now = clock.now_us() // 10**6
        self.hours = self.DAYS * 24
        self.begin = self.now - self.now % HOUR - self.hours * HOUR
        self.store = folder / "nines.db"
        self.conf = folder / "nines.conf"
        self.conf.write_text(self.CONF.format(store=self.store, build=BUILD, start=stamp(self.at(self.hours - 300)), end=stamp(self.at(self.hours - 290))))

    def at(self, hour):
        return self.begin + hour * HOUR

    def check(self, name, *faults, since=0, elapsed_us=98100, **about):
        yield record.target(name, HOUR, module="tcp", **about)
        steps = STEPS.format(elapsed_us)
        for n, letter in enumerate(states(self.hours, *faults)[since:], since):
            if letter != " ":
                words = {"steps": steps} if letter in "ug" else {"steps": "resolve:812,connect:13490!", "reason": f"refused {HOSTILE}", "step": "connect"}
                yield record.result(name, self.at(n), record.STATES[letter], HOUR, elapsed_us=elapsed_us + n % 7 * 1000, **words)

    def incident(self, number, name, hour, length):
        yield (f"incident i{number} check={record.role.quote(name)} event=confirmed start_us={self.at(hour) * 10**6} "
               f"at_us={self.at(hour) * 10**6} step=connect reason={record.role.quote('refused ' + HOSTILE)}")
        yield (f"incident i{number} check={record.role.quote(name)} event=closed start_us={self.at(hour) * 10**6} "
               f"at_us={self.at(hour + length) * 10**6}")

    def lines(self):
        last = self.hours
        yield from self.check("shop/1", (100, 3, "d"), (last - 295, 4, "d"), (last - 40, 2, "d"), (last - 200, 9, "g"), category="Payment")
        yield from self.check("shop/2", (last - 294, 2, "d"), (last - 41, 5, "d"), elapsed_us=198100, category="Payment")
        yield from self.check("mail", (500, 30, "?"), (last - 700, 50, " "), (last - 5, 3, "d"), category="Mail & more")
        yield from self.check("young", since=last - 30)
        yield from self.check("secret", category="Hidden")
        yield record.service("Shop", ["shop/1", "shop/2"], need=1, category="Payment")
        yield record.service("Both", ["shop/1", "mail"], need=2)
        yield from self.incident(1, "shop/1", last - 40, 2)
        yield from self.incident(2, "mail", last - 5, 3)

    def bring_in(self):
        """What another tool kept of "young": a month that was over before our own watch began."""
        history = self.store.with_name("history.csv")
        rows = (f"young,{stamp(self.at(hour))},{'down' if hour % 200 < 5 else 'up'}" for hour in range(self.hours - 1700, self.hours - 980))
        history.write_text("\n".join(["check,ts_utc,state", *rows, ""]))
        subprocess.run([str(BUILD / "nines"), "import", "csv", str(history), "--interval", "1h", "--store", str(self.store)], check=True,
                       capture_output=True)

    def write(self):
        record.write(self.store, list(self.lines()), chain=True)
        self.bring_in()
        subprocess.run([str(BUILD / "nines"), "reclassify", "shop/1", "--from", stamp(self.at(100)), "--to", stamp(self.at(102)), "--as", "up",
                        "--reason", "our own router", "--by", "anna", "--store", str(self.store)], check=True, capture_output=True)
        return self

    def report(self, *words):
        done = subprocess.run([str(BUILD / "nines"), "-c", str(self.conf), "report", *words, "--store", str(self.store), "--format", "json"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


NAMES = ("shop/1", "shop/2", "mail", "young", "secret")


def overview(down=("mail",)):
    now_us = clock.now_us()
    found = "".join(line("check", name=name, module="tcp", state="down" if name in down else "up", since_us=now_us - 90_000_000,
                         values="certificate_days:41:d", steps="") for name in NAMES)
    found += line("service", name="Shop", state="up", since_us=now_us, need=1, up=2, members="shop/1\nshop/2")
    found += line("service", name="Both", state="down", since_us=now_us, need=2, up=1, members="shop/1\nmail")
    return found + line("health", ok=1) + "end -\n"


POLICY = ("begin", "zone", "sla", "maintenance", "service", "customer", "end")
ABOUT = ("module", "title", "category", "owner", "owners", "url", "standing", "parents", "members", "need", "every_us", "role", "feeds", "fallback", "visit")


def told(conf):
    """What the parent tells the web of a configuration: figures, then pages."""
    status, lines, said = loader.load(conf)
    assert status == 0, (lines, said)
    policies = [text for text in lines if text.split()[0] in POLICY]
    catalog = ["pages 7", *(text for text in lines if text.split()[0] in ("zone", "role", "page", "part", "canned"))]
    for verb, name, words in (loader.words(text) for text in lines if text.split()[0] in ("define", "service")):
        catalog.append(record.named("target", name, **{key: words[key] for key in ABOUT if key in words}))
    return "\n".join([*policies, ""]), "\n".join([*catalog, "pages-end 7", ""])


def pages(past):
    policies, catalog = told(past.conf)
    return Web(overview(), store=past.store, told=policies + catalog)
