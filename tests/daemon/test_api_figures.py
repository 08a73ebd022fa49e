"""Availability by the API over any span: what `nines report sla` says of the same words, to who may see it; bounded lists; what is wrong is said."""
import concurrent.futures
import datetime
import http.client
import json
import socket
import urllib.parse

import daemon
from tap import run, test
from tokens import add_token

CONF = """
sla "gold" { target = 99.5  zone = "Europe/Berlin"  hours = {"Mon-Fri 08:00-18:00"} }
tcp "mx1" { host = "127.0.0.1" port = 1 every = "1d" }
tcp "mx2/b" { host = "127.0.0.1" port = 1 every = "1d" }
tcp "other" { host = "127.0.0.1" port = 1 every = "1d" owner = "bank" }
tcp "never" { host = "127.0.0.1" port = 1 every = "1d" }
service "Mail" { members = {"mx1", "mx2/b"}  sla = "gold" }
"""
VIEWER, SHOP = "v" * 43, "s" * 43
# of the API's members: those of the report's rows, which count whole seconds
SECONDS = ("up degraded down blip unknown not_monitored maintenance outside_hours excluded counted_down longest resolution agreed "
           "mttr mtbf budget_left span_budget span_left").split()
SAME = "name kind method incidents blips uptime_known uptime_period coverage target met judged".split()


def ask(d, path, secret):
    """The status and the text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=60)
    try:
        connection.request("GET", "/api/v1/" + path, headers={"Authorization": "Bearer " + secret})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def history(path):
    """August and September 2026, a result each ten minutes, each of the checks down now and then."""
    start, rows = datetime.datetime(2026, 8, 1), ["check,ts_utc,state"]
    for i in range(61 * 144):
        at = (start + datetime.timedelta(minutes=10 * i)).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows += [f"mx1,{at},{'down' if i % 700 in (348, 349, 350) else 'up'}", f"mx2/b,{at},{'down' if i % 1400 in (349, 350) else 'degraded' if i % 50 == 0 else 'up'}",
                 f"other,{at},{'down' if i % 1000 == 7 else 'up'}"]
    path.write_text("\n".join(rows) + "\n")


class Api:
    def __init__(self, tmp):
        self.tmp, self.daemon = tmp, daemon.Daemon(tmp, CONF)

    def __enter__(self):
        d = self.daemon.__enter__()
        d.until_status("the keeper is there", lambda s: len(s["checks"]) == 4)
        history(self.tmp / "history.csv")
        done = d.nines("import", "csv", str(self.tmp / "history.csv"), "--interval", "10m")
        assert done.returncode == 0, done.stderr
        for secret, owner in ((VIEWER, ""), (SHOP, "shop")):
            add_token(d, secret, "viewer", "token" + owner, owner)
        daemon.until("the web knows them", lambda: {ask(d, "status", one)[0] for one in (VIEWER, SHOP)} == {200})
        return self

    def __exit__(self, *error):
        return self.daemon.__exit__(*error)

    def get(self, path, secret=VIEWER, status=200, **query):
        query = "?" + urllib.parse.urlencode(query) if query else ""
        got, text = ask(self.daemon, "figures" + path + query, secret)
        assert got == status, (path, query, got, text)
        return json.loads(text)

    def report(self, *words):
        done = self.daemon.nines("report", "sla", "--format", "json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["rows"]


def compare(got, row):
    assert {key: got[key] for key in SAME} == {key: row.get(key) for key in SAME} and got["zone"] == row["span_zone"], (got, row)
    for name in SECONDS:
        whole = None if got[name + "_us"] is None else int(got[name + "_us"] / 1_000_000)
        assert whole == row.get(name + "_s"), (name, got, row)
    parts = "up down unknown not_monitored maintenance outside_hours excluded degraded".split()
    assert sum(got[part + "_us"] for part in parts) == got["span_us"]


@test("the figures of any span are those of the report of it: months in the contract's zone, days, instants; checks and services")
def same(tmp):
    with Api(tmp) as api:
        spans = ({"month": "2026-08"}, {"quarter": "2026-Q3"}, {"year": "2025"}, {"from": "2026-08-03", "to": "2026-09-11"}, {"from": "2026-08-30T21:17:03Z", "to": "2026-09-02T03:00:01+02:00"})
        for name, kind in (("mx1", "check"), ("mx2/b", "check"), ("Mail", "service")):
            for span in spans:
                got = api.get("/" + name, **span)
                [row] = api.report("--" + kind, name, *(word for key, value in span.items() for word in ("--" + key, value)))
                compare(got, row)
        august = api.get("/Mail", month="2026-08")
        assert (august["from"], august["to"]) == ("2026-07-31T22:00:00.000000Z", "2026-08-31T22:00:00.000000Z") and august["down_us"] and august["target"] == "99.500000"
        assert api.get("/never", month="2026-08")["uptime_known"] is None
        now = api.get("/mx1")
        assert now["from"][8:10] == "01" and now["not_monitored_us"] + now["unknown_us"] + now["down_us"] <= now["span_us"]


@test("an sla's services and their members are listed by its rules, in parts that lose nothing; without one everything that the asker sees")
def lists(tmp):
    with Api(tmp) as api:
        rows = {row["name"]: row for row in api.report("--sla", "gold", "--month", "2026-08")}
        whole = api.get("", sla="gold", month="2026-08")
        assert [one["name"] for one in whole["items"]] == ["Mail", "mx1", "mx2/b"] == list(rows) and whole["next"] is None
        for one in whole["items"]:
            compare(one, rows[one["name"]])
        names, after = [], {}
        while after is not None:
            part = api.get("", sla="gold", month="2026-08", limit=1, **after)
            names += [one["name"] for one in part["items"]]
            after = {"after": part["next"]} if part["next"] else None
        assert names == list(rows)
        assert {one["name"] for one in api.get("", month="2026-08")["items"]} == {"Mail", "mx1", "mx2/b", "other", "never"}
        assert {one["name"] for one in api.get("", SHOP, month="2026-08")["items"]} == {"Mail", "mx1", "mx2/b", "never"}
        api.get("/other", SHOP, 404, month="2026-08")


@test("a month that there is not, a span that is none, an unknown name or sla, too many at once: each is refused in words")
def wrong(tmp):
    with Api(tmp) as api:
        for query, status, part in (({"month": "2026-13"}, 400, "there is no month '2026-13'"), ({"month": "2026-2"}, 400, "YYYY-MM"), ({"quarter": "2026-5"}, 400, "2026-Q3"), ({"year": "x"}, 400, "no year 'x'"),
                                    ({"month": "2990-01"}, 400, "has not begun"), ({"month": "2026-08", "from": "2026-08-01"}, 400, "not several"),
                                    ({"to": "2026-08-01"}, 400, "from: it is missing"), ({"from": "yesterday"}, 400, "'yesterday' is no time"),
                                    ({"from": "2026-08-02", "to": "2026-08-01"}, 400, "is not before"), ({"from": "2990-01-01"}, 400, "not before")):
            for path in ("", "/Mail"):
                assert part in api.get(path, status=status, **query)["detail"], (path, query)
        assert "there is no sla 'golden': there are 'gold'" in api.get("", status=404, sla="golden")["detail"]
        assert "'nothing'" in api.get("/nothing", status=404)["detail"] and "limit" in api.get("", status=400, limit=0)["detail"]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            said = list(pool.map(lambda _: ask(api.daemon, "figures?from=2026-08-01&to=2026-10-01", VIEWER), range(40)))
        assert 200 in {one[0] for one in said} <= {200, 503} and all("try again" in one[1] for one in said if one[0] == 503)
        for _ in range(30):  # who asks and goes leaves nothing behind
            with socket.create_connection(("127.0.0.1", api.daemon.port)) as gone:
                gone.sendall(b"GET /api/v1/figures?year=2026 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + VIEWER.encode() + b"\r\n\r\n")
        web = api.daemon.processes()["web"]
        daemon.until("there is room again", lambda: ask(api.daemon, "figures/Mail?month=2026-08", VIEWER)[0] == 200)
        compare(api.get("/Mail", month="2026-08"), api.report("--service", "Mail", "--month", "2026-08")[0])
        assert api.daemon.processes()["web"] == web


run()
