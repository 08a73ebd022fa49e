"""What people send to the web, in each parameter, path, header and field of every route, reaches the database as a value or not at all (F51): no answer is
an error of ours, nothing in the record has changed but what a request of that kind may add. Routes and parameters are those of the program."""
# timeout: 240
import json
import pathlib
import sqlite3
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from crawl import fetch, parameters, routes  # noqa: E402
from daemon import Daemon, until  # noqa: E402
from tap import run, test  # noqa: E402

PAYLOADS = [
    "'", "\"", "';", "'--", "' OR '1'='1", "' OR 1=1--", "\" OR \"\"=\"", "') OR ('1'='1", "1 OR 1=1", "-1 UNION SELECT 1,2,3--",
    "' UNION SELECT sql,2,3 FROM sqlite_master--", "' UNION ALL SELECT NULL,NULL,NULL,NULL--", "1; DROP TABLE target", "'; DROP TABLE target;--",
    "'; DELETE FROM card;--", "'; UPDATE meta SET value=0;--", "'; ATTACH DATABASE '/tmp/nines-injected' AS x;--", "'; VACUUM INTO '/tmp/nines-injected';--",
    "' AND randomblob(1000000000)--", "' AND 1=load_extension('x')--", "1' AND (SELECT count(*) FROM sqlite_master t1, sqlite_master t2)>0--",
    "'||(SELECT value FROM meta)||'", "%' ESCAPE '", "%", "_", "*", "?1", ":a", "@a", "$a", "x'00'", "0x27", "\\'", "''", "/*", "--", "#",
    "' GROUP BY 1 HAVING 1=1--", "' ORDER BY 100--", "1e309", "9223372036854775808", "-9223372036854775809", "\N{FULLWIDTH APOSTROPHE} OR 1=1",
    "\N{MODIFIER LETTER APOSTROPHE}; DROP TABLE target", "a\nb'; DROP TABLE target", "\t'\v", "a" * 200 + "'", "{\"a\":\"'\"}", "[]", "null",
]
HEADERS = ("User-Agent", "Referer", "Cookie", "If-None-Match", "X-Forwarded-For", "X-Forwarded-Host", "Authorization", "Accept-Language", "Origin", "Accept")
TELLING = (b"SQLITE_", b"no such column", b"no such table", b"unrecognized token", b"syntax error", b"CREATE TABLE")  # in no payload
ANSWERS = {200, 201, 202, 204, 301, 302, 303, 304, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 428, 429}
ADMINS = {"planned", "maintenance", "standing", "reclassification"}  # and of an admin
AT_ONCE = 30  # parameters of one request, which has its limits
CHECK = 'tcp "a" { host = "127.0.0.1"  port = 1  every = "1h"  standing = "paused" }\n'
GROWS = {"card", "letter", "attempt", "told", "meta", "marker", "state", "incident", "delivery", "link"}  # what a request, or time, may add to


def record(daemon):
    """The schema, and every row of every table."""
    with sqlite3.connect(f"file:{daemon.folder}/store/nines.db?mode=ro", uri=True) as db:
        schema = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        names = [name for kind, name, _ in schema if kind == "table" and not name.startswith("sqlite_")]
        return schema, {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def judge_record(before, after, grows):
    assert before[0] == after[0], "the schema has changed"
    for name, rows in before[1].items():
        if name not in grows:
            assert rows == after[1][name], f"table {name} has changed"
    assert len(after[1]["target"]) == 1
    assert not pathlib.Path("/tmp/nines-injected").exists()


def header_of(payload):
    return payload.encode("ascii", "replace").decode().translate({ord(c): " " for c in "\r\n\t\v"})


def sent(daemon, method, path, payload, known, token=None):
    """One request with the payload wherever the route could look for something."""
    encoded = urllib.parse.quote(payload, safe="")
    words = urllib.parse.urlencode({name: payload for name in known})
    target = (path[:-1] + encoded if path.endswith("*") else path) + f"?{words}"
    headers = {name: header_of(payload) for name in HEADERS}
    headers["Cookie"] = f"session={encoded}; csrf={encoded}"
    if token:
        headers.update(Authorization=f"Bearer {token}", Cookie="", Origin="")
    method = "POST" if method == "*" else method
    body = words if method != "GET" else None
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = fetch(daemon.port, target, method, headers=headers, body=body)
    assert answer.status in ANSWERS, f"{method} {target[:500]}: {answer.status} {answer.body[:300]}"
    told = [word for word in TELLING if word in answer.body]
    assert not told, f"{method} {target[:500]}: {told}"
    if body:
        headers["Content-Type"] = "application/json"
        answer = fetch(daemon.port, target, method, headers=headers, body=json.dumps({name: payload for name in known}))
        assert answer.status in ANSWERS, f"{method} {target} (JSON): {answer.status} {answer.body[:300]}"


def tried(daemon, wanted, grows, token=None):
    known = parameters()
    assert len(known) > 20 and wanted
    until("the record has it", lambda: record(daemon)[1].get("target"))
    before = record(daemon)
    for method, path in wanted:
        for payload in PAYLOADS:
            for at in range(0, len(known), AT_ONCE):
                sent(daemon, method, path, payload, known[at:at + AT_ONCE], token)
    judge_record(before, record(daemon), grows)
    assert fetch(daemon.port, "/").status == 200 and "web" in daemon.processes()
    assert daemon.stop() == 0 and "ended" not in daemon.output(), daemon.output()


@test("each payload in every parameter of every route: no error of ours, the record stands")
def everywhere(tmp):
    with Daemon(tmp, CHECK) as daemon:
        daemon.until_status("the check is there", lambda s: s["checks"] and fetch(daemon.port, "/").status == 200)
        tried(daemon, [(method, path) for method, path, _ in routes()], GROWS)


@test("who may do everything is not believed any more than others: the API with the token of an admin")
def by_admin(tmp):
    with Daemon(tmp, CHECK) as daemon:
        daemon.until_status("the check is there", lambda s: s["checks"] and fetch(daemon.port, "/").status == 200)
        token = until("a token", lambda: daemon.nines("token", "add", "ci", "--role", "admin", "--json").stdout)
        wanted = [(method, path) for method, path, _ in routes() if path.startswith(("/api/v1/", "/admin/")) and "/tokens" not in path]
        tried(daemon, wanted, GROWS | ADMINS, json.loads(token)["token"])


run()
