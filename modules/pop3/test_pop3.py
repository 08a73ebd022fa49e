#!/usr/bin/env python3
"""The pop3 check against a fake server for each way of failing."""
import base64
import hmac
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from failures import common, script
from golden import Golden
from probe import check, refusal
from servers import Server, called, expect, pause, send, silence, tls, tls_context
from starttls import ask, secure
from tap import run, test

golden = Golden(__file__)
BANNER, CAPA, BYE = b"+OK mx.test ready\r\n", b"+OK\r\nTOP\r\nUIDL\r\n.\r\n", b"+OK bye\r\n"
TLS, USERS = b"+OK\r\nTOP\r\nSTLS\r\n.\r\n", b"+OK\r\nUSER\r\nSASL NTLM\r\n.\r\n"
SASL = b"+OK\r\nUSER\r\nSASL PLAIN CRAM-MD5\r\n.\r\n"
USER = ["user=alice", "password=hush-hush"]
LOUD = [*USER, "allow-plaintext=true"]
COUNT = ["STAT\r\n", b"+OK 2 320\r\n", "QUIT", BYE]

common(golden, "pop3", [BANNER, "CAPA", CAPA, "QUIT", BYE], endless_line=b"+OK more\r\n")
secure(golden, "pop3", before=[BANNER, "CAPA", TLS], ask_with="STLS", agree=b"+OK go ahead\r\n", after=["CAPA", CAPA, "QUIT", BYE])


def word(text):
    return base64.b64encode(text).decode()


def case(title, verdict, conversation, *options, values=None):
    """One conversation, one golden line."""
    @test(title)
    def one():
        with Server(script(conversation)) as server:
            result = check("pop3", f"host={server.host}", f"port={server.port}", *options)
        assert result.verdict == verdict, result
        assert "hush-hush" not in repr(result)
        assert values is None or result.values == values, result
        golden(title, result)


GREETED = [BANNER, "CAPA"]
case("the server refuses us", "down", [b"-ERR [SYS/TEMP] too many connections\r\n"])
case("an SMTP server", "down", [b"220 mx.test ESMTP\r\n"])
case("a greeting that only begins like one", "down", [b"+OKAY\r\n"])
case("a server without CAPA", "up", [*GREETED, b"-ERR what\r\n", "QUIT", BYE])
case("CAPA answered by nonsense", "down", [*GREETED, b"what\r\n"])
case("CAPA without end", "down", [*GREETED, b"+OK\r\n" + b"X-FEATURE\r\n" * 3000])
case("CAPA that stops in the middle", "down", [*GREETED, b"+OK\r\nTOP\r\n"], "timeout=3s")
case("STLS that is not offered", "down", [*GREETED, CAPA], "tls=starttls")
case("STLS asked of a server without CAPA", "down", [*GREETED, b"-ERR what\r\n"], "tls=starttls")
case("STLS that is refused", "down", [*GREETED, TLS, "STLS", b"-ERR not now\r\n"], "tls=starttls")
case("a goodbye that is none", "down", [*GREETED, CAPA, "QUIT", b"-ERR what\r\n"])

# ---- logging in ----

case("USER and PASS", "up", [*GREETED, USERS, "USER alice\r\n", b"+OK\r\n", "PASS hush-hush\r\n", b"+OK 2 messages\r\n", *COUNT], *LOUD,
     values={"messages": 2, "mailbox_bytes": 320})
case("USER and PASS of a server without CAPA", "up", [*GREETED, b"-ERR what\r\n", "USER alice\r\n", b"+OK\r\n", "PASS hush-hush\r\n", b"+OK\r\n", *COUNT],
     *LOUD)
case("AUTH PLAIN", "up", [*GREETED, SASL, "AUTH PLAIN\r\n", b"+ \r\n", word(b"\0alice\0hush-hush") + "\r\n", b"+OK\r\n", *COUNT], *LOUD)
case("AUTH PLAIN, asked to go on by a bare plus", "up", [*GREETED, SASL, "AUTH PLAIN\r\n", b"+\r\n", "\r\n", b"+OK\r\n", *COUNT], *LOUD)
SIGNED = b"alice " + hmac.new(b"hush-hush", b"<1@mx.test>", "md5").hexdigest().encode()
case("AUTH CRAM-MD5, which needs no TLS", "up", [*GREETED, SASL, "AUTH CRAM-MD5\r\n", b"+ " + base64.b64encode(b"<1@mx.test>") + b"\r\n",
                                                 word(SIGNED) + "\r\n", b"+OK\r\n", *COUNT], *USER, "mechanism=cram-md5")
case("a wrong password", "down", [*GREETED, USERS, "USER", b"+OK\r\n", "PASS", b"-ERR [AUTH] wrong user or password\r\n"], *LOUD)
case("a wrong password by AUTH", "down", [*GREETED, SASL, "AUTH", b"+ \r\n", "\r\n", b"-ERR [AUTH] wrong user or password\r\n"], *LOUD)
case("a user that is refused", "down", [*GREETED, USERS, "USER", b"-ERR never heard of you\r\n"], *LOUD)
case("AUTH that is refused", "down", [*GREETED, SASL, "AUTH", b"-ERR what\r\n"], *LOUD)
case("no way to log in", "down", [*GREETED, CAPA], *LOUD)
case("the way to log in that was asked for is not offered", "down", [*GREETED, USERS], *LOUD, "mechanism=plain")
case("the server repeats the password", "down", [*GREETED, USERS, "USER", b"+OK\r\n", "PASS", b"-ERR no such command: PASS hush-hush\r\n"], *LOUD)
case("another session has the mailbox", "degraded", [*GREETED, USERS, "USER", b"+OK\r\n", "PASS", b"-ERR [IN-USE] locked by another\r\n", "QUIT", BYE],
     *LOUD)
case("asked too soon after the last time", "degraded", [*GREETED, SASL, "AUTH", b"+ \r\n", "\r\n", b"-ERR [LOGIN-DELAY] once in 15 minutes\r\n", "QUIT",
                                                        BYE], *LOUD)
IN = [*GREETED, USERS, "USER", b"+OK\r\n", "PASS", b"+OK\r\n", "STAT"]
case("an empty mailbox", "up", [*IN, b"+OK 0 0\r\n", "QUIT", BYE], *LOUD, values={"messages": 0, "mailbox_bytes": 0})
case("a mailbox that cannot be counted", "down", [*IN, b"-ERR [SYS/TEMP] disk failing\r\n"], *LOUD)
case("a count that is none", "down", [*IN, b"+OK lots\r\n"], *LOUD)
case("half a count", "down", [*IN, b"+OK 2\r\n"], *LOUD)


@test("STLS, then PASS over TLS; USER that is offered only before TLS is not used after it")
def over_tls():
    begun = [*GREETED, TLS, "STLS", b"+OK\r\n", tls(tls_context(certs.good())), "CAPA"]
    rest = ["USER", b"+OK\r\n", "PASS hush-hush\r\n", b"+OK\r\n", *COUNT]
    golden("STLS, then PASS over TLS", ask("pop3", script([*begun, USERS, *rest]), "tls=starttls", *USER))
    begun[2] = b"+OK\r\nUSER\r\nSTLS\r\n.\r\n"
    golden("USER that is offered only before TLS", ask("pop3", script([*begun, CAPA, *rest]), "tls=starttls", *USER))


@test("without TLS no probe is run when there is a password to send")
def unsent():
    for words in (USER, ["user=alice"]):
        assert refusal("pop3", "host=127.0.0.1", *words).startswith("user: the password would go in clear text: set tls to starttls")


@test("each step takes the time that the server takes for it")
def slow():
    talk = [BANNER, "CAPA", TLS, "STLS", b"+OK\r\n", tls(tls_context(certs.good())), "CAPA", SASL, "AUTH", b"+ \r\n", "\r\n", b"+OK\r\n", *COUNT]
    steps = [pause(1)]  # before the banner: how long the client takes to see that it is connected is not ours
    for part in talk:
        steps += [expect(part.encode())] if isinstance(part, str) else [called(), pause(0.05), part] if callable(part) else [pause(0.05), send(part)]
    result = ask("pop3", [*steps, silence()], "tls=starttls", *USER)
    names = ["connect", "banner", "capabilities", "starttls", "tls", "capabilities", "auth", "mailbox", "quit"]
    assert result.verdict == "up" and result.steps == names, result
    for name, step in zip(names[1:], result.json["steps"][1:]):
        assert step["to_us"] - step["from_us"] >= 40000, (name, result)


@test("a target as a URL")
def url():
    with Server(script([BANNER, "CAPA", SASL, "AUTH", b"+ \r\n", word(b"\0al@ice\0p@ss") + "\r\n", b"+OK\r\n", *COUNT])) as server:
        assert check(f"pop3://al%40ice:p%40ss@{server.host}:{server.port}", "allow-plaintext=true").verdict == "up"


run()
