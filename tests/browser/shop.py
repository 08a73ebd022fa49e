"""tests/browser/shop.py: a small shop with its status page: servers that can be stopped, a ninesd that watches them, a browser.

    with Shop(folder) as shop:
        shop.stop("payment")
        shop.until_page("payment is down", lambda text: "down" in text)
"""
import contextlib
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from browser import Browser  # noqa: E402
from crawl import fetch  # noqa: E402
from daemon import Daemon, until  # noqa: E402
from role import Client  # noqa: E402
from role import words as words_of  # noqa: E402
from servers import Server, hold, send, silence  # noqa: E402
from tap import BUILD  # noqa: E402

CHECKS = ("shop", "payment", "search", "mail")
TITLES = {"shop": "Web shop", "payment": "Payment", "search": "Search", "mail": "Order mail"}
CHECK = 'tcp "{name}" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" title = "{title}" category = "{category}" }}\n'
SERVICES = ('service "Buying" { members = {"shop", "payment"} need = 2 title = "Buying" }\n'
            'service "Site" { members = {"Buying", "search"} title = "The whole site" }\n')


PASSWORD = "correct horse 7 battery"


def ago(**span):
    """RFC 3339, so long before now."""
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Shop:
    def __init__(self, folder, *, services=SERVICES, pages="", more="", checks=CHECKS, script=False, hosts=(), **words):
        self.folder, self.stack = pathlib.Path(folder), contextlib.ExitStack()
        self.folder.chmod(0o755)
        self.servers = {name: Server([send(b"hello\r\n"), silence()]) for name in checks}
        self.held = {}  # ports of those that are stopped
        self.text = f'notifiers = "{BUILD}/notifiers"\nreports = "{BUILD}/reports"\n' + "".join(
            CHECK.format(name=name, port=server.port, title=TITLES.get(name, name), category="Orders" if name != "mail" else "Letters")
            for name, server in self.servers.items()) + services + pages + more
        self.words, self.script, self.hosts, self.made = words, script, hosts, None

    def __enter__(self):
        for server in self.servers.values():
            self.stack.enter_context(server)
        self.daemon = self.stack.enter_context(Daemon(self.folder, self.text, **self.words))
        self.until_state(*self.servers, state="up")
        return self

    def __exit__(self, *error):
        if self.made:
            self.made.close()
        return self.stack.__exit__(*error)

    @property
    def browser(self):
        """Made when it is first wanted, and kept."""
        self.made = self.made or Browser(self.folder, script=self.script, hosts=self.hosts)
        return self.made

    def url(self, path="/", host="127.0.0.1"):
        return f"http://{host}:{self.daemon.port}{path}"

    def get(self, path="/", **more):
        return fetch(self.daemon.port, path, **more)

    def go(self, path="/", host="127.0.0.1", **more):
        return self.browser.go(self.url(path, host), **more)

    def stop(self, name):
        """Whoever is asked for next gets no answer."""
        self.servers[name].__exit__(None, None, None)
        self.held[name] = hold(self.servers[name].port)

    def start(self, name):
        self.held.pop(name).close()
        self.servers[name] = Server([send(b"hello\r\n"), silence()], port=self.servers[name].port)
        self.servers[name].__enter__()

    def until_state(self, *names, state):
        self.daemon.until_status(f"{names} are {state}", lambda s: all(
            {c["name"]: c["state"] for c in s["checks"]}.get(name) == state for name in names))

    def until_checks(self, what, condition):
        self.daemon.until_status(what, lambda s: all(map(condition, s["checks"])))

    def until_page(self, what, condition, path="/"):
        """Until a program that asks for the page finds it so; the text of the page."""
        return until(what, lambda: (lambda text: text if condition(text) else None)(self.get(path).body.decode()))

    def nines(self, *words, **more):
        """What a command says, which must succeed."""
        done = self.daemon.nines(*words, **more)
        assert done.returncode == 0, f"nines {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def asked(self, *words):
        return json.loads(self.nines(*words, "--json"))

    def ask(self, line):
        """The words of the keeper's answer to one request."""
        client = Client(self.daemon.folder / "nines.sock")
        client.send(line)
        found = next(found for verb, _, found in map(words_of, client.lines()) if verb == "end")
        client.mine.close()
        return found

    # ---- people ----

    def add_user(self, name="ann", role="admin"):
        self.nines("user", "add", name, "--role", role, input=PASSWORD + "\n")

    def sign_in(self, name="ann"):
        """In the browser, by the form."""
        self.go("/sign-in/")
        self.browser.fill("Name", name)
        self.browser.fill("Password", PASSWORD)
        self.browser.press("Sign in")
        return self

    def cookie(self):
        """The header of who is signed in in the browser."""
        return {"Cookie": "; ".join(f"{name}={words['value']}" for name, words in self.browser.cookies().items())}

    # ---- what stands on a page that has seen something ----

    def post(self, *words):
        """Writes a post; its id."""
        return self.asked("post", *words)["id"]

    def fill_board(self):
        """An incident that goes on and one that is over, maintenance ahead, under way and over, news."""
        ids = {"open": self.post("add", "Cards are refused", "payment=partial_outage", "--impact", "major", "--text", "Some cards are refused.\n\nWe look into it."),
               "over": self.post("add", "Search was slow", "search=degraded_performance", "--impact", "minor", "--start", ago(days=2), "--text", "Searching took long.", "--quiet"),
               "ahead": self.post("maintenance", "A new switch", "shop", "--start", ago(days=-1), "--for", "2h", "--text", "The shop will be away for a minute."),
               "now": self.post("maintenance", "Moving the mail", "mail", "--start", ago(minutes=5), "--for", "2h", "--text", "Order mail comes late."),
               "news": self.post("news", "We have a status page", "--text", "It tells you what we know, when we know it.")}
        self.nines("post", "update", ids["open"], "--state", "identified", "--text", "It is our provider: https://provider.example.org/status")
        self.nines("post", "update", ids["over"], "--state", "resolved", "--at", ago(days=1), "--text", "An index had been lost. It is there again.")
        return ids
