#!/usr/bin/env python3
"""Charts: every kind beside its golden SVG; well-formed, accessible, without script and without anything from elsewhere; paper has what the screen has.

The samples are those of tests/unit/chart.c. NINES_GOLDEN=1 writes the golden files; they are looked at by a person before they are committed.
"""
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pathlib
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import record
import reporting
from tap import BUILD, run, skip, test

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ["calendar", "calendar-year", "bars", "spans", "waterfall", "band", "band-log", "stack", "stack-high", "burn", "burn-over", "burn-far", "burn-plenty", "spans-edges", "stack-still", "band-decade", "band-one", "quiet", "unknown"]


def sample(form, *name):
    done = subprocess.run([BUILD / "tests/unit/chart", form, *name], capture_output=True, check=True)
    return done.stdout.decode()


def drawings(html):
    """The text of each SVG but the one of the patterns."""
    return [found for found in re.findall(r"<svg .*?</svg>", html, re.S) if 'role="img"' in found]


def parsed(svg):
    return ElementTree.fromstring(svg)


def texts(svg):
    """What can be read in the picture: no tool tips."""
    return ["".join([t.text or ""] + [c.tail or "" for c in t]) for t in parsed(svg).iter(SVG + "text")]


def printed(tmp, *name, paper=None):
    """The PDF of a sample."""
    lines = sample("lines", *name)
    if paper:
        lines = lines.replace("paper=a4", f"paper={paper}", 1)
    done = subprocess.run([BUILD / "nines-pdf"], input=lines.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr
    (tmp / "x.pdf").write_bytes(done.stdout)
    return tmp / "x.pdf"


def tool(name, *words):
    if not shutil.which(name):
        skip(f"no {name}: make deps")
    return subprocess.run([name, *map(str, words)], capture_output=True, text=True, check=True).stdout


for kind in KINDS:
    @test(f"golden file: chart-{kind}.svg")
    def golden(kind=kind):
        reporting.keep(f"chart-{kind}.svg", "".join(drawings(sample("html", kind))))


@test("every picture is well-formed, has a role, a title and a description, and names of its own")
def well_formed():
    html = sample("html")
    seen = set()
    for svg in drawings(html):
        top = parsed(svg)
        assert top.get("role") == "img" and top.get("viewBox")
        title, text = top.find(SVG + "title"), top.find(SVG + "desc")
        assert title.text and text.text and top.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
        ids = {e.get("id") for e in top.iter() if e.get("id")}
        assert not ids & seen
        seen |= ids
    assert len(seen) > 2 * len(KINDS)


@test("no script, nothing from elsewhere, no element that was not meant, whatever names hold")
def harmless():
    html = sample("html")
    assert not re.search(r"<script|<image|<use|<foreignObject|<a |javascript:|@import|\bon\w+=\"|(?:xlink:)?href=|src=", html)
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {f"#h-{ink}" for ink in re.findall(r'<pattern id="h-(\w+)"', html)}
    assert set(re.findall(r"https?://[^\"]*", html)) == {"http://www.w3.org/2000/svg"}
    for svg in drawings(html):
        assert {e.tag.replace(SVG, "") for e in parsed(svg).iter()} <= {"svg", "title", "desc", "rect", "polyline", "polygon", "text"}
        assert "\x1b" not in svg and "\u202e" not in svg


@test("every class and pattern that a picture uses is in the page")
def styles():
    html = sample("html")
    known = set(re.findall(r"\.([\w-]+)\{", html))
    assert {c for svg in drawings(html) for e in parsed(svg).iter() for c in e.get("class", "").split()} <= known
    assert "prefers-color-scheme:dark" in html and "@media print" in html


@test("states are told without colour: each has a hatch, an outline, or a mark of its own")
def without_colour():
    svg = drawings(sample("html", "calendar-year"))[0]
    fills = {e.get("fill") or e.get("class") for e in parsed(svg).iter(SVG + "rect")}
    assert {"url(#h-degraded)", "url(#h-unknown)", "url(#h-maintenance)", "url(#h-outside)", "o s-none", "f-up", "f-down"} == fills, fills
    down = [e for e in parsed(svg).iter(SVG + "rect") if e.get("class") == "f-down" and e.find(SVG + "title") is not None]
    assert len(down) == texts(svg).count("X") > 50


@test("paper says what the screen says: every text of every picture is in the PDF, on A4 and Letter")
def same_texts(tmp):
    wanted = [t for svg in drawings(sample("html")) for t in texts(svg)]
    plain = {t for t in wanted if t.isascii() and "WWW" not in t and " " not in t}
    assert len(plain) > 150
    for paper, size in (("a4", "A4"), ("letter", "letter")):
        path = printed(tmp, paper=paper)
        words = set(tool("pdftotext", "-raw", path, "-").split())
        lines = " ".join(tool("pdftotext", "-layout", path, "-").split())
        assert f"({size})" in tool("pdfinfo", path)
        for text in plain:
            assert text in words or text in lines, text


@test("nothing stands beyond the edge of the sheet")
def edges(tmp):
    for paper, width, height in (("a4", 595.28, 841.89), ("letter", 612, 792)):
        boxes = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', tool("pdftotext", "-bbox", printed(tmp, paper=paper), "-"))
        assert len(boxes) > 500
        for x0, y0, x1, y1 in boxes:
            assert float(x0) >= 40 and float(x1) <= width - 40 and float(y0) >= 30 and float(y1) <= height - 15, (x0, y0, x1, y1)


@test("ten thousand points are a small picture; thirty rows are two; nothing is a sentence")
def extremes():
    band = drawings(sample("html", "band-many"))
    assert len(band) == 1 and len(band[0]) < 100_000
    assert len(drawings(sample("html", "bars-many"))) == 2 and len(drawings(sample("html", "calendar-long"))) == 5
    assert sample("html", "empty").count(">There is nothing to draw of this span.</text>") == 7
    assert "No value of this span is known." in sample("text", "unknown")


@test("in characters: a line a month, a mark a day; nothing wider than 76 columns but what has no place to break")
def characters():
    text = sample("text", "calendar", )
    assert "\n  2026-08  ......X.....X-.....X...X-....X.\n" in text and "X down" in text
    for name in KINDS:
        assert all(len(line) <= 76 + line.count("\u2068") + line.count("\u2069") for line in sample("text", name).splitlines()), name


@test("programs get the points: JSON has them under the chart's key, CSV as a table")
def data():
    burn = json.loads(sample("json", "burn"))["budget"]
    assert len(burn) == 25 and burn[0] == {"series": "web", "from": "2026-07-31T22:00:00Z", "to": "2026-07-31T22:00:00Z", "left_s": 2678}
    fall = json.loads(sample("json", "waterfall"))["slowest"]
    assert fall[-1] == {"step": "body@1", "from_us": 211000, "to_us": 237312, "state": "down"}
    assert "band" not in json.loads(sample("json", "band")), "no key, no data"
    table = sample("csv", "calendar").split("\r\n")
    assert table[0] == "report,from,to,zone,series,from,to,state,down_s" and len(table) == 33
    assert "'=SUM(A1:A9)" in sample("csv", "bars")


@test("the printer refuses a damaged picture, or draws what there is of it")
def damaged(tmp):
    head = b'page - text=x paper=a4 now_us=0\n'
    for shapes in (b"chart -\nshape rect\n", b"chart - width=64000 height=-5\n", b"chart - width=64000 height=100000000\nshape text text=x y=5\n",
                   b"chart - width=64000 height=20000\nshape area ink=99 at=1,2:3\nshape line at=x ink=-4\nshape area at=1,2:3,4: ink=3\nshape nothing\nshape - text=x\n",
                   b"shape rect x=1 y=2 w=3 h=4\n", b"chart - width=9223372036854775807 height=1\nshape text anchor=7 size=-5 text=x\n"):
        done = subprocess.run([BUILD / "nines-pdf"], input=head + shapes, capture_output=True)
        assert done.returncode in (0, 2) and (done.returncode == 2) == bool(done.stderr), (shapes, done.returncode, done.stderr)


# ---- in reports ----

def outages():
    """The days around a change of the clock in Berlin, 25 hours of them one: two members that fail, together for an hour; a gap; a slow while."""
    begin, lines = reporting.at(2024, 10, 24, 22), [record.target("one", 300), record.target("two", 300), record.service("Shop", ["one", "two"])]
    for name, down in (("one", [(500, 512), (900, 901)]), ("two", [(500, 520), (1000, 1100)])):
        states = "".join("d" if any(a <= n < b for a, b in down) else "g" if 700 <= n < 730 else " " if 800 <= n < 850 else "u" for n in range(1500))
        lines += record.results(name, begin, 300, states, steps="connect:1000", elapsed_us=1100)
    return lines


CONF = """sla "gold" {
  target = 99.9
  zone = "Europe/Berlin"
}
service "Shop" {
  members = {"one", "two"}
  sla = "gold"
}
"""


def contract(tmp, *words):
    (tmp / "nines.conf").write_text(CONF)
    return reporting.nines("sla", "--month", "2024-10", "--store", reporting.store(outages), *words, conf=tmp / "nines.conf")


@test("the days of a chart add up to the figures of their month, over a change of the clock; its last budget is what is left")
def add_up(tmp):
    for row in json.loads(contract(tmp, "--format", "json"))["rows"]:
        days = row["days"]
        assert days and all(a["to"] == b["from"] for a, b in zip(days, days[1:])), row["name"]
        assert sum(d["counted_down_s"] for d in days) == row["counted_down_s"]
        if row["name"] == "Shop":
            assert [d["counted_down_s"] for d in days if d["state"] == "down"] == [3600] and days[-1]["budget_left_s"] == row["budget_left_s"]
            long = [d for d in days if d["from"] == "2024-10-26T22:00:00Z"]
            assert long[0]["to"] == "2024-10-27T23:00:00Z", "a day of 25 hours"
            assert len(days) == 31 and days[0]["state"] == "not-monitored" and "degraded" in {d["state"] for d in days}


@test("report sla draws its days, its incidents and its budget; in HTML and in the PDF, or none when told so")
def sla_draws(tmp):
    html = contract(tmp, "--format", "html")
    said = [parsed(svg).findtext(SVG + "desc") for svg in drawings(html)]
    assert len(said) == 1 + 3 + 2 * 2, said
    assert any(re.match(r"Of 10:\d\d is left -49:\d\d, less than nothing since 2024-10-26\.", s) for s in said), said
    assert any(s.startswith("outages 1. Longest down: outages, for 1:00:00 from 2024-10-26 17:40:00 on.") for s in said), said
    contract(tmp, "-o", tmp / "sla.pdf")
    words = " ".join(tool("pdftotext", "-layout", tmp / "sla.pdf", "-").split())
    for sentence in said:
        assert " ".join(sentence.split()) in words, sentence
    assert not drawings(contract(tmp, "--format", "html", "charts=0"))
    assert "charts=3 draws all" in contract(tmp, "charts=1")


run()
