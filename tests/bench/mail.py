"""tests/bench/mail.py: what a check of a mail server costs, beside monitoring-plugins' check_smtp in the same run. Parts of bench.py."""
import contextlib
import pathlib
import subprocess
import sys
import time

import plugin

PORT, RATE = 2525, 500
SERVER = pathlib.Path(__file__).resolve().parent / "mail_server.py"
MINUTE = 1000  # checks that shall run each minute


def checks(number, every, more=""):
    return "".join(f'smtp "m{n}" {{ host = "127.0.0.1"  port = {PORT}  ehlo = "bench.test"  every = "{every}"  {more} }}\n' for n in range(number))


@contextlib.contextmanager
def target(bench):
    server = subprocess.Popen(["taskset", "-c", bench.TARGET_CPU, sys.executable, SERVER, str(PORT), *bench.certificate()],
                              preexec_fn=bench.daemon.die_with_parent)
    try:
        bench.daemon.until("the mail server accepts", lambda: bench.real.accepts("127.0.0.1", PORT))
        yield
    finally:
        server.terminate()
        server.wait()


def check_smtp(bench, label, *words):
    """us of CPU of one check_smtp; None where there is none."""
    program = plugin.path(bench, "check_smtp")
    return program and plugin.cost_us(bench, label, [program, "-H", "127.0.0.1", "-p", PORT, *words])


def part_smtp(bench, seconds):
    """Plain SMTP: greeting, EHLO, QUIT."""
    bench.say(f"smtp, {RATE}/s:")
    with target(bench):
        theirs = check_smtp(bench, "check_smtp")
        bench.CONFIG["smtp"] = lambda number: checks(number, "1s")
        ours = bench.paced("smtp", RATE, seconds)
    if ours and theirs:
        bench.say(f"  -> {theirs / ours:.1f} times cheaper than check_smtp")


def prober_us(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as f:
        return int(f.read().split()[0]) / 1000


def part_starttls(bench, _):
    """1,000 checks a minute with STARTTLS and a verified certificate, in one prober."""
    bench.say(f"smtp with STARTTLS, {MINUTE} a minute:")
    with target(bench):
        check_smtp(bench, "check_smtp -S", "-S")
        text = checks(MINUTE, "60s", f'tls = starttls  ca-file = "{bench.certificate()[0]}"')
        with bench.ninesd("starttls", text) as (running, group, base):
            bench.daemon.until("there are results", lambda: bench.stored(base) > 0 or running.process.poll() is not None, 60)
            time.sleep(125)  # a first time at once, then each at its own place in the minute
            probers = running.processes()["prober"]
            since = bench.now_us()
            cpu, probing, begun = group.cpu_us(), sum(map(prober_us, probers)), time.monotonic()
            time.sleep(60)
            used, probing, span = group.cpu_us() - cpu, sum(map(prober_us, probers)) - probing, time.monotonic() - begun
            seen = list(bench.results(base, since))
            late = [late_us / 1000 for _, _, late_us in seen]
            bench.say(f"  nines {used / max(len(seen), 1):.0f} us/check: {used / span / 1e4:.1f} % of a core, {probing / span / 1e4:.1f} % the prober "
                      f"({len(probers)} of them); {len(seen)} stored, {sum(not up for up, _, _ in seen)} not up; "
                      f"start p50 {bench.percentile(late, 0.5):.1f} ms, p99 {bench.percentile(late, 0.99):.1f} ms late")
