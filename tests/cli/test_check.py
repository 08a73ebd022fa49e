"""`nines check`: targets, options, what it prints for people and programs, exit statuses, modules that misbehave."""
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from tap import BUILD, ROOT, run, test  # noqa: E402

FOLDER = tempfile.TemporaryDirectory()
MODULES = pathlib.Path(FOLDER.name)
BAD = BUILD / "tests" / "modules"
HOSTILE = ["\x1b[2J\x1b]0;title\x07", "\x9b31m", "a\nb\rc", "\u202edne", "\u200b", "%n%s", "tab\there", "caf\xe9", "\x7f", "=|'\""]


def compile_show():
    subprocess.run([os.environ.get("CC", "gcc"), "-shared", "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE", f"-I{ROOT}/include",
                    "-o", str(MODULES / "show.so"), str(ROOT / "tests/cli/show.c")], check=True)


def nines(*words, env=None, **more):
    own = {**os.environ, "NINES_MODULES": str(MODULES), "LC_ALL": "C.UTF-8", **(env or {})}
    own.pop("COLUMNS", None) if not env or "COLUMNS" not in env else None
    return subprocess.run([str(BUILD / "nines"), *words], capture_output=True, cwd=ROOT, env=own, timeout=60, **more)


def check(*words, status=0, **more):
    """The JSON document of one check."""
    done = nines("check", *words, "--json", **more)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout.decode())


def wrong(*words):
    """The one line of an error of usage."""
    done = nines(*words)
    assert done.returncode == 64, (done.returncode, done.stdout, done.stderr)
    text = done.stderr.decode()
    assert text.count("\n") == 1 and text.startswith("nines: "), text
    return text.strip()


compile_show()


@test("--json has exactly the documented members")
def shape():
    one = check("show://example.org:99", "does=fail", "text=wanted 220, got '554 go away'", status=2)
    assert list(one) == ["module", "target", "verdict", "reason", "step", "address", "started", "elapsed_us", "steps", "values", "facts"]
    assert one["module"] == "show" and one["target"] == "show://example.org:99" and one["verdict"] == "down"
    assert one["reason"] == "wanted 220, got '554 go away'" and one["step"] == "banner"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", one["started"])
    assert isinstance(one["elapsed_us"], int) and one["elapsed_us"] >= 2000
    first, second = one["steps"]
    assert first == {"name": "connect", "from_us": 0, "to_us": first["to_us"], "ok": True} and first["to_us"] >= 2000
    assert second == {"name": "banner", "from_us": first["to_us"], "to_us": second["to_us"], "ok": False}
    assert one["values"]["certificate_days"] == {"value": 61, "unit": "d"} and one["values"]["ratio"] == {"value": 0.5, "unit": "%"}
    assert one["facts"]["host"] == "example.org" and one["values"]["port"]["value"] == 99


@test("steps after a redirect carry their hop")
def hops():
    steps = check("show")["steps"]
    assert [s.get("hop") for s in steps] == [None, None, 1]


for words, status, verdict in [((), 0, "up"), (("does=degrade", "text=slow"), 1, "degraded"), (("does=fail", "text=no"), 2, "down"),
                               (("does=unknown", "text=mine"), 3, "unknown"), (("does=wait", "timeout=1s"), 2, "down")]:
    @test(f"the verdict {verdict} {words} is exit status {status}")
    def verdicts(words=words, status=status, verdict=verdict):
        assert check("show", *words, status=status)["verdict"] == verdict
        assert nines("check", "show", *words).stdout.decode().startswith(verdict + "  show  ")
        assert nines("check", "show", *words, "--nagios").returncode == status


TARGETS = [
    ("show://h", {"host": "h", "user": "", "path": ""}, 77, 0),
    ("show://h:5", {"host": "h"}, 5, 0),
    ("show://h/", {"host": "h", "path": ""}, 77, 0),
    ("show://h/a/b?c", {"host": "h", "path": "/a/b?c"}, 77, 0),
    ("show://me@h", {"host": "h", "user": "me"}, 77, 0),
    ("show://me:secret@h:6/x", {"host": "h", "user": "me", "path": "/x"}, 6, 6),
    ("show://me:s%40%2f@h", {"host": "h", "user": "me"}, 77, 3),
    ("show://[::1]:8", {"host": "::1"}, 8, 0),
    ("show://[2001:db8::1]", {"host": "2001:db8::1"}, 77, 0),
    ("show", {"host": "nowhere"}, 77, 0),
]
for target, facts, port, password in TARGETS:
    @test(f"target {target}")
    def targets(target=target, facts=facts, port=port, password=password):
        one = check(target)
        assert {k: one["facts"][k] for k in facts} == facts, one["facts"]
        assert one["values"]["port"]["value"] == port and one["values"]["password_bytes"]["value"] == password
        assert "secret" not in json.dumps(one)


@test("the path of a shared object is a target")
def path_target():
    assert check(str(MODULES / "show.so"), "host=x")["facts"]["host"] == "x"
    done = nines("check", "./show.so", "host=x", "--json")
    assert done.returncode == 3 or json.loads(done.stdout)["facts"]["host"] == "x"


FILED = """#include <nines/check.h>
struct filed { const char *host, *path, *box; };
static const struct module_option option[] = {OPTION_HOST(struct filed, host, "h"), OPTION_TEXT(struct filed, path, "", "p"),
	OPTION_(struct filed, box, "box", OPTION_TYPE_TEXT, "none", NULL, OPTION_IS_PATH, "b"), OPTION_END};
static void run(struct probe *p, const void *options)
{
	const struct filed *o = options;
	probe_fact(p, "box", o->box);
	probe_fact(p, "path", o->path);
}
CHECK_MODULE("filed", "shows its path", struct filed, option, run);
"""


def file_module(tmp, source=FILED):
    (tmp / "filed.c").write_text(source)
    subprocess.run(["gcc", "-std=gnu11", "-fPIC", "-fvisibility=hidden", "-shared", f"-I{ROOT}/include", "-o", tmp / "filed.so",
                    tmp / "filed.c"], check=True)


@test("an option that is declared for the path must be a text")
def path_of_no_text(tmp):
    file_module(tmp, FILED.replace('OPTION_TYPE_TEXT, "none"', 'OPTION_TYPE_BOOL, "false"').replace('p, "box", o->box', 'p, "box", ""'))
    assert "'box' is a path but no text" in check(str(tmp / "filed.so"), "host=h", status=3)["reason"]


@test("the path of a target goes, without its slash, to the option that is declared for it")
def path_option(tmp):
    file_module(tmp)
    for target, box in [("filed://h", "none"), ("filed://h/", "none"), ("filed://h/a/b%20c", "a/b c"), ("filed://h//a", "/a")]:
        facts = check(target, env={"NINES_MODULES": str(tmp)})["facts"]
        assert (facts["box"], facts.get("path", "")) == (box, ""), (target, facts)
    assert "has no option 'path'" in wrong("check", "ntp://127.0.0.1/x")


@test("for http the whole URL is the option url")
def url_target():
    one = check("http://127.0.0.1:1/some/path?x=1", status=2)
    assert one["module"] == "http" and one["step"] == "connect" and one["address"] == "127.0.0.1"
    assert "other" not in [s["name"] for s in one["steps"]] and "resolve" not in [s["name"] for s in one["steps"]]


@test("options: types, lists given several times, the last of a text")
def options():
    one = check("show", "mode=all", "lines=a", "lines=b=c", "text=x=y", "text=last", "every=5m", "recheck=1m", "slow=10s",
                "locations=here", "address-family=4", "source=127.0.0.2", "reference=yes")
    assert one["values"]["mode"]["value"] == 2 and one["facts"]["lines"] == "a|b=c" and one["facts"]["text"] == "last"


@test("slow makes it degraded")
def slow():
    assert check("show", "slow=1ms", status=1)["verdict"] == "degraded"


WRONG = [
    (("check",), "a target is missing"),
    (("check", "shwo://h"), "did you mean 'show'?"),
    (("check", "no-such-thing-at-all"), "'nines modules' lists them"),
    (("check", "show", "hots=x"), "did you mean 'host'?"),
    (("check", "show", "timeuot=5s"), "did you mean 'timeout'?"),
    (("check", "show", "xyzzy=x"), "see 'nines modules show'"),
    (("check", "show", "host"), "write name=value"),
    (("check", "show", "port=99999999"), "port"),
    (("check", "show", "mode=most"), "mode"),
    (("check", "show", "timeout=soon"), "timeout"),
    (("check", "show", "--jsno"), "did you mean '--json'?"),
    (("check", "show", "--json", "--nagios"), "exclude"),
    (("check", "show://[::1"), "bracket"),
    (("check", "show://::1"), "brackets"),
    (("check", "show://h:"), "port"),
    (("check", "show://"), "host"),
    (("check", "http://"), "host"),
    (("check", "tcp://127.0.0.1"), "port"),
    (("check", "../no/such.txt"), "NAME.so"),
    (("check", "Show Me"), "no target"),
]
for words, remedy in WRONG:
    @test(f"wrong usage: nines {' '.join(words)}")
    def wrong_usage(words=words, remedy=remedy):
        assert remedy in wrong(*words), wrong(*words)


@test("a secret is not shown when it is refused")
def secret_refused():
    done = nines("check", "show", "password=" + "s3cret" * 10000)
    assert b"s3crets3cret" not in done.stderr + done.stdout


@test("a secret can be typed as a reference")
def secret_reference(tmp):
    (tmp / "secret").write_text("12345678\n")
    assert check("show", f"password=file:{tmp}/secret")["values"]["password_bytes"]["value"] == 8
    assert check("show", "password=env:THE_SECRET", env={"THE_SECRET": "1234"})["values"]["password_bytes"]["value"] == 4
    assert "not set" in wrong("check", "show", "password=env:NO_SUCH_SECRET")
    assert "cannot be read" in wrong("check", "show", f"password=file:{tmp}/none")


@test("a probe is of one item; a block of several is wrong usage")
def items():
    assert check("show")["facts"]["item"] == "one"
    assert check("show", "item=192.0.2.7")["facts"]["item"] == "192.0.2.7"
    assert check("show", "item=192.0.2.7/32")["facts"]["item"] == "192.0.2.7"
    assert "several" in wrong("check", "show", "item=192.0.2.0/24")


@test("wrong usage with --nagios is still a line for Nagios")
def nagios_wrong():
    done = nines("check", "show", "hots=x", "--nagios")
    assert done.returncode == 64 and done.stdout.decode().startswith("UNKNOWN - module 'show' has no option 'hots'")


@test("--nagios: one line, performance data, no bar or newline in the text")
def nagios():
    done = nines("check", "show://h", "does=fail", "text=a|b\nc", "--nagios")
    text = done.stdout.decode()
    assert text.count("\n") == 1 and text.count("|") == 1, text
    said, data = text.strip().split("|")
    assert said.startswith("SHOW CRITICAL - banner: a/b") and "show://h" in said
    label = r"'[^'=]+'=[-0-9.]+(s|%|B|c)?(;[0-9.]*){0,4}"
    assert re.fullmatch(rf"( {label})+", data), data
    assert re.search(r" 'time'=0\.\d+s;;;0 'connect'=0\.\d+s", data) and "'certificate_days'=61" in data and "'ratio'=0.5%" in data
    assert nines("check", "show", "--nagios").stdout.decode().startswith("SHOW OK - ")


for text in HOSTILE:
    @test(f"nothing a terminal obeys gets out: {text!r}")
    def hostile(text=text):
        for form in ((), ("--trace",), ("-q",), ("--nagios",), ("--json",), ("--json", "--trace")):
            for encoding in ("C.UTF-8", "C"):
                raw = nines("check", f"show://h/{text}", "does=fail", f"text={text}", f"lines={text}", *form, env={"LC_ALL": encoding})
                done = nines("check", "show://h", "does=fail", "hex=" + text.encode().hex(), *form, env={"LC_ALL": encoding})
                assert done.returncode == 2, done
                for stream in (done.stdout, done.stderr, raw.stdout, raw.stderr):
                    seen = stream.decode()
                    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", seen), seen
                    if encoding == "C" and not {"--json", "--nagios"} & set(form):
                        assert seen.isascii(), seen
                if "--json" in form:
                    json.loads(done.stdout)


@test("bytes that are no UTF-8 become valid JSON")
def bytes_in():
    done = nines("check", "show", "hex=fffe80616200", "does=fail", "--json")
    assert json.loads(done.stdout.decode())["facts"]["text"].endswith("ab")


@test("the waterfall: a row per step, both times, one axis, redirects with their URL")
def waterfall():
    lines = nines("check", "show").stdout.decode().splitlines()
    rows = [line for line in lines if re.match(r"    (connect|banner) ", line)]
    assert len(rows) == 3 and all(re.search(r"\d(us|ms|s) +\d[\d.]*(us|ms|s)   ", row) for row in rows), rows
    assert any("took" in line and "ended" in line for line in lines)
    assert any("redirect 1  http://there/" in line for line in lines)
    bars = [re.search("[█-▐]+", row) for row in rows]
    assert all(bars) and bars[0].start() <= bars[1].start() <= bars[2].start()


@test("the waterfall fits the terminal: 80, 120, and what COLUMNS says")
def widths():
    for columns in (60, 80, 120, 200):
        for line in nines("check", "show", env={"COLUMNS": str(columns)}).stdout.decode().splitlines():
            assert len(line) <= columns, (columns, len(line), line)


@test("without UTF-8 the bars are ASCII")
def ascii_bars():
    text = nines("check", "show", "does=fail", "text=no", env={"LC_ALL": "C"}).stdout
    assert text.isascii() and b"#" in text and b"  x banner" in text


@test("a failed step is marked with its reason")
def marked():
    lines = nines("check", "show", "does=fail", "text=went wrong").stdout.decode().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  ✗ banner"))
    assert lines[at + 1].strip() == "went wrong"


def on_terminal(*words, env=None):
    """What a person would get on a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([str(BUILD / "nines"), *words], stdin=slave, stdout=slave, stderr=slave, cwd=ROOT,
                               env={"PATH": os.environ["PATH"], "TERM": "xterm", "NINES_MODULES": str(MODULES), **(env or {})})
    os.close(slave)
    got = b""
    try:
        while more := os.read(master, 65536):
            got += more
    except OSError:
        pass
    os.close(master)
    process.wait(30)
    return got


@test("colour on a terminal only, and not with NO_COLOR")
def colour():
    assert b"\x1b[31m" in on_terminal("check", "show", "does=fail", "text=no")
    assert b"\x1b" not in on_terminal("check", "show", "does=fail", "text=no", env={"NO_COLOR": "1"})
    assert b"\x1b" not in nines("check", "show", "does=fail", "text=no", env={"TERM": "xterm"}).stdout


@test("-q is the verdict line alone")
def quiet():
    text = nines("-q", "check", "show", "does=fail", "text=no").stdout.decode()
    assert re.fullmatch(r"down  show  [\d.]+\w+  banner: no\n", text), text
    assert nines("check", "show", "does=fail", "text=no", "-q").stdout.decode().count("\n") == 1


@test("--trace shows what was said, in JSON as the member transcript")
def trace():
    assert "hello there" in nines("check", "show", "text=hello there", "--trace").stdout.decode().split("\n\n")[-1]
    assert "hello there" in check("show", "text=hello there", "--trace")["transcript"]
    assert "transcript" not in check("show")


@test("what a module prints does not mix with the answer")
def prints():
    done = nines("check", "show", "does=print", "text=I AM LOUD", "--json")
    assert json.loads(done.stdout)["verdict"] == "up" and b"LOUD" in done.stderr


@test("a module that crashes is unknown, with the step to blame")
def crash():
    one = check(str(BAD / "crash.so"), status=3)
    assert one["verdict"] == "unknown"
    assert re.match(r"module 'crash' (crashed \(signal 11\)|ended the process \(exit \d+\)) in step '[\w-]+'", one["reason"]), one
    assert one["step"] and isinstance(one["elapsed_us"], int)
    assert nines("check", str(BAD / "crash.so"), "--nagios").stdout.decode().startswith("CRASH UNKNOWN - ")


@test("a module that calls on and on after its failure is let go: the first reason and its step stay")
def liar():
    one = check(str(BAD / "liar.so"), status=2)
    assert (one["verdict"], one["reason"], one["step"]) == ("down", "it failed", "lie"), one
    assert [(s["name"], s["ok"]) for s in one["steps"]] == [("lie", False)], one


@test("a module that hangs is unknown within its patience")
def hang():
    one = check(str(BAD / "hang.so"), status=3)
    assert one["verdict"] == "unknown" and "module 'hang'" in one["reason"], one


for name, reason in [("exit", "ended the process"), ("old-abi", ""), ("short-struct", ""), ("garbage", "garbled"), ("wrong-name", ""),
                     ("constructor-crash", "while it was loaded"), ("constructor-exit", "while it was loaded"), ("overflow", "")]:
    @test(f"the bad module {name} is unknown")
    def bad(name=name, reason=reason):
        path = BAD / f"{name}.so"
        assert path.exists(), path
        one = check(str(path), status=3)
        assert one["verdict"] == "unknown" and one["reason"] and reason in one["reason"], one


@test("a module that others can write is refused")
def writable(tmp):
    copy = tmp / "show.so"
    copy.write_bytes((MODULES / "show.so").read_bytes())
    copy.chmod(0o666)
    one = check(str(copy), status=3)
    assert str(copy) in one["reason"], one


run()
