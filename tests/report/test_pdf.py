#!/usr/bin/env python3
"""The PDF of a report says what its text says, on A4 and Letter, in any script, and is the same file each time."""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import nines
from role import quote
from tap import BUILD, run, skip, test

NAMES = ["web", "<b>bold</b> & \"quoted\"", "=SUM(A1:A9)", "\u05d0\u05ea\u05e8 \u05d4\u05d7\u05e0\u05d5\u05ea", "\u0627\u0644\u0645\u062a\u062c\u0631",
         "\u5546\u5e97\u7db2\u7ad9", "\u0926\u0941\u0915\u093e\u0928", "na\u00efve caf\u00e9 \u0141\u00f3d\u017a", "long " * 39 + "name", "x" * 200]


def history(tmp, names, samples=30):
    rows = [f'"{name.replace(chr(34), chr(34) * 2)}",2026-08-01T{m // 60:02}:{m % 60:02}:00Z,{"down" if 10 <= m < 13 else "up"}'
            for name in names for m in range(samples)]
    path = tmp / "history.csv"
    path.write_text("check,ts_utc,state\n" + "\n".join(rows) + "\n")
    store = tmp / "x.db"
    done = nines("import", "csv", path, "--store", store, "--interval", "1m")
    assert done.returncode == 0, done.stderr
    return store


def report(store, *words):
    return nines("report", "sla", "--month", "2026-08", "--store", store, *words)


def pdf(tmp, store, *words, name="x.pdf"):
    path = tmp / name
    done = report(store, *words, "-o", path)
    assert done.returncode == 0, done.stderr
    return path


def tool(name, *words):
    if not shutil.which(name):
        skip(f"no {name}: make deps")
    return subprocess.run([name, *map(str, words)], capture_output=True, text=True, check=True).stdout


def words_of(path):
    return " ".join(tool("pdftotext", "-layout", path, "-").split())


@test("every figure of the text is in the PDF, on numbered sheets of A4")
def same(tmp):
    store = history(tmp, [f"check-{n:03}" for n in range(120)])
    path = pdf(tmp, store)
    info = tool("pdfinfo", path)
    pages = int(re.search(r"Pages: +(\d+)", info).group(1))
    assert pages > 5 and "(A4)" in info and re.search(r"Title: +Availability 2026-08", info), info
    text = words_of(path)
    for n in range(1, pages + 1):
        assert f"{n} of {pages}" in text
    plain = report(store, "--format", "text").stdout
    for figure in set(re.findall(r"\d+\.\d{6}|\d+:\d\d(?::\d\d)?|check-\d+|nines-1:\w+", plain)):
        assert figure in text, figure
    assert text.count("coverage %") > 1, "the head of a table stands on each of its sheets"


@test("Letter is Letter, other paper is refused")
def letter(tmp):
    store = history(tmp, ["web"])
    assert "(letter)" in tool("pdfinfo", pdf(tmp, store, "--paper", "letter"))
    done = report(store, "--paper", "a5", "-o", tmp / "no.pdf")
    assert done.returncode == 64 and "paper 'a5' is none of a4, letter" in done.stderr and not (tmp / "no.pdf").exists(), done


@test("hostile names, other scripts, two hundred characters: all there, nothing beyond the edge of the sheet")
def names(tmp):
    path = pdf(tmp, history(tmp, NAMES))
    text = words_of(path)
    for name in NAMES[:3] + [NAMES[7]]:
        assert name in text, name
    for name in NAMES[3:7]:
        assert any(c in text for c in name.split()[0]), name
    boxes = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', tool("pdftotext", "-bbox", path, "-"))
    assert boxes
    for x0, y0, x1, y1 in boxes:
        assert float(x0) >= 40 and float(x1) <= 595.28 - 40 and float(y0) >= 30 and float(y1) <= 841.89 - 15, (x0, y0, x1, y1)
    assert tool("pdffonts", path).count(" yes ") >= 2, "fonts are embedded"


@test("the same report is the same file, but for its date")
def deterministic(tmp):
    store = history(tmp, NAMES)
    one, two = (re.sub(rb"Date \(\d{14}", b"", pdf(tmp, store, name=name).read_bytes()) for name in ("a.pdf", "b.pdf"))
    assert one == two


def printed(tmp, *lines, name="printed.pdf"):
    """The PDF of such lines of a report."""
    done = subprocess.run([BUILD / "nines-pdf"], input="".join(line + "\n" for line in ('page - text="A report" paper=a4 now_us=0', *lines)).encode(),
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    (tmp / name).write_bytes(done.stdout)
    return tmp / name


def sheets(path):
    """The text of each sheet, without its footer."""
    return [sheet.rsplit("A report", 1)[0] for sheet in tool("pdftotext", "-layout", path, "-").split("\f")[:-1]]


@test("names come out of it as they went in, in any script: no letter apart, no hyphen more, writing from right to left in its order")
def letters(tmp):
    names = [NAMES[3], "\u0627\u0644\u0645\u062a\u062c\u0631", NAMES[5], NAMES[6], NAMES[7], "\u0e23\u0e49\u0e32\u0e19\u0e04\u0e49\u0e32"]
    rows = ["table - c0=name c1=state"] + [f"row - c0={quote(name)} c1=up" for name in names]
    chart = ["chart - width=64000 height=9000 text=x"] + [f"shape text ink=0 x=0 y={1000 + 1000 * n} size=1100 text={quote(name)}" for n, name in enumerate(names)]
    text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", tool("pdftotext", printed(tmp, *rows, *chart), "-"))
    assert {name: text.splitlines().count(name) for name in names} == {name: 2 for name in names}, text
    long = tool("pdftotext", printed(tmp, "table - c0=name", f"row - c0={NAMES[9]} long0=1"), "-")
    assert NAMES[9] in long.replace("\n", "") and "-" not in long


@test("where our words stand around a name that runs from right to left they run on from the left")
def ours(tmp):
    text = tool("pdftotext", "-bbox", printed(tmp, f"heading - text={quote(NAMES[3] + ': Incidents')} level=3", "note - text=x"), "-")
    place = {word: float(x) for x, word in re.findall(r'xMin="([-\d.]+)"[^>]*>([^<]+)<', text)}
    assert place["Incidents"] > min(x for word, x in place.items() if "\u05d0" in word), place


@test("it says what it is: title, author, date, language, structure; bookmarks and names lead to headings")
def marked(tmp):
    path = printed(tmp, "table - c0=name c1=n", "row - c0=web c1=1", "row - c0=none c1=2", "heading - text=web", "fact - label=a text=b",
                   'heading - text="web: Steps" level=3', "note - text=x", "heading - text=last", "note - text=y")
    info = tool("pdfinfo", path)
    assert re.search(r"Author: +nines\n", info) and re.search(r"CreationDate: +Thu Jan  1 00:00:00 1970", info), info
    assert re.search(r"Tagged: +yes", info) and b"/Lang (en)" in path.read_bytes() and b"/DisplayDocTitle true" in path.read_bytes()
    tree = tool("pdfinfo", "-struct-text", path)
    assert re.sub(r"\s+", " ", tree).startswith('H1 (block) "A report" Table (block) TR TH "name" TH "n" TR TD Link (inline) Object'), tree
    assert tree.count("Link") == 1 and re.findall(r"^H\d", tree, re.M) == ["H1", "H2", "H3", "H2"]
    outline = re.findall(r'<(/?outline|item)(?: page="(\d+)")?>([^<]*)', tool("pdftohtml", "-xml", "-stdout", "-i", path).split("<outline>", 1)[1])
    assert [(page, text.strip()) for kind, page, text in outline if kind == "item"] == [("1", "A report"), ("1", "web"), ("1", "web: Steps"), ("1", "last")]
    if shutil.which("qpdf"):
        tool("qpdf", "--check", path)


@test("a heading stands on the sheet of what it is about; the head of a table with a row; a last row never alone, a small table whole")
def together(tmp):
    chart = ["chart - width=64000 height=30000 text=shown", "shape text ink=0 x=0 y=1000 size=1000 text=drawing"]
    for lines in range(30, 62):
        facts = [f"fact - label=fact text={n}" for n in range(lines)]
        tall = " ".join(["tall"] * 200)
        for more, of in ((["heading - text=Chart", *chart], "drawing"), (["heading - text=Table", "table - c0=label", "row - c0=first"], "first"),
                         (["heading - text=Above", "heading - text=Below level=3", "table - c0=label", f'row - c0="{tall}" long0=1'], "tall")):
            told = [sheet for sheet in sheets(printed(tmp, *facts, *more)) if any(head in sheet for head in ("Chart", "Table", "Above", "label"))]
            assert len(told) == 1 and of in told[0], (lines, more[0], told)
        small = [sheet for sheet in sheets(printed(tmp, *facts, "table - c0=label", *(f"row - c0=row{n}" for n in range(6)))) if "label" in sheet]
        assert len(small) == 1 and "row5" in small[0], (lines, small)
        last = sheets(printed(tmp, *facts, "table - c0=label", *(f"row - c0=row{n}" for n in range(40))))[-1]
        assert "row39" not in last or "row38" in last, lines


@test("a row that is higher than a sheet is broken into several, all of it there")
def tall(tmp):
    words = " ".join(f"word{n}" for n in range(2500))
    path = printed(tmp, "table - c0=name c1=reason", f'row - c0=one c1="{words}" long1=1', "row - c0=two c1=short")
    got = sheets(path)
    assert len(got) >= 3 and re.findall(r"word\d+", "".join(got)) == words.split() and all("reason" in sheet for sheet in got), got
    boxes = re.findall(r'yMax="([-\d.]+)"', tool("pdftotext", "-bbox", path, "-"))
    assert max(map(float, boxes)) < 841.89 - 15


@test("times, numbers and bars are never broken: long texts are, then the letters get smaller")
def whole(tmp):
    name, bar, when = "a name of many words that may well be broken " * 4, "\u2588" * 45, "2026-10-28 15:30:00 UTC"
    text = tool("pdftotext", "-layout", printed(tmp, "table - c0=who c1=bar c2=when", f"row - c0={quote(name)} long0=1 c1={quote(bar)} c2={quote(when)}"), "-")
    assert bar in text and when in text and text.count("words") > 2, text
    wide = printed(tmp, "table - " + " ".join(f"c{n}=when{n}" for n in range(6)), "row - " + " ".join(f'c{n}="{when}"' for n in range(6)))
    assert tool("pdftotext", "-layout", wide, "-").count(when) == 6


@test("the printer refuses what is no report in one line")
def refuses():
    for given in (b"", b"nonsense", b"heading - text=x\n", b"page - text=x paper=a9 now_us=0\n", b"\x00" * 100, b"page -\n" + b"row - " * 10 + b"\n"):
        done = subprocess.run([BUILD / "nines-pdf"], input=given, capture_output=True)
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1 and not done.stdout, (given, done)


run()
