#!/usr/bin/env python3
"""tests/style/narrow.py FILE...: breaks lines of C that are wider than 100 columns, and touches no other line (needs clang-format).

A comment behind code that is too wide goes above it first. `make narrow` does it for every file.
"""
import pathlib
import re
import subprocess
import sys

COLUMNS = 100
BEHIND = re.compile(r"^(\t*)(.*\S)\s+(/\* .* \*/)( \\)?$")


def wide(lines):
    return [number for number, line in enumerate(lines, 1) if len(line.expandtabs(8)) > COLUMNS]


def lift_comments(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    for number in reversed(wide(lines)):
        found = BEHIND.match(lines[number - 1])
        if found and not found.group(4) and not found.group(2).startswith(("#", "/*", "{")):
            lines[number - 1:number] = [found.group(1) + found.group(3), found.group(1) + found.group(2)]
    path.write_text("\n".join(lines), encoding="utf-8")


def narrow(path):
    lift_comments(path)
    for _ in range(4):
        text = path.read_text(encoding="utf-8")
        words = [f"--lines={n}:{n}" for n in wide(text.split("\n"))]
        if not words:
            return
        path.write_text(subprocess.run(["clang-format", "--style=file", *words, str(path)], capture_output=True, text=True,
                                       check=True).stdout, encoding="utf-8")
    for number in wide(path.read_text(encoding="utf-8").split("\n")):
        print(f"{path}:{number}: still too wide")


for name in sys.argv[1:]:
    narrow(pathlib.Path(name))
