"""The module inbound in a prober: what is said, what is remembered, what is made of several alerts."""
import json
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import role  # noqa: E402
from tap import BUILD, run, test  # noqa: E402


class Inbound:
    """An inbound check in a prober; its memory is kept from line to line as the keeper does."""

    def __init__(self, memory="", **options):
        words = " ".join(f"opt.{name}={role.quote(value)}" for name, value in options.items())
        self.prober = role.Prober(modules={"inbound": BUILD / "modules" / "inbound.so"})
        self.memory, self.number = memory, 0
        self.prober.tell(f"check 1 name=in module=inbound timeout_us=5000000 {words}".rstrip())

    def hears(self, event=""):
        """(verdict, reason, how many alerts last)"""
        self.number += 1
        self.prober.tell(f"probe {self.number} check=1 due_us={role.now_us()} event={role.quote(event)} memory={role.quote(self.memory)}")
        result = self.prober.result(self.number)
        self.memory = result.get("memory", self.memory)
        self.alerts = role.values(result).get("alerts")
        return result["verdict"], result.get("reason", "")

    def __enter__(self):
        self.prober.__enter__()
        return self

    def __exit__(self, *error):
        return self.prober.__exit__(*error)


@test("by hand: up, degraded and down, and nothing before the first word")
def by_hand():
    with Inbound() as one:
        assert one.hears() == ("unknown", "not heard of yet")
        assert one.hears("up")[0] == "up" and one.hears("down by phone") == ("down", "reported down: by phone")
        assert one.hears() == ("down", "reported down: by phone"), "it lasts"
        assert one.hears("degraded slow") == ("degraded", "reported degraded: slow") and one.hears("up")[0] == "up"
        assert one.hears("hello \x1b[2J") == ("unknown", "wanted up, degraded or down and a text, got 'hello \\x1b[2J'") and one.hears()[0] == "up"


@test("of several alerts the worst counts; each is resolved by its own key")
def several():
    with Inbound() as one:
        assert one.hears("set a warning disk nearly full") == ("degraded", "reported degraded: disk nearly full")
        assert one.hears("set b critical no answer\nset c info hm") == ("down", "reported down: no answer") and one.alerts == "3"
        assert one.hears("set x resolved never seen") == ("down", "reported down: no answer")
        assert one.hears("set b resolved no answer") == ("degraded", "reported degraded: without a text"), "what is over is no reason"
        assert one.hears("set c info still") == ("degraded", "reported degraded: still")
        assert one.hears("set a resolved x\nset c resolved x")[0] == "up" and one.alerts == "0"
        assert one.hears("set d major_outage Web") == ("down", "reported down: Web") and one.hears("set d degraded_performance Web")[0] == "degraded"
        assert one.hears("set d operational Web")[0] == "up" and one.hears("set") [0] == "unknown" and one.hears("set k")[0] == "unknown"


@test("a text that looks like what is remembered of an alert is none")
def text_like_memory():
    with Inbound() as one:
        for text in ("deadbeefd is deployed", "0123456789abcdefd", "deadbeefgdeadbeefd "):
            assert one.hears(f"up {text}")[0] == "up" and one.hears()[0] == "up" and one.alerts == "0", text
            assert one.hears(f"down {text}") == ("down", f"reported down: {text}") and one.hears()[1] == f"reported down: {text}" and one.alerts == "1"


@test("severities that are no more than warnings are the admin's to name")
def warnings():
    with Inbound(warnings="page\nminor") as one:
        assert one.hears("Degraded by hand")[0] == "degraded" and one.hears("up")[0] == "up"
        assert one.hears("set a page x")[0] == "degraded" and one.hears("set b warning x")[0] == "down"


@test("a rule that always fires, to be heard of: its severity is a good word")
def always():
    with Inbound(within="1h") as one:
        assert one.hears("set watchdog ok Watchdog")[0] == "up" and one.alerts == "0"


@test("what is remembered is bounded: of more alerts than 64 the mild and old ones go first")
def bounded():
    with Inbound() as one:
        for number in range(100):
            one.hears(f"set k{number} {'warning' if number < 50 else 'critical'} text {number} " + "x" * 300)
            assert len(one.memory) <= 1024
        assert one.alerts == "64"
        for number in range(50, 100):
            one.hears(f"set k{number} resolved")
        assert one.hears()[0] == "degraded" and one.alerts == "14"


@test("any JSON, by conditions: the first that holds")
def documents():
    options = {"down": 'state == "alerting"', "degraded": 'level > 3', "up": 'state == "ok"', "text": "alert.title"}
    with Inbound(**options) as one:
        assert one.hears('json {"state": "alerting", "level": 9, "alert": {"title": "No \\u001b[2J answer"}}') == ("down", "reported down: No \\x1b[2J answer")
        assert one.hears('json {"state": "other", "level": 4}')[0] == "degraded" and one.hears('json {"state": "ok"}')[0] == "up"
        assert one.hears('json {"state": "new"}') == ("unknown", "the document fits none of up, degraded and down") and one.hears()[0] == "up"
        assert one.hears("json {")[0] == "down"
        assert one.hears()[0] == "up", "what cannot be read changes nothing"
    with Inbound() as one:
        assert one.hears('json {"a": 1}')[1] == "a JSON document came, and no option says what of it means down"


@test("a document that is older than the newest is left out; a time to come is now, and none is no time")
def order():
    def says(state, **more):
        return "json " + json.dumps({"state": state, **more})
    with Inbound(down='state == "bad"', up='state == "ok"', time="at.time") as one:
        def at(state, written):
            return one.hears(says(state, at={"time": written}))[0]
        assert at("bad", "2020-11-22T09:00:00Z") == "down" and at("ok", "2020-11-22T09:00:00.5Z") == "up"
        assert at("bad", "2020-11-22T09:00:00.499999Z") == "up" and at("bad", "2020-11-22T10:00:00.4+01:00") == "up", "older: nothing has changed"
        assert at("bad", "2020-11-22T10:00:00.500+01:00") == "down", "not older"
        assert at("new", "2020-11-23T00:00:00Z") == "unknown" and at("ok", "2020-11-22T09:00:01Z") == "up", "what was not understood is no newest"
        for none in ("", "yesterday", "2020-11-22", "2020-11-22T09:00:00", "2020-11-22T09:00:00Zx", 5, None):
            assert at("bad", none) == "down" and at("ok", none) == "up", none
        assert one.hears(says("bad"))[0] == "down" and one.hears("up by phone")[0] == "up" and at("bad", "2020-11-22T08:00:00Z") == "up"
        assert at("bad", "2099-01-01T00:00:00Z") == "down" and at("ok", "2098-01-01T00:00:00Z") == "up", "a clock that is wrong is told from the others'"
        assert one.hears()[0] == "up" and len(one.memory) < 60
    now = int(time.time() * 1e6)
    with Inbound(f"{now},{now + 10**12}  ", down='state == "bad"', time="at.time") as one:
        assert at("bad", "2020-11-22T09:00:00Z") == "down", "what was remembered by a clock that was ahead holds nothing back"
    before = f"{int(time.time() * 1e6)} deadbeefd it was told before there were times"
    with Inbound(before, down='state == "bad"', time="at.time") as one:
        assert one.hears() == ("down", "reported down: it was told before there were times")


@test("silence for longer than 'within' is unknown; memory that makes no sense is none")
def silence():
    ago = int((time.time() - 600) * 1e6)
    with Inbound(f"{ago} ", within="5m") as one:
        assert one.hears()[0] == "unknown" and one.hears("up")[0] == "up"
    with Inbound(f"{ago} ", within="1h") as one:
        assert one.hears()[0] == "up"
    for memory in ("x", "12 zzzzzzzzz", f"{ago} 0123456", f"{ago} 01234567q", "99999999999999999999999999 x", " " * 900):
        with Inbound(memory) as one:
            assert one.hears()[0] in ("up", "unknown"), memory
            assert one.hears("down x")[0] == "down"


run()
