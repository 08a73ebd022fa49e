"""tests/lib/parsers.py: parsers that others wrote, as scripts/servers unpacked them: an independent opinion of what nines writes.

    feedparser = parser("feedparser")           # icalendar, jsonschema likewise
"""
import importlib
import sys

from real import program


def parser(name):
    """The module of that name. A test is skipped where it could not be downloaded."""
    folder = str(program("parsers", "usr/lib/python3/dist-packages"))
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)
