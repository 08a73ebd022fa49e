#!/usr/bin/env python3
"""`nines replay`: the letters that would have gone for a history, of a file and of a database."""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, free_port, nines, until
from tap import BUILD, ROOT, run, test

CONF = (f'location = "london"\nmodules = "{BUILD}/modules"\nnotifiers = "{BUILD}/notifiers"\nreports = "{BUILD}/reports"\nstore = "%s/x.db"\n'
        'tcp "web" { host = "127.0.0.1" port = 9 every = "1m" }\ntcp "mail" { host = "127.0.0.1" port = 9 every = "1m" }\n'
        'contact "ops" { path "log:near" { after = "5m" repeat = "30m" }\n path "log:far" { after = "30m" } }\nnotify-log { file = "%s/log" }\n')
MINUTES = 240


def history(tmp, down, name="web", more=""):
    """A sample each minute of 2026-11-21, down in the given minutes."""
    rows = [f"{name},2026-11-21T{m // 60:02}:{m % 60:02}:00Z,{'down' if m in down else 'up'}" for m in range(MINUTES)]
    path = tmp / "history.csv"
    path.write_text("check,ts_utc,state\n" + "\n".join(rows) + "\n" + more)
    return path


def conf(tmp, more=""):
    path = tmp / "nines.conf"
    path.write_text(CONF % (tmp, tmp) + more)
    return path


def letters(tmp, down, *words, more="", **extra):
    done = nines("replay", history(tmp, down, **extra), *words, "--json", conf=conf(tmp, more))
    assert done.returncode == 0, done.stderr
    return [(one["kind"], one["to"], (int(one["at"][11:13]) * 60 + int(one["at"][14:16]))) for one in json.loads(done.stdout)["letters"]]


@test("an outage of an hour: alerts by both paths, repeats, recoveries")
def outage(tmp):
    seen = letters(tmp, range(60, 120))
    near, far = ([(kind, at) for kind, to, at in seen if to == way] for way in ("log:near", "log:far"))
    assert [kind for kind, _ in near] == ["alert", "alert", "recovery"] and [kind for kind, _ in far] == ["alert", "recovery"], seen
    assert 65 <= near[0][1] <= 67 and 95 <= near[1][1] <= 97 and 120 <= near[2][1] <= 122 and 90 <= far[0][1] <= 92, seen


@test("what is over before the delay, and what its recheck clears, is no letter")
def cancelled(tmp):
    assert letters(tmp, [60]) == [] and letters(tmp, range(60, 64)) == []
    done = nines("replay", history(tmp, [60]), conf=conf(tmp))
    assert done.stdout == "no letter would have gone\n", done


@test("another configuration, other letters; nothing is written")
def rules(tmp):
    more = 'maintenance "m" { start = "2026-11-21T00:30:00Z" end = "2026-11-21T03:00:00Z" }\n'
    assert letters(tmp, range(60, 120), more=more) == []
    assert {p.name for p in tmp.iterdir()} == {"nines.conf", "history.csv"}


@test("whole letters, and a span of time")
def full(tmp):
    path = history(tmp, [*range(30, 50), *range(100, 120)])
    text = nines("replay", path, "--full", "--from", "2026-11-21T01:00:00Z", conf=conf(tmp)).stdout
    assert text.count("  alert  ops log:near  ") == 1 and "    First detected: 2026-11-21 01:4" in text and "nines at london" in text, text
    assert nines("replay", path, "--to", "2026-11-21T00:20:00Z", conf=conf(tmp)).stdout == "no letter would have gone\n"


@test("a history of Upptime's, as it was")
def upptime(tmp):
    data = ROOT.parent / "shared" / "data" / "upptime-manticore" / "checks.csv"
    path = conf(tmp, 'http "manual" { url = "http://127.0.0.1/" every = "5m" }\n')
    source = data if data.exists() else history(tmp, range(60, 120), "manual")
    done = nines("replay", source, "--json", conf=path)
    found = json.loads(done.stdout)["letters"]
    assert done.returncode == 0 and found and {one["check"] for one in found} == {"manual"}, done.stderr
    kinds = [one["kind"] for one in found if one["to"] == "log:near"]
    assert kinds.count("recovery") <= kinds.count("alert") and kinds[0] == "alert", kinds


@test("a database of nines: with the reasons and steps of then")
def database(tmp):
    port = free_port()
    text = f'tcp "shut" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" }}\n'
    with Daemon(tmp, text) as daemon:
        daemon.wait("shut .*down")
        until("three results are stored", lambda: daemon.nines("export", "shut").stdout.count("\n") >= 3)
        daemon.stop()
    path = conf(tmp, f'tcp "shut" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" }}\ncontact "fast" {{ path "log:now" {{ after = "0" }} }}\n')
    done = nines("replay", tmp / "store" / "nines.db", "--full", "--from", "2020-01-01", conf=path)
    assert done.returncode == 0 and "  alert  fast log:now  " in done.stdout, done
    assert "connection refused" in done.stdout and re.search(r"^ +- +0\.\d{3}  connect$", done.stdout, re.M), done.stdout


@test("what is wrong is told in one line")
def wrong(tmp):
    good = history(tmp, [])
    (tmp / "bad.csv").write_text("check,ts_utc,state\nweb,noon,up\n")
    for words, status, says in (([], 64, "write: nines replay FILE"), ([tmp / "none.csv"], 2, "none.csv"), ([tmp / "bad.csv"], 2, "bad.csv:2: "),
                                ([good, "--format", "xml"], 64, "csv, nagios, kuma, gatus and upptime can be replayed"), ([good, "--speed", "fast"], 64, "no number above 0"),
                                ([good, "--from", "noon"], 64, "--from 'noon' is no time"),
                                ([good, "--from", "2027-01-01"], 2, "nothing is recorded in that time")):
        done = nines("replay", *words, conf=conf(tmp))
        assert done.returncode == status and says in done.stderr, (words, done)
    done = nines("replay", history(tmp, [], "nobody"), conf=conf(tmp))
    assert done.returncode == 2 and "'nobody' is no check of the configuration" in done.stderr, done


run()
