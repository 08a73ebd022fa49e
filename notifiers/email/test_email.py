#!/usr/bin/env python3
"""The notifier email against a fake server for each way of failing: what is delivered, what is tried again, what is given up."""
import base64
import email
import email.policy
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from dnswire import MX, NXDOMAIN, SERVFAIL, answer, name, record
from failures import script
from golden import Golden
from letters import Letter, deliver
from letters import run as command
from servers import Server, Udp, close, expect, refused_port, reset, send, send_split, silence, tls, tls_context
from tap import run, test

golden = Golden(__file__)
BANNER, HELLO, OK, BYE = b"220 mx.test ready\r\n", b"250-mx.test\r\n250 SIZE 9999999\r\n", b"250 ok\r\n", b"221 bye\r\n"
GO = b"354 go on\r\n"
OFFERS_TLS = b"250-mx.test\r\n250 STARTTLS\r\n"
TO = "email:ops@example.org"
BASE = ["from=nines@example.org", "ehlo=monitor.test"]
GREETED = [BANNER, "EHLO monitor.test\r\n"]
ENVELOPE = ["MAIL FROM:<nines@example.org>\r\n", OK, "RCPT TO:<ops@example.org>\r\n", OK]
MESSAGE = ["DATA\r\n", GO, "\r\n.\r\n", b"250 2.0.0 queued as 1\r\n", "QUIT\r\n", BYE]
WHOLE = [*GREETED, HELLO, *ENVELOPE, *MESSAGE]


def sent(conversation, *options, to=TO, said=None, tls=None, **more):
    with Server(script(conversation), tls=tls, **more) as server:
        result = deliver(to, f"host={server.host}", f"port={server.port}", f"ca-file={certs.authority()}", *BASE, *options, letter=said)
        return result, server.heard(0) if server.talks else b""


def case(title, outcome, conversation, *options, **more):
    """One conversation, one golden line."""
    @test(title)
    def one():
        result, _ = sent(conversation, *options, **more)
        assert result.outcome == outcome, result
        golden(title, result)


def message_of(heard):
    """The message as a mail reader has it."""
    raw = heard.split(b"DATA\r\n", 1)[1].split(b"\r\n.\r\n", 1)[0] + b"\r\n"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""), "bare CR or LF"
    return email.message_from_bytes(re.sub(rb"(?m)^\.", b"", raw), policy=email.policy.default), raw


# ---- what the server makes of it ----

case("a letter that is taken", "delivered", WHOLE)
case("a server that knows only HELO", "delivered", [BANNER, "EHLO", b"502 what\r\n", "HELO", b"250 mx\r\n", *ENVELOPE, *MESSAGE])
case("a recipient who is forwarded", "delivered", [*GREETED, HELLO, *ENVELOPE[:3], b"251 will forward\r\n", *MESSAGE])
case("a server that is closed to us", "later", [b"554 no service here\r\n"])
case("a server that is busy", "later", [b"421 too many\r\n"])
case("a sender refused for now", "later", [*GREETED, HELLO, "MAIL", b"451 later\r\n"])
case("a sender refused for good", "gave-up", [*GREETED, HELLO, "MAIL", b"550 5.7.1 not from you\r\n"])
case("greylisting", "later", [*GREETED, HELLO, *ENVELOPE[:3], b"450 4.2.0 greylisted, come again\r\n"])
case("a mailbox that does not exist", "gave-up", [*GREETED, HELLO, *ENVELOPE[:3], b"550 5.1.1 no such user\r\n"])
case("a mailbox that is full", "later", [*GREETED, HELLO, *ENVELOPE[:3], b"452 4.2.2 full\r\n"])
case("DATA refused for now", "later", [*GREETED, HELLO, *ENVELOPE, "DATA", b"451 no space\r\n"])
case("DATA refused for good", "gave-up", [*GREETED, HELLO, *ENVELOPE, "DATA", b"554 no valid recipients\r\n"])
case("a message refused for good", "gave-up", [*GREETED, HELLO, *ENVELOPE, *MESSAGE[:3], b"554 5.7.1 spam\r\n"])
case("a message refused for now", "later", [*GREETED, HELLO, *ENVELOPE, *MESSAGE[:3], b"452 4.3.1 disk full\r\n"])
case("an answer to the message that is none", "later", [*GREETED, HELLO, *ENVELOPE, *MESSAGE[:3], b"yes\r\n"])


def after(part, step):
    """A conversation up to and with `part`, then `step`."""
    parts = WHOLE[:WHOLE.index(part) + 1]
    return [*parts, step]


case("a server that says nothing", "later", [silence()], "timeout=1s")
case("a server that hangs at the recipient", "later", after("RCPT TO:<ops@example.org>\r\n", silence()), "timeout=1s")
case("a server that hangs behind the final dot", "later", after("\r\n.\r\n", silence()), "timeout=1s")
case("a connection lost behind the final dot", "later", after("\r\n.\r\n", reset()))
case("a connection closed behind the final dot", "later", after("\r\n.\r\n", close()))
case("a connection lost in the message", "later", after("DATA\r\n", reset()))
case("a reset instead of a goodbye is no matter", "delivered", [*WHOLE[:-2], reset()])
case("silence instead of a goodbye is no matter", "delivered", WHOLE[:-1], "timeout=1s")
case("a reply byte by byte", "delivered", [step for part in WHOLE for step in ([send_split(part)] if isinstance(part, bytes) else [expect(part.encode())])])
case("an over-long line", "later", [BANNER, "EHLO", b"250 " + b"x" * 5000 + b"\r\n"])
case("no SMTP at all", "later", [b"HTTP/1.1 400 Bad Request\r\n\r\n"])


@test("nobody listens")
def refused():
    port, hold = refused_port()
    with hold:
        golden("nobody listens", deliver(TO, "host=127.0.0.1", f"port={port}", *BASE).says("later"))


# ---- TLS and logging in ----

SECURE = [*GREETED, OFFERS_TLS, "STARTTLS\r\n", b"220 go ahead\r\n"]


def over_tls(pair):
    return [*SECURE, tls(tls_context(pair)), "EHLO", HELLO, *ENVELOPE, *MESSAGE]


case("STARTTLS", "delivered", over_tls(certs.good()), "tls=starttls", "server-name=localhost")
case("TLS from the first byte", "delivered", WHOLE, "tls=implicit", tls=tls_context(certs.good()))
for title, pair in [("expired", certs.expired), ("self-signed", certs.self_signed), ("for another host", certs.wrong_host)]:
    case(f"STARTTLS, a certificate {title}", "later", over_tls(pair()), "tls=starttls")
case("STARTTLS, a certificate that is not judged", "delivered", over_tls(certs.self_signed()), "tls=starttls", "verify=false")


@test("STARTTLS stripped: nothing is sent (F34)")
def stripped():
    result, heard = sent([*GREETED, HELLO, *ENVELOPE, *MESSAGE], "tls=starttls")
    golden("STARTTLS stripped", result.says("later", "does not offer STARTTLS"))
    assert b"MAIL" not in heard and b"ops@" not in heard, heard


@test("replies smuggled in before TLS are no replies (F34)")
def injected():
    conversation = [*GREETED, OFFERS_TLS, "STARTTLS\r\n", send(b"220 go\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"),
                    tls(tls_context(certs.good())), silence()]
    result, heard = sent(conversation, "tls=starttls", "timeout=2s")
    golden("replies smuggled in before TLS", result.says("later", "before TLS"))
    assert b"ops@" not in heard, heard


@test("without a word about TLS a relay elsewhere must have it, one on this machine need not")
def automatic():
    with Server(script(WHOLE)) as server:
        deliver(TO, "host=localhost", "address-family=4", f"port={server.port}", *BASE).says("delivered")
    with Server(script([*GREETED, HELLO]), host="127.0.0.1") as server:
        deliver(TO, "host=0.0.0.0", f"port={server.port}", *BASE).says("later", "does not offer STARTTLS")


LOGIN = [*GREETED, b"250-mx\r\n250 AUTH PLAIN\r\n", "AUTH PLAIN\r\n", b"334 \r\n", base64.b64encode(b"\0alice\0hush-hush").decode() + "\r\n"]
USER = ["user=alice", "password=hush-hush"]
case("a login", "delivered", [*LOGIN, b"235 ok\r\n", *ENVELOPE, *MESSAGE], *USER, "allow-plaintext=true")
case("a wrong password may be put right: tried again", "later", [*LOGIN, b"535 5.7.8 no\r\n"], *USER, "allow-plaintext=true")
case("a password does not go in clear text", "later", LOGIN, *USER)


@test("a password is never shown, however the server repeats it")
def hidden():
    with Server(script([*LOGIN, b"535 alice may not log in with hush-hush\r\n"])) as server:
        done = command(TO, f"host={server.host}", f"port={server.port}", *BASE, *USER, "allow-plaintext=true", "--trace")
    said = (done.stdout + done.stderr).decode()
    assert "may not log in with" in said and "hush" not in said and "AGFsaWNlAGh1c2gtaHVzaA" not in said, said


# ---- addresses ----

for bad in ["nobody", "@example.org", "ops@", "a b@example.org", "<ops@example.org>", "x" * 250 + "@example.org", "a,b@example.org"]:
    case(f"'{bad[:20]}' is no address", "gave-up", WHOLE, to=f"email:{bad}")
case("a sender that is no address", "gave-up", WHOLE, "from=nines")
case("an address beyond ASCII, and a server that knows none", "gave-up", WHOLE, to="email:jörg@example.org")


@test("an address beyond ASCII, and a server that takes it")
def utf8():
    talk = [*GREETED, b"250-mx\r\n250 SMTPUTF8\r\n", "MAIL FROM:<nines@example.org> SMTPUTF8\r\n", OK, "RCPT TO:<jörg@example.org>\r\n", OK, *MESSAGE]
    sent(talk, to="email:jörg@example.org")[0].says("delivered")


@test("an address that would add a command is none (F52)")
def smuggled():
    for bad in ["ops@example.org>\r\nRCPT TO:<evil@example.org", "ops@example.org\nBcc: evil@example.org"]:
        with Server(script(WHOLE)) as server:
            result = deliver(f"email:{bad}", f"host={server.host}", f"port={server.port}", *BASE)
            assert result.outcome == "gave-up", result
            assert not server.talks


# ---- the message ----

@test("the message: header, threads, text")
def written():
    text = "'web' is not available to all\n\n.hidden dot\n..two\n\nlast line\n"
    said = Letter("L-1", subject="'web' is down", text=text, words={"incident": "01INCIDENT", "created_us": 1763800000000000})
    _, heard = sent(WHOLE, "reply-to=desk@example.org", said=said)
    message, raw = message_of(heard)
    assert message["Subject"] == "'web' is down" and message["To"] == "ops@example.org" and message["Reply-To"] == "desk@example.org", raw
    assert message["From"] == "nines <nines@example.org>", raw
    assert message["Date"] == "Sat, 22 Nov 2025 08:26:40 +0000", raw
    assert message["Message-ID"] == "<L-1@example.org>"
    assert message["References"] == message["In-Reply-To"] == "<incident-01INCIDENT@example.org>"
    assert message["Auto-Submitted"] == "auto-generated" and message["List-Id"] == "<nines.example.org>" and message["Precedence"] is None
    assert message.get_content().replace("\r\n", "\n") == text
    assert b"\r\n..hidden dot\r\n...two\r\n" in heard


@test("the same letter has the same id at each attempt")
def same():
    ids = [message_of(sent(WHOLE, said=Letter("L-7", number=n))[1])[0]["Message-ID"] for n in (1, 2, 9)]
    assert set(ids) == {"<L-7@example.org>"}, ids


@test("a report is bulk")
def report():
    assert message_of(sent(WHOLE, said=Letter(kind="report"))[1])[0]["Precedence"] == "bulk"


HOSTILE = '../=cmd|"/c"!A1<b>;\u202e\u05e9\u05dc\rBcc: evil@example.org ' + "ü" * 60 + ".pdf"
FILES = [("sla-2026-10.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\n" + bytes(range(256)) * 300), ("Verfügbarkeit Oktober.csv", "text/csv", b"a,b\r\n"),
         ("empty.txt", "text/plain", b""), (HOSTILE, "application/json", b"{}")]


@test("files go with the letter, to the byte, whatever they are called; the text stays text (F52)")
def attached():
    text = "Grüße\n.\n--=_nines-L-9_=--\nBcc: evil@example.org\n"
    said = Letter("L-9", kind="report", subject="SLA 2026-10", text=text, files=FILES, words={"where": "unused"})
    message, raw = message_of(sent(WHOLE, said=said)[1])
    body, *parts = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed" and message["Precedence"] == "bulk" and message["Bcc"] is None, raw[:2000]
    assert body.get_content().replace("\r\n", "\n") == text and body.get_content_type() == "text/plain", raw[:2000]
    assert [part.get_payload(decode=True) for part in parts] == [content for _, _, content in FILES], raw[:2000]
    assert [part.get_content_type() for part in parts] == [media for _, media, _ in FILES]
    names = [part.get_filename() for part in parts]
    assert names[:3] == [name for name, _, _ in FILES[:3]], names
    assert "\u202e" not in names[3] and "\n" not in names[3] and names[3].startswith("../=cmd") and "üüü" in names[3], names
    assert all(part.get_content_disposition() == "attachment" for part in parts)
    assert all(len(row) <= 76 for row in raw.split(b"\r\n")), [row for row in raw.split(b"\r\n") if len(row) > 76]


@test("a long letter that is refused for good is given up like a short one")
def refused_long():
    said = Letter(kind="report", text="a line of a report\n" * 1000, files=FILES)
    result, _ = sent([*GREETED, HELLO, *ENVELOPE[:3], b"550 5.1.1 no such user\r\n"], said=said)
    result.says("gave-up", "no such user", "rcpt")


@test("a file that is not there, or another than it was: the letter goes and says so")
def lost():
    said = Letter(kind="report", files=FILES[:1])
    said.files = {name: b"another" for name in said.files}
    result, heard = sent(WHOLE, said=said)
    result.says("delivered")
    assert "The file sla-2026-10.pdf that belongs to this letter could not be read: it was changed." in message_of(heard)[0].get_content()
    said.files = {"unrelated": b""}
    assert "could not be read: no such file" in message_of(sent(WHOLE, said=said)[1])[0].get_content()


@test("a server that takes no message of that size gets the letter without its files, saying so; a telephone none at all")
def too_large():
    tight = [*GREETED, b"250-mx.test\r\n250 SIZE 50000\r\n", *ENVELOPE, *MESSAGE]
    said = Letter(kind="report", text="all was well\n", files=FILES, words={"where": "They are in /srv/reports of monitor.test."})
    result, heard = sent(tight, said=said)
    message, raw = message_of(heard)
    assert not message.is_multipart() and message.get_content().replace("\r\n", "\n") == (
        "all was well\n\nThe files that belong to this letter are left out: the mail server\ntakes no message of more than 50000 bytes.\n"
        "They are in /srv/reports of monitor.test.\n"), raw
    message, _ = message_of(sent(WHOLE, "brief=true", said=said)[1])
    assert message.get_content().strip() == "mail-1 is down", message


@test("a server that refuses a message for good for its files gets the letter without them, saying so; one that still refuses it is not asked again")
def refused_files():
    said = Letter(kind="report", text="all was well\n", files=FILES, words={"where": "They are in /srv/reports of monitor.test."})
    no = [*GREETED, b"250 mx.test\r\n", *ENVELOPE, *MESSAGE[:3], b"552-5.3.4 message too big for you\r\n552 5.3.4 really\r\n", close()]
    with Server(lambda number: script(no if number == 0 else WHOLE)) as server:
        deliver(TO, f"host={server.host}", f"port={server.port}", *BASE, letter=said).says("delivered")
        first, second = (message_of(server.heard(n))[0] for n in (0, 1))
    assert first.is_multipart() and not second.is_multipart() and first["Message-ID"] == second["Message-ID"]
    assert second.get_content().replace("\r\n", "\n") == (
        "all was well\n\nThe files that belong to this letter are left out: the mail server\nrefused it with them: 552 5.3.4 message too big for you.\n"
        "They are in /srv/reports of monitor.test.\n"), second.get_content()
    with Server(script(no)) as server:
        deliver(TO, f"host={server.host}", f"port={server.port}", *BASE, letter=said).says("gave-up", "5.3.4")
        assert server.connections == 2


@test("a report can be asked to end where somebody reads the answers: at reply-to, by the name of its delivery")
def unsubscribe():
    said = Letter(kind="report", words={"delivery": "acme & K\u00e4se, monthly"})
    assert message_of(sent(WHOLE, said=said)[1])[0]["List-Unsubscribe"] is None
    message, _ = message_of(sent(WHOLE, "reply-to=o'ps+r@example.org", said=said)[1])
    assert message["List-Unsubscribe"] == "<mailto:o%27ps+r@example.org?subject=unsubscribe%20acme%20%26%20K%C3%A4se%2C%20monthly>", message.items()
    assert message["List-Unsubscribe-Post"] is None and message["List-Id"] and message["Precedence"] == "bulk"
    assert message_of(sent(WHOLE, "reply-to=ops@example.org")[1])[0]["List-Unsubscribe"] is None


@test("files far larger than a probe's memory")
def large():
    content = bytes(range(256)) * 4 * 7 * 1024
    said = Letter(kind="report", files=[("large.pdf", "application/pdf", content)])
    talk = [BANNER, "EHLO monitor.test\r\n", b"250 mx.test\r\n", *ENVELOPE, *MESSAGE]
    result, heard = sent(talk, said=said)
    result.says("delivered")
    assert list(message_of(heard)[0].iter_attachments())[0].get_payload(decode=True) == content


@test("text beyond ASCII, long lines and subjects come out as they went in")
def encoded():
    for subject, text in [("Störung: 'Žluťoučký kůň' ist ausgefallen " + "ä" * 80, "Grüße = 100 %\nein Leerzeichen am Ende \n\U0001f600\n.\n"),
                          ("plain " * 30, "x" * 3000 + "\n.dot\n"), ("=?utf-8?B?fake?=", "a\ttab\t\n"), ("y" * 200, "\n")]:
        message, raw = message_of(sent(WHOLE, said=Letter(subject=subject, text=text))[1])
        assert message["Subject"].split() == subject.split(), (message["Subject"], raw)
        assert message.get_content().replace("\r\n", "\n") == text, (text, raw)
        assert all(len(row) <= 78 for row in raw.split(b"\r\n")), raw


@test("nothing in a letter begins a line of the header or ends the message (F52)")
def injection():
    evil = "x\r\nBcc: evil@example.org\r\n\r\nbody\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"
    _, heard = sent(WHOLE, said=Letter(subject=evil, text=f"text\n{evil}\n.\n", short=evil, words={"incident": evil, "check": evil}))
    message, raw = message_of(heard)
    assert message["Bcc"] is None and "Bcc: evil" in message["Subject"], raw
    assert heard.count(b"\r\n.\r\n") == 1 and heard.endswith(b"\r\n.\r\nQUIT\r\n"), heard
    assert message.get_content().replace("\r\n", "\n").startswith("text\nx\nBcc: evil@example.org\n\nbody\n.\nMAIL FROM"), raw


@test("for a telephone: the short form alone, to an address made of the number")
def brief():
    talk = [part.replace("ops@example.org", "447700900123@sms.test") if isinstance(part, str) else part for part in WHOLE]
    result, heard = sent(talk, "brief=true", "form=%n@sms.test", to="email:447700900123", said=Letter(short="web is down since 09:10 UTC"))
    message, raw = message_of(heard)
    assert result.outcome == "delivered" and message["Subject"] is None and message["List-Id"] is None, raw
    assert message.get_content().strip() == "web is down since 09:10 UTC"


case("a form without a place for the number", "gave-up", WHOLE, "brief=true", "form=@sms.test", to="email:447700900123")


@test("each form in the list of carriers makes an address")
def carriers():
    rows = [row.split("\t") for row in (pathlib.Path(__file__).parent / "carriers.tsv").read_text().splitlines() if not row.startswith("#")]
    assert rows[0] == ["carrier", "country", "form", "state", "source", "looked_up"]
    for row in rows[1:]:
        assert len(row) == 6 and re.fullmatch(r"%n@[a-z0-9.-]+", row[2]) and re.fullmatch(r"\d{4}-\d\d-\d\d", row[5]), row


# ---- straight to the recipient's servers ----

def mx(*hosts):
    return lambda query, peer: answer(query, [record("example.org", MX, preference.to_bytes(2, "big") + name(host)) for preference, host in hosts])


def direct(zone, conversation=WHOLE, *options, **more):
    with Udp(zone) as resolver, Server(script(conversation)) as server:
        result = deliver(TO, "direct=true", f"resolver={resolver.host}:{resolver.port}", f"port={server.port}", "address-family=4", *BASE, *options, **more)
        return result, server.heard(0) if server.talks else b""


@test("direct: the preferred server of the domain first, the next one at the next attempt")
def in_turn():
    zone = mx((20, "localhost"), (10, "mx.invalid"))
    result, _ = direct(zone, letter=Letter(number=1))
    golden("direct, a server that does not exist", result.says("later", "mx.invalid"))
    result, _ = direct(zone, letter=Letter(number=2))
    golden("direct, the second server", result.says("delivered"))
    assert direct(zone, letter=Letter(number=4))[0].outcome == "delivered"


@test("direct: TLS where it is offered, whatever the certificate; insisted on, it is judged")
def opportunistic():
    result, heard = direct(mx((10, "localhost")), over_tls(certs.self_signed()))
    golden("direct, TLS that is offered", result.says("delivered"))
    assert b"STARTTLS" in heard
    golden("direct, TLS insisted on", direct(mx((10, "localhost")), over_tls(certs.self_signed()), "tls=starttls")[0].says("later", "self-signed"))
    direct(mx((10, "localhost")), WHOLE, "tls=starttls")[0].says("later", "does not offer STARTTLS")


@test("direct: a domain without servers")
def without():
    golden("direct, a domain that does not exist", direct(lambda q, peer: answer(q, rcode=NXDOMAIN))[0].says("gave-up"))
    golden("direct, a domain that takes no mail", direct(mx((0, "")))[0].says("gave-up", "takes no mail"))
    golden("direct, a name server that fails", direct(lambda q, peer: answer(q, rcode=SERVFAIL))[0].says("later"))
    golden("direct, a name server that is silent", direct(lambda q, peer: None, WHOLE, "timeout=1s")[0].says("later"))


run()
