"""kill -9 of any process while letters go out (F1): none is lost, none is sent more often than stated. The oracle is the gateway outside.

- What went out is in the record, unless it went unrecorded because the recorder was away.
- What was handed in more than a few seconds before the keeper died is in the record; what is in the record arrives.
- A letter arrives twice only when a process died between the two, and always under the same id.

ROUNDS and SEED in the environment; SEED is printed.
"""
# timeout: 400
import collections
import os
import random
import re
import signal
import sqlite3
import sys
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
CHECK = 'probers = 1\ntcp "a" { host = "127.0.0.1"  port = 1  every = "1h" }\n'


class Fight:
    def __init__(self, tmp, seed):
        self.tmp, self.rng = tmp, random.Random(seed)
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
        self.daemon = daemon(self.tmp, self.gateway, CHECK, arguments=["--trace"])

    def note_unrecorded(self):
        self.unrecorded |= set(re.findall(r" deliver (\S+) [^\n]*unrecorded=1", self.daemon.output()))

    def hand_in(self):
        try:
            identity = hand_in(self.daemon, to=f"pager:{self.rng.randrange(3)}", subject="s", short="s")
            self.handed[identity] = time.time()
        except (AssertionError, OSError):
            pass  # the keeper is not there just now: nobody was promised anything

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
        until("the keeper takes letters", lambda: fight.hand_in() or fight.handed)
        for _ in range(ROUNDS):
            for _ in range(fight.rng.randrange(1, 4)):
                fight.hand_in()
            time.sleep(fight.rng.uniform(0, 1.2))
            fight.kill()
        until("the keeper takes letters again", lambda: fight.hand_in() or time.time() - max(fight.handed.values()) < 1)
        time.sleep(2)
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


run()
