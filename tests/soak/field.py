"""What every soak test stands on: a ninesd with checks each second, servers that number every answer, and a judge.

Three witnesses are held against each other after each disturbance:
- the servers: each connection gets the next number; a check that fails has the number in its reason, so that a result in the database
  is known to be that of one certain connection;
- the trace of the keeper: each line it had for the recorder, with its number, and what the recorder called committed;
- the oracle, which reads the database on its own.

    field = Field(tmp, seed); field.start(); field.kill("recorder"); field.settle(); field.judge()

Whatever may be lost is a window of time that kill() and disturb() write down in `excused`; anything missing outside of it is a failure.
"""
import calendar
import collections
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

for _folder in ("lib", "oracle"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", _folder))
import role
from daemon import Daemon, die_with_parent, until
from oracle import Oracle

SECOND = 1_000_000
LAST_SECOND_US = int(float(os.environ.get("LOSS_S", "1.0")) * SECOND)  # what may be lost when everything is killed
COMMIT_US = int(float(os.environ.get("SLACK_S", "1.0")) * SECOND)      # the time that a commit may take on a busy machine
LOOK_US = 12 * SECOND    # so long after it was asked for a diagnosis may have its conversation: the timeout of a check and some
KEEPER_US = SECOND // 4  # the same when the keeper alone is killed: what it had not yet sent
TRACE = re.compile(r"^trace: (\S+Z) keeper (->|<-) (recorder|prober-\d+) (.*)$")


def now_us():
    return time.time_ns() // 1000


class Counter:
    """Answers each connection with `WORD NUMBER`; `word(number)` says which word. served[number] = time of the answer."""

    def __init__(self, word, pause_s=0.0):
        self.word, self.pause_s, self.served, self.number = word, pause_s, {}, 0
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.number += 1
            number = self.number
            if self.pause_s:
                time.sleep(self.pause_s)
            self.served[number] = now_us()
            try:
                client.sendall(f"{self.word(number)} {number}\r\n".encode())
                client.close()
            except OSError:
                pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


WORDS = {
    "down-1": lambda n: "down", "down-2": lambda n: "down",       # fails for ever: each number is in the record
    "wave-1": lambda n: "down" if n % 5 > 2 else "fine",          # incidents that open, are confirmed and close
    "wave-2": lambda n: "down" if n % 3 == 0 else "fine",         # blips
    **{f"up-{n}": lambda n: "fine" for n in range(1, 7)},         # so that less than half fails: no cycle is void
    "slow": lambda n: "down",                                     # often in flight
}
NUMBER = re.compile(r"'down (\d+)")


class Field:
    """`folder` must be the test's own; `rng` decides everything that is left to chance."""

    def __init__(self, folder, seed, more="", modules=None):
        self.folder, self.rng, self.more, self.modules = pathlib.Path(folder), random.Random(seed), more, modules
        self.servers = {name: Counter(word, 0.25 if name == "slow" else 0.0) for name, word in WORDS.items()}
        self.store = self.folder / "store" / "nines.db"
        self.daemon, self.read_to, self.links = None, 0, 0
        self.sent = {}          # (keeper, n) -> (time, verb, id, words)
        self.checks = {}                                # by number, of the present keeper
        self.looks = collections.defaultdict(list)      # when a diagnosis of a check was asked for
        self.committed = collections.Counter()
        self.keeper = None
        self.excused = []       # (from, to, at, double fault): what was sent or served then may be missing
        self.untraced = []      # (from, to): lines of the trace of this time may be missing
        self.lost = set()     # lines that went down with a keeper
        self.worst_us = 0       # the oldest line lost before a kill
        self.said = []          # what earlier daemons said last

    # ---- the daemon ----

    def configuration(self):
        text = "probers = 2\n" + self.more
        for name, server in self.servers.items():
            text += f'tcp "{name}" {{ host = "127.0.0.1" port = {server.port} expect = "fine" every = "1s" recheck = "1s" timeout = "10s" }}\n'
        return text + 'service "both" { members = {"up-1", "wave-1"} need = 2 }\n'

    def start(self):
        if self.daemon:
            self.daemon.kill()
            self.said = self.daemon.lines[-400:]
        self.daemon = Daemon(self.folder, self.configuration(), arguments=["--trace"], modules=self.modules)
        self.read_to = 0

    def close(self):
        if self.daemon:
            self.daemon.kill()
        for server in self.servers.values():
            server.close()

    def pids(self, name):
        return self.daemon.processes().get("" if name == "parent" else name, [])

    # ---- disturbing ----

    def excuse(self, why, from_us, at_us, to_us):
        """What happened in [from, to] may be missing, because of what was done at `at_us`."""
        self.excused.append((from_us, to_us, at_us, self.gone_us is not None))

    def kill(self, victim, pause_s=0.0):
        """SIGKILL to a random process of that role, or to everything; the parent is started again after a pause."""
        everything = victim == "everything"
        pids = [p for found in self.daemon.processes().values() for p in found] if everything else self.pids(victim)
        if not pids:
            return  # it is just being started
        at_us = from_us = now_us()
        if victim == "recorder":
            self.gone_us = self.gone_us or at_us
        elif self.gone_us and victim != "prober":
            from_us = self.gone_us  # what a recorder that is gone had not committed waits in the keeper
        self.rng.shuffle(pids)
        for pid in pids if everything else pids[:1]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if everything or victim == "parent":
            self.daemon.process.wait()
            until("all have gone with their parent", lambda: not any(alive(p) for p in pids))
            self.listen()
            with Oracle(self.store) if self.store.exists() else no_oracle() as oracle:
                if oracle:
                    oracle.check()
            time.sleep(pause_s)
            self.untraced.append((from_us - 2 * SECOND, now_us()))
            self.excuse(victim, from_us - LAST_SECOND_US - COMMIT_US, at_us, now_us() + SECOND)
            self.gone_us = None
            self.start()
        elif victim == "keeper":
            self.untraced.append((from_us - SECOND // 2, now_us() + SECOND // 2))
            self.excuse(victim, from_us - KEEPER_US - (LAST_SECOND_US + COMMIT_US if from_us < at_us else 0), at_us, now_us() + SECOND)
        elif victim == "prober":
            self.excuse(victim, from_us - SECOND // 2, at_us, now_us() + SECOND // 2)

    def settle(self, patience_s=90):
        """Waits until a recorder has committed all that the keeper had for it at this moment."""
        self.listen()
        at_us = self.settled_us = now_us()

        def is_settled():
            self.listen()
            return self.committed_to_us() > at_us
        try:
            until("everything committed", is_settled, patience_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\nninesd said:\n" + "\n".join((self.said + self.daemon.lines)[-300:])) from None
        self.gone_us = None

    def committed_to_us(self):
        """When the youngest probe began whose result the present keeper knows to be on disk."""
        last = self.committed[self.keeper]
        return max((int(words["start_us"]) for (keeper, n), (_, verb, _, words) in self.sent.items()
                    if keeper == self.keeper and n <= last and verb == "result"), default=0)

    last_us = settled_us = committed_at_us = 0
    gone_us = None  # since when a recorder has been away, until all has settled

    def aim(self):
        """Waits for the moment of a commit, give or take: what is on disk and not told yet must not be stored again."""
        self.listen()
        if 0 < self.committed_at_us and now_us() - self.committed_at_us < 3 * SECOND:
            ahead_us = SECOND - (now_us() - self.committed_at_us) % SECOND
            time.sleep(max(0, ahead_us + self.rng.randrange(-4000, 8000)) / SECOND)

    # ---- the trace ----

    def listen(self):
        lines = self.daemon.lines
        while self.read_to < len(lines):
            found = TRACE.match(lines[self.read_to])
            self.read_to += 1
            if found:
                self._take(instant(found[1]), found[2], found[3], found[4])

    def _take_asked(self, at_us, text):
        """A diagnosis has the conversation once more: that answer is in no result."""
        verb, number, words = role.words(text)
        if verb == "check":
            self.checks[number] = words["name"]
        elif verb == "diagnose" and "probe" in words:
            self.looks[self.checks[words["check"]]].append(at_us)

    def _take(self, at_us, direction, end, text):
        if end != "recorder":
            if direction == "->" and text.startswith(("check ", "diagnose ")):
                self._take_asked(at_us, text)
            return
        if direction == "<-":
            said = re.match(r"committed (\d+)$", text)
            if said:
                self.committed_at_us = at_us
                self.committed[self.keeper] = max(self.committed[self.keeper], int(said[1]))
            return
        started = re.match(r"keeper (\S+)$", text)
        if started:
            self.keeper = started[1]
            return
        number = re.search(r" n=(\d+)$", text)
        if not number:
            return
        verb, name, words = role.words(text)
        key = self.keeper, int(number[1])
        again = self.sent.get(key)
        assert not again or again[1:] == (verb, name, words), f"line {key} was {again}, then {verb, name, words}"
        self.sent.setdefault(key, (at_us, verb, name, words))
        self.last_us = at_us

    # ---- judging ----

    def is_excused(self, at_us):
        return any(from_us <= at_us <= to_us for from_us, to_us, *_ in self.excused)

    def is_double(self, at_us):
        """Lost because the recorder was away already when the keeper ended."""
        return any(from_us <= at_us <= to_us and is_double for from_us, to_us, _, is_double in self.excused)

    def judge(self):
        with Oracle(self.store) as oracle:
            committed = dict(self.committed)
            self.listen()
            oracle.check()
            self._numbers_go_on(committed)
            self._lines_are_there(oracle, committed)
            self._nothing_made_up(oracle)
            self._answers_are_there(oracle)
            self._incidents_are_whole(oracle, committed)
        self._chain_is_whole()
        return oracle

    def _chain_is_whole(self):
        asked = self.daemon.nines("verify", "--json")
        assert asked.returncode == 0, (asked.stdout[-2000:], asked.stderr)
        verified = json.loads(asked.stdout)
        assert verified["links"] >= self.links and verified["rows"] > 0, (self.links, verified)
        self.links = verified["links"]  # a link that was committed is never lost

    def _numbers_go_on(self, committed):
        for keeper, last in committed.items():
            missing = [n for n in range(1, last + 1) if (keeper, n) not in self.sent]
            assert not missing, f"lines {missing[:9]} of keeper {keeper} were committed but never sent"

    def _lines_are_there(self, oracle, committed):
        """Committed lines are there for ever, sent ones unless a death excuses it."""
        stored = {(r.target, r.location, r.due_us): r for found in oracle.results.values() for r in found}
        for (keeper, n), (at_us, verb, name, words) in self.sent.items():
            if verb != "result":
                continue
            found = stored.get((name, words["location"], int(words["due_at_us"])))
            is_committed = n <= committed.get(keeper, 0)
            is_current = keeper == self.keeper and at_us > self.settled_us - SECOND // 2
            if found:
                same_result(found, words)
            elif not is_committed and not is_current and self.is_excused(at_us):
                self.lost.add((keeper, n))
                if not self.is_double(at_us):
                    self.worst_us = max(self.worst_us, min(at for from_us, to_us, at, _ in self.excused if from_us <= at_us <= to_us) - at_us)
            else:
                assert is_current and not is_committed, \
                    f"lost: {'committed' if is_committed else 'sent'} line {n} of keeper {keeper}, {instant_text(at_us)}: {name} {words}"

    def _nothing_made_up(self, oracle):
        told = {(name, words["location"], int(words["due_at_us"])) for _, verb, name, words in self.sent.values() if verb == "result"}
        for name, found in oracle.results.items():
            for r in found:
                if (name, r.location, r.due_us) in told or r.start_us > self.last_us - SECOND:
                    continue
                assert any(from_us <= r.start_us <= to_us for from_us, to_us in self.untraced), f"nobody told of {r}"

    def _answers_are_there(self, oracle):
        """Each number that a server gave to a check that fails is in the record once."""
        for name, server in self.servers.items():
            numbers = collections.Counter()
            for r in oracle.results.get(name, []):
                said = NUMBER.search(r.reason)
                if said:
                    number = int(said[1])
                    numbers[number] += 1
                    served_us = server.served[number]
                    assert r.start_us <= served_us <= r.start_us + r.elapsed_us + SECOND // 20, \
                        f"{name} {number} was served at {instant_text(served_us)}, the result says {r}"
            twice = [n for n, count in numbers.items() if count > 1]
            assert not twice, f"{name}: numbers {twice[:9]} are there twice"
            looks = list(self.looks[name])
            newest = max((r.start_us for r in oracle.results.get(name, [])), default=0)
            for number, at_us in list(server.served.items()):
                if WORDS[name](number) == "down" and number not in numbers and at_us < newest - SECOND:
                    look = next((us for us in looks if us - SECOND // 4 <= at_us <= us + LOOK_US), None)
                    if look:
                        looks.remove(look)
                        continue
                    assert self.is_excused(at_us), f"{name}: the answer {number} of {instant_text(at_us)} is not in the record"

    def _incidents_are_whole(self, oracle, committed):
        """Of what was committed; what was not, a new keeper has to say again."""
        said = collections.defaultdict(list)
        for (keeper, n), (_, verb, name, words) in self.sent.items():
            if verb == "incident" and n <= committed.get(keeper, 0):
                said[name].append(words["event"])
        for name, events in said.items():
            assert events.count("open") <= 1 and sum(e in ("closed", "blip", "withdrawn") for e in events) <= 1, f"incident {name}: {events}"
        for name, ids in oracle.open_incidents().items():
            assert len(ids) == 1, f"'{name}' has {len(ids)} incidents open at once: {ids}"


def same_result(r, words):
    """The stored result against the keeper's words."""
    got = {"verdict": r.verdict, "start_us": str(r.start_us), "elapsed_us": str(r.elapsed_us), "reason": r.reason, "address": r.address,
           "steps": ",".join(f"{name}{f'@{hop}' if hop else ''}:{end}{'!' if failed else ''}" for name, hop, end, failed in r.steps),
           "ends": r.ends or "", "cause": r.cause, "interval_us": str(r.interval_us)}
    wanted = {word: words.get(word, "") for word in got}
    assert got == wanted, f"stored {got}, the keeper said {wanted}"


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class no_oracle:
    def __enter__(self):
        return None

    def __exit__(self, *_):
        pass


def instant(text):
    """Microseconds since 1970 of 2026-11-21T21:23:19.943951Z."""
    whole, part = text[:-1].split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * SECOND + int(part.ljust(6, "0")[:6])


def instant_text(us):
    return time.strftime("%H:%M:%S", time.gmtime(us // SECOND)) + f".{us % SECOND:06d}"
