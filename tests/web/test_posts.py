"""The administration's pages of posts: the words are those of the page, times those of its zone, in both directions."""
import calendar
import html
import pathlib
import re
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import shown  # noqa: E402
from keeper import Web, line  # noqa: E402
from shown import post  # noqa: E402
from signing import Browser, Sessions, user  # noqa: E402
from tap import run, test  # noqa: E402


def us(utc):
    """Of "2026-10-25T00:30:00Z"."""
    return calendar.timegm(time.strptime(utc, "%Y-%m-%dT%H:%M:%SZ")) * 10**6


def served(zone="Europe/Berlin", cards=""):
    told = shown.pages().replace('title="Example status"', f'title="Example status" zone="{zone}"', 1) if zone else shown.pages()
    if zone:
        bytes_ = pathlib.Path("/usr/share/zoneinfo", zone).read_bytes()
        told = told.replace("pages 1\n", "pages 1\n" + line("zone", name=zone, bytes=bytes_), 1)
    return Web(shown.states(), told=told, cards=user("ann", "editor") + cards, reply=Sessions().reply(post="end - id=0new\n"))


def signed_in(web):
    b = Browser(web.port)
    assert b.sign_in("ann")[0] == 303
    return b


def text_of(markup):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


CARDS = (post("0incident00a", state="identified", impact="critical", title="Cards", start_us=us("2026-07-01T10:00:00Z"),
              updates=[("investigating", "We look.", 60), ("identified", "It is the cache.", 50)])
         + post("0incident00b", stage="draft", title="A guess", published_us=0, start_us=us("2026-01-01T10:00:00Z"))
         + post("0incident00c", state="postmortem", title="Old")
         + post("0maintain00a", sort="maintenance", state="in_progress", impact="outage", title="Disks", end_us=shown.NOW_US + shown.HOUR)
         + post("0news000000a", sort="news", state="published", impact="none", title="A new hall"))


@test("what the table of posts and the page of each say of it is worded as for visitors, no word of the record")
def words():
    with served(cards=CARDS) as web:
        b = signed_in(web)
        rows = [text_of(row) for row in re.findall(r"<tr><td><a href=\"/admin/post/.*?</tr>", b.get("/admin/")[2], re.S)]
        found = {title: next(row for row in rows if title in row) for title in ("Cards", "A guess", "Old", "Disks", "A new hall")}
        assert "Cards Incident, Published, Identified 2026-07-01 12:00 CEST" in found["Cards"], rows
        assert "A guess Incident, Draft, Investigating 2026-01-01 11:00 CET" in found["A guess"], rows
        assert "Incident, Published, Post-mortem" in found["Old"] and "Maintenance, Published, In progress" in found["Disks"], rows
        assert "News, Published 20" in found["A new hall"], rows
        page = text_of(b.get("/admin/post/0incident00a/")[2])
        assert "Published, Identified, critical impact" in page and "Time 2026-07-01 12:00 CEST to now" in page, page
        assert "Investigating, " in page and "investigating" not in page and "State Investigating Identified Monitoring Resolved Post-mortem Impact no impact" in page
        assert "Impact services will be away services may be slow no impact" in text_of(b.get("/admin/new/maintenance/")[2])


# what is written, what the keeper is told
TAKEN = [
    ("2026-07-01 18:00", "2026-07-01T16:00:00Z"),
    ("2026-01-01T18:00", "2026-01-01T17:00:00Z"),
    ("2026-01-01T18:00:05", "2026-01-01T17:00:05Z"),
    ("2026-01-01", "2025-12-31T23:00:00Z"),
    ("2026-07-01 18:00Z", "2026-07-01T18:00:00Z"),
    ("2026-07-01T18:00:00Z", "2026-07-01T18:00:00Z"),
    ("2026-07-01 18:00 UTC", "2026-07-01T18:00:00Z"),
    ("2026-07-01 18:00+05:30", "2026-07-01T12:30:00Z"),
    ("2026-07-01 18:00 CEST", "2026-07-01T16:00:00Z"),
    ("2026-03-29 01:59", "2026-03-29T00:59:00Z"),
    ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
    ("2026-10-25 02:30 CEST", "2026-10-25T00:30:00Z"),
    ("2026-10-25 02:30 CET", "2026-10-25T01:30:00Z"),
    ("2026-10-25 02:30+01:00", "2026-10-25T01:30:00Z"),
    ("2026-10-25 01:59", "2026-10-24T23:59:00Z"),
    ("2026-10-25 03:00", "2026-10-25T02:00:00Z"),
]
REFUSED = [
    ("2026-03-29 02:30", "the clock of Europe/Berlin skips '2026-03-29 02:30': 2026-03-29 03:30+02:00 (CEST) is as long behind the change"),
    ("2026-10-25 02:30", "the clock of Europe/Berlin shows '2026-10-25 02:30' twice: write 2026-10-25 02:30+02:00 (CEST) or 2026-10-25 02:30+01:00 (CET)"),
    ("tomorrow", "'tomorrow' is no time: write 2026-11-22 18:00, by the clock of Europe/Berlin, or with its offset, 2026-11-22 18:00Z"),
    ("2026-07-01 18:00 CET", "is no time"),
    ("2026-07-01 18:00 EST", "is no time"),
    ("2026-02-30 18:00", "is no time"),
    ("2026-07-01 25:00", "is no time"),
    ("2026-07-01 18", "is no time"),
    ("2026-07-01 18:00+01:00:00:00", "is no time"),
    ("2026-07-01 18:00 " + "C" * 500, "is no time"),
]


@test("a form takes times by the clock of the page or by an offset of their own; what it skips or shows twice is told, and nothing typed is lost")
def taken():
    with served() as web:
        b = signed_in(web)
        form = b.form()
        page = b.get("/admin/new/incident/")[2]
        assert "It began (Europe/Berlin; empty: now)" in page and "It ended (Europe/Berlin; empty: it goes on)" in page and "UTC" not in page
        pattern = re.compile(html.unescape(re.search(r'name="start"[^>]* pattern="([^"]*)"', page)[1]))
        for written, utc in TAKEN:
            answer = b.post("/admin/new/incident/", {"form": form, "title": "x", "body": "y", "start": written})
            asked = [r for r in web.keeper.requests if r.startswith("post ")][-1]
            assert answer[0] == 303 and f"start_us={us(utc)} " in asked.replace("\n", " "), (written, answer[0], asked)
            assert pattern.fullmatch(written) or len(written) == 10, written
        count = len(web.keeper.requests)
        for written, said in REFUSED:
            status, _, body = b.post("/admin/new/incident/", {"form": form, "title": "Kept", "body": "We look into it.", "start": written})
            assert status == 409 and said in html.unescape(body), (written, status, re.findall(r'role="alert">(.*?)</p>', body))
            assert f'name="start" value="{written}"' in body and 'value="Kept"' in body and "We look into it." in body, written
        assert len(web.keeper.requests) == count, "nothing was asked"


@test("a time that a page shows can be written back as it stands there: the same instant, both times the clock shows it")
def back():
    instants = [f"2026-{month:02}-15T12:30:00Z" for month in range(1, 13)] + [f"2026-{day}T{hour:02}:30:00Z" for day in ("03-29", "10-25") for hour in range(4)]
    cards = "".join(post(f"0incident{i:03}", title=f"Post {i:03}", start_us=us(at)) for i, at in enumerate(instants))
    with served(cards=cards) as web:
        b = signed_in(web)
        form = b.form()
        shown_at = dict(re.findall(r">(Post \d+)</a></td><td>[^<]*</td><td>([^<]*)</td>", b.get("/admin/")[2]))
        for i, at in enumerate(instants):
            assert b.post("/admin/new/incident/", {"form": form, "title": "x", "body": "y", "start": shown_at[f"Post {i:03}"]})[0] == 303, shown_at
            asked = [r for r in web.keeper.requests if r.startswith("post ")][-1]
            assert f"start_us={us(at)} " in asked.replace("\n", " "), (at, shown_at[f"Post {i:03}"], asked)


@test("a page without a zone has UTC, and says so")
def utc():
    with served(zone="", cards=CARDS) as web:
        b = signed_in(web)
        assert "It begins (UTC)" in b.get("/admin/new/maintenance/")[2] and "When it happened (UTC; empty: now)" in b.get("/admin/post/0incident00a/")[2]
        assert b.post("/admin/new/incident/", {"form": b.form(), "title": "x", "body": "y", "start": "2026-03-29 02:30"})[0] == 303
        assert f"start_us={us('2026-03-29T02:30:00Z')}" in [r for r in web.keeper.requests if r.startswith("post ")][-1]


run()
