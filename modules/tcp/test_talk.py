#!/usr/bin/env python3
"""The language of the option talk, word by word, and what is wrong in it told with file and line."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import nines
from failures import common
from golden import Golden
from probe import check, refusal
from servers import Server, close, endless, expect, send, send_split, silence, tls, tls_context
from tap import BUILD, run, test

golden = Golden(__file__)
SMTP = ["reply 220", "step ehlo", r"send EHLO nines\r\n", "reply 250", "match SIZE", "step quit", r"send QUIT\r\n", "reply 221", "close"]

common(golden, "tcp", [b"220 mx ready\r\n", "EHLO", b"250-mx\r\n250 SIZE 100\r\n", "QUIT", b"221 bye\r\n", close()], "talk=" + "\n".join(SMTP))


def talk(title, server, items, verdict, *options, **more):
    """One probe, whose line is golden."""
    with Server([*server, silence()]) as s:
        result = check("tcp", f"host={s.host}", f"port={s.port}", "talk=" + "\n".join(items), *options, **more)
    assert result.verdict == verdict, result
    golden(title, result)
    return result


@test("a word that reads leaves the rest to the next")
def rest():
    for how in (send, send_split):
        talk("one answer, four words", [how(b"ab\x00cdef\r\nlast line\r\nend of it")], ["expect b", "read 2", "match c", r"expect \r\n",
                                                                                      "line last", "expect it"], "up")


@test("numbers become values, texts facts")
def values():
    result = talk("values and facts", [send(b"load: 0.25, users=\"12\" \xc2\xb5 x -3.5e2 v1.2.3 beta\r\n")],
                  ["line load", "value load load", "value users:u users", "value low x", "fact version v"], "up")
    assert result.values == {"load": 0.25, "users": 12, "low": -350}
    assert result.json["values"]["users"]["unit"] == "u" and result.facts["version"] == "1.2.3 beta"
    for said in (b"load none\r\n", b"load .\r\n", b"load -\r\n", b"load\r\n", b"load nan\r\n"):
        talk("no number there: " + said.decode().strip(), [send(said)], ["line load", "value load load"], "down")
    talk("no such text", [send(b"hello\r\n")], ["line hello", "fact version v"], "down")


@test("what is refused ends the wait at once, and is looked for in every answer")
def refuse():
    for how in (send, send_split):
        with Server([how(b"ERROR 17 disk full\r\n"), silence()]) as s:
            result = check("tcp", f"host={s.host}", f"port={s.port}", "talk=refuse ERROR\nrefuse 17\nexpect END", timeout="60s")
            assert result.verdict == "down" and result.reason.startswith("refused 'ERROR', got 'ERROR"), result
    talk("a refused line", [send(b"ERROR 17\r\n")], ["refuse 17", "line ERROR"], "down")
    talk("a refused reply", [send(b"220 mx test\r\n")], ["refuse test", "reply 2"], "down")
    talk("a refused byte", [send(b"a\x00b")], [r"refuse \x00", "read 3"], "down")
    talk("a refused end", [send(b"fatal"), close()], ["refuse fatal", "close"], "down")
    talk("refused too late", [send(b"one two\r\n")], ["expect one", "refuse one", "line  two"], "up")


@test("close waits for the end and keeps what came")
def ends():
    talk("the end comes", [send(b"bye 7\r\n"), close()], ["close", "match bye", "value number bye"], "up")
    talk("the end does not come", [send(b"bye")], ["close"], "down", timeout="1s")
    talk("an answer without end", [endless(b"x" * 4096)], ["close"], "down")


@test("a wait that ends at the deadline says what had come")
def late():
    talk("half an answer", [send(b"VERS")], ["expect VERSION"], "down", timeout="1s")


@test("tls comes when it is said, and its certificate is judged")
def secure():
    upgrade = [send(b"220 hi\r\n"), expect(b"\n"), send(b"220 go\r\n"), tls(tls_context(certs.soon())), expect(b"\n"), send(b"221 bye\r\n")]
    items = ["reply 220", r"send STARTTLS\r\n", "reply 220", "tls", r"send QUIT\r\n", "reply 221"]
    trust = f"ca-file={certs.authority()}"
    talk("tls, certificate near its end", upgrade, items, "degraded", trust, "server-name=localhost")
    talk("tls, with days enough", upgrade, items, "up", trust, "server-name=localhost", "warn-expiry=2")
    talk("tls, another host", upgrade, items, "down", trust, "server-name=elsewhere.example")
    talk("plain text behind the agreement", [*upgrade[:2], send(b"220 go\r\n250 injected\r\n")], items, "down", trust)


WRONG = [["sned x"], [r"send a\q"], ["send"], ["expect "], ["reply 22x"], ["reply 0"], ["reply 1000"], ["read"], ["read 65537"], ["step dance"],
         ["tls now"], ["close it"], ["value Load x"], ["value a:muchtoolongunit x"], ["value"], ["match x"], ["line x", "tls", "tls"],
         ["refuse x"] * 9, ["x" * 5000], ["value " + "a" * 32 + " x"]]


@test("a mistake is told before any probe, by config check with its line")
def mistakes(tmp):
    for number, items in enumerate(WRONG):
        said = refusal("tcp", "host=127.0.0.1", "port=1", "talk=" + "\n".join(items))
        golden(f"mistake {number + 1}", {"verdict": "refused", "steps": [], "reason": said})
        lines = ",\n".join(f"'{item}'" for item in items)
        (tmp / "x.conf").write_text(f'modules = "{BUILD}/modules"\ntcp "fine" {{ host = "h" port = 1 talk = {{"line x"}} }}\n'
                                    f'tcp "wrong" {{ host = "127.0.0.1" port = 1\ntalk = {{\n{lines}}} }}\n')
        done = nines("config", "check", conf=tmp / "x.conf")
        assert done.returncode == 1 and f"x.conf:{4 + len(items)}: {said}" in done.stderr, done.stderr


@test("of several mistakes each is told with its line, and none that only follows from another")
def several(tmp):
    items = ["match x", "sned x", "match y", "reply abc", "value n x", "send y", "tls", "tls", r"send \q"]
    wrong = {1: "'match' looks at what was read last", 2: "unknown word 'sned'", 4: "a code such as 220", 8: "'tls': the connection speaks TLS",
             9: "no such escape"}
    lines = ",\n".join(f"'{item}'" for item in items)
    (tmp / "x.conf").write_text(f'modules = "{BUILD}/modules"\ntcp "wrong" {{ host = "127.0.0.1" port = 1 expect = "z"\ntalk = {{\n{lines}}} }}\n')
    said = nines("config", "check", conf=tmp / "x.conf").stderr.splitlines()
    for item, part in wrong.items():
        assert any(f"x.conf:{3 + item}: talk: {part}" in line for line in said), (item, part, said)
    assert any("x.conf:2: expect: talk stands for" in line for line in said) and len(said) == len(wrong) + 1, said
    assert refusal("tcp", "host=127.0.0.1", "port=1", "talk=" + "\n".join(items)).count("; talk: ") == len(wrong) - 1


@test("talk and send exclude each other; a target list is judged by its section")
def both(tmp):
    (tmp / "list.tsv").write_text("name\thost\na\t127.0.0.1\nb\t127.0.0.2\n")
    (tmp / "x.conf").write_text(f'modules = "{BUILD}/modules"\ntcp "t" {{ host = "h" port = 1 talk = {{"line x"}}\n  expect = "y" }}\n'
                                'tcp "l" { targets = "list.tsv" port = 1\n  talk = {"line x",\n  "oops"} }\n')
    done = nines("config", "check", conf=tmp / "x.conf")
    assert "x.conf:3: expect: talk stands for send and expect" in done.stderr and done.stderr.count("x.conf:6: talk: unknown word") == 2, \
        done.stderr
    said = refusal("tcp", "host=127.0.0.1", "port=1", "send=x", "talk=line x")
    assert said == "send: talk stands for send and expect: leave it out", said


@test("in a file, bytes may be written in double quotes or in single ones")
def quotes(tmp):
    from daemon import Daemon
    with Server([expect(b"one\r\n\ttwo\x01\r\n"), send(b"ok\r\n"), silence()]) as s:
        text = (f'tcp "double" {{ host = "{s.host}" port = {s.port} every = "1s" talk = {{"send one\\r\\n\\ttwo\\x01\\r\\n", "line ok"}} }}\n'
                f"tcp \"single\" {{ host = \"{s.host}\" port = {s.port} every = \"1s\" talk = {{'send one\\r\\n\\ttwo\\x01\\r\\n', 'line ok'}} }}\n")
        with Daemon(tmp, text) as daemon:
            daemon.wait(r"double.* up")
            daemon.wait(r"single.* up")


@test("a password is sent for \\p and shown nowhere")
def secret():
    with Server([expect(b"AUTH swordfish!\\ swordfish\r\n"), send(b"-ERR no swordfish here\r\n"), silence()]) as s:
        done = subprocess.run([BUILD / "nines", "check", "tcp", f"host={s.host}", f"port={s.port}", "password=swordfish",
                               "talk=send AUTH \\p!\\\\ \\p\\r\\n\nline +OK", "--trace"], capture_output=True, text=True)
        assert s.heard(0).count(b"swordfish") == 2
    assert "AUTH *********" in done.stdout, done.stdout
    assert "swordfish" not in done.stdout and "got '-ERR no ********* here'" in done.stdout, done.stdout


run()
