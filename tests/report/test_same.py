"""`nines status`, the page and the report show the same figure of a check and of a service, by the rules in force."""
import datetime
import fractions
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "web")]
import record
from daemon import Daemon, until
from keeper import Keeper, Web, line
from tap import BUILD, run, test

UTC = datetime.timezone.utc
NAMES = ("shop", "Mail & more", "Both")
LINES = "".join(line("check", name=name, module="http", state="up", steps="") for name in NAMES[:2])
LINES += line("service", name="Both", state="up", need=2, up=2, members="\n".join(NAMES[:2])) + line("health", ok=1) + "end -\n"
STATES = {"shop": "u" * 30 + "ddd" + "u" * 80 + "d" + "u" * 5,
          "Mail & more": "u" * 20 + "?" * 5 + "u" * 40 + "d" + "u" * 9 + "g" * 20 + "u" * 24}
RESULTS = 120  # so many intervals, in which the history lies
TOLD = {"start", "begin", "zone", "sla", "maintenance", "service", "end", "pages", "target", "page", "part", "pages-end", "serve", "fd", "go", "web",
        "stop"}


def month(at_s, months=0):
    """When the month of an instant began, or that many months later."""
    at = datetime.datetime.fromtimestamp(at_s, UTC)
    return datetime.datetime(at.year + (at.month - 1 + months) // 12, (at.month - 1 + months) % 12 + 1, 1, tzinfo=UTC).timestamp()


def in_one_month(look):
    """Looks again where the month ended between two of the figures."""
    @functools.wraps(look)
    def looks(tmp):
        for attempt in ("first", "second"):
            begun = month(time.time())
            (tmp / attempt).mkdir(mode=0o755)
            try:
                return look(tmp / attempt)
            except AssertionError:
                if month(time.time()) == begun:
                    raise
        return None
    return looks


class History:
    """Two hours of this month that are over, so that no figure changes while it is looked at from three sides; on the month's
    first morning less, down to a microsecond an interval."""

    def __init__(self):
        now = time.time()
        passed_us = int((now - month(now)) * 1_000_000)
        self.every = fractions.Fraction(max(1, min(60_000_000, passed_us // (RESULTS + 30))), 1_000_000)
        self.begin = int(month(now)) + (int((now - month(now)) * 1_000_000) - (RESULTS + 20) * int(self.every * 1_000_000)) \
            * fractions.Fraction(1, 1_000_000)

    def at(self, n):
        """The n-th interval, as a configuration writes it."""
        us = int((self.begin + n * self.every) * 1_000_000)
        return datetime.datetime.fromtimestamp(us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{us % 1_000_000:06}Z"

    def write(self, path):
        record.write(path, [*(record.target(name, self.every) for name in NAMES[:2]), record.service("Both", NAMES[:2], need=2),
                            *record.results("shop", self.begin, self.every, STATES["shop"]),
                            *record.results("Mail & more", self.begin + self.every / 10, self.every, STATES["Mail & more"])])


def nines(*words):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures(document):
    return {one["name"]: one["uptime_month"] for one in document["checks"] + document["services"]}


def reported(conf):
    rows = json.loads(nines("-c", conf, "report", "sla", "--format", "json"))["rows"]
    return {row["name"]: row["uptime_known"] for row in rows}


class OfStore(Web):
    """A web role with a database."""

    def __init__(self, store):
        super().__init__(LINES)
        self.store = store

    def tell(self, text, fd=None):
        super().tell(text.replace("/nonexistent", str(self.store)), fd)

    def figures(self):
        """Those of /status.json, once all are computed; it asks its keeper at most once a second."""
        return until("figures of the page", lambda: (found := figures(json.loads(self.get("/status.json")[2])))
                     and None not in found.values() and found)


@test("status, page and report agree")
@in_one_month
def agree(tmp):
    History().write(tmp / "nines.db")
    (tmp / "nines.conf").write_text('store = "nines.db"\n')
    report = reported(tmp / "nines.conf")
    assert set(report) == set(NAMES) and len(set(report.values())) == 3 and None not in report.values(), report
    keeper = Keeper(LINES).listen(tmp / "control")
    assert figures(json.loads(nines("-c", tmp / "nines.conf", "status", "--json", "--socket", tmp / "control"))) == report
    text = nines("-c", tmp / "nines.conf", "status", "--socket", tmp / "control")
    keeper.die()
    with OfStore(tmp / "nines.db") as web:
        assert web.figures() == report
        for name, figure in report.items():
            page = web.get(f"/monitor/{urllib.parse.quote(name)}/")[2]
            assert figure in text and f"this month</th><td>{figure[:-3]} %" in page, (name, figure, page)


RULES = {
    "strict": 'blips = "up" unknown = "down" outage-start = "midpoint" degraded-weight = 0.5',
    "mild": 'blips = "down" unknown = "up" degraded-weight = 0.25 hours = {"Mon-Sun 00:00-24:00"}',
}


def configured(history, rules):
    """All after the history is maintenance: what the daemon finds now moves no figure."""
    check = 'host = "127.0.0.1" port = 1 every = "31d"'
    return (f'tcp "shop" {{ {check} }}\ntcp "Mail & more" {{ {check} }}\n'
            'service "Both" { members = {"shop", "Mail & more"} need = 2 sla = "gold" role = "core" }\n'
            'service "By pattern" { members = {"M*", "shop"} need = 2 sla = "gold" }\n'
            f'sla "gold" {{ target = 99.9 zone = "Europe/Berlin" {RULES[rules]} }}\n'
            f'maintenance "moved" {{ services = {{"shop", "Both"}} start = "{history.at(31)}" end = "{history.at(34)}" }}\n'
            f'maintenance "later on" {{ start = "{history.at(RESULTS - 2)}" end = "2999-01-01T00:00:00Z" text = "it\'s \\"over\\"" }}\n')


def of_daemon(daemon):
    with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/status.json", timeout=20) as answer:
        return figures(json.load(answer))


def compare(daemon):
    """What all three say."""
    report = reported(daemon.conf)
    assert set(report) == {*NAMES, "By pattern"} and None not in report.values(), report
    assert figures(daemon.status()) == report
    page = until("figures of the page", lambda: (found := of_daemon(daemon)) and None not in found.values() and found)
    assert page == report, (page, report)
    return report


def give_history(tmp, history):
    """As the store of a daemon to come, under the user that its own would have when the test is root's."""
    with Daemon(tmp) as daemon:
        until("a store", lambda: (tmp / "store" / "nines.db").exists())
        assert daemon.stop() == 0
    is_of = (tmp / "store").stat()
    for path in (tmp / "store").iterdir():
        path.unlink()
    (tmp / "new").mkdir()
    history.write(tmp / "new" / "nines.db")
    for path in (tmp / "new").iterdir():
        os.chown(path, is_of.st_uid, is_of.st_gid)
        path.rename(tmp / "store" / path.name)


@test("they agree on slas and declared maintenance too, also after a reload")
@in_one_month
def ruled(tmp):
    history = History()
    give_history(tmp, history)
    with Daemon(tmp, configured(history, "strict"), arguments=("--trace",)) as daemon:
        daemon.until_status("checks", lambda s: len(s["checks"]) == 2 and len(s["services"]) == 2)
        strict = compare(daemon)
        since = daemon.reload(configured(history, "mild"))
        daemon.wait("was read again and is in force", since=since)
        until("other figures", lambda: of_daemon(daemon)["Both"] != strict["Both"])
        mild = compare(daemon)
        assert daemon.stop() == 0
        told = set(re.findall(r"parent > web: (\S+)", daemon.output()))
    plain = {name: figure for name, figure in mild.items() if name in NAMES[:2]}
    assert len({plan[name] for plan in (strict, mild) for name in ("Both", "By pattern")}) == 4, (strict, mild)
    assert {name: strict[name] for name in plain} == plain, "the default rules of checks changed"
    assert {"sla", "maintenance", "service"} <= told <= TOLD, told


def zoned(now):
    """(zone, hours east of UTC) of a month that began at another time than UTC's and is hours old."""
    return ("Pacific/Kiritimati", 14) if datetime.datetime.fromtimestamp(now, UTC).day <= 27 else ("Etc/GMT+12", -12)


class Around:
    """A sample an hour from days before the month of that zone began until four hours ago; down on the evening before the month (its
    month alone leaves that out), the first morning and a part of the first evening."""

    def __init__(self, now, east):
        self.now, self.local = now, datetime.timezone(datetime.timedelta(hours=east))
        at = datetime.datetime.fromtimestamp(now, self.local)
        self.begin = int(datetime.datetime(at.year, at.month, 1, tzinfo=self.local).timestamp())
        self.hours = [(self.begin + n * 3600, "d" if n in (*range(-7, -2), *range(4, 9), 17, 18) else "u")
                      for n in range(-72, int(now - self.begin) // 3600 - 4)]

    def write(self, path):
        record.write(path, [record.target("shop", 3600), *(record.result("shop", at, record.STATES[s], 3600) for at, s in self.hours)])

    def known(self, begin_hour=0, end_hour=24):
        """Of its month, within those hours of the zone's days."""
        seen = [s for at, s in self.hours if at >= self.begin
                and begin_hour <= datetime.datetime.fromtimestamp(at, self.local).hour < end_hour]
        return f"{seen.count('u') * 10**8 // len(seen) / 10**6:.6f}"


@test("months and hours are those of the zone of the sla, on status, page and report, from which the page can read no zone file")
def zones(tmp):
    now = time.time()
    zone, east = zoned(now)
    history = Around(now, east)
    give_history(tmp, history)
    conf = ('tcp "shop" { host = "127.0.0.1" port = 1 every = "31d" }\n'
            'service "Far" { members = {"shop"} sla = "far" }\nservice "Mornings" { members = {"shop"} sla = "mornings" }\n'
            f'sla "far" {{ target = 99.9 zone = "{zone}" }}\n'
            f'sla "mornings" {{ target = 99.9 zone = "{zone}" hours = {{"Mon-Sun 00:00-12:00"}} }}\n')
    since = datetime.datetime.fromtimestamp(history.hours[-1][0] + 3600, UTC).isoformat()
    conf += f'maintenance "now" {{ start = "{since}" end = "2999-01-01T00:00:00Z" }}\n'  # what the daemon finds moves no figure
    expected = {"Far": history.known(), "Mornings": history.known(0, 12)}
    with Daemon(tmp, conf) as daemon:
        daemon.until_status("services", lambda s: len(s["services"]) == 2)

        def far(found):
            return {name: found[name] for name in expected}
        assert far(reported(daemon.conf)) == expected, (reported(daemon.conf), expected)
        assert far(figures(daemon.status())) == expected
        until("figures of the page", lambda: None not in far(of_daemon(daemon)).values())
        assert far(of_daemon(daemon)) == expected, of_daemon(daemon)
        rows = json.loads(nines("-c", daemon.conf, "report", "sla", "--format", "json"))["rows"]
        assert {row["name"]: row["span_zone"] for row in rows} == {"shop": "UTC", "Far": zone, "Mornings": zone}
        assert daemon.stop() == 0
    assert expected["Far"] != expected["Mornings"] or now - history.begin < 86400, "a case that proves nothing"


@test("rules that cannot be believed leave those before in force")
@in_one_month
def broken(tmp):
    History().write(tmp / "nines.db")
    begun = datetime.datetime.fromtimestamp(month(time.time()), UTC).isoformat()
    with OfStore(tmp / "nines.db") as web:
        before = web.figures()
        web.tell(f"begin 1\nsla gold target=99\nmaintenance all start={begun} end=nonsense\nend 1\n")
        web.tell("begin 2\nservice Both need=2\nend 2\nsla gold target=1\nend 2\nmaintenance - name=\"\"\n")
        assert web.figures() == before
        web.tell('begin 3\nsla gold target=99 degraded-weight=0.5\nservice Both members="shop\\nMail & more" need=2 sla=gold\nend 3\n')
        until("other figures", lambda: web.figures()["Both"] != before["Both"])
        assert {**web.figures(), "Both": 0} == {**before, "Both": 0}


@test("without a database status and page show no figure")
def none(tmp):
    keeper = Keeper(LINES).listen(tmp / "control")
    (tmp / "nines.conf").write_text('store = "none.db"\n')
    assert set(figures(json.loads(nines("-c", tmp / "nines.conf", "status", "--json", "--socket", tmp / "control"))).values()) == {None}
    keeper.die()
    with Web(LINES) as web:
        assert "this month" not in web.get("/")[2]


run()
