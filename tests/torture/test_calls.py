# timeout: 900
"""Every system call of `nines check` fails in turn, for some modules: never a crash, never a false down (F11).

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

import servers
from tap import BUILD, ROOT, run, skip, test

# What each may say when it is our own trouble; a target is never to blame for these.
CALLS = {"openat": "EMFILE", "read": "EIO", "mmap": "ENOMEM", "mprotect": "ENOMEM", "socket": "EMFILE", "epoll_create1": "EMFILE",
         "epoll_ctl": "ENOMEM", "epoll_pwait2": "EINTR", "pipe2": "EMFILE", "clone": "EAGAIN", "vfork": "EAGAIN", "memfd_create": "EMFILE",
         "fcntl": "EMFILE", "sendfile": "EIO", "newfstatat": "EIO", "poll": "ENOMEM", "wait4": "EINTR", "pidfd_open": "EMFILE",
         "prctl": "EINVAL", "close_range": "EINVAL", "getrandom": "EIO", "dup2": "EMFILE", "connect": "EADDRNOTAVAIL", "recvfrom": "EINTR"}
SAMPLE = 60
ALLOWED = {0, 1, 3, 75}  # up, degraded, unknown, no memory: said and ended


def nines(*words, trace):
    done = subprocess.run(["strace", "-f", "-qq", *trace, str(BUILD / "nines"), *words], capture_output=True, text=True, errors="replace",
                          timeout=100, check=False, cwd=ROOT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def count(tmp, *words):
    """{call: how often the process that made it most often did}"""
    status, output = nines(*words, trace=["-o", str(tmp / "calls")])
    assert status == 0, f"without a failure: status {status}\n{output}"
    each = collections.Counter(re.findall(r"^(\d+) +(\w+)\(", (tmp / "calls").read_text(errors="replace"), re.M))
    return {call: max((n for (_, name), n in each.items() if name == call), default=0) for call in CALLS}


def says_down(output):
    try:
        return json.loads(output)["verdict"] == "down"
    except (ValueError, KeyError):
        return False


def torture(tmp, *words):
    if not shutil.which("strace"):
        skip("no strace here")
    if nines("--version", trace=["-o", "/dev/null"])[0] != 0:
        skip("strace may not trace here")
    words = ("check", *words, "--json")
    first, last = count(tmp, "--version"), count(tmp, *words)
    places = [(call, n) for call in CALLS for n in range(first[call] + 1, last[call] + 1)]
    if os.environ.get("TORTURE") != "all":
        places = places[::max(1, len(places) // SAMPLE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda p: nines(*words, trace=["-o", "/dev/null", "-e", f"trace={p[0]}",
                                                           "-e", f"inject={p[0]}:error={CALLS[p[0]]}:when={p[1]}"]), places)
    wrong = [f"{call} number {n}: status {status}: {output.strip()[:300]}" for (call, n), (status, output) in zip(places, outcomes)
             if status not in ALLOWED or says_down(output)]
    print(f"# {words[1]}: {len(places)} system calls failed, one at a time")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:20])


@test("tcp with a failing system call")
def tcp(tmp):
    with servers.Server([servers.send(b"220 hello\r\n"), servers.silence()]) as server:
        torture(tmp, "tcp", "host=127.0.0.1", f"port={server.port}", "expect=220")


@test("http with a failing system call")
def http(tmp):
    with servers.Http(lambda request: servers.reply(body=b"fine")) as server:
        torture(tmp, f"http://127.0.0.1:{server.port}/")


@test("exec with a failing system call")
def exec_(tmp):
    torture(tmp, "exec", "command=/bin/true")


run()
