"""Letters of a running ninesd: recorded before they go, a channel that hangs or crashes holds up nothing else, what waits survives a restart."""
# timeout: 300
import json
import os
import signal
import threading

from daemon import until
from pager import BUSY, DELIVERED, NO, Gateway, daemon, hand_in, settings
from tap import run, test

CHECK = 'tcp "a" { host = "127.0.0.1"  port = 1  every = "1h" }\n'


def letters(d, *words):
    done = d.nines("letters", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["letters"]


def outcome(d, identity):
    return next((one["outcome"] for one in letters(d, identity)), None)


def attempts(d, identity):
    """Those on disk so far."""
    return [attempt for one in letters(d, identity) for attempt in one["attempts"]]


def started(d):
    d.until_status("the keeper is there", lambda s: s["checks"])
    return d


@test("a letter is recorded, delivered, shown with its attempt")
def delivered(tmp):
    with Gateway() as gateway, daemon(tmp, gateway, CHECK) as d:
        started(d)
        identity = hand_in(d, kind="alert", contact="ops", to="pager:12", subject="'web' is down", short="web is down", text="It is.\nDown.\n", check="web")
        gateway.wait(lambda pages: pages)
        assert gateway.pages[0].id == identity and gateway.pages[0].text == "web is down", gateway.pages
        until("it is recorded as delivered", lambda: outcome(d, identity) == "delivered")
        one, = letters(d, identity)
        assert one["text"] == "It is.\nDown.\n" and one["ways"] == ["pager:12"] and one["contact"] == "ops", one
        assert [(a["number"], a["outcome"], a["to"], a["next"]) for a in one["attempts"]] == [(1, "delivered", "pager:12", None)], one
        for word in ("ops", "web", "pager:12"):
            assert [x["id"] for x in letters(d, word)] == [identity]
        assert letters(d, "nobody") == []
        shown = d.nines("letters", identity).stdout
        assert "  It is.\n  Down.\n" in shown and "1  delivered" in shown, shown
        assert d.stop() == 0


@test("the list names the way that a letter went, not the first it had")
def way(tmp):
    more = CHECK + 'contact "ops" { path "pager:1" { fallback = "pager:2" } path "pager:2" { } }\n'
    with Gateway(lambda page: NO if page.to == "1" else DELIVERED) as gateway, daemon(tmp, gateway, more) as d:
        started(d)
        identity = hand_in(d, kind="alert", contact="ops", to="pager:1", subject="'web' is down", short="s")
        until("it is recorded as delivered", lambda: outcome(d, identity) == "delivered")
        line, = d.nines("letters").stdout.splitlines()
        assert f"delivered {identity}  pager:2  'web' is down" in line, line


@test("refused for good, busy, silent: three fates, and none waits for another (F30, F31, F32)")
def fates(tmp):
    script = {"1": NO, "2": BUSY, "3": None, "4": DELIVERED}
    with Gateway(lambda page: script[page.to]) as gateway, daemon(tmp, gateway, CHECK) as d:
        started(d)
        found = {to: hand_in(d, to=f"pager:{to}", subject=to, short=to) for to in "1234"}
        until("refused", lambda: outcome(d, found["1"]) == "gave-up")
        until("delivered", lambda: outcome(d, found["4"]) == "delivered")
        until("tried", lambda: attempts(d, found["2"]))
        busy, = letters(d, found["2"])
        assert busy["outcome"] == "waiting" and busy["next"] and busy["attempts"][0]["reason"] == "wanted 2xx, got '450 busy'", (busy, gateway.pages)
        until("silence ends at its deadline", lambda: attempts(d, found["3"]))
        silent, = letters(d, found["3"])
        assert silent["outcome"] == "waiting" and "timeout after 5s" in silent["attempts"][0]["reason"], silent
        assert letters(d, found["1"])[0]["attempts"][0]["reason"] == "no such pager"


@test("an address that refuses five letters in a row is switched off, over a restart too, and a test letter switches it on again (F32)")
def switched_off(tmp):
    answers = [NO]
    with Gateway(lambda page: answers[0]) as gateway:
        with daemon(tmp, gateway, CHECK) as d:
            started(d)
            for n in range(5):
                one = hand_in(d, kind="alert", to="pager:9", subject=f"s{n}", short="s")
                until("it is refused", lambda: outcome(d, one) == "gave-up")
            d.wait("'pager:9' has refused 5 letters in a row and is switched off: no such pager")
            shown = d.nines("letters").stdout
            assert "switched off  pager:9: 5 letters refused in a row, the last: no such pager" in shown, shown
            assert json.loads(d.nines("letters", "--json").stdout)["switched_off"] == [{"to": "pager:9", "refusals": 5, "reason": "no such pager"}]
            assert d.stop() == 0
        answers[0] = DELIVERED
        with daemon(tmp, gateway, CHECK) as d:
            started(d)
            one = hand_in(d, kind="alert", to="pager:9", subject="s", short="s")
            until("it does not even go", lambda: outcome(d, one) == "gave-up")
            assert len(gateway.pages) == 5 and "switched off" in attempts(d, one)[0]["reason"], attempts(d, one)
            one = hand_in(d, kind="test", to="pager:9", subject="t", short="t")
            until("the test letter goes", lambda: outcome(d, one) == "delivered")
            one = hand_in(d, kind="alert", to="pager:9", subject="s", short="s")
            until("and what comes behind it", lambda: outcome(d, one) == "delivered")
            assert json.loads(d.nines("letters", "--json").stdout)["switched_off"] == []
            assert d.nines("letters", "--days", "x").returncode == 64 and d.nines("letters", "a", "b").returncode == 64


@test("a notifier that holds its process holds up no other channel, and is ended (F30)")
def hanging(tmp):
    with Gateway() as gateway, daemon(tmp, gateway, CHECK + 'notify-stumble { }\nnotify-log { file = "%s" }\n' % (tmp / "log"), misbehaves=True) as d:
        started(d)
        hung = hand_in(d, to="stumble:spin", subject="spin", short="spin")
        other = hand_in(d, to="pager:1", subject="other", short="other")
        gateway.wait(lambda pages: pages)
        until("the other is delivered", lambda: outcome(d, other) == "delivered")
        d.wait("the courier of 'stumble' stands still for 5 s: it is ended")
        until("it is tried later", lambda: attempts(d, hung))
        one, = letters(d, hung)
        assert one["attempts"][0]["reason"] == "notifier 'stumble' hung in step 'stumble'", one
        fine = hand_in(d, to="stumble:fine", subject="fine", short="fine")
        until("the channel works again", lambda: outcome(d, fine) == "delivered")


@test("a notifier that crashes: its letter later, three times a pause, the other address another way")
def crashing(tmp):
    with Gateway() as gateway, daemon(tmp, gateway, CHECK + "notify-stumble { }\n", misbehaves=True) as d:
        started(d)
        for how, part in (("crash", "crashed (signal 11)"), ("exit", "ended the process (exit 0)"), ("crash", "crashed (signal 11)")):
            one = hand_in(d, to=f"stumble:{how}", subject=how, short=how)
            until("it is tried later", lambda: attempts(d, one))
            assert part in attempts(d, one)[0]["reason"], attempts(d, one)
        d.wait("three times: letters by 'stumble' wait for ten minutes")


@test("what was under way when ninesd ended is delivered by the next start, under the same id")
def restart(tmp):
    answers = [None]
    with Gateway(lambda page: answers[0]) as gateway:
        with daemon(tmp, gateway, CHECK) as d:
            started(d)
            identity = hand_in(d, to="pager:1", subject="a", short="a")
            gateway.wait(lambda pages: pages)
            assert d.stop() == 0
        answers[0] = DELIVERED
        with daemon(tmp, gateway, CHECK) as d:
            gateway.wait(lambda pages: identity in gateway.ids())
            until("recorded", lambda: outcome(d, identity) == "delivered")
        assert [p.id for p in gateway.pages] == [identity, identity]


@test("an end in order waits a moment for the letter that is under way: the next start sends it no second time")
def orderly(tmp):
    gate, seen = threading.Event(), threading.Event()

    def slowly(page):
        seen.set()
        assert gate.wait(30)
        return DELIVERED
    with Gateway(slowly) as gateway:
        with daemon(tmp, gateway, CHECK) as d:
            started(d)
            identity = hand_in(d, to="pager:1", subject="a", short="a")
            assert seen.wait(30)
            d.process.send_signal(signal.SIGTERM)
            gate.set()
            assert d.stop() == 0
        with daemon(tmp, gateway, CHECK) as d:
            started(d)
            assert outcome(d, identity) == "delivered"
        assert gateway.ids() == [identity]


@test("while the store cannot be written letters go from memory, and say so")
def unrecorded(tmp):
    with Gateway() as gateway, daemon(tmp, gateway, CHECK + 'notify-log { file = "%s" format = json }\n' % (tmp / "log")) as d:
        started(d)
        (tmp / "log").touch()
        os.chmod(tmp / "log", 0o666)
        recorder, = d.processes()["recorder"]
        os.kill(recorder, signal.SIGSTOP)
        hand_in(d, to="log:ops", subject="a", short="a", text="a\n")
        text = until("it goes all the same", lambda: (text := (tmp / "log").read_text()).endswith("\n") and text)
        os.kill(recorder, signal.SIGCONT)
        assert json.loads(text)["recorded"] is False and "not in nines' record" in text, text
        until("and is recorded later", lambda: [x["outcome"] for x in letters(d)] == ["delivered"])


@test("a reload with another option starts another courier; what was under way ends on the old one")
def reload(tmp):
    answers = {"1": None}
    with Gateway(lambda page: answers.get(page.to, DELIVERED)) as gateway, Gateway() as second, \
            daemon(tmp, gateway, CHECK, timeout="1m") as d:  # the held letter waits for all the rest
        started(d)
        held = hand_in(d, to="pager:1", subject="a", short="a")
        gateway.wait(lambda pages: pages)
        said = d.reload(settings(tmp, second, CHECK, timeout="1m"))
        d.wait("is in force", since=said)
        new = hand_in(d, to="pager:2", subject="b", short="b")
        second.wait(lambda pages: pages)
        until("the new one delivers", lambda: outcome(d, new) == "delivered")
        gateway.held[0].sendall(DELIVERED)
        until("the old one, too", lambda: outcome(d, held) == "delivered")
        assert len(attempts(d, held)) == 1
        until("the old courier has gone", lambda: len(d.processes()["courier"]) == 1)


run()
