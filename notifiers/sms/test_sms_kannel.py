#!/usr/bin/env python3
"""The notifier sms through a real Kannel: what its fake SMS centre gets is what a telephone would show."""
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from letters import Letter, deliver
from real_kannel import kannel
from tap import run, test

NUMBER = "+491711234567"


def send(gateway, short, *more, token=None, to=NUMBER):
    return deliver(f"sms:{to}", "gateway=kannel", f"url={gateway.url}", f"user={gateway.user}", f"token={token or gateway.password}", *more,
                   letter=Letter(short=short))


@test("the SMS centre gets each message once, with its text and number")
def arrives(tmp):
    with kannel(tmp) as gateway:
        texts = ["mail-1 down: banner & more", "Gr\u00fc\u00dfe \u20ac [x]", "a" * 160, "mail \U0001f600 \u043f\u0440\u0438\u043c\u0435\u0440"]
        for text in texts:
            send(gateway, text, "sender=4711").says("delivered")
        got = gateway.messages(len(texts))
        plain = [f"4711 {NUMBER} text {text}" for text in texts[:3]]
        assert got[:3] == plain and len(got) == 4, got
        head, _, coded = got[3].rpartition(" ")
        assert head == f"4711 {NUMBER} ucs-2" and urllib.parse.unquote_to_bytes(coded.replace("+", " ")).decode("utf-16-be") == texts[3]


@test("a long text goes out as one message")
def one(tmp):
    with kannel(tmp) as gateway:
        send(gateway, "[x]" * 60).says("delivered")
        send(gateway, "the end").says("delivered")
        first, last = gateway.messages(2)
        assert first.endswith("...") and last.endswith("text the end")


@test("a wrong password gives up")
def refused(tmp):
    with kannel(tmp) as gateway:
        send(gateway, "x", token="wrong").says("gave-up", "got '403 Forbidden'")
        send(gateway, "x").says("delivered")
        assert len(gateway.messages(1)) == 1


run()
