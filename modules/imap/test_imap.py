#!/usr/bin/env python3
"""The imap check against a fake server for each way of failing."""
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
BANNER, BYE = b"* OK mx.test ready\r\n", b"* BYE logging out\r\nlogout OK done\r\n"


def offers(words, tag=b"capability"):
    return b"* CAPABILITY IMAP4rev1 " + words + b"\r\n" + tag + b" OK done\r\n"


NONE, TLS, SASL = offers(b"IDLE"), offers(b"STARTTLS LOGINDISABLED"), offers(b"AUTH=PLAIN AUTH=CRAM-MD5")
USER = ["user=alice", "password=hush-hush"]
LOUD = [*USER, "allow-plaintext=true"]
OPENED = b"* FLAGS (\\Answered \\Seen)\r\n* 17 EXISTS\r\n* 0 RECENT\r\n* OK [UNSEEN 3] first\r\nexamine OK [READ-ONLY] done\r\n"
COUNT = ["examine EXAMINE {5}\r\n", b"+ go on\r\n", "INBOX\r\n", OPENED, "logout LOGOUT", BYE]

common(golden, "imap", [BANNER, "capability CAPABILITY\r\n", NONE, "logout LOGOUT\r\n", BYE], endless_line=b"* OK more\r\n")
secure(golden, "imap", before=[BANNER, "CAPABILITY", TLS], agree=b"starttls OK go ahead\r\n",
       after=["CAPABILITY", lambda talk: talk.send(offers(b"IDLE", b"again" if b"STARTTLS" in talk.heard else b"capability")), "LOGOUT", BYE])


def word(text):
    return base64.b64encode(text).decode()


def case(title, verdict, conversation, *options, values=None):
    """One conversation, one golden line."""
    @test(title)
    def one():
        with Server(script(conversation)) as server:
            result = check("imap", f"host={server.host}", f"port={server.port}", *options)
        assert result.verdict == verdict, result
        assert "hush-hush" not in repr(result)
        assert values is None or result.values == values, result
        golden(title, result)


GREETED = [BANNER, "CAPABILITY"]
case("the server refuses us", "down", [b"* BYE too many connections from your address\r\n"])
case("a server that logs everybody in", "down", [b"* PREAUTH welcome\r\n"])
case("a POP3 server", "down", [b"+OK ready\r\n"])
case("a goodbye instead of an answer", "down", [*GREETED, b"* BYE shutting down\r\n"])
case("CAPABILITY that is not known", "down", [*GREETED, b"capability BAD what\r\n"])
case("CAPABILITY without an answer of its own", "down", [*GREETED, b"capability OK done\r\n"])
case("an answer to another command", "down", [*GREETED, b"x OK done\r\n"])
case("more than 100 lines", "down", [*GREETED, b"* OK more\r\n" * 101 + b"capability OK done\r\n"])
case("STARTTLS that is not offered", "down", [*GREETED, NONE], "tls=starttls")
case("STARTTLS that is refused", "down", [*GREETED, TLS, "STARTTLS", b"starttls NO not now\r\n"], "tls=starttls")
case("a goodbye that is none", "down", [*GREETED, NONE, "LOGOUT", b"logout BAD what\r\n"])
case("a goodbye and an end", "down", [*GREETED, NONE, "LOGOUT", b"* BYE\r\n", lambda talk: talk.sock.close()])

# ---- logging in ----

LOGIN = [*GREETED, NONE, "login LOGIN {5}\r\n", b"+ go on\r\n", "alice {9}\r\n", b"+ go on\r\n", "hush-hush\r\n"]
case("LOGIN", "up", [*LOGIN, b"* CAPABILITY IMAP4rev1\r\nlogin OK welcome\r\n", *COUNT], *LOUD, values={"messages": 17})
case("AUTHENTICATE PLAIN", "up", [*GREETED, SASL, "login AUTHENTICATE PLAIN\r\n", b"+ \r\n", word(b"\0alice\0hush-hush") + "\r\n", b"login OK welcome\r\n", *COUNT],
     *LOUD)
SIGNED = b"alice " + hmac.new(b"hush-hush", b"<1@mx.test>", "md5").hexdigest().encode()
case("AUTHENTICATE CRAM-MD5, which needs no TLS", "up",
     [*GREETED, SASL, "login AUTHENTICATE CRAM-MD5\r\n", b"+ " + base64.b64encode(b"<1@mx.test>") + b"\r\n", word(SIGNED) + "\r\n", b"login OK\r\n", *COUNT],
     *USER, "mechanism=cram-md5")
case("LOGIN that is disabled", "down", [*GREETED, offers(b"STARTTLS LOGINDISABLED")], *LOUD)
case("LOGIN asked for and disabled", "down", [*GREETED, offers(b"AUTH=PLAIN LOGINDISABLED")], *LOUD, "mechanism=login")
case("a wrong password", "down", [*LOGIN, b"login NO [AUTHENTICATIONFAILED] wrong user or password\r\n"], *LOUD)
case("a wrong password by AUTHENTICATE", "down", [*GREETED, SASL, "AUTHENTICATE", b"+ \r\n", "\r\n", b"login NO [AUTHENTICATIONFAILED] wrong\r\n"], *LOUD)
case("LOGIN that takes no literal", "down", [*GREETED, NONE, "LOGIN", b"login BAD what\r\n"], *LOUD)
case("the server repeats the password", "down", [*LOGIN, b"login BAD no such command: LOGIN alice hush-hush\r\n"], *LOUD)
case("a goodbye instead of a welcome", "down", [*LOGIN, b"* BYE too many wrong passwords\r\n"], *LOUD)
IN = [*LOGIN, b"login OK\r\n", "EXAMINE", b"+ go on\r\n", "\r\n"]
case("a mailbox that is not there", "down", [*IN, b"examine NO [NONEXISTENT] no such mailbox\r\n"], *LOUD)
case("a mailbox without a count", "down", [*IN, b"examine OK done\r\n"], *LOUD)
case("a count that is none", "down", [*IN, b"* lots EXISTS\r\n* -1 EXISTS\r\nexamine OK done\r\n"], *LOUD)
case("a mailbox with quotes in its name", "up", [*LOGIN, b"login OK\r\n", 'examine EXAMINE {9}\r\n', b"+\r\n", 'a"b\\c & d\r\n', OPENED, "LOGOUT", BYE], *LOUD,
     'mailbox=a"b\\c & d')


@test("STARTTLS, then LOGIN over TLS; what is offered only before TLS is not used after it")
def over_tls():
    begun = [BANNER, "CAPABILITY", TLS, "STARTTLS", b"starttls OK\r\n", tls(tls_context(certs.good())), "again CAPABILITY"]
    rest = ["LOGIN", b"+\r\n", "alice {9}\r\n", b"+\r\n", "hush-hush\r\n", b"login OK\r\n", *COUNT]
    golden("STARTTLS, then LOGIN over TLS", ask("imap", script([*begun, offers(b"IDLE", b"again"), *rest]), "tls=starttls", *USER))
    begun[2] = offers(b"STARTTLS AUTH=PLAIN")
    golden("AUTH=PLAIN that is offered only before TLS",
           ask("imap", script([*begun, offers(b"LOGINDISABLED", b"again"), *rest]), "tls=starttls", *USER))
    golden("no word of what is offered after TLS", ask("imap", script([*begun, b"again OK done\r\n"]), "tls=starttls", *USER))


@test("the path of a URL is the mailbox, as is said of the option")
def url():
    archive = [part.replace("INBOX", "Old/a b") if isinstance(part, str) else part for part in COUNT]
    archive[0] = "examine EXAMINE {7}\r\n"
    login = ["LOGIN", b"+\r\n", "alice {9}\r\n", b"+\r\n", "hush-hush\r\n", b"login OK\r\n"]
    with Server(script([BANNER, "CAPABILITY", NONE, *login, *archive])) as server:
        result = check(f"imap://alice:hush-hush@127.0.0.1:{server.port}/Old/a%20b", "allow-plaintext=yes")
        assert result.verdict == "up" and result.values["messages"] == 17, result


@test("without TLS no probe is run when there is a password to send")
def unsent():
    for words in (USER, ["user=alice"]):
        assert refusal("imap", "host=127.0.0.1", *words).startswith("user: the password would go in clear text: set tls to starttls")


@test("each step takes the time that the server takes for it")
def slow():
    talk = [BANNER, "CAPABILITY", TLS, "STARTTLS", b"starttls OK\r\n", tls(tls_context(certs.good())), "CAPABILITY", offers(b"AUTH=PLAIN", b"again"),
            "AUTHENTICATE", b"+ \r\n", "\r\n", b"login OK\r\n", *COUNT]
    steps = [pause(1)]  # before the banner: how long the client takes to see that it is connected is not ours
    for part in talk:
        steps += [expect(part.encode())] if isinstance(part, str) else [called(), pause(0.05), part] if callable(part) else [pause(0.05), send(part)]
    result = ask("imap", [*steps, silence()], "tls=starttls", *USER)
    names = ["connect", "banner", "capabilities", "starttls", "tls", "capabilities", "auth", "mailbox", "quit"]
    assert result.verdict == "up" and result.steps == names, result
    for name, step in zip(names[1:], result.json["steps"][1:]):
        assert step["to_us"] - step["from_us"] >= 40000, (name, result)


run()
