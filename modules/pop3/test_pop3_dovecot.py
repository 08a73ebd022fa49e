#!/usr/bin/env python3
"""The pop3 check against Dovecot: plain, STARTTLS and implicit TLS, each way to log in, good and bad."""
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
WAYS = {"plain": ["pop3"], "STARTTLS": ["pop3", "tls=starttls"], "implicit TLS": ["pop3s", "tls=implicit"]}

CASES = [*((use, "up", words) for use, words in WAYS.items()),
         *((f"{use}, logging in by {way}", "up", [*words, *LOGIN, f"mechanism={way}"])
           for use, words in WAYS.items() if use != "plain" for way in ("any", "plain", "user", "cram-md5")),
         *((f"implicit TLS, a wrong password by {way}", "down", [*WAYS["implicit TLS"], f"user={USER}", "password=wrong", f"mechanism={way}"])
           for way in ("plain", "user", "cram-md5")),
         ("STARTTLS, a user that is not there", "down", [*WAYS["STARTTLS"], "user=nobody", "password=wrong"]),
         ("plain, logging in by cram-md5 as it needs no TLS", "up", ["pop3", *LOGIN, "mechanism=cram-md5"]),
         ("plain, what Dovecot lets nobody log in by", "down", ["pop3", *LOGIN, "allow-plaintext=true", "mechanism=user"])]


@test("each way to talk to Dovecot")
def talk(tmp):
    wrong = []
    with dovecot(tmp, certs.good()) as server:
        for title, verdict, words in CASES:
            result = check("pop3", *server.to(*words), TRUST)
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
        for way in ("plain", "user"):
            golden(f"plain, logging in by {way}", check("pop3", *server.to("pop3", *LOGIN, "allow-plaintext=true", f"mechanism={way}")))


@test("a certificate of Dovecot that is for another host")
def elsewhere(tmp):
    with dovecot(tmp, certs.wrong_host()) as server:
        for use, words in WAYS.items():
            if use != "plain":
                golden(f"{use}, a certificate for another host", check("pop3", *server.to(*words), TRUST))


@test("the transcript of a login shows no password, in no form")
def hidden(tmp):
    with dovecot(tmp, certs.good()) as server:
        for way in ("plain", "user", "cram-md5"):
            words = [*server.to("pop3", "tls=starttls", *LOGIN, f"mechanism={way}"), TRUST, "--trace"]
            shown = subprocess.run([BUILD / "nines", "check", "pop3", *words], capture_output=True, text=True, check=True).stdout
            assert "ogged in" in shown and PASSWORD not in shown, shown
            assert "czNjcmV0" not in shown and "M2NyZXQg" not in shown and "zM2NyZXQ" not in shown, "a part of the password in base64"


run()
