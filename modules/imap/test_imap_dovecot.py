#!/usr/bin/env python3
"""The imap check against Dovecot: plain, STARTTLS and implicit TLS, each way to log in, good and bad."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from golden import Golden
from probe import check
from real_dovecot import LOGIN, TRUST, logins
from real_mail import MESSAGES, USER, dovecot
from tap import run, test

logins(Golden(__file__), "imap", "login")


@test("a mailbox that is not there, and one that is not the inbox")
def mailboxes(tmp):
    with dovecot(tmp, certs.good(), more="namespace {\n  inbox = yes\n  separator = /\n  mailbox Archive {\n    auto = create\n  }\n}\n") as server:
        for name in ("No such one", 'with "quotes" and \\\\'):
            result = check("imap", *server.to("imaps", "tls=implicit", *LOGIN, f"mailbox={name}"), TRUST)
            result.says("down", f"wanted 'examine OK', got 'examine NO Mailbox doesn't exist: {name}", "mailbox")
        assert check("imap", *server.to("imaps", "tls=implicit", *LOGIN, "mailbox=Archive"), TRUST).values["messages"] == 0


@test("looking changes nothing: the messages are as new as before")
def unchanged(tmp):
    with dovecot(tmp, certs.good()) as server:
        for _ in range(2):
            assert check("imap", *server.to("imaps", "tls=implicit", *LOGIN), TRUST).values["messages"] == MESSAGES
        assert len(list((tmp / "mail" / USER / "new").iterdir())) == MESSAGES


run()
