#!/usr/bin/env python3
"""The PDF of a report says what its text says, on A4 and Letter, in any script, and is the same file each time."""
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import nines
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


@test("the printer refuses what is no report in one line")
def refuses():
    for given in (b"", b"nonsense", b"heading - text=x\n", b"page - text=x paper=a9 now_us=0\n", b"\x00" * 100, b"page -\n" + b"row - " * 10 + b"\n"):
        done = subprocess.run([BUILD / "nines-pdf"], input=given, capture_output=True)
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1 and not done.stdout, (given, done)


run()
