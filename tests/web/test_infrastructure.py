"""/infrastructure/: boxes, servers, arrows and roles of a page, now and at any time on record."""
import html
import json
import pathlib
import re
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import record  # noqa: E402
from golden import keep  # noqa: E402
from keeper import Web, line  # noqa: E402
from tap import ROOT, run, test  # noqa: E402

NOW_US = int(time.time() * 1e6)
HOUR = 3600 * 10**6
CHECKS = ["gw1", "gw2", "bmx1", "fw1", "fw2", "store1", "new1", "lone"]
SERVICES = [("Gateways", "gw1\ngw2", dict(role="incoming", feeds="Filters", fallback="Backup MX")),
            ("Backup MX", "bmx1", dict(role="incoming", feeds="Filters")),
            ("Filters", "fw1\nfw2\nnew1", dict(role="incoming", feeds="Stores", need=2)),
            ("Core", "Stores", dict(role="core")), ("Stores", "store1", dict(role="core"))]


def told(page="", **more):
    """The configuration as the parent tells it."""
    lines = "pages 1\n" + line("role", name="incoming", title="Incoming mail", text="Mail comes in here.")
    for name in CHECKS:
        lines += line("target", name=name, module="tcp", every_us=60 * 10**6, **(dict(standing="in-preparation") if name == "new1" else {}),
                      **more.get(name, {}))
    for name, members, words in SERVICES:
        lines += line("target", name=name, members=members, **{"need": 1, **words})
    return lines + (page or line("page", name="status", title="Example Mail")) + "pages-end 1\n"


def status(**states):
    """What the keeper says: all up for a day but what is named."""
    lines = ""
    for name in CHECKS:
        lines += line("check", name=name, module="tcp", state=states.get(name, "up"), since_us=NOW_US - 24 * HOUR)
    for name, members, _ in SERVICES:
        lines += line("service", name=name, state=states.get(name.split()[0].lower(), "up"), since_us=NOW_US - 76 * HOUR, need=1, up=1,
                      members=members)
    return lines + line("health", ok=1) + "end -\n"


def plain(body):
    """The text below the map, tags taken out, one line an item."""
    body = body[body.index('<ul class="house">'):body.index("</main>")]
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", body, flags=re.S)))


def drawn(body):
    return html.unescape(" ".join(re.findall(r"<text[^>]*>(?:<title>[^<]*</title>)?([^<]*)", body)))


@test("boxes with servers, roles, arrows and online times, as a drawing and as text")
def now():
    with Web(status(gw2="down", store1="down").replace('"store1"', '"store1" maintenance=1', 1), told=told()) as web:
        code, headers, body = web.get("/infrastructure/")
        style = web.get("/drawing.css")
    assert code == 200 and style[0] == 200 and "--c-online" in style[2], code
    text = plain(body)
    for wanted in ("Gateways: up, 1 of 2 work, 1 needed, online 3 d 4 h; role A, Incoming mail; hands on to Filters; "
                   "when that cannot be done, to Backup MX", "gw1: up, online 1 d 0 h", "gw2: down 1 d 0 h", "new1: in preparation", "store1: in maintenance\n",
                   "Filters: up, 2 of 2 work, 2 needed", "Core: up, 1 of 1 work", "role B, core", "lone: up, online 1 d 0 h"):
        assert wanted in text, (wanted, text)
    assert text.index("Core") < text.index("Stores: ") < text.index("store1")
    for wanted in ("Gateways", "gw1", "online 3 d 4 h", "down 1 d 0 h", "in preparation", "Stores", "On their own"):
        assert wanted in drawn(body), (wanted, drawn(body))
    assert "Mail comes in here." in body and "stroke-dasharray" in body and 'aria-labelledby="c1t c1d"' in body
    assert "<script" not in body and " style=" not in body and "{{" not in body


# what the keeper says, windows, what the map says of Filters (it needs both), what the status page, the badge and the API say
FAILING = [
    ("one of two works", dict(fw1="down", filters="down"), "", "Filters: partial outage 3 d 4 h, 1 of 2 work, 2 needed", "Partial outage", "partial_outage"),
    ("one has just failed", dict(fw1="down", fw2="unconfirmed", filters="down"), "", "Filters: partial outage 3 d 4 h, 0 of 2 work", "Partial outage",
     "partial_outage"),
    ("none works", dict(fw1="down", fw2="down", filters="down"), "", "Filters: down 3 d 4 h, 0 of 2 work", "Outage", "major_outage"),
    ("what fails is in maintenance", dict(fw1="down", filters="down"), "fw1", "Filters: in maintenance, 1 of 2 work", "Maintenance", "under_maintenance"),
    ("what works is in maintenance", dict(fw1="down", filters="down"), "fw2", "Filters: down 3 d 4 h, 1 of 2 work", "Outage", "major_outage"),
]
for name, states, maintained, on_map, on_page, in_api in FAILING:
    @test(f"the map, the status page, the badge and the API have one word for a service: {name}")
    def failing(states=states, maintained=maintained, on_map=on_map, on_page=on_page, in_api=in_api):
        window = line("window", services=maintained, impact="outage", text="", from_us=NOW_US - HOUR, to_us=NOW_US + HOUR).replace("window -", "window 1", 1)
        said = status(**states).replace(f'"{maintained}"', f'"{maintained}" maintenance=1', 1)
        said = said.replace("health -", window + "health -", 1) if maintained else said
        with Web(said, told=told()) as web:
            body = web.get("/infrastructure/")[2]
            assert on_map in plain(body), plain(body)
            assert re.search(rf'<strong>(?:<a[^>]*>)?Filters(?:</a>)?</strong>\s*<span class="state [^"]*">{on_page}<', web.get("/")[2]), on_page
            assert json.loads(web.get("/badge/Filters/status.json")[2])["message"] == on_page
            parts = {c["name"]: c["status"] for c in json.loads(web.get("/api/v2/summary.json")[2])["components"]}
            assert parts["Filters"] == in_api, parts
            if "partial" in in_api:
                assert "partial outage" in drawn(body) and "partial outage: Some of what it is made of does not work." in html.unescape(
                    re.sub("<[^>]+>", "", body)), "the drawing and its legend"
                assert "1 of them down, 1 partly" in body


@test("a box whose members weigh differently counts what they weigh")
def weighted():
    for need, says in ((2, "2 needed"), ("all", "5 needed")):
        lines = told().replace(' need="2"', f' need="{need}" weights="fw*: 2\\nfw2: 3\\nnew1: 9"')
        assert "weights=" in lines, lines
        with Web(status(fw1="down"), told=lines) as web:
            body = web.get("/infrastructure/")[2]
        assert f"Filters: up, weight 3 of 5 works, {says}" in plain(body), plain(body)
        assert "up, weight 3 of 5" in " ".join(drawn(body).split()), drawn(body)


GOLDEN = ROOT / "tests/golden"
HOUSES = {
    "alone": [("Web", "a", {})],
    "chain": [("In", "a\nb", dict(role="in", feeds="Filter", fallback="Spare")), ("Spare", "c", dict(role="in", feeds="Filter")),
              ("Filter", "d", dict(role="filter", feeds="Store")), ("Store", "e\nf", dict(role="store"))],
    "circle": [("A", "a", dict(feeds="B")), ("B", "b", dict(feeds="C")), ("C", "c", dict(feeds="A", fallback="B"))],
    "nested": [("Site", "Front\nBack", {}), ("Front", "a\nb", dict(role="web", feeds="Back")), ("Back", "Data\nd", {}), ("Data", "c", dict(role="data"))],
}


@test("the drawings of four houses, to the byte (NINES_GOLDEN=1 writes them anew)")
def golden():
    for house, services in HOUSES.items():
        lines = "pages 1\n" + "".join(line("target", name=name, module="tcp") for name in "abcdef")
        lines += "".join(line("target", name=name, members=members, **{"need": 1, **words}) for name, members, words in services)
        now_us = int(time.time() * 1e6)
        said = "".join(line("check", name=name, state="down" if name == "b" else "up", since_us=now_us - 5 * HOUR) for name in "abcdef")
        said += "".join(line("service", name=name, state="up", since_us=now_us - 30 * HOUR) for name, _, _ in services)
        with Web(said + "health - ok=1\nend -\n", told=lines + line("page", name="status") + "pages-end 1\n") as web:
            body = web.get("/infrastructure/")[2]
        drawing = re.search(r'<svg [^>]*role="img".*?</svg>\n', body, flags=re.S)[0]
        keep(GOLDEN / f"infrastructure-{house}.svg", drawing)


@test("a map whose boxes can stand below each other is no wider than its place on a page: nothing is cut at the right")
def fits():
    house = [*SERVICES[:3], SERVICES[4], ("Mail", "Gateways\nBackup MX\nFilters\nStores", {}), ("Other", "store1", {})]
    lines = "".join(line("target", name=name, module="tcp") for name in CHECKS) + "".join(
        line("target", name=name, members=members, need=1, **{k: v for k, v in words.items() if k != "need"}) for name, members, words in house)
    now = status().replace("health -", "".join(line("service", name=name, state="up", since_us=NOW_US, need=1, up=1, members=members)
                                               for name, members, _ in house[-2:]) + "health -", 1)
    with Web(now, told="pages 1\n" + lines + line("page", name="status", title="Example Mail") + "pages-end 1\n") as web:
        body = web.get("/infrastructure/")[2]
    width = int(re.search(r'<svg [^>]*role="img"[^>]* width="(\d+)"', body)[1])
    assert 600 < width <= 900, width  # 60rem less what stands around it: web/style.css


@test("a page shows its own services and no others")
def pages():
    page = line("page", name="status", title="Example", show="Gateways")
    with Web(status(), told=told(page)) as web:
        body = web.get("/infrastructure/")[2]
    assert "Gateways" in body and "gw1" in body
    for hidden in ("Filters", "fw1", "Backup", "lone", "Core"):
        assert hidden not in body, hidden


AT = 1_792_000_000  # 2026-10-14T17:46:40Z


def change(name, at_s, was, state, kind="check"):
    return record.named("state", name, kind=kind, **{"from": was, "to": state}, at_us=at_s * 10**6)


PAST = [change("gw1", AT, "unknown", "up"), change("gw2", AT, "unknown", "up"), change("fw1", AT, "unknown", "up"),
        change("Gateways", AT, "unknown", "up", "service"),
        change("gw1", AT + 3600, "up", "unconfirmed"), change("gw1", AT + 3660, "unconfirmed", "down"),
        change("gw1", AT + 7200, "down", "up"),
        change("gw2", AT + 5000, "up", "unconfirmed"), change("gw2", AT + 5060, "unconfirmed", "up"),
        change("fw1", AT + 6000, "up", "degraded"), change("fw1", AT + 6300, "degraded", "up"),
        "marker - kind=monitor-off at_us={0} from_us={1} to_us={0}".format((AT + 30000) * 10**6, (AT + 20000) * 10**6)]


def at(web, second, stamp="%Y-%m-%dT%H:%M:%S"):
    return web.get("/infrastructure/?at=" + time.strftime(stamp, time.gmtime(AT + second)))


@test("how it stood then: the states and online times of that time, the changes next to it, nothing where nobody watched")
def past(tmp):
    record.write(tmp / "nines.db", PAST)
    with Web(status(store1="down"), told=told(), store=tmp / "nines.db") as web:
        for second, wanted in {
                3000: ("gw1: up, online 50 min", "gw2: up, online 50 min", "Gateways: up, 2 of 2 work, 1 needed, online 50 min",
                       "bmx1: not known"),
                3630: ("gw1: failing, checked again",), 4000: ("gw1: down", "Gateways: up, 1 of 2 work", "new1: in preparation"),
                5030: ("gw2: failing, checked again", "gw1: down 22 min"), 5300: ("gw2: up, online 1 h 28 min",), 6100: ("fw1: degraded, online 1 h 41 min",),
                7200: ("gw1: up, online 0 s",), 8000: ("gw1: up, online 13 min", "gw2: up, online 2 h 13 min", "store1: not known")}.items():
            code, _, body = at(web, second)
            for one in wanted:
                assert code == 200 and one in plain(body), (second, one, plain(body))
            assert "as it was at" in body
        body = at(web, 4000)[2]
        steps = re.findall(r'\?at=([^"]+)"', body)
        assert steps == [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(AT + s)) for s in (3660, 5000)], steps
        assert re.findall(r'\?at=([^"]+)"', web.get("/infrastructure/?at=" + steps[0])[2])[0].endswith("46:40Z")  # AT + 3600
        body = at(web, 25000)[2]
        assert "The monitor was off" in body and "up, online" not in plain(body)
        body = at(web, -100)[2]
        assert ": up" not in plain(body)
        assert at(web, 3000, "%Y-%m-%dT%H:%M")[0] == 200
        body = web.get("/infrastructure/")[2]
        assert "store1: down" in plain(body) and "gw1: up, online" in plain(body)


@test("a time that is none is refused in words, one to come shows the present")
def times():
    with Web(status(), told=told()) as web:
        for wrong in ("yesterday", "2026-13-01T00:00", "%00", "2026-11-20T14:00%27;drop", "9" * 300):
            code, _, body = web.get("/infrastructure/?at=" + wrong)
            assert code == 400 and ("That is no time" in body or "T" not in wrong or len(body) < 200), (wrong, code, body[:200])
        code, _, body = web.get("/infrastructure/?at=2999-01-01T00:00")
        assert code == 200 and "has not come yet" in body
        code, _, body = web.get("/infrastructure/?at=2026-10-01T00:00")
        assert code == 200 and "record cannot be read" in body


@test("times are those of the page's zone: as shown, as asked for in the form; an address may say UTC")
def zone():
    bytes_ = pathlib.Path("/usr/share/zoneinfo/Asia/Tokyo").read_bytes()
    lines = told(page=line("page", name="status", title="Example Mail", zone="Asia/Tokyo")).replace(
        "pages 1\n", "pages 1\n" + line("zone", name="Asia/Tokyo", bytes=bytes_), 1)
    with Web(status(), told=lines) as web:
        for at in ("2026-10-01T09:00", "2026-10-01T09:00:00", "2026-10-01T00:00:00Z", "2026-10-01T02:00:00%2B02:00"):
            body = web.get("/infrastructure/?at=" + at)[2]
            assert '<time datetime="2026-10-01T00:00:00Z">1 Oct 2026, 09:00 JST</time>' in body, (at, re.findall("<time.*?</time>", body))
            assert 'value="2026-10-01T09:00:00"' in body and "How it stood at (Asia/Tokyo)" in body
        assert "by the clock of Asia/Tokyo" in web.get("/infrastructure/?at=yesterday")[2]
        assert re.search(r'as of <time datetime="[^"]*Z">\d+ \w{3} \d{4}, \d\d:\d\d JST</time>', web.get("/infrastructure/")[2])
    with Web(status(), told=told()) as web:
        body = web.get("/infrastructure/?at=2026-10-01T09:00")[2]
        assert "1 Oct 2026, 09:00 UTC</time>" in body and "How it stood at (UTC)" in body


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><b>", "{{{list}}}", "\u202egnp.exe", "a" * 3000, "]]><x/>"]


@test("no name, title, role or text becomes markup")
def hostile():
    lines, says = "pages 1\n", ""
    for i, text in enumerate(HOSTILE):
        lines += line("role", name=text, title=text, text=text)
        lines += line("target", name=f"c{i}", title=text, module="tcp", standing=text if i % 2 else "in-service")
        lines += line("target", name=text, title=text, role=text, members=f"c{i}", feeds="\n".join(HOSTILE), fallback=text)
        says += line("check", name=f"c{i}", state=text, module=text, since_us=1)
    lines += line("page", name="status", title=HOSTILE[0]) + "pages-end 1\n"
    with Web(says + "health - ok=1\nend -\n", told=lines) as web:
        code, _, body = web.get("/infrastructure/")
    assert code == 200
    for mark in ("<script", "<img", "<b>", "<x/>", "\u202e"):
        assert mark not in body, mark
    assert body.count('<ul class="house">') == 1


@test("a house of 300 services and 3,000 checks is bounded, and says what it leaves out")
def large():
    names = [f"check {i}" for i in range(3000)]
    lines = "pages 1\n" + "".join(line("target", name=name, module="tcp") for name in names)
    for i in range(300):
        lines += line("target", name=f"S{i}", members="\n".join(names[i * 10:i * 10 + 10]), need=1, feeds=f"S{i * 7 % 300}\nS{i // 2}")
    with Web("health - ok=1\nend -\n", told=lines + line("page", name="status") + "pages-end 1\n") as web:
        code, _, body = web.get("/infrastructure/")
    assert code == 200 and len(body) < 4_000_000, len(body)
    assert "more are not shown here" in body


run()
