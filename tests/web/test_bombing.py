"""Ten thousand forms that ask for letters to others (F53): how many letters leave, by a real ninesd, counted in the mailbox's place; what the forms say tells nobody
who has subscribed; no key of any letter is seen anywhere else (F54)."""
# timeout: 240
import http.client
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, until  # noqa: E402
from role import Client, words  # noqa: E402
from servers import Server  # noqa: E402
from tap import BUILD, run, test  # noqa: E402

POSTS = 10_000
A_MAILBOX, A_NET, OTHERS = 3, 10, 50  # letters: in a day, in an hour; of people with an address and a net of their own
CONF = """notifiers = "{build}/notifiers"
proxies = {{"127.0.0.1"}}
tcp "mx" {{ host = "127.0.0.1"  port = 1  every = "1h"  standing = "paused" }}
notify-email {{ host = "127.0.0.1"  port = {port}  tls = none  from = "status@nines.test"  per-minute = 600 }}
page "shop" {{ title = "The shop"  url = "http://status.nines.test"  subscribe = email }}
"""


class Sink(Server):
    """A mail server that takes everything; `letters`: (to, text) each."""

    def __init__(self):
        self.letters = []
        super().__init__(None)

    def converse(self, talk):
        talk.send(b"220 sink\r\n")
        to = []
        while True:
            line = talk.until(b"\r\n").decode()
            verb = line[:4].upper()
            if verb == "RCPT":
                to.append(re.search(r"<(.*)>", line)[1])
            if verb == "DATA":
                talk.send(b"354 go on\r\n")
                self.letters += [(one, talk.until(b"\r\n.\r\n").decode()) for one in to[:1]]
                to = []
            talk.send(b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")


class Visitor:
    """Sends forms on one connection, as whoever it says it is to a proxy."""

    def __init__(self, port):
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method, path, visitor, **fields):
        self.link.request(method, path, urllib.parse.urlencode(fields) if method == "POST" else None,
                          {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": visitor})
        answer = self.link.getresponse()
        return answer.status, answer.read().decode()

    def subscribe(self, to, address):
        return self.ask("POST", "/subscribe/", address, channel="email", address=to, scope="all", kind="incidents")


def asked():
    """Who is written to, by whom: a mailbox in many spellings from everywhere; many mailboxes from one net; all others."""
    for n in range(POSTS):
        net = f"198.{n // 250 % 100}.{n % 250}.7"
        if n % (POSTS // OTHERS) == 0:
            yield f"other-{n}@nines.test", f"100.{n // 250}.{n % 250}.9"
        elif n % 2:
            yield f"{'victim' if n % 4 == 1 else 'Victim'}+{n}@nines.test", net
        else:
            yield f"one-net-{n}@nines.test", f"203.0.113.{n % 250}"


def waiting(daemon):
    """How many letters the keeper has that have not ended; the record may be a second behind."""
    client = Client(daemon.folder / "nines.sock")
    client.send("status -")
    found = next(found for verb, _, found in map(words, client.lines()) if verb == "health")
    client.mine.close()
    return int(found["letters"])


@test(f"{POSTS} forms: a mailbox gets {A_MAILBOX} letters, a net causes {A_NET}, others theirs")
def bombing(tmp):
    with Sink() as sink, Daemon(tmp, CONF.format(build=BUILD, port=sink.port)) as daemon:
        daemon.until_status("it runs", lambda s: s["checks"])
        visitor, statuses = Visitor(daemon.port), {}
        for to, address in asked():
            status, _ = visitor.subscribe(to, address)
            statuses[status] = statuses.get(status, 0) + 1
        print(f"# answers: {statuses}")
        assert set(statuses) <= {200, 422, 429, 503}, statuses
        until("no letter waits", lambda: waiting(daemon) == 0, 120)
        victims = [to for to, _ in sink.letters if to.lower().startswith("victim")]
        one_net = [to for to, _ in sink.letters if to.startswith("one-net")]
        print(f"# letters: {len(victims)} to one mailbox, {len(one_net)} by one net, {len(sink.letters)} of all")
        assert 0 < len(victims) <= A_MAILBOX and 0 < len(one_net) <= A_NET and len(sink.letters) == len(victims) + len(one_net) + OTHERS
        assert visitor.ask("GET", "/", "192.0.2.1")[0] == 200


@test("a known and an unknown address get the same answer; the letter has nothing that the visitor wrote; its key is nowhere else")
def silent(tmp):
    with Sink() as sink, Daemon(tmp, CONF.format(build=BUILD, port=sink.port)) as daemon:
        daemon.until_status("it runs", lambda s: s["checks"])
        visitor = Visitor(daemon.port)
        first = visitor.subscribe("ann@nines.test", "192.0.2.1")
        until("a letter", lambda: sink.letters)
        key = re.search(r"/subscription/confirm/(\S+?)/", sink.letters[0][1].replace("=\r\n", ""))[1]
        assert visitor.ask("POST", f"/subscription/confirm/{key}/", "192.0.2.1")[0] == 303
        again, other = visitor.subscribe("ann@nines.test", "192.0.2.2"), visitor.subscribe("bob@nines.test", "192.0.2.3")
        assert first == again == other, (first, again, other)
        status, _ = visitor.ask("POST", "/subscribe/", "192.0.2.4", channel="email", address="<b>carl</b>@nines.test\r\nBcc: x@nines.test", scope="all")
        assert status == 422 or status == 400, status
        secret = key.partition(".")[2]
        stored = b"".join(file.read_bytes() for file in (tmp / "store").iterdir() if file.is_file() and not file.name.endswith("-shm"))
        assert len(secret) >= 22 and secret not in daemon.output() and secret.encode() not in stored
        for guess in (key[:-1], key[:-1] + "!", key + "x", "x." + secret, secret, key.replace(".", "%00")):
            assert Visitor(daemon.port).ask("POST", f"/subscription/confirm/{guess}/", "192.0.2.5")[0] in (400, 404, 410, 422), guess
        assert daemon.stop() == 0


@test("a restart gives nobody more letters: neither a mailbox that had its share, nor a net; one that had a part gets the rest")
def restart(tmp):
    with Sink() as sink:
        conf = CONF.format(build=BUILD, port=sink.port)

        def letters(to):
            return sum(one == to for one, _ in sink.letters)
        with Daemon(tmp, conf) as daemon:
            daemon.until_status("it runs", lambda s: s["checks"])
            visitor = Visitor(daemon.port)
            visitor.subscribe("ann@nines.test", "192.0.2.1")
            until("her letter", lambda: sink.letters)
            key = re.search(r"/subscription/confirm/(\S+?)/", sink.letters[0][1].replace("=\r\n", ""))[1]
            assert visitor.ask("POST", f"/subscription/confirm/{key}/", "192.0.2.1")[0] == 303
            for n in range(2, 4):  # two that tell her that she has subscribed already
                visitor.subscribe("Ann@nines.test", f"198.51.{n}.1")
            visitor.subscribe("bob@nines.test", "198.51.100.1")
            for n in range(A_NET):
                assert visitor.subscribe(f"net-{n}@nines.test", f"203.0.113.{n}")[0] == 200
            until("all letters", lambda: len(sink.letters) == A_MAILBOX + 1 + A_NET)
            assert daemon.stop() == 0
        with Daemon(tmp, conf) as daemon:
            daemon.until_status("it runs", lambda s: s["checks"])
            visitor = Visitor(daemon.port)
            for n in range(A_MAILBOX):
                assert visitor.subscribe("ann+again@nines.test", f"198.51.{n}.2")[0] == 200
                assert visitor.subscribe("bob@nines.test", f"198.51.{n}.3")[0] == 200
                until("his letter, if it is to be", lambda n=n: letters("bob@nines.test") == min(n + 2, A_MAILBOX))
            assert visitor.subscribe("net-more@nines.test", "203.0.113.99")[0] == 422
            visitor.subscribe("carl@nines.test", "192.0.2.9")  # his letter is the last
            until("the last", lambda: letters("carl@nines.test"))
            assert daemon.stop() == 0
        said = [to for to, _ in sink.letters if to.lower().startswith("ann")]
        assert len(said) == A_MAILBOX and letters("bob@nines.test") == A_MAILBOX and not letters("net-more@nines.test"), said


run()
