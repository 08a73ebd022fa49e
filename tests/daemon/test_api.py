"""/api/v1 of a running ninesd: every operation of its own OpenAPI document is asked, and each answer judged by what the document says of it;
roles, owners, malformed bodies. An operation without an example here fails."""
import http.client
import json
import socket

import daemon
import pager
from parsers import parser
from signing import Browser
from tap import run, test
from tokens import add_token

CONF = """
void { minimum = 1000 }
tcp "web" { host = "127.0.0.1" port = %d every = "2s" recheck = "1s" owner = "shop" }
tcp "secret/one" { host = "127.0.0.1" port = %d every = "1s" recheck = "1s" owner = "bank" }
heartbeat "job" { period = "1h" }
contact "nobody" { services = {"web"} }
service "Shop" { members = {"web"} owner = "shop" }
"""
ROLES = ["viewer", "operator", "editor", "admin"]
SECRET = {role: role[0] * 43 for role in ROLES}


def ask(d, method, path, secret=None, body=None, raw=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=20)
    headers = dict(headers or {})
    if secret:
        headers["Authorization"] = "Bearer " + secret
    if body is not None:
        raw = json.dumps(body).encode()
    if raw is not None:
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, body=raw, headers=headers)
        try:
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise AssertionError(f"{method} {path}: {error!r}: {d.output()}") from error
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()
    finally:
        connection.close()


def walk(d, path, secret):
    """The ids of a list, one by one by `next`: none twice."""
    ids, after, document = [], "", {"next": ""}
    while document["next"] is not None:
        document = json.loads(ask(d, "GET", f"/api/v1/{path}limit=1&after={after}", secret)[2])
        after, fresh = document["next"], [one["id"] for one in document["items"]]
        assert fresh and not set(fresh) & set(ids), (path, ids, document)
        ids += fresh
    return ids


class Api:
    """A daemon with a token for each role, and its document."""

    def __init__(self, tmp, arguments=()):
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.daemon = daemon.Daemon(tmp, CONF % (port, daemon.free_port()), arguments=arguments)

    def __enter__(self):
        self.daemon.__enter__()
        self.daemon.until_status("all is probed", lambda s: {c["name"]: c["state"] for c in s["checks"]}.items() >= {"web": "up", "secret/one": "down"}.items())
        daemon.until("results are on record", lambda: self.daemon.nines("export", "web").stdout)
        for role, secret in SECRET.items():
            add_token(self.daemon, secret, role, role)
        daemon.until("the web knows them", lambda: ask(self.daemon, "GET", "/api/v1/tokens", SECRET["admin"])[0] == 200)
        status, _, text = ask(self.daemon, "GET", "/api/v1/openapi.json")
        assert status == 200
        self.document = json.loads(text)
        return self

    def __exit__(self, *error):
        self.listener.close()
        return self.daemon.__exit__(*error)

    def operations(self):
        """(operationId, METHOD, path, operation)"""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield operation["operationId"], method.upper(), path, operation

    def judge(self, operation, status, kind, text):
        """The answer is one that the document has, and has the shape that it says."""
        assert str(status) in operation["responses"], (operation["operationId"], status, text)
        content = operation["responses"][str(status)]["content"]
        assert list(content) == [kind], (operation["operationId"], status, kind, text)
        schema = {**content[kind]["schema"], "components": self.document["components"]}
        document = json.loads(text)
        parser("jsonschema").Draft202012Validator(schema).validate(document)
        return document


REASON = {"name": "web", "reason": "an example"}
START, END = "2031-01-01T10:00:00Z", "2031-01-01T12:00:00Z"
# operationId: (what stands for {...} in the path, body, status that is wanted)
EXAMPLES = {
    "openapi": ("", None, 200), "status": ("", None, 200), "checks": ("", None, 200), "check": ("secret/one", None, 200),
    "services": ("", None, 200), "service": ("Shop", None, 200), "targets": ("", None, 200), "pages": ("", None, 200),
    "availability": ("web", None, 200), "figures": ("", None, 200), "figuresOf": ("web", None, 200), "results": ("web", None, 200), "incidents": ("", None, 200), "letters": ("", None, 200),
    "letter": ("none", None, 404), "acknowledge": ("", {"name": "secret/one", "reason": "an example"}, 200), "acknowledgements": ("", None, 200),
    "silence": ("", {**REASON, "for": "30m"}, 200), "silences": ("", None, 200), "unsilence": ("web", None, 200),
    "pause": ("", {**REASON, "for": "1h"}, 200), "pauses": ("", None, 200), "unpause": ("web", None, 200),
    "intensify": ("", {"name": "web", "every": "1s", "for": "1m"}, 200), "intensified": ("", None, 200), "cancelIntensify": ("web", None, 200),
    "checkNow": ("", {"name": "web"}, (200, 409)), "beat": ("", {"name": "job", "text": "success"}, 200), "release": ("", {"module": "tcp"}, 409),
    "planMaintenance": ("", {"services": ["Shop"], "start": START, "end": END, "impact": "degraded", "text": "new disks"}, 200),
    "maintenance": ("", None, 200), "cancelMaintenance": ("nosuch", None, 409), "deliveries": ("", None, 200), "deliver": ("", {"name": "none"}, 409),
    "contacts": ("", None, 200), "testContact": ("nobody", None, 409), "reclassifications": ("", None, 200), "reclassify": ("", {"name": "web", "from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z",
                                                              "as": "excluded", "reason": "an example"}, (200, 409)),
    "writePost": ("", {"title": "An example", "body": "It is slow.", "components": ["Shop"], "states": ["degraded_performance"], "impact": "minor"}, 200),
    "posts": ("", None, 200), "post": ("{post}", None, 200), "changePost": ("{post}", {"state": "resolved", "body": "It is well again."}, 200),
    "withdrawPost": ("{post}", None, 200), "subscribe": ("", {"page": "status", "to": "email:someone@example.org", "all": True}, 409), "subscribers": ("", None, 200),
    "removeSubscriber": ("nobody", None, 409), "requests": ("", None, 200), "closeRequest": ("nothing", {"accept": False, "said": "no"}, 409),
    "claims": ("", None, 200), "claim": ("nothing", None, 404), "judgeClaim": ("nothing", {"act": "accept"}, 404), "makeUser": ("", {"name": "ada", "role": "viewer", "password": "a long password"}, 200),
    "users": ("", None, 200), "changeUser": ("ada", {"role": "editor", "owner": "shop", "password": "another password"}, 200), "removeUser": ("ada", None, 200), "makeToken": ("", {"name": "fresh", "role": "viewer"}, 201), "tokens": ("", None, 200),
    "removeToken": ("fresh", None, 200), "renewHeartbeats": ("", {}, 200), "heartbeats": ("", None, 200),
}


def in_order(api):
    """The operations in the order of EXAMPLES: what is listed was made before."""
    of = {one[0]: one for one in api.operations()}
    assert set(of) == set(EXAMPLES), set(of) ^ set(EXAMPLES)
    return [of[name] for name in EXAMPLES]


def fill(path, tail, post):
    return path[:path.index("{")] + tail.replace("{post}", post) if "{" in path else path


@test("every operation of the document is answered as the document says")
def operations(tmp):
    with Api(tmp) as api:
        got, post = {}, ""
        daemon.until("figures are computed", lambda: ask(api.daemon, "GET", "/api/v1/availability/web", SECRET["admin"])[0] == 200)
        for name, method, path, operation in in_order(api):
            tail, body, wanted = EXAMPLES[name]
            status, kind, text = ask(api.daemon, method, fill(path, tail, post), SECRET["admin"], body)
            assert status in (wanted if isinstance(wanted, tuple) else (wanted,)), (name, status, text)
            got[name] = api.judge(operation, status, kind, text)
            if name == "writePost":
                post = got[name]["id"]
                daemon.until("the web has the post", lambda: ask(api.daemon, "GET", f"/api/v1/posts/{post}", SECRET["admin"])[0] == 200)
        assert {c["name"] for c in got["checks"]["items"]} == {"web", "secret/one", "job"} and got["check"]["state"] == "down"
        assert [a["name"] for a in got["acknowledgements"]["items"]] == ["secret/one"] and got["acknowledgements"]["items"][0]["by"] == "admin"
        assert got["silences"]["items"][0]["until"].endswith("Z") and [p["name"] for p in got["pauses"]["items"]] == ["web"]
        assert got["maintenance"]["items"][0]["services"] == ["Shop"] and got["maintenance"]["items"][0]["by"] == "admin"
        assert got["results"]["items"][0]["steps"][0]["name"] == "connect" and got["post"]["updates"][0]["body"] == "It is slow."
        assert len(got["makeToken"]["token"]) == 43 and got["makeToken"]["token"] not in json.dumps(got["tokens"])
        assert {t["name"] for t in got["tokens"]["items"]} == {*ROLES, "fresh"} and "hash" not in json.dumps(got["tokens"])
        assert [h["name"] for h in got["heartbeats"]["items"]] == ["job"]


@test("one update of a post is withdrawn by the API, and stays for those who write")
def withdrawn(tmp):
    with Api(tmp) as api:
        d, editor = api.daemon, SECRET["editor"]
        post = json.loads(ask(d, "POST", "/api/v1/posts", editor, {"title": "Slow", "body": "At first."})[2])["id"]
        assert ask(d, "PATCH", f"/api/v1/posts/{post}", editor, {"body": "And then."})[0] == 200

        def updates():
            return json.loads(ask(d, "GET", f"/api/v1/posts/{post}", editor)[2]).get("updates", [])
        first = daemon.until("both", lambda: len(updates()) == 2 and updates()[0]["id"])
        for body, wanted in (({"act": "withdraw", "update": "none"}, 409), ({"act": "withdraw", "update": first}, 200)):
            status, _, text = ask(d, "PATCH", f"/api/v1/posts/{post}", editor, body)
            assert status == wanted, text
        one = daemon.until("it is withdrawn", lambda: updates()[0]["withdrawn"] and updates())
        assert [u["body"] for u in one] == ["At first.", "And then."] and one[1]["withdrawn"] is None


@test("no token, a wrong one and one of a lower role: 401 and 403, as problem documents, for every operation")
def roles(tmp):
    with Api(tmp) as api:
        for name, method, path, operation in api.operations():
            if not operation["security"]:
                continue
            body, path = ({} if "requestBody" in operation else None), fill(path, "web", "x")
            least = operation["description"].split("role ")[1].split()[0]
            for secret, wanted in [(None, 401), ("x" * 43, 401), ("", 401)] + [(SECRET[r], 403) for r in ROLES[:ROLES.index(least)]]:
                status, kind, text = ask(api.daemon, method, path, secret, body)
                assert status == wanted, (name, secret, status, text)
                assert api.judge(operation, status, kind, text)["status"] == wanted
            status, _, text = ask(api.daemon, method, path, SECRET[least], body)
            assert status not in (401, 403), (name, least, status, text)


@test("what is another owner's is not there: 404, in no list, and nothing is done to it")
def owners(tmp):
    with Api(tmp) as api:
        d, shop = api.daemon, "s" * 43
        add_token(d, shop, "admin", "shop", "shop")
        daemon.until("the web knows it", lambda: ask(d, "GET", "/api/v1/status", shop)[0] == 200)
        for path in ("checks/secret/one", "results/secret/one", "availability/secret/one"):
            assert ask(d, "GET", "/api/v1/" + path, shop)[0] == 404, path
        for path in ("status", "checks", "targets", "incidents", "letters", "maintenance", "acknowledgements"):
            assert "secret/one" not in ask(d, "GET", "/api/v1/" + path, shop)[2], path
        for method, path, body in (("POST", "acknowledgements", {"name": "secret/one", "reason": "x"}), ("POST", "check-now", {"name": "secret/one"}),
                                   ("POST", "pauses", {"name": "secret/one", "reason": "x"}), ("DELETE", "pauses/secret/one", None),
                                   ("POST", "reclassifications", {"name": "secret/one", "from": START, "to": END, "as": "up", "reason": "x"})):
            assert ask(d, method, "/api/v1/" + path, shop, body)[0] == 404, path
        window = {"services": ["secret/one"], "start": START, "end": END, "impact": "outage", "text": "x"}
        post = {"sort": "maintenance", "title": "x", "body": "x", "start": START, "end": END, "impact": "outage"}
        for path, body, status in (("maintenance", window, 404), ("maintenance", {**window, "services": ["Shop", "secret/one"]}, 404), ("maintenance", {**window, "services": []}, 403),
                                   ("posts", {**post, "components": ["secret/one"]}, 404), ("posts", {**post, "components": []}, 403), ("posts", post, 403)):
            assert ask(d, "POST", "/api/v1/" + path, shop, body)[0] == status, (path, body)
        made = json.loads(ask(d, "POST", "/api/v1/posts", SECRET["editor"], {**post, "components": ["secret/one"]})[2])["id"]
        daemon.until("the web has the post", lambda: ask(d, "GET", "/api/v1/posts/" + made, SECRET["editor"])[0] == 200)
        assert ask(d, "PATCH", "/api/v1/posts/" + made, shop, {"body": "y"})[0] == 404 and ask(d, "DELETE", "/api/v1/posts/" + made, shop)[0] == 404
        assert "secret/one" in ask(d, "GET", "/api/v1/maintenance", SECRET["viewer"])[2] and "secret/one" not in ask(d, "GET", "/api/v1/maintenance", shop)[2]
        planned = json.loads(ask(d, "GET", "/api/v1/maintenance", SECRET["viewer"])[2])["items"][0]["name"]
        assert ask(d, "DELETE", "/api/v1/maintenance/" + planned, shop)[0] == 404
        assert ask(d, "POST", "/api/v1/maintenance", shop, {**window, "services": ["Shop"]})[0] == 200
        own = json.loads(ask(d, "GET", "/api/v1/maintenance", shop)[2])["items"][0]["name"]
        assert ask(d, "DELETE", "/api/v1/maintenance/" + own, shop)[0] == 200 and planned in ask(d, "GET", "/api/v1/maintenance", SECRET["viewer"])[2]
        assert json.loads(ask(d, "GET", "/api/v1/acknowledgements", SECRET["admin"])[2])["items"] == []
        assert ask(d, "POST", "/api/v1/silences", shop, {**REASON, "for": "5m"})[0] == 200


@test("a user made by the API signs in; another password ends his sessions; no password is traced, recorded or answered")
def users(tmp):
    first, second = "a long first password", 'a "longer" second\\one'
    with Api(tmp, ["--trace"]) as api:
        d, admin = api.daemon, SECRET["admin"]
        status, _, made = ask(d, "POST", "/api/v1/users", admin, {"name": "ada", "role": "viewer", "password": first})
        assert status == 200 and json.loads(made) == {"id": "ada", "text": "ada may sign in as viewer"}, made
        browser = Browser(d.port)
        daemon.until("ada signs in", lambda: browser.sign_in("ada", first)[0] == 303)
        status, _, changed = ask(d, "PATCH", "/api/v1/users/ada", admin, {"password": second})
        assert status == 200 and "signed out everywhere" in changed, changed
        daemon.until("her session is over", lambda: browser.get("/admin/")[0] != 200)
        daemon.until("the new one is good", lambda: Browser(d.port).sign_in("ada", second)[0] == 303)
        assert Browser(d.port).sign_in("ada", first)[0] == 403
        for body, status, part in (({"name": "ada", "role": "viewer", "password": first}, 409, "there is a user of that name"),
                                   ({"name": "b b", "role": "viewer", "password": first}, 409, "a name"), ({"name": "bob", "role": "viewer"}, 400, "password: it is missing"),
                                   ({"name": "bob", "role": "viewer", "password": "short"}, 400, "password: it has 10 to 1024 characters"),
                                   ({"name": "bob", "role": "viewer", "password": "x" * 1025}, 400, "password: it has"), ({"name": "bob", "role": "viewer", "password": 1234567890}, 400, "wanted a text"),
                                   ({"name": "bob", "role": "viewer", "password": "two lines\nof it"}, 400, "one line"), ({"name": "bob", "role": "king", "password": first}, 400, "none of"),
                                   ({"name": "x hash=evil", "role": "viewer", "password": first}, 409, "a name")):
            got = ask(d, "POST", "/api/v1/users", admin, body)
            assert got[0] == status and part in json.loads(got[2])["detail"], (body, got)
        assert ask(d, "PATCH", "/api/v1/users/nobody", admin, {"password": second})[0] == 409
        listed = ask(d, "GET", "/api/v1/users", admin)[2]
        assert [u["id"] for u in json.loads(listed)["items"]] == ["ada"]
        record = b"".join(file.read_bytes() for file in (d.folder / "store").iterdir() if file.is_file())
        for password in (first, second, "longer"):
            assert password not in d.output() + made + changed + listed and password.encode() not in record
        assert "user-change" in d.output() or "kind=user" in d.output(), "the trace has what happened"


@test("an administrator with an owner gives that owner alone, and touches nobody who has more")
def bounded(tmp):
    with Api(tmp) as api:
        d, admin, shop, word = api.daemon, SECRET["admin"], "s" * 43, "a long password"
        add_token(d, shop, "admin", "shop", "shop")
        for name, owner in (("root", ""), ("banker", "bank")):
            assert ask(d, "POST", "/api/v1/users", admin, {"name": name, "role": "admin", "owner": owner, "password": word})[0] == 200
        daemon.until("the web knows them", lambda: '"banker"' in ask(d, "GET", "/api/v1/users", admin)[2])
        for owner in ("", "bank"):
            assert ask(d, "POST", "/api/v1/users", shop, {"name": "eve", "role": "admin", "owner": owner, "password": word})[0] == 403
            assert ask(d, "POST", "/api/v1/tokens", shop, {"name": "eve", "role": "admin", "owner": owner})[0] == 403
        assert ask(d, "POST", "/api/v1/users", shop, {"name": "clerk", "role": "viewer", "password": word})[0] == 200
        daemon.until("the web knows him", lambda: '"clerk"' in ask(d, "GET", "/api/v1/users", admin)[2])
        assert {u["id"]: u["owner"] for u in json.loads(ask(d, "GET", "/api/v1/users", admin)[2])["items"]} == {"root": "", "banker": "bank", "clerk": "shop"}
        assert [u["id"] for u in json.loads(ask(d, "GET", "/api/v1/users", shop)[2])["items"]] == ["clerk", "root"], "who is another owner's is in no list"
        add_token(d, "b" * 43, "viewer", "teller", "bank")
        daemon.until("the web knows that token", lambda: ask(d, "GET", "/api/v1/status", "b" * 43)[0] == 200)
        assert '"teller"' in ask(d, "GET", "/api/v1/tokens", admin)[2] and '"teller"' not in ask(d, "GET", "/api/v1/tokens", shop)[2]
        old = ask(d, "GET", "/api/v1/heartbeats", admin)[2]
        status, _, text = ask(d, "POST", "/api/v1/heartbeats", shop, {})
        assert status == 403 and "of all owners" in text and ask(d, "GET", "/api/v1/heartbeats", admin)[2] == old
        for name in ("root", "banker"):
            assert ask(d, "PATCH", f"/api/v1/users/{name}", shop, {"password": word})[0] == 404 and ask(d, "DELETE", f"/api/v1/users/{name}", shop)[0] == 404
        assert ask(d, "DELETE", "/api/v1/tokens/admin", shop)[0] == 404
        assert ask(d, "PATCH", "/api/v1/users/clerk", shop, {"role": "editor"})[0] == 200 and ask(d, "DELETE", "/api/v1/users/clerk", shop)[0] == 200


@test("what is intensified is listed until it is cancelled, each to those who may see it")
def intensified(tmp):
    with Api(tmp) as api:
        d, shop = api.daemon, "s" * 43
        add_token(d, shop, "viewer", "shop", "shop")
        assert ask(d, "POST", "/api/v1/intensified", SECRET["operator"], {"name": "web", "every": "1s", "for": "1m"})[0] == 200

        def listed(secret=SECRET["viewer"]):
            status, _, text = ask(d, "GET", "/api/v1/intensified", secret)
            return [(i["name"], i["every_us"], i["until"][-1]) for i in json.loads(text)["items"]] if status == 200 else None
        daemon.until("it is listed", lambda: listed() == [("web", 1000000, "Z")] == listed(shop))
        add_token(d, "b" * 43, "viewer", "bank", "bank")
        daemon.until("the web knows the bank", lambda: listed("b" * 43) == [])
        assert ask(d, "DELETE", "/api/v1/intensified/web", SECRET["operator"])[0] == 200
        daemon.until("it is over", lambda: listed() == [])


CONTACTS = """tcp "a" { host = "127.0.0.1"  port = 1  every = "1h"  owner = "shop" }
tcp "b" { host = "127.0.0.1"  port = 1  every = "1h"  owner = "bank" }
contact "ops/1" { zone = "Europe/Berlin"  path "pager:1" { fallback = "pager:2"  after = "2m"  hours = "Mon 03:00-03:01"  kinds = {"alerts"} } path "pager:2" { test = "7d" } }
contact "clerk" { services = {"a"}  path "pager:3" { } }
contact "teller" { services = {"a", "b"}  path "pager:4" { } }
contact "none" { services = {"b"} }
"""


@test("contacts are listed as the command line lists them, and a test letter goes by each path of one; each to those who may see him")
def contacts(tmp):
    with pager.Gateway(lambda page: pager.NO if page.to == "1" else pager.DELIVERED) as gateway, daemon.Daemon(tmp, pager.settings(tmp, gateway, CONTACTS)) as d:
        d.until_status("the keeper is there", lambda s: s["checks"])
        admin, shop = SECRET["admin"], "s" * 43
        add_token(d, admin, "admin", "ada")
        add_token(d, shop, "admin", "shop", "shop")
        daemon.until("the web knows them", lambda: {ask(d, "GET", "/api/v1/status", one)[0] for one in (admin, shop)} == {200})
        status, _, text = ask(d, "GET", "/api/v1/contacts", admin)
        listed = {c["name"]: c for c in json.loads(text)["items"]}
        assert status == 200 and listed == {c["name"]: c for c in json.loads(d.nines("contact", "list", "--json").stdout)["contacts"]}, text
        assert list(listed)[:3] == ["ops/1", "clerk", "teller"] and listed["ops/1"]["paths"][0]["fallback"] == "pager:2"
        assert [c["name"] for c in json.loads(ask(d, "GET", "/api/v1/contacts", shop)[2])["items"]] == ["ops/1", "clerk"], "who hears of the bank is not the shop's"
        part = json.loads(ask(d, "GET", "/api/v1/contacts?limit=1", admin)[2])
        assert [c["name"] for c in part["items"]] == [part["next"]] == ["ops/1"]
        status, _, text = ask(d, "POST", "/api/v1/contact-tests/ops/1", admin)
        letters = {one["to"]: one["id"] for one in json.loads(text)["letters"]}
        assert status == 200 and list(letters) == ["pager:1", "pager:2"], text

        def fate(path):
            letter = json.loads(ask(d, "GET", "/api/v1/letters/" + letters[path], admin)[2])
            return letter.get("outcome"), letter
        daemon.until("both are on record", lambda: (fate("pager:1")[0], fate("pager:2")[0]) == ("gave-up", "delivered"))
        assert fate("pager:2")[1]["kind"] == "test" and "ada asked for it." in fate("pager:2")[1]["text"] and "(Europe/Berlin)" in fate("pager:2")[1]["text"]
        daemon.until("the attempt that failed is counted", lambda: 'nines_notify_failed_total{notifier="pager"} 1\n' in ask(d, "GET", "/metrics", admin)[2])
        assert sorted(page.to for page in gateway.pages) == ["1", "2"], "nothing falls back, and nobody else is told"
        for secret, name, status in ((shop, "teller", 404), (admin, "nosuch", 404), (admin, "none", 409), (shop, "none", 404)):
            assert ask(d, "POST", "/api/v1/contact-tests/" + name, secret)[0] == status, (secret, name)
        assert set(walk(d, "letters?", admin)) == set(letters.values())
        assert len(gateway.pages) == 2 and ask(d, "POST", "/api/v1/contact-tests/clerk", shop)[0] == 200
        gateway.wait(lambda pages: "3" in [page.to for page in pages])


@test("letters to subscribers are for editors, and what may tell of other owners' things is not for who has an owner")
def letters(tmp):
    with pager.Gateway(lambda page: pager.DELIVERED) as gateway, daemon.Daemon(tmp, pager.settings(tmp, gateway, CONTACTS)) as d:
        d.until_status("the keeper is there", lambda s: s["checks"])
        shop = "s" * 43
        for role in ("viewer", "editor"):
            add_token(d, SECRET[role], role, role)
        add_token(d, shop, "editor", "shop", "shop")
        tell = {"to": "pager:9", "short": "s"}
        ids = {what: pager.hand_in(d, subject=what, text=what, **tell, **words) for what, words in (
            ("shop", {"kind": "alert", "contact": "clerk", "check": "a"}), ("bank", {"kind": "alert", "contact": "teller", "check": "b"}),
            ("both", {"kind": "summary", "contact": "teller"}), ("reader", {"kind": "post", "contact": "subscriber 01m81kzj2h00"}))}

        def seen(secret):
            status, _, text = ask(d, "GET", "/api/v1/letters", secret)
            return {i["subject"] for i in json.loads(text)["items"]} if status == 200 else None
        daemon.until("all are on record", lambda: seen(SECRET["editor"]) == set(ids))
        daemon.until("the web knows the others", lambda: None not in (seen(SECRET["viewer"]), seen(shop)))
        for secret, wanted in ((SECRET["editor"], set(ids)), (SECRET["viewer"], {"shop", "bank", "both"}), (shop, {"shop"})):
            assert seen(secret) == wanted == {what for what, one in ids.items() if ask(d, "GET", "/api/v1/letters/" + one, secret)[0] == 200}


@test("malformed bodies and queries are refused with what is wrong, and change nothing")
def malformed(tmp):
    with Api(tmp) as api:
        d, path = api.daemon, "/api/v1/silences"
        good = {**REASON, "for": "5m"}
        for raw, status, part in ((b"", 400, "no JSON object"), (b"[]", 400, "no JSON object"), (b"{", 400, "no JSON object"), (b"\xff", 400, ""),
                                  (b'{"name": "web", "name": "web"}', 400, "duplicate"), (json.dumps({**good, "hush": 1}).encode(), 400, "'hush' is no member"),
                                  (json.dumps({**good, "for": 5}).encode(), 400, "for: wanted a duration"), (json.dumps({**good, "for": "soon"}).encode(), 400, "for:"),
                                  (json.dumps({"name": "web", "for": "5m"}).encode(), 400, "reason: it is missing"), (json.dumps({**good, "name": 1}).encode(), 400, "name: wanted a text"),
                                  (json.dumps({**good, "name": "x\nack web by=evil"}).encode(), 404, "no check"), (b"[" * 100000, 413, ""), (b"[" * 60000, 400, "")):
            got = ask(d, "POST", path, SECRET["admin"], raw=raw)
            assert got[0] == status and got[1] == "application/problem+json" and part in json.loads(got[2])["detail"], (raw[:80], got)
        assert ask(d, "POST", path, SECRET["admin"], raw=b"{}", headers={"Content-Type": "text/plain"})[0] == 415
        for query in ("checks?limit=0", "checks?limit=1001", "checks?limit=x", "results/web?from=yesterday", "incidents?to=%00"):
            assert ask(d, "GET", "/api/v1/" + query, SECRET["admin"])[0] == 400, query
        assert ask(d, "PUT", path, SECRET["admin"])[0] == 405 and ask(d, "GET", "/api/v1/nothing", SECRET["admin"])[0] in (404, 405)
        assert json.loads(ask(d, "GET", path, SECRET["admin"])[2])["items"] == []


@test("lists go on where they ended")
def pages(tmp):
    with Api(tmp) as api:
        d, seen, after = api.daemon, [], ""
        for _ in range(3):
            document = json.loads(ask(d, "GET", f"/api/v1/checks?limit=1&after={after}", SECRET["viewer"])[2])
            seen += [c["name"] for c in document["items"]]
            after = document["next"]
        assert sorted(seen) == ["job", "secret/one", "web"] and after is None
        daemon.until("a second result", lambda: json.loads(ask(d, "GET", "/api/v1/results/web?limit=1", SECRET["viewer"])[2])["next"])
        first = json.loads(ask(d, "GET", "/api/v1/results/web?limit=1", SECRET["viewer"])[2])
        second = json.loads(ask(d, "GET", f"/api/v1/results/web?limit=1&from={first['next']}", SECRET["viewer"])[2])
        assert first["items"][0]["started"] < second["items"][0]["started"] == first["next"]
        after = json.loads(ask(d, "GET", f"/api/v1/results/web?limit=1&after={first['next']}", SECRET["viewer"])[2])
        assert after["items"] == second["items"]
        for day in ("01", "02", "03"):
            span = {"name": "web", "from": f"2020-01-{day}T00:00:00Z", "to": f"2020-01-{day}T01:00:00Z", "as": "excluded", "reason": "an example"}
            assert ask(d, "POST", "/api/v1/reclassifications", SECRET["admin"], span)[0] == 200
        path = "reclassifications?from=2019-01-01T00:00:00Z&"
        daemon.until("they are on record", lambda: len(json.loads(ask(d, "GET", "/api/v1/" + path, SECRET["viewer"])[2])["items"]) == 3)
        assert len(walk(d, path, SECRET["viewer"])) == 3, "when they were said is not when they were of"


@test("incidents that last stand in a list once, however short its parts are")
def lasting(tmp):
    ports = [daemon.free_port() for _ in range(3)]
    conf = "".join(f'tcp "down{n}" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" }}\n' for n, port in enumerate(ports))
    with daemon.Daemon(tmp, "void { minimum = 1000 }\n" + conf) as d:
        d.until_status("all are down", lambda s: [c["state"] for c in s["checks"]] == ["down"] * 3)
        add_token(d, SECRET["viewer"], "viewer", "viewer")
        daemon.until("all are on record", lambda: len(json.loads(ask(d, "GET", "/api/v1/incidents", SECRET["viewer"])[2]).get("items", [])) == 3)
        assert len(walk(d, "incidents?", SECRET["viewer"])) == 3


run()
