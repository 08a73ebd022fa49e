"""Every kind of page as a visitor sees it: accessible in both themes, valid, without script or style in it, readable on a telephone, usable by
keyboard. The pages are found by following links, the kinds are the web's own table of routes: a new one cannot be forgotten."""
# timeout: 240
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shop import Shop  # noqa: E402
from browser import invalid  # noqa: E402
from crawl import Crawl, route_of  # noqa: E402
from tap import run, test  # noqa: E402

BY_CODE = ("/subscribe/*", "/subscribe/code/")  # linked where a channel answers by codes
PAGE = ('notify-email { host = "127.0.0.1" port = 9 tls = none from = "status@shop.test" }\n'
        'page "shop" { title = "The shop" url = "https://status.shop.test" subscribe = email details = yes claims = yes audiences = {teachers, students} '
        'contact = "help@shop.test" about = {"## What is this?", "What we know of our shop.", "", "- bars", "- and words"} }\n')
PRIVATE = 'page "staff" {{ password = "file:{}/secret" sign-in = yes }}\n'
TAB = "\ue004"
# Below these nothing is linked: what they answer is for programs, or its address comes by letter, or is known to those who may.
UNLINKED = ("/api/", "/v1/", "/ping/", "/badge/", "/feed/", "/hook/", "/subscription/", "/redirect/", "/health/", "/sign-in/", "/enter/", "/claiming/")


def filled(shop):
    """Something of everything that pages show; somebody is signed in."""
    shop.stop("payment")
    shop.until_state("payment", state="down")
    shop.fill_board()
    shop.add_user()
    shop.sign_in()


class Stage:
    """The shop with its pages, made once for all tests of the file."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="nines-browser-")
        secret = pathlib.Path(self.folder.name, "secret")
        secret.write_text("a shop of our own\n")
        secret.chmod(0o640)
        self.shop = Shop(self.folder.name, pages=PAGE + PRIVATE.format(self.folder.name)).__enter__()
        filled(self.shop)
        self.site = Crawl(self.shop.daemon.port, begin=("/", "/admin/"), headers=self.shop.cookie())
        self.pages = {route: answer for route, answer in self.site.pages.items() if answer.kind == "text/html"}
        return self

    def __exit__(self, *error):
        self.shop.__exit__(*error)
        self.folder.cleanup()


def tested(stage):
    @test("no link leads nowhere")
    def links():
        assert not stage.site.broken(), stage.site.broken()

    @test("every route that has a page is met by following links")
    def met():
        unmet = [path for method, path, _ in stage.site.known if method == "GET" and path not in stage.site.pages and not path.startswith(UNLINKED) and path not in BY_CODE]
        lacks = [path for path in unmet if path.endswith("*") or stage.shop.get(path).status == 200 and stage.shop.get(path).kind == "text/html"]
        assert not lacks, f"no link leads to {lacks}"

    @test("each page is valid HTML, its style valid CSS")
    def valid():
        pages = {f"page{number}.html": answer.body for number, answer in enumerate(stage.pages.values())}
        wrong = invalid({**pages, "style.css": stage.site.answers["/style.css"].body})
        assert not wrong, f"{[f'page{n} is {a.url}' for n, a in enumerate(stage.pages.values())]}\n" + "\n".join(wrong)

    @test("no page has script, style or handlers in it, nor asks another host; the policy forbids them")
    def strict():
        for answer in stage.pages.values():
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy, f"{answer}: {policy}"
            for tag, attributes in answer.document.elements:
                assert tag not in ("script", "style", "iframe", "object", "embed", "base"), f"{answer}: <{tag}>"
                assert not [name for name in attributes if name == "style" or name.startswith("on")], f"{answer}: <{tag} {attributes}>"

    for route in stage.pages:
        judged(stage, route)

    @test("the forms to sign in, to type a code in and to enter a private page likewise")
    def forms():
        forms = {"/sign-in/": 200, "/subscribe/code/": 200, "/pages/staff/": 403}
        stage.shop.browser.forget()
        for path, status in forms.items():
            look(stage.shop, path, status)
        wrong = invalid({f"{path.strip('/').replace('/', '-')}.html": stage.shop.get(path, headers={"Accept": "text/html"}).body for path in forms})
        assert not wrong, wrong

    @test("printed from a dark screen: dark on white, without the links that lead elsewhere")
    def paper():
        browser = stage.shop.browser
        browser.dress(theme="dark", media="print")
        for path in ("/", "/infrastructure/", "/monitor/payment/"):
            stage.shop.go(path)
            wrong = browser.axe()
            assert not wrong, f"{path}: " + "\n".join(wrong)
            assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
            assert browser.evaluate("getComputedStyle(document.querySelector('header nav')).display") == "none"

    @test("by keyboard: the first thing that Tab reaches leads to the content, and each stop can be seen")
    def keyboard():
        browser = stage.shop.browser
        browser.dress()
        stage.shop.go("/")
        stops = []
        for _ in range(8):
            browser.keys(TAB)
            stops.append(browser.focused())
        assert stops[0]["text"].lower().startswith("skip to"), stops[0]
        unseen = [stop for stop in stops if stop["tag"] != "body" and (stop["outline"] == "none" or stop["width"] == "0px")]
        assert not unseen, unseen


def judged(stage, route):
    @test(f"{route}: accessible in light and dark, on a screen and on a telephone, where nothing scrolls sideways")
    def accessible():
        look(stage.shop, stage.pages[route].url, stage.pages[route].status)


def look(shop, path, status=200):
    shop.go(path, status=status)
    wrong = shop.browser.faults()
    assert not wrong, "\n".join(wrong)


with Stage() as made:
    tested(made)
    run()
