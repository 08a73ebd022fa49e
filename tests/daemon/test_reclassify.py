#!/usr/bin/env python3
"""`nines reclassify` with ninesd running: by way of the keeper and the recorder, on disk when it is answered."""
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, until
from tap import run, test

PINGS = 'ping "a" { host = "127.0.0.1" every = "1s" }\nping "b" { host = "127.0.0.1" every = "1s" }\nservice "S" { members = {"a"} }\n'


def listed(daemon):
    return json.loads(daemon.nines("reclassify", "--list", "--json").stdout)["reclassifications"]


def down(daemon):
    done = daemon.nines("report", "sla", "--format", "json", "--from", "2026-01-01")
    assert done.returncode == 0, done.stderr
    return {row["name"]: row["down_s"] for row in json.loads(done.stdout)["rows"]}


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


@test("said, listed, counted, undone while ninesd runs; answered once it is on disk, there after a restart and without ninesd")
def whole(tmp):
    with Daemon(tmp, PINGS) as daemon:
        daemon.wait("b .*up")
        until("the record knows it", lambda: "a" in down(daemon))
        now_s = int(time.time())
        span = ("--from", utc(now_s - 3600), "--to", utc(now_s - 1800))
        done = daemon.nines("reclassify", "a", *span, "--as", "down", "--reason", "nobody could log in", "--by", "anna")
        assert done.returncode == 0 and re.fullmatch(r"[0-9a-z]{12}\n", done.stdout), done
        one, = listed(daemon)  # at once: nobody waits for a commit
        assert (one["id"], one["name"], one["as"], one["by"], one["reason"]) == (done.stdout.strip(), "a", "down", "anna", "nobody could log in")
        assert down(daemon) == {"a": 1800, "b": 0, "S": 1800}, "the service has it of its member"
        reason = ["--reason", "r"]
        for words, status, says in ((["c", *span, "--as", "up", *reason], 2, "no check or service 'c'"),
                                    (["a", *span, "--as", "fine", *reason], 64, "'fine' is nothing that a time can count as"),
                                    (["a", *span, "--as", "up"], 64, "the reason is missing"),
                                    (["a", *span, "--as", "up", "--reason", " "], 64, "the reason is missing"),
                                    (["a", *span, "--as", "up", *reason, "--by", ""], 64, "who says so is missing"),
                                    (["a", *span[2:], "--from", utc(now_s), "--as", "up", *reason], 64, "it ends before it begins"),
                                    (["--undo", "x"], 64, "the reason is missing"),
                                    (["--undo", "x", *reason], 2, "no reclassification 'x'"),
                                    (["--incident", "x", "--as", "fine", *reason], 64, "'fine' is nothing"),
                                    (["--incident", "x", "--as", "up", *reason], 2, "no incident 'x'"),
                                    (["a", "--from", utc(now_s), "--to", utc(time.time() + 99), "--as", "up", *reason], 2, "in the future"),
                                    (["a", *span], 64, "write: nines reclassify")):
            wrong = daemon.nines("reclassify", *words)
            assert wrong.returncode == status and says in wrong.stderr and wrong.stderr.count("\n") == 1, (words, wrong)
        daemon.stop()
        assert [c["id"] for c in listed(daemon)] == [one["id"]]
        assert daemon.nines("reclassify", "a", *span, "--as", "fine", *reason).returncode == 64, "without ninesd too"
        done = daemon.nines("reclassify", "--undo", one["id"], "--reason", "they could", "--by", "ben")
        assert done.stdout == "undone\n", done
    with Daemon(tmp, PINGS) as daemon:
        one, = listed(daemon)
        assert (one["undone"]["by"], one["undone"]["reason"]) == ("ben", "they could"), one
        assert down(daemon)["a"] == 0
        until("it is asked", lambda: "was undone by ben already" in daemon.nines("reclassify", "--undo", one["id"], "--reason", "again").stderr)


run()
