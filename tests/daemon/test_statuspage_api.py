"""The part of Statuspage's v1 API by which monitors drive a page, against a running ninesd: components, incidents, maintenances."""
import contextlib
import json

import daemon
from crawl import fetch
from tap import run, test
from tokens import add_token

CONF = """
inbound "Storage" { }
heartbeat "job" { period = "1h" }
page "main" { title = "Example" }
"""
SECRET, LOW = "e" * 43, "o" * 43


def ask(d, method, path, body=None, kind="application/json", secret=SECRET):
    raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    headers = {"Authorization": "OAuth " + secret} if secret else {}
    answer = fetch(d.port, path, method, {**headers, **({"Content-Type": kind} if raw else {})}, raw)
    return answer.status, json.loads(answer.body)


@contextlib.contextmanager
def start(tmp):
    with daemon.Daemon(tmp, CONF) as d:
        d.until_status("it is up", lambda s: s["checks"])
        add_token(d, SECRET, "editor", "editor")
        add_token(d, LOW, "operator", "operator")
        daemon.until("the web knows them", lambda: ask(d, "GET", "/v1/pages/main/components")[0] == 200)
        yield d


def state(d, name):
    return next(c for c in d.status()["checks"] if c["name"] == name)["state"]


@test("a component of the module inbound is set, by its id or its name, as JSON or as a form")
def components(tmp):
    with start(tmp) as d:
        of = {c["name"]: c["id"] for c in ask(d, "GET", "/v1/pages/main/components")[1]}
        path = f"/v1/pages/main/components/{of['Storage']}"
        assert ask(d, "PATCH", path, {"component": {"status": "major_outage"}}) == (200, {"id": of["Storage"], "name": "Storage", "status": "major_outage"})
        d.until_status("down", lambda s: state(d, "Storage") in ("unconfirmed", "down"))
        assert ask(d, "PATCH", "/v1/pages/main/components/Storage", b"component%5Bstatus%5D=operational", "application/x-www-form-urlencoded")[0] == 200
        d.until_status("up", lambda s: state(d, "Storage") == "up")
        for where, body, status, part in (("main/components/none", {"component": {"status": "operational"}}, 404, "no component"),
                                          (f"main/components/{of['job']}", {"component": {"status": "operational"}}, 422, "measured by nines"),
                                          ("main/components/Storage", {"component": {"status": "bad"}}, 422, "none of operational"),
                                          ("main/components/Storage", b"{", 422, "none of"), ("none/components/Storage", {}, 404, "no page"),
                                          ("main/metrics/x", {}, 404, "nines has")):
            got = ask(d, "PATCH", "/v1/pages/" + where, body)
            assert got[0] == status and part in got[1]["detail"], (where, got)
        for secret, status in ((None, 401), ("x" * 43, 401), (LOW, 403)):
            assert ask(d, "PATCH", path, {"component": {"status": "operational"}}, secret=secret)[0] == status


@test("incidents and maintenances become posts, with their components, updates and the end")
def incidents(tmp):
    with start(tmp) as d:
        of = {c["name"]: c["id"] for c in ask(d, "GET", "/v1/pages/main/components")[1]}
        status, made = ask(d, "POST", "/v1/pages/main/incidents", {"incident": {
            "name": "Slow <uploads>", "status": "identified", "body": "We look into it.", "impact_override": "major", "deliver_notifications": False,
            "component_ids": [of["Storage"]], "components": {of["Storage"]: "partial_outage"}}})
        assert status == 201 and made["status"] == "identified", made
        seen = daemon.until("it is there", lambda: [i for i in ask(d, "GET", "/v1/pages/main/incidents")[1] if i["id"] == made["id"]])[0]
        assert (seen["name"], seen["impact"], seen["status"]) == ("Slow <uploads>", "major", "identified") and seen["components"][0]["status"] == "partial_outage"
        assert ask(d, "PATCH", f"/v1/pages/main/incidents/{made['id']}", {"incident": {"body": "We still look."}}) == (200, {"id": made["id"]})
        assert ask(d, "PATCH", f"/v1/pages/main/incidents/{made['id']}", {"incident": {"status": "resolved", "body": "Over."}})[0] == 200
        daemon.until("it is resolved", lambda: any(i["status"] == "resolved" for i in ask(d, "GET", "/v1/pages/main/incidents")[1]))
        assert seen["shortlink"] == f"http://127.0.0.1:{d.port}/incident/{made['id']}/"
        status, bare = ask(d, "POST", "/v1/pages/main/incidents", {"incident": {"name": "Bare"}})
        assert status == 201, bare
        assert ask(d, "PATCH", f"/v1/pages/main/incidents/{bare['id']}", {"incident": {"status": "resolved"}})[0] == 200
        updates = json.loads(d.nines("post", "show", bare["id"], "--json").stdout)["updates"]
        assert [(u["state"], u["text"]) for u in updates] == [("investigating", "Investigating"), ("resolved", "Resolved")], "a status alone says itself"
        assert ask(d, "PATCH", f"/v1/pages/main/incidents/{bare['id']}", {"incident": {"status": "well"}})[0] == 422
        status, planned = ask(d, "POST", "/v1/pages/main/incidents", {"incident": {
            "name": "New disks", "body": "Some minutes.", "scheduled_for": "2031-01-01T10:00:00Z", "scheduled_until": "2031-01-01T11:00:00Z",
            "impact_override": "minor", "component_ids": [of["Storage"]]}})
        assert status == 201, planned
        shown = json.loads(d.nines("post", "show", planned["id"], "--json").stdout)
        assert "maintenance" in json.dumps(shown) and "degraded" in json.dumps(shown)
        for body, part in (({"incident": {"body": "x"}}, ""), ({"incident": {"name": "x", "component_ids": ["none"]}}, "no component"),
                           ({"incident": {"name": "x", "scheduled_for": "soon"}}, "no time"), ({}, "")):
            got = ask(d, "POST", "/v1/pages/main/incidents", body)
            assert got[0] == 422 and part in got[1]["detail"], (body, got)


run()
