"""The page, /status.json and /health of the web role, with a keeper that this test plays."""
import json
import pathlib
import re
import socket
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from daemon import until  # noqa: E402
from keeper import Keeper, Web, frame, line  # noqa: E402
from tap import run, test  # noqa: E402

HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title><script>x</script>",
    "javascript:alert(1)", "&lt;script&gt;", "{{headline}}", "{{{checks}}}", "<!-- piece page -->", "]]><x/>",
    "\u202eexe.cod", "\u200bhidden", "a\x00b", "\x1b[31mred", "\xff\xfe".encode("latin-1"), "%n%s%x", "-->", "\r\nSet-Cookie: a=b",
]
NOW_US = int(time.time() * 1e6)
STEPS = "resolve:812,connect:1490,tls:4100,connect@1:5000,body@1:5100"


def check(name="shop", state="up", **words):
    return line("check", name=name, module="http", state=state, since_us=NOW_US - 90_000_000, verdict=state, start_us=NOW_US - 5_000_000,
                elapsed_us=5200, steps=STEPS, address="192.0.2.1", next_us=NOW_US + 30_000_000, **words)


HEALTH = line("health", ok=1, version="0.1", checks=1, started_us=NOW_US - 10**9)
GOOD = check() + line("service", name="Shop", state="up", since_us=NOW_US, need=1, up=1, members="shop\nshop-2") + HEALTH + "end -\n"


@test("the page shows checks, steps, services and the monitor, and carries its headers")
def page():
    with Web(GOOD) as web:
        status, headers, body = web.get("/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    for wanted in ("shop", "All systems operational", "connect", "tls", "Shop", "started", "5.20ms"):
        assert wanted in body, wanted
    assert body.count("<rect") == 5
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "style-src 'self'" in policy and "script" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer" and "Cache-Control" in headers
    assert "<script" not in body and " style=" not in body and "{{" not in body


@test("the ready line says where the page is")
def ready():
    with Web(GOOD) as web:
        assert web.url == f"http://127.0.0.1:{web.port}/"


@test("nothing foreign becomes markup: names, reasons, modules, states, services, trouble")
def hostile():
    lines = ""
    for text in HOSTILE:
        lines += line("check", name=text, module=text, state=text, service=text, location=text, reason=text, step=text, verdict=text,
                      address=text, since_us=NOW_US, start_us=NOW_US, elapsed_us=10, steps="banner:10!")
        lines += line("service", name=text, state=text, members=text, since_us=NOW_US)
    raw = b"\n".join(t if isinstance(t, bytes) else t.encode() for t in HOSTILE)
    lines += line("health", ok=0, text=raw, location=HOSTILE[0], recorder=HOSTILE[1]) + "end -\n"
    with Web(lines) as web:
        _, _, body = web.get("/")
        _, _, document = web.get("/status.json")
    allowed = {"html", "head", "meta", "title", "link", "body", "header", "h1", "p", "span", "b", "time", "main", "section", "h2", "ul",
               "li", "strong", "small", "div", "svg", "rect", "footer", "dl", "dt", "dd", "a", "nav", "details", "summary", "pre"}
    tags = re.findall(r"<\s*/?\s*([a-zA-Z!][\w-]*)", body.replace("<!DOCTYPE html>", ""))
    assert set(tags) <= allowed, set(tags) - allowed
    for tag in re.findall(r"<[^>]*>", body):
        assert re.fullmatch(r"""</?\w+(\s+[\w-]+="[^"<>]*")*\s*/?>|<!DOCTYPE html>""", tag), tag
        assert not re.search(r"\son\w+=|\ssrc=", re.sub(r'"[^"]*"', "", tag)), tag
        assert not re.search(r'(href|src)="(?!/|data:,"|#content")', tag), tag
    assert body.count("<title>") == 1 and body.count("<!") == 1
    for sign in "\x00\x1b\u202e\u200b":
        assert sign not in body and sign not in document, repr(sign)
    assert len(json.loads(document)["checks"]) == len(HOSTILE)


@test("status.json has the shape of nines status --json")
def status_json():
    with Web(GOOD) as web:
        status, headers, body = web.get("/status.json")
    document = json.loads(body)
    assert status == 200 and headers["Content-Type"] == "application/json"
    assert set(document) == {"at", "health", "services", "checks", "stale"} and document["stale"] is False
    one = document["checks"][0]
    assert one["name"] == "shop" and one["state"] == "up" and one["module"] == "http" and one["since"].endswith("Z")
    assert one["last"]["elapsed_us"] == 5200 and one["last"]["steps"][0] == {"name": "resolve", "from_us": 0, "to_us": 812, "ok": True}
    assert one["last"]["steps"][3] == {"name": "connect", "hop": 1, "from_us": 4100, "to_us": 5000, "ok": True}
    assert document["services"][0]["members"] == ["shop", "shop-2"] and document["health"]["ok"] is True


@test("health is 200 while all is well and 503 when the monitor is in trouble or its keeper gone")
def health():
    with Web(GOOD) as web:
        assert web.get("/health")[0] == 200
        web.keeper.die()
        until_gone(web)
        status, _, body = web.get("/health")
        assert status == 503 and json.loads(body)["ok"] is False
    with Web(line("health", ok=0, text="the disk is full") + "end -\n") as web:
        status, _, body = web.get("/health")
        assert status == 503 and json.loads(body)["trouble"] == ["the disk is full"]


def until_gone(web):
    """The web role has seen the end of its keeper's link when it says that it is stale."""
    until("it is stale", lambda: json.loads(web.get("/status.json")[2])["stale"])


@test("a page without its keeper says loudly how old it is, and recovers with a new one")
def gone():
    with Web(GOOD) as web:
        assert "This page is old" not in web.get("/")[2]
        web.keeper.die()
        until_gone(web)
        status, _, body = web.get("/")
        assert status == 200 and "This page is old" in body and "shop" in body
        web.give_keeper(Keeper(GOOD.replace("shop", "new-shop")))
        body = until("the new one is heard", lambda: (lambda text: text if "new-shop" in text else None)(web.get("/")[2]))
        assert "This page is old" not in body


@test("before the first answer the page is 503 and says that nothing is known")
def nothing():
    with Web(silent=True) as web:
        begun = time.monotonic()
        status, _, body = web.get("/")
        assert status == 503 and "Nothing is known" in body
        assert time.monotonic() - begun < 10


@test("it ends in order while readers wait")
def ends():
    with Web(silent=True) as web:
        with socket.create_connection(("127.0.0.1", web.port), timeout=20) as reader:
            reader.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert web.keeper.come.wait(20)
            assert web.stop() == 0


@test("many readers are one question")
def one_question():
    with Web(GOOD) as web:
        web.get("/")
        before = web.keeper.asked
        begun = time.monotonic()
        for _ in range(100):
            assert web.get("/")[0] == 200
        assert web.keeper.asked - before <= time.monotonic() - begun + 1


@test("ETag: the same page is not sent twice")
def etag():
    with Web(GOOD) as web:
        tag = web.get("/style.css")[1]["ETag"]
        status, headers, body = web.get("/style.css", headers={"If-None-Match": tag})
        assert status == 304 and body == "" and headers["ETag"] == tag and "Content-Security-Policy" in headers
        assert web.get("/style.css", headers={"If-None-Match": '"other"'})[0] == 200
        tag = web.get("/")[1]["ETag"]
        assert web.get("/", headers={"If-None-Match": tag})[0] in (200, 304)


@test("HEAD has the head alone; other methods are 405, other paths 404")
def methods():
    with Web(GOOD) as web:
        status, headers, body = web.get("/style.css", "HEAD")
        assert status == 200 and body == "" and int(headers["Content-Length"]) > 1000
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
            status, headers, _ = web.get("/", method)
            assert status == 405 and headers["Allow"] == "GET, HEAD", method
        for path in ("/nope", "/style.css/", "//", "/../etc/passwd", "/%2e%2e/etc/passwd", "/status", "/%3Cscript%3E"):
            status, headers, body = web.get(path)
            assert status == 404 and "script" not in body and headers["X-Content-Type-Options"] == "nosniff", path


def raw(port, data):
    """Sends bytes and returns all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=40) as s:
        s.sendall(data)
        got = b""
        try:
            while more := s.recv(65536):
                got += more
        except ConnectionError:
            pass
        return got


@test("a head that is too large, or no HTTP at all, is refused and harms nobody")
def too_large():
    with Web(GOOD) as web:
        assert b"200 OK" not in raw(web.port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200000 + b"\r\n\r\n")
        assert b"200 OK" not in raw(web.port, b"\x16\x03\x01\x00\xff" + bytes(300) + b"\r\n\r\n")
        assert b"200 OK" not in raw(web.port, b"GET / HTTP/9.9\r\n\r\n")
        assert web.get("/")[0] == 200


@test("clients that send a byte now and then are cut off, and others are served meanwhile")
def slowloris():
    with Web(GOOD) as web:
        slow = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(20)]
        for s in slow:
            s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        begun, open_ones = time.monotonic(), list(slow)
        served = 0
        while open_ones and time.monotonic() - begun < 40:
            for s in list(open_ones):
                try:
                    s.sendall(b"X: y\r\n")
                    s.setblocking(False)
                    try:
                        ended = s.recv(4096) is not None
                    except BlockingIOError:
                        ended = False
                    s.setblocking(True)
                except OSError:
                    ended = True
                if ended:
                    open_ones.remove(s)
                    s.close()
            served += web.get("/")[0] == 200
            time.sleep(0.2)
        assert not open_ones, f"{len(open_ones)} are still open after 40 s"
        assert served > 10


@test("one address cannot take all connections")
def per_address():
    with Web(GOOD) as web:
        held = []
        for _ in range(200):
            s = socket.create_connection(("127.0.0.1", web.port), timeout=5)
            held.append(s)
        alive = 0
        for s in held:
            try:
                s.sendall(b"GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n")
                alive += bool(s.recv(1))
            except OSError:
                pass
        assert 10 <= alive <= 64, alive
        for s in held:
            s.close()


@test("a keeper that speaks nonsense is dropped; the page stays")
def nonsense():
    with Web(GOOD) as web:
        assert web.get("/")[0] == 200
        web.keeper.own.sendall(b"\xff\xff\xff\x7fgarbage")
        until_gone(web)
        status, _, body = web.get("/")
        assert status == 200 and "shop" in body and "This page is old" in body


@test("twenty thousand checks: the page stays within its rows, status.json has all")
def many():
    lines = "".join(check(f"check-{n:05d}") for n in range(20000)) + check("bad one", "down", reason="refused", step="connect") + HEALTH
    with Web() as web:
        web.keeper.own.close()
        web.give_keeper(Parts(split_lines(lines + "end -\n")))
        status, _, body = web.get("/")
        assert status == 200 and body.count('<div class="what">') == 5000 and "and 15001 more" in body
        assert body.index("bad one") < body.index("check-00000")
        assert len(json.loads(web.get("/status.json")[2])["checks"]) == 20001


def split_lines(text):
    """Parts of whole lines, each small enough for a frame."""
    parts, at = [], 0
    while at < len(text):
        cut = text.rfind("\n", at, at + 900000) + 1
        parts.append(text[at:cut])
        at = cut
    return parts


class Parts(Keeper):
    """A keeper whose answer takes several frames."""

    def __init__(self, parts):
        self.parts = parts
        super().__init__("")

    def answer(self, sock, request):
        if not request.startswith("status "):
            super().answer(sock, request)
            return
        for part in self.parts:
            sock.sendall(frame(part))


run()
