#!/usr/bin/env python3
"""Too little disk, too little memory, nobody who reads: one sentence, exit status 2, never half a report."""
import os
import pathlib
import resource
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from tap import BUILD, run, skip, test

BEGIN = reporting.at(2024, 2, 1)


def shop():
    for n in range(60):
        yield record.target(f"web-{n}", 3600)
        yield from record.results(f"web-{n}", BEGIN, 3600, "uuuddduuu" * 20)


STORE = reporting.store(shop)
SLA = ("report", "sla", "--month", "2024-02", "--store", STORE)


def least(kind, size):
    """A limit for the command and all that it starts."""
    def prepare():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(kind, (size, size))
    return prepare


def nines(*words, **more):
    return subprocess.run([BUILD / "nines", *words], capture_output=True, check=False, **more)


def whole(form):
    return nines(*SLA, "--format", form).stdout


@test("where the folder of temporary files takes no whole document, there is none, and what was there before stays")
def full_folder(tmp):
    for form in ("pdf", "html", "json"):
        path = tmp / f"r.{form}"
        path.write_text("as it was")
        size = len(whole(form)) - 64  # of its last bytes alone there is no room
        assert size > (BUILD / "reports/sla.so").stat().st_size, "the limit is for the copy of the module, too"
        for where in (("-o", path), ()):
            done = nines(*SLA, "--format", form, *where, preexec_fn=least(resource.RLIMIT_FSIZE, size))
            assert done.returncode == 2 and not done.stdout and done.stderr.count(b"\n") == 1, (form, done)
            assert b"needs more room than the folder of temporary files has" in done.stderr, (form, done)
        assert path.read_text() == "as it was" and os.listdir(tmp) == [path.name]
        path.unlink()


@test("a full disk under standard output is told")
def full_output():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BUILD / "nines", *SLA], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"nines: standard output: no space left on device\n"), done
    done = nines(*SLA, "-o", "/dev/full")
    assert (done.returncode, done.stderr) == (2, b"nines: /dev/full: no space left on device\n"), done


@test("who reads the first lines alone hears of no error")
def reader_gone():
    ours, theirs = os.pipe()
    os.close(ours)
    for handler, status in ((signal.SIG_DFL, -signal.SIGPIPE), (signal.SIG_IGN, 3)):
        done = subprocess.run([BUILD / "nines", *SLA], stdout=theirs, stderr=subprocess.PIPE, check=False,
                              preexec_fn=lambda h=handler: signal.signal(signal.SIGPIPE, h), restore_signals=False)
        assert (done.returncode, done.stderr) == (status, b""), done
    os.close(theirs)


@test("with too little memory there is no report, and no file")
def little_memory(tmp):
    if "asan" in str(BUILD):
        skip("a sanitizer reserves terabytes")
    ends = set()
    for mb in range(20, 300, 8):
        path = tmp / "r.txt"
        done = nines(*SLA, "-o", path, preexec_fn=least(resource.RLIMIT_AS, mb << 20), timeout=60)
        ends.add(done.returncode)
        if done.returncode == 0:
            assert path.read_bytes() == whole("text"), mb
            break
        assert not os.listdir(tmp) and not done.stdout and done.stderr, (mb, done)
    assert 0 in ends and len(ends) > 1, ends


@test("with too little memory to draw the sheets there is one sentence at any limit, and what was there before stays")
def little_memory_for_sheets(tmp):
    if "asan" in str(BUILD):
        skip("a sanitizer reserves terabytes")
    path, ends = tmp / "r.pdf", set()
    path.write_text("as it was")
    for mb in range(40, 400, 4):
        done = nines(*SLA, "--format", "pdf", "-o", path, preexec_fn=least(resource.RLIMIT_AS, mb << 20), timeout=60)
        ends.add(done.returncode)
        if done.returncode == 0:
            break
        assert done.returncode == 2 and not done.stdout and done.stderr == \
            b"nines: nines-pdf needs more memory than there is: ask for a shorter time, or for less\n", (mb, done)
        assert path.read_text() == "as it was" and os.listdir(tmp) == [path.name], mb
    assert ends == {0, 2} and path.read_bytes().startswith(b"%PDF"), ends


run()
