"""tests/bench/names.py: what a check of a name server costs, beside monitoring-plugins' check_dns in the same run. A part of bench.py.

The target is BIND of build/servers on its core, at port 53 of the bench's own network: check_dns knows no other. That plugin starts
nslookup from /usr/bin, without its environment; where the machine has none, the unpacked one and its libraries are laid over the
system's folders for it alone.
"""
import contextlib
import os
import pathlib
import shutil
import tempfile

import plugin
import real_bind

NAME, ADDRESS, RATE = "www.bench.test", "192.0.2.1", 2000


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


def check_dns(bench):
    """us of CPU of one check_dns; None where something of it is missing."""
    root, program, before = bench.real.SERVERS / "plugins", plugin.path(bench, "check_dns"), []
    if not pathlib.Path("/usr/bin/nslookup").exists():
        lay = " && ".join(f"mount -t overlay overlay -o lowerdir={root}{over}:{over} {over}"
                          for over in ("/usr/bin", f"/usr/lib/{os.uname().machine}-linux-gnu"))
        before = ["unshare", "--mount", "sh", "-c", f'{lay} && exec "$@"', "sh"]
    return program and plugin.cost_us(bench, "check_dns and nslookup", [program, "-H", NAME, "-s", "127.0.0.1", "-a", ADDRESS, "-A"], before)


def part_dns(bench, seconds):
    """One question to an authoritative server, the answer and its flag compared."""
    bench.say(f"dns, {RATE}/s:")
    with target(bench):
        theirs = check_dns(bench)
        bench.CONFIG["dns"] = checks
        ours = bench.paced("dns", RATE, seconds)
    if ours and theirs:
        bench.say(f"  -> {theirs / ours:.0f} times cheaper than check_dns")
