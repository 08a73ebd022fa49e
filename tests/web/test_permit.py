"""Every route by every role, from the tables of routes themselves: a new route cannot be forgotten (F50, F56)."""
import json
import pathlib
import sys
import urllib.parse

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import shown  # noqa: E402
from crawl import routes  # noqa: E402
from keeper import Web  # noqa: E402
from signing import NOW_US, Browser, Sessions, card, secret_hash, token  # noqa: E402
from tap import run, test  # noqa: E402

ROLES = ["", "viewer", "operator", "editor", "admin"]
# act (core/web/permit.h, in its order) -> the least role that may
LEAST = {"act=0": "", "act=1": "", "act=2": "", "act=3": "viewer", "act=4": "operator", "act=5": "editor", "act=6": "editor", "act=7": "admin", "act=8": ""}
ROUTES = [(method if method != "*" else "POST", path, words.split()[0]) for method, path, words in routes()]
TOKENS = "".join(token(role, role, f"token-{role}") for role in ROLES[1:])
SESSION = {role: (role * 43)[:43] for role in ROLES[1:]}
USERS = "".join(card("user", role, role=role, hash="$argon2id$none")
                + card("session", secret_hash(SESSION[role])[:32], user=role, hash=secret_hash(SESSION[role]), seen_us=NOW_US)
                for role in ROLES[1:])


def address(path):
    return path.replace("*", "none-such")


def served():
    return Web(shown.states(), told=shown.pages(), cards=TOKENS + USERS, reply=Sessions().reply())


def ready(browser):
    """The web has the cards."""
    while browser.get("/admin/", Authorization="Bearer token-admin")[0] != 200:
        pass


def ask(browser, method, path, **headers):
    body = None
    if method not in ("GET", "HEAD"):
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        body, headers["Content_Type"] = ("{}" if kind.endswith("json") else urllib.parse.urlencode({"name": "x"})), kind
    return browser.ask(method, address(path), body, **headers)


def is_refused(answer):
    return (answer[0] == 401 and "sign in first" in answer[2]) or (answer[0] == 403 and "your role does not allow" in answer[2]) or (answer[0] == 303 and answer[1]["Location"].endswith("/sign-in/"))


def changes(web):
    return [r for r in web.keeper.requests if not r.startswith(("status ", "watch ", "session-seen "))]


@test("each of the routes lets each role in, or not, as its act says; nothing is asked of the keeper for who may not")
def matrix():
    assert len(ROUTES) > 50 and {act for _, _, act in ROUTES} <= set(LEAST)
    with served() as web:
        b = Browser(web.port)
        ready(b)
        for role in ROLES:
            headers = {"Authorization": f"Bearer token-{role}"} if role else {}
            for method, path, act in ROUTES:
                before = len(changes(web))
                answer = ask(b, method, path, **headers)
                may = ROLES.index(role) >= ROLES.index(LEAST[act])
                assert is_refused(answer) != may, (role or "visitor", method, path, answer[0], answer[2][:200])
                assert may or len(changes(web)) == before, (role, method, path)
                assert answer[0] < 500 or answer[0] == 503, (role, method, path, answer[0])


@test("each route that changes something refuses a session without its form, with another's, and from another site")
def forms():
    unsafe = [(m, p) for m, p, act in ROUTES if m not in ("GET", "HEAD") and LEAST[act]]
    assert len(unsafe) > 5
    with served() as web:
        b = Browser(web.port)
        ready(b)
        b.cookie = f"nines={SESSION['viewer']}"
        theirs = b.form()
        b.cookie = f"nines={SESSION['admin']}"
        own = b.form()
        assert own != theirs
        before = changes(web)
        for method, path in unsafe:
            for fields, headers in (({}, {}), ({"form": theirs}, {}), ({"form": own}, {"Origin": "https://evil.example"}),
                                    ({"form": own}, {"Sec-Fetch-Site": "cross-site"})):
                status, _, text = b.ask(method, address(path), urllib.parse.urlencode(fields),
                                        **{"Content_Type": "application/x-www-form-urlencoded", **{k.replace("-", "_"): v for k, v in headers.items()}})
                assert status == 403 and "nothing was changed" in text, (method, path, fields, headers, status)
        assert changes(web) == before


@test("a post neither begins nor becomes one about what belongs to another owner")
def posts():
    told = shown.pages(shown.named("target", "till", module="tcp", every_us=60_000_000, owner="till team"))
    cards = (TOKENS + token("shop", "editor", "token-shop", owner="shop team") + token("till", "editor", "token-till", owner="till team")
             + token("shop-admin", "admin", "token-shop-admin", owner="shop team") + token("till-admin", "admin", "token-till-admin", owner="till team")
             + shown.post("0open0000001", title="About nothing of anybody's", updates=[("investigating", "We look.", 60)])
             + shown.post("0till0000001", title="About the till", components="till", updates=[("investigating", "We look.", 60)]))
    with Web(shown.states(more=shown.check("till", "down", module="tcp")), told=told, cards=cards) as web:
        b = Browser(web.port)
        ready(b)
        ways = [("/admin/new/incident/", "component=till"), ("/admin/post/0till0000001/update/", "state=resolved")]
        ways += [(f"/admin/post/0open0000001/{act}/", "component=web-1&component=till") for act in ("update", "correct", "publish", "withdraw")]
        for who, reaches in (("shop", False), ("till", True)):
            for path, fields in ways:
                before = len(changes(web))
                status = b.ask("POST", path, fields + "&title=x&body=y", Content_Type="application/x-www-form-urlencoded", Authorization=f"Bearer token-{who}")[0]
                assert (status != 404, len(changes(web)) > before) == (reaches, reaches), (who, path, status)
            for method, path, body in (("POST", "/api/v1/posts", {"title": "x", "body": "y", "components": ["web-1", "till"]}), ("PATCH", "/api/v1/posts/0open0000001", {"components": ["till"]}),
                                       ("PATCH", "/api/v1/posts/0till0000001", {"body": "y"}), ("DELETE", "/api/v1/posts/0till0000001", None),
                                       ("PATCH", "/v1/pages/status/incidents/0till0000001", {"incident": {"body": "y"}}),
                                       ("POST", "/api/v1/maintenance", {"services": ["till"], "start": "2036-01-01T10:00:00Z", "end": "2036-01-01T11:00:00Z"})):
                before = len(changes(web))
                status = b.ask(method, path, body and json.dumps(body), Content_Type="application/json", Authorization=f"Bearer token-{who}-admin")[0]
                assert (status != 404, len(changes(web)) > before) == (reaches, reaches), (who, method, path, status)
            listed = b.get("/api/v1/posts", Authorization=f"Bearer token-{who}")[2]
            assert ("0open0000001" in listed, "0till0000001" in listed) == (True, reaches), (who, listed)
            assert b.get("/api/v1/posts/0till0000001", Authorization=f"Bearer token-{who}")[0] == (200 if reaches else 404), who


@test("what belongs to another owner is not there: for pages, for the API, to read and to change")
def owners():
    told = shown.pages(shown.named("target", "till", module="tcp", every_us=60_000_000, owner="till team"))
    lines = shown.states(more=shown.check("till", "down", module="tcp"))
    cards = TOKENS + token("shop", "admin", "token-shop", owner="shop team") + token("till", "admin", "token-till", owner="till team")
    with Web(lines, told=told, cards=cards) as web:
        b = Browser(web.port)
        ready(b)

        def get(path, who):
            return b.get(path, Authorization=f"Bearer token-{who}")

        def post(path, who, body, kind="application/json"):
            return b.ask("POST", path, body, Content_Type=kind, Authorization=f"Bearer token-{who}")
        for who, wanted in (("admin", 200), ("till", 200), ("shop", 404)):
            assert get("/api/v1/checks/till", who)[0] == wanted, who
            assert ("till" in get("/admin/", who)[2]) == (wanted == 200), who
            assert ('"till"' in get("/api/v1/checks", who)[2]) == (wanted == 200), who
            before = len(changes(web))
            for path in ("/admin/acknowledge/", "/admin/silence/"):
                status = post(path, who, "name=till&reason=x&for=1h", "application/x-www-form-urlencoded")[0]
                assert (status == 404) == (wanted == 404), (who, path, status)
            status = post("/api/v1/acknowledgements", who, '{"name": "till", "reason": "x"}')[0]
            assert (status == 404) == (wanted == 404), (who, status)
            assert (len(changes(web)) > before) == (wanted == 200)
        for who in ("shop", "till"):
            assert get("/api/v1/checks/web-1", who)[0] == 200, "what nobody owns is everybody's"


run()
