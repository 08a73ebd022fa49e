"""Badges: our addresses, Uptime Kuma's and Gatus'; SVG that an independent parser reads, JSON as shields.io wants it, hostile names."""
import html
import json
import pathlib
import re
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import record  # noqa: E402
import schema  # noqa: E402
from daemon import until  # noqa: E402
from figures import HOUR  # noqa: E402
from keeper import Web, line  # noqa: E402
from tap import run, test  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["shop/1", "mail", "<script>alert(1)</script>", "a\"b'c&d", "\u00fcml\u00e4ut \u20ac \u65e5\u672c", "x" * 190, "%2e%2e", "a?b#c", "\u202eexe.cod"]
STATE = {"shop/1": "up", "mail": "down"}
# https://shields.io/badges/endpoint-badge
SHIELDS = {"type": "object", "required": ["schemaVersion", "label", "message"], "additionalProperties": False,
           "properties": {"schemaVersion": {"enum": [1]}, "label": {"type": "string"}, "message": {"type": "string", "pattern": "."},
                          "color": {"type": "string", "pattern": "^[0-9a-f]{6}$"}, "labelColor": {"type": "string", "pattern": "^[0-9a-f]{6}$"},
                          "isError": {"type": "boolean"}, "cacheSeconds": {"type": "integer", "minimum": 30}}}
OWN = ["status", "uptime/1h", "uptime/24h", "uptime/7d", "uptime/30d", "uptime/90d", "uptime/12m", "uptime/today", "uptime/month",
       "response/24h", "response/30d", "certificate"]


def web(tmp, lines=None):
    at = int(time.time()) // HOUR * HOUR
    names = [name for name in NAMES if "\u202e" not in name]
    record.write(tmp / "nines.db", [text for name in names for text in (
        record.target(name, HOUR, category="Shop Front"), *record.results(name, at - 200 * HOUR, HOUR, "u" * 190 + "dd" + "u" * 8, elapsed_us=98123,
                                                    steps="connect:98000"))])
    return Web(lines or "".join(line("check", name=name, module="tcp", state=STATE.get(name, "degraded"), values="rtt:3:us,certificate_days:12:d", steps="")
                                for name in NAMES) + line("health", ok=1) + "end -\n", store=tmp / "nines.db")


def quoted(name):
    return urllib.parse.quote(name)


def texts(body):
    """What is written on it, twice in words: for eyes and for screen readers."""
    drawing = ElementTree.fromstring(body)
    label, message = (element.text for element in drawing.iter(SVG + "text"))
    assert drawing.get("aria-label") == drawing.find(SVG + "title").text == f"{label}: {message}"
    assert {element.tag for element in drawing.iter()} <= {SVG + tag for tag in ("svg", "title", "clipPath", "rect", "g", "text")}
    return label, message


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    return sum(weight * (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4) for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


def computed(page):
    until("the figures are there", lambda: "as of not yet" not in page.get("/statistics/")[2])


@test("each of our badges is well-formed SVG and the JSON of shields.io, with the same words and enough contrast, whatever the name")
def own(tmp):
    with web(tmp) as page:
        computed(page)
        for name in NAMES[:-1]:
            for what in OWN:
                status, headers, body = page.get(f"/badge/{quoted(name)}/{what}.svg")
                assert status == 200 and headers["Content-Type"] == "image/svg+xml", (name, what, status)
                assert re.fullmatch(r"public, max-age=\d+", headers["Cache-Control"]) and headers["ETag"], headers
                assert page.get(f"/badge/{quoted(name)}/{what}.svg", headers={"If-None-Match": headers["ETag"]})[0] == 304
                label, message = texts(body)
                status, headers, document = page.get(f"/badge/{quoted(name)}/{what}.json")
                badge = json.loads(document)
                assert status == 200 and headers["Content-Type"] == "application/json" and headers["Access-Control-Allow-Origin"] == "*"
                schema.check_schema(SHIELDS, badge)
                assert (badge["label"], badge["message"]) == (label, message)
                for colour in (badge["color"], badge["labelColor"]):
                    assert 1.05 / (luminance(colour) + 0.05) >= 4.5, (colour, what)


@test("they say what pages say: state, uptime truncated, the median, days of the certificate")
def words(tmp):
    def says(path):
        status, _, body = page.get(path)
        assert status == 200, (path, status, body)
        return texts(body)
    with web(tmp) as page:
        computed(page)
        assert says("/badge/shop/1/status.svg") == ("shop/1", "Operational") and says("/badge/mail/status.svg") == ("mail", "Outage")
        row = re.search(r"30 days</th><td>([^<]*)</td>", page.get("/monitor/mail/")[2])[1]
        assert row != "100 %" and says("/badge/mail/uptime/30d.svg") == ("uptime 30 days", row)
        assert says("/badge/mail/response/30d.svg")[1] in page.get("/monitor/mail/")[2]
        assert says("/badge/mail/certificate.svg") == ("certificate", "12 days")
        assert says("/badge/mail/status.svg?label=Our+%3Cmail%3E&style=flat-square") == ("Our <mail>", "Outage")
        assert 'rx="0"' in page.get("/badge/mail/status.svg?style=flat-square")[2]
        wide = ElementTree.fromstring(page.get(f"/badge/{'x' * 190}/status.svg")[2])
        assert int(wide.get("width")) < 400, "a long name is cut"


@test("Uptime Kuma's and Gatus' addresses find the same badges, spans in hours too; Gatus' keys, its chart")
def others(tmp):
    with web(tmp) as page:
        computed(page)
        same = {"status.svg": ["api/badge/{}/status", "api/v1/endpoints/{}/health/badge.svg", "api/v1/endpoints/shop-front_{k}/health/badge.svg"],
                "uptime/24h.svg": ["api/badge/{}/uptime", "api/badge/{}/uptime/24", "api/badge/{}/uptime/24h", "api/v1/endpoints/{}/uptimes/24h/badge.svg"],
                "uptime/30d.svg": ["api/badge/{}/uptime/720", "api/badge/{}/uptime/30d", "api/v1/endpoints/{}/uptimes/30d/badge.svg"],
                "uptime/7d.svg": ["api/v1/endpoints/{}/uptimes/7d/badge.svg"], "uptime/1h.svg": ["api/v1/endpoints/{}/uptimes/1h/badge.svg"],
                "response/24h.svg": ["api/badge/{}/ping", "api/badge/{}/ping/24", "api/badge/{}/avg-response/24h", "api/badge/{}/response",
                                     "api/v1/endpoints/{}/response-times/24h/badge.svg"],
                "certificate.svg": ["api/badge/{}/cert-exp"], "status.json": ["api/v1/endpoints/{}/health/badge.shields"]}
        for name, key in (("shop/1", "shop-1"), ("mail", "mail")):
            for path, alike in same.items():
                ours = page.get(f"/badge/{name}/{path}")
                for other in alike:
                    theirs = page.get("/" + other.format(name, k=key))
                    assert (theirs[0], theirs[2]) == (200, ours[2]), (name, path, other, theirs)
        until("the chart", lambda: "is being computed" not in page.get("/api/v1/endpoints/mail/response-times/7d/chart.svg")[2])
        assert ElementTree.fromstring(page.get("/api/v1/endpoints/mail/response-times/7d/chart.svg")[2]).find(SVG + "desc").text


@test("what is no badge is refused with a list of those there are; before figures are known they say unknown, in grey")
def wrong(tmp):
    with web(tmp) as page:
        for path in ("badge/mail", "badge/mail/", "badge/mail/status", "badge/mail/uptime/31d.svg", "badge/mail/uptime/.svg", "badge/mail/uptime/30d/.svg",
                     "badge//status.svg", "badge/status.svg", "api/badge/mail", "api/badge/mail/uptime/1000", "api/v1/endpoints/mail/uptimes/30d",
                     "api/v1/endpoints/mail/health/badge.png", "badge/../mail/status.svg.svg"):
            status, _, body = page.get("/" + path)
            assert status == 404, (path, status, body)
        assert "  /uptime/*.svg" in page.get("/badge/mail/uptime/31d.svg")[2] and "  /cert-exp" in page.get("/api/badge/mail")[2]
    with Web(line("check", name="new", module="tcp", state="not-monitored", steps="") + line("health", ok=1) + "end -\n") as page:
        for what in ("uptime/30d", "response/24h", "certificate"):
            badge = json.loads(page.get(f"/badge/new/{what}.json")[2])
            assert (badge["message"], badge["color"], badge["isError"]) == ("unknown", "57606a", False), badge
        assert texts(page.get("/badge/new/status.svg")[2]) == ("new", "Not measured yet")


@test("a name cannot get out of its badge, its page or its address")
def hostile(tmp):
    with web(tmp) as page:
        computed(page)
        for name in NAMES[2:]:
            body = page.get(f"/badge/{quoted(name)}/status.svg")[2]
            assert "<script" not in body and "\u202e" not in body
            shown = page.get(f"/monitor/{quoted(name)}/")[2]
            assert "<script" not in shown and "\u202e" not in shown
            for address in re.findall(r'(?:href|src)="([^"]*)"', shown):
                assert re.fullmatch(r"(#content|/[\w%./~-]*(\?monitor=[\w%./~-]*)?|data:,)", html.unescape(address)), address


run()
