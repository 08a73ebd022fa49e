#!/usr/bin/env python3
"""Row 107: what is deliberately offline stays visible, red if it fails, and neither counts nor holds up a service; a pause likewise."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, until
from servers import Server, close
from tap import run, test

SUMS = ("up_s", "degraded_s", "down_s", "unknown_s")


def figures(daemon):
    done = daemon.nines("report", "sla", "--format", "json")
    rows = json.loads(done.stdout)["rows"] if done.returncode == 0 else []
    return {row["name"]: row for row in rows}


def states(daemon):
    status = daemon.status()
    return {one["name"]: one["state"] for one in status["checks"] + status["services"]}


@test("a server out of the cluster is red, and its service lives and dies with the others")
def out(tmp):
    with Server([close()]) as gone:
        port = gone.port
    with Server([]) as server:
        text = (f'tcp "a" {{ host = "127.0.0.1" port = {server.port} every = "1s" recheck = "1s" }}\n'
                f'tcp "b" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" standing = "out-of-cluster" }}\n'
                'service "S" { members = {"a", "b"} need = 2 }\n')
        with Daemon(tmp, text) as daemon:
            daemon.until_status("red, and the service up without it",
                                lambda s: states(daemon).get("b") == "down" and states(daemon).get("S") == "up")
            until("time of a and S is counted", lambda: figures(daemon).get("S", {}).get("up_s", 0) >= 2 and "b" in figures(daemon))
            seen = figures(daemon)
            assert [seen["b"][key] for key in SUMS] == [0, 0, 0, 0] and seen["b"]["incidents"] == 0, seen["b"]
            assert seen["S"]["down_s"] == seen["S"]["unknown_s"] == 0, seen["S"]
            assert daemon.nines("pause", "a", "--reason", "new disks").returncode == 0
            daemon.until_status("nothing of the service is left", lambda s: states(daemon)["S"] == "not-monitored")
            before = figures(daemon)["a"]
            assert daemon.nines("unpause", "a").returncode == 0
            daemon.until_status("it is back", lambda s: states(daemon)["S"] == "up")
            until("and counts again", lambda: figures(daemon)["a"]["up_s"] > before["up_s"] + 1)
            assert figures(daemon)["a"]["unknown_s"] == 0, figures(daemon)["a"]


run()
