"""The recorder by its lines: what was told as committed is on disk, once, and no trouble of the disk ends it (F1, F3, F4, F8)."""
# timeout: 600
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import role
from recording import Recorder, stored
from tap import run, skip, test


@test("what is committed is on disk")
def commits(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(1000)
        r.until_committed(1000)
        assert stored(tmp / "db") == list(range(1, 1001))


@test("states, incidents and markers become rows")
def rows(tmp):
    with Recorder(tmp / "db") as r:
        r.keeper.send("keeper k1",
                      'state - n=1 name="a b" kind=check from=up to=down at_us=17 reason="it\'s \\"gone\\"" lasted_us=5',
                      "incident i1 n=2 check=a event=open at_us=17 start_us=16 reason=x step=connect",
                      "incident i1 n=3 check=a event=closed at_us=99 lasted_us=82", "marker - n=4 kind=gap at_us=5 by_us=3",
                      "surprise - n=5 of=tomorrow", "incident i2 n=6")
        r.until_committed(6)
        base = sqlite3.connect(f"file:{tmp}/db?mode=ro", uri=True)
        assert base.execute("select name, was, state, at_us, reason, lasted_us from state").fetchall() == \
            [("a b", "up", "down", 17, 'it\'s "gone"', 5)]
        assert base.execute("select name, event, at_us, start_us, reason, lasted_us from incident where id = 'i1'").fetchall() == \
            [("a", "closed", 99, 16, "x", 82)]
        assert base.execute("select kind, at_us, by_us from marker").fetchall() == [("gap", 5, 3)]
        base.close()


@test("killed at any moment nothing committed is lost and nothing sent again is stored twice (F1)")
def killed(tmp):
    committed = 0
    for life in range(12):
        with Recorder(tmp / "db") as r:
            r.tell(300, start=committed + 1)  # as the keeper does: all that was not told as committed, again
            if life % 3:
                time.sleep(0.9 + life / 100)  # the moment of the kill, around that of the commit
            else:
                r.until_committed(committed + 300)
            r.process.send_signal(signal.SIGKILL)
            r.process.wait()
            r.keeper.mine.settimeout(5)
            try:
                while lines := r.keeper.lines():
                    r.committed = max([r.committed] + [int(role.words(x)[1]) for x in lines if x.startswith("committed")])
            except OSError:
                pass
            committed = max(committed, r.committed)
        seen = stored(tmp / "db")
        assert len(set(seen)) == len(seen), "stored twice"
        assert seen == list(range(1, len(seen) + 1)) and len(seen) >= committed, (len(seen), committed)


@test("a new recorder stores nothing twice that its predecessor had on disk, whatever is sent again: results, states, incidents (F1)")
def sent_again(tmp):
    def change(n):
        return [f"state c n={n} kind=check from=up to=down at_us={n}", f"marker - n={n + 1} kind=gap at_us={n}",
                f"incident i{n} n={n + 2} check=c event=open at_us={n} start_us={n}"]
    for ended in ("killed", "stopped"):
        path = tmp / ended
        with Recorder(path) as r:
            r.tell(50)
            r.keeper.send(*change(51))
            r.until_committed(53)
            if ended == "stopped":
                r.control.send("stop -")
                r.keeper.mine.close()
                assert r.process.wait(30) == 0
        with Recorder(path) as r:
            r.tell(50, start=1)  # as if nothing had been told as committed
            r.keeper.send(*change(51))
            assert int(r.hear("committed")[1]) == 53, "the keeper learns at once what is on disk"
            r.tell(7, start=54)
            r.keeper.send(*change(61))
            r.until_committed(63)
            assert stored(path) == [*range(1, 51), *range(54, 61)]
            base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            assert [base.execute(f"select count(*) from {table}").fetchone()[0] for table in ("state", "marker", "incident")] == [2, 2, 2]
            base.close()


@test("a new keeper is told of no line that its predecessor sent")
def no_foreign_number(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(45)
        r.hear("resumed")
        r.join()
        r.tell(5, start=1, keeper="k2")
        r.until_committed(1)
        assert r.committed == 5, r.committed
        assert len(stored(tmp / "db")) == 50


@test("what a keeper said before it died is read, also when its successor is there already")
def last_words(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(1)
        r.until_committed(1)
        before = r.keeper
        r.process.send_signal(signal.SIGSTOP)
        r.join()
        before.mine.setblocking(True)
        before.send(*[f"result c{n % 7} n={n} verdict=up number={n}" for n in range(2, 501)])
        before.mine.close()
        r.process.send_signal(signal.SIGCONT)
        r.committed = 0
        r.tell(1, start=1, keeper="k2")
        r.until_committed(1)
        assert stored(tmp / "db") == sorted([*range(1, 501), 1])


@test("a new keeper's numbers begin anew, the same keeper's lines on a new link are not stored twice")
def keepers(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(10)
        r.until_committed(10)
        r.keeper.mine.close()
        r.join()
        r.committed = 0
        r.tell(20, start=1)
        r.until_committed(20)
        assert stored(tmp / "db") == list(range(1, 21))
        r.keeper.mine.close()
        r.join()
        r.committed = 0
        r.tell(5, start=1, keeper="k2")
        r.until_committed(5)
        assert stored(tmp / "db") == sorted([*range(1, 21), *range(1, 6)])


@test("with the disk full it says so once, keeps what it has, and goes on when there is room (F3)")
def full(tmp):
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(tmp)],
                                           capture_output=True, check=False).returncode:
        skip("needs root to mount a small file system")
    try:
        with Recorder(tmp / "db") as r:
            r.tell(10)
            r.until_committed(10)
            with open(tmp / "filler", "wb") as f:
                try:
                    f.write(b"x" * (1 << 20))
                except OSError:
                    pass
            r.tell(2000, more="y" * 100)
            assert "full" in r.hear("failing")[2]["reason"]
            os.unlink(tmp / "filler")
            r.hear("recovered")
            r.until_committed(2010)
            assert stored(tmp / "db") == list(range(1, 2011))
            assert r.process.poll() is None
    finally:
        subprocess.run(["umount", "-l", str(tmp)], check=False)


@test("a folder without write rights, and then with them (F4)")
def read_only(tmp):
    folder = tmp / "inner"
    with Recorder(folder / "db") as r:
        r.tell(10)
        assert "open" in r.hear("failing")[2]["reason"]
        folder.mkdir()
        r.hear("recovered")
        r.until_committed(10)
        assert stored(folder / "db") == list(range(1, 11))


for call in ("pwrite64", "fdatasync", "write"):
    @test(f"an error of {call} at any time is survived (F4)")
    def io_error(tmp, call=call):
        if not shutil.which("strace") or os.environ.get("BUILD", "build").endswith("asan"):
            skip("needs strace")
        wrap = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(tmp / "db"), "-P", str(tmp / "db-wal"),
                "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when=3+151"]
        with Recorder(tmp / "db", wrap) as r:
            for n in range(1, 6):
                r.tell(100)
                r.until_committed(n * 100)
            assert r.process.poll() is None
        assert stored(tmp / "db") == list(range(1, 501))


@test("a file that is no database, and one of a newer nines, are said and left alone")
def strange(tmp):
    (tmp / "junk").write_bytes(b"this is no database at all, only text" * 100)
    with Recorder(tmp / "junk") as r:
        r.tell(3)
        assert "not a database" in r.hear("failing")[2]["reason"]
    assert (tmp / "junk").read_bytes().startswith(b"this is no database")
    with sqlite3.connect(tmp / "newer") as base:
        base.execute("create table meta(word text primary key, value)")
        base.execute("insert into meta values('schema', 99)")
    with Recorder(tmp / "newer") as r:
        r.tell(3)
        assert "newer nines" in r.hear("failing")[2]["reason"]


@test("a reader without write rights can open the file, also after a clean end")
def reader(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(10)
        r.until_committed(10)
        r.control.send("stop -")
        r.keeper.mine.close()
        assert r.process.wait(30) == 0
    assert (tmp / "db-wal").exists(), "the WAL is gone: an unprivileged reader cannot open the file"


@test("a long reader does not stop it (F5)")
def long_reader(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(10)
        r.until_committed(10)
        base = sqlite3.connect(f"file:{tmp}/db?mode=ro", uri=True, isolation_level=None)
        base.execute("begin")
        base.execute("select count(*) from series").fetchone()
        for n in range(1, 4):
            r.tell(1000)
            r.until_committed(10 + n * 1000)
        base.close()
        assert stored(tmp / "db") == list(range(1, 3011))


@test("what it cannot write is not gathered without end")
def bounded(tmp):
    with Recorder(tmp / "missing" / "db") as r:
        r.keeper.mine.settimeout(1)
        sent = 0
        try:
            while sent < 200 << 20:
                r.tell(500, more="z" * 800)
                sent += 500 * 850
        except TimeoutError:
            pass
        assert sent < 100 << 20, "it takes everything"
        with open(f"/proc/{r.process.pid}/statm", encoding="ascii") as f:
            assert int(f.read().split()[1]) * 4096 < 400 << 20
        assert r.process.poll() is None


run()
