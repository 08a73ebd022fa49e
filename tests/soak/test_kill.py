"""kill -9 of any process at any moment (F1): the recorder alone loses nothing, everything loses at most the last second.

ROUNDS and SEED in the environment; SEED is printed, and the same seed kills the same roles. Several daemons (FIELDS) at a time share the
rounds. KEEP names a folder for the trace and the database of a failure.
"""
# timeout: 400
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import time

from field import Field
from oracle import Oracle, compare
from tap import run, test

ROUNDS = int(os.environ.get("ROUNDS", "30"))
SEED = int(os.environ.get("SEED", str(time.time_ns() // 1000 % 1_000_000)))
FIELDS = int(os.environ.get("FIELDS", "3"))
LONGEST_S = float(os.environ.get("DELAY_S", "0.5" if ROUNDS <= 100 else "2"))
AWAY_S = 5.0  # more than three intervals: nobody knows what was then
VICTIMS = {"recorder": 5, "everything": 4, "parent": 3, "keeper": 3, "prober": 3, "web": 1}


def rounds(field, count, said):
    field.start()
    field.settle()
    for number in range(count):
        time.sleep(field.rng.uniform(0, LONGEST_S))
        victim = field.rng.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        said.append(victim)
        if victim in ("recorder", "everything") and field.rng.random() < 0.5:
            field.aim()
        field.kill(victim)
        if field.rng.random() < 0.25 and number + 1 < count:
            continue  # the next one falls while things are being put right
        field.settle()
        field.judge()
    field.kill("everything", pause_s=AWAY_S)
    field.settle()
    field.judge()


def report_agrees(field):
    """The report's figures of all this are those of the naive reading; the time without a monitor is unknown."""
    assert field.daemon.stop() == 0
    time.sleep(1.1)  # what was measured last speaks for a second
    to_s = int(time.time())
    end = datetime.datetime.fromtimestamp(to_s, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    begin = datetime.datetime.fromtimestamp(to_s - 86400, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = field.daemon.nines("report", "sla", "--from", begin, "--to", end, "--format", "json")
    assert asked.returncode == 0, asked.stderr
    with Oracle(field.store) as oracle:
        oracle.check()
        found = json.loads(asked.stdout)
        compare(oracle, found, to_s * 1_000_000)
        for row in found["rows"]:
            assert row["kind"] != "check" or row["unknown_s"] >= int(AWAY_S) - 2, f"the gap is missing: {row}"


def keep(folder, error, field):
    """What one needs to find out why: the error, the trace and the database."""
    shutil.copytree(field.folder / "store", folder, dirs_exist_ok=True)
    (folder / "trace").write_text("\n".join([error, *field.said, "--- the last one:", *field.daemon.lines]))


def fight(tmp, place, count):
    folder, said = pathlib.Path(tmp) / f"field-{place}", []
    folder.mkdir()
    folder.chmod(0o755)
    field = Field(folder, SEED * 100 + place)
    try:
        rounds(field, count, said)
        report_agrees(field)
        results = sum(1 for line in field.sent.values() if line[1] == "result")
        print(f"# field {place}: {count} rounds, {results} results told, {len(field.lost)} lost with a keeper,"
              f" the oldest {field.worst_us / 1e6:.2f} s before its end", flush=True)
    except AssertionError as error:
        error = f"SEED={SEED}, field {place}, killed {' '.join(said)}: {error}"
        print(f"# {error}", flush=True)
        if os.environ.get("KEEP"):
            keep(pathlib.Path(os.environ["KEEP"]) / f"kill-{SEED}-{place}", error, field)
        raise AssertionError(error) from None
    finally:
        field.close()


@test(f"SEED={SEED}: {ROUNDS} times kill -9 of any process, and nothing is lost that should be there")
def kills(tmp):
    share = [ROUNDS // FIELDS + (place < ROUNDS % FIELDS) for place in range(FIELDS)]
    with concurrent.futures.ThreadPoolExecutor(FIELDS) as pool:
        for done in [pool.submit(fight, tmp, place, count) for place, count in enumerate(share)]:
            done.result()


if __name__ == "__main__":
    run()
