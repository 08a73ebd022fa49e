"""tests/lib/real_dovecot.py: what each check of a mailbox must do with Dovecot, registered as tests of one module.

    logins(Golden(__file__), "pop3", "user")

The ways in are plain, STARTTLS and TLS from the first byte, each with every way to log in, `own` the protocol's own among them, good and bad
passwords; nowhere is the password shown. Each outcome is a golden line.
"""
import subprocess

import certs
from probe import check
from real_mail import MESSAGES, PASSWORD, USER, dovecot
from tap import BUILD, test

TRUST = f"ca-file={certs.authority()}"
LOGIN = [f"user={USER}", f"password={PASSWORD}"]


def _cases(module, own, ways):
    wrong = [f"user={USER}", "password=wrong"]
    return [*((use, "up", words) for use, words in ways.items()),
            *((f"{use}, logging in by {way}", "up", [*words, *LOGIN, f"mechanism={way}"])
              for use, words in ways.items() if use != "plain" for way in ("any", "plain", own, "cram-md5")),
            *((f"implicit TLS, a wrong password by {way}", "down", [*ways["implicit TLS"], *wrong, f"mechanism={way}"])
              for way in ("plain", own, "cram-md5")),
            ("STARTTLS, a user that is not there", "down", [*ways["STARTTLS"], "user=nobody", "password=wrong"]),
            ("plain, logging in by cram-md5 as it needs no TLS", "up", [module, *LOGIN, "mechanism=cram-md5"]),
            ("plain, what Dovecot lets nobody log in by", "down", [module, *LOGIN, "allow-plaintext=true", f"mechanism={own}"])]


def logins(golden, module, own):
    """Registers the tests; `own`: the mechanism that is the protocol's own command."""
    ways = {"plain": [module], "STARTTLS": [module, "tls=starttls"], "implicit TLS": [f"{module}s", "tls=implicit"]}

    @test("each way to talk to Dovecot")
    def talk(tmp):
        wrong = []
        with dovecot(tmp, certs.good()) as server:
            for title, verdict, words in _cases(module, own, ways):
                result = check(module, *server.to(*words), TRUST)
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
            for way in ("plain", own):
                result = check(module, *server.to(module, *LOGIN, "allow-plaintext=true", f"mechanism={way}"))
                golden(f"plain, logging in by {way}", result)

    @test("a certificate of Dovecot that is for another host")
    def elsewhere(tmp):
        with dovecot(tmp, certs.wrong_host()) as server:
            for use in ("STARTTLS", "implicit TLS"):
                golden(f"{use}, a certificate for another host", check(module, *server.to(*ways[use]), TRUST))

    @test("the transcript of a login shows no password, in no form")
    def hidden(tmp):
        with dovecot(tmp, certs.good()) as server:
            for way in ("plain", own, "cram-md5"):
                words = [*server.to(*ways["STARTTLS"], *LOGIN, f"mechanism={way}"), TRUST, "--trace"]
                shown = subprocess.run([BUILD / "nines", "check", module, *words], capture_output=True, text=True, check=True).stdout
                assert "ogged in" in shown and PASSWORD not in shown, shown
                assert not any(part in shown for part in ("czNjcmV0", "M2NyZXQg", "zM2NyZXQ")), "a part of the password in base64"
