#!/usr/bin/env python3
"""Posts of a running ninesd: what fails becomes a draft, a post, and is resolved by itself; people write, correct and withdraw; the keeper and
the whole daemon are killed in between; hostile texts come back as they went in."""
# timeout: 240
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import payloads
from daemon import Daemon, free_port, nines, until
from tap import ROOT, run, test

CANNED = """
tcp "web" { host = "127.0.0.1" port = %d every = "1s" recheck = "1s" title = "Web shop" }
service "Shop" { members = {"web"} }
canned "shop" {
    services = {"Shop"} post = "auto" after = "%s" impact = "major"
    title = "{{name}} is {{state}}" text = "We look at {{name}}." resolve = "{{name}} is back."
}
"""


@contextlib.contextmanager
def listening(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen(64)
        yield s


def posts(daemon, *more):
    done = daemon.nines("post", "list", "--json", *more)
    return json.loads(done.stdout)["posts"] if done.returncode == 0 else []


def write(daemon, *words, **more):
    """The id of the post."""
    done = daemon.nines("post", *words, "--json", **more)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return json.loads(done.stdout)["id"]


def refused(daemon, *words, **more):
    done = daemon.nines("post", *words, **more)
    assert done.returncode != 0 and done.stderr.count("\n") == 1, (words, done.stdout, done.stderr)
    return done.stderr


def one(daemon, what, **wanted):
    """Waits until the first post is so."""
    def look():
        found = posts(daemon)
        return found and all(found[0][key] == value for key, value in wanted.items()) and found[0]
    try:
        return until(what, look)
    except AssertionError as error:
        raise AssertionError(f"{error}: {posts(daemon)}\n{daemon.output()}") from None


@test("a service that fails: a draft, published by itself, told on by a person, and of another failure resolved by itself")
def automatic(tmp):
    port = free_port()
    with Daemon(tmp, CANNED % (port, "2s")) as daemon:
        post = one(daemon, "a draft becomes a post", stage="published", state="investigating")
        assert post["title"] == "Shop is down" and post["automatic"] and post["impact"] == "major", post
        assert post["components"] == [{"name": "Shop", "state": "major_outage"}], post
        assert [u["text"] for u in post["updates"]] == ["We look at Shop."], post
        with listening(port):
            post = one(daemon, "it is resolved", state="resolved")
            assert post["updates"][-1]["text"] == "Shop is back." and post["end"] > post["start"], post
            assert not post["automatic"], post
        until("another failure", lambda: len(posts(daemon)) == 2)
        one(daemon, "published", stage="published")
        first = posts(daemon)[0]["id"]
        assert write(daemon, "update", first, "--state", "identified", "--text", "A cable.") == first
        with listening(port):
            daemon.until_status("it works again", lambda s: s["services"][0]["state"] == "up")
            post = json.loads(daemon.nines("post", "show", first, "--json").stdout)
            assert post["state"] == "identified" and not post["automatic"], post


@test("a post that is open when its section is taken out of the configuration is resolved when its service is up")
def without_section(tmp):
    port = free_port()
    with Daemon(tmp, CANNED % (port, "1s")) as daemon:
        one(daemon, "published", stage="published", state="investigating")
        daemon.reload((CANNED % (port, "1s")).split("canned")[0])
        with listening(port):
            post = one(daemon, "it is resolved", state="resolved")
            assert post["updates"][-1]["text"] == "Shop: works again." and post["title"] == "Shop is down", post


@test("posts outlive the keeper and the daemon; the record has each version; a draft that was withdrawn leaves none")
def resumed(tmp):
    with Daemon(tmp, CANNED % (1, "1h")) as daemon:
        draft = one(daemon, "a draft", stage="draft")["id"]
        written = write(daemon, "add", "Slow", "web=degraded_performance", "--text", "-", input="One.\nTwo.\n")
        update = json.loads(daemon.nines("post", "show", written, "--json").stdout)["updates"][0]["id"]
        write(daemon, "correct", written, "--update", update, "--text", "Three.")
        gone = write(daemon, "news", "No", "--text", "never", "--draft")
        write(daemon, "withdraw", gone)
        before = posts(daemon)
        keeper = daemon.processes()["keeper"][0]
        until("the record has it", lambda: count(tmp, written) == 2 and count(tmp, gone) == 0)
        os.kill(keeper, signal.SIGKILL)
        until("another keeper", lambda: posts(daemon))
        assert posts(daemon) == before, (posts(daemon), before)
        assert daemon.stop() == 0
    with Daemon(tmp, CANNED % (1, "1h")) as daemon:
        until("a keeper", lambda: posts(daemon))
        assert posts(daemon) == before and [p["id"] for p in before] == [written, draft], (posts(daemon), before)
        shown = json.loads(daemon.nines("post", "show", written, "--json").stdout)
        assert shown["updates"][0]["text"] == "Three." and shown["updates"][0]["was"][0]["text"] == "One.\nTwo.", shown
        text = daemon.nines("post", "show", written).stdout
        manual = (ROOT / "docs/man/nines.1").read_text().split(".Sh JSON")[1]
        for key in {*shown, *shown["updates"][0], *shown["updates"][0]["was"][0], *shown["components"][0]}:
            assert re.search(rf"\b{key}\b", manual), f"nines(1) does not tell of {key}"
        assert re.search(r"of web \(degraded_performance\)", text) and re.search(r"until \S+ it said:\n      One\.\n      Two\.", text), text


def count(tmp, post):
    """How many versions of it and of its updates the record has."""
    with contextlib.closing(sqlite3.connect(f"file:{pathlib.Path(tmp)}/store/nines.db?mode=ro", uri=True)) as base:
        return base.execute("select count(*) from card where id = ?1 and kind = 'post'", (post,)).fetchone()[0]


@test("a maintenance is planned for the figures, too, moves with its post, and goes with it")
def maintenance(tmp):
    with Daemon(tmp, CANNED % (1, "1h")) as daemon:
        daemon.wait("web")
        post = write(daemon, "maintenance", "New disks", "Shop", "--start", "2036-01-01T10:00:00Z", "--for", "2h", "--text", "We change disks.")
        listed = json.loads(daemon.nines("maintenance", "--json").stdout)["maintenance"]
        assert [(w["services"], w["from"][:16], w["to"][:16], w["text"]) for w in listed] == \
            [(["Shop"], "2036-01-01T10:00", "2036-01-01T12:00", "New disks")], listed
        write(daemon, "update", post, "--start", "2036-02-01T10:00:00Z", "--end", "2036-02-01T11:00:00Z", "--text", "Later.")
        listed = json.loads(daemon.nines("maintenance", "--json").stdout)["maintenance"]
        assert [w["from"][:16] for w in listed] == ["2036-02-01T10:00"], listed
        write(daemon, "update", post, "--state", "cancelled", "--text", "Not needed.")
        assert json.loads(daemon.nines("maintenance", "--json").stdout)["maintenance"] == []
        now = write(daemon, "maintenance", "Now", "Shop", "--for", "1h", "--text", "We are at it.")
        assert posts(daemon)[0]["id"] == now and posts(daemon)[0]["state"] == "in_progress", posts(daemon)


@test("what is wrong is said in one line, with what to do")
def wrong(tmp):
    with Daemon(tmp, CANNED % (1, "1h") + 'page "public" { title = "Acme" }\n') as daemon:
        draft = one(daemon, "a draft", stage="draft")["id"]
        for words, said in {
            ("add",): "the title is missing", ("add", "x"): "the text is missing", ("add", "x", "Shpo", "--text", "y"): "did you mean 'Shop'?",
            ("update",): "the id of the post is missing", ("update", "77", "--text", "x"): "no post has this id",
            ("show", "77"): "no post has the id '77'", ("maintenance", "x", "Shop", "--text", "y"): "when the maintenance begins",
            ("add", "x", "--text", "y", "--start", "yesterday"): "--start 'yesterday' is no time",
            ("add", "x", "--text", "y", "--impact", "huge"): "impact 'huge' is none of none, minor, major, critical",
            ("update", draft, "--state", "postmortem", "--text", "y"): "begin with state resolved", ("party",): "'party' is none of list, show, add",
            ("add", "x", "--text", "y", "--page", "publik"): "there is no page 'publik': did you mean 'public'?",
            ("add", "x", "--text", "y", "--at", "2020-01-02T00:00:00Z", "--until", "2020-01-01T00:00:00Z"): "ends before it begins",
            ("add", "x", "--text", "y", "--cause", "ghosts"): "cause 'ghosts' is none of",
        }.items():
            assert said in refused(daemon, *words), (words, refused(daemon, *words))
        assert "holds a NUL" in refused(daemon, "add", "x", "--text", "-", input="a\0b")
        assert "longer than 16384 bytes" in refused(daemon, "add", "x", "--text", "-", input="x" * 20000)
        assert "too long" in refused(daemon, "add", "x", "--text", "-", input="\u0434" * 8000)
        assert len(posts(daemon)) == 1, posts(daemon)


HOSTILE = ["<script>alert(1)</script>", "{{name}}", "%s%n%x", "'; DROP TABLE card; --", "\u202eevil", "a\tb", '"quoted" \\ back', "\x1b[2J",
           "=cmd|' /C calc'!A0", "\r\nBcc: x@example.org", "${jndi:ldap://x}", "\ud7ff\U0010ffff", "-->", "]]>", "&amp;&#x3c;", "card X kind=post gone=1"]


@test("hostile texts are kept as they are, and harmless on a terminal")
def hostile(tmp):
    with Daemon(tmp, CANNED % (1, "1h")) as daemon:
        one(daemon, "a draft", stage="draft")
        for text in HOSTILE:
            post = write(daemon, "add", "x", "--text", text, "--by", text)
            shown = json.loads(daemon.nines("post", "show", post, "--json").stdout)["updates"][0]
            if not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text):  # which JSON for people shows as signs
                assert shown["text"] == text, (text, shown)
            plain = daemon.nines("post", "show", post).stdout
            assert "\x1b" not in plain and "\u202e" not in plain and "\r" not in plain, (text, plain)
        assert len(posts(daemon)) == len(HOSTILE) + 1
        texts = [text for text in payloads.MARKUP if text.strip() and text.isprintable() and len(text.encode()) <= 200]
        for text in texts:
            write(daemon, "add", f".{text}", f"--text={text}", "--quiet", "--cause", "attack")
        assert len(texts) > 100 and [p["title"][1:] for p in posts(daemon)][len(texts) - 1::-1] == texts


@test("a visitor reads what was written, drafts and what was withdrawn never; another's pages show it not")
def read(tmp):
    pages = 'page "all" { title = "All" }\npage "other" { title = "Other" show = {"mail"} }\ntcp "mail" { host = "127.0.0.1" port = 1 every = "1h" }\n'
    with Daemon(tmp, CANNED % (1, "1h") + pages) as daemon:
        draft = one(daemon, "a draft", stage="draft")["id"]
        post = write(daemon, "add", "Slow <b>", "Shop", "--text", "Seen <i>by</i> many.", "--at", "2026-01-01T10:00:00Z", "--until", "2026-01-01T11:00:00Z")
        update = json.loads(daemon.nines("post", "show", post, "--json").stdout)["updates"][0]["id"]
        write(daemon, "correct", post, "--update", update, "--text", "Seen by <u>some</u>.")
        page = until("the page", lambda: fetch(daemon, f"/incident/{post}/")[1] if "some" in fetch(daemon, f"/incident/{post}/")[1] else None)
        assert "Slow &lt;b&gt;" in page and "&lt;u&gt;some" in page and "&lt;i&gt;by" in page and "<b>" not in page and "<u>" not in page, page
        assert 'datetime="2026-01-01T10:00:00Z"' in page and 'datetime="2026-01-01T11:00:00Z"' in page, page
        assert fetch(daemon, f"/incident/{draft}/")[0] == 404 and "is down" not in fetch(daemon, "/")[1]
        assert fetch(daemon, f"/pages/other/incident/{post}/")[0] == 404, "another page shows none of it"
        write(daemon, "withdraw", post)
        until("it is gone", lambda: fetch(daemon, f"/incident/{post}/")[0] == 404)


def fetch(daemon, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@test("a configuration with a section canned that is wrong is refused where it is wrong")
def configured(tmp):
    conf = pathlib.Path(tmp) / "nines.conf"
    for section, said in {
        'canned "x" { services = {"Shpo"} }': "did you mean 'Shop'?", 'canned "x" { }': "services",
        'canned "x" { services = {"Shop"} text = "{{reason}}" }': "there are {{name}}, {{state}} and {{since}}",
        'canned "x" { services = {"Shop"} post = "maybe" }': "draft|auto|off",
        'canned "x" { services = {"Shop"} title = " " }': "title: it is empty",
        'canned "x" { services = {"Shop"} }\ncanned "x" { services = {"Shop"} }': "there are two sections canned 'x'",
    }.items():
        conf.write_text(f'store = "{tmp}/db"\nmodules = "{os.environ.get("BUILD", "build")}/modules"\n' +
                        'tcp "web" { host = "127.0.0.1" port = 1 }\nservice "Shop" { members = {"web"} }\n' + section + "\n")
        done = nines("config", "check", conf=conf)
        assert done.returncode != 0 and said in done.stderr, (section, done.stderr, done.stdout)


run()
