#!/usr/bin/env python3
"""The imap check against Dovecot: plain, STARTTLS and implicit TLS, each way to log in, good and bad."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from golden import Golden
from probe import check
from real_mail import MESSAGES, PASSWORD, USER, dovecot
from tap import BUILD, run, test

golden = Golden(__file__)
TRUST = f"ca-file={certs.authority()}"
LOGIN = [f"user={USER}", f"password={PASSWORD}"]
WAYS = {"plain": ["imap"], "STARTTLS": ["imap", "tls=starttls"], "implicit TLS": ["imaps", "tls=implicit"]}

CASES = [*((use, "up", words) for use, words in WAYS.items()),
         *((f"{use}, logging in by {way}", "up", [*words, *LOGIN, f"mechanism={way}"])
           for use, words in WAYS.items() if use != "plain" for way in ("any", "plain", "login", "cram-md5")),
         *((f"implicit TLS, a wrong password by {way}", "down", [*WAYS["implicit TLS"], f"user={USER}", "password=wrong", f"mechanism={way}"])
           for way in ("plain", "login", "cram-md5")),
         ("STARTTLS, a user that is not there", "down", [*WAYS["STARTTLS"], "user=nobody", "password=wrong"]),
         ("plain, logging in by cram-md5 as it needs no TLS", "up", ["imap", *LOGIN, "mechanism=cram-md5"]),
         ("plain, what Dovecot lets nobody log in by", "down", ["imap", *LOGIN, "allow-plaintext=true", "mechanism=login"])]


@test("each way to talk to Dovecot")
def talk(tmp):
    wrong = []
    with dovecot(tmp, certs.good()) as server:
        for title, verdict, words in CASES:
            result = check("imap", *server.to(*words), TRUST)
            try:
                assert result.verdict == verdict, f"{title}: {result}"
                assert PASSWORD not in repr(result)
                assert ("messages" in result.values) == ("logging in" in title), result
                assert result.values.get("messages", MESSAGES) == MESSAGES, result
                golden(title, result)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@test("a login that Dovecot takes without TLS")
def clear_text(tmp):
    with dovecot(tmp, certs.good(), secure_only="no") as server:
        for way in ("plain", "login"):
            golden(f"plain, logging in by {way}", check("imap", *server.to("imap", *LOGIN, "allow-plaintext=true", f"mechanism={way}")))


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


@test("a certificate of Dovecot that is for another host")
def elsewhere(tmp):
    with dovecot(tmp, certs.wrong_host()) as server:
        for use, words in WAYS.items():
            if use != "plain":
                golden(f"{use}, a certificate for another host", check("imap", *server.to(*words), TRUST))


@test("the transcript of a login shows no password, in no form")
def hidden(tmp):
    with dovecot(tmp, certs.good()) as server:
        for way in ("plain", "login", "cram-md5"):
            words = [*server.to("imap", "tls=starttls", *LOGIN, f"mechanism={way}"), TRUST, "--trace"]
            shown = subprocess.run([BUILD / "nines", "check", "imap", *words], capture_output=True, text=True, check=True).stdout
            assert "ogged in" in shown and PASSWORD not in shown, shown
            assert "czNjcmV0" not in shown and "M2NyZXQg" not in shown and "zM2NyZXQ" not in shown, "a part of the password in base64"


run()
