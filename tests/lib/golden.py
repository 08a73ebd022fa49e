"""tests/lib/golden.py: the golden lines of a check module, in NAME.golden beside its tests: what an admin reads, case by case.

    golden = Golden(__file__)                       # test_smtp.py: smtp.golden
    golden("the server refuses us", check("smtp", ...))

A line is TITLE | VERDICT | STEPS (the failed one with !) | REASON; ports, temporary folders, dates and what drips in are masked. GOLDEN=write writes what
is seen instead of comparing; the lines are then read by a person before they are committed. Whole documents are files of their own: keep().
"""
import difflib
import os
import pathlib
import re

MASKS = [(re.compile(r"\b20\d\d-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?( UTC)?"), "DATE"),
         (re.compile(r"(127\.\d+\.\d+\.\d+|\[::1\]|::1|localhost):\d+"), r"\1:PORT"), (re.compile(r"/tmp/(nines-test-[^ '/]+/)?[^ '/]+"), "TMP"),
         (re.compile(r"\.{5,}'"), "...'")]


def _shown(result):
    """The part of the line behind the title, of a Result of probe.py, an Outcome of letters.py, the JSON itself, or a text."""
    if isinstance(result, str):
        return result.rstrip()
    document = getattr(result, "json", result)
    # An `other` that went well is time that nobody named: it is there when this machine was slow.
    named = [s for s in document["steps"] if s["name"] != "other" or not s["ok"]]
    steps = " ".join(s["name"] + (f"@{s['hop']}" if s.get("hop") else "") + ("" if s["ok"] else "!") for s in named)
    text = f"{document.get('verdict') or document['outcome']} | {steps} | {document['reason']}"
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text.rstrip()


class Golden:
    def __init__(self, test_file):
        path = pathlib.Path(test_file)
        self.path = path.with_name(path.stem.removeprefix("test_") + ".golden")

    def _read(self):
        if not self.path.exists():
            return {}
        return dict(line.split(" | ", 1) for line in self.path.read_text().splitlines())

    def __call__(self, title, result):
        assert " | " not in title
        lines, seen = self._read(), _shown(result)
        if os.environ.get("GOLDEN") == "write":
            lines[title] = seen
            self.path.write_text("".join(f"{name} | {text}\n" for name, text in sorted(lines.items())))
        wanted = lines.get(title, "no such line")
        assert seen == wanted, f"{self.path.name}: {title}\n  wanted {wanted}\n  got    {seen}"


def keep(path, got):
    """The text is that file to the byte. NINES_GOLDEN=1 writes it; it is then read by a person before it is committed."""
    if os.environ.get("NINES_GOLDEN"):
        path.write_text(got, encoding="utf-8", newline="")
    with open(path, encoding="utf-8", newline="") as f:
        wanted = f.read()
    if got != wanted:
        lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "kept", "now", lineterm="", n=0)
        raise AssertionError(f"{path.name} differs; NINES_GOLDEN=1 writes it anew, then look at it:\n" + "\n".join(list(lines)[:40]))
