"""tests/bench/plugin.py: what one run of a plugin of monitoring-plugins costs, in the same run as our check. Called by parts of bench.py."""
import re
import subprocess

RUNS = 1000


def path(bench, name):
    """The unpacked plugin; None, and said so, where it is missing."""
    program = bench.real.SERVERS / "plugins" / "usr/lib/nagios/plugins" / name
    if program.exists() and bench.compiled("spawn"):
        return program
    bench.say(f"  no {name} (make servers) or no {bench.LIMITS}/limit/spawn.c")
    return None


def cost_us(bench, label, command, before=()):
    """us of CPU of one `command`, started and waited for as a monitor of Nagios' kind does it; None when that cannot be told. `before`: words in front
    of what starts it."""
    words = [*before, "taskset", "-c", bench.NINES_CPU, bench.compiled("spawn"), "-n", RUNS, "-c", "2", "--", *command]
    done = subprocess.run([str(word) for word in words], env=bench.real.environment("plugins"), capture_output=True, text=True, check=False)
    found = re.search(r"nonzero (\d+) .*us/run mean (\d+) .* parent (\d+)", done.stdout)
    if not found:
        bench.say(f"  {label}: {done.stdout.strip()} {done.stderr.strip()}")
        return None
    bad, child, parent = map(int, found.groups())
    bench.say(f"  {label:<20} {child + parent:7} us/check ({child} the plugin, {parent} starting it; {bad} of {RUNS} not ok)")
    return child + parent
