"""Importing while ninesd runs: its recorder merges, nothing it watches is disturbed; and without it the command writes itself."""
import json
import os
import sqlite3

import role
from daemon import Daemon, nines, until
from servers import Server, send
from tap import run, test

HISTORY = """check,ts_utc,state
web,2025-01-01T00:00:00Z,up
web,2025-01-01T00:05:00Z,down
web,2025-01-01T00:10:00Z,up
old,2025-01-01T00:00:00Z,up
old,2025-01-01T00:05:00Z,up
"""


def watching(server):
    return f'tcp "web" {{ host = "127.0.0.1" port = {server.port} every = "1s" timeout = "500ms" }}\n'


def january(daemon, name):
    done = daemon.nines("report", "sla", "--format", "json", "--from", "2025-01-01T00:00:00Z", "--to", "2025-01-01T00:10:00Z",
                        "--check", name)
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)["rows"][0]
    return row["up_s"], row["down_s"], row["unknown_s"] + row["not_monitored_s"]


@test("with ninesd running: merged by its recorder, of a check that it watches and of one that it does not know")
def running(tmp):
    (tmp / "history.csv").write_text(HISTORY)
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, watching(server)) as daemon:
        daemon.until_status("up", lambda s: any(c["state"] == "up" for c in s["checks"]))
        done = daemon.nines("import", "csv", tmp / "history.csv", "--interval", "5m")
        assert (done.returncode, done.stdout) == (0, "2 targets, 5 samples, 2025-01-01 to 2025-01-01\n"), done.stderr
        assert january(daemon, "web") == (300, 300, 0)
        assert january(daemon, "old") == (600, 0, 0)
        seen = server.connections
        until("it goes on watching", lambda: server.connections > seen + 3)
        again = daemon.nines("import", "csv", tmp / "history.csv", "--interval", "5m")
        assert "all of them were there already" in again.stdout, again.stderr
        assert not [f for f in os.listdir(tmp / "store") if "import" in f], os.listdir(tmp / "store")
        assert daemon.stop() == 0
        base = sqlite3.connect(f"file:{tmp}/store/nines.db?mode=ro", uri=True)
        assert base.execute("pragma integrity_check").fetchone()[0] == "ok"
        assert base.execute("select count(*) from target where name = 'old'").fetchone()[0] == 1
        base.close()


@test("what lies within what was watched is refused, and nothing of the file is stored")
def within(tmp):
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, watching(server)) as daemon:
        daemon.until_status("up", lambda s: any(c["state"] == "up" for c in s["checks"]))
        until("results are stored", lambda: daemon.nines("export", "web").stdout.count("\n") > 3)
        first = json.loads(daemon.nines("export", "web").stdout.splitlines()[1])["due"]
        (tmp / "history.csv").write_text(f"{HISTORY}web,{first},up\n")
        done = daemon.nines("import", "csv", tmp / "history.csv", "--interval", "5m")
        assert done.returncode == 2 and done.stdout == "", done
        assert f"{tmp}/history.csv:7: 'web' at " in done.stderr and "import only what lies before or behind" in done.stderr, done.stderr
        assert "nothing is recorded of 'old'" in daemon.nines("export", "old").stderr


@test("only files that the command put beside the store are taken by the recorder")
def no_other_file(tmp):
    (tmp / "outside").write_bytes(b"nines-stage-1\n")
    with Server([send(b"hello\r\n")]) as server, Daemon(tmp, watching(server)) as daemon:
        daemon.until_status("up", lambda s: any(c["state"] == "up" for c in s["checks"]))
        for name in ("../outside", "nines.db", "/etc/passwd", "nines.db.import-1", "nines.db.import-/../../outside", ""):
            link = role.Client(tmp / "nines.sock")
            link.send(f"import - file={role.quote(name)}")
            answer = [role.words(line) for line in link.lines()]
            assert answer[-1][0] == "end" and "cannot read the staged history" in answer[-1][2].get("wrong", ""), (name, answer)
        for content in (b"", b"nines-stage-1\n", b"x" * 5000, b"nines-stage-1\nT\xff\xff\xff\xff\xff\xff"):
            staged = tmp / "store" / "nines.db.import-2"
            staged.write_bytes(content)
            staged.chmod(0o644)
            link = role.Client(tmp / "nines.sock")
            link.send("import - file=nines.db.import-2")
            answer = [role.words(line) for line in link.lines()]
            assert "not whole" in answer[-1][2].get("wrong", ""), (content, answer)


@test("a store made by root belongs to whom its folder belongs, so that ninesd can go on with it")
def owner(tmp):
    (tmp / "history.csv").write_text(HISTORY)
    with Server([send(b"hello\r\n")]) as server:
        with Daemon(tmp, watching(server)) as daemon:  # makes the folder
            daemon.until_status("up", lambda s: any(c["state"] == "up" for c in s["checks"]))
            assert daemon.stop() == 0
        for file in (tmp / "store").iterdir():
            file.unlink()
        done = nines("import", "csv", tmp / "history.csv", "--interval", "5m", conf=tmp / "nines.conf")
        assert done.returncode == 0, done.stderr
        with Daemon(tmp, watching(server)) as daemon:
            until("it writes on", lambda: daemon.nines("export", "web", "--from", "2026-01-01").stdout.count("\n") > 3)
            assert january(daemon, "web") == (300, 300, 0)


@test("where ninesd never ran the store's folder is made as ninesd would, which then goes on with it")
def no_folder(tmp):
    (tmp / "history.csv").write_text(HISTORY)
    (tmp / "nines.conf").write_text(f'store = "{tmp}/var/lib/nines.db"\nsocket = "{tmp}/nines.sock"\n')
    done = nines("import", "csv", tmp / "history.csv", "--interval", "5m", conf=tmp / "nines.conf")
    assert (done.returncode, done.stderr) == (0, ""), done
    folder = (tmp / "var/lib").stat()
    assert folder.st_mode & 0o777 == 0o700 and (folder.st_uid == os.geteuid()) == (os.geteuid() != 0), folder
    assert {(tmp / "var/lib" / name).stat().st_uid for name in os.listdir(tmp / "var/lib")} == {folder.st_uid}
    (tmp / "file").write_text("")
    done = nines("import", "csv", tmp / "history.csv", "--interval", "5m", "--store", tmp / "file/nines.db", conf=tmp / "nines.conf")
    assert done.returncode == 2 and f"{tmp}/file" in done.stderr and done.stderr.count("\n") == 1, done


run()
