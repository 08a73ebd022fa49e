# timeout: 900
"""Every allocation of `nines check` fails in turn, for each module: never a crash, never a false down (F11).

The ordinary run takes a sample of the places, the same each time; TORTURE=all (make torture) takes every one. What `nines check` allocates before
its probe is the same for each module: tcp stands for all, the others begin where a probe that does nothing ends.
"""
import json
import os
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import certs
from tap import BUILD, ROOT, run, skip, test
from victims import IS_WELL, VICTIMS

PRELOAD = (BUILD / "tests" / "failmalloc.so").relative_to(ROOT)  # LD_PRELOAD ends a path at a space
SAMPLE = 40
END = 60  # allocations, at most, behind a probe that does nothing
FEW = {"SSL_CERT_FILE": certs.authority(), "SSL_CERT_DIR": "/nonexistent"}  # not each allocation for each authority of the world
ALLOWED = {0, 1, 3, 75}  # up, degraded, unknown, no memory: said and ended


def once(tmp, fail_at, words):
    """(status, output, allocations) of one `nines check`; the fail_at-th allocation fails."""
    path = tmp / f"count.{threading.get_ident()}"
    path.write_bytes(struct.pack("QQ", 0, fail_at))
    try:
        done = subprocess.run([str(BUILD / "nines"), "check", *words, "--json"], capture_output=True, text=True, errors="replace", timeout=60,
                              check=False, cwd=ROOT, env={**os.environ, **FEW, "LD_PRELOAD": str(PRELOAD), "FAILMALLOC_FILE": str(path)})
    except subprocess.TimeoutExpired:
        return "hung", "", 0
    return done.returncode, done.stdout + done.stderr, struct.unpack("QQ", path.read_bytes())[0]


def says_down(output):
    try:
        return json.loads(output)["verdict"] == "down"
    except (ValueError, KeyError):
        return False


def torture(tmp, name, words):
    if not (ROOT / PRELOAD).exists():
        skip("failmalloc.so was not built")
    status, output, total = once(tmp, 0, words)
    if "no permission to send ICMP" in output:
        skip("no permission to send ICMP")
    assert status == IS_WELL.get(name, 0) and total > 10, f"without a failure: status {status}, {total} allocations\n{output}"
    first = 1 if name == "tcp" else max(1, once(tmp, 0, ["heartbeat", "period=1h"])[2] - END)
    places = range(first, total + 1)
    if os.environ.get("TORTURE") != "all":
        places = sorted({places[i * len(places) // SAMPLE] for i in range(SAMPLE)})
    wrong = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda place: once(tmp, place, words), places)
    for place, (status, output, _) in zip(places, outcomes):
        if status not in ALLOWED or says_down(output):
            wrong.append(f"allocation {place} of {total}: status {status}: {output.strip()[:300]}")
    print(f"# {name}: {len(places)} of {total} allocations failed, one at a time")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:20])


for name, victim in VICTIMS.items():
    @test(f"{name} with a failing allocation")
    def one(tmp, name=name, victim=victim):
        with victim(tmp) as words:
            torture(tmp, name, words)


run()
