# timeout: 900
"""Every system call of `nines check` fails in turn, for each module: never a crash, never a false down (F11).

What the dynamic linker calls before main() is its own affair: as many calls of each name as `nines --version` makes are left out. The
ordinary run takes a sample of the places, the same each time; TORTURE=all (make torture) takes every one. Needs strace.
"""
import collections
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tap import BUILD, ROOT, run, skip, test
from victims import IS_WELL, VICTIMS

# What each may say when it is our own trouble; a target is never to blame for these.
CALLS = {"openat": "EMFILE", "read": "EIO", "mmap": "ENOMEM", "mprotect": "ENOMEM", "socket": "EMFILE", "epoll_create1": "EMFILE",
         "epoll_ctl": "ENOMEM", "epoll_pwait2": "EINTR", "pipe2": "EMFILE", "clone": "EAGAIN", "vfork": "EAGAIN", "memfd_create": "EMFILE",
         "fcntl": "EMFILE", "sendfile": "EIO", "newfstatat": "EIO", "poll": "ENOMEM", "wait4": "EINTR", "pidfd_open": "EMFILE",
         "prctl": "EINVAL", "close_range": "EINVAL", "getrandom": "EIO", "dup2": "EMFILE", "connect": "EADDRNOTAVAIL", "recvfrom": "EINTR",
         "sendto": "ENOBUFS", "write": "ENOBUFS"}
SAMPLE = 20
ALLOWED = {0, 1, 3, 75}  # up, degraded, unknown, no memory: said and ended


def nines(*words, trace):
    done = subprocess.run(["strace", "-f", "-qq", *trace, str(BUILD / "nines"), *words], capture_output=True, text=True, errors="replace",
                          timeout=100, check=False, cwd=ROOT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def count(tmp, *words, well=0):
    """{call: how often the process that made it most often did}"""
    status, output = nines(*words, trace=["-o", str(tmp / "calls")])
    assert status == well, f"without a failure: status {status}\n{output}"
    each = collections.Counter(re.findall(r"^(\d+) +(\w+)\(", (tmp / "calls").read_text(errors="replace"), re.M))
    return {call: max((n for (_, name), n in each.items() if name == call), default=0) for call in CALLS}


def says_down(output):
    try:
        return json.loads(output)["verdict"] == "down"
    except (ValueError, KeyError):
        return False


def torture(tmp, name, words):
    if not shutil.which("strace"):
        skip("no strace here")
    if nines("--version", trace=["-o", "/dev/null"])[0] != 0:
        skip("strace may not trace here")
    words = ("check", *words, "--json")
    first, last = count(tmp, "--version"), count(tmp, *words, well=IS_WELL.get(name, 0))
    places = [(call, n) for call in CALLS for n in range(first[call] + 1, last[call] + 1)]
    if os.environ.get("TORTURE") != "all":
        places = places[::max(1, len(places) // SAMPLE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda p: nines(*words, trace=["-o", "/dev/null", "-e", f"trace={p[0]}",
                                                           "-e", f"inject={p[0]}:error={CALLS[p[0]]}:when={p[1]}"]), places)
    wrong = [f"{call} number {n}: status {status}: {output.strip()[:300]}" for (call, n), (status, output) in zip(places, outcomes)
             if status not in ALLOWED or says_down(output)]
    print(f"# {name}: {len(places)} system calls failed, one at a time")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:20])


for name, victim in VICTIMS.items():
    @test(f"{name} with a failing system call")
    def one(tmp, name=name, victim=victim):
        with victim(tmp) as words:
            torture(tmp, name, words)


run()
