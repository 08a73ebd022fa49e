"""The record seen from outside: what commands print, damage and how one gets over it (F6), a reader that stays (F5), one writer (F8)."""
import csv
import io
import json
import os
import pathlib
import re
import sqlite3
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import clock
from daemon import until
from recording import Recorder
from tap import BUILD, ROOT, run, test

AT = 1790000000000000


def nines(*words):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def results(r, numbers, name="web", more="", each=False, begin_us=AT):
    """`each`: the last word differs from result to result, so that nothing of it is kept once for all."""
    lines = []
    for n in numbers:
        r.n += 1
        lines.append(f"result {name} n={r.n} verdict=up address=192.0.2.1 start_us={begin_us + n * 60000000 + 12} late_us=12 elapsed_us=2100"
                     f" steps=resolve:100,connect@1:2000 location=here due_at_us={begin_us + n * 60000000} interval_us=60000000 ends=up"
                     f" values=days:61:d {more}{n if each else ''}".rstrip())
    for at in range(0, len(lines), 100):
        r.keeper.send(*(["keeper k1"] if r.n == len(lines) and at == 0 else []), *lines[at:at + 100])
    r.until_committed(r.n)


@test("nines export: every step of every result as JSON and as CSV, from and to")
def export(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(10))
        results(r, [10], more='fact.server="=cmd()"')
        r.keeper.send(f'result - n={r.n + 1} name="=evil, \\"x\\"" verdict=down reason="refused\\x00\\xff" step=connect start_us={AT}'
                      ' steps=connect:5! location=here ends=down cause=""')
        r.until_committed(r.n + 1)
        status, out, err = nines("export", "web", "--store", tmp / "db")
        assert status == 0 and not err, err
        found = [json.loads(line) for line in out.splitlines()]
        assert len(found) == 11
        assert found[0] == {
            "name": "web", "location": "here", "due": "2026-09-21T14:13:20.000000Z", "started": "2026-09-21T14:13:20.000012Z",
            "interval_us": 60000000, "elapsed_us": 2100, "verdict": "up", "cycle": "up", "reason": "", "step": "", "address": "192.0.2.1",
            "steps": [{"name": "resolve", "from_us": 0, "to_us": 100, "ok": True},
                      {"name": "connect", "hop": 1, "from_us": 100, "to_us": 2000, "ok": True}],
            "values": {"days": {"value": 61, "unit": "d"}}, "facts": {}}, found[0]
        status, out, err = nines("export", "web", "--from", "2026-09-21T14:14:00Z", "--to", "2026-09-21T14:17:00Z", "--store", tmp / "db")
        assert len(out.splitlines()) == 3, out
        status, out, err = nines("export", "--all", "--format", "csv", "-o", tmp / "out.csv", "--store", tmp / "db")
        assert status == 0 and not out, err
        rows = list(csv.DictReader(io.StringIO((tmp / "out.csv").read_bytes().decode())))
        assert len(rows) == 12 and {row["name"] for row in rows} == {"web", "'=evil, \"x\""}, rows
        before = (tmp / "out.csv").read_bytes()
        assert nines("export", "nobody", "--store", tmp / "db", "-o", tmp / "out.csv")[0] == 2
        assert nines("export", "--all", "--store", tmp / "nowhere", "-o", tmp / "out.csv")[0] == 2
        assert (tmp / "out.csv").read_bytes() == before and not list(tmp.glob("out.csv.*")), "what was there stays"
        assert len(nines("export", "web", "-o", "-", "--store", tmp / "db")[1].splitlines()) == 11
        status, out, err = nines("export", "web", "-o", "/dev/full", "--store", tmp / "db")
        assert status == 2 and "cannot write /dev/full" in err, err
        assert nines("export", "--store", tmp / "db")[0] == 64


@test("nines backup copies what is committed while it is written to, and never over a file")
def backup(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(3000))
        status, out, err = nines("backup", tmp / "copy", "--store", tmp / "db")
        assert status == 0, err
        results(r, range(3000, 3010))
        assert nines("backup", tmp / "copy", "--store", tmp / "db")[0] == 2
        assert len(nines("export", "web", "--store", tmp / "copy")[1].splitlines()) == 3000
        assert sorted(p.name for p in tmp.iterdir() if p.name.startswith("copy")) == ["copy"]


@test("a backup that has no place says which folder is missing or closed, in our words, and leaves nothing")
def no_place(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(3))
        (tmp / "file").write_text("")
        (tmp / "full").mkdir()
        os.symlink(tmp / "elsewhere", tmp / "link")
        for to, why in ((tmp / "none" / "copy", f"there is no folder '{tmp}/none': make it first, or name another"),
                        (tmp / "file" / "copy", f"'{tmp}/file' is no folder: name another"),
                        (tmp / "full", "it is a folder: name a new file in it"),
                        (tmp / "file", "it is there already"),
                        (tmp / "link", "it is there already")):
            status, out, err = nines("backup", to, "--store", tmp / "db")
            assert status == 2 and not out and err == f"nines: cannot write {to}: {why}\n", err
        status, out, err = nines("backup", "/proc/nines-copy", "--store", tmp / "db")
        assert status == 2 and err.startswith("nines: cannot write /proc/nines-copy: ") and "SQL" not in err and "database" not in err, err
        assert nines("backup", "", "--store", tmp / "db")[2] == "nines: cannot write '': name a file\n"
        assert sorted(p.name for p in tmp.iterdir() if not p.name.startswith("db")) == ["file", "full", "link"]


@test("a damaged file is told, left alone and put aside by command; then a new one begins without a restart (F6)")
def damage(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(2000))
        assert nines("store", "move-aside", "--store", tmp / "db")[0] == 2, "it is in use"
    with sqlite3.connect(tmp / "db") as base:
        base.execute("pragma wal_checkpoint(truncate)")
    base.close()
    bytes_ = bytearray((tmp / "db").read_bytes())
    for page in range(1, len(bytes_) // 4096):
        bytes_[page * 4096] ^= 0x55
    (tmp / "db").write_bytes(bytes_)
    with Recorder(tmp / "db") as r:
        r.keeper.send("keeper k2")
        reason = r.hear("failing")[2]["reason"]
        assert "damaged" in reason and "nines store move-aside" in reason, reason
        assert (tmp / "db").read_bytes() == bytes(bytes_), "it was written to"
        r.keeper.send(f"result web n=1 verdict=up start_us={AT} location=here ends=up")
        status, out, err = nines("store", "move-aside", "--store", tmp / "db")
        assert status == 0 and "aside-" in out, err
        r.hear("recovered")
        r.until_committed(1)
        assert len(nines("export", "web", "--store", tmp / "db")[1].splitlines()) == 1
        assert any(p.read_bytes() == bytes(bytes_) for p in tmp.glob("db.aside-*"))


@test("damage that comes while it runs is found within a day, told, and the file is left alone from then on (F6)")
def daily(tmp):
    ahead = tmp / "ahead"
    ahead.write_bytes(bytes(8))
    with Recorder(tmp / "db", ["env", *(f"{name}={value}" for name, value in clock.ahead(tmp, ahead).items())]) as r:
        # of days to come: nothing of it is rolled up, which would find the damage too
        results(r, range(3000), more=f"fact.page={'x' * 3000}", each=True, begin_us=time.time_ns() // 1000 + 86400 * 1_000_000)
        until("a checkpoint", lambda: (tmp / "db").stat().st_size > 4 << 20)
        with sqlite3.connect(tmp / "db") as base:  # whatever is still in the log alone
            base.execute("pragma wal_checkpoint(passive)")
        base.close()
        bytes_ = bytearray((tmp / "db").read_bytes())
        for page in range(1, len(bytes_) // 4096):
            bytes_[page * 4096] ^= 0x55
        (tmp / "db").write_bytes(bytes_)
        r.keeper.mine.settimeout(3)
        try:
            r.hear("failing")
            raise AssertionError("found before anybody looked")
        except TimeoutError:
            r.keeper.mine.settimeout(20)
        with open(ahead, "r+b") as f:
            f.write(struct.pack("<q", 86401 * 1_000_000))
        reason = r.hear("failing")[2]["reason"]
        assert "damaged" in reason and "nines store move-aside" in reason, reason
        assert r.process.wait(20) == 1, "it ends, to begin anew without the file"
    assert (tmp / "db").read_bytes() == bytes(bytes_) and (tmp / "db.damaged").exists()
    with Recorder(tmp / "db") as r:
        r.keeper.send("keeper k2")
        assert "found while it ran" in r.hear("failing")[2]["reason"]


@test("a reader that stays lets the log grow, and once it is gone the log begins anew (F5)")
def long_reader(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(10))
        base = sqlite3.connect(f"file:{tmp}/db?mode=ro", uri=True, isolation_level=None)
        base.execute("begin")
        base.execute("select count(*) from series").fetchone()
        for n in range(6):
            results(r, range(10 + n * 300, 310 + n * 300), more=f"fact.page={'x' * 3000}{n}", each=True)
        log = tmp / "db-wal"
        assert log.stat().st_size > 4 << 20, "too little was written to tell"
        began = log.read_bytes()[16:24]  # the salt changes when the log begins anew
        base.close()
        for n in range(2000, 2060):
            results(r, [n])
            if log.read_bytes()[16:24] != began:
                break
        else:
            raise AssertionError("the log never begins anew")


@test("the database is opened for writing in one place only (F8)")
def one_writer():
    found = []
    for path in [*ROOT.glob("core/**/*.c"), *ROOT.glob("modules/**/*.c"), *ROOT.glob("reports/**/*.c")]:
        text = path.read_text()
        for match in re.finditer(r"sqlite3_open\w*|SQLITE_OPEN_READWRITE|sqlite3_wal_checkpoint\w*|mmap_size = (\d+)", text):
            if match[1] != "0":
                found.append((path.relative_to(ROOT).as_posix(), match[0]))
    assert sorted(set(found)) == sorted([
        ("core/store/sql.c", "sqlite3_open_v2"), ("core/store/store.c", "SQLITE_OPEN_READWRITE"),
        ("core/store/store.c", "sqlite3_wal_checkpoint_v2"),
        # the new file of a copy, which nobody else knows
        ("core/store/read.c", "sqlite3_open_v2"), ("core/store/read.c", "SQLITE_OPEN_READWRITE")]), found


@test("one process has the file open for writing, and a second writer is refused (F8)")
def one_process(tmp):
    with Recorder(tmp / "db") as r:
        results(r, range(5))
        holders = 0
        for fd in pathlib.Path(f"/proc/{r.process.pid}/fd").iterdir():
            if os.readlink(fd) == str((tmp / "db").resolve()):
                flags = pathlib.Path(f"/proc/{r.process.pid}/fdinfo/{fd.name}").read_text()
                holders += int(re.search(r"flags:\s+(\d+)", flags)[1], 8) & os.O_ACCMODE != os.O_RDONLY
        assert holders == 1, holders
        with Recorder(tmp / "db") as second:
            second.keeper.send("keeper k9", f"result web n=1 verdict=up start_us={AT} location=here")
            assert "in use" in second.hear("failing")[2]["reason"]


run()
