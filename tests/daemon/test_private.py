"""A private page of a real ninesd: from the secret in a file to the cookie, through reloads and a new password; behind nginx with auth_request."""
import base64
import http.client
import http.server
import os
import pathlib
import re
import signal
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from daemon import Daemon, free_port, until  # noqa: E402
from real import nginx  # noqa: E402
from signing import Browser, add_user  # noqa: E402
from tap import ROOT, run, test  # noqa: E402

PASSWORD = "open sesame, please"
OTHER = "closed for ever & a day"
CONF = 'proxies = {"127.0.0.1"}\npage "staff" { title = "Innermost"  password = "file:secret"  sign-in = yes }\npage "all" { title = "In the open" }\n'


def secret(tmp, text):
    (tmp / "secret").write_text(text + "\n")
    (tmp / "secret").chmod(0o640)


def basic(password):
    return {"Authorization": "Basic " + base64.b64encode(f"reader:{password}".encode()).decode()}


@test("who has entered stays inside when the configuration is read again and when the page's process dies, and is outside with the next password; it is told nowhere")
def password(tmp):
    secret(tmp, PASSWORD)
    with Daemon(tmp, CONF, arguments=["--trace"]) as daemon:
        daemon.wait("page: ")
        b = Browser(daemon.port, headers={"X-Forwarded-For": "203.0.113.9"})
        assert b.get("/")[0] == 401 and "In the open" in b.get("/pages/all/")[2]
        assert b.post("/enter/", {"password": "open sesame"})[0] == 403 and not b.cookie
        assert b.post("/enter/", {"password": PASSWORD})[0] == 303 and "Innermost" in b.get("/")[2]
        said = daemon.reload()
        daemon.wait("configuration", since=said)
        assert "Innermost" in b.get("/")[2]
        os.kill(daemon.processes()["web"][0], signal.SIGKILL)
        until("the page again", lambda: served(b) == 200)
        reader = Browser(daemon.port, headers=basic(PASSWORD))
        assert reader.get("/feed.atom")[0] == 200
        add_user(daemon, role="viewer")
        ann = Browser(daemon.port)
        until("signed in", lambda: ann.sign_in("ann", "right horse battery")[0] == 303)
        secret(tmp, OTHER)
        daemon.reload()
        until("outside", lambda: b.get("/")[0] == 401)
        assert reader.get("/feed.atom")[0] == 401 and "Innermost" in ann.get("/")[2]
        assert Browser(daemon.port, headers=basic(OTHER)).get("/feed.atom")[0] == 200
        shown = daemon.output() + daemon.nines("status", "--json").stdout + daemon.nines("config", "check", "--json").stdout
        for told in (PASSWORD, OTHER, *(basic(p)["Authorization"][6:] for p in (PASSWORD, OTHER)), b.cookie.split("=")[1]):
            assert told not in shown, "a password or a cookie in a log, a trace or a status"
    store = b"".join(path.read_bytes() for path in tmp.glob("*.db*"))
    assert PASSWORD.encode() not in store and OTHER.encode() not in store


def served(b):
    try:
        return b.get("/")[0]
    except OSError:
        return 0


class Gate(http.server.BaseHTTPRequestHandler):
    """Whatever stands behind auth_request: it knows who comes by a cookie."""

    def do_GET(self):
        name = re.search(r"sso=(\w+)", self.headers["Cookie"] or "")
        self.send_response(202 if name else 401)
        if name:
            self.send_header("X-Auth-Request-User", name.group(1))
        self.end_headers()

    def log_message(self, *_):
        pass


@test("behind nginx with auth_request, as docs/operations.md has it, whom it names sees the page; what a visitor says himself is not passed on, nor believed past the proxy")
def sso(tmp):
    recipe, = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs/operations.md").read_text().partition("## Pages for some")[2].partition("\n## ")[0], re.S)
    port, gate = free_port(), http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    conf = 'proxies = {"127.0.0.1"}\npage "staff" { title = "Innermost"  sso-header = "X-Remote-User" }\n'
    try:
        with Daemon(tmp, conf) as daemon:
            daemon.wait("page: ")
            for old, new in (("listen 8000", f"listen 127.0.0.1:{port}"), ("127.0.0.1:9999", f"127.0.0.1:{daemon.port}"),
                             ("127.0.0.1:4180", f"127.0.0.1:{gate.server_address[1]}")):
                assert old in recipe, old
                recipe = recipe.replace(old, new)
            (tmp / "nginx").mkdir()
            with nginx(tmp / "nginx", recipe, wait_for=("127.0.0.1", port)):
                def ask(to, path="/", **headers):
                    connection = http.client.HTTPConnection("127.0.0.1", to, timeout=20, source_address=("127.0.0.2", 0))
                    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
                    answer = connection.getresponse()
                    return answer.status, answer.read().decode()
                assert ask(port, Cookie="sso=ann")[0] == 200 and "Innermost" in ask(port, Cookie="sso=ann")[1]
                for headers in ({}, {"X_Remote_User": "ann"}, {"X_Auth_Request_User": "ann"}, {"X_Forwarded_For": "127.0.0.1", "X_Remote_User": "ann"}):
                    status, text = ask(port, **headers)
                    assert status == 401 and "Innermost" not in text, (headers, status)
                    status, text = ask(daemon.port, **headers)
                    assert status == 403 and "Innermost" not in text, (headers, status)
                assert ask(port, "/ping/none", X_Remote_User="ann")[0] == 404, "heartbeats need no sign-on"
                until("who subscribed is known", lambda: ask(port, "/subscription/none")[0] != 503)
                assert ask(port, "/pages/staff/subscription/none", X_Remote_User="ann")[0] == 404, "nor do the links of letters"
    finally:
        gate.shutdown()
        gate.server_close()


run()
