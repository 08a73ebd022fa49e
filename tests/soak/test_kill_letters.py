"""kill -9 of any process while letters go out (F1): none is lost, none is sent more often than stated. The oracle is the gateway outside.

- What went out is in the record, unless it went unrecorded because the recorder was away.
- What was handed in more than a few seconds before the keeper died is in the record; what is in the record arrives.
- A letter arrives twice only when a process died between the two, and always under the same id.
- Of real outages: each that was confirmed is told by one alert, and its end by one recovery to who was told.

ROUNDS and SEED in the environment; SEED is printed.
"""
# timeout: 400
import collections
import os
import random
import re
import signal
import socket
import sqlite3
import sys
import threading
import time

from daemon import until
from pager import DELIVERED, Gateway, daemon, hand_in
from tap import run, test

ROUNDS = int(os.environ.get("ROUNDS", "15"))
SEED = int(os.environ.get("SEED", str(time.time_ns() // 1000 % 1_000_000)))
LAST_S = 3.0    # what was said so long before the end of everything is on disk, on a busy machine too
KEEPER_S = 1.0  # the same before the end of the keeper alone, while its recorder lives
AWAY_S = 40.0   # so long may one be away that has died often
VICTIMS = {"keeper": 4, "courier": 3, "recorder": 3, "everything": 2, "parent": 1, "prober": 1}
LONGEST_S = 2.0  # between two deaths
GATHERED_US = 35_000_000  # a shorter outage can be over before its alert is written (core/alert/storm.h)
CHECK = 'probers = 1\ntcp "a" { host = "127.0.0.1"  port = 1  every = "1h" }\n'


class Fight:
    def __init__(self, tmp, seed, more=CHECK):
        self.tmp, self.rng, self.more = tmp, random.Random(seed), more
        self.gateway = Gateway(self.answer)
        self.handed, self.deaths, self.unrecorded = {}, [], set()
        self.store = tmp / "store" / "nines.db"
        self.daemon = None
        self.start()

    def answer(self, page):
        time.sleep(self.rng.uniform(0, 0.3))  # how slow the gateway is
        return DELIVERED

    def start(self):
        if self.daemon:
            self.note_unrecorded()
            self.daemon.kill()
        self.daemon = daemon(self.tmp, self.gateway, self.more, arguments=["--trace"])

    def note_unrecorded(self):
        self.unrecorded |= set(re.findall(r" deliver (\S+) [^\n]*unrecorded=1", self.daemon.output()))

    def hand_in(self):
        """The letter's id, or None."""
        try:
            identity = hand_in(self.daemon, to=f"pager:{self.rng.randrange(3)}", subject="s", short="s")
        except (AssertionError, OSError):
            return None  # the keeper is not there just now: nobody was promised anything
        self.handed[identity] = time.time()
        return identity

    def kill(self):
        victim = self.rng.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        found = self.daemon.processes()
        pids = [p for some in found.values() for p in some] if victim == "everything" else found.get("" if victim == "parent" else victim, [])
        self.rng.shuffle(pids)
        for pid in pids if victim == "everything" else pids[:1]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if pids:
            self.deaths.append((time.time(), victim))
        if victim in ("everything", "parent") and pids:
            self.daemon.process.wait()
            self.start()

    def rows(self, query):
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as base:
            return base.execute(query).fetchall()

    def is_recorded(self, identity):
        try:
            return bool(self.rows(f"select 1 from letter where id = '{identity}'"))
        except sqlite3.OperationalError:
            return False

    def settle(self):
        """Until nothing waits any more: some back-off and the parent's patience with those that die often."""
        def is_settled():
            if self.daemon.process.poll() is not None:
                self.start()
            try:
                return not self.rows("select 1 from letter where outcome is null")
            except sqlite3.OperationalError:
                return False
        until("all letters have ended", is_settled, 150)

    def is_excused(self, at):
        """Whoever could have kept it died before it was on disk."""
        for t, victim in self.deaths:
            recorder_died = any(v == "recorder" and t - AWAY_S < r <= t for r, v in self.deaths)
            span_s = {"everything": LAST_S, "parent": LAST_S, "keeper": KEEPER_S}.get(victim, 0)
            if span_s and at - 0.1 <= t <= at + (AWAY_S if recorder_died else span_s):
                return True
        return False

    def judge(self):
        self.note_unrecorded()
        recorded = {identity for identity, in self.rows("select id from letter")}
        assert not self.rows("select id, outcome from letter where outcome <> 'delivered'")
        arrived = collections.defaultdict(list)
        for page in self.gateway.pages:
            arrived[page.id].append(page.at)
        stray = set(arrived) - recorded - self.unrecorded
        assert not stray, f"went out before they were on disk: {stray}"
        lost = recorded - set(arrived)
        assert not lost, f"recorded, told to be delivered, and never arrived: {lost}"
        for identity, at in self.handed.items():
            assert identity in arrived or self.is_excused(at), f"handed in, and lost: {identity}"
        for identity, times in arrived.items():
            for first, second in zip(sorted(times), sorted(times)[1:]):
                assert any(first - 1 <= t <= second for t, _ in self.deaths), f"{identity} was sent twice without need: {times}"
        return len(arrived), sum(len(times) > 1 for times in arrived.values())


@test(f"SEED={SEED}: letters survive kill -9 of any process")
def kill_letters(tmp):
    fight = Fight(tmp, SEED)
    try:
        until("the keeper takes letters", fight.hand_in)
        for _ in range(ROUNDS):
            for _ in range(fight.rng.randrange(1, 4)):
                fight.hand_in()
            time.sleep(fight.rng.uniform(0, LONGEST_S))
            fight.kill()
        last = until("the keeper takes letters again", fight.hand_in)  # behind the last death: one of before may be lost with it
        until("the last one is recorded", lambda: fight.is_recorded(last))
        fight.settle()
        arrived, twice = fight.judge()
        print(f"# {ROUNDS} deaths: {len(fight.handed)} letters handed in, {arrived} arrived, {twice} of them more than once,"
              f" {len(fight.unrecorded)} unrecorded", flush=True)
    except AssertionError:
        print("\n".join("# " + line for line in fight.daemon.lines[-60:]), file=sys.stderr)
        raise
    finally:
        fight.daemon.kill()
        fight.gateway.listener.close()


class Target:
    """Says `fine` while it is up, else `down`."""

    def __init__(self):
        self.is_up, self.listener = True, socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
                client.sendall(b"fine\r\n" if self.is_up else b"down\r\n")
                client.close()
            except ConnectionError:
                pass
            except OSError:
                return


def incidents(fight):
    """id -> (is it closed, [(kind, outcome)] of the letters that tell of it), of confirmed ones; without those too short for a letter."""
    rows = fight.rows("select id, event, lasted_us from incident where event in ('confirmed', 'closed')")
    found = {identity: (event == "closed", []) for identity, event, _ in rows}
    for incident, kind, words, outcome in fight.rows("select t.incident, l.kind, l.words, l.outcome from told t join letter l on l.id = t.letter order by l.id"):
        said = re.search(r" of=(\w+)", words)
        if incident in found:
            found[incident][1].append((said[1] if said else kind, outcome))
    short = {identity for identity, event, lasted_us in rows if event == "closed" and lasted_us < GATHERED_US}
    return {identity: what for identity, what in found.items() if what[1] or identity not in short}


def judge_outages(found):
    told = 0
    for identity, (is_closed, letters) in found.items():
        alerts = [outcome for kind, outcome in letters if kind == "alert"]
        ends = [outcome for kind, outcome in letters if kind == "recovery"]
        assert len(alerts) == 1, f"incident {identity} has {len(alerts)} alerts: {letters}"
        assert len(ends) == (alerts == ["delivered"]) and is_closed, f"incident {identity}: {letters}"
        told += alerts == ["delivered"]
    return told


@test(f"SEED={SEED}: outages are told once, and their ends, whatever dies meanwhile")
def kill_alerts(tmp):
    targets = [Target() for _ in range(3)]
    checks = "".join(f'tcp "t{n}" {{ host = "127.0.0.1"  port = {t.port}  expect = "fine"  every = "1s"  recheck = "1s"  flapping = "no" }}\n'
                     for n, t in enumerate(targets))
    fight = Fight(tmp, SEED + 1, 'probers = 1\n' + checks + 'contact "ops" { path "pager:ops" { after = "0"  repeat = "1h" } }\n')
    try:
        fight.daemon.until_status("all is up", lambda s: all(c["state"] == "up" for c in s["checks"]))
        for _ in range(ROUNDS):
            target = fight.rng.choice(targets)
            target.is_up = not target.is_up
            time.sleep(fight.rng.uniform(0, 2 * LONGEST_S))
            fight.kill()
        for target in targets:
            target.is_up = True

        def is_over():
            found = incidents(fight)
            return all(is_closed and len([k for k, _ in letters if k == "recovery"]) == (("alert", "delivered") in letters) for is_closed, letters in found.values())
        fight.settle()
        until("all incidents are closed and told", lambda: is_over() and not fight.rows("select 1 from letter where outcome is null"), 60)
        found = incidents(fight)
        told = judge_outages(found)
        arrived = set(fight.gateway.ids())
        delivered = {identity for identity, in fight.rows("select id from letter where outcome = 'delivered'")}
        assert delivered <= arrived, f"told to be delivered, and never arrived: {delivered - arrived}"
        print(f"# {ROUNDS} deaths: {len(found)} outages, {told} told with their ends, the others over before their alert could go", flush=True)
    except AssertionError as error:
        told = "\n".join(f"{i}: {found}" for i, found in sorted(incidents(fight).items()))
        rows = fight.rows("select l.id, l.kind, t.incident, l.outcome, l.created_us, l.words from letter l left join told t on t.letter = l.id")
        raise AssertionError(f"{error}\n{told}\n" + "\n".join(map(str, rows)) + f"\n{fight.deaths}") from None
    finally:
        fight.daemon.kill()
        for target in targets:
            target.listener.close()


run()
