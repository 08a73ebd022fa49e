#!/usr/bin/env python3
"""The smtp check against a fake server for each way of failing."""
import base64
import hmac
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import Daemon, nines
from failures import common, script
from golden import Golden
from probe import check, refusal
from servers import Server, Udp, answering, called, expect, pause, send, silence, tls, tls_context
from starttls import ask, secure
from tap import BUILD, run, test

golden = Golden(__file__)
BANNER, EHLO, BYE = b"220 mx.test ready\r\n", b"250-mx.test\r\n250 SIZE 1000\r\n", b"221 bye\r\n"
TLS = b"250-mx.test\r\n250 STARTTLS\r\n"
PLAIN, LOGIN, CRAM = (b"250-mx.test\r\n250 AUTH %s\r\n" % word for word in (b"PLAIN", b"LOGIN", b"CRAM-MD5"))
USER = ["user=alice", "password=hush-hush"]
LOUD = [*USER, "allow-plaintext=true"]

common(golden, "smtp", [BANNER, "EHLO", EHLO, "QUIT", BYE], endless_line=b"220-more\r\n")
secure(golden, "smtp", before=[BANNER, "EHLO", TLS], agree=b"220 go ahead\r\n", after=["EHLO", EHLO, "QUIT", BYE])


def word(text):
    return base64.b64encode(text).decode()


def case(title, verdict, conversation, *options, heard=None):
    """One conversation, one golden line; `heard`: a part of what the client must have said."""
    @test(title)
    def one():
        with Server(script(conversation)) as server:
            result = check("smtp", f"host={server.host}", f"port={server.port}", *options)
            assert heard is None or heard in server.heard(0), server.heard(0)
        assert result.verdict == verdict, result
        assert "hush" not in repr(result)
        golden(title, result)


GREETED = [BANNER, "EHLO"]
case("the server refuses us", "down", [b"554-mx.test is closed\r\n554 go away\r\n"])
case("the server is too busy", "down", [b"421 too many connections\r\n"])
case("the server is too busy for EHLO", "down", [*GREETED, b"421-come back later\r\n421 please\r\n"])
case("a server that knows only HELO", "up", [*GREETED, b"502 what\r\n", "HELO", b"250 mx\r\n", "QUIT", BYE], heard=b"HELO ")
case("a server that knows neither EHLO nor HELO", "down", [*GREETED, b"500 what\r\n", "HELO", b"500 what\r\n"])
case("EHLO that is refused", "down", [*GREETED, b"550 no such name as yours\r\n"])
case("a name to greet with", "up", [BANNER, "EHLO probe.test\r\n", EHLO, "QUIT", BYE], "ehlo=probe.test")
case("a long multi-line answer", "up", [*GREETED, b"".join(b"250-X-FEATURE-%d\r\n" % n for n in range(99)) + b"250 OK\r\n", "QUIT", BYE])
case("more than 100 lines", "down", [*GREETED, b"".join(b"250-X-FEATURE-%d\r\n" % n for n in range(101)) + b"250 OK\r\n"])
case("a goodbye that is none", "down", [BANNER, "EHLO", EHLO, "QUIT", b"500 what\r\n"])
case("STARTTLS that is not offered", "down", [*GREETED, EHLO], "tls=starttls")
case("STARTTLS asked of a server that knows only HELO", "down", [*GREETED, b"500 what\r\n", "HELO", b"250 mx\r\n"], "tls=starttls")
case("STARTTLS that is refused", "down", [*GREETED, TLS, "STARTTLS", b"454 TLS not available\r\n"], "tls=starttls")
case("STARTTLS in the middle of a word", "down", [*GREETED, b"250-mx\r\n250 XSTARTTLS\r\n"], "tls=starttls")
case("STARTTLS as the beginning of a word", "down", [*GREETED, b"250-mx\r\n250 STARTTLSX\r\n"], "tls=starttls")

# ---- logging in ----

case("a password without a user", "unknown", [BANNER], "password=hush-hush")
case("AUTH PLAIN", "up", [*GREETED, PLAIN, "AUTH PLAIN\r\n", b"334 \r\n", word(b"\0alice\0hush-hush") + "\r\n", b"235 ok\r\n", "QUIT", BYE], *LOUD)
case("AUTH LOGIN", "up", [*GREETED, LOGIN, "AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n", word(b"alice") + "\r\n", b"334 UGFzc3dvcmQ6\r\n",
                          word(b"hush-hush") + "\r\n", b"235 ok\r\n", "QUIT", BYE], *LOUD)
SIGNED = b"alice " + hmac.new(b"hush-hush", b"<1@mx.test>", "md5").hexdigest().encode()
case("AUTH CRAM-MD5, which needs no TLS", "up", [*GREETED, CRAM, "AUTH CRAM-MD5\r\n", b"334 " + base64.b64encode(b"<1@mx.test>") + b"\r\n",
                                                 word(SIGNED) + "\r\n", b"235 ok\r\n", "QUIT", BYE], *USER, "mechanism=cram-md5")
case("AUTH CRAM-MD5 with a challenge that is none", "down", [*GREETED, CRAM, "AUTH CRAM-MD5\r\n", b"334 <1@mx.test>\r\n"], *USER, "mechanism=cram-md5")
case("a wrong password", "down", [*GREETED, PLAIN, "AUTH PLAIN", b"334 \r\n", "\r\n", b"535 5.7.8 authentication failed\r\n"], *LOUD)
case("a server that wants no AUTH now", "down", [*GREETED, PLAIN, "AUTH PLAIN", b"454 4.7.0 temporary authentication failure\r\n"], *LOUD)
case("no AUTH offered", "down", [*GREETED, EHLO], *LOUD)
case("no way to log in that we know", "down", [*GREETED, b"250-mx\r\n250 AUTH NTLM GSSAPI\r\n"], *LOUD)
case("the way to log in that was asked for is not offered", "down", [*GREETED, b"250-mx\r\n250 AUTH PLAIN LOGIN\r\n"], *LOUD, "mechanism=cram-md5")
case("the server repeats the password", "down",
     [*GREETED, PLAIN, "AUTH PLAIN", b"334 \r\n", "\r\n", b"500 no such command: " + word(b"\0alice\0hush-hush").encode() + b" (hush-hush)\r\n"], *LOUD)
case("the server repeats the password where its words are cut", "down",
     [*GREETED, PLAIN, "AUTH PLAIN", b"334 \r\n", "\r\n", b"500 " + b"." * 195 + b"hush-hush\r\n"], *LOUD)


@test("AUTH that is offered only before TLS is not used after it")
def forgotten():
    steps = script([*GREETED, b"250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "STARTTLS", b"220 go\r\n", tls(tls_context(certs.good())), "EHLO", EHLO])
    result = ask("smtp", steps, "tls=starttls", *USER)
    assert result.verdict == "down" and result.step == "auth", result
    golden("AUTH that is offered only before TLS is not used after it", result)


@test("STARTTLS, then AUTH over TLS; the password is in clear text nowhere")
def quiet():
    conversation = [*GREETED, TLS, "STARTTLS", b"220 go\r\n", tls(tls_context(certs.good())), "EHLO", PLAIN, "AUTH PLAIN", b"334 \r\n", "\r\n",
                    b"235 ok\r\n", "QUIT", BYE]
    golden("STARTTLS, then AUTH over TLS", ask("smtp", script(conversation), "tls=starttls", *USER))


@test("without TLS no probe is run when there is a password to send")
def unsent():
    for words in (USER, ["user=alice"]):
        assert refusal("smtp", "host=127.0.0.1", *words).startswith("user: the password would go in clear text: set tls to starttls")


@test("a configuration that would send a password in clear text is refused with its line")
def configured(tmp):
    (tmp / "secret").write_text("hush-hush\n")
    (tmp / "secret").chmod(0o600)
    line = 'smtp "%s" {{ host = "127.0.0.1"  user = "alice"  password = "file:{tmp}/secret"  %s }}\n'.format(tmp=tmp)
    head = f'store = "{tmp}/nines.db"\nmodules = "{BUILD}/modules"\n'
    (tmp / "nines.conf").write_text(head + line % ("a", "tls = starttls") + line % ("b", "mechanism = cram-md5") + line % ("c", "allow-plaintext = true")
                                    + line % ("d", "port = 587"))
    done = nines("config", "check", conf=tmp / "nines.conf")
    assert done.returncode and done.stderr.count("\n") == 1, done
    assert done.stderr.startswith(f"nines: {tmp}/nines.conf:6: user: the password would go in clear text: set tls to starttls"), done.stderr


@test("a daemon logs in with the password of a file")
def running(tmp):
    (tmp / "secret").write_text("hush-hush\n")
    (tmp / "secret").chmod(0o600)
    conversation = [*GREETED, TLS, "STARTTLS", b"220 go\r\n", tls(tls_context(certs.good())), "EHLO", PLAIN, "AUTH PLAIN", b"334 \r\n",
                    word(b"\0alice\0hush-hush") + "\r\n", b"235 ok\r\n", "QUIT", BYE]
    with Server(script(conversation)) as server:
        text = f'smtp "mx" {{ host = "127.0.0.1"  port = {server.port}  tls = starttls  ca-file = "{certs.authority()}"  user = "alice"' \
               f'  password = "file:{tmp}/secret"  every = "1h" }}'
        with Daemon(tmp, text) as daemon:
            daemon.until_status("the check is up", lambda status: any(check["state"] == "up" for check in status["checks"]))
            assert "hush-hush" not in daemon.output()


# ---- offering a message ----

RESET = ["RSET\r\n", b"250 ok\r\n", "QUIT", BYE]
OFFER = [*GREETED, EHLO, "MAIL FROM:<bob@mx.test>\r\n"]
BOTH = ["from=bob@mx.test", "to=alice@mx.test"]
case("a message offered and taken back", "up", [*OFFER, b"250 ok\r\n", "RCPT TO:<alice@mx.test>\r\n", b"250 ok\r\n", *RESET], *BOTH)
case("a recipient elsewhere", "up", [*OFFER, b"250 ok\r\n", "RCPT TO:<alice@mx.test>\r\n", b"251 will forward\r\n", *RESET], *BOTH)
case("a sender alone", "up", [*OFFER, b"250 ok\r\n", *RESET], "from=bob@mx.test")
case("a recipient alone", "up", [*GREETED, EHLO, "MAIL FROM:<>\r\n", b"250 ok\r\n", "RCPT TO:<alice@mx.test>\r\n", b"250 ok\r\n", *RESET],
     "to=alice@mx.test")
case("a sender that is refused", "down", [*OFFER, b"553 5.1.8 unknown domain\r\n"], *BOTH)
case("a full disk", "down", [*OFFER, b"452 4.3.1 insufficient system storage\r\n"], *BOTH)
case("a recipient that is refused", "down", [*OFFER, b"250 ok\r\n", "RCPT", b"550 5.1.1 no such user\r\n"], *BOTH)
case("greylisting", "down", [*OFFER, b"250 ok\r\n", "RCPT", b"450 4.2.0 greylisted, see http://mx.test/\r\n"], *BOTH)


@test("a line break in what becomes a line is refused")
def breaks():
    for name in ("to", "from", "ehlo", "user"):
        try:
            check("smtp", "host=127.0.0.1", "port=1", f"{name}=a\r\nDATA")
        except AssertionError as error:
            assert "has a control character" in str(error), error
        else:
            assert False, f"{name} was taken"


@test("each step takes the time that the server takes for it")
def slow():
    late, tls_late = [pause(0.05)], [called(), pause(0.05)]
    talk = [BANNER, "EHLO", TLS, "STARTTLS", b"220 go\r\n", tls(tls_context(certs.good())), "EHLO", PLAIN, "AUTH", b"334 \r\n", "\r\n", b"235 ok\r\n",
            "MAIL", b"250 ok\r\n", "RCPT", b"250 ok\r\n", "RSET", b"250 ok\r\n", "QUIT", BYE]
    steps = [pause(1)]  # before the banner: how long the client takes to see that it is connected is not ours
    for part in talk:
        steps += [*late, send(part)] if isinstance(part, bytes) else [*tls_late, part] if callable(part) else [expect(part.encode())]
    with Server([*steps, silence()]) as server:
        result = check("smtp", f"host={server.host}", f"port={server.port}", "tls=starttls", f"ca-file={certs.authority()}", *USER, *BOTH)
    names = ["connect", "banner", "ehlo", "starttls", "tls", "ehlo", "auth", "mail", "rcpt", "rset", "quit"]
    assert result.verdict == "up" and result.steps == names, result
    for name, step in zip(names[1:], result.json["steps"][1:]):
        assert step["to_us"] - step["from_us"] >= 40000, (name, result)


@test("a name is resolved in a step of its own, and judged by the certificate")
def named():
    steps = script([BANNER, "EHLO", EHLO, "QUIT", BYE])
    with Server(steps, tls=tls_context(certs.good())) as server, Udp(answering({("host.test", 1): "127.0.0.1"})) as resolver:
        result = check("smtp", "host=host.test", f"port={server.port}", "tls=implicit", f"ca-file={certs.authority()}",
                       env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})
    assert result.verdict == "up" and result.steps[:3] == ["resolve", "connect", "tls"], result


@test("a target as a URL: user and password in it, the standard port without one")
def url():
    with Server(script([BANNER, "EHLO", EHLO, "QUIT", BYE])) as server:
        assert check(f"smtp://{server.host}:{server.port}").verdict == "up"
    assert "hush-hush" not in refusal("smtp://alice:hush-hush@127.0.0.1")


run()
