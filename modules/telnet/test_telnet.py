#!/usr/bin/env python3
"""The telnet check against a server for each way of failing, and against telnetd of GNU inetutils."""
import pathlib
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import real_files
from failures import common
from golden import Golden
from probe import check, refusal
from servers import Server, close, endless, expect, send, send_split, silence
from tap import BUILD, run, test

golden = Golden(__file__)
PASSWORD = "s3cret-Word"
IAC, DONT, DO, WONT, WILL, SB, SE = (bytes([c]) for c in (255, 254, 253, 252, 251, 250, 240))
LOGIN = ["user=alice", f"password={PASSWORD}", "expect=$ "]
ASK_USER = [send(IAC + DO + b"\x18" + b"\r\nbox login: "), expect(b"alice\r\n")]
ASK_BOTH = ASK_USER + [send(b"Password: "), expect(b"Word\r\n")]

common(golden, "telnet", [IAC + DO + b"\x18\r\nbox login: ", "alice\r\n", b"Password: ", f"{PASSWORD}\r\n", b"\r\nLast login: today\r\n$ "],
       *LOGIN, endless_line=b"more\r\n")

CASES = [
    ("a prompt", "up", [send(b"box login: "), silence()], ["expect=login:"]),
    ("a prompt with commands in the middle", "up", [send(b"box lo" + IAC + WILL + b"\x01" + b"gin: "), silence()], ["expect=login:"]),
    ("a prompt with a subnegotiation in the middle", "up",
     [send(b"box lo" + IAC + SB + b"\x18 gone " + IAC + IAC + b" login: " + IAC + SE + b"gin: "), silence()], ["expect=login:"]),
    ("nothing but a command", "up", [send(IAC + DO + b"\x18"), silence()], []),
    ("another prompt", "down", [send(b"box login: "), silence()], ["expect=console>", "timeout=1s"]),
    ("a prompt inside a subnegotiation is none", "down", [send(IAC + SB + b"\x18login:" + IAC + SE), close()], ["expect=login:"]),
    ("a subnegotiation without end", "down", [endless(IAC + SB + b"x" * 4096)], ["expect=login:"]),
    ("commands without end", "down", [endless((IAC + DO + b"\x18") * 1000)], ["expect=login:"]),
    ("a byte 255 stands for itself when doubled", "up", [send(b"a" + IAC + IAC + b"b"), silence()], [b"expect=a\xffb"]),
    ("an end in the middle of a command", "down", [send(b"box " + IAC + DO), close()], ["expect=login:"]),
    ("a wrong password", "down", ASK_BOTH + [send(b"\r\nLogin incorrect\r\nbox login: "), silence()], LOGIN),
    ("a wrong user", "down", ASK_USER + [send(b"\r\nwho?\r\nbox login: "), silence()], LOGIN),
    ("a password alone", "up", [send(b"Password: "), expect(b"Word\r\n"), send(b"sw1> "), silence()], [LOGIN[1], "expect=sw1>"]),
    ("a wrong password alone", "down", [send(b"Password: "), expect(b"Word\r\n"), send(b"\r\n% Bad\r\nPassword: "), silence()],
     [LOGIN[1], "expect=sw1>"]),
    ("a user alone", "up", ASK_USER + [send(b"\r\n$ "), silence()], ["user=alice", "expect=$ "]),
    ("other words for the prompts", "up", [send(b"Who? "), expect(b"alice\r\n"), send(b"How? "), expect(b"Word\r\n"), send(b"ok$ "), silence()],
     [*LOGIN, "login-prompt=Who?", "password-prompt=How?"]),
    ("a server that hangs up after the password", "down", ASK_BOTH + [send(b"\r\nNo.\r\n"), close()], LOGIN),
    ("a server that repeats the password", "down", ASK_BOTH + [send(PASSWORD.encode() + b" is wrong\r\nbox login: "), silence()], LOGIN),
]


@test("a login without a text behind it is refused before any probe")
def unfinished():
    assert refusal("telnet", "host=127.0.0.1", "user=alice").startswith("expect: missing")


for title, verdict, script, options in CASES:
    @test(title)
    def case(title=title, verdict=verdict, script=script, options=options):
        with Server(script) as server:
            result = check("telnet", f"host={server.host}", f"port={server.port}", *options)
        assert result.verdict == verdict, result
        assert PASSWORD not in repr(result)
        golden(title, result)


def heard(script, *options):
    """All that the client says to such a server until it hangs up."""
    gone = threading.Event()

    def read_on(talk):
        while talk.more():
            pass
        gone.set()
    with Server(script + [read_on]) as server:
        check("telnet", f"host={server.host}", f"port={server.port}", *options).says("up", "")
        assert gone.wait(20)
        return server.heard(0)


@test("each option is refused once, in its own direction, and nothing else answered")
def refuses():
    asked = IAC + DO + b"\x18" + IAC + WILL + b"\x01" + IAC + DO + b"\x18" + IAC + DONT + b"\x05" + IAC + WONT + b"\x06" + IAC + WILL + b"\xff"
    for say in (send, send_split):
        said = heard([say(asked), send(b"now")], "expect=now")
        assert said == IAC + WONT + b"\x18" + IAC + DONT + b"\x01" + IAC + DONT + b"\xff", said


@test("a server that asks again whatever the answer gets one answer")
def loop():
    again = [send((IAC + DO + b"\x18") * 50), expect(IAC + WONT + b"\x18"), send((IAC + DO + b"\x18" + IAC + WILL + b"\x18") * 50),
             expect(IAC + DONT + b"\x18"), send((IAC + DO + b"\x18" + IAC + WILL + b"\x18") * 50 + b"now")]
    said = heard(again, "expect=now")
    assert said == IAC + WONT + b"\x18" + IAC + DONT + b"\x18", said


@test("the password is in no trace, even when the server repeats it in pieces")
def trace():
    with Server(ASK_BOTH + [send_split(PASSWORD.encode() + b"\r\nbox login: ", 0.001), silence()]) as server:
        done = subprocess.run([BUILD / "nines", "check", "telnet", f"host={server.host}", f"port={server.port}", *LOGIN, "--trace"],
                              capture_output=True, text=True, check=False)
    assert PASSWORD not in done.stdout + done.stderr and "> ***" in done.stdout, done.stdout


@test("a login without a text behind it is told when the configuration is read")
def written(tmp):
    (tmp / "n.conf").write_text('modules = "%s/modules"\ntelnet "a" { host = "127.0.0.1" user = "alice" }\n' % BUILD)
    done = subprocess.run([BUILD / "nines", "-c", tmp / "n.conf", "config", "check"], capture_output=True, text=True, check=False)
    assert "nothing else tells a login that worked" in done.stdout + done.stderr, done


@test("telnetd of GNU inetutils: a prompt, a login, a refused one")
def real(tmp):
    with real_files.telnetd(tmp) as server:
        golden("telnetd: a prompt", check("telnet", *server.to("expect=login:")))
        golden("telnetd: a login", check("telnet", *server.to(*LOGIN)))
        golden("telnetd: a wrong password", check("telnet", *server.to("user=alice", "password=wrong", "expect=$ ")))
        golden("telnetd: another prompt", check("telnet", *server.to("expect=console>", "timeout=2s")))


run()
