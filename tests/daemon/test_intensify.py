#!/usr/bin/env python3
"""`nines intensify`: a check every second for a while, its transcripts kept, shown everywhere, through a reload and a restart."""
import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from daemon import Daemon, until
from servers import Server, expect, send, silence
from tap import run, test


@test("a check is probed every second until it is cancelled, through a reload and a restart")
def whole(tmp):
    with Server([send(b"hello\r\n"), expect(b"bye\r\n"), silence()]) as server:
        text = f'tcp "shaky" {{ host = "{server.host}" port = {server.port} every = "10m" talk = {{"line hello", \'send bye\\r\\n\'}} }}\n'
        with Daemon(tmp, text) as daemon:
            daemon.wait("shaky.* up")
            assert server.connections == 1
            done = daemon.nines("intensify", "shaky", "--every", "1s", "--for", "2h")
            assert (done.returncode, done.stdout, done.stderr) == (0, "intensified: probed every 1.00s for 2h 0m\n", ""), done
            server.wait(4)
            assert "intensified: every 1s until " in daemon.nines("status").stdout
            check = daemon.status()["checks"][0]
            assert check["interval_us"] == 1000000 and check["intensified_until"], check
            with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/") as page:
                assert "intensified: probed every 1.00s until" in page.read().decode()
            daemon.reload(text + 'ping "self" { host = "127.0.0.1" every = "10m" }\n')
            daemon.until_status("reloaded", lambda s: len(s["checks"]) == 2)
            seen = server.connections
            server.wait(seen + 2)
            daemon.stop()
        with Daemon(tmp, text) as daemon:
            daemon.until_status("it goes on", lambda s: s["checks"] and s["checks"][0].get("intensified_until"))
            seen = server.connections
            server.wait(seen + 3)
            listed = json.loads(daemon.nines("intensify", "--json").stdout)["intensified"]
            assert [(one["check"], one["every_us"]) for one in listed] == [("shaky", 1000000)]
            done = daemon.nines("intensify", "cancel", "shaky")
            assert (done.returncode, done.stdout) == (0, "no longer intensified: probed every 10m 0s\n"), done
            again = daemon.nines("-q", "intensify", "shaky")
            assert (again.returncode, again.stdout, daemon.nines("intensify", "cancel", "shaky", "-q").stdout) == (0, "", ""), again
            assert daemon.nines("intensify").stdout == "no check is intensified\n"
            until("three transcripts are in the record",
                  lambda: sum("> bye" in line and "< hello" in line for line in daemon.nines("export", "shaky").stdout.splitlines()) >= 3)


@test("what cannot be is refused in one line")
def refused(tmp):
    with Daemon(tmp, 'ping "p" { host = "127.0.0.1" every = "5s" }\n') as daemon:
        daemon.wait("p .*up")
        for words, says in ((["p", "--every", "20s"], "1s to 10s"), (["p", "--every", "5s"], "as often already"), (["q"], "no check has this name"),
                            (["p", "--for", "soon"], "is no time"), (["p", "--for", "10s"], "1m to 1d"), (["cancel", "p"], "not intensified"),
                            (["a", "b", "c"], "write: nines intensify NAME")):
            done = daemon.nines("intensify", *words)
            assert done.returncode != 0 and says in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)


run()
