"""tests/lib/record.py: fills a record by the recorder's own lines, so that what reads it is tested without a daemon.

    record.write(path, [record.target("web", every_s=60), *record.results("web", at_s, 60, "uuudu")])
"""
import os
import subprocess
import sys

import role
from daemon import die_with_parent
from tap import BUILD

STATES = {"u": "up", "d": "down", "g": "degraded", "?": "unknown"}
SECOND = 1_000_000


def named(verb, name, **words):
    """A line about a name, as every process writes it."""
    return f"{verb} - name={role.quote(name)} " + " ".join(f"{key}={role.quote(value)}" for key, value in words.items())


def target(name, every_s=60, module="http", seen_us=1, **more):
    return named("target", name, kind="check", module=module, interval_us=every_s * SECOND, seen_us=seen_us, **more)


def service(name, members, need=1, seen_us=1, **more):
    return named("target", name, kind="service", members="\n".join(members), need=need, seen_us=seen_us, **more)


def result(name, at_s, verdict, every_s=60, **words):
    """One probe that ends its cycle."""
    at_us = int(at_s * SECOND)
    return named("result", name, verdict=verdict, ends=verdict, start_us=at_us, due_at_us=at_us, interval_us=every_s * SECOND,
                 elapsed_us=words.pop("elapsed_us", 5000), location=words.pop("location", "here"), **words)


def results(name, at_s, every_s, states, **words):
    """A result for each letter of `states`, one an interval: u up, d down, g degraded, ? unknown, a space is none."""
    return [result(name, at_s + i * every_s, STATES[letter], every_s, **words) for i, letter in enumerate(states) if letter != " "]


_SETTLE = """
import hashlib, os, sqlite3, struct, sys
base = sqlite3.connect(sys.argv[1])
at_us = base.execute("select max(last_us) from series").fetchone()[0]
base.execute("delete from link")
if at_us:
    link = (1, at_us, at_us // 86400000000)
    head = hashlib.sha256(bytes(32) + struct.pack("<qqq", *link)).digest()
    base.execute("insert into link(id, at_us, reach, entries, hash, data) values(?, ?, ?, 0, ?, x'')", (*link, head))
base.commit()
os._exit(0)  # closed in order, it would take the log along, which readers without rights need
"""


def settle_chain(path):
    """One link alone, by the data: its head under a report is the same whenever the record was written. (It covers nothing: `nines verify`
    wants a record that was written with chain=True.)"""
    subprocess.run([sys.executable, "-c", _SETTLE, str(path)], check=True)


def write(path, lines, chain=False):
    """Tells the recorder and waits until all is on disk and it has ended."""
    control, keeper = role.Link(), role.Link()
    fd = control.theirs.fileno()

    def prepare():
        die_with_parent()
        os.dup2(fd, 3)
    process = subprocess.Popen([str(BUILD / "ninesd"), "--role", "recorder"], preexec_fn=prepare, close_fds=False,
                               stderr=subprocess.PIPE, text=True)
    control.theirs.close()
    control.send(f"start recorder store={path}")
    control.send("fd keeper", fd=keeper.theirs.fileno())
    keeper.theirs.close()
    control.send("go -")
    try:
        assert role.words(control.lines()[0])[0] == "ready"
        _tell(keeper, lines)
        control.send("stop -")
        keeper.mine.close()
        process.communicate(timeout=role.PATIENCE_S)
    finally:
        process.kill()
        process.communicate()
    if not chain:
        settle_chain(path)


def _tell(keeper, lines):
    numbered = [f"{line} n={n}" for n, line in enumerate(lines, 1)]
    committed = 0
    keeper.send("keeper 1")
    for at in range(0, len(numbered), 300):
        keeper.send(*numbered[at:at + 300])
    while committed < len(numbered):
        for line in keeper.lines():
            verb, number, _ = role.words(line)
            committed = int(number) if verb == "committed" else committed
