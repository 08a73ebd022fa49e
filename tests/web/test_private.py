"""Private pages: every route by everybody who may stand before it, from the tables of routes; the ways in one by one; what is kept, and what is not told."""
# timeout: 240
import base64
import hashlib
import hmac
import pathlib
import socket
import sys
import urllib.parse

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import shown  # noqa: E402
from crawl import routes  # noqa: E402
from keeper import Web  # noqa: E402
from signing import NOW_US, Browser, Sessions, card, password_hash, secret_hash, token  # noqa: E402
from tap import run, test  # noqa: E402

ROUTES = [(method if method != "*" else "POST", path, words.split()[0]) for method, path, words in routes()]
OF_PAGE = {"act=0", "act=1"}  # PERMIT_READ, PERMIT_SUBSCRIBE
OPEN = {"act=2", "act=8"}  # PERMIT_BEAT, PERMIT_OPEN
PASSWORD = "open sesame, please"
HASH, OTHER = password_hash(PASSWORD), password_hash("another password")
WAYS = {"visitors": "192.0.2.0/24\n2001:db8::/32", "password": HASH, "sign-in": "yes", "sso-header": "X-Remote-User"}
PAGES = (shown.named("page", "public", title="In the open", show="Shop", subscribe="email", channels="email\temail", url="https://s.example")
         + shown.named("page", "inner", title="Innermost", details="yes", statistics="yes", contact="Only for us", subscribe="email",
                       channels="email\temail", url="https://s.example", **WAYS))
SECRETS = ["Innermost", "vault", "Vault", "secret reason", "192.0.2.77", "Only for us", "Web server 1", "web-2"]
STARS = ["vault", "Vault", "0incident00c", "web-1.svg", "vault/uptime.svg", "Vault.svg", "Vault.atom"]
SESSION = "S" * 43
USERS = (card("user", "vic", role="viewer", hash="$argon2id$none") + card("user", "nobody", role="none", hash="$argon2id$none")
         + card("session", secret_hash(SESSION)[:32], user="vic", hash=secret_hash(SESSION), seen_us=NOW_US)
         + card("session", secret_hash("N" * 43)[:32], user="nobody", hash=secret_hash("N" * 43), seen_us=NOW_US)
         + token("t", "viewer", "token-viewer"))
PROXY = "serve - proxies=127.0.0.1\n"  # the test is a proxy that is believed: it chooses who seems to ask


def told(pages=PAGES):
    return shown.pages().partition("page -")[0] + pages + "pages-end 1\n"


def served(pages=PAGES, **more):
    return Web(shown.states(), told=told(pages) + PROXY, cards=shown.POSTS + USERS + more.pop("cards", ""), reply=Sessions().reply(), **more)


def basic(password):
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


def comer(port, address="203.0.113.9", **headers):
    return Browser(port, headers={"X-Forwarded-For": address, **headers})


def enter(port, password=PASSWORD, path="/pages/inner/enter/", address="203.0.113.9", **headers):
    b = comer(port, address)
    return b, b.post(path, {"password": password}, **headers)


def is_kept_out(answer):
    return answer[0] in (401, 403, 429) and "this page is private" in answer[2].lower()


def tells(answer, path="-"):
    """What of the page the answer tells, but for the address that he asked for."""
    everything = (answer[2] + str(answer[1])).replace(path, "")
    return [s for s in SECRETS if s in everything]


def ready(port):
    while comer(port).get("/admin/", Authorization="Bearer token-viewer")[0] != 200:
        pass


def changes(web):
    return [r for r in web.keeper.requests if not r.startswith(("status ", "watch ", "session-seen "))]


def ask(b, method, path, **headers):
    body = None
    if method not in ("GET", "HEAD"):
        kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
        body, headers["Content_Type"] = ("{}" if kind.endswith("json") else urllib.parse.urlencode({"name": "x"})), kind
    return b.ask(method, "/pages/inner" + path, body, **headers)


def callers(port):
    by_password, _ = enter(port)
    by_session = comer(port)
    by_session.cookie = f"nines={SESSION}"
    of_none = comer(port)
    of_none.cookie = f"nines={'N' * 43}"
    foreign = Browser(port, headers={"X-Forwarded-For": "192.0.2.1", "X-Remote-User": "root"}, source="127.0.0.2")
    unnamed = Browser(port)  # a proxy that does not say for whom
    return {
        "outsider": (comer(port), False), "a browser outside": (comer(port, Accept="text/html", **{"Sec-Fetch-Dest": "document"}), False),
        "by network": (comer(port, "192.0.2.200"), True), "by IPv6 network": (comer(port, "2001:db8:9::7"), True), "beside it": (comer(port, "192.0.3.1"), False),
        "by password": (by_password, True), "by HTTP Basic": (comer(port, Authorization=basic(PASSWORD)), True), "by session": (by_session, True),
        "a session without a role": (of_none, False), "by token": (comer(port, Authorization="Bearer token-viewer"), True),
        "a bad token": (comer(port, Authorization="Bearer x"), False),
        "by proxy": (comer(port, **{"X-Remote-User": "ann"}), True), "by a proxy that names nobody": (comer(port, **{"X-Remote-User": ""}), False),
        "the header from elsewhere": (foreign, False), "a proxy for nobody": (unnamed, False)}


@test("each route by everybody: who is outside gets nothing of the page and changes nothing, each way in opens all of it, and no cache keeps any")
def matrix():
    assert len(ROUTES) > 60
    with served() as web:
        ready(web.port)
        for who, (b, is_inside) in callers(web.port).items():
            for method, route, act in ROUTES:
                for path in ([route.replace("*", star) for star in STARS] if route.endswith("*") else [route]):
                    before, answer = len(changes(web)), ask(b, method, path)
                    where = (who, method, path, answer[0], answer[2][:300])
                    assert answer[1]["Cache-Control"] == "private, no-store" and answer[1]["X-Robots-Tag"] == "noindex", (where, str(answer[1]))
                    assert "Access-Control-Allow-Origin" not in answer[1], where
                    if act in OF_PAGE:
                        assert is_kept_out(answer) != is_inside, where
                    if not is_inside and act in OF_PAGE | OPEN:
                        assert not tells(answer, path.removeprefix("/enter")), (tells(answer), where)
                    assert is_inside or act not in OF_PAGE or len(changes(web)) == before, where
        inside = ask(callers(web.port)["by network"][0], "GET", "/")
        assert inside[0] == 200 and "Innermost" in inside[2] and "Vault" in inside[2] and 'content="noindex"' in inside[2]


@test("outside of every page is only what says nothing of one: style sheets, sign-in, the form, what letters link to, the description of the API")
def outside():
    assert {path for _, path, act in ROUTES if act == "act=8"} == {
        "/style.css", "/drawing.css", "/copy.js", "/admin.css", "/sign-in/", "/enter/", "/enter/*", "/subscription/*", "/api/v1/openapi.json"}
    assert {path for _, path, act in ROUTES if act == "act=2"} == {"/ping/*", "/api/push/*", "/api/v1/endpoints/*", "/hook/*"}


@test("what was made for who is inside is not sent to who is outside, packed, as unchanged, or by the address of another page")
def caches():
    with served() as web:
        ready(web.port)
        inner, outer = comer(web.port, "192.0.2.7"), comer(web.port)
        for path in ("/", "/api/v2/summary.json", "/feed.atom", "/status.json"):
            answer = inner.get("/pages/inner" + path)
            assert answer[0] == 200 and tells(answer), path
            etag = {"If_None_Match": answer[1]["ETag"]}
            assert inner.get("/pages/inner" + path, **etag)[0] == 304
            for headers in ({}, etag, {"If_None_Match": "*"}, {"Accept_Encoding": "gzip"}, {"Accept": "text/html"}):
                answer = outer.get("/pages/inner" + path, **headers)
                assert is_kept_out(answer) and not tells(answer), (path, headers, answer)
            answer = outer.get(path)
            assert answer[0] in (200, 404) and "Innermost" not in answer[2] and "Vault" not in answer[2] and answer[1]["Cache-Control"] != "private, no-store"
        for path in ("/pages/inner/none", "/pages/inner/none/vault/", "/pages/inner/"):
            answer = outer.get(path, Accept="text/html")
            assert answer[0] in (403, 404) and not tells(answer), (path, answer)


@test("the public page's routes tell nothing of the private one, whatever page they are asked about")
def neighbours():
    with served() as web:
        ready(web.port)
        b = comer(web.port)
        for method, route, act in ROUTES:
            if act not in OF_PAGE | OPEN:
                continue
            for star in ("inner", "inner/vault", "vault", "Vault", "0incident00c", "vault/uptime.svg"):
                path = route.replace("*", star)
                answer = b.ask(method, path + "?page=inner&monitor=vault&target=vault&name=vault", None if method == "GET" else "page=inner&name=vault",
                               **({} if method == "GET" else {"Content_Type": "application/x-www-form-urlencoded"}))
                found = [s for s in ("Innermost", "secret reason", "192.0.2.77", "Only for us") if s in answer[2]]
                assert not found, (method, path, found, answer[2][:500])


@test("a browser gets a form, a feed reader is asked for a password, a script of a page neither; who may go on goes where he wanted")
def forms():
    with served() as web:
        ready(web.port)
        status, headers, text = comer(web.port, Accept="text/html").get("/pages/inner/history/?from=%22x")
        assert status == 403 and 'type="password"' in text and 'action="/pages/inner/enter/history/?from=%22x"' in text and "script" not in text
        assert "/pages/inner/sign-in/" in text and headers["Referrer-Policy"] == "same-origin" and not headers["WWW-Authenticate"]
        status, headers, text = comer(web.port).get("/pages/inner/feed.atom")
        assert status == 401 and headers["WWW-Authenticate"].startswith("Basic realm=") and text == "this page is private\n", (status, str(headers), text)
        status, headers, _ = comer(web.port, Accept="image/*", **{"Sec-Fetch-Dest": "image"}).get("/pages/inner/badge/vault/status.svg")
        assert status == 403 and not headers["WWW-Authenticate"]
        b, (status, headers, text) = enter(web.port, path="/pages/inner/enter/history/?from=%22x")
        assert status == 303 and headers["Location"] == "/pages/inner/history/?from=%22x", (status, text)
        cookie = headers["Set-Cookie"]
        assert cookie.startswith("nines-page-inner=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
        assert PASSWORD not in cookie and HASH not in cookie
        assert b.get("/pages/inner/enter/")[1]["Location"] == "/pages/inner/", "who is inside sees no form"
        _, (_, headers, _) = enter(web.port, X_Forwarded_Proto="https")
        assert headers["Set-Cookie"].startswith("__Host-nines-page-inner=") and "Secure" in headers["Set-Cookie"]
        for path in ("/enter/\\evil.example", "/enter/%5Cevil.example", "/enter///evil.example"):
            to = enter(web.port, path="/pages/inner" + path)[1][1]["Location"]
            assert to is None or to.startswith("/pages/inner/"), (path, to)


        far = "/pages/inner/enter/?" + "a" * 9000
        assert enter(web.port, path=far)[1][1]["Location"] == "/pages/inner/"


@test("a host of its own: nothing leads away from it")
def by_host():
    pages = PAGES.replace('title="Innermost"', 'title="Innermost" host="inner.example"')
    with served(pages) as web:
        ready(web.port)
        b = comer(web.port, Host="inner.example")
        for path in ("/enter/\\evil.example", "/enter//evil.example", "/enter/\\/evil.example", "/enter/"):
            status, headers, _ = b.post(path, {"password": PASSWORD})
            assert status == 404 or headers["Location"] in ("/", "/%5Cevil.example"), (path, status, headers["Location"])
            b.cookie = ""
        assert is_kept_out(b.get("/", Accept="text/html")) and b.get("/style.css")[0] == 200


def pass_of(until):
    """What the cookie carries (core/web/secret.c)."""
    return hashlib.blake2b(f"{until} {HASH}".encode(), key=b"nines: who knows a page's password", digest_size=32).hexdigest()


@test("a cookie ends with the password, with its time, and opens no other page")
def cookies():
    with served() as web:
        ready(web.port)
        b, _ = enter(web.port)
        good = b.cookie
        assert b.get("/pages/inner/")[0] == 200
        name, value = good.split("=", 1)
        until, mac = value.split(".")
        assert pass_of(until) == mac, "the test makes them as the web does"
        for bad in (f"{NOW_US // 10**6 - 1}.{pass_of(NOW_US // 10**6 - 1)}", f"{until}.{'0' * 64}", f"{int(until) + 1}.{mac}", f"{until}.", f".{mac}", "", f"{until}", f"1.{mac}", f"{until}.{mac}0", f"+{until}.{mac}",
                    f"{until}.{HASH}"):
            b.cookie = f"{name}={bad}"
            assert is_kept_out(b.get("/pages/inner/")), bad
        b.cookie = good
        web.tell(told(PAGES + shown.named("page", "second", title="Second", password=password_hash(PASSWORD))))
        while b.get("/pages/second/")[0] == 200:
            pass
        b.cookie = good.replace("inner", "second")
        assert is_kept_out(b.get("/pages/second/")), "another hash is another password, even where they are the same"
        b.cookie = good
        assert b.get("/pages/inner/")[0] == 200, "the page is what it was"
        web.tell(told(PAGES.replace(shown.named("x", "y", password=HASH).split("password=")[1].strip(), shown.named("x", "y", password=OTHER).split("password=")[1].strip())))
        while b.get("/pages/inner/")[0] == 200:
            pass
        assert is_kept_out(b.get("/pages/inner/")), "another password"
        assert comer(web.port, Authorization=basic(PASSWORD)).get("/pages/inner/")[0] == 401, "what was known to be good is not any more"
        assert comer(web.port, Authorization=basic("another password")).get("/pages/inner/")[0] == 200


@test("a thousand tries, by the form and by HTTP Basic: nearly none is worked out, not even the password opens then; who comes from elsewhere is not held up")
def guessing():
    with served() as web:
        ready(web.port)
        assert comer(web.port, Authorization=basic(PASSWORD)).get("/pages/inner/")[0] == 200, "from here on it is known to be good"
        got = {}
        for i in range(1000):
            if i % 2:
                answer = enter(web.port, f"guess {i}", address="198.51.100.9")[1]
            else:
                answer = comer(web.port, "198.51.100.9", Authorization=basic(f"guess {i}")).get("/pages/inner/feed.atom")
            got[answer[0]] = got.get(answer[0], 0) + 1
            assert not tells(answer) and answer[0] in (401, 403, 429), answer
        assert got[429] > 988 and got[401] + got[403] < 12, got
        answer = enter(web.port, address="198.51.100.9")[1]
        assert answer[0] == 429 and int(answer[1]["Retry-After"]) > 0
        assert comer(web.port, "198.51.100.9", Authorization=basic(PASSWORD)).get("/pages/inner/")[0] == 429
        assert enter(web.port, address="198.51.100.10")[1][0] == 303
        reader = comer(web.port, "198.51.100.11", Authorization=basic(PASSWORD))
        assert [reader.get("/pages/inner/feed.atom")[0] for _ in range(30)] == [200] * 30, "what is right is no try that failed"
        for bad in ("Basic", "Basic x", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic " + base64.b64encode(b"a:").decode(),
                    "Basic " + base64.b64encode(b"a:b\0" + PASSWORD.encode()).decode(), "Basic " + "A" * 4000):
            assert is_kept_out(comer(web.port, "198.51.100.12", Authorization=bad).get("/pages/inner/")), bad


@test("the form of another site is refused; what is wrong is not repeated, and the keeper hears of no password")
def foreign():
    with served() as web:
        ready(web.port)
        for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            b, (status, _, text) = enter(web.port, **headers)
            assert status == 403 and "another site" in text and not b.cookie, headers
        assert enter(web.port, Origin=f"http://127.0.0.1:{web.port}", Sec_Fetch_Site="same-origin")[1][0] == 303
        status, _, text = enter(web.port, "not the password")[1]
        assert status == 403 and "The password is wrong." in text and "not the" not in text
        assert not any(PASSWORD in r or "sesame" in r for r in web.keeper.requests)


def only(**ways):
    return PAGES.split("page -")[0] + shown.named("page", "public", title="x", show="Shop") + shown.named("page", "inner", title="Innermost", **ways)


@test("only the ways that are given open a page, each alone; with none of them it is public")
def ways():
    wanted = {"visitors": {"by network", "by IPv6 network"}, "password": {"by password", "by HTTP Basic"}, "sign-in": {"by session"}, "sso-header": {"by proxy"}}
    for given, value in WAYS.items():
        with served(only(**{given: value})) as web:
            ready(web.port)
            inside = {who for who, (b, _) in callers(web.port).items() if ask(b, "GET", "/")[0] == 200}
            assert inside == wanted[given] | {"by token"}, (given, inside)
            status, headers, text = comer(web.port, Accept="text/html").get("/pages/inner/")
            assert status == 403 and ('type="password"' in text) == (given == "password") and ("/sign-in/" in text) == (given == "sign-in"), (given, text)
            assert (comer(web.port).get("/pages/inner/")[0] == 401) == (given == "password")
            if given == "sso-header":
                twice = b"GET /pages/inner/ HTTP/1.1\r\nHost: x\r\nX-Remote-User: ann\r\nX-Remote-User: root\r\nConnection: close\r\n\r\n"
                assert raw(web.port, twice).startswith(b"HTTP/1.1 403"), "a name that is told twice is the visitor's own"
    with served(only(**{"sign-in": "no"})) as web:
        assert comer(web.port).get("/pages/inner/")[0] == 200


@test("behind a proxy the address is the one that it tells; one that tells none is nobody's, though its own may see the page")
def addresses():
    with served(only(visitors="127.0.0.0/8\n192.0.2.0/24")) as web:
        ready(web.port)
        for source, headers, wanted in (("127.0.0.2", {}, 200), ("127.0.0.2", {"X-Forwarded-For": "203.0.113.9"}, 200), ("", {}, 403),
                                        ("", {"X-Forwarded-For": "127.0.0.1"}, 403), ("", {"X-Forwarded-For": "203.0.113.9"}, 403),
                                        ("", {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}, 403), ("", {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}, 200),
                                        ("", {"X-Forwarded-For": "nonsense"}, 403), ("", {"X-Forwarded-For": "127.0.0.2"}, 200)):
            assert Browser(web.port, headers=headers, source=source).get("/pages/inner/")[0] == wanted, (source, headers)


@test("a network opens a page that names hosts by a name of ours or by an address alone: a stranger's name may lead here, too")
def rebinding():
    for hosts, wanted in (({"host": "inner.example"}, {"inner.example": 200, "INNER.example:8080": 200, "evil.example": 403, "evil.example:80": 403,
                                                        "127.0.0.1": 200, "[::1]:8080": 200, "1.evil.example": 403, "1.2.3.4.example": 403}),
                          ({}, {"evil.example": 200})):
        with served(only(visitors="192.0.2.0/24", **hosts)) as web:
            ready(web.port)
            for host, status in wanted.items():
                assert comer(web.port, "192.0.2.1", Host=host).get("/pages/inner/")[0] == status, (hosts, host)


def raw(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.sendall(request)
        got = b""
        while more := s.recv(65536):
            got += more
    return got


@test("the links of letters work from anywhere: who holds the key of a subscription sees it, ends it by one click, and sees nothing without")
def letters():
    secret = "ab" * 32
    mac = hmac.new(secret.encode(), b"manage\0" + b"0sub0000000a", hashlib.sha256).digest()[:16]
    key = "0sub0000000a." + base64.urlsafe_b64encode(mac).decode().rstrip("=")
    cards = (card("secret", "subscription", key=secret)
             + card("subscriber", "0sub0000000a", state="active", page="inner", to="email:ann@example.org", components="Vault", kinds="incidents"))
    with served(cards=cards) as web:
        web.keeper.reply["subscriber-remove"] = 'end - text="You get nothing any more."\n'
        ready(web.port)
        b = comer(web.port)
        status, headers, text = b.get(f"/pages/inner/subscription/{key}/")
        assert status == 200 and "ann@example.org" in text and "Vault" in text and headers["Cache-Control"] == "private, no-store", (status, text)
        wrong = b.get(f"/pages/inner/subscription/{key[:-1]}{'A' if key[-1] != 'A' else 'B'}/")
        assert wrong[0] == 404 and not tells(wrong), wrong
        confirm = b.get(f"/pages/inner/subscription/confirm/{key}/")
        assert confirm[0] == 200 and "<form" in confirm[2] and not tells(confirm), confirm[2]
        status, _, text = b.post(f"/pages/inner/subscription/{key}/", {"List-Unsubscribe": "One-Click"})
        assert status == 200 and "nothing any more" in text and any(r.startswith("subscriber-remove " + key) for r in web.keeper.requests)
        assert is_kept_out(b.get("/pages/inner/subscribe/")) and is_kept_out(b.post("/pages/inner/subscribe/", {"address": "x@example.org"}))


@test("a page that becomes private while a visitor's answer waits tells him nothing")
def meanwhile():
    with served(only()) as web:
        ready(web.port)

        def slow(_):
            web.tell(told(only(**WAYS)))
            while not is_kept_out(comer(web.port).get("/pages/inner/")):
                pass
            return 'end - answer=code text="Type it."\n'
        web.keeper.reply["subscribe"] = slow
        answer = comer(web.port).post("/pages/inner/subscribe/", {"channel": "email", "address": "ann@example.org"})
        assert answer[0] == 200 and not tells(answer), answer


run()
