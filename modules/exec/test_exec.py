#!/usr/bin/env python3
"""The exec check: one fake plugin for each way of answering and of failing (F28, F23), and real ones."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import daemon
import servers
from golden import Golden
from probe import check, refusal
from real_plugins import command
from tap import BUILD, run, test

golden = Golden(__file__)


def plugin(tmp, text, *words, name="plugin", **options):
    """One probe of a plugin that is the shell script `text`."""
    path = tmp / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return check("exec", "command=" + "\n".join([str(path), *words]), **{"timeout": "30s", **options})


CASES = [
    ("exit status 0", "echo 'LOAD OK - 0.1'"),
    ("exit status 1", "echo 'DISK WARNING - 8% left'; exit 1"),
    ("exit status 2", "echo 'HTTP CRITICAL - no answer'; exit 2"),
    ("exit status 3", "echo 'NTP UNKNOWN - no such option'; exit 3"),
    ("exit status 4", "echo 'what now'; exit 4"),
    ("exit status 255", "exit 255"),
    ("a program that was not found inside", "nosuchprogram 2>/dev/null; exit $?"),
    ("ended by a signal", "echo half; kill -SEGV $$"),
    ("ended by a signal without a word", "kill -9 $$"),
    ("no output, exit status 0", "exit 0"),
    ("no output, exit status 2", "exit 2"),
    ("words on standard error alone", "echo 'cannot connect' >&2; exit 2"),
    ("standard output closed, then an end", "exec >&-; exit 1"),
    ("broken UTF-8, control characters, a NUL and bidi", r"printf 'a\377b\033[31mc\000d\342\200\256e\n'; exit 2"),
    ("%n and %s", "echo '%n%s%d CRITICAL'; exit 2"),
    ("a text longer than a reason", "printf 'é%.0s' $(seq 400); exit 2"),
]

for title, script in CASES:
    @test(title)
    def case(tmp, title=title, script=script):
        golden(title, plugin(tmp, script))


@test("a plugin that never ends is ended at the deadline, with all it started")
def endless(tmp):
    script = f"trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >{tmp}/child; sleep 3600' & echo $$ >{tmp}/pid; wait; sleep 3600"
    result = plugin(tmp, script, timeout="2s")
    golden("never ends", result)
    for name in ("pid", "child"):
        pid = int((tmp / name).read_text())
        daemon.until(f"{name} is gone", lambda: not alive(pid))
    result = plugin(tmp, "exec >&- 2>&-; sleep 3600", timeout="1s")
    golden("closes its output and never ends", result)


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@test("children that a plugin leaves behind are ended with it and hold nothing up")
def orphans(tmp):
    result = plugin(tmp, f"sleep 3600 & echo $! >{tmp}/child; echo done")
    golden("leaves a child behind that holds its output", result)
    daemon.until("the child is gone", lambda: not alive(int((tmp / "child").read_text())))


@test("1 GB of output costs neither memory nor the verdict")
def flood(tmp):
    result = plugin(tmp, "head -c 1000000000 /dev/zero | tr '\\0' 'a'; exit 1", timeout="300s")
    golden("1 GB of output", result)
    assert len(result.facts["output"]) <= 300
    result = plugin(tmp, "yes 'more and more' ; exit 1", timeout="1s")
    golden("output without end", result)


@test("what was said beyond the first line is kept, cut to a kilobyte of whole characters")
def more(tmp):
    result = plugin(tmp, "echo first; echo second; for i in $(seq 2000); do printf 'ü'; done")
    assert result.facts["output"] == "first"
    assert result.facts["output_more"].startswith("second\nüü") and len(result.facts["output_more"].encode()) in (999, 1000)


PERFDATA = [
    ("one value", "OK | time=0.012s", {"time": (0.012, "s")}),
    ("all the units", "OK | a=1 b=2s c=3us d=4ms e=5% f=6B g=7KB h=8MB i=9TB j=10c",
     {"a": (1, ""), "b": (2, "s"), "c": (3, "us"), "d": (4, "ms"), "e": (5, "%"), "f": (6, "B"), "g": (7, "KB"), "h": (8, "MB"), "i": (9, "TB"),
      "j": (10, "c")}),
    ("labels in quotes, with spaces, quotes and equals signs", "OK | 'a b'=1 'it''s'=2 'x=y'=3", {"a_b": (1, ""), "it_s": (2, ""), "x_y": (3, "")}),
    ("limits and ranges", "OK | a=1;5;10;0;100 b=2;~:10;@10:20;; c=3;10:;@5", {"a": (1, ""), "b": (2, ""), "c": (3, "")}),
    ("a value that is not known", "OK | a=U b=1 c=U;1;2", {"b": (1, "")}),
    ("signs, points and exponents", "OK | a=-1.5 b=+2 c=.5 d=1e3 e=-2.5E-3s", {"a": (-1.5, ""), "b": (2, ""), "c": (0.5, ""), "d": (1000, ""), "e": (-0.0025, "s")}),
    ("several lines", "OK | a=1\nmore text\nand more | b=2\nc=3 d=4\n'e f'=5", {"a": (1, ""), "b": (2, ""), "c": (3, ""), "d": (4, ""), "e_f": (5, "")}),
    ("several lines, none of it on the first", "OK\nmore | a=1\nb=2", {"a": (1, ""), "b": (2, "")}),
    ("items that are none between others", "OK | a=x b b=2 'c =3 =4 d=0x10 e=nan f=inf", {"b": (2, "")}),
    ("limits that are none do not spoil the value", "OK | a=1;x;y b=2;1;2;3;4;5", {"a": (1, ""), "b": (2, "")}),
    ("labels that become one name", "OK | C:=1 c_=2 'c/'=3 C=4", {"c_": (1, ""), "c_-02": (2, ""), "c_-03": (3, ""), "c": (4, "")}),
    ("no space around the bar", "OK|a=1", {"a": (1, "")}),
    ("a bar and nothing", "OK |", {}),
]

for title, output, wanted in PERFDATA:
    @test(f"performance data: {title}")
    def perfdata(tmp, output=output, wanted=wanted):
        (tmp / "said").write_text(output + "\n")
        result = plugin(tmp, f"cat {tmp}/said")
        assert result.verdict == "up" and result.facts["output"] == "OK", result
        seen = {name: (value["value"], value["unit"]) for name, value in result.json.get("values", {}).items()}
        assert seen == wanted, seen


@test("limits are kept as facts, and text around the data is no data")
def limits(tmp):
    (tmp / "said").write_text("OK | a=1;5;10;0;100 b=2;~:10;@10:20;; c=3\nlong x=9 text\nlast | d=4;;;0\n")
    facts = plugin(tmp, f"cat {tmp}/said").facts
    assert (facts["limits_a"], facts["limits_b"], facts["limits_d"]) == ("5;10;0;100", "~:10;@10:20;;", ";;0"), facts
    assert "limits_c" not in facts and facts["output_more"] == "long x=9 text\nlast"


@test("of too many values the first are kept, and it is said")
def many(tmp):
    result = plugin(tmp, "printf 'OK |'; for i in $(seq 100); do printf \" v$i=$i;1;2;3;4\"; done")
    assert len(result.values) == 30 and result.values["v30"] == 30 and result.facts["left_out"] == "70 values", result


@test("each word is an argument: no shell looks at it")
def arguments(tmp):
    result = plugin(tmp, 'echo "$# <$1> <$2> <$3>"', "a b", "$HOME;`id`", "*")
    assert result.facts["output"] == "3 <a b> <$HOME;`id`> <*>", result


@test("the environment is what was given, and no more")
def environment(tmp):
    result = plugin(tmp, "env | sort | tr '\\n' ' '", environment="A=1\nB=2 3", env={"STRANGE": "yes"})
    assert re.fullmatch(r"A=1 B=2 3 LANG=C PATH=\S+ PWD=/", result.facts["output"]), result
    assert refusal("exec", "command=/bin/true", "environment=A") == "environment: wanted NAME=value"


@test("options that make no sense are named with file and line")
def options(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(f'location = "here"\nmodules = "{BUILD}/modules"\nexec "a" {{\n  command = {{"check_x"}}\n}}\n'
                    'exec "b" {\n  command = {"/bin/true"}\n  environment = {"A=1",\n    "B"}\n}\n')
    done = daemon.nines("config", "check", conf=conf)
    for at, why in ((f"{conf}:4", "wanted an absolute path"), (f"{conf}:9", "wanted NAME=value")):
        assert re.search(re.escape(at) + ".*" + why, done.stderr + done.stdout), done


@test("a secret reaches the plugin by its environment, and nothing shows it")
def secret(tmp):
    script = 'tr "\\0" " " </proc/$$/cmdline; echo "$PGPASSWORD|$PGPASSWORD=1"; echo "wrong: $PGPASSWORD"; exit 2'
    (tmp / "secret").write_text("hunter2\n")
    options = {"secret": f"file:{tmp}/secret", "secret_name": "PGPASSWORD"}
    result = plugin(tmp, script + '; [ "$PGPASSWORD" = hunter2 ]', **options)
    assert "hunter2" not in str(result) and "*******" in str(result), result
    result = plugin(tmp, '[ "$PGPASSWORD" = hunter2 ] && exit 1; exit 3', **options)
    assert result.verdict == "degraded", result
    result = plugin(tmp, "echo \"login hunter2 refused\" >&2; exit 2", **options)
    golden("a secret in the words on standard error", result)
    shown = daemon.nines("check", "exec", f"command={tmp}/plugin", "secret=hunter2", "--trace")
    assert "hunter2" not in shown.stdout + shown.stderr, shown


WRONG = [("a program that is not there", "/nonexistent/check_x"), ("a folder", "/tmp")]

for title, path in WRONG:
    @test(title)
    def wrong(title=title, path=path):
        golden(title, check("exec", f"command={path}"))


@test("a path that is not absolute is refused")
def relative():
    assert refusal("exec", "command=check_x") == "command: wanted an absolute path and arguments"


@test("without a command there is no check")
def nothing():
    assert "command" in daemon.nines("check", "exec").stderr


@test("in a running ninesd: plugins, secrets, and a hanging one that delays nobody (F23)")
def running(tmp):
    tmp.chmod(0o755)
    for name, text in (("good", 'test "$SECRET" = hunter2 && echo "OK | a=1"'), ("hang", "trap '' TERM; sleep 3600")):
        (tmp / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp / name).chmod(0o755)
    (tmp / "secret").write_text("hunter2\n")
    (tmp / "secret").chmod(0o600)
    text = (f'exec "good" {{ command = {{"{tmp}/good"}} secret = "file:{tmp}/secret" every = "1s" }}\n'
            f'exec "hang" {{ command = {{"{tmp}/hang"}} every = "2s" timeout = "1s" }}\n')
    with daemon.Daemon(tmp, text) as d:
        status = d.until_status("good is up, hang is down", lambda s: {c["name"]: c["state"] for c in s["checks"]} == {"good": "up", "hang": "down"})
        assert "hunter2" not in d.output() and "timeout after 1s" in str(status), status


@test("real plugins: check_dummy says each status")
def dummy():
    for status, verdict in enumerate(["up", "degraded", "down", "unknown"]):
        result = check("exec", "command=" + command("check_dummy", status, "said so"))
        assert result.verdict == verdict and result.facts["output"].endswith(": said so"), result


@test("real plugins: check_load, check_disk, check_procs, check_swap")
def machine():
    result = check("exec", "command=" + command("check_load", "-w", "900,900,900", "-c", "901,901,901"))
    assert result.verdict == "up" and {"load1", "load5", "load15"} <= set(result.values), result
    assert result.facts["limits_load1"] == "900.000;901.000;0;", result
    result = check("exec", "command=" + command("check_disk", "-w", "1", "-c", "1", "-p", "/", "-p", "/dev/shm"))
    assert result.json["values"]["_"]["unit"] == "B" and "_dev_shm" in result.values, result
    result = check("exec", "command=" + command("check_procs", "-w", "0:1", "-c", "0:1000000"))
    assert result.verdict == "degraded" and result.values["procs"] > 1 and result.facts["limits_procs"] == "0:1;0:1000000;0;", result


@test("real plugins: check_tcp, check_http and check_smtp against good and bad servers")
def network():
    port, hold = servers.refused_port()
    with hold:
        result = check("exec", "command=" + command("check_tcp", "-H", "127.0.0.1", "-p", port))
    assert result.verdict == "down" and "Connection refused" in result.reason, result
    with servers.Server([servers.silence()]) as server:
        result = check("exec", "command=" + command("check_tcp", "-H", server.host, "-p", server.port))
    assert result.verdict == "up" and result.json["values"]["time"]["unit"] == "s", result
    with servers.Http({"/": servers.reply(body=b"fine")}) as server:
        result = check("exec", "command=" + command("check_http", "-H", server.host, "-p", server.port))
        assert result.verdict == "up" and result.json["values"]["size"]["unit"] == "B" and "time" in result.values, result
        result = check("exec", "command=" + command("check_http", "-H", server.host, "-p", server.port, "-u", "/none"))
        assert result.verdict == "degraded" and "404" in result.reason, result
    with servers.Server([servers.send(b"220 mx\r\n"), servers.expect(b"HELO"), servers.send(b"250 mx\r\n"), servers.expect(b"QUIT"),
                          servers.send(b"221 bye\r\n"), servers.close()]) as server:
        result = check("exec", "command=" + command("check_smtp", "-H", server.host, "-p", server.port, "-t", "5"))
    assert result.verdict == "up" and "time" in result.values, result


run()
