"""Row 107: what is not in service is shown, and neither alerts nor counts: the record knows from when to when, and figures leave it out."""
import json
import time

from daemon import Daemon, free_port, until
from tap import BUILD, run, test


def conf(port, standing):
    return (f'notifiers = "{BUILD}/notifiers"\n'
            f'tcp "a" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s"  standing = {standing} }}\n'
            f'tcp "b" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s" }}\n'
            'service "S" { members = {"a", "b"}  need = 1 }\n')


def figures(d):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    done = d.nines("report", "sla", "--from", begin, "--to", now, "--format", "json")
    if done.returncode:
        return {}  # it has only just been started
    return {row["name"]: row for row in json.loads(done.stdout)["rows"]}


@test("a check in preparation fails and nobody minds: not monitored, no incident, and its service is that of the others")
def preparation(tmp):
    with Daemon(tmp, conf(free_port(), "in-preparation"), listen=False) as d:
        until("b counts as down", lambda: figures(d).get("b", {}).get("down_s", 0) >= 2)
        seen = figures(d)
        assert seen["a"]["down_s"] == 0 and seen["a"]["incidents"] == 0 and seen["b"]["incidents"] == 1, seen
        assert seen["S"]["down_s"] >= 1, seen
        states = {check["name"]: check["state"] for check in d.status()["checks"]}
        assert states["a"] == "down", states  # shown as it is
        since = figures(d)["a"]["down_s"]
        d.reload(conf(d_port(d), "in-service"))
        until("taken into service it counts", lambda: figures(d)["a"]["down_s"] > since)
        assert d.stop() == 0


def d_port(d):
    return int(d.conf.read_text().split("port = ")[1].split()[0])


@test("what is retired is not probed; a restart changes nothing of it")
def retired(tmp):
    port = free_port()
    with Daemon(tmp, conf(port, "in-service"), listen=False) as d:
        until("it is down", lambda: figures(d).get("a", {}).get("down_s", 0) >= 1)
        d.reload(conf(port, "retired"))
        d.until_status("it is not monitored", lambda s: [c["state"] for c in s["checks"] if c["name"] == "a"] == ["not-monitored"])
        assert d.stop() == 0
    with Daemon(tmp, conf(port, "retired"), listen=False) as d:
        d.until_status("b is watched", lambda s: [c["state"] for c in s["checks"] if c["name"] == "b"] == ["down"])
        before = figures(d)
        until("time goes on", lambda: figures(d)["b"]["down_s"] >= before["b"]["down_s"] + 2)
        after = figures(d)
        assert after["a"]["down_s"] == before["a"]["down_s"] and after["a"]["unknown_s"] == before["a"]["unknown_s"], (before["a"], after["a"])


run()
