"""One letter delivered by `nines contact test`, for the tests of notifier modules: no daemon, no configuration.

    result = notify("email:ops@example.org", f"host={server.host}", f"port={server.port}")
    assert result.outcome == "delivered" and result.steps[-1] == "quit"
    notify("log:ops", letter=letter(subject="'web' is down", check="web"))
"""
import json
import os
import subprocess
import tempfile

from tap import BUILD

STATUS = {"delivered": 0, "gave-up": 2, "later": 3}
# Own words of a `deliver` line; any other is a word of the letter (letter_word).
OWN = ["kind", "subject", "text", "short", "number", "delayed_us", "unrecorded", "timeout_us"]


class Outcome:
    """What became of it, as JSON, with shortcuts."""

    def __init__(self, document):
        self.json = document
        self.outcome, self.reason, self.step = document["outcome"], document["reason"], document["step"]
        self.address, self.after = document["address"], document["retry_after_us"] / 1e6
        self.steps = [s["name"] for s in document["steps"]]
        document["verdict"] = self.outcome  # for golden.py

    def says(self, outcome, part="", step=None):
        """Asserts the outcome, a part of the reason and the step it belongs to."""
        assert self.outcome == outcome, self
        assert part in self.reason, self
        assert step is None or self.step == step, self
        return self

    def __repr__(self):
        return json.dumps(self.json)


def quoted(value):
    """As a value stands in a line (core/base/line.h)."""
    escaped = "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in str(value).encode())
    return f'"{escaped}"'


def letter(identity="letter-1", **words):
    """A `deliver` line: its own words and those of the letter, given by name."""
    words = {"kind": "alert", "subject": "'web' is down", "text": "'web' is down\n", "short": "web is down", **words}
    return f"deliver {identity} " + " ".join(f"{k if k in OWN else 'word.' + k}={quoted(v)}" for k, v in words.items()) + "\n"


def notify(path, *options, letter=None, trace=False, env=None):
    """Delivers the test letter, or the one given, by `path` (NOTIFIER:ADDRESS, or a module's file and address)."""
    with tempfile.NamedTemporaryFile("w", suffix=".letter", encoding="utf-8") as file:
        words = [path, *options, "--json"]
        if letter:
            file.write(letter)
            file.flush()
            words += ["--letter", file.name]
        done = subprocess.run([str(BUILD / "nines"), "contact", "test", *words, *(["--trace"] if trace else [])], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=dict(os.environ, **(env or {})))
    assert done.stdout, f"status {done.returncode}: {done.stderr.decode(errors='replace')}"
    result = Outcome(json.loads(done.stdout.decode("utf-8")))
    result.trace = done.stderr.decode(errors="replace")
    assert done.returncode == STATUS[result.outcome], f"exit status {done.returncode} for {result}"
    return result
