#!/usr/bin/env python3
"""`nines maintenance`: planned while it runs, shown, kept through a restart, ended early, and what figures make of it."""
import json
import pathlib
import re
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, until
from tap import run, test

PINGS = 'ping "a" { host = "127.0.0.1" every = "1s" }\nping "b" { host = "127.0.0.1" every = "1s" }\nservice "S" { members = {"a"} }\n'


def planned(daemon):
    return json.loads(daemon.nines("maintenance", "--json").stdout)["maintenance"]


def excluded(daemon):
    done = daemon.nines("report", "sla", "--format", "json")
    assert done.returncode == 0, done.stderr
    return {row["name"]: row["maintenance_s"] for row in json.loads(done.stdout)["rows"]}


@test("a window is planned, begins, outlives a restart, is ended by command and left out of the figures")
def whole(tmp):
    with Daemon(tmp, PINGS) as daemon:
        daemon.wait("b .*up")
        assert daemon.nines("maintenance").stdout == "no maintenance is planned\n"
        done = daemon.nines("maintenance", "add", "a", "S", "--for", "2h", "--text", "new disks", "--by", "me")
        assert done.returncode == 0 and re.fullmatch(r"[0-9a-z]{12}\n", done.stdout), done
        identity = done.stdout.strip()
        daemon.wait(f"maintenance '{identity}' has begun and is to end at ")
        one, = planned(daemon)
        assert (one["id"], one["services"], one["on"], one["declared"], one["text"], one["by"], one["impact"]) == (
            identity, ["a", "S"], True, False, "new disks", "me", "outage"), one
        later = daemon.nines("maintenance", "add", "--cron", "0 2 29 2 *", "--for", "2h", "--zone", "Europe/Berlin", "--impact", "degraded")
        shown = daemon.nines("maintenance").stdout
        assert f"{identity}, now until " in shown and "a, S\n    new disks\n" in shown, shown
        assert "everything\n    again: 0 2 29 2 * for 2h by the clock of Europe/Berlin\n" in shown, shown
        until("the record has it", lambda: excluded(daemon).get("a", 0) > 0)
        daemon.stop()
    with Daemon(tmp, PINGS) as daemon:
        daemon.wait(f"maintenance '{identity}' has begun")
        assert sorted((w["id"], w["on"]) for w in planned(daemon)) == sorted([(identity, True), (later.stdout.strip(), False)])
        assert daemon.nines("maintenance", "cancel", later.stdout.strip()).stdout == "cancelled\n"
        assert daemon.nines("maintenance", "cancel", identity).returncode == 0
        daemon.wait(f"maintenance '{identity}' was ended")
        assert planned(daemon) == []
        before = excluded(daemon)
        until("its end is recorded: a's next seconds are its own", lambda: excluded(daemon)["a"] == before["a"])
        assert before["b"] == 0 and before["a"] > 0 and before["S"] > 0, before


@test("a declared window begins, and what is wrong is refused in one line")
def declared(tmp):
    text = PINGS + 'maintenance "yearly" { start = "2020-01-01T00:00:00Z" end = "2999-01-01T00:00:00Z" services = {"b"} }\n'
    with Daemon(tmp, text) as daemon:
        daemon.wait("maintenance 'yearly' has begun")
        assert [(w["id"], w["declared"], w["on"]) for w in planned(daemon)] == [("yearly", True, True)]
        for words, says in ((["add", "c", "--for", "1h"], "no check or service 'c'"), (["add", "a"], "write --end TIME or --for 2h"),
                            (["add", "--for", "soon"], "is no time"), (["add", "--start", "noon", "--for", "1h"], "--start 'noon' is no time"),
                            (["add", "--end", "2020-01-01T00:00:00Z"], "it ends before it starts"),
                            (["add", "--start", "2020-01-01T00:00:00Z", "--end", "2020-01-02T00:00:00Z"], "cannot be declared afterwards"),
                            (["add", "--cron", "nonsense", "--for", "1h"], "cron: "), (["add", "--cron", "0 2 * * *"], "how long it lasts is missing"),
                            (["add", "--cron", "0 2 * * *", "--for", "1h", "--zone", "Mars/Base"], "Mars/Base"),
                            (["add", "--for", "1h", "--impact", "bad"], "impact 'bad'"), (["cancel", "yearly"], "no window that was added by command"),
                            (["remove"], "'remove' is none of list, add and cancel")):
            done = daemon.nines("maintenance", *words)
            assert done.returncode != 0 and says in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)


@test("visitors see each window of the next two weeks once, by whichever way it was planned, until it is cancelled")
def announced(tmp):
    text = (PINGS + 'maintenance "nightly" { cron = "0 2 * * *" for = "1h" services = {"b"} text = "Backups" impact = "none" }\n'
            'page "status" { show = {"S"} }\npage "all" { show = {"*"} }\n')
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() + 86400))
    with Daemon(tmp, text) as daemon:
        daemon.wait("page: ")
        daemon.wait("b .*up")

        def ahead(path="/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}{path}", timeout=20) as answer:
                body = answer.read().decode()
            found = re.search(r'aria-labelledby="ahead">(.*?)</section>', body, re.S)
            return re.findall(r"<h3>(?:<a[^>]*>)?(.*?)(?:</a>)?</h3>", found[1]) if found else []
        done = daemon.nines("maintenance", "add", "S", "--start", tomorrow, "--for", "2h", "--text", "New <disks>")
        assert done.returncode == 0, done.stderr
        identity = done.stdout.strip()
        post = ("post", "maintenance", "By post", "S", "--start", tomorrow, "--for", "2h", "--text", "We tell more.")
        until("the post is taken", lambda: daemon.nines(*post).returncode == 0)
        until("each is announced", lambda: sorted(ahead()) == ["By post", "New &lt;disks&gt;"])
        assert sorted(ahead("/pages/all/")) == ["Backups", "By post", "New &lt;disks&gt;"]
        assert daemon.nines("maintenance", "cancel", identity).returncode == 0
        until("it is gone", lambda: ahead() == ["By post"])


@test("what is in a window without a post is under maintenance on the page, whatever it measures, and nothing else is")
def claimed(tmp):
    text = (PINGS + 'service "T" { members = {"b"} }\n'
            'maintenance "yearly" { start = "2020-01-01T00:00:00Z" end = "2999-01-01T00:00:00Z" services = {"T"} text = "Moving" }\n'
            'maintenance "harmless" { start = "2020-01-01T00:00:00Z" end = "2999-01-01T00:00:00Z" services = {"S"} impact = "none" }\n')
    with Daemon(tmp, text) as daemon:
        daemon.wait("page: ")
        daemon.wait("b .*up")

        def states():
            with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/api/v2/components.json", timeout=20) as answer:
                return {c["name"]: c["status"] for c in json.load(answer)["components"]}
        until("T is under maintenance, with its member", lambda: states() == {
            "S": "operational", "a": "operational", "T": "under_maintenance", "b": "under_maintenance"})
        done = daemon.nines("maintenance", "add", "S", "--for", "2h")
        until("and S once somebody says so", lambda: states()["S"] == states()["a"] == "under_maintenance")
        assert daemon.nines("maintenance", "cancel", done.stdout.strip()).returncode == 0
        until("until it is ended", lambda: states()["S"] == states()["a"] == "operational")


run()
