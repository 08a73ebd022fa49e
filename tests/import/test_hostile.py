"""Files that are wrong by mistake or on purpose: told by line, never half stored, never a crash (F62)."""
# timeout: 300
import os
import pathlib
import random
import sqlite3

from daemon import nines
from tap import BUILD, ROOT, run, test

DATA = pathlib.Path(ROOT) / "tests" / "data"
HEAD = "service,ts_utc,state\n"
LINE = "a,2025-01-01T00:00:00Z,up\n"
LOG = "[1262991000] CURRENT HOST STATE: a;UP;HARD;1;fine\n"
SEED, MUTATIONS = 62, 300

# format, content, options, what is told (FILE stands for its path)
BAD = [
    ("csv", "", [], ["FILE:1: the first line must name the columns service (or check), ts_utc and state: the first is missing;"
                     " --check NAME does instead"]),
    ("csv", "service,state\n" + LINE, [], ["FILE:1: the first line must name the columns service (or check), ts_utc and state:"
                                          " ts_utc is missing"]),
    ("csv", "ts_utc,service\n", [], ["FILE:1: the first line must name the columns service (or check), ts_utc and state:"
                                     " state is missing"]),
    ("csv", HEAD + LINE + "a,yesterday,up\n", [], ["FILE:3: 'yesterday' is no time: write it like 2026-11-21T18:00:00Z"]),
    ("csv", HEAD + "a,2025-02-30T00:00:00Z,up\n", [], ["FILE:2: '2025-02-30T00:00:00Z' is no time: write it like 2026-11-21T18:00:00Z"]),
    ("csv", HEAD + "a,2999-01-01T00:00:00Z,up\n", [], ["FILE:2: 2999-01-01T00:00:00Z is still to come: mend the file or the clock"]),
    ("csv", HEAD + "a,1969-12-31T00:00:00Z,up\n", [], ["FILE:2: 1969-12-31T00:00:00Z is before 1970: mend the file"]),
    ("csv", HEAD + "a,2025-01-01T00:00:00Z,UP\n", [], ["FILE:2: 'UP' is no state: write up, degraded, down or unknown"]),
    ("csv", HEAD + "a,2025-01-01T00:00:00Z\n", [], ["FILE:2: a column is missing: the line has only 2"]),
    ("csv", HEAD + '"a,2025-01-01T00:00:00Z,up\n', [], ["FILE:2: a quote is wrong"]),
    ("csv", HEAD + '"a"b,2025-01-01T00:00:00Z,up\n', [], ["FILE:2: a quote is wrong"]),
    ("csv", HEAD + ",2025-01-01T00:00:00Z,up\n", [], ["FILE:2: '' is no name: it is empty, longer than 256 bytes or not printable"]),
    ("csv", HEAD + "a\x1b[31m,2025-01-01T00:00:00Z,up\n", [], ["FILE:2: 'a\\x1b[31m' is no name: it is empty, longer than 256 bytes"
                                                               " or not printable"]),
    ("csv", HEAD + "n" * 257 + ",2025-01-01T00:00:00Z,up\n", [], ["is no name: it is empty, longer than 256 bytes or not printable"]),
    ("csv", "service,ts_utc,state,response_ms\na,2025-01-01T00:00:00Z,up,fast\n", [], ["FILE:2: response_ms 'fast' is no number from"
                                                                                      " 0 to 86400000"]),
    ("csv", "service,ts_utc,state,response_ms\na,2025-01-01T00:00:00Z,up,-1\n", [], ["FILE:2: response_ms '-1' is no number"]),
    ("csv", "service,ts_utc,state,response_ms\na,2025-01-01T00:00:00Z,up,nan\n", [], ["FILE:2: response_ms 'nan' is no number"]),
    ("csv", HEAD + LINE + "a,2025-01-01T00:00:00Z,down\n", [], ["FILE:3: 'a' has two states at one time, up (line 2) and down:"
                                                               " mend the file"]),
    ("csv", HEAD + LINE + "x" * 70000 + "\nb\n", [], ["FILE:3: line longer than 64 KiB", "FILE:4: a column is missing"]),
    ("csv", HEAD + "a,2025\x00\n" + LINE + "b\n", [], ["FILE:2: a NUL byte in the line: this is no text file",
                                                      "FILE:4: a column is missing"]),
    ("csv", HEAD + LINE + "b\n" * 25, [], ["FILE:3: a column", "FILE:22: a column", "nines: 5 more problems are not shown"]),
    ("nagios", LOG + "[9999999999] HOST ALERT: a;DOWN;HARD;1;x\n", [], ["FILE:2: 2286-11-20T17:46:39Z is still to come:"
                                                                       " mend the file or the clock"]),
    ("nagios", LOG + "[1262991001] HOST ALERT: ;DOWN;HARD;1;x\n", [], ["FILE:2: '' is no name"]),
    ("nagios", LOG + "[1262991001] HOST ALERT: a\x07;DOWN;HARD;1;x\n", [], ["is no name"]),
    ("nagios", LOG + "x" * 70000, [], ["FILE:2: line longer than 64 KiB"]),
]
WINDOWS = [
    ("", "FILE:1: no JSON: "),
    ("[{]", "FILE:1: no JSON: "),
    ("\n\n[1,\n", "FILE:4: no JSON: "),
    ("{}", "FILE: no list: write [{\"service\": NAME or null, \"start\": T, \"end\": T}]"),
    ("[1]", "FILE: entry 1: no object: write"),
    ('[{"service": null, "start": "2025-01-01", "end": "2025-01-02"}, {"service": "a", "start": "soon", "end": "2025-01-02"}]',
     "FILE: entry 2: \"start\" is no time: 'soon': write it like \"2026-11-21T18:00:00Z\""),
    ('[{"service": null, "start": "2025-01-01"}]', 'FILE: entry 1: "end" is missing or no text: write it like'),
    ('[{"start": "2025-01-01", "end": "2025-01-02"}]', 'FILE: entry 1: "service" is missing: write a name, or null for all'),
    ('[{"service": "a", "start": "2025-01-02", "end": "2025-01-02"}]', 'FILE: entry 1: "end" is not behind "start": swap them'),
    ('[{"service": "\\u0007", "start": "2025-01-01", "end": "2025-01-02"}]', "is no name"),
]


def refused(done, path, told, store):
    """Exit status 2, nothing on standard output, what was told, and no store was made."""
    assert done.returncode == 2 and done.stdout == "", (done.returncode, done.stdout, done.stderr)
    for what in told:
        what = what.replace("FILE", str(path))
        assert what in done.stderr, f"wanted {what!r}\n got {done.stderr!r}"
    assert all(c.isprintable() or c == "\n" for c in done.stderr), done.stderr
    assert not store.exists(), "something was stored"


@test(f"{len(BAD)} bad files: what is wrong, in which line, and nothing is stored")
def bad_files(tmp):
    for number, (kind, content, options, told) in enumerate(BAD):
        path = tmp / f"{number}"
        path.write_bytes(content.encode())
        more = ["--interval", "5m"] if kind == "csv" else []
        done = nines("import", kind, path, *more, *options, "--store", tmp / "db")
        refused(done, path, [*told, "nines: nothing was imported\n"], tmp / "db")
        assert done.stderr.count("\n") <= 22, done.stderr


@test(f"{len(WINDOWS)} bad maintenance files")
def bad_windows(tmp):
    (tmp / "good.csv").write_text(HEAD + LINE)
    for number, (content, told) in enumerate(WINDOWS):
        path = tmp / f"{number}.json"
        path.write_text(content)
        done = nines("import", "csv", tmp / "good.csv", "--interval", "5m", "--maintenance", path, "--store", tmp / "db")
        refused(done, path, [told], tmp / "db")


@test("what is no file is refused at once: a folder, a device, nothing")
def no_files(tmp):
    for path, told in ((tmp, "is no file"), ("/dev/zero", "is no file"), (tmp / "none", "cannot be read: ")):
        refused(nines("import", "csv", path, "--interval", "5m", "--store", tmp / "db"), path, [f"nines: {path}: {told}"], tmp / "db")


@test("what holds nothing of the format is refused, as another one was meant: what has none of a log's lines, a table of no rows")
def nothing_in_it(tmp):
    (tmp / "mail.log").write_text("Nov 22 10:00:00 mx postfix/smtpd[1]: connect from unknown\n")
    (tmp / "none.csv").write_text(HEAD)
    for kind, path in (("nagios", tmp / "mail.log"), ("csv", tmp / "none.csv")):
        done = nines("import", kind, path, "--store", tmp / "db")
        refused(done, path, [f"nines: FILE: nothing in it is a history of the format '{kind}': nothing was imported\n"], tmp / "db")


@test("one bad file of many, one bad line in the last: nothing of the others is stored")
def one_of_many(tmp):
    for n in range(5):
        (tmp / f"{n}.csv").write_text(HEAD + f"check-{n},2025-01-01T00:00:00Z,up\n" + ("oops\n" if n == 4 else ""))
    done = nines("import", "csv", *(tmp / f"{n}.csv" for n in range(5)), "--interval", "5m", "--store", tmp / "db")
    refused(done, tmp / "4.csv", ["FILE:3: a column is missing"], tmp / "db")


WRONG_USE = [
    (["nagios"], "write: nines import FORMAT FILE..."),
    (["ngios", "f"], "unknown format 'ngios': there are csv ("),
    (["csv", "f", "--interval", "0"], "--interval: '0' is no time between checks"),
    (["csv", "f", "--initial", "up"], "--initial is for nagios alone"),
    (["nagios", "f", "--interval", "5m"], "--interval is for single checks"),
    (["nagios", "f", "--initial", "unknown"], "--initial: 'unknown' is none of up, degraded, down"),
    (["nagios", "f", "--not-running", "up"], "--not-running: 'up' is none of unknown, assume"),
]


@test("wrong usage is told, exit status 64")
def wrong_use(tmp):
    for words, told in WRONG_USE:
        done = nines("import", *words, "--store", tmp / "db")
        assert done.returncode == 64 and told in done.stderr, (words, done.returncode, done.stderr)


@test("a history of states is not mixed with one of single checks; what contradicts the record is refused")
def mixtures(tmp):
    (tmp / "a.log").write_text(LOG)
    (tmp / "a.csv").write_text(HEAD + "a,2020-01-01T00:00:00Z,up\na,2020-01-01T00:10:00Z,up\n")
    (tmp / "other.csv").write_text(HEAD + "a,2020-01-01T00:00:00Z,up\na,2020-01-01T00:10:00Z,down\n")
    (tmp / "between.csv").write_text(HEAD + "a,2020-01-01T00:05:00Z,up\n")
    store = ("--store", tmp / "db")
    assert nines("import", "csv", tmp / "a.csv", "--interval", "5m", *store).returncode == 0
    before = nines("export", "--all", *store).stdout
    for words, told in ((("nagios", tmp / "a.log"), "'a' is recorded as single checks, this history has states that hold until the next"),
                        (("csv", tmp / "other.csv"), "other.csv:3: 'a' at 2020-01-01T00:10:00Z is not what the record has"),
                        (("csv", tmp / "between.csv"), "between.csv:2: 'a' at 2020-01-01T00:05:00Z lies within what the record has")):
        done = nines("import", *words, *store)
        assert done.returncode == 2 and told in done.stderr, done.stderr
        assert nines("export", "--all", *store).stdout == before


def mutate(rng, raw):
    """A few bytes changed, taken away, doubled or put in."""
    raw = bytearray(raw)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(raw) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(raw):
            raw[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del raw[at:at + rng.randint(1, 40)]
        elif kind == 2:
            raw[at:at] = raw[at:at + rng.randint(1, 200)]
        elif kind == 3:
            raw[at:at] = bytes(rng.choice(b'\0\n\r",;:[]-0123456789\xff\x1b') for _ in range(rng.randint(1, 5)))
        elif kind == 4:
            del raw[at:]
        else:
            other = rng.randrange(len(raw) + 1)
            raw[at:at] = raw[other:other + 300]
    return bytes(raw)


def asan():
    """The sanitized command where it was built."""
    program = BUILD / "asan" / "nines"
    return program if os.access(program, os.X_OK) else BUILD / "nines"


@test(f"{MUTATIONS} mutations of the data files: taken whole or refused whole, never a crash")
def mutations(tmp):
    import subprocess
    rng = random.Random(SEED)
    files = [DATA / "upptime-manticore" / "checks.csv", *sorted((DATA / "nagios-availability" / "logs").iterdir())]
    taken = 0
    for number in range(MUTATIONS):
        source = files[0] if number % 2 else rng.choice(files[1:])
        path, store = tmp / "file", tmp / f"db-{number}"
        path.write_bytes(mutate(rng, source.read_bytes()))
        words = ["csv", path, "--interval", "1d"] if source.suffix == ".csv" else ["nagios", path]
        done = subprocess.run([str(w) for w in (asan(), "import", *words, "--store", store)], capture_output=True, timeout=60, check=False,
                              env={**os.environ, "NO_COLOR": "1"})
        assert done.returncode in (0, 2), (number, done.returncode, done.stderr[-2000:])
        if done.returncode == 2:
            assert not store.exists() and b"nothing was imported" in done.stderr, (number, done.stderr)
        elif store.exists():
            taken += 1
            base = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
            assert base.execute("pragma integrity_check").fetchone()[0] == "ok", number
            base.close()
    assert 30 < taken < MUTATIONS - 30, f"{taken} of {MUTATIONS} were taken: the mutations are too tame or too wild"


run()
