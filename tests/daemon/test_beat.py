"""Heartbeats over HTTP in the dialects of Healthchecks, Uptime Kuma and Gatus, told to a running ninesd by urllib."""
import json

import daemon
from crawl import fetch
from tap import run, test

CONF = """
heartbeat "Nightly backup" { period = "1h" every = "1s" }
heartbeat "nightly-BACKUP" { period = "1h" }
heartbeat "queue" { period = "1h" category = "jobs" }
tcp "other" { host = "127.0.0.1" port = 1 }
"""


def ask(d, path, method="GET", body=None, headers=None):
    answer = fetch(d.port, path, method, headers, body)
    return answer.status, answer.body.decode(), answer.headers


def addresses(d):
    d.until_status("its checks are there", lambda s: s["checks"])
    document = json.loads(d.nines("heartbeat", "--json").stdout)
    return document["key"], {one["check"]: one["address"] for one in document["checks"]}


def known(d):
    """The addresses, once the web has heard of them."""
    key, of = addresses(d)
    daemon.until("the web knows the addresses", lambda: ask(d, f"/ping/{of['queue']}/log")[0] == 200)
    return key, of


def check(d, name):
    return next(c for c in d.status()["checks"] if c["name"] == name)


@test("Healthchecks: success, start, fail, log, exit statuses and texts, by GET, HEAD and POST")
def healthchecks(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        _, of = known(d)
        backup = f"/ping/{of['Nightly backup']}"
        assert ask(d, backup)[:2] == (200, "OK")
        d.until_status("up", lambda s: check(d, "Nightly backup")["state"] == "up")
        status, body, headers = ask(d, backup + "/fail", "POST", b"disk full: 50% of \x1b[31m\xff<b>", {"Content-Type": "application/x-www-form-urlencoded"})
        assert (status, body, headers["Ping-Body-Limit"]) == (200, "OK", "400"), (status, body, headers)
        d.until_status("down", lambda s: "disk full: 50% of \\x1b[31m" in check(d, "Nightly backup")["reason"])
        assert ask(d, backup + "/0", "HEAD")[:2] == (200, "")
        d.until_status("up again", lambda s: check(d, "Nightly backup")["state"] == "up")
        assert ask(d, backup + "/7?rid=5f2c0a9e-1d4b-4c3e-9b1a-000000000001", "POST", b"~5 @x no route")[0] == 200
        d.until_status("down by its exit status", lambda s: check(d, "Nightly backup")["reason"].endswith("exit status 7: ~5 @x no route"))
        for event in ("start?rid=5f2c0a9e-1d4b-4c3e-9b1a-000000000001", "log", "?rid=5f2c0a9e-1d4b-4c3e-9b1a-000000000001"):
            assert ask(d, backup + "/" * (event[0] != "?") + event)[0] == 200, event
        d.until_status("up at last", lambda s: check(d, "Nightly backup")["state"] == "up")


@test("Healthchecks: malformed, unknown, ambiguous and too large are 400, 404, 409 and 413")
def refused(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        key, of = known(d)
        queue = of["queue"]
        for path, status, part in ((f"/ping/{queue}/256", 400, "exit status"), (f"/ping/{queue}/stop", 400, "start, fail"),
                                   (f"/ping/{queue}/-1", 400, ""), (f"/ping/{queue}/0x1", 400, ""), (f"/ping/{queue}?rid=a%0Ab", 400, "rid"),
                                   (f"/ping/{queue}/fail/more", 404, ""), ("/ping/00000000-0000-0000-0000-000000000000", 404, "nines heartbeat list"),
                                   (f"/ping/{queue[:-1]}", 404, ""), (f"/ping/{queue}0", 404, ""), ("/ping/", 404, ""), ("/ping/%00", 400, ""),
                                   (f"/ping/{key}/nightly-backup", 409, "ambiguous"), (f"/ping/{key}/queue", 200, "OK"),
                                   (f"/ping/{key}/queue/fail", 200, "OK"), (f"/ping/{key}/nobody", 404, ""), (f"/ping/{key}/new?create=1", 404, "into the configuration"),
                                   (f"/ping/{key}", 404, ""), (f"/ping/{queue}/queue", 400, "")):
            got = ask(d, path)
            assert got[0] == status and part in got[1], (path, got)
        assert ask(d, f"/ping/{queue}", "DELETE")[0] == 405 and ask(d, f"/ping/{queue}", "POST", b"x" * 200000)[0] == 413
        assert d.nines("pause", "queue", "--reason", "moved").returncode == 0
        assert ask(d, f"/ping/{queue}")[:2] == (409, "this check is paused: it takes no lines")


@test("Uptime Kuma's push and Gatus' external endpoints say how long it took and why it failed")
def others(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        _, of = known(d)
        push = f"/api/push/{of['queue']}"
        status, body, _ = ask(d, f"{push}?status=up&msg=OK&ping=12.5")
        assert status == 200 and json.loads(body) == {"ok": True}
        d.until_status("up", lambda s: check(d, "queue")["state"] == "up")
        assert ask(d, f"{push}?status=down&msg=no%20workers&ping=")[0] == 200
        d.until_status("down", lambda s: check(d, "queue")["reason"].endswith(": no workers"))
        assert ask(d, push)[0] == 200, "without a word it is up"
        d.until_status("up again", lambda s: check(d, "queue")["state"] == "up")
        status, body, _ = ask(d, "/api/push/nobody?status=up")
        assert status == 404 and json.loads(body)["ok"] is False
        assert ask(d, f"{push}?status=maybe")[0] == 400
        path, token = "/api/v1/endpoints/jobs_queue/external", {"Authorization": f"Bearer {of['queue']}"}
        assert ask(d, f"{path}?success=false&error=too%20slow&duration=1m2.5s", "POST", headers=token)[0] == 200
        d.until_status("down by Gatus", lambda s: check(d, "queue")["reason"].endswith(": too slow"))
        assert ask(d, f"{path}?success=true", "POST", headers=token)[0] == 200
        d.until_status("up by Gatus", lambda s: check(d, "queue")["state"] == "up")
        assert ask(d, f"{path}?success=true", "POST")[0] == 401
        assert ask(d, f"{path}?success=true", "POST", headers={"Authorization": "Bearer " + "0" * 36})[0] == 401
        assert ask(d, path.replace("queue", "other") + "?success=true", "POST", headers=token)[0] == 404
        for query in ("", "?success=yes", "?success=true&duration=soon", "?success=true&duration=-5s"):
            assert ask(d, path + query, "POST", headers=token)[0] == 400, query
        assert ask(d, path + "?success=true")[0] in (404, 405), "it is not read"


@test("addresses are kept, 'renew' makes other ones, and none is in a log or in what a page shows")
def kept(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        _, of = known(d)
        assert d.stop() == 0
    with daemon.Daemon(tmp, CONF) as d:
        assert addresses(d)[1] == of
        assert d.nines("heartbeat", "renew").returncode == 0
        fresh = addresses(d)[1]
        assert not set(fresh.values()) & set(of.values()) and set(fresh) == {"Nightly backup", "nightly-BACKUP", "queue"}
        daemon.until("the old one means nothing", lambda: ask(d, f"/ping/{of['queue']}")[0] == 404)
        assert ask(d, f"/ping/{fresh['queue']}")[0] == 200
        shown = ask(d, "/")[1] + ask(d, "/status.json")[1] + d.output()
        assert not any(address in shown for address in [*of.values(), *fresh.values()])
        assert d.nines("heartbeat", "remove").returncode == 64


run()
