#!/usr/bin/env python3
"""The common options warn and crit: limits on whatever values a probe measures, of any module, by command line and by daemon."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import certs
from daemon import Daemon, nines
from probe import check
from servers import Server, send, silence, tls_context
from tap import BUILD, run, test

TALK = "talk=line load\nvalue load:% load\nvalue jobs jobs"


def load(*limits, said=b"load 42 jobs 7\r\n", **more):
    with Server([send(said), silence()]) as server:
        return check("tcp", f"host={server.host}", f"port={server.port}", TALK, *limits, **more)


ROWS = [
    ([], "up", ""),
    (["warn=load > 50"], "up", ""),
    (["warn=load > 40"], "degraded", "load is 42 %, warn when > 40"),
    (["crit=load > 40 %"], "down", "load is 42 %, crit when > 40 %"),
    (["warn=load > 10", "crit=load > 40"], "down", "load is 42 %, crit when > 40"),
    (["warn=load > 10", "crit=load > 50"], "degraded", "load is 42 %, warn when > 10"),
    (["warn=jobs < 8", "warn=load > 10"], "degraded", "load is 42 %, warn when > 10"),
    (["warn=load > 10\njobs < 8"], "degraded", "load is 42 %, warn when > 10"),
    (["crit=jobs != 7", "crit=jobs = 7"], "down", "jobs is 7, crit when = 7"),
    (["warn=lod > 10"], "unknown", "warn: this probe has measured no 'lod'"),
    (["crit=load > 10 ms"], "unknown", "crit: 'load' is measured in '%', the limit is in 'ms'"),
    (["warn=lod > 10", "crit=load > 10"], "down", "load is 42 %, crit when > 10"),
]


@test("the verdict is the worst that a value says, and names the value and the limit")
def rows():
    for limits, verdict, reason in ROWS:
        result = load(*limits)
        assert (result.verdict, result.reason) == (verdict, reason), (limits, result)
        assert result.values == {"load": 42, "jobs": 7} and result.step == "", result


@test("a conversation that fails says so itself; what is slow is degraded, and crit still counts")
def others():
    assert load("crit=load > 1", said=b"closed\r\n").reason.startswith("wanted 'load'")
    result = load("warn=load > 1", slow="1ms", said=b"load 42 jobs 7\r\n")
    assert result.verdict == "degraded"
    result = load("crit=load > 1", slow="1ms")
    assert result.verdict == "down" and "crit when" in result.reason


@test("values of the host's own, such as the days of a certificate, have limits too")
def certificate():
    with Server([silence()], tls=tls_context(certs.soon())) as server:
        options = [f"host={server.host}", f"port={server.port}", "tls=implicit", "verify=false"]
        result = check("tcp", *options, "crit=certificate_days < 7")
        assert result.verdict == "down" and result.reason == "certificate_days is 5 d, crit when < 7", result
        assert check("tcp", *options, "warn=certificate_days < 60 h").verdict == "up"


@test("what is no limit is refused with its place")
def mistakes(tmp):
    (tmp / "x.conf").write_text(f'modules = "{BUILD}/modules"\nping "p" {{ host = "127.0.0.1"\n warn = {{"loss > 5 %", "loss => 5"}} }}\n')
    done = nines("config", "check", conf=tmp / "x.conf")
    assert done.returncode == 1 and "x.conf:3: warn: 'loss => 5' has no number" in done.stderr, done.stderr
    done = subprocess.run([BUILD / "nines", "check", "ping", "host=127.0.0.1", "crit=loss"], capture_output=True, text=True)
    assert done.returncode == 64 and "crit: 'loss' has none of < <= > >= = != behind the name" in done.stderr, done


@test("a running monitor judges by them, also those of a target list")
def daemon(tmp):
    (tmp / "list.tsv").write_text("name\thost\twarn\tcrit\nfine\t127.0.0.1\trtt_max > 30 s\t\nslow\t127.0.0.2\trtt_max < 30 s\t\n"
                                  "bad\t127.0.0.3\t\tloss < 1 %\n")
    with Daemon(tmp, 'ping "p" { targets = "list.tsv" packets = 1 every = "1s" recheck = "1s" }\n', listen=False) as monitor:
        status = monitor.until_status("judged", lambda s: {c["name"]: c["state"] for c in s["checks"]} ==
                                      {"p/fine": "up", "p/slow": "degraded", "p/bad": "down"})
    reasons = {c["name"]: c["reason"] for c in status["checks"]}
    assert reasons["p/bad"] == "loss is 0 %, crit when < 1 %" and reasons["p/slow"].endswith(", warn when < 30 s"), json.dumps(reasons)


run()
