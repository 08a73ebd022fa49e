"""One probe by `nines check`, for the tests of check modules: no daemon, no configuration.

    result = check("http", f"url={server.url()}", timeout="2s")
    assert result.verdict == "up" and result.steps == ["connect", "request", "first-byte", "body"]
    assert refusal("http") == "url: neither url nor host is given"
"""
import json
import os
import subprocess

from tap import BUILD, skip

STATUS = ["up", "degraded", "down", "unknown"]


class Result:
    """What was said as JSON, with shortcuts; `took(step, hop)` in seconds."""

    def __init__(self, document):
        self.json = document
        self.verdict, self.reason = document["verdict"], document["reason"]
        self.step, self.address = document["step"], document.get("address", "")
        self.steps = [s["name"] for s in document["steps"]]
        self.hops = [(s["name"], s.get("hop", 0)) for s in document["steps"]]
        self.values = {name: v["value"] for name, v in document.get("values", {}).items()}
        self.facts = document.get("facts", {})
        self.elapsed = document["elapsed_us"] / 1e6

    def took(self, name, hop=0):
        return next((s["to_us"] - s["from_us"]) / 1e6 for s in self.json["steps"]
                    if s["name"] == name and s.get("hop", 0) == hop)

    def says(self, verdict, part, step=None):
        """Asserts the verdict, a part of the reason and the step it belongs to."""
        assert self.verdict == verdict, f"{self.verdict}: {self.reason}"
        assert part in self.reason, self.reason
        assert step is None or self.step == step, f"{self.step}: {self.reason}"
        return self

    def __repr__(self):
        return json.dumps(self.json)


def check(module, *options, env=None, **more):
    """Runs one probe. Options as "name=value" or, with underscores for '-', as arguments: `expect_status="200"`. Ends the test as skipped
    when the prober found that the machine had kept it from running: then it rightly says nothing of the server."""
    words = list(options) + [f"{name.replace('_', '-')}={value}" for name, value in more.items()]
    done = subprocess.run([str(BUILD / "nines"), "check", module, *words, "--json"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=dict(os.environ, **(env or {})))
    assert done.stdout, f"status {done.returncode}: {done.stderr.decode(errors='replace')}"
    result = Result(json.loads(done.stdout.decode("utf-8")))
    if result.reason.endswith("but the prober itself stood still"):
        skip(f"this machine stood still: {result.reason}")
    assert done.returncode == STATUS.index(result.verdict), f"exit status {done.returncode} for {result}"
    return result


def refusal(module, *options):
    """What `nines check` says of options that no probe is run with: one line, status 64."""
    done = subprocess.run([str(BUILD / "nines"), "check", module, *options], capture_output=True, text=True, errors="replace")
    assert done.returncode == 64 and not done.stdout, done
    assert done.stderr.startswith("nines: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr[7:-1]
