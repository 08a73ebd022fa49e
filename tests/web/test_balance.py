"""/health/NAME and /redirect/NAME, asked by clients, by a real nginx and by a real HAProxy with the recipes of conf.d/examples."""
import contextlib
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from crawl import fetch  # noqa: E402
from daemon import die_with_parent, free_port, until  # noqa: E402
from keeper import Web, line  # noqa: E402
from real import accepts, environment, nginx, program  # noqa: E402
from tap import ROOT, run, test  # noqa: E402

NOW_US = int(time.time() * 1e6)
EXAMPLES = ROOT / "conf.d" / "examples" / "site"
NAMES = ["a", "b", "c", "lone"]


def told(a="http://a.example/", b="http://b.example/", c="", page=""):
    lines = "pages 1\n"
    for name, visit, words in (("a", a, {}), ("b", b, {}), ("c", c, dict(standing="in-preparation")), ("lone", "", {})):
        lines += line("target", name=name, module="tcp", **(dict(visit=visit) if visit else {}), **words)
    lines += line("target", name="Shop", members="c\na\nb", need=1) + line("target", name="Plain", members="lone", need=1)
    return lines + (page or line("page", name="status", title="Example")) + "pages-end 1\n"


def says(maintenance=(), paused=(), **states):
    lines = ""
    for name in NAMES:
        words = {**(dict(maintenance=1) if name in maintenance else {}), **(dict(paused=1) if name in paused else {})}
        lines += line("check", name=name, module="tcp", state=states.get(name, "up"), since_us=NOW_US, **words)
    for name, members in (("Shop", "c\na\nb"), ("Plain", "lone")):
        lines += line("service", name=name, state=states.get(name, "up"), since_us=NOW_US, members=members)
    return lines + "health - ok=1\nend -\n"


def ask(port, path):
    answer = fetch(port, path)
    return answer.status, dict(answer.headers), answer.body.decode()


@test("health: 200 while it works, 503 when not; what is neither goes as its asker wants it")
def health():
    for states, path, code, said in (
            ({}, "Shop", 200, "up"), ({"Shop": "degraded"}, "Shop", 200, "degraded"), ({"Shop": "degraded"}, "Shop?degraded=down", 503, "degraded"),
            ({"Shop": "unconfirmed"}, "Shop", 200, "unconfirmed"), ({"Shop": "down"}, "Shop", 503, "down"),
            ({"Shop": "unknown"}, "Shop", 503, "unknown"), ({"Shop": "unknown"}, "Shop?unknown=up", 200, "unknown"),
            ({}, "c", 503, "in-preparation"), ({}, "c?out=up", 200, "in-preparation"), ({"a": "down"}, "a", 503, "down"), ({}, "b", 200, "up"),
            ({"maintenance": ["a"]}, "a", 200, "up"), ({"maintenance": ["a"]}, "a?maintenance=down", 503, "up"),
            ({"maintenance": ["a"], "a": "down"}, "a", 503, "down"), ({"maintenance": ["a"], "a": "down"}, "a?maintenance=up", 200, "down"),
            ({"paused": ["a"]}, "a", 503, "paused")):
        with Web(says(**states), told=told()) as web:
            got, headers, body = web.get("/health/" + path)
            assert got == code and json.loads(body)["state"] == said and json.loads(body)["ok"] == (code == 200), (states, path, got, body)
            assert headers["Cache-Control"] == "no-store"
            got, headers, body = web.get("/health/" + path + ("&" if "?" in path else "?") + "format=text")
            assert got == code and body == said + "\n" and headers["Content-Type"].startswith("text/plain")


@test("nothing is told of what is not there, or not shown; a keeper that is silent is unknown")
def hidden():
    page = line("page", name="status", show="Plain")
    with Web(says(), told=told(page=page)) as web:
        for path in ("/health/Shop", "/health/a", "/redirect/Shop", "/health/none", "/health/%3Cscript%3E", "/redirect/../etc"):
            assert web.get(path)[0] == 404, path
        assert web.get("/health/Plain")[0] == 200
    with Web(says(), silent=True, told=told()) as web:
        assert web.get("/health/Shop")[0] == 503 and web.get("/redirect/Shop")[0] == 503


@test("redirect: the first member that works; when none does, a page that says so, or the status page")
def redirect():
    for states, path, code, to in (
            ({}, "Shop", 302, "http://a.example/"), ({"a": "down"}, "Shop", 302, "http://b.example/"),
            ({"maintenance": ["a"]}, "Shop", 302, "http://b.example/"), ({"paused": ["a"]}, "Shop", 302, "http://b.example/"),
            ({"a": "down", "b": "down", "Shop": "down"}, "Shop", 503, None), ({}, "Plain", 204, None), ({"Plain": "down"}, "Plain", 503, None)):
        with Web(says(**states), told=told()) as web:
            got, headers, body = web.get("/redirect/" + path)
            assert got == code and headers.get("Location") == to and headers["Cache-Control"] == "no-store", (states, got, headers)
            if code == 503:
                assert "not available just now" in body and headers["Retry-After"] == "30" and 'href="/"' in body
                got, headers, _ = web.get("/redirect/" + path + "?down=page")
                assert got == 302 and headers["Location"].endswith("/"), headers


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.name.encode())

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def backend(name):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def recipe(name, ports):
    """The shipped file with the ports of this test in the place of its own."""
    text = (EXAMPLES / name).read_text()
    for own, port in ports.items():
        assert re.search(rf"(:|port ){own}\b", text), (name, own)
        text = re.sub(rf"(:|port ){own}\b", rf"\g<1>{port}", text)
    return text


class Served(Exception):
    """The web was killed on purpose: its end is no failure."""


@test("nginx serves the site while nines says that it works, sends visitors to the status page when not, and serves on without nines")
def nginx_recipe(tmp):
    port = free_port()
    with backend("the site") as site, contextlib.suppress(Served):
        with Web(says(), told=told()) as web:
            text = recipe("nginx.example", {8000: port, 8001: site, 8080: web.port}).replace("/var/cache/nginx", str(tmp))
            with nginx(str(tmp), text, wait_for=("127.0.0.1", port)):
                assert ask(port, "/")[::2] == (200, "the site")
                web.keeper.lines = says(Shop="down", a="down", b="down")
                code, headers, _ = until("the redirect", lambda: (lambda got: got if got[0] != 200 else None)(ask(port, "/")))
                assert code == 302 and headers["Location"] == "https://status.example.org/", (code, headers)
                web.keeper.lines = says()
                until("the site again", lambda: ask(port, "/")[0] == 200)
                web.process.kill()
                web.process.wait()
                for _ in range(5):
                    assert ask(port, "/")[::2] == (200, "the site")
                raise Served


@test("HAProxy takes a server out that nines says is down, and shows the status page when none is left")
def haproxy_recipe(tmp):
    binary, port = program("haproxy", "usr/sbin/haproxy"), free_port()
    with backend("one") as one, backend("two") as two, Web(says(), told=told()) as web:
        conf = tmp / "haproxy.cfg"
        conf.write_text(recipe("haproxy.example", {8000: port, 8001: one, 8002: two, 8080: web.port}))
        process = subprocess.Popen([binary, "-db", "-f", conf], env=environment("haproxy"), preexec_fn=die_with_parent,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            until("HAProxy", lambda: accepts("127.0.0.1", port) or process.poll() is not None)
            assert process.poll() is None, process.communicate()[0]
            until("both", lambda: {ask(port, "/")[2] for _ in range(4)} == {"one", "two"})
            web.keeper.lines = says(a="down")
            until("two alone", lambda: {ask(port, "/")[2] for _ in range(4)} == {"two"})
            web.keeper.lines = says(a="down", b="down", Shop="down")
            code, headers, _ = until("the redirect", lambda: (lambda got: got if got[0] == 302 else None)(ask(port, "/")))
            assert headers["location"] == "https://status.example.org/", headers
            web.keeper.lines = says()
            until("both again", lambda: {ask(port, "/")[2] for _ in range(4)} == {"one", "two"})
        finally:
            process.kill()
            process.communicate()


run()
