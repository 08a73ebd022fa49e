"""A restart is no event: states, incidents and slots go on, and the time nobody watched is unknown, not up."""
import datetime
import json
import os
import signal
import sqlite3
import subprocess
import time

import record
from daemon import Daemon, free_port, nines, until
from servers import Server, send
from tap import run, test

SECOND = 1_000_000


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def utc(at_s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))


def tcp(name, port, every="1s"):
    return f'tcp "{name}" {{ host = "127.0.0.1" port = {port} every = "{every}" recheck = "1s" timeout = "500ms" }}\n'


def rows(tmp, sql, *values):
    base = sqlite3.connect(f"file:{tmp}/store/nines.db?mode=ro", uri=True, timeout=30)
    try:
        return base.execute(sql, values).fetchall()
    finally:
        base.close()


def incidents(tmp):
    return rows(tmp, "select id, name, event, start_us from incident order by id")


def check_of(status, name="web"):
    return {c["name"]: c for c in status["checks"]}[name]


def wait_state(daemon, state, name="web"):
    return check_of(daemon.until_status(f"{name} is {state}", lambda s: any(
        c["name"] == name and c["state"] == state for c in s["checks"])), name)


def wait_incident(tmp, event):
    """The one incident, once the record has this event of it."""
    until(f"the incident is {event}", lambda: [i[2] for i in incidents(tmp)] == [event])
    return incidents(tmp)[0]


def goes_on(tmp, port, daemon, before, since):
    """The new keeper knows the incident; once the target answers it is closed: the same one, told once."""
    assert abs(seconds(wait_state(daemon, "down")["since"]) - seconds(since)) < 0.1
    with Server([send(b"hello\r\n")], port=port):
        wait_state(daemon, "up")
        after = wait_incident(tmp, "closed")
    assert (after[0], after[3]) == (before[0], before[3]), (before, after)
    told = [state for (state,) in rows(tmp, "select state from state where name = 'web' order by at_us, rowid")]
    assert told == ["unconfirmed", "down", "up"], told


def down(tmp, daemon):
    since = wait_state(daemon, "down")["since"]
    return wait_incident(tmp, "confirmed"), since


@test("stopped and started in the middle of an incident: one incident, one id, one start")
def restarted(tmp):
    port = free_port()
    with Daemon(tmp, tcp("web", port)) as daemon:
        before, since = down(tmp, daemon)
        assert daemon.stop() == 0
    with Daemon(tmp, tcp("web", port)) as daemon:
        goes_on(tmp, port, daemon, before, since)
    assert [kind for (kind,) in rows(tmp, "select kind from marker order by at_us, rowid")] == ["start", "start", "monitor-off"]


@test("a keeper that is killed: its successor goes on with the incident")
def keeper_killed(tmp):
    port = free_port()
    with Daemon(tmp, tcp("web", port)) as daemon:
        before, since = down(tmp, daemon)
        old = daemon.processes()["keeper"]
        os.kill(old[0], signal.SIGKILL)
        until("a new keeper", lambda: daemon.processes().get("keeper", old) != old)
        goes_on(tmp, port, daemon, before, since)


@test("everything is killed at once: likewise")
def all_killed(tmp):
    port = free_port()
    with Daemon(tmp, tcp("web", port)) as daemon:
        before, since = down(tmp, daemon)
        daemon.kill()
    with Daemon(tmp, tcp("web", port)) as daemon:
        goes_on(tmp, port, daemon, before, since)


@test("keeper and recorder killed together: the new keeper waits for the new recorder")
def both_killed(tmp):
    port = free_port()
    with Daemon(tmp, tcp("web", port)) as daemon:
        before, since = down(tmp, daemon)
        old = daemon.processes()
        for role in ("recorder", "keeper"):
            os.kill(old[role][0], signal.SIGKILL)
        until("a new keeper", lambda: daemon.processes().get("keeper", old["keeper"]) != old["keeper"])
        goes_on(tmp, port, daemon, before, since)


@test("a check that is no longer configured ends its incident")
def gone(tmp):
    with Daemon(tmp, tcp("web", free_port())) as daemon:
        before, _ = down(tmp, daemon)
        assert daemon.stop() == 0
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("other", server.port)):
        after = wait_incident(tmp, "closed")
    assert after[0] == before[0]
    assert rows(tmp, "select was, state, reason from state where name = 'web' order by at_us desc, rowid desc limit 1") == \
        [("down", "not-monitored", "no longer configured")]


def give(folder):
    """To the user that a daemon started by root runs as."""
    subprocess.run(["chown", "-R", "nobody:nogroup", folder], check=False, capture_output=True)


def hour_old(tmp, states, every_s):
    """A record that ends some while ago, of a daemon that was stopped then; returns when it begins and ends."""
    begin_s = int(time.time()) - 3600
    (tmp / "store").mkdir()
    lines = [record.target("web", every_s, module="tcp"), *record.results("web", begin_s, every_s, states),
             record.named("state", "web", kind="check", **{"from": "not-monitored"}, to="up", at_us=begin_s * SECOND)]
    record.write(tmp / "store" / "nines.db", lines)
    give(tmp / "store")
    return begin_s, begin_s + (len(states) - 1) * every_s


@test("the time the monitor was off is unknown, its cause monitor-off, and a marker says so")
def off(tmp):
    with Server([send(b"hello\r\n")]) as server:
        begin_s, last_s = hour_old(tmp, "u" * 61, 10)
        with Daemon(tmp, tcp("web", server.port, every="10s")) as daemon:
            seen = daemon.until_status("probed again", lambda s: any((c["last"] or {}).get("started") for c in s["checks"]))
            assert abs(seconds(check_of(seen)["since"]) - begin_s) < 0.1, check_of(seen)
            stored = until("the result is stored", lambda: rows(tmp, "select 1 from marker where kind = 'monitor-off'") and nines(
                "export", "web", "--from", utc(last_s + 1), "--store", tmp / "store" / "nines.db").stdout)
            assert daemon.stop() == 0
    first_s = seconds(json.loads(stored.splitlines()[0])["due"])
    end_s = int(first_s) + 1
    until("the second of that result is over", lambda: time.time() > end_s)
    done = nines("report", "sla", "--format", "json", "--from", utc(begin_s), "--to", utc(end_s), "--check", "web",
                 "--store", tmp / "store" / "nines.db")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)["rows"][0]
    off_s = row["unknown_causes"]["monitor-off_s"] if "monitor-off_s" in row["unknown_causes"] else row["unknown_causes"]["monitor-off"]
    assert row["down_s"] == 0 and 609 <= row["up_s"] <= 611, row
    assert off_s == row["unknown_s"] and abs(off_s - (first_s - last_s - 10)) <= 1, (row, first_s, last_s)
    assert rows(tmp, "select from_us from marker where kind = 'monitor-off'") == [(last_s * SECOND,)]


@test("with a store that cannot be read it begins all the same, and says so")
def no_store(tmp):
    (tmp / "store").mkdir()
    (tmp / "store" / "nines.db").write_bytes(b"no database" * 1000)
    give(tmp / "store")
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, tcp("web", server.port)) as daemon:
        daemon.wait(r"beginning without what was known before: ")
        wait_state(daemon, "up")


run()
