"""tests/lib/subscribed.py: a running ninesd whose page takes subscribers, with all that it writes to: a real mail server, a gateway for SMS and a webhook.

    with World(tmp) as w:
        key = w.confirmed("ann@nines.test")          # asked, opened the mail, pressed the button
        w.post("add", "Mail is slow", "Mail")
        assert w.mails("ann", 2)
"""
import http.client
import re
import sqlite3
import urllib.parse

import certs
from daemon import Daemon, free_port, until
from real_mail import box, exim
from servers import Http, reply
from tap import BUILD

URL = "https://status.example.org"
KEY = rf"{URL}/subscription/([a-z0-9]+\.[A-Za-z0-9_-]{{22}})/"
CONFIRM = rf"{URL}/subscription/confirm/([a-z0-9]+\.[A-Za-z0-9_-]{{22}})/"
CONF = """notifiers = "{build}/notifiers"
tcp "mx" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s"  title = "Mail in" }}
tcp "other" {{ host = "127.0.0.1"  port = {port}  every = "1h" }}
service "Mail" {{ members = "mx" }}
notify-email {{ host = "127.0.0.1"  port = {mail}  tls = none  from = "status@nines.test"  per-minute = 600 }}
notify-sms {{ gateway = custom  url = "{sms}"  path = "/send"  format = json  body = "{{\\"to\\": \\"{{{{to}}}}\\", \\"text\\": \\"{{{{message}}}}\\"}}" }}
notify-webhook "hooks" {{ }}
page "shop" {{ title = "The shop"  url = "{url}"  show = "Mail"  subscribe = {{email, sms, hooks}}  subscribe-private = yes  audiences = {{admins, users}} }}
page "staff" {{ title = "Staff"  url = "https://staff.example.org"  show = "other"  subscribe = email }}
"""


class Site:
    """The page of a running daemon, as a visitor's browser without scripts has it."""

    def __init__(self, daemon):
        self.daemon = daemon

    def ask(self, method, path, fields=None, **header):
        c = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=20)
        body = urllib.parse.urlencode(fields, doseq=True) if fields is not None else None
        if body is not None:
            header["Content-Type"] = "application/x-www-form-urlencoded"
        c.request(method, path, body, header)
        answer = c.getresponse()
        text = answer.read().decode()
        c.close()
        return answer.status, dict(answer.getheaders()), text

    def subscribe(self, address, channel="email", status=200, path="/subscribe/", **more):
        fields = {"channel": channel, "address": address, "scope": "all", "kind": ["incidents", "maintenance", "news"], **more}
        got, _, body = self.ask("POST", path, fields)
        assert got == status, (got, body)
        return body


class World:
    """A daemon with all that it writes to."""

    def __init__(self, tmp, more="", env=None):
        self.tmp, self.port = tmp, free_port()
        self.mail = exim(tmp, certs.good(), has_box=True)
        self.sms, self.hook = Http(lambda _: reply(200)), Http(lambda _: reply(200))
        self.more, self.env = more, env

    def __enter__(self):
        mx, sms = self.mail.__enter__(), self.sms.__enter__()
        self.hook.__enter__()
        conf = CONF.format(build=BUILD, port=self.port, mail=mx.port["plain"], sms=sms.url(""), url=URL) + self.more
        self.conf = conf
        self.daemon = Daemon(self.tmp, conf, arguments=("--trace",), env=self.env).__enter__()
        self.daemon.until_status("it runs", lambda s: s["checks"])
        self.site = Site(self.daemon)
        return self

    def __exit__(self, *why):
        for one in (self.daemon, self.hook, self.sms, self.mail):
            one.__exit__(*why)

    def inbox(self, to=None):
        return [m for m in box(self.tmp) if not to or to in m["To"]]

    def mails(self, to, count):
        return until(f"{count} mails to {to}", lambda: (got := self.inbox(to)) and len(got) >= count and got, 60)

    def confirmed(self, address, path="", **more):
        """Subscribes, opens the mail, presses the button; the key of the subscription."""
        self.site.subscribe(address, path=f"{path}/subscribe/", **more)
        mail = self.mails(address, 1)[-1]
        link = re.search(r"/subscription/confirm/([a-z0-9]+\.[A-Za-z0-9_-]{22})/", mail.get_content())[1]
        status, header, _ = self.site.ask("POST", f"{path}/subscription/confirm/{link}/", {})
        assert status == 303, status
        return re.search(r"/subscription/([^/]+)/", header["Location"])[1]

    def post(self, *words):
        done = self.daemon.nines("post", *words, *(() if "--text" in words else ("--text", "We look into it.")))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cards(self, kind="subscriber"):
        c = sqlite3.connect(self.tmp / "store" / "nines.db", timeout=20)
        try:
            return c.execute("SELECT id, words FROM card WHERE kind = ?", (kind,)).fetchall()
        finally:
            c.close()

    def stored(self):
        """All that is on disk, as bytes."""
        return b"".join(file.read_bytes() for file in (self.tmp / "store").iterdir() if file.is_file() and not file.name.endswith("-shm"))
