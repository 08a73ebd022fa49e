#!/usr/bin/env python3
"""tests/oracle/oracle.py DATABASE: reads the database of nines without a line of its C code, and believes nothing.

Written from docs/architecture.md and from the comments on the forms in core/store (block, segment, tail, pack): integrity, every sum,
every result of every target, the rollups, incidents, states, markers. What does not hold is an assertion with the place. availability()
is the naive reading of definitions 2.2: each sample in turn, no runs, no rollups.

    with Oracle("nines.db") as o:
        o.check()                     # integrity, sums, whole tail, ids, states and incidents that agree
        o.results["mail"]             # all results of the target "mail": list of Result
        availability(o.samples("mail"), from_us, to_us, now_us)

The database may be in use: it is read in one read transaction. It may be a copy of the files of a daemon that was killed as well.
"""
import collections
import datetime
import functools
import itertools
import sqlite3
import struct
import sys

STATE = ("not-monitored", "unknown", "up", "degraded", "unconfirmed", "down")
ORIGIN = ("measured", "imported", "event")
CAUSE = ("", "monitor-off", "void-cycle", "overload", "agent-lost", "module")
SCHEMA, BLOCK_VERSION, TAIL_VERSION = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 1, 1
DAY_US = 86_400_000_000
MASK = (1 << 64) - 1

Result = collections.namedtuple("Result", "target location due_us start_us interval_us elapsed_us verdict ends cause flags reason address"
                                " item steps values facts")
Sample = collections.namedtuple("Sample", "at_us interval_us state cause origin")
Run = collections.namedtuple("Run", "at_us second_us last_us interval_us state cause origin")
Incident = collections.namedtuple("Incident", "id name event at_us start_us")


class Bytes:
    """A cursor over a blob: varints in groups of seven bits, the lowest first; signed ones zigzag; texts end with a NUL."""

    def __init__(self, raw, at=0, end=None):
        self.raw, self.at, self.end = raw, at, len(raw) if end is None else end

    def number(self):
        value = shift = 0
        while True:
            assert self.at < self.end, "a number runs over the end"
            byte = self.raw[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        n = self.number()
        return (n >> 1) ^ -(n & 1)

    def text(self):
        nul = self.raw.index(b"\0", self.at, self.end)
        at, self.at = self.at, nul + 1
        return self.raw[at:nul].decode("utf-8", "surrogateescape")

    def take(self, size):
        assert size <= self.end - self.at, f"{size} bytes wanted, {self.end - self.at} are left"
        self.at += size
        return self.raw[self.at - size:self.at]


@functools.lru_cache(maxsize=1 << 16)
def hash_of(raw):
    """FNV-1a of 64 bits, mixed at the end; as SQLite stores it, with a sign."""
    h = 14695981039346656037
    for byte in raw:
        h = (h ^ byte) * 1099511628211 & MASK
    h ^= h >> 32
    h = h * 0xD6E8FEB86659FD93 & MASK
    h ^= h >> 32
    return h - (1 << 64) if h >> 63 else h


def _shape(b):
    head = dict(verdict=b.number(), ends=b.number(), cause=b.number(), flags=b.number(), interval_us=b.signed(),
                reason=b.text(), address=b.text(), item=b.text())
    head["steps"] = [(b.text(), b.number()) for _ in range(b.number())]  # name, hop * 2 + has failed
    head["values"] = [(b.text(), b.text()) for _ in range(b.number())]   # name, unit
    head["facts"] = tuple((b.text(), b.text()) for _ in range(b.number()))
    return head


def _value(b, before):
    form = b.number()
    if form == 0:
        return before
    if form == 1:
        return float(int(before) + b.signed())
    assert form == 2, f"a value of form {form}"
    return struct.unpack("<d", b.take(8))[0]


@functools.lru_cache(maxsize=1 << 12)
def block_of(raw):
    """All results of one block that stands alone; target and location are not in it."""
    b = Bytes(raw)
    assert b.take(1)[0] == BLOCK_VERSION, "a block of another version"
    shapes, results, due_us, rest = [], [], 0, 0
    phase, value = collections.defaultdict(int), collections.defaultdict(float)
    while b.at < b.end:
        number, is_off = divmod(b.number(), 2)
        if number == len(shapes):
            shapes.append(_shape(b))
        shape = shapes[number]
        due_us += b.signed() if is_off else shape["interval_us"]
        start_us, at_us, steps, values = due_us + b.signed(), 0, [], []
        for i, (name, word) in enumerate(shape["steps"]):
            phase[i] += b.signed()
            at_us += phase[i]
            steps.append((name, word >> 1, at_us, bool(word & 1)))
        rest += b.signed()
        for i, (name, unit) in enumerate(shape["values"]):
            value[i] = _value(b, value[i])
            values.append((name, unit, value[i]))
        results.append(Result("", "", due_us, start_us, shape["interval_us"], at_us + rest, STATE[shape["verdict"]],
                              STATE[shape["ends"] - 1] if shape["ends"] else None, CAUSE[shape["cause"]], shape["flags"],
                              shape["reason"], shape["address"], shape["item"], tuple(steps), tuple(values), shape["facts"]))
    return results


def segments_of(raw):
    """The results of a row of `part` or `block`: sizes and blocks in turn."""
    b, results = Bytes(raw), []
    while b.at < b.end:
        results += block_of(b.take(b.number()))
    return results


def runs_of(raw):
    """A row with location 0 of `day` or `month`."""
    b, runs, last_us, interval_us = Bytes(raw), [], 0, 0
    for _ in range(b.number()):
        head = b.number()
        at_us = last_us + b.signed()
        second = b.number()
        second_us = at_us + second if second else 0
        last_us = second_us + b.number() if second else at_us
        interval_us = interval_us if head & 1 else b.signed()
        runs.append(Run(at_us, second_us, last_us, interval_us, STATE[head >> 4 & 7], CAUSE[head >> 1 & 7], ORIGIN[head >> 7]))
    assert b.at == b.end, "more than was announced"
    return runs


def steps_of(raw):
    """A row with a location of `day` or `month`: (results, passed, {(step, hop): count})."""
    b = Bytes(raw)
    results, passed, count = b.number(), b.number(), {}
    for _ in range(b.number()):
        name, hop = b.text(), b.number()
        count[name, hop] = sum((b.number(), b.number())[1] for _ in range(b.number()))
    assert b.at == b.end, "more than was announced"
    return results, passed, count


def join(samples):
    """Samples in order of time as runs: neighbours that found the same with no gap of more than three intervals."""
    runs = []
    for s in samples:
        last = runs[-1] if runs else None
        if last and last[3:] == s[1:] and s.at_us - last.last_us <= 3 * last.interval_us:
            runs[-1] = last._replace(second_us=last.second_us or s.at_us, last_us=s.at_us)
        else:
            runs.append(Run(s.at_us, 0, s.at_us, *s[1:]))
    return runs


class Oracle:
    def __init__(self, path):
        self.base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, isolation_level=None)
        self.base.execute("begin")
        self.meta = dict(self.rows("select word, value from meta"))
        assert self.meta["schema"] in SCHEMA, self.meta
        self.targets = {row[0]: row[1] for row in self.rows("select id, name from target")}
        self.locations = dict(self.rows("select id, name from location"))
        self.results = {name: [] for name in self.targets.values()}
        for series in self.rows("select id, target, location, closed_to from series order by id"):
            self._read_series(*series)
        for found in self.results.values():
            found.sort(key=lambda r: (r.start_us, r.due_us))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.base.close()

    def rows(self, sql, *values):
        return self.base.execute(sql, values).fetchall()

    def _read_series(self, series, target, location, closed_to):
        found = []
        for table, order in (("block", "id"), ("part", "series")):
            for count, total, data in self.rows(f"select results, sum, data from {table} where series = ? order by {order}", series):
                assert hash_of(data) == total, f"{table} of series {series}: bytes changed"
                results = segments_of(data)
                assert len(results) == count, f"{table} of series {series}: {len(results)} results, {count} announced"
                found += results
        found += self._open_block(series, closed_to)
        name, place = self.targets[target], self.locations[location]
        self.results[name] += [r._replace(target=name, location=place) for r in found]

    @functools.cached_property
    def tail(self):
        """series -> list of (row, place, results, bytes)."""
        pieces = collections.defaultdict(list)
        for row, results, total, data in self.rows("select id, results, sum, data from tail order by id"):
            assert hash_of(data) == total, f"row {row} of the tail: bytes changed"
            b = Bytes(data)
            assert b.take(1)[0] == TAIL_VERSION, f"row {row} of the tail: another version"
            while b.at < b.end:
                series, place, count, size = b.number(), b.number(), b.number(), b.number()
                pieces[series].append((row, place, count, b.take(size)))
        return pieces

    def _open_block(self, series, closed_to):
        raw, announced = b"", 0
        for row, place, count, data in self.tail.get(series, []):
            if row <= closed_to:
                continue
            assert place == len(raw), f"row {row} of the tail: series {series} has {len(raw)} bytes, the piece begins at {place}"
            raw += data
            announced += count
        results = block_of(raw) if raw else []
        assert len(results) == announced, f"open block of series {series}: {len(results)} results, {announced} announced"
        return results

    # ---- what must hold ----

    def check(self):
        """Everything that holds of any database, whatever happened to its writer."""
        found = self.rows("pragma integrity_check")
        assert found == [("ok",)], f"integrity_check: {found}"
        assert set(self.tail) <= {row[0] for row in self.rows("select id from series")}, "a tail of a series that nobody knows"
        self.no_result_twice()
        self.states_follow()
        self.rollups_agree()

    def no_result_twice(self):
        seen = collections.Counter((r.target, r.location, r.item, r.due_us) for found in self.results.values() for r in found)
        twice = [key for key, count in seen.items() if count > 1]
        assert not twice, f"stored twice: {twice[:5]}"

    @functools.cached_property
    def watched(self):
        """Names of what is configured, as far as the record knows."""
        return {row[0] for row in self.rows("select name from target where removed_us is null and not is_imported")}

    def incidents(self):
        return [Incident(*row) for row in self.rows("select id, name, event, at_us, start_us from incident order by id")]

    def markers(self, kind):
        return [row[0] for row in self.rows("select at_us from marker where kind = ? order by rowid", kind)]

    def states_follow(self):
        """Each change begins where the one before ended, but for changes over which a keeper died; the last is what is believed."""
        last, known = {}, {i.id: i for i in self.incidents()}
        for row, name, was, state, incident in self.rows("select rowid, name, was, state, incident from state order by rowid"):
            assert was != state, f"state {row}: '{name}' from {was} to itself"
            assert was in (last.get(name, ("not-monitored",))[0], "not-monitored"), \
                f"state {row}: '{name}' goes on from {was}, it was {last.get(name)}"
            assert not incident or incident in known, f"state {row}: an incident nobody opened: {incident}"
            last[name] = state, incident
        for name, state, incident in self.rows("select name, state, incident from target where state is not null"):
            assert last[name] == (state, incident), f"'{name}' is believed {state, incident}, the last change says {last[name]}"
            if state in ("down", "unconfirmed"):
                wanted = ("open", "confirmed") if state == "unconfirmed" else ("confirmed",)
                assert not incident or known[incident].event in wanted, f"'{name}' is {state}, its incident {known[incident]}"

    def open_incidents(self):
        """name -> ids of the incidents that are not over."""
        found = collections.defaultdict(list)
        for i in self.incidents():
            if i.event in ("open", "confirmed"):
                found[i.name].append(i.id)
        return found

    def claims(self, name):
        """(from, to, as) of what was said of it and not taken back, in the order it was said."""
        return self.rows("select from_us, to_us, state from reclassification where target = ? and undoes is null and id not in"
                         " (select undoes from reclassification where undoes is not null) order by rowid", name)

    # ---- samples and rollups ----

    def samples(self, name):
        """The results that ended their cycles, as (time, interval, state, cause), in order of time."""
        return sorted(Sample(r.start_us, r.interval_us, r.ends, r.cause if r.ends == "unknown" else "",
                             "imported" if r.location == "import" else "measured") for r in self.results[name] if r.ends)

    def rollups_agree(self):
        """Each day, and each month of days, says what the results of that time say: where these are all there."""
        raw_from = self.meta.get("raw_from", 0)
        for table in ("day", "month"):
            for target, location, day, total, data in self.rows(f"select target, location, day, sum, data from {table}"):
                where = f"{table} {day} of '{self.targets[target]}' at {location}"
                assert hash_of(data) == total, f"{where}: bytes changed"
                end = day + 1 if table == "day" else month_behind(day)
                if day < raw_from or self._rolled(target) < end:
                    continue
                if location == 0:
                    self._same_runs(where, target, day, end, runs_of(data), table)
                else:
                    self._same_steps(where, target, location, day, end, steps_of(data))

    @functools.cached_property
    def _events(self):
        return {row[0] for row in self.rows("select id from target where is_events")}

    def _rolled(self, target):
        return self.rows("select rolled from target where id = ?", target)[0][0]

    def _same_runs(self, where, target, day, end, runs, table):
        inside = [s for s in self.samples(self.targets[target]) if day * DAY_US <= s.at_us < end * DAY_US]
        if target in self._events or len({s.at_us for s in inside}) < len(inside):
            return  # events are never joined; what comes at the same microsecond has no order
        wanted = join(inside)
        assert runs == wanted, f"{where}: {len(runs)} runs, the results say {len(wanted)} (of {table})"

    def _same_steps(self, where, target, location, day, end, got):
        place = self.locations[location]
        inside = [r for r in self.results[self.targets[target]] if r.location == place and day * DAY_US <= r.start_us < end * DAY_US]
        count = collections.Counter()
        for r in inside:
            if not r.flags & 3:
                count.update((name, hop) for name, hop, _, has_failed in r.steps if not has_failed)
                count["", 0] += r.verdict in ("up", "degraded")
        wanted = len(inside), sum(r.verdict in ("up", "degraded") for r in inside), {k: n for k, n in count.items() if n}
        assert got == wanted, f"{where}: {got}, the results say {wanted}"


def month_behind(day):
    """The first day, since 1970, of the month behind the one that begins with `day`."""
    first = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    return (datetime.date(first.year + first.month // 12, first.month % 12 + 1, 1) - datetime.date(1970, 1, 1)).days


# ---- availability ----

def believed(samples):
    """The state of each sample once its recheck has spoken: a failure that nothing but unknown separates from a pass is unconfirmed."""
    state = [s.state for s in samples]
    for i, s in enumerate(samples):
        if s.state != "down":
            continue
        def other(step):
            at = i + step
            while 0 <= at < len(samples) and samples[at].state == "unknown":
                at += step
            return samples[at].state if 0 <= at < len(samples) else None
        if other(-1) != "down" and other(1) != "down":
            state[i] = "unconfirmed"
    return state


def reaches(samples, i):
    """Does sample i speak until the next?"""
    return i + 1 < len(samples) and samples[i + 1].at_us - samples[i].at_us <= 3 * samples[i].interval_us


def firsts(samples, state):
    """Which samples are the first failure of an incident of ours: nothing but unknown stands between it and a pass."""
    failing = False
    for i, s in enumerate(samples):
        if s.state in ("up", "degraded"):
            failing = False
        elif s.state == "down":
            if not failing and state[i] == "down" and s.origin == "measured":
                yield i
            failing = True


def beginnings(samples, state, start):
    """The moment from which each sample speaks (definitions 2.3)."""
    at = [s.at_us for s in samples]
    for i in range(1, len(samples)) if start == "midpoint" else ():
        kinds = {"pass" if state[k] in ("up", "degraded") else state[k] for k in (i - 1, i)}
        if kinds == {"pass", "down"} and reaches(samples, i - 1):
            at[i] = samples[i - 1].at_us + (samples[i].at_us - samples[i - 1].at_us) // 2
    return at


def spans(samples, now_us, start="first-failure"):
    """(from, to, state) of all that was measured, outages by that rule."""
    state = believed(samples)
    at = beginnings(samples, state, start)
    for i in list(firsts(samples, state)) if start == "confirmed" else ():
        state[i] = "up"
    for i, s in enumerate(samples):
        if reaches(samples, i):
            yield at[i], at[i + 1], state[i]
            continue
        until = samples[i + 1].at_us if i + 1 < len(samples) else now_us
        end = min(s.at_us + s.interval_us, until)
        yield at[i], end, state[i]
        if i + 1 < len(samples):
            yield end, until, "unknown"


def outages(samples, start="first-failure"):
    """(from, to) of confirmed incidents, None: not over."""
    state = believed(samples)
    at = beginnings(samples, state, start)
    for i in firsts(samples, state):
        later = samples[i + 1:]
        confirmed = next(s.at_us for s in later if s.state == "down")
        end = next((k for k in range(i, len(samples)) if samples[k].state in ("up", "degraded")), None)
        yield confirmed if start == "confirmed" else at[i], None if end is None else at[end]


def silence(samples, now_us):
    """What should be watched and was not for more than three intervals is unknown since: the monitor is off."""
    last = samples[-1] if samples else None
    if last and now_us - last.at_us > 3 * last.interval_us:
        yield last.at_us + last.interval_us, now_us, "unknown"


def availability(samples, from_us, to_us, now_us, is_watched=False):
    """Microseconds in each state over [from, to); blips are part of down, as reports show it."""
    total, samples = collections.Counter(), [s for s in samples if s.at_us < now_us]
    for start, end, state in itertools.chain(spans(samples, now_us), silence(samples, now_us) if is_watched else ()):
        total[state] += max(0, min(end, to_us) - max(start, from_us))
    measured = sum(total.values())
    return {"up": total["up"], "degraded": total["degraded"], "down": total["down"] + total["unconfirmed"], "blip": total["unconfirmed"],
            "unknown": total["unknown"], "not_monitored": to_us - from_us - measured}


# ---- contracts: hours, holidays, what was said afterwards ----

def agreed(from_us, to_us, zone, hours=None, holidays=()):
    """The agreed spans: `hours(weekday)` gives (from, to) in minutes of a day, None: always; `holidays` are (month, day) of each year."""
    def instant(day, minutes=0):
        return int(datetime.datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone).timestamp()) * 1_000_000
    day, spans_ = datetime.datetime.fromtimestamp(from_us / 1e6, zone).date(), []
    while instant(day) < to_us:
        midnight = instant(day + datetime.timedelta(days=1))
        if (day.month, day.day) not in holidays:
            for start, end in hours(day.weekday()) if hours else ((0, 1440),):
                spans_.append((instant(day, start), midnight if end == 1440 else instant(day, end)))
        day += datetime.timedelta(days=1)
    return [(max(a, from_us), min(b, to_us)) for a, b in spans_ if a < to_us and b > from_us]


def left_out(windows, from_us, to_us, notice_us=0, allowance_us=None):
    """What is left out of one month: `windows` are (from, to, announced, is cancelled)."""
    found, seen = [], from_us
    for start, end, announced, is_cancelled in sorted(windows):
        start_in, end_in = max(start, seen), min(end, to_us)
        if is_cancelled or start - announced < notice_us or start_in >= end_in:
            continue
        seen = end_in
        granted = end_in - start_in if allowance_us is None else min(end_in - start_in, allowance_us)
        allowance_us = allowance_us and allowance_us - granted
        found.append((start_in, start_in + granted))
    return found


def contract(samples, claims, from_us, to_us, now_us, within, is_watched=False, planned=(), up_counts=False, start="first-failure"):
    """Microseconds in each state and layer: outside of `within` nothing else counts, then the last claim that speaks of a moment, then
    what is left out of maintenance (but for what was up, if that counts), then what was measured; "blip" is part of down. `claims` are
    (from, to, as) in the order they were said, `planned` are those of left_out()."""
    measured = list(spans([s for s in samples if s.at_us < now_us], now_us, start)) + (list(silence(samples, now_us)) if is_watched else [])
    borders = sorted({from_us, to_us, *(b for span in (*measured, *claims, *within, *planned) for b in span[:2] if from_us < b < to_us)})
    total = collections.Counter()
    for begin, end in zip(borders, borders[1:]):
        said = [kind for a, b, kind in claims if a <= begin < b]
        was = [state for a, b, state in measured if a <= begin < b]
        state = was[0] if was else "not_monitored"
        if not any(a <= begin < b for a, b in within):
            kind = "outside_hours"
        elif said:
            kind = said[-1]
        else:
            kind = "maintenance" if any(a <= begin < b for a, b in planned) else state
        if kind == "maintenance" and up_counts and state == "up":
            kind = "up"
        total[{"unconfirmed": "down"}.get(kind, kind)] += end - begin
        if kind == "unconfirmed":
            total["blip"] += end - begin
    return total


def judge(total, weight=0.0, blips="down", unknown="known"):
    """(known, period, coverage, judged) of such sums, as texts of six truncated places."""
    known = total["up"] + total["degraded"] + total["down"]
    agreed_ = known + total["unknown"]
    bad = total["down"] - (total["blip"] if blips == "up" else 0) + -(-total["degraded"] * round(weight * 10**6) // 10**6)
    share = lambda part, whole: f"{part * 10**8 // whole // 10**6}.{part * 10**8 // whole % 10**6:06}" if whole else None
    figures = share(known - bad, known), share(known - bad, agreed_), share(known, agreed_)
    return (*figures, figures[0] if unknown == "known" else share(known - bad + (total["unknown"] if unknown == "up" else 0), agreed_))


def compare(oracle, report, now_us):
    """Each check of `nines report sla --format json`, to the second."""
    instant = lambda text: int(datetime.datetime.fromisoformat(text).timestamp()) * 1_000_000
    from_us, to_us = instant(report["from"]), instant(report["to"])
    for row in report["rows"]:
        if row["kind"] != "check":
            continue
        wanted = availability(oracle.samples(row["name"]), from_us, to_us, now_us, row["name"] in oracle.watched)
        got = {word: row[f"{word}_s"] for word in wanted}
        assert got == {word: us // 1_000_000 for word, us in wanted.items()}, f"'{row['name']}': the report says {got}, the results {wanted}"


if __name__ == "__main__":
    with Oracle(sys.argv[1]) as oracle_:
        oracle_.check()
        for name_, found_ in oracle_.results.items():
            print(f"{name_}: {len(found_)} results, {len(oracle_.samples(name_))} cycles, open incidents {oracle_.open_incidents()[name_]}")
