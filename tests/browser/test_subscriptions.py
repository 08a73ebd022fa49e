"""What only somebody with a letter sees: the pages behind its links, in Chromium, for everybody: axe finds nothing, nothing is too wide for a phone, the HTML
is valid."""
from browser import Browser, invalid
from subscribed import World
from tap import run, test


@test("the pages of a subscription, light and dark, on a phone; the forms with what was wrong")
def pages(tmp):
    (tmp / "browser").mkdir()
    with World(tmp) as w, Browser(tmp / "browser") as browser:
        key = w.confirmed("ann@nines.test")
        made = {}
        for path in ("/subscribe/mx/", "/subscribe/code/", f"/subscription/{key}/", f"/subscription/{key}/remove/", f"/subscription/confirm/{key}/", "/request/"):
            wrong = browser.go(f"http://127.0.0.1:{w.daemon.port}{path}").faults()
            assert not wrong, "\n".join(wrong)
            made[path.strip("/").replace("/", "-") + ".html"] = w.site.ask("GET", path)[2].encode()
        made["wrong.html"] = w.site.subscribe("ann", status=422).encode()
        made["gone.html"] = w.site.ask("GET", "/subscription/x.y/")[2].encode()
        assert not invalid(made), invalid(made)


run()
