"""Reports as HTML, the golden ones of tests/report: accessible in both themes, valid, readable on a telephone, whole when they are printed."""
# timeout: 240
import functools
import http.server
import pathlib
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from browser import Browser, invalid  # noqa: E402
from tap import run, test  # noqa: E402

GOLDEN = HERE.parent / "report/golden"
PAGES = sorted(GOLDEN.glob("*.html"))
SHEET = 680  # pixels of a sheet of A4 between margins of 15 mm
CUT = "[...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != 'visible').map(e => e.innerText.slice(0, 80))"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


class Stage:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="nines-browser-")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=GOLDEN))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.browser = Browser(self.folder.name)
        return self

    def __exit__(self, *error):
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def go(self, page):
        self.browser.dress()
        self.browser.go(f"http://127.0.0.1:{self.server.server_address[1]}/{page.name}")


def tested(stage):
    @test("each is valid HTML")
    def valid():
        wrong = invalid({page.name: page.read_bytes() for page in PAGES})
        assert PAGES and not wrong, "\n".join(wrong)

    for page in PAGES:
        @test(f"{page.stem}: accessible in light and dark, on a screen and on a telephone, where nothing but tables scrolls sideways")
        def accessible(page=page):
            stage.go(page)
            wrong = stage.browser.faults()
            assert not wrong, "\n".join(wrong)

        @test(f"{page.stem}: printed from a dark screen it is dark on white, and no table or chart is cut off")
        def paper(page=page):
            stage.go(page)
            stage.browser.dress(theme="dark", media="print", width=SHEET)
            assert not stage.browser.evaluate(CUT) and not stage.browser.scrolls_sideways(), (stage.browser.evaluate(CUT), stage.browser.too_wide())
            assert stage.browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
            wrong = stage.browser.axe()
            assert not wrong, "\n".join(wrong)


with Stage() as made:
    tested(made)
    run()
