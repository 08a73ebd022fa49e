"""A migration that is killed (F9): kill -9 at its n-th write: the file is the old one or the new one, the next start brings it up to date,
and nothing is lost. Half a backup (F7).

ROUNDS in the environment: so many kills for each schema (`make soak`: every write).
"""
# timeout: 900
import concurrent.futures
import functools
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time

for _folder in ("lib", "oracle"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", _folder))
import record
from oracle import hash_of, runs_of
from recording import Recorder
from tap import BUILD, ROOT, run, skip, test

ROUNDS = int(os.environ.get("ROUNDS", "6"))
SEED = int(os.environ.get("SEED", str(time.time_ns() // 1000 % 1_000_000)))
AT = 1790000000 // 86400 * 86400
NOW = int(re.search(r"define STORE_SCHEMA (\d+)", (ROOT / "core/store/store.h").read_text())[1])
DAYS, UP, DOWN = 900, 2, 5  # UP, DOWN: states by number


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def day_of(n, origin):
    """A row of `day`: an hour of failures each day of minutes, and some single ones; only from schema 4 on it says that it was imported."""
    runs, last_us, out = [(0, 599, UP), (600, 659, DOWN)] + [(660 + 60 * i, 661 + 60 * i, UP if i % 2 else DOWN) for i in range(12)], 0, b""
    for i, (first, last, state) in enumerate(runs):
        at_us = ((n * 1440 + first) * 60 + AT) * record.SECOND
        out += varint(origin << 7 | state << 4 | (i > 0)) + varint((at_us - last_us) << 1)
        out += varint(60 * record.SECOND) + (varint((last - first - 1) * 60 * record.SECOND) if last > first else b"")
        out += varint(60 * record.SECOND << 1) if i == 0 else b""
        last_us = at_us + (last - first) * 60 * record.SECOND
    return varint(len(runs)) + out


def make_later(path, schema):
    """A check of our own, and years of an imported one of which only days are left."""
    record.write(path, [record.target("own"), *record.results("own", AT, 60, "u" * 500)])
    with sqlite3.connect(path) as base:
        base.execute("insert into location values(7, 'import')")
        base.execute("insert into target(id, name, kind, is_imported, interval_us, rolled) values(7, 'old', 'check', 1, 60000000, 40000)")
        base.execute("insert into series(id, target, location, first_us, last_us) values(7, 7, 7, ?, ?)",
                     (AT * record.SECOND, (AT + DAYS * 86400) * record.SECOND))
        for n in range(DAYS):
            row = day_of(n, schema >= 4)
            base.execute("insert into day(target, location, day, sum, data) values(7, 0, ?, ?, ?)", (AT // 86400 + n, hash_of(row), row))
        base.execute("update meta set value = ? where word = 'schema'", (schema,))
        for table, since in (("memory", 3), ("diagnosis", 5), *((t, 6) for t in ("letter", "told", "attempt", "standing", "planned")),
                             ("reclassification", 8), ("delivery", 9), ("link", 10), ("card", 11)):
            if schema < since:
                base.execute(f"drop table {table}")
        for column in ("ref", "impact") if schema < 6 else ():
            base.execute(f"alter table maintenance drop column {column}")
        if schema < 7:
            base.execute("alter table target drop column category")
    base.close()


def make_1(path):
    """Whole lines in the tail, as at first."""
    base = sqlite3.connect(path)
    base.executescript("""
        pragma journal_mode = wal;
        create table meta(word text primary key, value) without rowid;
        create table tail(at_us integer primary key, results integer, lines blob not null);
        create table state(name text, kind text, at_us integer, was text, state text, reason text, step text, cause text, incident text,
                           lasted_us integer);
        create table incident(id text primary key, name text, event text, at_us integer, start_us integer, reason text, step text,
                              location text, address text, lasted_us integer);
        create table marker(kind text, at_us integer, event text, text text, by_us integer, from_us integer, to_us integer);
        insert into meta(word, value) values('schema', 1), ('keeper', 'k7'), ('last', 42);""")
    for row in range(60):
        lines = "".join(f"result c{i % 5} verdict=up start_us={(AT + row * 60) * record.SECOND} fact.number={row * 10 + i}"
                        f" fact.pad={'x' * 300}{row}-{i} location=here\n" for i in range(10))
        base.execute("insert into tail values(?, 10, ?)", (row, lines.encode()))
    base.commit()
    base.close()


MAKE = {1: make_1} | {schema: functools.partial(make_later, schema=schema) for schema in range(2, NOW)}


def look(path):
    """(schema, results, origins of the imported days) of a sound file."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        assert base.execute("pragma integrity_check").fetchone()[0] == "ok"
        schema = base.execute("select value from meta where word = 'schema'").fetchone()[0]
        if schema == 1:
            return 1, base.execute("select sum(results) from tail").fetchone()[0], set()
        results = sum(base.execute(f"select coalesce(sum(results), 0) from {table}").fetchone()[0] for table in ("block", "part", "tail"))
        rows = base.execute("select sum, data from day where target = 7 and location = 0").fetchall()
        assert all(hash_of(data) == total for total, data in rows) and len(rows) in (0, DAYS)
        return schema, results, {run.origin for _, data in rows for run in runs_of(data)}
    finally:
        base.close()


def copy(made, folder):
    folder.mkdir()
    for path in made.parent.glob(made.name + "*"):
        if not path.name.endswith((".lock", "-shm")):
            shutil.copy(path, folder / path.name)
    return folder / made.name


def interrupted(made, folder, before, wrap):
    """Starts a recorder that dies, looks, starts another: (did it die before it was done, the schema found then)."""
    path = copy(made, folder)
    died = False
    try:
        Recorder(path, wrap).kill()
    except (OSError, IndexError, AssertionError):
        died = True
    found = look(path)
    assert found in (before, (NOW, before[1], {"imported"} if before[2] else set())), found
    with Recorder(path):
        pass
    assert look(path) == (NOW, before[1], {"imported"} if before[2] else set()), look(path)
    shutil.rmtree(folder)
    return died, found[0]


def writes(made, folder):
    """How many writes a migration takes."""
    path = copy(made, folder)
    with Recorder(path, ["strace", "-f", "-qq", "-o", str(folder / "trace"), "-e", "trace=pwrite64"]):
        pass
    return (folder / "trace").read_text().count("pwrite64(")


for _schema in MAKE:
    @test(f"SEED={SEED}: kill -9 at the n-th write of a migration from schema {_schema}")
    def at_each_write(tmp, schema=_schema):
        if not shutil.which("strace") or str(BUILD).endswith("asan"):
            skip("needs strace")
        made = tmp / "made" / "db"
        made.parent.mkdir()
        MAKE[schema](made)
        before = look(made)
        assert before[0] == schema and before[1] > 0, before
        count = writes(made, tmp / "count")
        every = list(range(1, count + 1))
        chosen = every if ROUNDS > count else sorted({count, *random.Random(SEED).sample(every, ROUNDS - 1)})
        chosen.append(count + 1)  # never comes: the migration is done
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(interrupted, made, tmp / f"at-{n}", before,
                                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", f"inject=pwrite64:signal=KILL:when={n}"])
                    for n in chosen]
            ended = [job.result() for job in jobs]
        print(f"# {len(chosen)} of {count} writes: {sum(died for died, _ in ended)} died, {sum(f == schema for _, f in ended)} times the old file",
              flush=True)
        assert count > 5 and ended[:-1] == [(True, schema)] * (len(ended) - 1) and ended[-1] == (False, NOW), ended


def verified(path):
    asked = subprocess.run([BUILD / "nines", "verify", "--json", "--store", path], capture_output=True, text=True, check=False)
    assert asked.returncode == 0 and json.loads(asked.stdout)["findings"] == [], (asked.stdout, asked.stderr)
    return json.loads(asked.stdout)


@test("a record of any schema before 10 has a chain over what was found, and everything agrees with it")
def chained(tmp):
    for schema, make in MAKE.items():
        if schema >= 10:  # it has one, which what is made here goes past
            continue
        path = tmp / str(schema)
        make(path)
        with Recorder(path) as r:
            r.keeper.send("keeper k8", "marker - n=1 kind=start at_us=1")
            r.until_committed(1)
        found = verified(path)
        assert found["links"] > 0, (schema, found)
        with Recorder(path) as r:  # each commit is followed by some rolling up
            for n in range(1, 99):
                r.keeper.send(*(["keeper k9"] if n == 1 else []), f"marker - n={n} kind=start at_us={n}")
                r.until_committed(n)
                found = verified(path)
                if found["results"]:
                    break
        assert found["results"], (schema, found)


@test("half a backup is refused with a clear text, and the file can be put aside (F7)")
def half(tmp):
    record.write(tmp / "db", [record.target("own"), *record.results("own", AT, 60, "ud" * 3000, reason="x")])
    base = sqlite3.connect(tmp / "db")
    base.execute("pragma wal_checkpoint(truncate)")
    base.close()
    whole = (tmp / "db").read_bytes()
    for share in (0.9, 0.5, 0.1):
        place = tmp / f"half-{share}"
        place.mkdir()
        (place / "db").write_bytes(whole[:int(len(whole) * share)])
        with Recorder(place / "db") as r:
            r.tell(5)
            reason = r.hear("failing")[2]["reason"]
            assert "damaged" in reason and "nines store move-aside" in reason and str(place / "db") in reason, reason
            assert (place / "db").read_bytes() == whole[:int(len(whole) * share)], "it was written to"
            pathlib.Path(place / "db").write_bytes(whole)  # the whole backup in its place
            r.hear("recovered")
            r.until_committed(5)


run()
