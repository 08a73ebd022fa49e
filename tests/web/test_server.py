"""The HTTP side: what is kept and packed, pages by host and by prefix, forms, cookies, a keeper that goes in the middle of a question."""
# timeout: 240
import gzip
import json
import pathlib
import socket
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
import shown  # noqa: E402
from crawl import fetch  # noqa: E402
from keeper import Web  # noqa: E402
from signing import Browser, Sessions, user  # noqa: E402
from tap import run, test  # noqa: E402


def resident(pid):
    """Its bytes of memory."""
    return int([line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")][0].split()[1]) * 1024


@test("whoever takes gzip gets it, with an ETag of its own; who does not, does not")
def packed():
    with Web(shown.states(), told=shown.pages()) as web:
        plain = fetch(web.port, "/style.css")
        assert "Content-Encoding" not in plain.headers and plain.headers["Vary"] == "Accept-Encoding"
        for wish in ("gzip", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.5", "*", "GZIP"):
            got = fetch(web.port, "/style.css", headers={"Accept-Encoding": wish})
            assert got.headers["Content-Encoding"] == "gzip" and gzip.decompress(got.body) == plain.body, wish
            assert got.headers["ETag"] != plain.headers["ETag"] and len(got.body) < len(plain.body) / 2
            again = fetch(web.port, "/style.css", headers={"Accept-Encoding": wish, "If-None-Match": got.headers["ETag"]})
            assert again.status == 304 and not again.body and again.headers["ETag"] == got.headers["ETag"]
        for wish in ("identity", "gzip;q=0", "gzip;q=0.000, *;q=0", "deflate", "", "xgzip"):
            got = fetch(web.port, "/style.css", headers={"Accept-Encoding": wish})
            assert "Content-Encoding" not in got.headers and got.body == plain.body, wish
        small = fetch(web.port, "/api/v2/status.json", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in small.headers and json.loads(small.body), "a few bytes are not worth it"
        head = fetch(web.port, "/style.css", "HEAD", {"Accept-Encoding": "gzip"})
        assert head.status == 200 and not head.body and head.headers["Content-Encoding"] == "gzip"


@test("a page is found by its host, whatever its case and port, and by its name in front; anything else is the first page")
def hosts():
    told = shown.pages().replace("pages-end 1\n", shown.named("page", "till", title="Till status", show="Vault", host="till.example.org\ntills.example.org")
                                 + "pages-end 1\n")
    with Web(shown.states(), told=told) as web:
        def title(host, path="/"):
            got = fetch(web.port, path, headers={"Host": host})
            text = got.body.decode()
            return [t for t in ("Till status", "Shop status", "Example status") if t in text.split("</title>")[0]]
        for host in ("till.example.org", "TILL.example.ORG", "till.example.org:8443", "tills.example.org"):
            assert title(host) == ["Till status"], host
        for host in ("other.example.org", "till.example.org.evil.example", "", "[::1]:80", "127.0.0.1"):
            assert title(host) == ["Example status"], host
        assert title("till.example.org", "/pages/shop/") == ["Shop status"] and title("x", "/pages/till/") == ["Till status"]
        for path in ("/pages/", "/pages/none/", "/pages/none", "/pages/shop/none", "/pages/shop/pages/till/", "/pages//"):
            assert fetch(web.port, path).status == 404, path


@test("whoever leaves out the slash at the end is sent to the page; nobody is sent anywhere else")
def slash():
    with Web(shown.states(), told=shown.pages()) as web:
        for path, to in (("/subscribe", "/subscribe/"), ("/history", "/history/"), ("/pages/shop", "/pages/shop/"), ("/pages/shop/news", "/pages/shop/news/"),
                         ("/infrastructure?at=2026-10-01T09%3A00", "/infrastructure/?at=2026-10-01T09%3A00")):
            for method in ("GET", "HEAD"):
                got = fetch(web.port, path, method)
                assert got.status == 301 and got.headers["Location"] == to, (path, got.status, dict(got.headers))
            assert fetch(web.port, path, "POST", body=b"").status == 404, path
        for path in ("/none", "/pages/none", "/news/x", "/api/v2/none", "/%2e%2e", "/news%0d%0aX:y", "//evil.example", "/ping/", "/monitor/"):
            got = fetch(web.port, path)
            assert got.status == 404 and "Location" not in got.headers, (path, got.status)


@test("what was rendered for one host, query or page is never shown to another; a flood of queries stays within its memory")
def kept_apart():
    with Web(shown.states(), told=shown.pages()) as web:
        for host in ("a.example", "b.example", "a.example"):
            feed = fetch(web.port, "/feed.atom", headers={"Host": host}).body.decode()
            assert f"http://{host}/" in feed and ("b.example" if host[0] == "a" else "a.example") not in feed
        before = resident(web.process.pid)
        for number in range(6000):
            got = fetch(web.port, f"/?junk={number}&{'x' * 300}")
            assert got.status == 200
        assert resident(web.process.pid) - before < 200 << 20
        fresh = fetch(web.port, "/").headers["ETag"]
        assert fetch(web.port, "/?another", headers={"If-None-Match": fresh}).status in (200, 304)


@test("fields and cookies are read as browsers write them")
def fields():
    sessions = Sessions()
    with Web(shown.states(), cards=user("ann", "viewer", "p&q=r+s %ü"), reply=sessions.reply()) as web:
        b = Browser(web.port)
        assert b.sign_in("ann", "p&q=r+s %ü")[0] == 303, "a password with all that has a meaning in a form"
        secret = b.cookie.split("=")[1]
        for cookie, wanted in ((f"a=b; nines={secret}; c", 200), (f"nines={secret};", 200), (f"xnines={secret}", 303), (f"nines=x; nines={secret}", 303),
                               (f'nines="{secret}"', 303), ("nines", 303), (";;;=;" * 50, 303), ("a=" + "b" * 4000, 303)):
            b.cookie = cookie
            assert b.get("/admin/")[0] == wanted, cookie
        b.cookie = ""
        for body in ("name=ann&password=%zz", "name=ann&password=%00", "&".join(f"a{n}=b" for n in range(2000)), "name=ann%0&password=x"):
            got = b.ask("POST", "/sign-in/", body, Content_Type="application/x-www-form-urlencoded; charset=utf-8")
            assert got[0] in (400, 413), (body[:40], got[0])
        assert b.ask("POST", "/sign-in/", "name=ann&password=x", Content_Type="multipart/form-data; boundary=x")[0] == 403
        assert b.ask("POST", "/sign-in/", "a" * 9000, Content_Type="text/plain")[0] == 413


@test("who sends too much is told so: at the end of what he sends, or at once if he asked first")
def too_much():
    head = b"POST /sign-in/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n"
    with Web(shown.states()) as web:
        for asks, parts in ((b"", (b"a" * 50000, b"a" * 50000)), (b"Expect: 100-continue\r\n", ())):
            with socket.create_connection(("127.0.0.1", web.port), timeout=20) as c:
                for part in (head + asks + b"\r\n", *parts):
                    assert fetch(web.port, "/style.css").status == 200  # all that was sent before has been looked at
                    c.sendall(part)
                assert c.recv(100).startswith(b"HTTP/1.1 413 "), asks


@test("a keeper that goes in the middle of a question: the visitor is told, and the next one is asked")
def keeper_goes():
    with Web(shown.states(), cards=user("ann", "viewer"), reply={"session-open": "what nobody can read\n\n\0"}) as web:
        b = Browser(web.port)
        assert b.sign_in("ann", "wrong")[0] == 403  # who may is known now
        answer, headers, text = b.post("/sign-in/", {"name": "ann", "password": "right horse"})
        assert answer == 503 and "cannot open a session" in text
        assert "Set-Cookie" not in headers and fetch(web.port, "/style.css").status == 200


run()
