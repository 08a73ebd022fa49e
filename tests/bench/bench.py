#!/usr/bin/env python3
"""tests/bench/bench.py [PART...]: what a stored check costs, beside the least this kernel takes for it. `make bench` runs it.

PARTs: http tcp ping https hang start smtp starttls dns (default: all). The target, nginx of build/servers, runs on core 1, nines on core 0. ninesd
gets as many checks as there shall be probes a second, each due every second, and is measured from outside: the CPU time
of its cgroup (the whole process tree, ended children too) divided by the results that came into its database.
Beside it, in the same run and on the same core, run the limit programs and libcurl alone, when the folder $LIMITS (default
../shared/bench next to this tree) is there. The method and figures are in docs/performance.md; nothing here is asserted by tests.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import daemon  # noqa: E402
import mail  # noqa: E402
import names  # noqa: E402
import namespace  # noqa: E402
import real  # noqa: E402

LIMITS = pathlib.Path(os.environ.get("LIMITS", ROOT.parent / "shared" / "bench"))
WORK = daemon.BUILD / "bench"
NINES_CPU, TARGET_CPU = ("0", "1") if (os.cpu_count() or 1) > 1 else ("0", "0")
RATE = 2000
SLOW_PORT, STATUS_PORT, TLS_PORT = 9100, 8079, 8443
ADDRESSES, PORTS = 20, range(8080, 8085)
GOAL_US = {"http": 70, "tcp": 30, "ping": 8, "https": 900}


def say(text):
    print(text, flush=True)


class Group:
    """A cgroup of its own for what is measured; without the right to make one, /proc/PID/schedstat of the tree instead."""

    def __init__(self, name):
        base = pathlib.Path("/sys/fs/cgroup/unified")
        self.path = (base if base.is_dir() else base.parent) / f"nines_bench_{name}_{os.getpid()}"
        self.pid = None
        try:
            self.path.mkdir()
        except OSError:
            self.path = None

    def enter(self, cpu):
        """For preexec_fn: the child goes in and is pinned."""
        def before():
            if self.path:
                (self.path / "cgroup.procs").write_text(str(os.getpid()))
            os.sched_setaffinity(0, {int(cpu)})
            daemon.die_with_parent()
        return before

    def pids(self):
        if self.path:
            return [int(p) for p in (self.path / "cgroup.procs").read_text().split()]
        return [self.pid, *daemon.descendants(self.pid)]

    def cpu_us(self):
        if self.path:
            return int(re.search(r"usage_usec (\d+)", (self.path / "cpu.stat").read_text()).group(1))
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                total += int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        return total // 1000

    def pss_kib(self, pids=None):
        total = 0
        for pid in pids or self.pids():
            with contextlib.suppress(OSError):
                total += int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))
        return total

    def remove(self):
        if self.path:
            for _ in range(100):
                for pid in self.pids():
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    self.path.rmdir()
                    return
                time.sleep(0.05)


def busy_us():
    """CPU time that the whole machine spent, to see other load."""
    value = [int(x) for x in open("/proc/stat", encoding="ascii").readline().split()[1:9]]
    return (sum(value) - value[3] - value[4]) / os.sysconf("SC_CLK_TCK") * 1e6


def certificate():
    """(certificate, key): P-256 and its own authority, the cheapest thing that can be verified."""
    pair = WORK / "tls.crt", WORK / "tls.key"
    WORK.mkdir(parents=True, exist_ok=True)
    if not pair[0].exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                        "-keyout", pair[1], "-out", pair[0], "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
    return pair


@contextlib.contextmanager
def target(folder):
    """nginx on its core: a small page at 100 sockets, and the same behind TLS."""
    pair = certificate()
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text("<p>all systems are in order, this is a line of a small page</p>\n" * 10)
    os.chmod(folder, 0o755)
    listen = "".join(f"listen 127.0.0.{a}:{p} backlog=4096;" for a in range(1, ADDRESSES + 1) for p in PORTS)
    http = (f"keepalive_requests 1000000000; open_file_cache max=10; sendfile on; default_type text/html;"
            f"ssl_session_cache off; ssl_session_tickets off;"
            f"server {{ listen 127.0.0.1:{STATUS_PORT}; location / {{ stub_status; }} }}"
            f"server {{ {listen} root {folder}/www; }}"
            f"server {{ listen 127.0.0.1:{TLS_PORT} ssl backlog=4096; ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]};"
            f" root {folder}/www; }}")

    def before():
        os.sched_setaffinity(0, {int(TARGET_CPU)})
        daemon.die_with_parent()
    with real.nginx(folder, http, main="worker_processes 1; worker_rlimit_nofile 100000;", wait_for=("127.0.0.1", STATUS_PORT),
                    before=before):
        yield


# ---- configurations ----

def http_checks(number, every="1s", more=""):
    return "".join(f'http "h{n}" {{ url = "http://127.0.0.{1 + n % ADDRESSES}:{8080 + n // ADDRESSES % 5}/"  every = "{every}" {more} }}\n'
                   for n in range(number))


def tcp_checks(number, every="1s", more=""):
    return "".join(f'tcp "t{n}" {{ host = "127.0.0.{1 + n % ADDRESSES}"  port = {8080 + n // ADDRESSES % 5}  every = "{every}" {more} }}\n'
                   for n in range(number))


def ping_checks(number):
    return "".join(f'ping "p{n}" {{ host = "127.0.1.{1 + n % 250}"  packets = 1  every = "1s" }}\n' for n in range(number))


def https_checks(number):
    return "".join(f'https "s{n}" {{ url = "https://127.0.0.1:{TLS_PORT}/"  ca-file = "{certificate()[0]}"  every = "1s" }}\n'
                   for n in range(number))


CONFIG = {"http": http_checks, "tcp": tcp_checks, "ping": ping_checks, "https": https_checks}


# ---- reading what was stored ----

def results(path, since_us=0):
    """(is up, start, lateness) of every stored result that started at or after a wall clock time, in microseconds."""
    said = subprocess.run([daemon.BUILD / "tests" / "bench" / "stored", path, str(since_us)], capture_output=True, text=True, check=True)
    for line in said.stdout.splitlines():
        verdict, start_us, late_us = map(int, line.split())
        yield verdict == 0, start_us, late_us


def now_us():
    return time.time_ns() // 1000


def stored(path):
    """The number of results in the database; 0 while there is none."""
    with contextlib.suppress(sqlite3.Error):
        base = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        with contextlib.closing(base):
            return base.execute("select coalesce(sum(results), 0) from tail").fetchone()[0]
    return 0


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


# ---- one measurement of ninesd ----

@contextlib.contextmanager
def ninesd(name, text, files=None):
    group = Group(name)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"nines-bench-{name}-"))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with daemon.Daemon(folder, text, listen=False, before=group.enter(NINES_CPU)) as running:
            group.pid = running.process.pid
            yield running, group, folder / "store" / "nines.db"
    finally:
        group.remove()
        shutil.rmtree(folder, ignore_errors=True)


def paced(kind, rate, seconds):
    """us of CPU per stored result with `rate` checks due each second."""
    with ninesd(kind, CONFIG[kind](rate)) as (running, group, base):
        daemon.until("results are stored", lambda: stored(base) > rate or running.process.poll() is not None, 60)
        time.sleep(3)
        results_before, since = stored(base), now_us()
        cpu, busy, begun = group.cpu_us(), busy_us(), time.monotonic()
        time.sleep(seconds)
        used, span = group.cpu_us() - cpu, time.monotonic() - begun
        got = stored(base) - results_before
        other = max(0.0, (busy_us() - busy - used) / span / 1e4)
        if not got:
            say(running.output())
            return None
        seen = list(results(base, since))
        bad = sum(not is_up for is_up, _, _ in seen)
        late = percentile([late_us for _, _, late_us in seen], 0.99)
        say(f"  nines       {used / got:8.1f} us/check   ({got / span:.0f}/s stored, {bad} not up, start p99 {late / 1000:.1f} ms late, "
            f"PSS {group.pss_kib() / 1024:.1f} MiB, target and others {other:.0f} %)")
        return used / got


# ---- the limit programs ----

def compiled(name, *libraries):
    """Path of a limit program, built if its source is there; else None."""
    source = next((p for p in (LIMITS / "limit" / f"{name}.c", LIMITS / "tools" / f"{name}.c") if p.exists()), None)
    if not source:
        return None
    program = WORK / name
    WORK.mkdir(parents=True, exist_ok=True)
    if not program.exists():
        subprocess.run(["gcc", "-O2", "-w", "-o", program, source, *libraries], check=True)
    return program


def limit(label, program, *words, env=None):
    """Runs a limit program on nines' core; the us per check that it prints."""
    if not program:
        return None
    done = subprocess.run(["taskset", "-c", NINES_CPU, program, *words], capture_output=True, text=True, check=False,
                          env={**os.environ, **(env or {})})
    found = re.search(r"us/check ([\d.]+)", done.stdout)
    if not found:
        say(f"  {label}: {done.stdout.strip()} {done.stderr.strip()}")
        return None
    say(f"  {label:<11} {float(found.group(1)):8.1f} us/check")
    return float(found.group(1))


def limits(kind):
    """(physical limit, libcurl alone) for a kind of check."""
    program = compiled("limit", "-lssl", "-lcrypto")
    curl = compiled("curlm", "-lcurl")
    authority = {"CA": str(certificate()[0])}
    words = {"http": ["http", "-n", "60000", "-c", "64"], "tcp": ["tcp", "-n", "60000", "-c", "64"],
             "ping": ["icmp", "-n", "100000", "-c", "64"], "https": ["https", "-t", "-n", "4000", "-c", "16"]}[kind]
    least = limit("limit", program, *words, env=authority)
    if kind in ("http", "tcp"):
        limit("limit paced", program, kind, "-r", str(RATE), "-q", "10", "-n", str(RATE * 3))
    if kind == "ping":
        limit("limit paced", daemon.BUILD / "tests" / "bench" / "ping_limit", str(RATE // 100))
    alone = limit("libcurl", curl, kind, "-n", "4000" if kind == "https" else "20000", "-c", "64") if kind != "ping" else None
    return least, alone


def part_paced(kind):
    def part(seconds):
        rate = RATE if kind != "https" else 500
        say(f"{kind}, {rate}/s:")
        least, alone = limits(kind)
        ours = paced(kind, rate, seconds)
        if ours:
            ratio = [f"{ours / of:.2f} of {what}" for what, of in (("the limit", least), ("libcurl alone", alone)) if of]
            say(f"  -> {', '.join(ratio) or 'no limit programs'}; at most {GOAL_US[kind]}: {'yes' if ours <= GOAL_US[kind] else 'NO'}")
    return part


# ---- hanging probes ----

@contextlib.contextmanager
def slow_server():
    program = compiled("slowsrv")
    if not program:
        raise SystemExit(f"hang: needs {LIMITS}/tools/slowsrv.c")
    server = subprocess.Popen(["taskset", "-c", TARGET_CPU, program, str(SLOW_PORT)], stdout=subprocess.DEVNULL,
                              preexec_fn=daemon.die_with_parent)
    try:
        daemon.until("slowsrv accepts", lambda: real.accepts("127.0.0.1", SLOW_PORT))
        yield
    finally:
        server.terminate()
        server.wait()


def hanging(kind, number, every):
    if kind == "tcp":
        one = 'tcp "x%d" {{ host = "127.0.0.1"  port = {p}  expect = "never"'
    else:
        one = 'http "x%d" {{ url = "http://127.0.0.1:{p}/"'
    one = one.format(p=SLOW_PORT) + f'  every = "{every}"  timeout = "{every}" }}\n'
    return "".join(one % n for n in range(number))


def open_connections(port):
    """Established connections to a port of loopback."""
    wanted = f"0100007F:{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as f:
        return sum(1 for line in f if line.split()[2] == wanted and line.split()[3] == "01")


def part_hang(seconds):
    number = 10000
    for kind, goal in (("tcp", 12), ("http", 28)):
        say(f"{number} {kind} probes hang, 100 healthy http checks a second beside them:")
        with slow_server():
            text = http_checks(100)
            with ninesd("hang", text) as (running, group, base):
                daemon.until("results are stored", lambda: stored(base) > 200, 60)
                empty = sum(group.pss_kib([p]) for p in running.processes().get("prober", []))
                running.reload(text + hanging(kind, number, "120s"))
                try:
                    daemon.until("all hang", lambda: open_connections(SLOW_PORT) >= number * 0.99, 200)
                except AssertionError:
                    say(f"  only {open_connections(SLOW_PORT)} hang")
                full = sum(group.pss_kib([p]) for p in running.processes().get("prober", []))
                held = open_connections(SLOW_PORT)
                since = now_us()
                time.sleep(seconds)
                late = [late_us for is_up, _, late_us in results(base, since) if is_up]
                each = (full - empty) / max(held, 1)
                say(f"  {each:.1f} KiB each (at most {goal}: {'yes' if each <= goal else 'NO'}), {held} held; healthy checks start "
                    f"p50 {percentile(late, 0.5) / 1000:.1f} ms, p99 {percentile(late, 0.99) / 1000:.1f} ms late "
                    f"(at most 20: {'yes' if percentile(late, 0.99) <= 20000 else 'NO'}, {len(late)} of them)")


# ---- start ----

def part_start(seconds):
    number = 10000
    say(f"{number} configured checks, each every minute:")
    begun = time.time()
    with ninesd("start", http_checks(number, "60s")) as (running, group, base):
        daemon.until("the first result", lambda: stored(base) > 0 or running.process.poll() is not None, 60)
        first = min(start_us for _, start_us, _ in results(base)) / 1e6 - begun
        time.sleep(max(10, seconds))
        pss = group.pss_kib() / 1024
        say(f"  first probe {first:.2f} s after the start (at most 2: {'yes' if first <= 2 else 'NO'}); PSS {pss:.1f} MiB over "
            f"{len(group.pids())} processes (at most 100: {'yes' if pss <= 100 else 'NO'})")
        for role, pids in running.processes().items():
            say(f"    {role or 'parent':<10} {sum(group.pss_kib([p]) for p in pids) / 1024:6.1f} MiB in {len(pids)}")


THIS = sys.modules[__name__]
PARTS = {**{kind: part_paced(kind) for kind in CONFIG}, "hang": part_hang, "start": part_start,
         "smtp": lambda seconds: mail.part_smtp(THIS, seconds), "starttls": lambda seconds: mail.part_starttls(THIS, seconds),
         "dns": lambda seconds: names.part_dns(THIS, seconds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--seconds", type=float, default=15, help="length of each window")
    wish = parser.parse_args()
    if namespace.is_allowed():
        namespace.enter()  # the limit programs have fixed ports: here they are free
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nines-bench-target-"))
    try:
        with target(folder):
            for name in wish.part or PARTS:
                PARTS[name](wish.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
