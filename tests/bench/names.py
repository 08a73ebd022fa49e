"""tests/bench/names.py: what a check of a name server costs, beside monitoring-plugins' check_dns in the same run. A part of bench.py.

The target is BIND of build/servers on its core, at port 53 of the bench's own network: check_dns knows no other. That plugin starts
nslookup from /usr/bin, without its environment; where the machine has none, the unpacked one and its libraries are laid over the
system's folders for it alone.
"""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import real_bind

NAME, ADDRESS, RATE, RUNS = "www.bench.test", "192.0.2.1", 2000, 1000


def checks(number):
    return "".join(f'dns "d{n}" {{ name = "{NAME}"  server = "127.0.0.1"  expect-answer = "{ADDRESS}"  expect-aa = true  every = "1s" }}\n'
                   for n in range(number))


@contextlib.contextmanager
def target(bench):
    folder = tempfile.mkdtemp(prefix="nines-bench-names-")
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(bench.TARGET_CPU)})
    try:
        with real_bind.named(folder, real_bind.Zone("bench.test", real_bind.records(1, f"www A {ADDRESS}")), port=53):
            os.sched_setaffinity(0, cpus)
            yield
    finally:
        os.sched_setaffinity(0, cpus)
        shutil.rmtree(folder, ignore_errors=True)


def plugin(bench):
    """us of CPU of one check_dns, started and waited for as a monitor of Nagios' kind does it; None where something of it is missing."""
    root = bench.real.SERVERS / "plugins"
    program, spawn = root / "usr/lib/nagios/plugins/check_dns", bench.compiled("spawn")
    if not program.exists() or not spawn:
        bench.say(f"  no check_dns (make servers) or no {bench.LIMITS}/limit/spawn.c")
        return None
    command = ["taskset", "-c", bench.NINES_CPU, spawn, "-n", RUNS, "-c", "2", "--", program, "-H", NAME, "-s", "127.0.0.1", "-a", ADDRESS, "-A"]
    if not pathlib.Path("/usr/bin/nslookup").exists():
        lay = " && ".join(f"mount -t overlay overlay -o lowerdir={root}{over}:{over} {over}"
                          for over in ("/usr/bin", f"/usr/lib/{os.uname().machine}-linux-gnu"))
        command = ["unshare", "--mount", "sh", "-c", f'{lay} && exec "$@"', "sh", *command]
    done = subprocess.run([str(word) for word in command], env=bench.real.environment("plugins"), capture_output=True, text=True, check=False)
    found = re.search(r"nonzero (\d+) .*us/run mean (\d+) .* parent (\d+)", done.stdout)
    if not found:
        bench.say(f"  check_dns: {done.stdout.strip()} {done.stderr.strip()}")
        return None
    bad, child, parent = map(int, found.groups())
    bench.say(f"  check_dns   {child + parent:8} us/check   ({child} the plugin and its nslookup, {parent} starting it; {bad} of {RUNS} not ok)")
    return child + parent


def part_dns(bench, seconds):
    """One question to an authoritative server, the answer and its flag compared."""
    bench.say(f"dns, {RATE}/s:")
    with target(bench):
        theirs = plugin(bench)
        bench.CONFIG["dns"] = checks
        ours = bench.paced("dns", RATE, seconds)
    if ours and theirs:
        bench.say(f"  -> {theirs / ours:.0f} times cheaper than check_dns")
