"""The status page and what belongs to it, of a web role that is told everything by this test: what it says, what it never tells, and what it looks like."""
import json
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import figures  # noqa: E402
import shown  # noqa: E402
from daemon import until  # noqa: E402
from crawl import Document, routes  # noqa: E402
from keeper import Web, line  # noqa: E402
from payloads import MARKUP, raw  # noqa: E402
from shown import DAY, HOUR, MINUTE, NOW_US, card, check, named, pages, post, site, states, window  # noqa: E402
from tap import BUILD, run, test  # noqa: E402

END = line("health", ok=1, version="0.1", checks=1) + "end -\n"


def utc(us):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(us // 1_000_000))


def section(body, name):
    """What stands in the section of that heading's id."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', body, re.S)
    return found[1] if found else ""


def headline(body):
    return re.search(r"<h1>(.*?)</h1>", body)[1]


def state_of(body, title):
    """What stands beside a name in the tree."""
    tree = section(body, "services")
    return re.search(rf'<strong>(?:<a [^>]*>)?{re.escape(title)}(?:</a>)?</strong>\s*<span class="state [^"]*">([^<]*)', tree)[1]


# name, what the keeper says, posts, the headline, and what stands beside some names
OVERALL = [
    ("all is well", states(vault="up"), "", "Not everything is known", {"The shop": "Operational", "backup": "Not known"}),
    ("a part of all is out", states(), "", "Partial outage", {"Vault": "Outage", "vault": "Outage", "The shop": "Operational"}),
    ("a server of several is out", states("down", vault="up"), "", "Not everything is known", {"The shop": "Operational", "Web server 1": "Outage"}),
    ("a service whose other member works is partly out", states("down", vault="up", shop="down"), "", "Partial outage", {"The shop": "Partial outage"}),
    ("a service whose other member is paused is out", states("down", vault="up", shop="down").replace('state="up"', 'paused=1 state="up"', 1), "",
     "Partial outage", {"The shop": "Outage", "web-2": "Paused"}),
    ("slow", states(vault="up", shop="degraded"), "", "Degraded performance", {"The shop": "Degraded"}),
    ("a failure that is tested again is not believed", states("unconfirmed", vault="up"), "", "Not everything is known", {"Web server 1": "Operational"}),
    ("a post claims more than is measured", states(vault="up"), post("0a", components="Shop", states="major_outage", impact="major"), "Partial outage",
     {"The shop": "Outage"}),
    ("a post claims less than is measured", states(), post("0a", components="Vault", states="degraded_performance", impact="minor"), "Partial outage",
     {"Vault": "Outage"}),
    ("a critical post", states(vault="up"), post("0a", components="Shop", impact="critical"), "Major outage", {"The shop": "Operational"}),
    ("a post of something inside", states(vault="up"), post("0a", components="web-1", states="partial_outage", impact="none"), "Partial outage",
     {"Web server 1": "Partial outage"}),
    ("a resolved post claims nothing", states(vault="up"), post("0a", components="Shop", states="major_outage", impact="critical", state="resolved"),
     "Not everything is known", {"The shop": "Operational"}),
    ("a draft claims nothing", states(vault="up"), post("0a", components="Shop", states="major_outage", impact="critical", stage="draft"),
     "Not everything is known", {"The shop": "Operational"}),
    ("maintenance hides what it takes down", states("down", "down", vault="up", shop="down"),
     post("0a", sort="maintenance", state="in_progress", components="Shop", impact="outage"), "Under maintenance",
     {"The shop": "Maintenance", "Web server 1": "Maintenance"}),
    ("maintenance of a member explains its service", states("down", vault="up", shop="down"),
     post("0a", sort="maintenance", state="in_progress", components="web-1", impact="outage"), "Under maintenance", {"The shop": "Maintenance"}),
    ("maintenance to come claims nothing", states(vault="up"),
     post("0a", sort="maintenance", state="scheduled", components="Shop", impact="outage", start_us=NOW_US + DAY), "Not everything is known",
     {"The shop": "Operational"}),
]

for name, lines, cards, wanted, beside in OVERALL:
    @test(f"overall: {name}")
    def overall(lines=lines, cards=cards, wanted=wanted, beside=beside):
        with site(lines, cards) as web:
            body = web.get("/")[2]
        assert headline(body) == wanted, headline(body)
        for title, state in beside.items():
            assert state_of(body, title) == state, (title, state_of(body, title))


# name, what the keeper says, posts, what the banner says of what fails, and since when beside a name
SINCE = [
    ("what is measured", states("down", "down", shop="down", vault="up"), "", [("The shop", "Outage", 2 * HOUR)], ("web-2", HOUR)),
    ("all that fails, the worst first", states(shop="degraded"), "", [("Vault", "Outage", HOUR), ("The shop", "Degraded", 2 * HOUR)], ("vault", HOUR)),
    ("a post that claims more tells since when", states(vault="up"), post("0a", components="Shop", states="major_outage", start_us=NOW_US - 9 * HOUR),
     [("The shop", "Outage", 9 * HOUR)], ("The shop", 9 * HOUR)),
    ("a post says that the same began earlier", states(), post("0a", components="Vault", states="major_outage", start_us=NOW_US - 9 * HOUR),
     [("Vault", "Outage", 9 * HOUR)], ("Vault", 9 * HOUR)),
    ("a post of something inside", states(vault="up"), post("0a", components="web-2\nVault", states="partial_outage\noperational", start_us=NOW_US - 9 * HOUR),
     [("web-2", "Partial outage", 9 * HOUR)], ("web-2", 9 * HOUR)),
    ("a post claims less than is measured", states(), post("0a", components="Vault", states="degraded_performance", start_us=NOW_US - 9 * HOUR),
     [("Vault", "Outage", HOUR)], ("vault", HOUR)),
    ("maintenance is no failure", states("down", "down", vault="up", shop="down"),
     post("0a", sort="maintenance", state="in_progress", components="Shop", impact="outage", start_us=NOW_US - 9 * HOUR), [], ("web-2", 9 * HOUR)),
    ("what works", states(vault="up"), "", [], ("The shop", None)),
]

for name, lines, cards, banner, (title, ago) in SINCE:
    @test(f"since when: {name}")
    def since(lines=lines, cards=cards, banner=banner, title=title, ago=ago):
        with site(lines, cards, pages(named("page", "all", title="All"))) as web:
            body = web.get("/pages/all/")[2]
        names = r'<strong>(?:<a [^>]*>)?([^<]*)(?:</a>)?</strong>\s*<span class="state [^"]*">([^<]*)</span>\s*(?:<small>since <time datetime="([^"]*)")?'
        told = re.findall(names, body[:body.index('<span class="asof">')])
        assert told == [(name, state, utc(NOW_US - us)) for name, state, us in banner], told
        tree = {name: since for name, _, since in re.findall(names, section(body, "services"))}
        assert tree[title] == (utc(NOW_US - ago) if ago else ""), tree


@test("of many that fail the banner names five and counts the others")
def many_fail():
    with Web("".join(check(f"c{n}", "down") for n in range(9)) + END) as web:
        body = web.get("/")[2]
    banner = body[:body.index('<span class="asof">')]
    assert banner.count("Outage</span>") == 5 and '<a href="#services">and 4 more</a>' in banner, banner


@test("all operational, with the time of it; all of it down is a major outage; nothing at all says so")
def extremes():
    for lines, wanted in ((check("a") + END, "All systems operational"), (check("a", "down") + check("b", "down") + END, "Major outage"),
                          (END, "Nothing is checked yet")):
        with Web(lines) as web:
            body = web.get("/")[2]
        assert headline(body) == wanted
        assert re.search(r'As of <time datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ">\d+ \w{3} \d{4}, \d\d:\d\d UTC</time>', body)


@test("what is retired or in preparation is shown, and is no part of the overall status")
def uncounted():
    told = "pages 1\n" + named("target", "a", module="tcp") + named("target", "old", module="tcp", standing="retired") + "pages-end 1\n"
    with site(check("a") + check("old", "down", paused=1) + END, "", told) as web:
        body = web.get("/")[2]
    assert headline(body) == "All systems operational" and state_of(body, "old") == "Retired"
    assert 'class="count up"><b>1</b>' in body and 'class="count down"' not in body


@test("services stand as a tree, deeper ones folded, open where something is wrong, under their categories")
def tree():
    told = ("pages 1\n" + "".join(named("target", n, module="tcp") for n in ("db-1", "db-2", "lone")) +
            named("target", "Prod", members="db-1\ndb-2", need=1) + named("target", "Backup", members="db-2", need=1) +
            named("target", "Store", members="Prod\nBackup", need=1, category="Records", title="The record store") + "pages-end 1\n")

    def service(name, members, state="up"):
        return line("service", name=name, members=members, state=state, need=1, up=1, since_us=NOW_US)
    lines = (service("Store", "Prod\nBackup") + service("Prod", "db-1\ndb-2") + service("Backup", "db-2") +
             check("db-1") + check("db-2", "down") + check("lone") + END)
    with site(lines, "", told) as web:
        tree = section(web.get("/")[2], "services")
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", tree) == ["Records"]
    titles = re.findall(r"<strong>(?:<a[^>]*>)?(.*?)(?:</a>)?</strong>", tree)
    assert titles == ["lone", "The record store", "Prod", "db-1", "db-2", "Backup", "db-2"], titles
    assert re.findall(r'<details class="members"( open)?><summary>(.*?)</summary>', tree) == [("", "2 parts"), (" open", "2 parts"), (" open", "1 part")]


@test("a circle of members ends")
def circle():
    lines = line("service", name="A", members="B\nA", state="up", since_us=1) + line("service", name="B", members="A", state="down", since_us=1) + END
    with Web(lines) as web:
        status, _, body = web.get("/")
    assert status == 200 and headline(body)


@test("a page shows services in the order in which it names them")
def order():
    told = pages(named("page", "first", show="Vault\nShop")).replace("page - name=\"status\"", "page - name=\"zz\"")
    with site(None, "", told) as web:
        titles = re.findall(r"<strong>(?:<a[^>]*>)?(.*?)(?:</a>)?</strong>", section(web.get("/pages/first/")[2], "services"))
    assert titles == ["Vault", "vault", "The shop", "Web server 1", "web-2"], titles


# ---- posts ----

@test("what goes on is told update by update, the newest first; what is planned and past, with the last one")
def posts():
    with site() as web:
        body = web.get("/pages/shop/")[2]
    current, ahead, past = section(body, "current"), section(body, "ahead"), section(body, "past")
    assert re.findall(r"<h3><a [^>]*>(.*?)</a>", current) == ["New cables", "Title of 0incident00a"]
    assert [s for s in re.findall(r"<strong>(.*?)</strong>", current)] == ["In progress", "Scheduled", "Monitoring", "Identified", "Investigating"]
    assert "Mended,<br>\nwe watch." in current
    assert re.findall(r"<h3><a [^>]*>(.*?)</a>", ahead) == ["New disks"] and utc(NOW_US + DAY) in ahead and utc(NOW_US + DAY + HOUR) in ahead
    assert re.findall(r"<h3><a [^>]*>(.*?)</a>", past) == ["[Cancelled] New roof", "[Resolved] Title of 0incident00b"]
    assert "Slow." not in past and "Over." in past
    assert "1 new in the last 7 days" in section(body, "news") and "Come &amp; see &lt;it&gt;." in body


@test("maintenance that was planned without a post is announced: each window once, of what the page shows alone")
def planned():
    windows = (window("w1", "Shop\nVault", text="New <b>disks</b>") + window("w2", "vault", text="Only for us: window")
               + window("w3", text="The house", begins=-HOUR, lasts=2 * HOUR) + window("w4", "web-2", impact="degraded", begins=2 * DAY)
               + "".join(window("night", "web-1", text="Every night", begins=n * DAY - HOUR) for n in (3, 4, 5))
               + window("0posted", "Shop", text="Twice"))
    cards = post("0m", sort="maintenance", state="scheduled", components="Shop", title="By post", start_us=NOW_US + HOUR, end_us=NOW_US + 2 * HOUR,
                 windows="0posted")
    lines = states(vault="up").replace("health -", windows + "health -", 1)
    with site(lines, cards) as web:
        shop, every = web.get("/pages/shop/")[2], web.get("/")[2]
    ahead = section(shop, "ahead")
    titles = [re.sub("<.*?>", "", t) for t in re.findall(r"<h3>(.*?)</h3>", ahead)]
    assert titles == ["The house", "By post", "New &lt;b&gt;disks&lt;/b&gt;", "Maintenance", "Every night"], titles  # the soonest first
    assert "vault" not in ahead.lower() and "Only for us" not in shop and "Twice" not in every and "Only for us: window" in every
    assert "In progress, services will be away" in ahead and "Scheduled, services may be slow" in ahead
    assert utc(NOW_US + DAY) in ahead and utc(NOW_US + DAY + HOUR) in ahead
    assert re.search(r"2 more times, the last time <time datetime=\"" + utc(NOW_US + 5 * DAY - HOUR), ahead)
    assert "<li>The shop</li>" in ahead and headline(shop) == "Under maintenance", "what goes on and has an impact is so"


@test("an incident has its page: all updates, when it was written if later, corrections with what stood there")
def incident():
    cards = post("0x", components="Shop", cause="self-inflicted-protective", state="resolved", start_us=NOW_US - 2 * HOUR, over_us=NOW_US - HOUR)
    cards += card("0x-000", "update", at_us=NOW_US, first_us=NOW_US - 30 * MINUTE, version=3, post="0x", state="investigating", body="Now right.",
                  event_us=NOW_US - 2 * HOUR, edited_us=NOW_US, was="Wrong <one>.", was_us=NOW_US - 10 * MINUTE)
    cards += card("0x-001", "update", at_us=NOW_US - HOUR, post="0x", state="resolved", body="- a\n- b\n\nSee https://example.org/x?a=b&c=d.",
                  event_us=NOW_US - HOUR)
    with site(None, cards) as web:
        status, _, body = web.get("/pages/shop/incident/0x/")
        assert web.get("/pages/shop/incident/0y/")[0] == 404
    assert status == 200 and headline(body) == "[Resolved] Title of 0x"
    assert "cause: taken down on purpose, for protection" in body
    assert body.index("<strong>Resolved</strong>") < body.index("<strong>Investigating</strong>")
    assert "<li>a</li>\n<li>b</li>" in body
    assert '<a href="https://example.org/x?a=b&amp;c=d" rel="nofollow noopener">https://example.org/x?a=b&amp;c=d</a>.' in body
    assert re.search(r"written <time", body) and re.search(r"corrected <time", body)
    assert re.search(r"<summary>What it said before</summary>.*Wrong &lt;one&gt;\.", body, re.S)
    assert body.count("written <time") == 1


@test("a monitor's page leads to what is written of it just now, of its own page alone")
def monitor():
    cards = (post("0now", components="Shop") + post("0over", components="Shop", state="resolved", over_us=NOW_US) + post("0other", components="vault")
             + post("0ahead", sort="maintenance", state="scheduled", components="Shop", start_us=NOW_US + DAY)
             + post("0on", sort="maintenance", state="in_progress", components="Shop", title="New <disks>"))
    with site(None, cards) as web:
        shop, server = web.get("/pages/shop/monitor/Shop/")[2], web.get("/pages/shop/monitor/web-1/")[2]
    assert sorted(re.findall(r'href="(/[^"]*/incident/[^"]*)">([^<]*)', shop)) == [
        ("/pages/shop/incident/0now/", "Title of 0now"), ("/pages/shop/incident/0on/", "New &lt;disks&gt;")]
    assert "/incident/" not in server


@test("the history lists months with what began in them, each a page with the way to the next")
def history():
    old = NOW_US - 70 * DAY
    cards = post("0a", components="Shop", state="resolved", start_us=old, end_us=old + HOUR, over_us=NOW_US - HOUR, updates=[("resolved", "Long ago.", 100)])
    month, this = time.strftime("%Y-%m", time.gmtime(old // 10**6)), time.strftime("%Y-%m", time.gmtime())
    with site(None, cards) as web:
        index = web.get("/pages/shop/history/")[2]
        page = web.get(f"/pages/shop/history/{month}/")
        now = web.get(f"/pages/shop/history/{this}/")
        past = section(web.get("/pages/shop/")[2], "past")
        for wrong in ("2019-01", "2026-13", "x", "9999-01", "2026-1", "-026-11", month + "0"):
            assert web.get(f"/pages/shop/history/{wrong}/")[0] == 404, wrong
    assert f'<a href="/pages/shop/history/{month}/">' in index and "1 entry" in index
    assert "No incident ended in them." in past, past  # told today, but of long ago
    assert page[0] == 200 and "Long ago." in page[2] and 'rel="next"' in page[2] and 'rel="prev"' not in page[2]
    assert now[0] == 200 and "No incidents and no maintenance." in now[2] and 'rel="prev"' in now[2]


@test("a page's times are those of its zone")
def zone(tmp):
    bytes_ = pathlib.Path("/usr/share/zoneinfo/Asia/Tokyo").read_bytes()
    at = 1_790_000_000 * 10**6
    told = pages().replace("pages 1\n", "pages 1\n" + line("zone", name="Asia/Tokyo", bytes=bytes_)).replace("Europe/London", "Asia/Tokyo")
    with site(None, post("0a", components="Shop", start_us=at, updates=[]), told) as web:
        body = web.get("/pages/shop/incident/0a/")[2]
    local = time.gmtime(at // 10**6 + 9 * 3600)
    assert f'<time datetime="{utc(at)}">{local.tm_mday} {time.strftime("%b %Y, %H:%M", local)} JST</time>' in body


# ---- what is not told ----

def open_routes():
    return [path for method, path, _ in routes() if method in ("GET", "*")]


@test("no route of a page tells what the page does not show")
def leaks():
    asked = set()
    tails = ["vault", "Vault", "0incident00c", "0incident00d", "0incident00e", "0news000000b", "2026-11", "backup", "x"]
    with site() as web:
        for path in open_routes():
            for one in [path] if not path.endswith("*") else [path[:-1] + t + end for t in tails for end in ("", "/", ".svg", ".json")]:
                status, headers, body = web.get("/pages/shop" + one, headers={"Accept-Encoding": "identity"})
                asked.add((path, status))
                if status == 404:
                    continue
                body = body.replace(one, "").replace(one[1:], "")
                for secret in shown.SECRETS:
                    assert secret not in body, (one, status, secret)
        # what it shows is there, or this test would prove nothing
        assert {("/", 200), ("/incident/*", 404), ("/history/*", 200), ("/news/", 200)} <= asked, asked
        assert web.get("/pages/shop/incident/0incident00a/")[0] == 200


@test("reasons, addresses and the monitor's own health stand only where a page has details")
def details():
    with site() as web:
        inside, outside = web.get("/")[2], web.get("/pages/shop/")[2]
        assert web.get("/status.json")[0] == 200 and web.get("/pages/shop/status.json")[0] == 404
        assert set(json.loads(web.get("/pages/shop/health")[2])) == {"ok", "stale", "at"}
        checks = web.get("/pages/shop/checks/")
    assert "secret reason" in inside and "192.0.2.77" in inside and 'id="monitor"' in inside
    assert "192.0.2.77" not in outside and 'id="monitor"' not in outside and "resolve" not in outside
    assert checks[0] != 200 and "192.0.2.77" not in checks[2], checks[0]


@test("status.json of a page with details has what the page shows, no more")
def status_json():
    told = pages(named("page", "some", show="Shop", details="yes"))
    with site(None, "", told) as web:
        document = json.loads(web.get("/pages/some/status.json")[2])
    assert [c["name"] for c in document["checks"]] == ["web-1", "web-2"]


# ---- looks ----

@test("everything foreign is text on every page: more than 200 texts in names, titles, posts, contacts and explanations (F44, F49)")
def hostile():
    texts = [raw(t).replace(b"\x00", b"?") for t in MARKUP]
    flat = [t.replace(b"\n", b" ").replace(b"\r", b" ") for t in texts]
    told, lines, cards = "pages 1\n", "", ""
    for n, text in enumerate(flat):
        name = b"%d " % n + text
        told += line("target", name=name, module="tcp", title=text, category=text[:60], owner=text)
        lines += line("check", name=name, module=text, state=text if n % 3 else "down", reason=text, step=text, address=text, since_us=NOW_US, start_us=NOW_US,
                      elapsed_us=10, steps="banner:10!")
        cards += card(f"0p{n:04}", sort="incident", stage="published", state="investigating", title=text, impact=text, components=name, states=text,
                      cause=text, start_us=NOW_US, published_us=NOW_US, author=text)
        cards += card(f"0p{n:04}-000", "update", post=f"0p{n:04}", state="investigating", body=texts[n], event_us=NOW_US, was=texts[n], was_us=NOW_US,
                      edited_us=NOW_US)
    for n, text in enumerate(flat[:40]):
        told += line("page", name=f"p{n}", title=text, contact=text, about=text, language=text)
    told += "pages-end 1\n"
    allowed = {"html", "head", "meta", "title", "link", "body", "a", "header", "span", "nav", "ul", "main", "div", "h1", "h2", "h3", "p", "time", "section", "article",
               "ol", "li", "strong", "details", "summary", "dl", "dt", "dd", "footer", "pre", "b", "small", "code", "br", "svg", "rect"}
    with site(lines + END, cards, told) as web:
        for path in ["/", "/history/", "/news/", "/incident/0p0000/", "/incident/0p0003/", *(f"/pages/p{n}/" for n in range(40))]:
            status, _, body = web.get(path)
            assert status == 200, (path, status)
            document = Document(body)
            assert {tag for tag, _ in document.elements} <= allowed, (path, {tag for tag, _ in document.elements} - allowed)
            for tag, attributes in document.elements:
                assert not [a for a in attributes if a.startswith("on") or a in ("style", "src", "srcdoc", "action")], (path, tag, attributes)
            for link in document.links:
                assert re.match(r"(/|#content$|#services$|https?://|mailto:[^?]*$)", link), (path, link)
            assert not re.search("[\x00\x1b\u202e\u200b\x9b]", body), path


@test("an old page says loudly how old it is, on every page")
def stale():
    with site() as web:
        web.get("/")
        web.keeper.die()
        for path in ("/", "/pages/shop/", "/pages/shop/news/", "/pages/shop/history/"):
            body = web.get(path)[2]
            if "This page is old" in body:
                break
        else:
            raise AssertionError("it is not told")
    assert 'role="alert">This page is old: the monitor&#39;s core is gone.' in body


@test("who asks for help finds whom to ask, and one line to copy that says what was seen")
def helps():
    for contact, wanted in (("help@example.org", '<a href="mailto:help@example.org">help@example.org</a>'),
                            ("https://help.example.org/", '<a href="https://help.example.org/" rel="nofollow noopener">'),
                            ("Call 555", "Ask Call 555."), ("javascript:alert(1)", "Ask javascript:alert(1)."),
                            ("a@b.c?subject=x", "Ask a@b.c?subject=x.")):
        told = pages(named("page", "help", contact=contact, show="Vault\nShop"))
        with site(None, "", told) as web:
            body = section(web.get("/pages/help/")[2], "help")
        assert wanted in body, body
    assert re.search(r'<pre class="diagnostic"[^>]*>page=help at=\S+Z data=\S+Z version=\S+ seen=&quot;Partial outage&quot; of=&quot;Vault&quot;</pre>', body), body


@test("what the words mean is explained, and the page's own words come first")
def about():
    for words in ({"about": "## Ours\n\nHello <b>.\n- one"}, {}):
        told = pages(named("page", "p", **words))
        if not words:
            told = pages(named("page", "p") + line("part", name="p", key="about-file", type="text/plain", bytes="## Ours\n\nHello <b>.\n- one"))
        with site(None, "", told) as web:
            body = section(web.get("/pages/p/")[2], "about")
        assert "<h3>Ours</h3>\n<p>Hello &lt;b&gt;.</p>\n<ul>\n<li>one</li>\n</ul>" in body, body
        assert "What the words and bars mean" in body and "This page says whether" not in body
    with site(None, "") as web:
        assert "This page says whether what is listed above works." in section(web.get("/")[2], "about")


def dressed(templates=b"", style=b"", logo=(b"", "")):
    files = (("templates", "text/html", templates), ("style", "text/plain", style), ("logo", logo[1], logo[0]))
    return pages(named("page", "own", title="Our own", show="Shop") + "".join(line("part", name="own", key=k, type=t, bytes=b) for k, t, b in files if b))


@test("a page has its own pieces, which say things in its own words; another page has not")
def templates():
    own = (b"<!-- piece say-overall-partial_outage -->\nTeilausfall\n<!-- piece overall -->\n<h1 lang=\"de\">{{headline}}!</h1>\n"
           b"<!-- piece say-mon-11 -->\nNovember\n")
    with site(None, shown.POSTS, dressed(own)) as web:
        ours, theirs = web.get("/pages/own/")[2], web.get("/pages/shop/")[2]
        again = web.get("/pages/own/")[2]
    assert '<h1 lang="de">Teilausfall!</h1>' in ours and '<h1 lang="de">Teilausfall!</h1>' in again
    assert headline(theirs) == "Partial outage"


@test("a page has its own style sheet and logo, with the right types; a drawing with a script runs none")
def dress():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    with site(None, "", dressed(style=b"h1 { color: red }\n", logo=(svg, "image/svg+xml"))) as web:
        body = web.get("/pages/own/")[2]
        style, logo = web.get("/pages/own/own.css"), web.get("/pages/own/logo.svg")
        assert web.get("/pages/shop/logo.svg")[0] == 404 and web.get("/pages/own/logo.png")[0] == 404 and web.get("/pages/shop/own.css")[0] == 404
        assert web.get("/style.css")[1]["Content-Type"] == "text/css; charset=utf-8"
        changed = dressed(style=b"h1 { color: blue }\n")
        web.tell(changed.replace("pages 1", "pages 2").replace("pages-end 1", "pages-end 2"))
        for _ in range(1000):
            if "blue" in web.get("/pages/own/own.css")[2]:
                break
        else:
            raise AssertionError("the style before is still served")
    assert '<link rel="stylesheet" href="/pages/own/own.css">' in body and '<link rel="icon" href="/pages/own/logo.svg">' in body
    assert '<img src="/pages/own/logo.svg" alt="" height="40">' in body
    assert style[2] == "h1 { color: red }\n" and style[1]["Content-Type"] == "text/css; charset=utf-8"
    assert logo[2].encode() == svg and logo[1]["Content-Type"] == "image/svg+xml" and "sandbox" in logo[1]["Content-Security-Policy"]


@test("the icon of a page says how everything stands, by its shape, too")
def icon():
    for lines, wanted in ((check("a") + END, "circle"), (check("a", "down") + END, 'rect x="1" y="1"'), (check("a", "degraded") + END, "path"),
                          (check("a", "unknown") + END, 'fill="none"')):
        with Web(lines) as web:
            assert '<link rel="icon" href="/icon.svg" type="image/svg+xml">' in web.get("/")[2]
            status, headers, body = web.get("/icon.svg")
        assert status == 200 and headers["Content-Type"] == "image/svg+xml" and wanted in body, body
        ElementTree.fromstring(body)


@test("pages are chosen by host name and by address, and each has its own brand")
def brands():
    told = pages().replace('page - name="shop"', 'page - name="shop" host="status.shop.example"')
    with site(None, "", told) as web:
        by_host = web.get("/", headers={"Host": "status.shop.example"})[2]
        by_name = web.get("/pages/shop/")[2]
        assert web.get("/pages/none/")[0] == 404
        first = web.get("/")[2]
    assert "<span>Shop status</span>" in by_host and "<span>Shop status</span>" in by_name and "<span>Example status</span>" in first
    assert 'href="/news/"' in by_host and 'href="/pages/shop/news/"' in by_name


@test("90 days are bars that differ in height, with a text for each day and one for who cannot see them; the chain's head stands below")
def bars(tmp):
    past = figures.Past(tmp).write()
    with figures.pages(past) as web:
        until("the figures are there", lambda: "today</span>" in web.get("/")[2] and "are being computed" not in web.get("/statistics/")[2]
              and "as of not yet" not in web.get("/statistics/")[2])
        body = web.get("/")[2]
    head = json.loads(subprocess.run([BUILD / "nines", "verify", "--store", past.store, "--json"], capture_output=True, text=True, check=True).stdout)["head"]
    assert f"<code>{head}</code>" in body, head
    drawn = re.findall(r'<svg viewBox="0 0 900 34"[^>]*role="img" aria-label="([^"]*)">(.*?)</svg>', body)
    assert len(drawn) == len(re.findall('<li class="part ', body)), len(drawn)
    for label, rects in drawn:
        assert label.startswith("90 days, ") and re.match(r"90 days, (\d+ of them measured, )?\d+ of them up all day", label), label
        assert ("not measured</title>" in rects) == ("of them measured" in label), label
        days = re.findall(r'<rect class="(\w+)" x="(\d+)" y="(\d+)" width="9" height="(\d+)"><title>(\d{4}-\d\d-\d\d): ([^<]*)</title></rect>', rects)
        assert len(days) == 90 and len({day[4] for day in days}) == 90, rects
        heights = {day[0]: {d[3] for d in days if d[0] == day[0]} for day in days}
        assert all(len(h) == 1 for h in heights.values()) and len({min(h) for h in heights.values()}) == len(heights), heights
        for day in days:
            assert re.match(r"(up|degraded|down|down for a part|not known|maintenance|not measured)(, [\d.]+ %)?(, down for [\w ]+)?$", day[5]), day
            assert (day[0] != "down") or day[4] in label, (day, label)


@test("5,000 checks are one page of bounded size")
def many():
    lines = "".join(check(f"check {n}", "up" if n % 50 else "down") for n in range(5100)) + END
    with Web(lines) as web:
        status, _, body = web.get("/")
    assert status == 200 and len(body) < 3_000_000, len(body)
    assert len(re.findall(r'<li class="part ', body)) == 5000 and "and 100 more" in body
    assert body.index("secret reason") < body.index("check 1<")


@test("nobody is told that a post or a subscription is not there while they are still being read")
def unread():
    paths = ("/incident/0incident00a/", f"/subscription/{'k' * 43}/")
    with site(reply={"watch": ""}) as web:
        for path in paths:
            status, headers, body = web.get(path)
            assert (status, headers["Retry-After"]) == (503, "1") and "still being read" in body, (path, status, body)
    with site(cards="") as web:
        until("the cards", lambda: [web.get(path)[0] for path in paths] == [404, 404])


run()
