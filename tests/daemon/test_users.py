"""Accounts from the command line, signing in at the real thing, writing a post there; what is secret is nowhere."""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from daemon import Daemon, until  # noqa: E402
from signing import Browser, add_user, password_hash  # noqa: E402
from tap import run, test  # noqa: E402

PASSWORD = "right horse battery"
CONF = 'tcp "shop" { host = "127.0.0.1" port = 9 every = "1s" recheck = "1s" }\nservice "Shop" { members = {"shop"} }\n'


def signed_in(daemon, name="ann", password=PASSWORD):
    b = Browser(daemon.port)
    until("signed in", lambda: b.sign_in(name, password)[0] == 303)
    return b


def known(browser):
    """The answer as soon as the web knows who may, and answers at all."""
    def look():
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = browser.get("/admin/")
            return answer if answer[0] != 503 else None
    return until("the web knows who may", look)


@test("users and tokens are made, listed, changed and removed; refusals say why")
def commands(tmp):
    with Daemon(tmp, CONF) as daemon:
        assert "ann may sign in as editor" in add_user(daemon).stdout
        for words, given, wanted in (
                (("user", "add", "ann", "--role", "admin"), PASSWORD, "there is a user of that name"),
                (("user", "add", "bob", "--role", "admin"), "short", "at least 10 characters"),
                (("user", "add", "bob", "--role", "admin"), "", "no password"),
                (("user", "add", "bob", "--role", "king"), PASSWORD, "none of viewer"),
                (("user", "add", "bob"), PASSWORD, "--role is missing"),
                (("user", "add", "b b", "--role", "admin"), PASSWORD, "a name is made of"),
                (("user", "role", "bob", "--role", "admin"), "", "there is no user"),
                (("user", "role", "ann"), "", "--role ROLE or --owner"),
                (("user", "remove", "bob"), "", "there is no user"),
                (("user", "rename", "bob"), "", "is none of"),
                (("token", "add", "ci"), "", "--role is one of"),
                (("token", "add", "ci", "--role", "viewer", "--for", "soon"), "", "is no time"),
                (("token", "remove", "ci"), "", "there is no token")):
            done = daemon.nines(*words, input=given)
            assert done.returncode in (2, 64) and wanted in done.stderr and not done.stdout, (words, done)
        assert daemon.nines("user", "role", "ann", "--role", "admin").returncode == 0
        users = json.loads(daemon.nines("user", "list", "--json").stdout)["users"]
        assert [(u["name"], u["role"], u["owner"]) for u in users] == [("ann", "admin", "")] and users[0]["since"].endswith("Z")
        assert "ann" in daemon.nines("user").stdout
        made = daemon.nines("token", "add", "ci", "--role", "viewer", "--for", "90d", "--json")
        token = json.loads(made.stdout)["token"]
        assert re.fullmatch(r"[\w-]{43}", token)
        until("the token opens", lambda: Browser(daemon.port).get("/admin/", Authorization=f"Bearer {token}")[0] == 200)
        listed = json.loads(daemon.nines("token", "--json").stdout)["tokens"]
        assert listed[0]["name"] == "ci" and listed[0]["until"] > listed[0]["since"] and token not in json.dumps(listed)
        assert daemon.nines("token", "remove", "ci").returncode == 0
        until("the token opens nothing", lambda: Browser(daemon.port).get("/admin/", Authorization=f"Bearer {token}")[0] == 401)
        assert daemon.nines("user", "remove", "ann").returncode == 0
        assert "nobody may sign in" in daemon.nines("user").stdout


@test("an editor writes, updates, corrects and withdraws a post by the pages; a draft is published")
def writes(tmp):
    with Daemon(tmp, CONF) as daemon:
        add_user(daemon)
        b = signed_in(daemon)
        form = b.form()
        page = b.get("/admin/new/incident/")[2]
        assert 'value="Shop"' in page and 'value="shop"' in page
        bad = b.post("/admin/new/incident/", {"form": form, "title": "", "body": "We look into it.", "start": "tomorrow"})
        assert bad[0] == 409 and 'role="alert"' in bad[2] and "We look into it." in bad[2], bad[0]
        made = b.post("/admin/new/incident/", {"form": form, "title": "Orders <b>fail</b>", "body": "We look into it.\r\nSoon more.",
                                               "impact": "major", "state": "investigating", "component": "Shop", "draft": "1"})
        assert made[0] == 303, made[2]
        path = made[1]["Location"].split("?")[0]
        page = b.get(path)[2]
        assert "Orders &lt;b&gt;fail" in page and "<b>fail" not in page and "draft" in page and "Soon more." in page
        assert "Publish it" in page and b.get("/admin/")[2].count(path) == 1
        assert b.post(path + "publish/", {"form": form})[0] == 303
        page = b.get(path)[2]
        assert "Publish it" not in page and "<dd>Published, " in page
        assert b.post(path + "update/", {"form": form, "state": "identified", "body": "It is the database."})[0] == 303
        page = b.get(path)[2]
        assert page.index("It is the database.") < page.index("Soon more."), "the newest first"
        update = re.search(r'name="update" value="([^"]+)"', page).group(1)
        assert b.post(path + "correct/", {"form": form, "update": update, "body": "It is the disk."})[0] == 303
        page = b.get(path)[2]
        assert "It is the disk." in page and "corrected" in page
        first = re.findall(r'name="update" value="([^"]+)"', page)[-1]
        assert b.post(path + "withdraw/", {"form": form, "update": update})[0] == 409, "what is left would say another state"
        assert page.count("Withdraw the update") == 2
        assert b.post(path + "withdraw/", {"form": form, "update": first})[0] == 303
        page = b.get(path)[2]
        assert "Soon more." in page and "nines, withdrawn" not in page and "ann, withdrawn" in page and page.count("Withdraw the update") == 1
        assert b.post(path + "correct/", {"form": form, "update": first, "body": "It is the disk."})[0] == 409
        assert b.post(path + "update/", {"form": form, "state": "scheduled", "body": "x"})[0] == 409
        assert b.post(path + "withdraw/", {"form": form, "body": "It never was."})[0] == 303
        assert "withdrawn" in b.get(path)[2]
        for lost in ("/admin/post/none/", path + "nothing/", "/admin/new/poem/", "/admin/post/a/b/c/"):
            assert b.post(lost, {"form": form})[0] == 404, lost
        news = b.post("/admin/new/news/", {"form": form, "title": "A new hall", "body": "We have moved."})
        assert news[0] == 303
        work = b.post("/admin/new/maintenance/", {"form": form, "title": "New disks", "body": "Two hours.", "impact": "outage",
                                                  "start": "2031-02-03 04:00", "end": "2031-02-03T06:00", "component": "Shop"})
        assert work[0] == 303, work[2]
        assert "2031-02-03 04:00 UTC to 2031-02-03 06:00 UTC" in b.get(work[1]["Location"])[2]


@test("an incident begins with a canned text, its words filled in")
def canned(tmp):
    conf = CONF + 'canned "shop-down" { services = {"Shop"} title = "{{name}} is {{state}}" text = "Since {{since}}: we look into it." impact = "critical" }\n'
    with Daemon(tmp, conf) as daemon:
        add_user(daemon)
        b = signed_in(daemon)
        assert 'href="/admin/new/incident/shop-down/"' in until("told", lambda: "shop-down" in b.get("/admin/new/incident/")[2]
                                                                and b.get("/admin/new/incident/")[2])
        page = b.get("/admin/new/incident/shop-down/")[2]
        assert 'value="Shop is down"' in page, page
        assert re.search(r"Since \d{4}-\d\d-\d\d \d\d:\d\d UTC: we look into it.", page), re.findall(r"<textarea.*?</textarea>", page, re.S)
        assert '<option value="critical" selected>' in page and re.search(r'value="Shop" checked', page)
        assert b.get("/admin/new/incident/none/")[0] == 404 and b.get("/admin/new/news/shop-down/")[0] == 404


@test("what fails is acknowledged and silenced in the user's name")
def acknowledges(tmp):
    with Daemon(tmp, CONF) as daemon:
        add_user(daemon, role="operator")
        b = signed_in(daemon)
        page = until("it fails", lambda: "Acknowledge</button>" in b.get("/admin/")[2] and b.get("/admin/")[2])
        assert 'value="shop"' in page and "/admin/new/" not in page, "an operator writes no posts"
        form = b.form()
        assert b.get("/admin/new/news/")[0] == 403 and b.post("/admin/new/news/", {"form": form, "title": "x", "body": "y"})[0] == 403
        assert b.post("/admin/acknowledge/", {"form": form, "name": "nothing", "reason": "x"})[0] == 404
        until("it is confirmed", lambda: b.post("/admin/acknowledge/", {"form": form, "name": "shop", "reason": "disk"})[0] == 303)
        until("it is said", lambda: "Acknowledged." in b.get("/admin/")[2])
        assert re.search(r"shop.*ann.*disk", daemon.nines("ack").stdout, re.S)
        assert b.post("/admin/silence/", {"form": form, "name": "shop", "reason": "disk", "for": "for ever"})[0] == 400


def wrong_until_held_up(ask):
    """How many wrong passwords were tried until one more was told to wait."""
    count = 0
    while (status := until("an answer of a web that knows who may", lambda: (got := ask()) != 503 and got)) != 429:
        assert status in (401, 403), status
        count += 1
    return count


@test("who guesses passwords does not begin anew with another web process: neither at the sign-in, nor at a private page (F55)")
def guessing(tmp):
    (tmp / "password").write_text(password_hash(PASSWORD) + "\n")
    (tmp / "password").chmod(0o600)
    conf = CONF + f'page "inner" {{ show = "shop"  password = "file:{tmp}/password" }}\n'
    with Daemon(tmp, conf) as daemon:
        add_user(daemon)

        def sign_in():
            with contextlib.suppress(OSError, http.client.HTTPException):
                return Browser(daemon.port).post("/sign-in/", {"name": "ann", "password": "wrong horse"})[0]

        def enter():
            with contextlib.suppress(OSError, http.client.HTTPException):
                return Browser(daemon.port).get("/pages/inner/", Authorization="Basic " + base64.b64encode(b"x:wrong horse").decode())[0]
        free = 6  # to whom has not failed before: then he waits for one second, and each time for twice as long
        assert wrong_until_held_up(sign_in) >= free and wrong_until_held_up(enter) >= free
        web = daemon.processes()["web"][0]  # its helper comes behind it
        os.kill(web, signal.SIGKILL)
        until("another web", lambda: web not in daemon.processes().get("web", [web]))
        assert wrong_until_held_up(sign_in) < free and wrong_until_held_up(enter) < free


@test("sessions outlive the web and the daemon; nothing secret is in the store, in lines or in what it says")
def secrets(tmp):
    with Daemon(tmp, CONF, arguments=("--trace",)) as daemon:
        add_user(daemon)
        b = signed_in(daemon)
        secret = b.cookie.split("=")[1]
        assert Browser(daemon.port).sign_in("ann", "wrong horse battery")[0] == 403
        assert b.get("/admin/")[0] == 200
        web = daemon.processes()["web"][0]  # its helper comes behind it
        os.kill(web, signal.SIGKILL)
        until("another web", lambda: web not in daemon.processes().get("web", [web]))
        assert known(b)[0] == 200
        assert daemon.stop() == 0
        said = daemon.output()
    for place, text in [("output", said)] + [(p.name, p.read_bytes().decode("latin-1")) for p in pathlib.Path(tmp, "store").glob("*")
                                             if p.is_file()]:
        assert secret not in text and PASSWORD not in text and "wrong horse" not in text, place
    with Daemon(tmp, CONF) as daemon:
        b.port = daemon.port
        daemon.wait("page: ")
        assert known(b)[0] == 200
        done = daemon.nines("user", "password", "ann", input="another horse entirely\n")
        assert done.returncode == 0 and "signed out everywhere" in done.stdout
        until("it has ended", lambda: b.get("/admin/")[0] == 303)
        assert Browser(daemon.port).sign_in("ann", PASSWORD)[0] == 403
        assert Browser(daemon.port).sign_in("ann", "another horse entirely")[0] == 303


run()
