"""tests/bench/mail.py: what a check of a mail server costs, beside monitoring-plugins' check_smtp in the same run. Parts of bench.py."""
import contextlib
import pathlib
import re
import subprocess
import sys
import time

PORT, RATE, RUNS = 2525, 500, 1000
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


def plugin(bench, label, *words):
    """us of CPU of one check_smtp, started and waited for as a monitor of Nagios' kind does it; None where it or `spawn` is missing."""
    program = bench.real.SERVERS / "plugins" / "usr/lib/nagios/plugins/check_smtp"
    spawn = bench.compiled("spawn")
    if not program.exists() or not spawn:
        bench.say(f"  {label}: no check_smtp (make servers) or no {bench.LIMITS}/limit/spawn.c")
        return None
    done = subprocess.run(["taskset", "-c", bench.NINES_CPU, spawn, "-n", str(RUNS), "-c", "2", "--", program, "-H", "127.0.0.1", "-p", str(PORT), *words],
                          env=bench.real.environment("plugins"), capture_output=True, text=True, check=False)
    found = re.search(r"nonzero (\d+) .*us/run mean (\d+) .* parent (\d+)", done.stdout)
    if not found:
        bench.say(f"  {label}: {done.stdout.strip()} {done.stderr.strip()}")
        return None
    bad, child, parent = map(int, found.groups())
    bench.say(f"  {label:<20} {child + parent:7} us/check ({child} the plugin, {parent} starting it; {bad} of {RUNS} not ok)")
    return child + parent


def part_smtp(bench, seconds):
    """Plain SMTP: greeting, EHLO, QUIT."""
    bench.say(f"smtp, {RATE}/s:")
    with target(bench):
        theirs = plugin(bench, "check_smtp")
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
        plugin(bench, "check_smtp -S", "-S")
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
