#!/usr/bin/env python3
"""The notifier email against Exim: what it calls delivered is in the mailbox, once."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from daemon import until
from letters import Letter, deliver
from real_mail import PASSWORD, USER, box, exim
from tap import run, test

TO = "email:alice@nines.test"
FROM = "from=monitor@nines.test"
TRUST = f"ca-file={certs.authority()}"
LOGIN = [f"user={USER}", f"password={PASSWORD}"]
WAYS = {"plain": ["tls=none"], "STARTTLS": ["tls=starttls"], "implicit TLS": ["tls=implicit"]}


def arrived(tmp, count):
    until(f"{count} messages in the mailbox", lambda: len(box(tmp)) >= count)
    messages = box(tmp)
    assert len(messages) == count, [m["Message-ID"] for m in messages]
    return messages


@test("each way to Exim: one letter, one mail, as it was written")
def ways(tmp):
    text = "Störung: 'web' is not available to all\n\n.a dot\n" + "x" * 1200 + "\nthe end\n"
    with exim(tmp, certs.good(), has_box=True) as mx:
        for number, (way, words) in enumerate(WAYS.items()):
            use = "tls" if "implicit" in way else "plain"
            deliver(TO, *mx.to(use, *words), FROM, TRUST, letter=Letter(f"L-{number}", subject=f"Störung: {way}", text=text)).says("delivered")
        messages = {m["Message-ID"]: m for m in arrived(tmp, len(WAYS))}
    for number, way in enumerate(WAYS):
        message = messages[f"<L-{number}@nines.test>"]
        assert message["Subject"] == f"Störung: {way}" and message.get_content().replace("\r\n", "\n") == text, message


@test("a report arrives with its file, to the byte")
def report(tmp):
    content = bytes(range(256)) * 2000
    said = Letter("L-1", kind="report", subject="SLA of Käse & Co, 2026-10", text="99.98 %\n", files=[("Käse-2026-10.pdf", "application/pdf", content)])
    with exim(tmp, certs.good(), has_box=True) as mx:
        deliver(TO, *mx.to("plain", "tls=starttls"), FROM, TRUST, letter=said).says("delivered")
        message, = arrived(tmp, 1)
    file, = message.iter_attachments()
    assert file.get_payload(decode=True) == content and file.get_filename() == "Käse-2026-10.pdf" and message["Precedence"] == "bulk"
    assert message.get_body().get_content().strip() == "99.98 %"


@test("logging in, with each mechanism")
def logins(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx:
        for number, way in enumerate(("any", "plain", "login", "cram-md5")):
            deliver(TO, *mx.to("plain", "tls=starttls", *LOGIN, f"mechanism={way}"), FROM, TRUST, letter=Letter(f"L-{number}")).says("delivered")
        deliver(TO, *mx.to("plain", "tls=starttls", f"user={USER}", "password=wrong"), FROM, TRUST).says("later", "535", "auth")
        assert len(arrived(tmp, 4)) == 4


@test("greylisted, then let in: exactly one mail (F31)")
def grey(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx:
        deliver("email:grey@nines.test", *mx.to("plain", "tls=none"), FROM, letter=Letter("L-1", number=1)).says("later", "greylisted", "rcpt")
        deliver(TO, *mx.to("plain", "tls=none"), FROM, letter=Letter("L-1", number=2)).says("delivered")
        arrived(tmp, 1)


@test("a stranger's domain is refused for good")
def relay(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx:
        deliver("email:bob@elsewhere.test", *mx.to("plain", "tls=none"), FROM).says("gave-up", "relay not permitted", "rcpt")


run()
