"""Alerts of a running ninesd, from the failing check to the line that its notifier writes; what people say in between; a restart in the
middle of an incident."""
import json
import pathlib

from daemon import BUILD, Daemon, until
from servers import Server, hold, send, silence
from tap import run, test

SERVICE = 'tcp "web" {{ host = "127.0.0.1" port = {port} every = "1s" recheck = "1s" {more} }}\n'
TELL = ('notifiers = "{notifiers}"\nnotify-log {{ file = "{file}" format = "json" }}\n'
        'contact "ops" {{ path "log:ops" {{ after = "{after}" repeat = "{repeat}" }} }}\n')


class Scene:
    """A check `web` of a server that can be stopped, two that are well (or our own lines were suspected), and the letters that the
    notifier `log` wrote."""

    def __init__(self, tmp, after="0", repeat="0", more=""):
        folder = pathlib.Path(tmp) / "letters"
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        self.file = folder / "letters.log"
        self.server = Server([send(b"hello\r\n"), silence()])
        self.port = self.server.port
        self.well = Server([send(b"hello\r\n"), silence()])
        well = "".join(f'tcp "well-{n}" {{ host = "127.0.0.1" port = {self.well.port} every = "1s" }}\n' for n in "ab")
        self.text = SERVICE.format(port=self.port, more=more) + well + TELL.format(notifiers=BUILD / "notifiers", file=self.file, after=after, repeat=repeat)

    def letters(self):
        """Those whose line is whole: the file is read while it is written."""
        text = self.file.read_text() if self.file.exists() else ""
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def kinds(self):
        return [letter["kind"] for letter in self.letters()]

    def down(self):
        self.server.__exit__(None, None, None)
        self.held = hold(self.port)

    def up(self):
        self.held.close()
        self.server = Server([send(b"hello\r\n"), silence()], port=self.port)
        self.server.__enter__()

    def __enter__(self):
        self.server.__enter__()
        self.well.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__(None, None, None)
        self.well.__exit__(None, None, None)


def web(status):
    return next((check for check in status["checks"] if check["name"] == "web"), None)


def state(name):
    return lambda s: s["checks"] and web(s)["state"] == name


@test("an outage is told, its end too, to the same, and the service it says")
def told(tmp):
    with Scene(tmp) as scene, Daemon(tmp, scene.text) as d:
        d.until_status("up", state("up"))
        scene.down()
        until("the alert", lambda: scene.kinds() == ["alert"])
        scene.up()
        until("the recovery", lambda: scene.kinds() == ["alert", "recovery"])
        alert, recovery = scene.letters()
        assert "web is down" in alert["subject"] and "connection refused" in alert["text"], alert
        assert "web is up again" in recovery["subject"], recovery
        assert alert["id"] != recovery["id"]


@test("acknowledged and silenced: shown, listed, refused without a reason; no repeats; the end is told")
def said(tmp):
    with Scene(tmp, repeat="1m") as scene, Daemon(tmp, scene.text) as d:
        d.until_status("up", state("up"))
        for words, says in ((["ack", "web", "--reason", "x"], "it does not fail"), (["ack", "web"], "a reason is missing"),
                            (["silence", "web", "--reason", "x"], "a time is missing"), (["ack", "nobody", "--reason", "x"], "no check or service"),
                            (["silence", "web", "--for", "soon", "--reason", "x"], "is no time"), (["unsilence", "web"], "not silenced"),
                            (["silence", "web", "--for", "1s", "--reason", "x"], "1m to 366d"), (["unpause", "web"], "not paused")):
            done = d.nines(*words)
            assert done.returncode != 0 and says in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)
        scene.down()
        until("the alert", lambda: scene.kinds() == ["alert"])
        done = d.nines("ack", "web", "--reason", "the switch; eva is on it", "--by", "eva")
        assert (done.returncode, done.stderr) == (0, "") and "acknowledged" in done.stdout, done
        check = web(d.status())
        assert check["acknowledged"] is True, check
        assert "acknowledged" in d.nines("status").stdout
        one, = json.loads(d.nines("ack", "--json").stdout)["ack"]
        assert (one["name"], one["by"], one["reason"], one["incident"]) == ("web", "eva", "the switch; eva is on it", check["incident"]), one
        assert d.nines("silence", "web", "--for", "2h", "--reason", "moving").returncode == 0
        assert "silenced until" in d.nines("status").stdout and ": moving" in d.nines("silence").stdout
        scene.up()
        until("the recovery", lambda: scene.kinds() == ["alert", "recovery"])
        d.until_status("the recovery ends both", lambda s: state("up")(s) and "silenced_until" not in web(s))
        assert d.nines("ack").stdout == "nothing is acknowledged\n" and d.nines("silence").stdout == "nothing is silenced\n"


@test("a restart in the middle of an incident: told once, acknowledged still, its end is told")
def restarted(tmp):
    with Scene(tmp) as scene:
        with Daemon(tmp, scene.text) as d:
            d.until_status("up", state("up"))
            scene.down()
            until("the alert", lambda: scene.kinds() == ["alert"])
            assert d.nines("ack", "web", "--reason", "known", "--by", "eva").returncode == 0
            until("its delivery is on disk",
                  lambda: [one["outcome"] for one in json.loads(d.nines("letters", "--json").stdout)["letters"]] == ["delivered"])
            d.stop()
        with Daemon(tmp, scene.text) as d:
            d.until_status("it goes on", lambda s: state("down")(s) and web(s).get("acknowledged"))
            scene.up()
            until("the recovery", lambda: scene.kinds() == ["alert", "recovery"])


@test("paused: not probed, not monitored, through a reload and a restart, until it is unpaused")
def paused(tmp):
    with Scene(tmp) as scene:
        with Daemon(tmp, scene.text) as d:
            d.until_status("up", state("up"))
            assert d.nines("pause", "web", "--reason", "new disks", "--by", "eva").returncode == 0
            check = web(d.until_status("paused", state("not-monitored")))
            assert check["paused"] is True and check["reason"] == "paused: new disks" and check["next_due"] is None, check
            assert "it is paused" in d.nines("now", "web").stderr
            d.reload(scene.text + 'ping "self" { host = "127.0.0.1" every = "10m" }\n')
            d.until_status("reloaded", lambda s: len(s["checks"]) == 4)
            assert "new disks" in d.nines("pause").stdout
            d.stop()
        scene.down()
        with Daemon(tmp, scene.text) as d:
            d.until_status("still paused", lambda s: state("not-monitored")(s) and web(s).get("paused"))
            scene.up()
            assert d.nines("unpause", "web").returncode == 0
            d.until_status("probed again", state("up"))
            assert scene.kinds() == []


run()
