#!/usr/bin/env python3
"""Hostile names, reasons, categories, customers and slas in each report and each form: no element, formula or control character comes of them, and
programs get them back as they were (F44)."""
import csv
import functools
import html.parser
import io
import json
import pathlib
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import reporting
from records import hostile
from tap import run, test

VOID = {"meta", "br", "hr", "img", "link", "input"}
ISOLATES = "\u2068\u2069"  # how a text keeps writing from right to left apart
EMBEDDED = "\u202b\u202c"  # pdftotext's own around a line's writing from right to left
MADE = {kind: functools.partial(hostile.lines, names) for kind, names in (("hostile", hostile.NAMES), ("plain", hostile.PLAIN))}


class Strict(html.parser.HTMLParser):
    """Elements in their order; one that is not closed where it was opened, or a bare '<', is wrong."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.elements = [], []
        self.feed(page)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert not any(name.startswith("on") or name == "src" or name == "href" and not value.startswith("#s") for name, value in attrs), attrs
        assert len({name for name, _ in attrs}) == len(attrs), attrs
        self.elements.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        assert tag in VOID or self.open.pop() == tag

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data):
        raise AssertionError(f"a declaration: {data}")


def report(kind, name, *words):
    names = {"hostile": hostile.NAMES, "plain": hostile.PLAIN}[kind]
    store = reporting.store(MADE[kind], conf=hostile.conf(names), afterwards=hostile.said(names))
    return name, *hostile.orders(names)[name], *hostile.SPAN, "--store", store, *words, store.with_name("nines.conf")


def shown(kind, name, *words):
    *order, conf = report(kind, name, *words)
    return reporting.nines(*order, conf=conf)


def harmful(text, kept="\n"):
    """Characters that control a terminal or turn the writing; isolates may stand in pairs."""
    assert text.count(ISOLATES[0]) == text.count(ISOLATES[1]), "an isolate is open"
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in kept + ISOLATES}


def texts(value):
    if isinstance(value, dict):
        return {t for k, v in value.items() for t in {k} | texts(v)}
    if isinstance(value, list):
        return {t for v in value for t in texts(v)}
    return {value} if isinstance(value, str) else set()


# Which of the names each report is about; the others have no place in it.
SHOWN = {"sla": ("check", "other", "sla", "customer", "by", "reason", "text"), "detail": ("check", "reason", "location"),
         "digest": ("check", "other", "service", "reason"), "statistics": ("check", "other", "service", "category"),
         "blacklist": ("other", "text", "zone", "reason"), "capacity": ("check", "other", "reason"), "burn": ("check", "other"), "nines": ()}
for _report, _kinds in SHOWN.items():
    @test(f"{_report}: HTML parses strictly, and has the elements that plain names give it")
    def markup(name=_report):
        page, plain = (Strict(shown(kind, name, "--format", "html")) for kind in ("hostile", "plain"))
        assert page.elements == plain.elements, [(n, a, b) for n, (a, b) in enumerate(zip(page.elements, plain.elements)) if a != b][:5]
        assert not harmful(shown("hostile", name, "--format", "html"))

    @test(f"{_report}: no cell of any table of its CSV is a formula")
    def formulas(name=_report, kinds=_kinds):
        tables = [key for key, value in json.loads(shown("hostile", name, "--format", "json")).items()
                  if isinstance(value, list) and value and isinstance(value[0], dict)]
        assert tables
        cells = set()
        for table in tables:
            got = shown("hostile", name, "--format", "csv", "--table", table)
            rows = list(csv.reader(io.StringIO(got, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1, [len(row) for row in rows]
            for cell in (cell for row in rows for cell in row):
                assert cell[:1] not in ("=", "+", "@", "\t", "\r", "|", "%") and (cell[:1] != "-" or cell[1:].replace(".", "").isdigit()), cell
            assert not harmful(got, "\r\n")
            cells.update(cell for row in rows for cell in row)
        assert "check" not in kinds or name == "detail" or any(cell.startswith("'=cmd") for cell in cells), "an apostrophe stands before it"

    @test(f"{_report}: JSON gives the texts back exactly, escaped")
    def exact(name=_report, kinds=_kinds):
        got = shown("hostile", name, "--format", "json")
        found = texts(json.loads(got))
        for kind in kinds:
            assert any(hostile.NAMES[kind] in text for text in found), (kind, sorted(found)[:40])
        assert not harmful(got) and not any(c in got for c in ISOLATES)

    @test(f"{_report}: text has no control character, and its PDF, on both papers, neither")
    def plain(tmp, name=_report):
        assert not harmful(shown("hostile", name))
        for paper in ("a4", "letter"):
            *order, conf = report("hostile", name, "--paper", paper)
            sheets = reporting.printed(tmp, *order, conf=conf)
            assert sheets.strip() and not harmful(sheets, "\n\f" + EMBEDDED), harmful(sheets, "\n\f")

run()
