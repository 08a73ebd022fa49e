#!/usr/bin/env python3
"""The smtp check against Exim: plain, STARTTLS and implicit TLS, each way to log in, good and bad, messages offered."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from golden import Golden
from probe import check
from real_mail import PASSWORD, USER, exim
from tap import BUILD, run, test

golden = Golden(__file__)
TRUST = f"ca-file={certs.authority()}"
LOGIN = [f"user={USER}", f"password={PASSWORD}"]
WAYS = {"plain": ["plain"], "STARTTLS": ["plain", "tls=starttls"], "implicit TLS": ["tls", "tls=implicit"]}
OFFER = ["from=bob@elsewhere.test", "to=alice@nines.test"]

CASES = [*((use, "up", words) for use, words in WAYS.items()),
         *((f"{use}, logging in by {way}", "up", [*words, *LOGIN, f"mechanism={way}"])
           for use, words in WAYS.items() if use != "plain" for way in ("any", "plain", "login", "cram-md5")),
         *((f"{use}, a wrong password by {way}", "down", [*WAYS[use], f"user={USER}", "password=wrong", f"mechanism={way}"])
           for use in ("STARTTLS", "implicit TLS") for way in ("plain", "login", "cram-md5")),
         ("plain, no AUTH is offered", "down", ["plain", *LOGIN, "allow-plaintext=true"]),
         ("a message offered", "up", ["plain", *OFFER]),
         ("a message offered over TLS after logging in", "up", ["plain", "tls=starttls", *LOGIN, *OFFER]),
         ("a bounce offered", "up", ["plain", "to=alice@nines.test"]),
         ("greylisting", "down", ["plain", "to=grey@nines.test"]),
         ("a relay that is not one", "down", ["plain", "to=bob@elsewhere.test"])]


@test("each way to talk to Exim")
def talk(tmp):
    wrong = []
    with exim(tmp, certs.good()) as mx:
        for title, verdict, words in CASES:
            result = check("smtp", *mx.to(*words), TRUST)
            try:
                assert result.verdict == verdict, f"{title}: {result}"
                assert PASSWORD not in repr(result)
                golden(title, result)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@test("AUTH that Exim offers without TLS")
def clear_text(tmp):
    with exim(tmp, certs.good(), advertise="*") as mx:
        for way in ("plain", "login", "cram-md5"):
            golden(f"plain, logging in by {way}", check("smtp", *mx.to("plain", *LOGIN, "allow-plaintext=true", f"mechanism={way}")))
        golden("plain, logging in by cram-md5 as it needs no TLS", check("smtp", *mx.to("plain", *LOGIN, "mechanism=cram-md5")))


@test("a certificate of Exim that has expired")
def expired(tmp):
    with exim(tmp, certs.expired()) as mx:
        for use, words in WAYS.items():
            if use != "plain":
                golden(f"{use}, an expired certificate", check("smtp", *mx.to(*words), TRUST))


@test("a client that Exim refuses")
def refused(tmp):
    with exim(tmp, certs.good(), more="host_reject_connection = *\n") as mx:
        golden("a client that is refused", check("smtp", *mx.to("plain")))


@test("the transcript of a login shows no password, in no form")
def hidden(tmp):
    with exim(tmp, certs.good()) as mx:
        for way in ("plain", "login", "cram-md5"):
            words = [*mx.to("plain", "tls=starttls", *LOGIN, f"mechanism={way}"), TRUST, "--trace"]
            shown = subprocess.run([BUILD / "nines", "check", "smtp", *words], capture_output=True, text=True, check=True).stdout
            assert "235 Authentication succeeded" in shown and PASSWORD not in shown, shown
            assert "czNjcmV0" not in shown and "M2NyZXQg" not in shown and "zM2NyZXQ" not in shown, "a part of the password in base64"


run()
