"""tests/lib/foreign.py: the databases of other monitoring tools, with the tables that those make, for tests of `nines import`.

A history is [(name, seconds since 1970, state, milliseconds or None)]; states as nines calls them, and `pending`, `maintenance`.
"""
import datetime
import sqlite3

KUMA_STATE = {"down": 0, "up": 1, "pending": 2, "maintenance": 3, "unknown": 3}
KUMA = """
CREATE TABLE monitor (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name VARCHAR(150), active BOOLEAN DEFAULT 1 NOT NULL, user_id INTEGER,
    interval INTEGER DEFAULT 20 NOT NULL, url TEXT, type VARCHAR(20), maxretries INTEGER NOT NULL DEFAULT 0,
    retry_interval INTEGER NOT NULL DEFAULT 0, upside_down BOOLEAN NOT NULL DEFAULT 0);
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, important BOOLEAN DEFAULT 0 NOT NULL,
    monitor_id INTEGER NOT NULL REFERENCES monitor (id) ON UPDATE CASCADE ON DELETE CASCADE, status SMALLINT NOT NULL, msg TEXT,
    time DATETIME NOT NULL, ping INTEGER, duration INTEGER DEFAULT 0 NOT NULL, down_count INTEGER DEFAULT 0 NOT NULL);
CREATE INDEX monitor_time_index ON heartbeat (monitor_id, time);
CREATE INDEX important ON heartbeat (important);
"""
KUMA_2 = """
ALTER TABLE heartbeat ADD COLUMN end_time DATETIME DEFAULT NULL;
ALTER TABLE heartbeat ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
CREATE TABLE stat_minutely (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, monitor_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    ping FLOAT NOT NULL, up SMALLINT NOT NULL, down SMALLINT NOT NULL, ping_min FLOAT, ping_max FLOAT, extras TEXT,
    UNIQUE (monitor_id, timestamp));
CREATE TABLE stat_hourly AS SELECT * FROM stat_minutely;
CREATE TABLE stat_daily AS SELECT * FROM stat_minutely;
"""
# What Uptime Kuma keeps of what it deletes: the first beat and these changes.
KUMA_IMPORTANT = {("up", "down"), ("pending", "down"), ("down", "up"), ("maintenance", "up"), ("maintenance", "down"), ("down", "maintenance"),
                  ("up", "maintenance"), ("pending", "maintenance")}
GATUS = """
CREATE TABLE endpoints (endpoint_id INTEGER PRIMARY KEY, endpoint_key TEXT UNIQUE, endpoint_name TEXT, endpoint_group TEXT,
    UNIQUE(endpoint_name, endpoint_group));
CREATE TABLE endpoint_events (endpoint_event_id INTEGER PRIMARY KEY,
    endpoint_id INTEGER REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, event_type TEXT, event_timestamp TIMESTAMP);
CREATE TABLE endpoint_results (endpoint_result_id INTEGER PRIMARY KEY,
    endpoint_id INTEGER REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, success INTEGER, errors TEXT, connected INTEGER,
    status INTEGER, dns_rcode TEXT, certificate_expiration INTEGER, domain_expiration INTEGER, hostname TEXT, ip TEXT,
    duration INTEGER, timestamp TIMESTAMP);
CREATE TABLE endpoint_uptimes (endpoint_uptime_id INTEGER PRIMARY KEY,
    endpoint_id INTEGER NOT NULL REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, hour_unix_timestamp INTEGER NOT NULL,
    total_executions INTEGER NOT NULL, successful_executions INTEGER NOT NULL, total_response_time INTEGER NOT NULL,
    UNIQUE(endpoint_id, hour_unix_timestamp));
"""


def moment(seconds, form, digits):
    when = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(microseconds=round(seconds * 1e6))
    return when.strftime(form) + f".{when.microsecond:06d}000"[:digits + 1]


def kuma_time(seconds):
    return moment(seconds, "%Y-%m-%d %H:%M:%S", 3)


def gatus_time(seconds):
    return moment(seconds, "%Y-%m-%d %H:%M:%S", 9) + " +0000 UTC"


def numbered(history):
    """Each name's number, from 1, in the order in which they come."""
    names = {}
    for name, *_ in history:
        names.setdefault(name, len(names) + 1)
    return names


def important(history):
    """Of each of the history: would Uptime Kuma keep it?"""
    last = {}
    for name, _, state, _ in history:
        yield name not in last or (last[name], state) in KUMA_IMPORTANT
        last[name] = state


def kuma(path, history, interval_s, *, version=1, monitors=None, retries=0):
    """kuma.db with that history; `monitors`: {number: name} instead of the history's names, which then are numbers."""
    base = sqlite3.connect(path)
    base.executescript(KUMA + (KUMA_2 if version == 2 else ""))
    names = numbered(history) if monitors is None else {number: number for number in monitors}
    for key, number in names.items():
        base.execute("INSERT INTO monitor (id, name, interval, type, maxretries) VALUES (?, ?, ?, 'http', ?)",
                     (number, monitors[number] if monitors else key, interval_s, retries))
    base.executemany("INSERT INTO heartbeat (monitor_id, status, time, ping, msg, duration, important) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     [(names[name], KUMA_STATE[state], kuma_time(at), ms, "200 - OK", interval_s, is_important)
                      for (name, at, state, ms), is_important in zip(history, important(history))])
    base.commit()
    return base


def gatus(path, history):
    """Gatus' database; a name is `group/name` or `name`."""
    base = sqlite3.connect(path)
    base.executescript(GATUS)
    names = numbered(history)
    for full, number in names.items():
        group, _, name = full.rpartition("/")
        base.execute("INSERT INTO endpoints VALUES (?, ?, ?, ?)", (number, f"{group}_{name}", name, group))
    base.executemany("INSERT INTO endpoint_results (endpoint_id, success, errors, connected, status, duration, timestamp)"
                     " VALUES (?, ?, '', 1, 200, ?, ?)",
                     [(names[name], int(state == "up"), None if ms is None else round(ms * 1e6), gatus_time(at))
                      for name, at, state, ms in history])
    base.commit()
    return base


def kuma_thin(base, now):
    """What Uptime Kuma 2 does to beats a day old: sums of hours (30 days of them) and days, and of the beats those that are important,
    and the last hundred. Gives the uptime that it shows for 30 days."""
    beats = base.execute("SELECT monitor_id, status, strftime('%s', time) FROM heartbeat").fetchall()
    for table, span, keep in (("stat_hourly", 3600, now - 30 * 86400), ("stat_daily", 86400, 0)):
        sums = {}
        for monitor, status, at in beats:
            one = sums.setdefault((monitor, int(at) // span * span), [0, 0, 0])
            one[{0: 1, 1: 0, 2: 1, 3: 2}[status]] += 1
        base.executemany(f"INSERT INTO {table} (monitor_id, timestamp, ping, up, down, extras) VALUES (?, ?, 1, ?, ?, ?)",
                         [(monitor, at, up, down, '{"maintenance":%d}' % other if other else None)
                          for (monitor, at), (up, down, other) in sums.items() if at >= keep])
        base.execute(f"UPDATE {table} SET id = rowid")
    base.execute("DELETE FROM heartbeat AS h WHERE important = 0 AND time < ? AND id NOT IN"
                 " (SELECT id FROM heartbeat WHERE monitor_id = h.monitor_id ORDER BY time DESC LIMIT 100)", (kuma_time(now - 86400),))
    base.commit()
    return base.execute("SELECT sum(up) * 1.0 / sum(up + down) FROM stat_daily WHERE timestamp >= ?", (now - 30 * 86400,)).fetchone()[0]


def gatus_thin(base, history, now, zone_s):
    """What Gatus keeps: an endpoint's last 100 results, its last 50 events, sums of hours, and of days of its zone where two days have
    passed. Gives the uptime that it shows for 30 days."""
    changes, sums, last, names = [], {}, {}, numbered(history)
    for name, at, state, _ in history:
        number = names[name]
        if name not in last:
            changes.append((number, "START", gatus_time(at - 0.05)))
        if last.get(name) != state:
            changes.append((number, "HEALTHY" if state == "up" else "UNHEALTHY", gatus_time(at)))
        last[name] = state
        span = at // 3600 * 3600
        if span < (now - 2 * 86400 + zone_s) // 86400 * 86400 - zone_s:
            span = (at + zone_s) // 86400 * 86400 - zone_s
        if span >= now - 30 * 86400:
            one = sums.setdefault((number, int(span)), [0, 0])
            one[0] += 1
            one[1] += state == "up"
    base.executemany("INSERT INTO endpoint_events (endpoint_id, event_type, event_timestamp) VALUES (?, ?, ?)", changes)
    base.executemany("INSERT INTO endpoint_uptimes (endpoint_id, hour_unix_timestamp, total_executions, successful_executions,"
                     " total_response_time) VALUES (?, ?, ?, ?, 0)", [(*key, *value) for key, value in sums.items()])
    for table, key, most in (("endpoint_events", "endpoint_event_id", 50), ("endpoint_results", "endpoint_result_id", 100)):
        base.execute(f"DELETE FROM {table} AS t WHERE {key} NOT IN (SELECT {key} FROM {table} WHERE endpoint_id = t.endpoint_id"
                     f" ORDER BY {key} DESC LIMIT {most})")
    base.commit()
    return sum(up for _, up in sums.values()) / sum(count for count, _ in sums.values())
