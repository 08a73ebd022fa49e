#!/usr/bin/env python3
"""The line on a terminal that says how far something is: of every command that may take long; gone before anything else is said."""
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from tap import BUILD, run, test

BEGIN = reporting.at(2024, 2, 1)
CLEAR = "\r\033[K"
SPAN = ("--month", "2024-02")


def many():
    """A name that would end a line, and one that is wider than any terminal of ours."""
    for name in ("web-1", "web-2", "\033[2Jevil\nname", "wide " * 20):
        yield record.target(name)
        yield from record.results(name, BEGIN, 60, "u" * 3000)


STORE = reporting.store(many)


def on_terminal(*words, columns=80, document=None, **env):
    """(exit status, what stands on the terminal of standard error)"""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with open(document or os.devnull, "wb") as out:
        process = subprocess.Popen([BUILD / "nines", *words], stdin=subprocess.DEVNULL, stdout=out, stderr=theirs,
                                   env={**os.environ, "TERM": "xterm", "NINES_PROGRESS": "now", **env})
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass
    os.close(ours)
    return process.wait(), said.decode()


def commands(tmp):
    """Each with what its lines say."""
    history = tmp / "history.csv"
    history.write_text("check,ts_utc,state\n" + "".join(f"web,2024-02-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z,up\n" for n in range(20000)))
    for form in ("text", "html", "json", "csv"):
        yield (("report", "sla", *SPAN, "--store", STORE, "--format", form), r"sla: \d of 4: ")
    yield (("report", "sla", *SPAN, "--store", STORE, "--format", "pdf"), r"sla: \d+ % of its sheets are set")
    for name in ("statistics", "digest", "capacity"):
        yield (("report", name, *SPAN, "--store", STORE), name + r": \d of 4: ")
    yield (("report", "detail", *SPAN, "--check", "web-1", "--store", STORE), r"web-1: \d+ % of the results are read")
    yield (("verify", "--store", STORE), r"verifying \d of 4: ")
    yield (("backup", "--store", STORE, tmp / "copy.db"), r"copied \d+ of \d+ pages")
    yield (("export", "--all", "--store", STORE), r"exported \d+ results, check \d of 4")
    yield (("import", "csv", history, "--interval", "1s", "--store", tmp / "new.db"), r"\d+ lines read of .*history")


@test("each long command says how far it is, in lines that are taken back, whatever names say")
def each(tmp):
    for words, says in commands(tmp):
        status, said = on_terminal(*words)
        lines = said.split(CLEAR)
        assert status in (0, 1) and re.search(says, said), (words, status, said)
        assert lines[0] == "" and (lines[-1] == "" or "import" in words or "verify" in words), (words, said)
        assert not [line for line in lines[1:-1] if len(line) > 79 or re.search(r"[\n\r\033]", line)], (words, said)


@test("on a narrow terminal a line is cut: one that went on below could not be taken back")
def narrow():
    status, said = on_terminal("report", "sla", *SPAN, "--store", STORE, columns=12)
    lines = said.split(CLEAR)
    assert status == 0 and len(lines) > 2 and max(map(len, lines)) == 11, said


@test("nothing of it in a pipe, with -q, on a terminal that cannot take it back, or where it is not wanted")
def none():
    words = ("report", "sla", *SPAN, "--store", STORE)
    for before, env in ((("-q",), {}), ((), {"TERM": "dumb"}), ((), {"NINES_PROGRESS": "never"})):
        assert on_terminal(*before, *words, **env) == (0, ""), (before, env)
    done = subprocess.run([BUILD / "nines", *words], capture_output=True, check=True, env={**os.environ, "TERM": "xterm", "NINES_PROGRESS": "now"})
    assert done.stderr == b""


@test("what goes wrong is said on a line of its own, where the progress was")
def wrong(tmp):
    history = tmp / "bad.csv"
    history.write_text("check,ts_utc,state\n" + "web,2024-02-01T00:00:00Z,up\n" * 12000 + "web,never,up\n")
    status, said = on_terminal("import", "csv", history, "--interval", "1s", "--store", tmp / "new.db")
    assert status == 2 and "lines read of" in said and CLEAR + "nines: " in said, said
    status, said = on_terminal("export", "web-1", "nobody", "--store", STORE)
    assert status == 2 and said.endswith(CLEAR + "nines: nothing is recorded of 'nobody'\r\n"), said


run()
