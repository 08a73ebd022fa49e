"""Webhooks of other monitors told to a running ninesd: Alertmanager, Statuspage, any JSON; who may, and what is refused."""
import hashlib
import hmac
import json
import time

import daemon
from crawl import fetch
from tap import run, test

CONF = """
inbound "alerts" { }
inbound "page" { }
inbound "other" { down = 'state == "alerting"' up = 'state == "ok"' text = "title" }
heartbeat "job" { period = "1h" }
"""


def post(d, path, body, headers=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = fetch(d.port, path, "POST", {"Content-Type": "application/json", **(headers or {})}, raw)
    return answer.status, answer.body.decode()


def known(d):
    """The addresses, once the web has heard of them."""
    d.until_status("its checks are there", lambda s: s["checks"])
    told = d.nines("heartbeat", "--json")
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    of = {one["check"]: one["address"] for one in document["checks"]}
    daemon.until("the web knows them", lambda: post(d, f"/ping/{of['job']}/log", b"")[0] == 200)
    return of


def state(d, name):
    one = next(c for c in d.status()["checks"] if c["name"] == name)
    return one["state"], one["reason"]


def alert(status, fingerprint, severity="critical", **more):
    return {"status": status, "labels": {"alertname": "Latency", "severity": severity, "instance": "web-1"},
            "annotations": {"summary": "p99 above 2 s <b>\x1b[2J"}, "startsAt": "2026-11-22T09:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus", "fingerprint": fingerprint, **more}


def webhook(*alerts):
    return {"version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": alerts[0]["status"], "receiver": "nines", "groupLabels": {},
            "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am", "alerts": list(alerts)}


@test("Alertmanager's webhook: several alerts, the worst of them, resolved one by one")
def alertmanager(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        path = "/hook/" + known(d)["alerts"]
        assert post(d, path, webhook(alert("firing", "aa"), alert("firing", "bb", "warning"))) == (200, "OK\n")
        d.until_status("down", lambda s: state(d, "alerts")[0] in ("down", "unconfirmed"))
        assert "Latency web-1: p99 above 2 s <b>\\x1b[2J" in state(d, "alerts")[1]
        assert post(d, path, webhook(alert("resolved", "aa")))[0] == 200
        d.until_status("degraded", lambda s: state(d, "alerts")[0] == "degraded")
        assert post(d, path, webhook(alert("resolved", "bb", "warning")))[0] == 200
        d.until_status("up", lambda s: state(d, "alerts")[0] == "up")
        unnamed = alert("firing", "", labels={"alertname": "Disk"})
        assert post(d, path, webhook(unnamed))[0] == 200 and post(d, path, webhook({**unnamed, "status": "resolved"}))[0] == 200
        d.until_status("up again, known by its labels", lambda s: state(d, "alerts")[0] == "up")


@test("Statuspage's webhooks: components and incidents")
def statuspage(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        path = "/hook/" + known(d)["page"]

        def component(new):
            return {"meta": {"unsubscribe": "x"}, "page": {"id": "p", "status_indicator": "major"}, "component": {"id": "c1", "name": "Storage", "status": new},
                    "component_update": {"old_status": "operational", "new_status": new, "component_id": "c1"}}

        def incident(status, impact="minor"):
            return {"meta": {}, "page": {"id": "p"}, "incident": {"id": "i1", "name": "Slow uploads", "status": status, "impact": impact}}
        assert post(d, path, component("major_outage"))[0] == 200
        d.until_status("down", lambda s: state(d, "page")[0] in ("down", "unconfirmed") and "Storage" in state(d, "page")[1])
        assert post(d, path, component("operational"))[0] == 200 and post(d, path, incident("investigating"))[0] == 200
        d.until_status("degraded", lambda s: state(d, "page") == ("degraded", "reported degraded: Slow uploads"))
        assert post(d, path, incident("resolved"))[0] == 200
        d.until_status("up", lambda s: state(d, "page")[0] == "up")


@test("any JSON by the check's own conditions")
def generic(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        path = "/hook/" + known(d)["other"]
        assert post(d, path, {"state": "alerting", "title": "No answer: é"})[0] == 200
        d.until_status("down", lambda s: state(d, "other")[1].endswith("No answer: é"))
        assert post(d, path, {"state": "ok"})[0] == 200
        d.until_status("up", lambda s: state(d, "other")[0] == "up")


@test("who may: the address, the address as Bearer, or a signature, which is good once and for five minutes")
def who(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        of, body = known(d), json.dumps({"state": "ok"}).encode()

        def signed(at=None, key=of["other"], said=body):
            at = str(int(at or time.time()))
            return {"X-Nines-Signature": f"t={at},v1=" + hmac.new(key.encode(), at.encode() + b"." + said, hashlib.sha256).hexdigest()}
        good = signed()
        assert post(d, "/hook/other", body, {"Authorization": "Bearer " + of["other"]})[0] == 200 and post(d, "/hook/other", body, good)[0] == 200
        assert "sent before" in post(d, "/hook/other", body, good)[1]
        assert d.nines("pause", "other", "--reason", "moved").returncode == 0
        again = signed(said=(told := b'{"state": "ok", "n": 2}'))
        assert post(d, "/hook/other", told, again)[0] == 409 and d.nines("unpause", "other").returncode == 0
        assert post(d, "/hook/other", told, again)[0] == 200, "what was not taken may be sent again"
        assert post(d, "/hook/other", told, again)[0] == 401
        for headers, part in (({}, "nines heartbeat list"), ({"Authorization": "Bearer " + of["alerts"]}, "nines heartbeat list"),
                              (signed(time.time() - 400), "older"), (signed(time.time() + 400), "newer"), (signed(key=of["alerts"]), "wrong"),
                              (signed(said=b"{}"), "wrong"), ({"X-Nines-Signature": "t=1,v1=zz"}, "SECONDS"), ({"X-Nines-Signature": ""}, "nines heartbeat list")):
            status, text = post(d, "/hook/other", body, headers)
            assert status == 401 and part in json.loads(text)["detail"], (headers, status, text)
        for path in ("/hook/nobody", "/hook/" + "0" * 36, "/hook/" + of["other"][:-1]):
            assert post(d, path, body)[0] == 401, path
        status, text = post(d, "/hook/" + of["job"], body)
        assert status == 404 and "/ping/" in text
        assert post(d, f"/ping/{of['other']}", b"")[0] == 404 and post(d, f"/api/push/{of['other']}?status=up", b"")[0] == 404
        assert post(d, "/api/v1/endpoints/x_other/external?success=true", b"", {"Authorization": "Bearer " + of["other"]})[0] == 401


@test("a storm of alerts, too many for one line, is no silence")
def storm(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        path = "/hook/" + known(d)["alerts"]
        assert post(d, path, webhook(*[alert("firing", f"f{n}", "warning") for n in range(400)])) == (200, "OK\n")
        d.until_status("degraded, with a text", lambda s: state(d, "alerts")[1].startswith("reported degraded: Latency"))
        assert post(d, path, webhook(*[alert("resolved", f"f{n}") for n in range(400)]))[0] == 200
        d.until_status("up", lambda s: state(d, "alerts")[0] == "up")
        assert post(d, path, webhook(*[alert("resolved" if n < 1500 else "firing", f"f{n}") for n in range(2000)]))[0] == 200
        d.until_status("down", lambda s: state(d, "alerts")[0] in ("down", "unconfirmed"))


@test("what is malformed or too much is refused with what is wrong")
def malformed(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        path = "/hook/" + known(d)["alerts"]
        for body, status in ((b"", 400), (b"{", 400), (b"alert!", 400), (webhook(*[alert("resolved", f"f{n}") for n in range(2000)]), 413),
                             ({"state": "x" * 13000}, 413), ({"version": "4", "alerts": []}, 400), (b"x" * 1100000, 413), (b"[" * 65 + b"]" * 65, 400)):
            assert post(d, path, body)[0] == status, (str(body)[:60], status)
        for body in ({"alerts": [1, None, "x"], "version": "4"}, {"alerts": "x"}, {"incident": 5}, {"component_update": {}, "component": {}}, [], {"alerts": [{}]}):
            assert post(d, path, body)[0] in (200, 400), body
        assert state(d, "alerts")[0] != "up"


run()
