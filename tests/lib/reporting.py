"""tests/lib/reporting.py: `nines report` in tests: what it says, records made once, golden files of renderings.

    STORE = reporting.store(make)                                   # make(): lines of record.py
    reporting.golden("sla.csv", "sla", "--month", "2024-02", "--store", STORE)   # tests/report/golden/sla.csv; the format by its ending
"""
import atexit
import calendar
import datetime
import os
import pathlib
import pty
import re
import shutil
import subprocess
import tempfile

import golden as of
import record
from tap import BUILD, skip, test

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "report/golden"
_made = {}


def at(*when):
    """Seconds since 1970 of a time in UTC."""
    return calendar.timegm(datetime.datetime(*when).timetuple())


def nines(*words, status=0, conf=None):
    """Standard output; with another status standard error."""
    done = subprocess.run([str(BUILD / "nines"), *(["-c", str(conf)] if conf else []), "report", *map(str, words)],
                          capture_output=True, env={"PATH": "/bin", "LC_ALL": "C.UTF-8"}, check=False)
    assert done.returncode == status, (done.returncode, done.stderr.decode(), done.stdout.decode()[:300])
    return (done.stdout if status == 0 else done.stderr).decode()


def on_terminal(locale, *words, conf=None):
    """The bytes that a terminal of that locale gets to show."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([BUILD / "nines", *(["-c", conf] if conf else []), "report", *map(str, words)], stdout=theirs,
                          env={"LC_ALL": locale, "TERM": "xterm"}) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
    os.close(ours)
    assert process.returncode == 0
    return said


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def printed(folder, *words, conf=None):
    """The text of the report's PDF, as it stands on the sheets."""
    if not shutil.which("pdftotext"):
        skip("no pdftotext: make deps")
    nines(*words, "-o", folder / "printed.pdf", conf=conf)
    return subprocess.run(["pdftotext", "-layout", folder / "printed.pdf", "-"], capture_output=True, text=True, check=True).stdout


def store(make, conf=None, afterwards=None):
    """The database of the lines that make() returns, made once; it is gone when the test program ends. `conf` stands beside it as nines.conf,
    afterwards(reclassify) says what people said later; reclassify(*words) returns what `nines reclassify` does."""
    if make not in _made:
        folder = tempfile.mkdtemp(prefix="nines-test-")
        atexit.register(shutil.rmtree, folder, True)
        path = _made[make] = pathlib.Path(folder) / "nines.db"
        record.write(path, make())
        if conf:
            path.with_name("nines.conf").write_text(conf, encoding="utf-8")
        if afterwards:
            afterwards(lambda *words: subprocess.run([str(BUILD / "nines"), "reclassify", "--store", str(path), *words], capture_output=True,
                                                     text=True, check=True).stdout.strip())
            record.settle_chain(path)
    return _made[make]


FORMS = {"txt": "text", "html": "html", "csv": "csv", "json": "json"}


def keep(file, got, mask=None):
    """golden.keep(), but for words with digits in what the pattern `mask` finds."""
    if mask:
        got = re.sub(mask, lambda found: re.sub("[0-9a-z]*[0-9][0-9a-z]*", "N", found[0]), got)
    of.keep(GOLDEN / file, got)


def golden(file, *words, conf=None, mask=None):
    """A test: the report is that file; the form is by its ending."""
    @test(f"golden file: {file}")
    def same():
        keep(file, nines(*words, "--format", FORMS[file.rsplit(".", 1)[1]], conf=conf), mask)


def document(name, *words, conf=None, mask=None):
    """Tests: the report is NAME.txt, .html, .csv, .json, and the text on the sheets of its PDF is NAME.a4.txt, on Letter NAME.letter.txt."""
    for ending in FORMS:
        golden(f"{name}.{ending}", *words, conf=conf, mask=mask)
    for paper in ("a4", "letter"):
        @test(f"golden file: {name}.{paper}.txt, on the sheets of its PDF")
        def sheets(tmp, paper=paper):
            if b"DejaVuSans.ttf" not in subprocess.run(["fc-match", "sans"], capture_output=True, check=False).stdout:
                skip("other fonts than those of make deps: its lines break elsewhere")
            keep(f"{name}.{paper}.txt", printed(tmp, *words, "--paper", paper, conf=conf), mask)
