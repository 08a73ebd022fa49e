"""What only somebody with a letter sees: the pages behind its links, in Chromium, for everybody: axe finds nothing, nothing is too wide for a phone, the HTML
is valid."""
import re

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


@test("the pages of a claim")
def claims(tmp):
    (tmp / "browser").mkdir()
    more = 'page "sites" { title = "Sites"  url = "https://sites.example.org"  show = mx  subscribe = email  claims = yes }\n'
    with World(tmp, more) as w, Browser(tmp / "browser") as browser:
        asked = w.site.ask("POST", "/pages/sites/claim/mx/", {"owner": "Ann Ltd", "mail": "ann@nines.test"})
        assert asked[0] == 200, asked
        key = re.search(r"/claiming/([a-z0-9]+\.[A-Za-z0-9_-]{22})/", w.mails("ann", 1)[0].get_content())[1]
        made = {"asked.html": asked[2].encode(), "wrong.html": w.site.ask("POST", "/pages/sites/claim/mx/", {"owner": "", "mail": ""})[2].encode()}
        for name, act in (("pending", "confirm"), ("open", "withdraw"), ("withdrawn", None)):
            for path in ("/pages/sites/claim/mx/", f"/pages/sites/claiming/{key}/"):
                wrong = browser.go(f"http://127.0.0.1:{w.daemon.port}{path}").faults()
                assert not wrong, "\n".join(wrong)
                made[f"{name}-{path.split('/')[3]}.html"] = w.site.ask("GET", path)[2].encode()
            assert not act or w.site.ask("POST", f"/pages/sites/claiming/{key}/", {"act": act})[0] == 303, act
        assert "nines-claim=" in made["open-claiming.html"].decode() and not invalid(made), invalid(made)


run()
