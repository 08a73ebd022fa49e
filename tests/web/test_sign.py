"""Signing in: sessions, forms of other sites, tokens, guessing. The keeper is played by the test (tests/lib/signing.py), but in the last one."""
import http.client
import os
import pathlib
import re
import signal
import socket
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from daemon import Daemon, until  # noqa: E402
from frames import frame  # noqa: E402
from keeper import Web  # noqa: E402
from signing import NOW_US, Browser, Sessions, add_user, card, secret_hash, token, user  # noqa: E402
from tap import run, test  # noqa: E402

LINES = "health - ok=1\nend -\n"
USERS = user("ann", "admin") + user("vic", "viewer")


def web(cards=USERS, told="", **more):
    sessions = Sessions()
    return Web(LINES, cards=cards, reply=sessions.reply(**more), told=told), sessions


def known(ask):
    """The answer once the web knows who may sign in."""
    while (answer := ask())[0] == 503:
        time.sleep(0.02)
    return answer


@test("who has the password gets a session; its cookie is nobody else's business")
def signs_in():
    served, sessions = web()
    with served as w:
        b = Browser(w.port)
        status, headers, text = b.get("/sign-in/")
        assert status == 200 and 'type="password"' in text and headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin" and "script" not in text
        status, headers, _ = b.sign_in("ann")
        assert status == 303 and headers["Location"] == "/admin/", status
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
        secret = cookie.split("=")[1].split(";")[0]
        assert len(secret) == 43 and list(sessions.open.values()) == ["ann"]
        assert secret_hash(secret)[:32] in sessions.open, "the card keeps the hash alone"
        assert not any(secret in r or "right horse" in r for r in w.keeper.requests)
        assert b.get("/sign-in/")[0] == 303, "who is signed in sees no form"
        assert b.post("/sign-out/", {"form": b.form()})[0] == 303
        assert not sessions.open and not b.cookie
        b.cookie = f"nines={secret}"
        assert b.get("/admin/")[0] == 303, "the cookie of a session that was ended opens nothing"


@test("a wrong password and an unknown name get the same answer, for the same work")
def same_answer():
    served, _ = web()
    with served as w:
        texts = set()
        for name in ("ann", "nobody", "vic"):
            status, headers, text = Browser(w.port).sign_in(name, "wrong")
            assert status == 403 and "Set-Cookie" not in headers
            texts.add(text.replace(f'value="{name}"', ""))
        assert len(texts) == 1, texts
        for name in ("", "<b>", "a" * 65, "../../x", "a\nb"):
            assert Browser(w.port).sign_in(name, "wrong")[0] in (403, 429)


@test("a thousand tries: nearly none is worked out, the owner comes in from elsewhere")
def guessing():
    served, _ = web(told="serve - proxies=127.0.0.1\n")  # the test is a proxy that is believed: it chooses who seems to ask
    with served as w:
        mallory = Browser(w.port, headers={"X-Forwarded-For": "203.0.113.9"})
        got = {}
        for _ in range(1000):
            status, headers, text = mallory.sign_in("ann", "guess")
            got[status] = got.get(status, 0) + 1
            assert status == 403 or (int(headers["Retry-After"]) > 0 and "Wait " in text), status
        assert got[403] < 12 and got[403] + got[429] == 1000, got
        assert mallory.sign_in("ann")[0] == 429, "not even with the password now"
        assert Browser(w.port, headers={"X-Forwarded-For": "198.51.100.7"}).sign_in("ann")[0] == 303


@test("what changes something needs the form of this very session, sent from here")
def foreign_forms():
    served, sessions = web()
    with served as w:
        ann, other = Browser(w.port), Browser(w.port)
        assert ann.sign_in("ann")[0] == 303 and other.sign_in("vic")[0] == 303
        good, theirs = ann.form(), other.form()
        assert good != theirs and len(sessions.open) == 2
        here = f"http://127.0.0.1:{w.port}"
        for fields, headers in (
                ({}, {}), ({"form": ""}, {}), ({"form": theirs}, {}), ({"form": good[:-1]}, {}), ({"form": good.upper()}, {}),
                ({"form": good}, {"Origin": "https://evil.example"}), ({"form": good}, {"Origin": "null"}),
                ({"form": good}, {"Origin": here + "0"}), ({"form": good}, {"Origin": here.replace("http:", "https:")}),
                ({"form": good}, {"Sec_Fetch_Site": "cross-site"}), ({"form": good}, {"Sec_Fetch_Site": "same-site"}),
                ({"form": good}, {"Content_Type": "text/plain"}), ({"form": good}, {"Content_Type": "multipart/form-data"})):
            status, _, text = ann.post("/sign-out/", fields, **headers)
            assert status == 403 and "nothing was changed" in text, (fields, headers, status)
        assert len(sessions.open) == 2 and not any("session-close" in r for r in w.keeper.requests)
        assert ann.get("/sign-out/")[0] == 405, "reading changes nothing"
        assert Browser(w.port).sign_in("ann", Origin="https://evil.example")[0] == 403, "nobody is signed in by another site"
        assert ann.post("/sign-out/", {"form": good}, Origin=here, Sec_Fetch_Site="same-origin")[0] == 303
        assert len(sessions.open) == 1


@test("sessions end when they idle, with their user, and survive a restart of the web")
def ends():
    secret, old = "A" * 43, "B" * 43
    day = 24 * 3600 * 10**6

    def session(secret, at_us, seen_us, name="ann"):
        return card("session", secret_hash(secret)[:32], at_us=at_us, user=name, hash=secret_hash(secret), seen_us=seen_us)
    served, _ = web(USERS + session(secret, NOW_US - day, NOW_US - 3600 * 10**6) + session(old, NOW_US - 2 * day, NOW_US - day)
                    + session("C" * 43, NOW_US - 8 * day, NOW_US) + session("D" * 43, NOW_US, NOW_US, "gone"))
    with served as w:
        b = Browser(w.port)
        for cookie, wanted in ((secret, 200), (old, 303), ("C" * 43, 303), ("D" * 43, 303), ("E" * 43, 303), ("", 303), ("A" * 42, 303)):
            b.cookie = f"nines={cookie}"
            assert known(lambda: b.get("/admin/"))[0] == wanted, cookie
        assert any(r.startswith("session-seen " + secret_hash(secret)[:32]) for r in w.keeper.requests), "that it is used is noted"
        b.cookie = f"__Host-nines={secret}"
        assert b.get("/admin/")[0] == 303, "without TLS that name is not looked at"


@test("whose session ends while his form is on its way is refused when it has come")
def meanwhile():
    served, sessions = web()
    with served as w:
        b = Browser(w.port)
        assert b.sign_in("ann")[0] == 303
        body = f"form={b.form()}".encode()
        with socket.create_connection(("127.0.0.1", w.port), timeout=20) as s:
            s.sendall(b"POST /sign-out/ HTTP/1.1\r\nHost: x\r\nCookie: " + b.cookie.encode() + b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                      b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            assert s.recv(4096).startswith(b"HTTP/1.1 100"), "its head was read, and he was let in"
            name = next(iter(sessions.open))
            w.keeper.own.sendall(frame(f"card {name} kind=session version=2 at_us={NOW_US} first_us={NOW_US} by=x gone=1\n"
                                       f"card ann kind=user version=2 at_us={NOW_US} first_us={NOW_US} by=x gone=1\n"))
            while b.get("/admin/")[0] == 200:
                pass
            s.sendall(body)
            assert s.recv(4096).startswith(b"HTTP/1.1 401")
        assert not any(r.startswith("session-close") for r in w.keeper.requests)


@test("a token opens what its role may, a bad one nothing, and no form is asked of it")
def tokens():
    cards = token("ci", "viewer", "s3cret") + token("late", "admin", "over", until_us=NOW_US - 1) + user("ann", "admin")
    served, _ = web(cards)
    with served as w:
        def ask(secret, method="GET", path="/admin/"):
            return Browser(w.port).ask(method, path, Authorization=f"Bearer {secret}")
        assert known(lambda: ask("s3cret"))[0] == 200
        for secret in ("", "wrong", "over", secret_hash("s3cret"), secret_hash("s3cret")[:32], "S3CRET", "s3cret "[:6] + "x"):
            status, headers, text = ask(secret, "POST", "/sign-out/")
            assert status == 401 and headers["WWW-Authenticate"] == "Bearer" and "token" in text, secret
        assert ask("s3cret", "POST", "/sign-out/")[0] == 400, "it is let in, and has no session"


@test("behind a proxy with TLS the cookie is Secure and of this host alone; who is no proxy is not believed")
def behind_a_proxy():
    served, _ = web()
    with served as w:
        status, headers, _ = Browser(w.port, headers={"X-Forwarded-Proto": "https"}).sign_in("ann")
        assert status == 303 and headers["Set-Cookie"].startswith("nines=") and "Secure" not in headers["Set-Cookie"]
    served, _ = web(told="serve - proxies=127.0.0.0/8\n")
    with served as w:
        b = Browser(w.port, headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "status.example.org"})
        status, headers, _ = b.sign_in("ann", Origin="https://status.example.org")
        assert status == 303 and re.match(r"__Host-nines=[\w-]{43}; Path=/; HttpOnly; .*; Secure$", headers["Set-Cookie"])
        assert b.get("/admin/")[0] == 200


@test("when the process that works out passwords is killed another one takes its place")
def desk_gone(tmp):
    with Daemon(tmp, 'tcp "one" { host = "127.0.0.1" port = 1 every = "1h" }\n') as daemon:
        add_user(daemon)

        def signs_in():
            try:
                return Browser(daemon.port).post("/sign-in/", {"name": "ann", "password": "right horse battery"})[0] == 303
            except (ConnectionError, http.client.HTTPException):
                return False
        until("who was added signs in", signs_in)
        pids = daemon.processes()["web"]
        desk = [pid for pid in pids if int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) in pids]
        assert len(pids) == 2 and len(desk) == 1, (pids, desk)
        os.kill(desk[0], signal.SIGKILL)
        until("he signs in again", signs_in)
        assert not set(pids) & set(daemon.processes()["web"])


run()
