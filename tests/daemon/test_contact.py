"""nines contact test NAME: a test letter by each path of a contact, through a running ninesd and its record."""
import json
import subprocess

from pager import BUSY, DELIVERED, NO, Gateway, daemon
from tap import BUILD, run, test

CONTACTS = """tcp "a" { host = "127.0.0.1"  port = 1  every = "1h" }
contact "ops" { zone = "Europe/Berlin"  path "pager:1" { fallback = "pager:2" } path "pager:2" { } path "pager:3" { hours = "Mon 03:00-03:01" } }
contact "desk" { path "pager:1" { } }
contact "none" { }
"""


def started(d):
    d.until_status("the keeper is there", lambda s: s["checks"])
    return d


@test("each path gets one, whatever its hours, and says how it went; nothing falls back")
def paths(tmp):
    script = {"1": NO, "2": DELIVERED, "3": BUSY}
    with Gateway(lambda page: script[page.to]) as gateway, daemon(tmp, gateway, CONTACTS) as d:
        started(d)
        done = d.nines("contact", "test", "ops", "--json")
        assert done.returncode == 2 and done.stdout, (done.returncode, done.stdout, done.stderr)
        found = {path["to"]: path for path in json.loads(done.stdout)["paths"]}
        assert {to: path["outcome"] for to, path in found.items()} == {"pager:1": "gave-up", "pager:2": "delivered", "pager:3": "later"}, found
        assert found["pager:1"]["reason"] and found["pager:3"]["next"] and found["pager:2"]["letter"], found
        assert len([p for p in gateway.pages if p.to == "2"]) == 1, gateway.pages
        letter, = json.loads(d.nines("letters", found["pager:2"]["letter"], "--json").stdout)["letters"]
        assert (letter["kind"], letter["contact"], letter["subject"]) == ("test", "ops", "Test: alerts reach ops by pager:2"), letter
        assert "(Europe/Berlin)\n" in letter["text"] and "Nothing is down." in letter["text"], letter


@test("delivered: status 0 and a line for people; to be tried later: status 3")
def lines(tmp):
    script = {"1": DELIVERED}
    with Gateway(lambda page: script[page.to]) as gateway, daemon(tmp, gateway, CONTACTS) as d:
        started(d)
        done = d.nines("contact", "test", "desk")
        assert done.returncode == 0 and done.stdout.startswith("delivered pager:1 in "), (done.returncode, done.stdout, done.stderr)
        script["1"] = BUSY
        done = d.nines("contact", "test", "desk")
        assert done.returncode == 3 and done.stdout.startswith("later     pager:1") and "; tried again " in done.stdout, (done.returncode, done.stdout)


@test("a record that is not made yet, as beside a ninesd that has just begun, is waited for")
def not_made_yet(tmp):
    with Gateway(lambda page: DELIVERED) as gateway, daemon(tmp, gateway, CONTACTS) as d:
        started(d)
        later = tmp / "later.db"
        command = subprocess.Popen([BUILD / "nines", "-c", d.conf, "contact", "test", "desk", "--store", later], stdout=subprocess.PIPE, text=True)
        gateway.wait(lambda pages: pages, what="the letter")
        later.symlink_to(tmp / "store/nines.db")
        said, _ = command.communicate()
        assert command.returncode == 0 and said.startswith("delivered pager:1"), (command.returncode, said)


@test("no answer in time, nobody there, no path, no daemon")
def wrong(tmp):
    with Gateway(lambda page: None) as gateway, daemon(tmp, gateway, CONTACTS) as d:
        started(d)
        done = d.nines("contact", "test", "desk", "--wait", "1s")
        assert (done.returncode, done.stdout) == (3, "waiting   pager:1\n"), (done.returncode, done.stdout, done.stderr)
        assert d.nines("contact", "test", "dusk").stderr == "nines: there is no contact 'dusk': did you mean 'desk'?\n"
        assert d.nines("contact", "test", "none").stderr == "nines: contact 'none' has no path\n"
        d.stop()
        done = d.nines("contact", "test", "desk")
        assert done.returncode == 3 and done.stdout == "" and len(done.stderr.splitlines()) == 1, (done.returncode, done.stderr)


run()
