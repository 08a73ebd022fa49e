"""tests/lib/letters.py: one letter by `nines contact test`, for the tests of notifiers: no daemon, no configuration.

    letter = Letter(kind="alert", subject="mail-1 is down", words={"check": "mail-1"})
    deliver("webhook:http://127.0.0.1:8080/hook", letter=letter).says("delivered")
"""
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

from role import quote
from tap import BUILD

STATUS = {"delivered": 0, "gave-up": 2, "later": 3}


class Letter:
    """What a letter says; `words` is what letter_word() knows of it, `files` is (name, media type, bytes) each."""

    def __init__(self, id="01TEST", kind="alert", subject="mail-1 is down", text="mail-1 is down.\n", short="mail-1 is down", words=None, files=(),
                 **more):
        self.id, self.words, self.said = id, words or {}, dict(kind=kind, subject=subject, text=text, short=short, **more)
        self.files = {hashlib.sha256(content).hexdigest(): content for _, _, content in files}
        if files:
            self.said["files"] = "\n".join(f"{hashlib.sha256(content).hexdigest()} {media} {name}" for name, media, content in files)

    def line(self):
        pairs = [*self.said.items(), *((f"word.{key}", value) for key, value in self.words.items())]
        return f"deliver {self.id} " + " ".join(f"{key}={quote(value)}" for key, value in pairs) + "\n"


class Outcome:
    """What was said as JSON, with shortcuts."""

    def __init__(self, document):
        self.json = document
        self.outcome, self.reason, self.step = document["outcome"], document["reason"], document["step"]
        self.retry_after_s = document["retry_after_us"] / 1e6
        self.steps = [s["name"] for s in document["steps"]]

    def says(self, outcome, part="", step=None):
        """Asserts the outcome, a part of the reason and the step that failed."""
        assert self.outcome == outcome, f"{self.outcome}: {self.reason}"
        assert part in self.reason, self.reason
        assert step is None or self.step == step, f"{self.step}: {self.reason}"
        return self

    def __repr__(self):
        return json.dumps(self.json)


def run(path, *options, letter=None, env=None, json_too=True):
    """The finished command."""
    command = [str(BUILD / "nines"), "contact", "test", path, *options, *(["--json"] if json_too else [])]
    with tempfile.NamedTemporaryFile("w", suffix=".letter") as file, tempfile.TemporaryDirectory(prefix="nines-test-") as folder:
        if letter and letter.files:
            for name, content in letter.files.items():
                pathlib.Path(folder, name).write_bytes(content)
            command += ["--files", folder]
        if letter:
            file.write(letter.line())
            file.flush()
            command += ["--letter", file.name]
        return subprocess.run(command, capture_output=True, env={**os.environ, "NO_COLOR": "1", **(env or {})}, stdin=subprocess.DEVNULL)


def deliver(path, *options, letter=None, env=None, **more):
    """Delivers one letter. Options as "name=value" or, with underscores for '-', as arguments."""
    done = run(path, *options, *(f"{name.replace('_', '-')}={value}" for name, value in more.items()), letter=letter, env=env)
    assert done.stdout, f"status {done.returncode}: {done.stderr.decode(errors='replace')}"
    outcome = Outcome(json.loads(done.stdout.decode("utf-8")))
    assert done.returncode == STATUS[outcome.outcome], f"exit status {done.returncode} for {outcome}"
    return outcome
