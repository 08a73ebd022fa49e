"""The page under 500 times its normal load, while checks go on (F58).

Normal are 2 requests a second: 60 readers who look twice a minute. In `make soak` wrk asks a thousand times a second for a minute, and then as fast as it can;
probes begin at most 50 ms late (p99), and every answer is right. In `make test` it is a short burst, of which only the answers are judged.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess

from daemon import Daemon, free_port, until
from real import environment, nginx, program
from tap import run, test

IS_SOAK = "ROUNDS" in os.environ
NORMAL_PER_S, TIMES, CONNECTIONS = 2, 500, 50  # one address may have 64 connections
WAIT_MS = 1000 * CONNECTIONS // (NORMAL_PER_S * TIMES) * 4 // 5  # an answer takes its time, too
SECONDS = 60 if IS_SOAK else 2
LATE_P99_US = 50_000
CHECKS = 100
# Each connection of wrk waits between its requests for as long as makes the rate; its last lines are what we read.
SCRIPT = """
local wait_ms = {wait_ms}
if wait_ms > 0 then
  function delay() return wait_ms end
end
function done(summary, latency)
  io.write(string.format("nines: %d requests, %d us, %d status, %d errors, %d p99_us\\n", summary.requests, summary.duration,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(99)))
end
"""


def load(tmp, url, wait_ms):
    """wrk against the page: its figures by name."""
    script = pathlib.Path(tmp) / f"wait-{wait_ms}.lua"
    script.write_text(SCRIPT.format(wait_ms=wait_ms))
    done = subprocess.run([program("wrk", "usr/bin/wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-s", script, url],
                          env=environment("wrk"), capture_output=True, text=True, timeout=SECONDS + 60)
    said = re.search(r"^nines: (.*)$", done.stdout, re.M)
    assert said, done.stdout + done.stderr
    return {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", said[1])}


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def time_of(probe, word):
    return datetime.datetime.fromisoformat(probe[word])


def probes_since(daemon, begun):
    return [json.loads(line) for line in daemon.nines("export", "--all", "--from", begun.isoformat().replace("+00:00", "Z")).stdout.splitlines()]


def late_between(daemon, begun, ended):
    """How late the probes of that span began, in order. The record is up to a second behind, so we look when each check has a later probe in it."""
    until("each check has a probe behind the load on record",
          lambda: len({p["name"] for p in probes_since(daemon, ended) if time_of(p, "due") > ended}) == CHECKS)
    probes = [p for p in probes_since(daemon, begun) if begun <= time_of(p, "due") <= ended]
    slots = sum(1 + p.get("missed", 0) for p in probes)  # what the machine had no time for is counted, nothing is lost
    assert slots >= CHECKS * (SECONDS - 1), (slots, len(probes))
    return sorted((time_of(p, "started") - time_of(p, "due")) // datetime.timedelta(microseconds=1) for p in probes)


def under(daemon, tmp, name, wait_ms):
    """What wrk says, and how late the probes began meanwhile."""
    begun = now()
    figures = load(tmp, f"http://127.0.0.1:{daemon.port}/", wait_ms)
    late = late_between(daemon, begun, now())
    p99 = late[len(late) * 99 // 100]
    print(f"# {name}: {figures['requests'] * 1_000_000 // figures['us']} requests a second, the slowest percent took {figures['p99_us'] / 1000:.1f} ms;"
          f" {len(late)} probes, late by {p99 / 1000:.1f} ms (p99), {late[-1] / 1000:.1f} ms at most")
    assert figures["requests"] > 100 and figures["status"] == 0 and figures["errors"] == 0, figures
    if IS_SOAK:
        assert figures["requests"] >= NORMAL_PER_S * TIMES * SECONDS, figures
        assert p99 <= LATE_P99_US, f"{name}: p99 of lateness is {p99} us"


@test(f"{TIMES} times the normal load, and then all that wrk can: every answer is right, probes keep their time")
def loaded(tmp):
    port = free_port()
    checks = "".join(f'tcp "check-{n}" {{ host = "127.0.0.1" port = {port} every = "1s" }}\n' for n in range(CHECKS))
    with nginx(tmp, f"server {{ listen 127.0.0.1:{port} backlog=1024; }}", wait_for=("127.0.0.1", port)), Daemon(tmp, checks) as daemon:
        daemon.until_status("all are up", lambda s: len(s["checks"]) == CHECKS and all(c["state"] == "up" for c in s["checks"]))
        under(daemon, tmp, f"{TIMES} times", WAIT_MS)
        under(daemon, tmp, "flat out", 0)
        assert all(c["state"] == "up" for c in daemon.status()["checks"])


run()
