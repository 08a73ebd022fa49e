"""The recorder on a disk that turns read-only or fails call by call (F4): it says so, keeps what it has, never ends, never spins.

NTH in the environment: every n-th write up to it, and sync up to a fifth of it, fails in a recorder of its own (`make soak`: 200).
Writes and syncs up to the 200th in one process, through a file system of SQLite's: tests/unit/store_disk.c.
"""
# timeout: 900
import concurrent.futures
import ctypes
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from recording import Recorder, stored
from tap import BUILD, run, skip, test

NTH = int(os.environ.get("NTH", "0"))
SEED = int(os.environ.get("SEED", str(time.time_ns() // 1000 % 1_000_000)))
CLONE_NEWNS = 0x20000


def ran(*words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False)


class Loop:
    """A small file system on a loop device, in a mount namespace of this process: all of it goes with the process."""

    def __init__(self, tmp):
        self.image, self.device, self.at = tmp / "image", None, tmp / "disk"
        self.at.mkdir()
        if os.geteuid() or not shutil.which("mkfs.ext4") or not os.path.exists("/dev/loop-control"):
            skip("needs root, loop devices and mkfs.ext4")
        if ctypes.CDLL(None).unshare(CLONE_NEWNS) or ran("mount", "--make-rprivate", "/").returncode:
            skip("no mount namespace here")

    def __enter__(self):
        with open(self.image, "wb") as f:
            f.truncate(16 << 20)
        found = None if ran("mkfs.ext4", "-q", "-F", self.image).returncode else ran("losetup", "-f", "--show", self.image)
        if not found or found.returncode:
            skip("no loop device is free")
        self.device = found.stdout.strip()
        ran("blockdev", "--setrw", self.device)  # some machines make them read-only
        if self.mount("rw").returncode or not os.access(self.at, os.W_OK):
            self.__exit__()
            skip("a loop device cannot be mounted here")
        return self

    def mount(self, how):
        return ran("mount", "-t", "ext4", "-o", how, self.device, self.at)

    def abort(self):
        """As after an error of the device: from now on everything that writes fails, and the file system stays read-only."""
        assert ran("mount", "-o", "remount,abort", self.at).returncode == 0
        try:
            (self.at / "probe").write_text("x")
        except OSError:
            return
        skip("this kernel does not let a file system be aborted")

    def __exit__(self, *_):
        ran("umount", "-l", self.at)
        ran("losetup", "-d", self.device)


def seconds_of(pid):
    """What it has used of a processor."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def end_in_order(r):
    r.control.send("stop -")
    r.keeper.mine.close()
    return r.process.wait(60)


@test("a file system that turns read-only under it: said once, nothing lost, hardly any work; on a good one all is stored")
def aborted(tmp):
    with Loop(tmp) as disk:
        with Recorder(disk.at / "db") as r:
            r.tell(100)
            r.until_committed(100)
            disk.abort()
            r.tell(200)
            reason = r.hear("failing")[2]["reason"]
            assert "read" in reason or "I/O" in reason or "disk" in reason, reason
            begun, used = time.monotonic(), seconds_of(r.process.pid)
            while time.monotonic() < begun + 4:  # it tries again each second
                r.tell(50)
                time.sleep(0.2)
            used, passed = seconds_of(r.process.pid) - used, time.monotonic() - begun
            assert used < passed / 3, f"it spins: {used:.2f} s of {passed:.2f}"
            told = r.n
            assert r.process.poll() is None and r.committed == 100 and not [s for s in r.said if s[0] == "failing"], r.said
            assert end_in_order(r) == 0
        ran("umount", disk.at)
        assert disk.mount("rw").returncode == 0
        with Recorder(disk.at / "db") as r:
            assert stored(disk.at / "db") == list(range(1, 101))
            r.tell(told - 100, start=101)  # as the keeper does: all that was not told as committed
            r.until_committed(told)
            assert stored(disk.at / "db") == list(range(1, told + 1))


@test("a file system that is mounted read-only at the start, and then not: it goes on without a restart")
def remounted(tmp):
    with Loop(tmp) as disk:
        with Recorder(disk.at / "db") as r:
            r.tell(100)
            r.until_committed(100)
            assert end_in_order(r) == 0
        assert ran("mount", "-o", "remount,ro", disk.at).returncode == 0
        with Recorder(disk.at / "db") as r:
            r.tell(100, start=101)
            assert "read-only" in r.hear("failing")[2]["reason"].lower()
            assert ran("mount", "-o", "remount,rw", disk.at).returncode == 0
            r.hear("recovered")
            r.until_committed(200)
            assert stored(disk.at / "db") == list(range(1, 201))


def nth_fails(folder, call, n):
    """One call of a whole life fails; the last line is committed all the same, and everything is there once."""
    place = folder / f"{call}-{n}"
    place.mkdir()
    store, trace = place / "db", place / "trace"
    wrap = ["strace", "-f", "-qq", "-o", str(trace), "-P", str(store), "-P", f"{store}-wal",
            "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when={n}"]
    with Recorder(store, wrap) as r:
        while r.n < 240 or ("(INJECTED)" not in trace.read_text() and r.n < 120 * (n + 9)):
            r.tell(120, each="x" * 3000)
            r.until_committed(r.n)
        assert r.process.poll() is None, f"{call} {n}: it ended"
        assert end_in_order(r) == 0, f"{call} {n}"
    assert stored(store) == list(range(1, r.n + 1)), f"{call} {n}"
    was_hit = "(INJECTED)" in trace.read_text()
    shutil.rmtree(place)
    return was_hit


@test(f"SEED={SEED}: the n-th write or sync fails with EIO: the next try stores everything, once")
def every_nth(tmp):
    if not shutil.which("strace") or str(BUILD).endswith("asan"):
        skip("needs strace")
    calls = {"pwrite64": range(1, (NTH or 200) + 1), "fdatasync": range(1, (NTH or 50) // 5 + 1)}
    jobs = [(call, n) for call, numbers in calls.items() for n in (numbers if NTH else random.Random(SEED).sample(numbers, 6))]
    with concurrent.futures.ThreadPoolExecutor(12 if NTH else 6) as pool:
        hits = [done.result() for done in [pool.submit(nth_fails, tmp, *job) for job in jobs]]
    missed = [job for job, was_hit in zip(jobs, hits) if not was_hit]
    print(f"# {sum(hits)} of {len(hits)} were hit", flush=True)
    assert not missed, f"these never came: {missed}"


run()
