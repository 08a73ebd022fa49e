"""Feeds and the calendar, read by feedparser and icalendar: ids that stay, all updates inside, nothing of what a page does not show."""
import datetime
import pathlib
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import shown  # noqa: E402
from parsers import parser  # noqa: E402
from tap import run, test  # noqa: E402

FEEDS = ["/feed.atom", "/feed.rss", "/news.atom", "/news.rss", "/feed/Shop.atom", "/feed/Shop.rss", "/feed/web-1.atom"]
HOSTILE = ["<script>alert(1)</script>", "]]><x/>", "a & b; c, d \\ e", "\u202eexe.cod", "a\x00b\x1b[31m", b"\xff\xfe\xef\xbf\xbe", "%n%s", "\r\nEND:VEVENT\r\nX:1", "é" * 90]


def read(web, path, status=200):
    """(what feedparser makes of it, the text)"""
    got, headers, body = web.get(path)
    assert got == status, (path, got, body)
    assert headers["Content-Type"].startswith("application/" + ("atom" if "atom" in path else "rss")) and headers["Access-Control-Allow-Origin"] == "*"
    xml.etree.ElementTree.fromstring(body.encode())
    feed = parser("feedparser").parse(body)
    assert not feed.bozo, (path, feed.get("bozo_exception"))
    return feed, body


def events(body):
    calendar = parser("icalendar").Calendar.from_ical(body)
    assert calendar["VERSION"] == "2.0" and "PRODID" in calendar
    assert body.endswith("END:VCALENDAR\r\n") and "\n" not in body.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n")), max(len(line.encode()) for line in body.split("\r\n"))
    return [one for one in calendar.walk() if one.name == "VEVENT"]


@test("each feed is well-formed, names itself and links to its page and posts")
def well_formed():
    with shown.site() as web:
        for path in FEEDS:
            feed, _ = read(web, path)
            links = {link.rel: link.href for link in feed.feed.links}
            assert links["self"] == f"http://127.0.0.1:{web.port}{path}" and links["alternate"] == f"http://127.0.0.1:{web.port}/", (path, links)
            assert feed.feed.title.startswith("Example status") and all("/incident/0" in entry.link for entry in feed.entries)


@test("one entry a post, the newest first, all its updates inside; both forms have the same ids")
def entries():
    with shown.site() as web:
        atom, _ = read(web, "/feed.atom")
        rss, _ = read(web, "/feed.rss")
    titles = [entry.title for entry in atom.entries]
    assert len(titles) == 8 and {"Title of 0incident00a", "Title of 0incident00b [Resolved]", "New roof [Cancelled]", "A new office"} <= set(titles), titles
    one = next(entry for entry in atom.entries if entry.title == "Title of 0incident00a")
    content = one.content[0].value
    assert content.index("Mended,<br") < content.index("It is the cache.") < content.index("We look into it.") and "we watch." in content, content
    assert [entry.id for entry in atom.entries] == [entry.id for entry in rss.entries] and all(e.id.startswith("urn:uuid:") for e in atom.entries)
    assert {tag.term for tag in one.tags} == {"incident", "monitoring"}
    assert next(e for e in rss.entries if e.id == one.id).published_parsed == one.published_parsed
    assert atom.feed.updated == max(entry.updated for entry in atom.entries)


@test("an update changes 'updated' and nothing of the id; a restart changes neither")
def stable():
    def entry(cards):
        with shown.site(cards=cards) as web:
            feed, body = read(web, "/feed.atom")
            return next(e for e in feed.entries if "0incident00a" in e.title), body
    before, text = entry(shown.POSTS)
    again, _ = entry(shown.POSTS)
    assert again.id == before.id and again.updated == before.updated
    after, _ = entry(shown.POSTS + shown.card("0incident00a-003", "update", at_us=shown.NOW_US, post="0incident00a", state="resolved", body="Over."))
    assert after.id == before.id and after.published == before.published and after.updated > before.updated and "Over." in after.content[0].value
    assert text.count("<entry>") == 8


@test("news and components have feeds of their own; what a page does not show has none")
def parts():
    with shown.site() as web:
        assert {e.title for e in read(web, "/news.rss")[0].entries} == {"Only for us: news", "A new office"}
        assert {e.title for e in read(web, "/feed/web-1.atom")[0].entries} == {"Title of 0incident00b [Resolved]"}
        assert read(web, "/feed/Shop.atom")[0].feed.title == "Example status: The shop"
        for path in ("/feed/none.atom", "/feed/Shop", "/feed/Shop.xml", "/feed/.atom", "/pages/shop/feed/vault.atom", "/pages/shop/feed/Vault.rss"):
            assert web.get(path)[0] == 404, path
        for path in ["/feed.atom", "/feed.rss", "/news.atom", "/news.rss", "/feed/Shop.atom", "/feed/web-1.rss", "/calendar.ics"]:
            status, _, body = web.get("/pages/shop" + path)
            assert status == 200 and not any(secret in body for secret in shown.SECRETS), path
        assert read(web, "/pages/shop/feed.atom")[0].entries


@test("an empty feed and an empty calendar are well-formed, too, and the same each time")
def empty():
    with shown.site(cards="") as web:
        for path in FEEDS:
            assert read(web, path)[0].entries == [] and read(web, path)[1] == read(web, path)[1]
        assert events(web.get("/calendar.ics")[2]) == []


@test("the calendar has each announced maintenance, the cancelled one as such")
def calendar():
    with shown.site() as web:
        status, headers, body = web.get("/calendar.ics")
        again = web.get("/calendar.ics")[2]
    assert status == 200 and headers["Content-Type"] == "text/calendar; charset=utf-8" and body == again
    of = {str(one["SUMMARY"]): one for one in events(body)}
    assert set(of) == {"New disks", "New cables", "New roof"}
    disks = of["New disks"]
    begin = datetime.datetime.fromtimestamp((shown.NOW_US + shown.DAY) // 1000000, datetime.timezone.utc)
    assert disks["DTSTART"].dt == begin and disks["DTEND"].dt - disks["DTSTART"].dt == datetime.timedelta(hours=1)
    assert disks["STATUS"] == "CONFIRMED" and of["New roof"]["STATUS"] == "CANCELLED"
    assert disks["SEQUENCE"] == 0 and of["New roof"]["SEQUENCE"] == 2 and str(of["New roof"]["DESCRIPTION"]) == "Not needed.\n\nAnnounced."
    assert str(disks["URL"]) == f"http://127.0.0.1:{web.port}/incident/0maintain00a/"
    assert len({str(one["UID"]) for one in of.values()}) == 3


@test("maintenance that was planned without a post stands in the calendar of the pages that show it")
def planned():
    windows = (shown.window("w1", "web-1", text="New; disks") + shown.window("w2", "vault", text="Only for us: window")
               + "".join(shown.window("night", "Shop", begins=n * shown.DAY) for n in (2, 3)))
    with shown.site(shown.states().replace("health -", windows + "health -", 1), cards="") as web:
        body = web.get("/pages/shop/calendar.ics")[2]
        assert body == web.get("/pages/shop/calendar.ics")[2]
        headers = web.get("/pages/shop/calendar.ics")[1]
        assert "Last-Modified" not in headers and web.get("/pages/shop/calendar.ics", headers={"If-None-Match": headers["ETag"]})[0] == 304
    every = events(body)
    assert [str(one["SUMMARY"]) for one in every] == ["New; disks", "Maintenance", "Maintenance"] and len({one["UID"] for one in every}) == 3
    assert every[0]["DTSTART"].dt == datetime.datetime.fromtimestamp((shown.NOW_US + shown.DAY) // 1000000, datetime.timezone.utc)
    assert every[0]["DTEND"].dt - every[0]["DTSTART"].dt == datetime.timedelta(hours=1)


@test("a change raises SEQUENCE and keeps UID; a withdrawn maintenance is cancelled without its texts")
def changes():
    def one(**words):
        cards = shown.post("0maintain00a", sort="maintenance", components="Shop", start_us=shown.NOW_US + shown.DAY, end_us=shown.NOW_US + 2 * shown.DAY,
                           updates=[("scheduled", "Only for us", 20)], **words)
        with shown.site(cards=cards) as web:
            return events(web.get("/calendar.ics")[2])[0]
    first, moved = one(state="scheduled"), one(state="scheduled", version=4)
    gone = one(state="scheduled", version=5, stage="withdrawn")
    assert first["UID"] == moved["UID"] == gone["UID"] and first["SEQUENCE"] < moved["SEQUENCE"] < gone["SEQUENCE"]
    assert gone["STATUS"] == "CANCELLED" and "DESCRIPTION" not in gone


@test("ETag and Last-Modified: who has it gets 304")
def unchanged():
    with shown.site() as web:
        for path in ("/feed.atom", "/feed.rss", "/calendar.ics", "/news.atom"):
            _, headers, _ = web.get(path)
            assert web.get(path, headers={"If-None-Match": headers["ETag"]})[0] == 304, path
            assert web.get(path, headers={"If-Modified-Since": headers["Last-Modified"]})[0] == 304, path
            assert web.get(path, headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"})[0] == 200, path


@test("hostile titles, texts and names stay texts in every form")
def hostile():
    cards, told = "", ""
    for number, text in enumerate(HOSTILE):
        cards += shown.post(f"0hostile000{number}", title=text, components=text, updates=[("investigating", text, 5)])
        cards += shown.post(f"0hostile010{number}", sort="maintenance", state="scheduled", title=text, components=text, start_us=shown.NOW_US,
                            updates=[("scheduled", text, 5)])
        told += shown.named("target", text, module="tcp", title=text)
    with shown.site(cards=cards, told=shown.pages(told)) as web:
        for path in ("/feed.atom", "/feed.rss"):
            feed, body = read(web, path)
            assert len(feed.entries) == 2 * len(HOSTILE) and "<script" not in body and not any(sign in body for sign in "\x00\x1b\u202e\ufffe"), path
            assert any("é" * 90 in entry.title for entry in feed.entries)
        body = web.get("/calendar.ics")[2]
        found = events(body)
        assert len(found) == len(HOSTILE) and all("X" not in one for one in found) and any(str(one["SUMMARY"]) == "é" * 90 for one in found)
        assert any(str(one["SUMMARY"]) == "a & b; c, d \\ e" for one in found), [str(one["SUMMARY"]) for one in found]


run()
