"""`nines import upptime` of a repository of Upptime's form, made from a real one's checks: the record is that of its CSV."""
import csv
import datetime
import os
import pathlib
import subprocess

from daemon import nines
from tap import ROOT, run, test

DATA = pathlib.Path(ROOT) / "tests" / "data" / "upptime-manticore"
BEGIN = 1735689600  # 2025-01-01T00:00:00Z
MARK = {"up": "\U0001f7e9", "down": "\U0001f7e5", "degraded": "\U0001f7e8"}
ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


def git(folder, *words, stdin=None):
    return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, input=stdin, env=ENVIRONMENT).stdout


def block(text):
    return b"data %d\n%s\n" % (len(text), text)


def site(slug, state, code, ms, at):
    return (f"url: https://example.org/{slug}\nstatus: {state}\ncode: {code}\nresponseTime: {ms}\n"
            f"lastUpdated: {datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat(timespec='milliseconds')}\n"
            "startTime: 2026-08-11T11:06:35.963Z\ngenerator: Upptime <https://github.com/upptime/upptime>\n").encode()


def commit(at, message, files):
    """A commit as fast-import reads it; files: {path: content, None: deleted}."""
    head = b"commit refs/heads/master\nauthor U <u@example.org> %d +0200\ncommitter U <u@example.org> %d +0000\n" % (at, at + 7)
    return head + block(message.encode()) + b"".join(
        b"D %s\n" % path.encode() if content is None else b'M 644 inline "%s"\n' % path.encode() + block(content)
        for path, content in files.items())


def check(slug, at, state, code=200, ms=100):
    return commit(at, f"{MARK.get(state, '')} {slug} is {state} ({code} in {ms} ms) [skip ci] [upptime]",
                  {f"history/{slug}.yml": site(slug, state, code, ms, at)})


def repository(folder, commits):
    folder.mkdir()
    git(folder, "init", "-q", "-b", "master")
    git(folder, "fast-import", "--quiet", stdin=b"".join(commits))
    return folder


def bring(store, *words):
    done = nines("import", *words, "--store", store)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exported(store):
    return sorted(nines("export", "--all", "--store", store).stdout.splitlines())


def manticore():
    """The commits of the real one: its checks, and between them others that touch the same files or none."""
    rows = sorted(csv.DictReader((DATA / "checks.csv").read_text().splitlines()), key=lambda r: r["ts_utc"])
    made, last = [], {}
    for n, r in enumerate(rows):
        at = int(datetime.datetime.fromisoformat(r["ts_utc"].replace("Z", "+00:00")).timestamp())
        made.append(check(r["service"], at, r["state"], r["http_code"], r["response_ms"]))
        last[r["service"]] = site(r["service"], r["state"], r["http_code"], r["response_ms"], at)
        if n % 20 == 0:
            made.append(commit(at + 40, "update summary", {"history/summary.json": b"{}%d" % n, "README.md": b"%d" % n}))
            moved = last[r["service"]].replace(b"https://example.org/", b"https://example.com/%d/" % n)
            made.append(commit(at + 60, "another url", {f"history/{r['service']}.yml": moved}))
    made.append(commit(at + 90, "remove one", {"history/chat.yml": None}))
    return made


@test("a real history: the record is that of its checks in CSV; the same clone twice changes nothing, a bare one is read too")
def real(tmp):
    clone = repository(tmp / "clone", manticore())
    bring(tmp / "csv", "csv", DATA / "checks.csv", "--interval", "1d")
    said = bring(tmp / "db", "upptime", clone)
    assert said == "18 targets, 314 samples, 2026-08-11 to 2026-08-21\n", said
    assert exported(tmp / "db") == exported(tmp / "csv")
    assert "all of them were there already" in bring(tmp / "db", "upptime", clone)
    git(tmp, "clone", "-q", "--bare", clone, tmp / "bare.git")
    bring(tmp / "bare", "upptime", tmp / "bare.git")
    assert exported(tmp / "bare") == exported(tmp / "csv")


@test("nothing that the clone configures is run, and it stays as it was")
def hostile(tmp):
    clone = repository(tmp / "clone", [check("web", BEGIN, "up"), check("web", BEGIN + 60, "down"), check("web", BEGIN + 90, "degraded")])
    trap = tmp / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp}/sprung\n")
    trap.chmod(0o755)
    (clone / ".git" / "info").mkdir(exist_ok=True)
    (clone / ".git" / "info" / "attributes").write_text("*.yml diff=trap filter=trap\n")
    for key, value in (("core.fsmonitor", trap), ("core.pager", trap), ("pager.log", trap), ("diff.external", trap), ("diff.trap.textconv", trap),
                       ("diff.trap.command", trap), ("log.showSignature", "true"), ("gpg.program", trap), ("core.quotePath", "true"),
                       ("alias.log", f"!{trap}"), ("diff.noprefix", "true"), ("diff.context", "0"), ("color.ui", "always"),
                       ("log.showRoot", "false"), ("diff.orderFile", tmp / "none"), ("i18n.logOutputEncoding", "UTF-16"), ("log.follow", "true"),
                       ("diff.relative", "true"), ("log.date", "human"), ("format.pretty", "oneline"), ("core.sshCommand", trap), ("diff.mnemonicPrefix", "true")):
        git(clone, "config", key, str(value))
    before = {p: p.read_bytes() for p in sorted(clone.rglob("*")) if p.is_file()}
    assert bring(tmp / "db", "upptime", clone).startswith("1 target, 3 samples"), "it is read all the same"
    assert not (tmp / "sprung").exists()
    assert {p: p.read_bytes() for p in sorted(clone.rglob("*")) if p.is_file()} == before


@test("branches that were merged, a site that was renamed, a packed clone; a folder in it; a shallow clone lacks commits and is refused")
def shapes(tmp):
    clone = repository(tmp / "clone", [check("web", BEGIN, "up"), check("mail", BEGIN + 60, "up")])
    moved = site("www", "up", 200, 100, BEGIN)
    git(clone, "checkout", "-q", "-b", "side")

    def write(slug, at, state, **files):
        (clone / "history").mkdir(exist_ok=True)
        for name, content in (files or {slug: site(slug, state, 200, 100, at)}).items():
            (clone / "history" / f"{name}.yml").write_bytes(content)
        git(clone, "add", "-A")
        git(clone, "-c", "user.name=u", "-c", "user.email=u@x", "commit", "-q", "-m", "x", "--date", f"{at} +0530")

    write("mail", BEGIN + 3600, "down")
    git(clone, "checkout", "-q", "master")
    write("web", BEGIN + 7200, "down")
    git(clone, "-c", "user.name=u", "-c", "user.email=u@x", "merge", "-q", "--no-ff", "-m", "both", "side")
    (clone / "history" / "web.yml").unlink()
    write("www", BEGIN + 90000, "up", www=moved)  # brought by no check
    write("www", BEGIN + 93600, "degraded")
    git(clone, "gc", "-q")
    for folder in (clone, clone / "history"):
        assert bring(tmp / f"db-{folder.name}", "upptime", folder) == "3 targets, 5 samples, 2025-01-01 to 2025-01-02\n"
    git(tmp, "clone", "-q", "--depth", "2", f"file://{clone}", tmp / "shallow")
    done = nines("import", "upptime", tmp / "shallow", "--store", tmp / "db")
    assert done.returncode == 2 and "is a shallow clone, without the older commits: fetch them with `git fetch --unshallow`" in done.stderr, done
    git(tmp / "shallow", "fetch", "-q", "--unshallow")
    assert bring(tmp / "db", "upptime", tmp / "shallow").startswith("3 targets, 5 samples")


WRONG = [
    ([check("web", BEGIN, "UP")], "status 'UP' is none of up, down, degraded"),
    ([check("web", BEGIN, "up", ms="fast")], "responseTime 'fast' is no number from 0 to 86400000"),
    ([check("web", BEGIN, "up", ms=-1)], "responseTime '-1' is no number"),
    ([check("web", 32503680000, "up")], "3000-01-01T00:00:00Z is still to come"),
    ([check("web", BEGIN, "up"), check("web", BEGIN, "down")], "'web' has two states at one time"),
    ([check("n" * 220, BEGIN, "up")], "is no name: it is empty or longer than 199 bytes"),
    ([commit(BEGIN, "x", {"history/web.yml": b"status: up\n" + b"x" * 70000})], "line longer than 64 KiB"),
    ([commit(BEGIN, "x", {"README.md": b"status: up\n"})], "no commit changes history/*.yml: is it the whole clone"),
    ([commit(BEGIN, "x", {"history/web.yml": b"status: up\0\ncode: 200\n"})], "a NUL byte in the line"),
]


@test(f"{len(WRONG)} repositories that are wrong, and folders that are none: told, nothing is stored")
def wrong(tmp):
    (tmp / "empty").mkdir()
    folders = [(repository(tmp / f"{n}", commits), told) for n, (commits, told) in enumerate(WRONG)]
    folders += [(tmp / "empty", "git cannot read it: is it a clone"), (tmp / "none", "git cannot read it: is it a clone")]
    for folder, told in folders:
        done = nines("import", "upptime", folder, "--store", tmp / "db", env={"GIT_CEILING_DIRECTORIES": str(tmp)})
        assert done.returncode == 2 and done.stdout == "" and told in done.stderr, f"wanted {told!r}\n got {done.stderr!r}"
        assert not (tmp / "db").exists()


run()
