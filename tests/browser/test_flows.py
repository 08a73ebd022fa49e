"""What visitors and those who write do, from end to end: a real ninesd, Chromium without JavaScript, a real mail server. Each step is what somebody sees."""
# timeout: 240
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from shop import Shop, ago  # noqa: E402
import certs  # noqa: E402
from daemon import until  # noqa: E402
from real_mail import box, exim  # noqa: E402
from tap import run, test  # noqa: E402

CANNED = ('canned "buying" { services = {"Buying"} post = "draft" after = "0" impact = "major" title = "{{name}} fails"'
          ' text = "We look into {{name}}." resolve = "{{name}} works again." }\n')
PAGES = ('page "public" {{ title = "The shop" host = {{"status.shop.test"}} url = "http://status.shop.test:{port}" show = {{"Buying"}} contact = "help@shop.test" }}\n'
         'page "staff" {{ title = "Inside" host = {{"inside.shop.test"}} details = yes }}\n')


def seen(shop, path, *wanted):
    """Reloads until the visitor reads all of it; what else is there."""
    def look():
        shop.go(path)
        text = shop.browser.text()
        return text if all(one in text for one in wanted) else None
    try:
        return until(f"{path} says {wanted}", look)
    except AssertionError as error:
        raise AssertionError(f"{error}; it says:\n{shop.browser.text()}") from None


@test("a visitor sees an outage appear and end; the monitor's own page remembers it")
def outage(tmp):
    with Shop(tmp) as shop:
        assert "All systems operational" in seen(shop, "/", "The whole site")
        shop.stop("payment")
        seen(shop, "/", "Outage", "1 down")
        shop.browser.follow("Payment")
        assert re.search(r"Outage\s+since", shop.browser.text()), shop.browser.text()
        shop.start("payment")
        seen(shop, "/", "All systems operational", "4 up")
        seen(shop, "/monitor/payment/", "Outages of the last 90 days", "connection refused")


@test("what fails makes a draft that only staff see; published, updated, resolved and explained it goes into the history, old texts stay")
def incident(tmp):
    with Shop(tmp, more=CANNED) as shop:
        shop.add_user(role="editor")
        shop.stop("payment")
        until("a draft", lambda: [p for p in shop.asked("post", "list")["posts"] if p["stage"] == "draft"])
        assert "Buying fails" not in seen(shop, "/", "Buying", "1 down")
        shop.sign_in().browser.follow("Buying fails")
        shop.browser.press("Publish it")
        assert "We look into Buying." in seen(shop, "/", "What is going on", "Buying fails", "Investigating")

        shop.go("/admin/").follow("Buying fails")
        shop.browser.fill("State", "identified")
        shop.browser.fill("Text", "A disk is full.\nWe make room.")
        shop.browser.press("Save")
        text = seen(shop, "/", "Identified", "A disk is full.")
        assert text.index("A disk is full") < text.index("We look into"), "the newest stands first"

        shop.start("payment")
        shop.go("/admin/").follow("Buying fails")
        shop.browser.fill("State", "resolved")
        shop.browser.fill("Text", "There is room again.")
        shop.browser.press("Save")
        assert "What is going on" not in seen(shop, "/", "[Resolved] Buying fails", "There is room again.")

        shop.go("/admin/").follow("Buying fails")
        shop.browser.fill("State", "post-mortem")
        shop.browser.fill("Text", "Logs were kept for ever. Now they are not.")
        shop.browser.press("Save")
        shop.go("/history/").click(shop.browser.one("partial link text", " 20"))
        shop.browser.follow("[Resolved] Buying fails")
        text = shop.browser.text()
        for wanted in ("Post-mortem", "Logs were kept for ever", "Resolved", "Identified", "We make room.", "Investigating", "We look into Buying."):
            assert wanted in text, f"{wanted}: {text}"


@test("maintenance is announced ahead by a form; another one begins and ends by itself")
def maintenance(tmp):
    with Shop(tmp) as shop:
        shop.add_user(role="editor")
        shop.sign_in().browser.follow("Announce maintenance")
        shop.browser.fill("Title", "A new switch")
        shop.browser.fill("Text", "The shop will be away for a minute.")
        shop.browser.fill("It begins", ago(days=-1)[:16].replace("T", " "))
        shop.browser.fill("It ends", ago(days=-1, hours=-1)[:16].replace("T", " "))
        shop.browser.tick("Web shop")
        shop.browser.press("Save")
        seen(shop, "/", "Planned maintenance", "A new switch", "Scheduled", "The shop will be away")
        moving = shop.post("maintenance", "Moving the mail", "mail", "--start", ago(days=-2), "--for", "1h", "--text", "Mail comes late.")
        shop.nines("post", "update", moving, "--start", ago(seconds=-1), "--end", ago(hours=-1), "--text", "It is sooner.")
        seen(shop, "/", "Moving the mail", "In progress")
        shop.nines("post", "update", moving, "--end", ago(seconds=-1), "--text", "It was quick.")
        seen(shop, "/", "Moving the mail", "Completed")
        shop.go("/history/").click(shop.browser.one("partial link text", " 20"))
        shop.browser.click(shop.browser.one("partial link text", "Moving the mail"))
        text = shop.browser.text()
        for wanted in ("Scheduled", "In progress", "Completed"):
            assert wanted in text, f"{wanted}: {text}"


@test("two pages of one daemon, chosen by host: each shows what is its own, another name gets the first, nothing of the other leaks")
def hosts(tmp):
    names = ("status.shop.test", "inside.shop.test")
    with Shop(tmp, pages=PAGES.format(port=80), hosts=names) as shop:
        shop.stop("mail")
        shop.until_state("mail", state="down")
        shop.go("/", host=names[0])
        public = shop.browser.source()
        assert "The shop" in public and "Payment" in public and "Order mail" not in public and "refused" not in public, public
        shop.go("/", host=names[1])
        assert "Inside" in shop.browser.text() and "Order mail" in shop.browser.text() and "connection refused" in shop.browser.text()
        shop.go("/monitor/mail/", host=names[1])
        shop.go("/monitor/mail/", host=names[0], status=404)
        shop.go("/monitor/no-such/", host=names[0], status=404)
        shop.go("/pages/staff/", host=names[0])
        assert "Order mail" in shop.browser.text()


@test("how the infrastructure stood: a time is picked, the page says how it was then")
def view(tmp):
    with Shop(tmp) as shop:
        shop.stop("payment")
        shop.until_state("payment", state="down")
        seen(shop, "/infrastructure/", "Payment: down")
        shop.start("payment")
        shop.until_state("payment", state="up")
        assert "Payment: down" not in seen(shop, "/infrastructure/", "Payment: up")
        earlier = shop.browser.one("partial link text", "the change before")
        shop.browser.click(earlier)
        shop.browser.click(shop.browser.one("partial link text", "the change before"))
        assert "as it was at" in shop.browser.text()


SHOP = ('notify-email {{ host = "127.0.0.1" port = {mail} tls = none from = "status@nines.test" }}\n'
        'page "shop" {{ title = "The shop" url = "https://status.shop.test" subscribe = email }}\n')
KEY = r"https://status\.shop\.test(/subscription/\S+)"


def mails(folder, to, count):
    """So many, as Exim has put them into the mailbox."""
    def look():
        found = [mail for mail in box(folder) if to in mail["To"]]
        return found if len(found) >= count else None
    return until(f"{count} mails to {to}", look)


def told(mail, pattern=KEY):
    """A path that the letter names."""
    return re.search(pattern, mail.get_content())[1]


@test("a visitor subscribes by form and letter, hears of an incident that was written in the browser and of its update, and leaves with one click")
def subscription(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx, Shop(tmp, pages=SHOP.format(mail=mx.port["plain"])) as shop:
        shop.go("/").follow("Subscribe")
        shop.browser.fill("Address", "alice@nines.test")
        shop.browser.press("Subscribe")
        shop.go(told(mails(tmp, "alice", 1)[0]))
        shop.browser.press("Yes, subscribe me")
        assert "alice@nines.test" in shop.browser.text()

        shop.add_user(role="editor")
        shop.sign_in().browser.follow("Write an incident")
        shop.browser.fill("Title", "Cards are refused")
        shop.browser.fill("Text", "Some cards are refused.")
        shop.browser.tick("Payment")
        shop.browser.press("Save")
        assert "Some cards are refused." in mails(tmp, "alice", 2)[1].get_content()
        shop.go("/admin/").follow("Cards are refused")
        shop.browser.fill("State", "resolved")
        shop.browser.fill("Text", "All cards are taken.")
        shop.browser.press("Save")
        mail = mails(tmp, "alice", 3)[2]
        assert "All cards are taken." in mail.get_content() and "esolved" in mail["Subject"]

        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = mail["List-Unsubscribe"].strip("<>").removeprefix("https://status.shop.test")
        answer = shop.get(path, method="POST", body="List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200 and b"no more" in answer.body, answer.body
        shop.go(path, status=404)


@test("who has no password sees a form and nothing else; a wrong one is refused, the right one leads to where he wanted to go, and stays known")
def private(tmp):
    (tmp / "secret").write_text("a shop of our own\n")
    (tmp / "secret").chmod(0o640)
    pages = ('page "public" { title = "The shop" show = {"Buying"} }\n'
             f'page "staff" {{ title = "Innermost" password = "file:{tmp}/secret" sign-in = yes }}\n')
    with Shop(tmp, pages=pages) as shop:
        shop.go("/pages/staff/history/", status=403)
        text = shop.browser.text()
        assert "This page is private" in text and "Innermost" not in shop.browser.source() and "Payment" not in shop.browser.source(), text
        for wrong in ("a shop", "A shop of our own"):
            shop.browser.fill("Password", wrong)
            shop.browser.press("Open the page")
            assert "The password is wrong." in shop.browser.text() and wrong not in shop.browser.source()
        shop.browser.fill("Password", "a shop of our own")
        shop.browser.press("Open the page")
        assert shop.browser.url().endswith("/pages/staff/history/"), shop.browser.url()
        assert "Innermost" in shop.browser.text()
        seen(shop, "/pages/staff/", "Innermost", "The whole site")
        seen(shop, "/pages/staff/monitor/mail/", "Innermost", "Order mail")


run()
