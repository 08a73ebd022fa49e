"""Storms under load: reloads, modules that are replaced, processes that stand still, disks that are full. Part of make soak.

After each of them the three witnesses of field.py must agree; what the storm itself may cost is excused where it is done, and nothing else.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from field import SECOND, Field, now_us
from oracle import Oracle
from tap import BUILD, run, skip, test

ROUNDS = int(os.environ.get("ROUNDS", "500"))
SEED = int(os.environ.get("SEED", str(time.time_ns() // 1000 % 1_000_000)))
BROKEN = ['tcp "x" {', 'tcp "up-1" { host = 1 2 }', 'nonsense = 1\n', 'tcp "x" { host = "h" port = 99999 }\n', 'tcp "x" { every = "0s" }\n',
          'service "s" { members = {"nobody"} }\n', "\0\0\0", 'include("/nowhere/*")\ntcp']


class Fought:
    """A started Field; at the end it is settled and judged once more, and its end in order loses nothing at all."""

    def __init__(self, tmp, **more):
        self.field = Field(tmp, SEED, **more)

    def __enter__(self):
        self.field.start()
        self.field.settle()
        return self.field

    def __exit__(self, kind, error, trace):
        field = self.field
        try:
            if error is None:
                field.settle()
                field.judge()
                assert field.daemon.stop() == 0
                field.listen()
                field.judge()
                with Oracle(field.store) as oracle:
                    stored = sum(len(found) for found in oracle.results.values())
                told = sum(line[1] == "result" for line in field.sent.values())
                print(f"# {told} results told, {stored} stored", flush=True)
            elif isinstance(error, AssertionError):
                if os.environ.get("KEEP"):
                    pathlib.Path(os.environ["KEEP"], f"storm-{SEED}.trace").write_text(field.daemon.output())
                error.args = (f"SEED={SEED}: {error}\nninesd said:\n" + "\n".join(
                    line for line in field.daemon.lines if line.startswith("nines:"))[-3000:],)
        finally:
            field.close()


@test(f"SEED={SEED}: reloads without end, every other one broken, cost no result")
def reloads(tmp):
    with Fought(tmp) as field:
        good = field.configuration()
        for number in range(max(10, ROUNDS * 2 // 5)):
            kind = number % 4
            if kind == 0:
                text = good + f'tcp "extra" {{ host = "127.0.0.1" port = {field.servers["up-1"].port} every = "1s" }}\n'
            elif kind == 2:
                text = good
            else:
                text = good + field.rng.choice(BROKEN)
            field.daemon.reload(text)
            time.sleep(field.rng.uniform(0, 0.15))
            if number % 50 == 49:
                field.settle()
                field.judge()
        said = field.daemon.reload(good)
        field.daemon.wait("applied", since=said)


@test(f"SEED={SEED}: modules replaced without end cost no result (F27)")
def modules(tmp):
    folder = tmp / "modules"
    shutil.copytree(BUILD / "modules", folder, ignore=lambda _, names: [n for n in names if not n.endswith(".so")])
    with Fought(tmp, modules=folder) as field:
        for number in range(max(5, ROUNDS // 5)):
            new = folder / ".tcp.new"
            shutil.copy(folder / "tcp.so", new)
            with new.open("ab") as file:  # other bytes behind the object: another build
                file.write(b"%d" % number)
            new.rename(folder / "tcp.so")
            time.sleep(field.rng.uniform(0, 0.8))
            if number % 20 == 19:
                field.settle()
                field.judge()


@test(f"SEED={SEED}: a process that stands still for seconds loses nothing; a prober's probes may run out of time")
def standing_still(tmp):
    with Fought(tmp) as field:
        for number in range(max(5, ROUNDS // 10)):
            role = ("recorder", "keeper", "prober", "web", "parent")[number % 5]
            pid, seconds = field.rng.choice(field.pids(role)), field.rng.uniform(0.2, 3)
            from_us = now_us()
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)
            if role == "prober":
                field.excuse("prober", from_us - SECOND, from_us, now_us() + SECOND)
            field.settle()
            field.judge()


def fill(folder):
    """Takes all room that is left."""
    with (folder / "filler").open("wb", buffering=0) as file:
        for size in (1 << 16, 512):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


@test(f"SEED={SEED}: a disk that is full, again and again, costs no result, also when the recorder is killed meanwhile (F3)")
def full_disk(tmp):
    if os.geteuid() != 0:
        skip("needs root for a tmpfs")
    folder = pathlib.Path(tmp) / "store"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0750,uid=65534,gid=65534", "nines-soak", str(folder)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        skip(f"no tmpfs: {done.stderr.strip()}")
    try:
        with Fought(tmp) as field:
            for number in range(max(3, ROUNDS // 25)):
                said = len(field.daemon.lines)
                fill(folder)
                field.daemon.wait("the store fails", since=said)
                if number % 3 == 2:
                    field.kill("recorder")
                time.sleep(field.rng.uniform(0, 3))
                (folder / "filler").unlink()
                field.settle()
                field.judge()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


if __name__ == "__main__":
    run()
