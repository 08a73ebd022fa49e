"""More than 200 texts of strangers in everything that pages show (F44, F49): what Chromium makes of each page is the same as of harmless texts: no element, no
attribute, no handler and no request more. JavaScript is on here, so that whatever would run does."""
# timeout: 240
import collections
import itertools
import pathlib
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shop import Shop  # noqa: E402
from crawl import Crawl  # noqa: E402
from payloads import MARKUP, raw  # noqa: E402
from role import quote  # noqa: E402
from servers import Server, send, silence  # noqa: E402
from tap import run, test  # noqa: E402

INVISIBLE = "\x00\x07\x08\x0b\x1b\x7f\x9b\u202e\u202a\u2066\u200b\ufeff\u2028"
SCHEMES = ("http:", "https:", "mailto:", "tel:")
# But for titles inside of drawings, where what had to be cut stands whole: how much that is depends on the letters; and for links that
# the text of a post may have: LEADS says where to; and for a notice that the data is old, which it may be on a busy machine.
SEEN = "[...document.querySelectorAll('*')].filter(e => !e.matches('svg title, a[rel], p.notice')).map(e => [e.localName, [...e.attributes].map(a => a.name).sort().join(' ')])"
LEADS = ("[...document.querySelectorAll('*')].flatMap(e => ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'srcdoc'].filter(n => e.hasAttribute(n))"
         ".map(n => new URL(e.getAttribute(n), 'http://page/').href))")
# What a page is called in the list of those that were met, and how many of a kind are looked at.
EACH = 3


def speaking(texts):
    """A mail server for each connection, which greets with the next text."""
    texts = itertools.cycle(texts)
    return Server([lambda talk: talk.send(b"554 " + raw(next(texts)) + b"\r\n"), silence()])


def in_configuration(text):
    """Text that may stand in a configuration: one line."""
    return "".join(c if c >= " " and c != "\x7f" and not "\x80" <= c <= "\x9f" and not "\ud800" <= c <= "\udfff" else "." for c in text)[:180].strip() or "."


def quoted(text):
    """A string of the configuration, taken as it is."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def configuration(texts, port):
    names = [f"{number} {in_configuration(text)}" for number, text in enumerate(texts)]
    return "".join(f'smtp {quoted(name)} {{ host = "127.0.0.1" port = {port} tls = none every = "1h" recheck = "1h" title = {quoted(name)}'
                   f' owner = {quoted(name)} category = {quoted(name[:60])} next = {quoted(name)} }}\n' for name in names)


def met(shop):
    """Paths of the first pages of each route."""
    paths = collections.defaultdict(list)
    site = Crawl(shop.daemon.port, begin=("/", "/admin/"), headers=shop.cookie())
    for target, answer in site.answers.items():
        if answer.kind == "text/html" and len(paths[site.route(target)]) < EACH:
            paths[site.route(target)].append(target)
    return paths


SORTS = ("incident", "maintenance", "news")


def value(text):
    """Of a line, with bytes that are no UTF-8."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in raw(text)) + '"'


def post(shop, number, text):
    """One post whose every text is this one; where it is refused as it is, without what is no text."""
    start_us = int(time.time() * 1e6) + (3600_000_000 if number % 6 == 1 else -60_000_000)
    words = {"sort": SORTS[number % 3], "start_us": start_us, "end_us": start_us + 7_200_000_000 if number % 3 == 1 else 0, "by": "ann"}
    line = " ".join(f"{key}={quote(value)}" for key, value in words.items() if value)
    for said in (text, in_configuration(text)):
        found = shop.ask(f"post - {line} title={quote(in_configuration(said))} body={value(said)} components=shop")
        if "id" in found:
            return
    raise AssertionError(f"{text!r}: {found}")


def filled(folder, texts):
    """A shop whose every text is one of these."""
    servers = speaking(texts)
    shop = Shop(folder, script=True, services="", more=configuration(texts, servers.port))
    shop.stack.enter_context(servers)
    shop.__enter__()
    shop.until_checks("each server has said its text", lambda c: c["state"] != "not-monitored")
    for number, text in enumerate(texts):
        post(shop, number, text)
    shop.add_user()
    shop.sign_in()
    return shop


class Stage:
    """The same shop twice: with harmless texts, and with hostile ones."""

    def __enter__(self):
        self.folders = [tempfile.TemporaryDirectory(prefix="nines-browser-") for _ in range(2)]
        harmless = [re.sub(r"\S", "x", text.rstrip("\r\n")) for text in MARKUP]  # as long: what does not fit is cut
        self.shops = [filled(folder.name, texts) for folder, texts in zip(self.folders, (harmless, MARKUP))]
        self.paths = [met(shop) for shop in self.shops]
        return self

    def __exit__(self, *error):
        for shop, folder in zip(self.shops, self.folders):
            shop.__exit__(*error)
            folder.cleanup()


def elements(shop, path):
    """How often each element stands in the page as Chromium has it, with the names of its attributes. The page did nothing that it may not."""
    shop.go(path)
    for where in shop.browser.evaluate(LEADS):
        assert where.startswith(SCHEMES) or where == "data:,", f"{path} leads to {where}"
    return collections.Counter(map(tuple, shop.browser.evaluate(SEEN)))


def tested(stage):
    @test(f"{len(MARKUP)} texts, the same pages")
    def same():
        assert len(MARKUP) > 200 and {r: len(p) for r, p in stage.paths[0].items()} == {r: len(p) for r, p in stage.paths[1].items()}

    for route in stage.paths[0]:
        @test(f"{route}: no element, attribute, handler or request more than with harmless texts")
        def harmless(route=route):
            for one, other in zip(stage.paths[0][route], stage.paths[1][route]):
                wanted, got = elements(stage.shops[0], one), elements(stage.shops[1], other)
                assert got == wanted, f"{other}: more: {got - wanted}, fewer: {wanted - got}"
                text = stage.shops[1].get(other).body.decode()
                assert not [c for c in INVISIBLE if c in text], f"{other} has {[hex(ord(c)) for c in INVISIBLE if c in text]}"


def told(stage):
    shop = stage.shops[1]

    @test("terminal and programs get the same texts, each in its own safe form")
    def elsewhere():
        for said in (shop.nines("status"), shop.nines("status", "--json"), shop.get("/status.json").body.decode()):
            assert not [c for c in INVISIBLE if c in said], [hex(ord(c)) for c in INVISIBLE if c in said]
        assert len(shop.asked("status")["checks"]) == len(MARKUP) + len(shop.servers)

    @test("nothing of them is a format, nothing of them ends the daemon")
    def alive():
        assert "ended" not in shop.daemon.output() and shop.daemon.stop() == 0


with Stage() as made:
    tested(made)
    told(made)
    run()
