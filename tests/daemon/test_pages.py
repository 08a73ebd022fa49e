"""Sections `page` of a running ninesd: what is configured is what visitors see, files included; a reload changes pages as a whole or not at all; a page goes
on being served, and says how old it is, while the keeper is gone."""
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from crawl import fetch
from daemon import Daemon, until
from servers import Server, send
from tap import run, test

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
TARGETS = """
tcp "front" {{ host = "127.0.0.1" port = {port} every = "1s" title = "Web shop" category = "Shop" }}
tcp "vault" {{ host = "127.0.0.1" port = {port} every = "1s" }}
service "Shop" {{ members = {{"front"}} title = "The shop" }}
"""
PAGES = """
page "public" {{ title = "{title}" host = {{"status.example", "www.status.example"}} show = "Shop" zone = "Europe/Berlin" logo = "logo.png"
                style = "own.css" about-file = "about.md" templates = "dress" contact = "help@example.org" }}
page "inside" {{ details = yes }}
"""


def get(daemon, path, host="127.0.0.1"):
    answer = fetch(daemon.port, path, headers={"Host": host})
    return answer.status, answer.headers, answer.body


def text(daemon, path, **more):
    return get(daemon, path, **more)[2].decode()


def dress(tmp):
    (tmp / "logo.png").write_bytes(PNG)
    (tmp / "own.css").write_text("h1 { color: #123456; }\n")
    (tmp / "about.md").write_text("## Ours\n\nOur own words.\n")
    (tmp / "dress").mkdir()
    (tmp / "dress" / "a.html").write_text("<!-- piece say-operational -->\nAll right\n")


def configured(server, title="Shop status"):
    return (TARGETS + PAGES).format(port=server.port, title=title)


@test("a configured page shows what it names, in its own dress, and nothing else; by host and by name")
def shows(tmp):
    dress(tmp)
    with Server([send(b"hello\r\n")] * 1000) as server, Daemon(tmp, configured(server)) as daemon:
        daemon.wait("front .*-> up")
        until("the page is green", lambda: "All right" in text(daemon, "/"))
        by_host, by_name, inside = text(daemon, "/", host="www.status.example:80"), text(daemon, "/pages/public/"), text(daemon, "/pages/inside/")
        for body in (by_host, by_name):
            assert "Shop status" in body and "The shop" in body and "Web shop" in body and "vault" not in body and "Our own words." in body
            assert "127.0.0.1" not in re.sub(r"https?://127\.0\.0\.1:\d+", "", body)
        assert "vault" in inside and "Operational" in inside and "127.0.0.1" in inside
        logo, style = get(daemon, "/logo.png"), get(daemon, "/own.css")
        assert logo[2] == PNG and logo[1]["Content-Type"] == "image/png"
        assert style[2] == b"h1 { color: #123456; }\n"
        assert get(daemon, "/pages/nowhere/")[0] == 404 and get(daemon, "/monitor/vault/")[0] == 404


@test("an error in a page refuses the reload as a whole; a good one changes page, files and templates")
def reload(tmp):
    dress(tmp)
    with Server([send(b"hello\r\n")] * 1000) as server, Daemon(tmp, configured(server)) as daemon:
        daemon.wait("front .*-> up")
        (tmp / "dress" / "a.html").write_text("<!-- piece say-operatoinal -->\nFine\n")
        since = daemon.reload(configured(server, "Another title"))
        daemon.wait(rf"nines: {tmp}/dress/a.html:1: there is no piece 'say-operatoinal': did you mean 'say-operational'\?", since=since)
        daemon.wait("the old configuration stays in force", since=since)
        assert "Shop status" in text(daemon, "/") and "Another title" not in text(daemon, "/")
        (tmp / "dress" / "a.html").write_text("<!-- piece say-operational -->\nFine\n")
        (tmp / "own.css").write_text("h1 { color: #654321; }\n")
        daemon.reload(configured(server, "Another title"))
        until("the new page", lambda: "Another title" in text(daemon, "/"))
        until("its words", lambda: "Fine" in text(daemon, "/") and "All right" not in text(daemon, "/"))
        assert b"#654321" in get(daemon, "/own.css")[2]
        daemon.reload(TARGETS.format(port=server.port))
        until("one page with details", lambda: "vault" in text(daemon, "/"))
        assert get(daemon, "/pages/public/")[0] == 404 and get(daemon, "/logo.png")[0] == 404


@test("posts of the command line stand on the pages that they mean, and the status says so")
def posts(tmp):
    dress(tmp)
    with Server([send(b"hello\r\n")] * 1000) as server, Daemon(tmp, configured(server)) as daemon:
        daemon.wait("front .*-> up")
        done = daemon.nines("post", "add", "Orders are <slow>", "Shop=degraded_performance", "--text", "We look.", "--impact", "minor")
        assert done.returncode == 0, done.stderr
        daemon.nines("post", "add", "The vault is shut", "vault=major_outage", "--text", "Secret.")
        until("it is told", lambda: "Orders are &lt;slow&gt;" in text(daemon, "/"))
        until("the other, too", lambda: "The vault is shut" in text(daemon, "/pages/inside/"))
        body = text(daemon, "/")
        assert "Degraded performance" in body and "The vault is shut" not in body and "The shop: Degraded" in body
        assert "The vault is shut" not in text(daemon, "/history/")
        post = re.search(r'href="(/incident/\w+/)"', body)[1]
        assert "We look." in text(daemon, post)


@test("while the keeper hangs the page is served and says loudly that it is old")
def stale(tmp):
    dress(tmp)
    with Server([send(b"hello\r\n")] * 1000) as server, Daemon(tmp, configured(server)) as daemon:
        daemon.wait("front .*-> up")
        until("the page is there", lambda: "The shop" in text(daemon, "/"))
        keeper, = daemon.processes()["keeper"]
        os.kill(keeper, signal.SIGSTOP)
        try:
            until("it says so", lambda: "This page is old: the monitor&#39;s core" in text(daemon, "/"))
            assert "The shop" in text(daemon, "/") and "Our own words." in text(daemon, "/")
        finally:
            os.kill(keeper, signal.SIGCONT)
        until("it is fresh again", lambda: "This page is old" not in text(daemon, "/"))


run()
