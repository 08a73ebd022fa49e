"""What pages show of the record is what reports say of the same spans: monitors' pages and statistics, in several zones and months, with
maintenance, unknown and unwatched time, service hours, reclassified and imported days; nothing of what a page does not show."""
# timeout: 240
import html
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import record  # noqa: E402
from daemon import until  # noqa: E402
from figures import DAY, HOSTILE, HOUR, Past, overview, pages, stamp  # noqa: E402
from keeper import Web, line  # noqa: E402
from tap import BUILD, run, test  # noqa: E402

ZONE = {"Shop": "Europe/Berlin", "Both": "America/New_York"}
LETTER = {"up all day": "u", "degraded for some of it": "g", "down for some of it": "P", "down for half of it or more": "D", "not known": "?",
          "maintenance, or outside the service hours": "m", "not monitored": "-"}
PERIOD = {"Today": "today", "7 days": "7d", "30 days": "30d", "90 days": "90d", "12 months": "12m"}


def ready(web, base=""):
    """Waits until all figures are there."""
    until("the figures are computed", lambda: "are being computed" not in web.get(f"{base}/statistics/")[2]
          and "as of not yet" not in web.get(f"{base}/statistics/")[2])


def table(body, heading):
    """The rows of the table below a heading: lists of (text, title)."""
    section = body[body.index(f'id="{heading}"'):]
    section = section[:section.index("</section>")]
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", section, re.S):
        cells = re.findall(r'<t[hd]([^>]*)>(.*?)</t[hd]>', row, re.S)
        rows.append([(html.unescape(re.sub(r"<[^>]*>", "", text)), (re.findall(r'title="([^"]*)"', about) or [""])[0])
                     for about, text in cells])
    return rows


def seconds(text):
    """Of "0", "0:42", "1:19:54", "3d 02:24:00"."""
    days, clock = text.split("d ") if "d " in text else ("0", text)
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return int(days) * DAY + total


def percent(exact):
    """As pages show what a report has with six places: truncated."""
    return "-" if exact is None else "100 %" if exact == "100.000000" else exact[:-3] + " %"


def elapsed(text):
    """Microseconds of "808us", "12.7ms", "1.20s", and how exact they are."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    scale = {"us": 1, "ms": 1000, "s": 1000000}[unit]
    return float(number) * scale, scale / 10 ** len(number.partition(".")[2])


def reported(past, name, span):
    begin, end = span.split("/")
    row, = json.loads(past.report("sla", "--service" if name in ZONE else "--check", name, "--from", begin, "--to", end))["rows"]
    return row


def shown(web, name, base=""):
    status, _, body = web.get(f"{base}/monitor/{urllib.parse.quote(name)}/")
    assert status == 200, (name, status, body)
    return body


def compare_windows(past, name, body):
    rows = table(body, "availability")[1:]
    assert [row[0][0] for row in rows] == ["today", "24 hours", "7 days", "30 days", "90 days", "12 months", "this month"], rows
    for (_, span), uptime, known, down, outages, longest, _trend in rows:
        exact = reported(past, name, span)
        assert uptime[0] == percent(exact["uptime_known"]), (name, span, uptime, exact)
        assert known[0] == percent(exact["coverage"]), (name, span, known, exact)
        assert (seconds(down[0]), int(outages[0]), seconds(longest[0])) == (exact["down_s"], exact["incidents"], exact["longest_s"]), (name, span)


def statistics(past, name, end, *words):
    """What `nines report statistics` says of it, by the days of its zone, up to that end."""
    rows = json.loads(past.report("statistics", "days=90", "chart=90", "--zone", ZONE.get(name, "UTC"), "--from", "2020-01-01", "--to", end, *words))
    return next(row for row in rows["rows"] if row["name"] == name)


def compare_days(past, name, body, end):
    exact = statistics(past, name, end)["days"]
    rows = table(body, "days")[1:]
    assert len(rows) == len(exact) == 90, (name, len(rows), len(exact))
    for row, day in zip(reversed(rows), exact):
        assert row[0][0] == day["date"], (name, row, day)
        assert LETTER[row[1][0]] == day["state"], (name, row, day)
        assert row[2][0] == percent(day["uptime_known"]), (name, row, day)
        assert seconds(row[3][0]) == day["down_s"], (name, row, day)


def end_of(body, label):
    return next(row[0][1] for row in table(body, "availability") if row[0][0] == label).split("/")[1]


def compare_incidents(past, name, body):
    rows = table(body, "outages")[1:] if "There was none." not in body else []
    span = next(row[0][1] for row in table(body, "availability") if row[0][0] == "90 days")
    exact = [i for i in reported(past, name, span)["incident_list"] if i["counted_s"] and i["class"] == "confirmed"]
    assert len(rows) == len(exact), (name, rows, exact)
    for row, one in zip(rows, reversed(exact)):
        assert row[0][0] == one["start"][:16].replace("T", " ") and row[1][0] == one["end"][:16].replace("T", " "), (name, row, one)
        assert seconds(row[2][0]) == one["lasted_s"] and row[3][0] == (one["step"] or "-"), (name, row, one)


def compare_times(past, name, body):
    """Those of the last 30 days; the whole probe, and the slowest of the steps."""
    exact = statistics(past, name, end_of(body, "30 days"), "days=30", "chart=30")
    rows = {row[0][0]: [cell[0] for cell in row[7:]] for row in table(body, "times")[2:]}
    for label, prefix in (("whole probe", ""), (exact["slowest_step"], "slowest_")):
        for text, word in zip(rows[label], ("p50_us", "p95_us", "p99_us")):
            us, unit = elapsed(text)
            assert abs(us - exact[prefix + word]) <= unit, (name, label, text, exact[prefix + word])


@test("each figure of a monitor's page is the report's of that span: windows, days, outages, times; by the rules and the zone of its sla")
def same(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        for name in ("shop/1", "shop/2", "mail", "young", "Shop", "Both"):
            body = shown(web, name)
            compare_windows(past, name, body)
            compare_days(past, name, body, end_of(body, "90 days"))
            compare_incidents(past, name, body)
            if name not in ZONE:
                compare_times(past, name, body)
        assert len(table(shown(web, "young"), "outages")) > 3, "imported days have outages"
        body = shown(web, "Both")
        assert "days of America/New_York" in body and "Rules: agreed, method <code>nines-1:" in body
        assert {row[1][0] for row in table(body, "days")[1:]} >= {"up all day", "maintenance, or outside the service hours"}, "a case that proves little"


@test("statistics have the uptime, rank, trend, outages and times of `nines report statistics`, whatever the order")
def published(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        body = web.get("/statistics/-/by-name/")[2]
        assert [row[0][0] for row in table(body, "list")[1:]] == ["Both", "young"]
        orders = {}
        for order in ("", "by-name/", "by-response/", "by-outages/", "by-downtime/"):
            body = web.get(f"/statistics/Payment/{order}")[2]
            head, *rows = [both + more[1:] for both, more in zip(table(body, "list"), table(body, "outages"))]
            orders[order] = [row[0][0] for row in rows]
            for row in rows:
                compare_row(past, {column: cell for (column, _), cell in zip(head, row)})
    assert orders == {"": ["Shop", "shop/1", "shop/2"], "by-name/": ["Shop", "shop/1", "shop/2"], "by-response/": ["shop/1", "shop/2", "Shop"],
                      "by-outages/": ["shop/1", "shop/2", "Shop"], "by-downtime/": ["shop/2", "shop/1", "Shop"]}, orders


def compare_row(past, row):
    name, end = row["Monitor"][0], row["30 days"][1].split("/")[1]
    exact = statistics(past, name, end, "days=30", "chart=30")
    for label, period in PERIOD.items():
        one = next(p for p in exact["periods"] if p["period"] == period)
        begin, until_s = row[label][1].split("/")
        assert (begin, until_s) == (one["begin"], one["end"]) and row[label][0] == percent(one["uptime_known"]), (name, label, row[label], one)
    assert row["Trend"][0] == (exact["trend"] or "-"), (name, row, exact)
    assert (int(row["Outages"][0]), seconds(row["Down"][0]), seconds(row["Longest"][0])) == (exact["outages"], exact["down_s"], exact["longest_s"])
    if name not in ZONE:
        assert row["Rank"][0].split(" of ")[0] != "-" and abs(elapsed(row["p95"][0])[0] - exact["p95_us"]) <= elapsed(row["p95"][0])[1]


@test("a day that was not monitored is that, whatever maintenance comes again and has no start; one that was is maintenance")
def unwatched(tmp):
    past = Past(tmp)
    past.conf.write_text(past.conf.read_text() + 'maintenance "always" { services = {"young"} cron = "0 0 * * *" for = "24h" }\n')
    past.write()
    first = stamp(past.at(past.hours - 1700))[:10]  # what was brought in begins then
    with pages(past) as web:
        ready(web)
        days = {row[0][0]: row[1][0] for row in table(shown(web, "young"), "days")[1:]}
        home = web.get("/")[2]
    over = {day: state for day, state in days.items() if day < stamp(past.now)[:10]}
    assert len(over) > 80 and 10 < sum(day < first for day in over) < 30, "a case that proves little"
    for day, state in over.items():
        assert state == ("not monitored" if day < first else "maintenance, or outside the service hours"), (day, state)
    measured = sum(state != "not monitored" for state in days.values())
    bars = home[home.index("<strong>young") if "<strong>young" in home else home.index(">young</a></strong>"):]
    assert f"90 days, {measured} of them measured" in bars[:bars.index("</svg>")], bars[:600]


@test("ranks are those of the report: of whoever is listed, equals share one, what is hardly known has none")
def ranks(tmp):
    past = Past(tmp)
    past.conf.write_text("\n".join(text for text in past.conf.read_text().splitlines() if not text.startswith(("service", "maintenance", 'page "public"'))))
    past.write()
    with pages(past) as web:
        ready(web)
        got = {}
        for category in ("Payment", "Mail%20%26%20more", "Hidden", "-"):
            head, *rows = table(web.get(f"/statistics/{category}/")[2], "list")
            place, rank = [column for column, _ in head].index("Rank"), [column for column, _ in head].index("Of all")
            got.update({row[0][0]: (row[place][0], row[rank][0]) for row in rows})
    exact = {row["name"]: tuple(f"{row[a]} of {row[b]}" if row[a] else "-" for a, b in (("place", "place_of"), ("rank", "rank_of")))
             for row in json.loads(past.report("statistics"))["rows"]}
    assert got == exact and got["young"] == ("-", "-"), (got, exact)


@test("when a state changes figures do not wait for the minute: a reclassification is in them, of what is over, too")
def corrected(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        before = shown(web, "mail")
        subprocess.run([str(BUILD / "nines"), "reclassify", "mail", "--from", stamp(past.at(past.hours - 5)), "--to",
                        stamp(past.at(past.hours - 2)), "--as", "up", "--reason", "it was our router", "--by", "anna", "--store", str(past.store)],
                       check=True, capture_output=True)
        web.keeper.lines = overview(down=())
        until("the correction is shown", lambda: "There was none." in shown(web, "mail"))
        ready(web)
        after = shown(web, "mail")
    assert len(table(before, "outages")) == 2 and table(after, "availability")[3][1][0] == "100 %", table(after, "availability")
    compare_windows(past, "mail", after)
    compare_days(past, "mail", after, end_of(after, "90 days"))


@test("charts are SVG files of their own with a title and a text for who does not see them, and no script; so are those of a service's days")
def charts(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        sources = re.findall(r'<img src="(/monitor/[^"]*)" alt="([^"]+)"', shown(web, "shop/1"))
        assert len(sources) == 7, sources
        until("the charts are computed", lambda: "is being computed" not in shown(web, "shop/1"))
        for path, _ in sources:
            status, headers, body = web.get(path)
            assert status == 200 and headers["Content-Type"] == "image/svg+xml", (path, status, headers)
            assert "script" not in headers["Content-Security-Policy"] and "default-src 'none'" in headers["Content-Security-Policy"]
            drawing = ElementTree.fromstring(body)
            space = "{http://www.w3.org/2000/svg}"
            assert drawing.tag == space + "svg" and drawing.find(space + "title").text and drawing.find(space + "desc").text
            assert not list(drawing.iter(space + "script")) and int(drawing.get("height").split(".")[0]) > 60, path
        steps = web.get("/monitor/shop/1/steps.svg")[2]
        assert all(word in steps for word in ("resolve", "connect", "tls", "first-byte"))
        assert "90 days" in ElementTree.fromstring(web.get("/monitor/Shop/days.svg")[2]).find(space + "desc").text
        assert web.get("/monitor/shop/1/nonsense.svg")[0] == 404


@test("of what a page does not show it says nothing: no page, no chart, no badge, no statistics, no rank; reasons only with details")
def hidden(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web, "/pages/public")
        for path in ("monitor/secret/", "monitor/secret/days.svg", "badge/secret/status.svg", "badge/secret/uptime/30d.json", "api/badge/secret/status",
                     "api/v1/endpoints/hidden_secret/health/badge.svg", "statistics/Hidden/", "monitor/nobody/", "badge/nobody/status.svg"):
            assert web.get(f"/pages/public/{path}")[0] == 404, path
        everything = "".join(web.get(f"/pages/public/{path}")[2] for path in ("statistics/", "statistics/Payment/", "nines/", "monitor/mail/", "monitor/Shop/"))
        assert "secret" not in everything and "Hidden" not in everything and "Both" not in everything and "refused" not in everything
        assert web.get("/pages/public/monitor/shop/1/")[0] == 200, "a member of what is shown is shown"
        rows = table(web.get("/pages/public/statistics/Payment/")[2], "list")
        assert rows[1][8][0] == "1 of 3" and rows[1][9][0].endswith(" of 4"), rows
        reasons = shown(web, "shop/1", "/pages/all")
        assert html.escape(HOSTILE, quote=True).replace("&#x27;", "&#39;") in reasons and HOSTILE not in reasons


def exact(text):
    """Microseconds of "1.5 s", "44:38.4", "8d 14:24:00"."""
    whole, _, part = text.removesuffix(" s").partition(".")
    return seconds(whole) * 1_000_000 + int((part + "000000")[:6])


@test("the chart of nines has the figures of the report, of every length of month, and the statistics lead to it")
def nines_chart(tmp):
    def report(month):
        done = subprocess.run([str(BUILD / "nines"), "report", "nines", "--format", "json", "--month", month, "--store", "/nonexistent"], capture_output=True, check=True)
        return json.loads(done.stdout)
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        assert 'href="/pages/public/nines/"' in web.get("/pages/public/statistics/")[2]
        status, _, body = web.get("/pages/public/nines/")
        assert status == 200 and 'href="/pages/public/statistics/"' in body
        rows = [[cell for cell, _ in row] for row in table(body, "chart")]
        assert rows[0] == ["Uptime", "Year, days hh:mm:ss", "Month, days hh:mm:ss", "Day, hh:mm:ss"]
        assert [(row[0], *(seconds(cell.replace(" ", "d ")) for cell in row[1:])) for row in rows[1:]] == [(f"{one['uptime']} %", one["year_s"], one["month_s"], one["day_s"]) for one in report("2026-01")["chart"]]
        exactly = [[cell for cell, _ in row] for row in table(body, "exact")]
        for column, month in (("31 days", "2026-01"), ("30 days", "2026-04"), ("29 days", "2024-02"), ("28 days", "2026-02")):
            at = exactly[0].index(column)
            assert [(row[0], exact(row[at])) for row in exactly[1:]] == [(f"{one['uptime']} %", one["span_us"] // 1000 * 1000) for one in report(month)["span"]], (column, exactly)


@test("a page that wants no pages of figures has none, and no link to them")
def unwanted(tmp):
    past = Past(tmp).write()
    with pages(past) as web:
        ready(web)
        for path in ("statistics/", "statistics/Payment/", "monitor/mail/", "monitor/mail/days.svg"):
            assert web.get(f"/pages/bare/{path}")[0] == 404, path
        body = web.get("/pages/bare/")[2]
        assert "/statistics/" not in body and "/monitor/" not in body
        assert "/statistics/" in web.get("/monitor/mail/")[2] and "/monitor/mail/" in web.get("/")[2]


@test("while the first round goes on pages show what is known so far and say so; without a record they say that")
def first_round(tmp):
    names = [f"web-{n}" for n in range(300)]
    at = Past(tmp).now
    record.write(tmp / "nines.db", [text for name in names for text in (record.target(name, HOUR), *record.results(name, at - 5 * HOUR, HOUR, "uudu"))])
    lines = "".join(line("check", name=name, module="tcp", state="up", steps="") for name in names) + line("health", ok=1) + "end -\n"
    with Web(lines, store=tmp / "nines.db") as web:
        said = []

        def is_whole():
            said.extend(re.findall(r"those of (\d+) of (\d+) are here", web.get("/statistics/")[2]))
            return "as of not yet" not in web.get("/statistics/")[2]
        until("a whole round", is_whole)
        assert said and all(int(n) < 300 for n, _ in said) and {of for _, of in said} <= {"0", "300"}, said
        first, second = (web.get(path)[2] for path in ("/statistics/-/", "/statistics/-/by-uptime/2/"))
        assert len(table(first, "list")) == 201 and len(table(second, "list")) == 101, "lists come in parts"
        assert '<a href="/statistics/-/by-uptime/2/">201 to 300</a>' in first
        assert len(first) < 400_000 and web.get("/statistics/-/by-uptime/3/")[0] == 404
    with Web(lines) as web:
        until("it says why", lambda: "The record cannot be read" in web.get("/monitor/web-1/")[2])


run()
