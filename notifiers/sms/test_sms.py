#!/usr/bin/env python3
"""The notifier sms against fake gateways that check each documented request, and servers that fail."""
import base64
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from golden import Golden
from letters import Letter, deliver
from letters import run as command
from posting import HOSTILE, SECRET, common, request_text
from servers import Http, reply
from tap import run, test

golden = Golden(__file__)
SID, NUMBER = "AC0123456789abcdef0123456789abcdef", "+491711234567"
LETTER = Letter(short="mail-1 down: banner, since 01:02 UTC")
TWILIO = reply(201, b'{"sid":"SM1","status":"queued"}')
ACCEPTED = reply(202, b"0: Accepted for delivery")


def twilio(url, *more, letter=LETTER, to=NUMBER, sender="+15005550006", **options):
    return deliver(f"sms:{to}", "gateway=twilio", f"url={url}", f"user={SID}", f"token={SECRET}", f"sender={sender}", *more, letter=letter, **options)


def kannel(url, *more, letter=LETTER, to=NUMBER, **options):
    return deliver(f"sms:{to}", "gateway=kannel", f"url={url}", "user=nines", f"token={SECRET}", *more, letter=letter, **options)


def fields(text):
    """The one value of each field of a form."""
    return {name: value for name, (value,) in urllib.parse.parse_qs(text, strict_parsing=True, keep_blank_values=True).items()}


def text_of(short, *more):
    """(coding, text) of what Kannel is told."""
    with Http(lambda _: ACCEPTED) as server:
        kannel(server.url(""), *more, letter=Letter(short=short)).says("delivered")
        sent = fields(server.requests[0].path.partition("?")[2])
        return sent["coding"], sent["text"]


@test("Twilio: the documented form, basic authentication, 201")
def twilio_form():
    with Http(lambda _: TWILIO) as server:
        twilio(server.url("")).says("delivered")
        request = server.requests[0]
        assert (request.method, request.path) == ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json")
        assert request.header["content-type"] == "application/x-www-form-urlencoded"
        assert request.header["authorization"] == "Basic " + base64.b64encode(f"{SID}:{SECRET}".encode()).decode()
        assert fields(request.body.decode()) == {"To": NUMBER, "From": "+15005550006", "Body": LETTER.said["short"]}
        golden("twilio", request_text(request))
        twilio(server.url(""), sender="MG0123").says("delivered")
        assert fields(server.requests[1].body.decode()) == {"To": NUMBER, "MessagingServiceSid": "MG0123", "Body": LETTER.said["short"]}


@test("Kannel: the documented words, 202")
def kannel_words():
    with Http(lambda _: ACCEPTED) as server:
        kannel(server.url("/"), "sender=nines").says("delivered")
        request = server.requests[0]
        assert request.method == "GET" and request.path.startswith("/cgi-bin/sendsms?") and not request.body
        assert fields(request.path.partition("?")[2]) == {"username": "nines", "password": SECRET, "to": NUMBER, "from": "nines", "charset": "UTF-8",
                                                         "coding": "0", "text": LETTER.said["short"]}
        golden("kannel", request_text(request))
        kannel(server.url("")).says("delivered")
        assert "from=" not in server.requests[1].path


@test("a yes that is not the gateway's own is no delivery")
def other_yes():
    for send, page in ((twilio, reply(200, b'{"sid":"SM1"}')), (twilio, reply(201, b"{}")), (twilio, reply(201, b'{"sid":7}')), (twilio, reply(201, b"ok")),
                       (kannel, reply(200, b"0: Accepted for delivery"))):
        with Http(lambda _, page=page: page) as server:
            head, _, text = page.decode().partition("\r\n\r\n")
            golden(f"{send.__name__}: {head[9:12]} {text}", send(server.url("")).says("later"))


@test("numbers: E.164, however people write it")
def numbers():
    with Http(lambda _: ACCEPTED) as server:
        for written, sent in ((NUMBER, NUMBER), ("+49 (171) 123-45.67", NUMBER), ("+49/171/1234567", NUMBER), ("+1234567", "+1234567"),
                              ("+123456789012345", "+123456789012345")):
            kannel(server.url(""), to=written).says("delivered")
            assert fields(server.requests[-1].path.partition("?")[2])["to"] == sent
        kannel(server.url(""), "country=+49", to="0171 1234567").says("delivered")
        assert fields(server.requests[-1].path.partition("?")[2])["to"] == NUMBER
        calm = len(server.requests)
        for written in ("", "+", "0171 1234567", "491711234567", "+0171123456", "+123456", "+1234567890123456", "+49171x", "+49171\u0664", "ops@example.org",
                        "+49171&text=x", "++491711234567"):
            golden(f"no number: {written}", kannel(server.url(""), to=written).says("gave-up"))
        golden("no number: a country that is none", kannel(server.url(""), "country=49", to="0171 1234567").says("gave-up"))
        golden("no number: a country without end", kannel(server.url(""), "country=+12345678901234567890", to="0171 1234567").says("gave-up"))
        assert len(server.requests) == calm


@test("160 characters of GSM-7, or 70 of UCS-2, and never half of one")
def lengths():
    assert text_of("a" * 160) == ("0", "a" * 160) and text_of("[" * 80) == ("0", "[" * 80)
    assert text_of("[" * 81) == ("0", "[" * 78 + "...")
    assert text_of("\u20ac\u00c4\u0394\u00e0@\u00a3$" + "\n") == ("0", "\u20ac\u00c4\u0394\u00e0@\u00a3$ ")
    assert text_of("\u00e4" * 160) == ("0", "\u00e4" * 160), "characters count, not their bytes"
    assert text_of("`") == ("2", "`")
    assert text_of("\u0434" * 70) == ("2", "\u0434" * 70) and text_of("\u0434" * 71) == ("2", "\u0434" * 67 + "...")
    assert text_of("\U0001f600" * 35) == ("2", "\U0001f600" * 35) and text_of("\U0001f600" * 36) == ("2", "\U0001f600" * 33 + "...")
    assert text_of("a\u0434\U0001f600b", "alphabet=gsm") == ("0", "a??b")
    assert text_of("\u0434" * 80, "alphabet=gsm") == ("0", "?" * 80)


@test("odd names stay inside their field")
def odd():
    with Http(lambda _: ACCEPTED) as server:
        kannel(server.url(""), letter=Letter(short=f"a&to=+1&text=%00+ {HOSTILE}")).says("delivered")
        sent = fields(server.requests[0].path.partition("?")[2])
        assert sent["to"] == NUMBER and sent["text"].startswith("a&to=+1&text=%00+ mail") and "x-evil" not in server.requests[0].header
        golden("odd", request_text(server.requests[0]))


common(golden, lambda url, **more: twilio(url, **more), TWILIO)


@test("custom: a gateway of one's own by templates, as form, JSON or address")
def custom():
    with Http(lambda _: reply(200, b"OK id=7")) as server:
        for title, options in (
                ("form", ["body=to={{digits}}&text={{message}}&key={{token}}", "path=/send?from={{sender}}", "sender=nines & co"]),
                ("json", ["format=json", 'body={"to":["{{to}}"],"text":"{{message}}","ref":"{{id}}"}', "header=X-Key: {{token}}", "method=PUT"]),
                ("address", ["path=/send?to={{to}}&text={{message}}", "method=GET"])):
            deliver(f"sms:{NUMBER}", "gateway=custom", f"url={server.url('')}", f"token={SECRET}", "says=OK id", *options,
                    letter=Letter(short='a "b" & \u0434')).says("delivered")
            golden(f"custom: {title}", request_text(server.requests[-1], "Content-Type", "X-Key"))
        golden("custom: another reply", deliver(f"sms:{NUMBER}", "gateway=custom", f"url={server.url('')}", "says=QUEUED", letter=LETTER).says("later"))
        golden("custom: a wrong template", deliver(f"sms:{NUMBER}", "gateway=custom", f"url={server.url('')}", "body={{", letter=LETTER).says("gave-up"))


@test("what lacks in the configuration is said")
def lacking():
    for options in (["gateway=kannel", "user=x", "token=y"], ["gateway=kannel", "url=http://127.0.0.1:1", "user=x"], ["gateway=twilio", "token=x"],
                    ["gateway=twilio", "user=x", "token=y"], ["gateway=custom"]):
        golden(f"lacking: {' '.join(options)}", deliver(f"sms:{NUMBER}", *options, letter=LETTER).says("gave-up"))


@test("the token shows nowhere, whatever is in it")
def secrets():
    token = 'p&w "\u00e9%'
    with Http(lambda request: reply(403, request.path.encode() + b" " + request.head + request.body)) as server:
        for options in (["gateway=kannel", "user=nines"], ["gateway=twilio", "user=AC1", "sender=x"],
                        ["gateway=custom", "format=json", 'body={"k":"{{token}}"}']):
            done = command(f"sms:{NUMBER}", f"url={server.url('')}", f"token={token}", *options, "--trace", letter=LETTER)
            said = (done.stdout + done.stderr).decode()
            for hidden in (token, "p%26w", 'w \\"', base64.b64encode(f"AC1:{token}".encode()).decode()):
                assert hidden not in said, (hidden, said)
        assert fields(server.requests[0].path.partition("?")[2])["password"] == token


run()
