"""`nines` as a whole: its table of commands, help, wrong usage, the manual pages, and the commands that ask the keeper."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "web"), str(pathlib.Path(__file__).resolve().parent.parent / "lib")]
from keeper import Keeper, line  # noqa: E402
from tap import BUILD, ROOT, run, skip, test  # noqa: E402

NOW_US = int(time.time() * 1e6)
MANUAL = (ROOT / "docs/man/nines.1").read_text()


def nines(*words, env=None):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, cwd=ROOT, timeout=60,
                          env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def commands():
    """The names in the table, as the overview lists them."""
    found = re.findall(r"^  ([a-z]+) {2,}\S", nines("--help")[1], re.M)
    assert "check" in found and "status" in found, found
    return found


@test("a configuration that was named and is not there is said, and the usual one is not taken for it")
def no_configuration(tmp):
    none = tmp / "none.conf"
    said = f"nines: {none}: no such file or directory: give the path of a configuration with -c\n"
    for name in set(commands()) - {"config"}:
        status = 75 if name == "hook" else 2  # mail waits until it is there again
        assert nines("-c", none, name) == (status, "", said), name
        assert nines(name, "-c", none) == (status, "", said), name
        assert nines(name, "-c", none, "--help")[0] == 0, name
    assert nines("-c", none, "config", "check") == (1, "", said)


@test("an unknown option, a database and a daemon that are not there come with what to do")
def remedies(tmp):
    for name in commands():
        assert nines(name, "--xyzzyxyzzy") == (64, "", f"nines: unknown option '--xyzzyxyzzy': see 'nines {name} --help'\n"), name
    none, do = tmp / "none.db", "start ninesd, import a history, or name the database with --store"
    for words in (("export", "--all"), ("backup", tmp / "copy"), ("incident",)):
        assert nines(*words, "--store", none) == (2, "", f"nines: cannot open {none}: no such file or directory: {do}\n"), words
    span = ("--from", "2026-11-23", "--to", "2026-11-22")
    assert nines("export", "--all", *span, "--store", none) == (64, "", "nines: --from is not before --to: 2026-11-23 and 2026-11-22\n")
    assert nines("status", "--socket", none) == (3, "", f"nines: ninesd is not running or not reachable: {none}: no such file or "
                                                 "directory: start it, or name its configuration with -c\n")


@test("every command of the table is in nines.1, and the other way round")
def manual():
    section = MANUAL.split(".Sh COMMANDS")[1].split(".Sh ")[0]
    assert set(re.findall(r"^\.It Cm (\w+)", section, re.M)) == set(commands())


@test("every flag of a command is in its part of nines.1, and the other way round")
def manual_flags():
    section = MANUAL.split(".Sh COMMANDS")[1].split(".Sh ")[0]
    parts = dict(re.findall(r"^\.It Cm (\w+)(.*?)(?=^\.It Cm \w|\Z)", section, re.M | re.S))
    for command in commands():
        shown = set(re.findall(r"^  (--\w+)", nines(command, "--help")[1], re.M)) - {"--help"}
        assert {"--" + f for f in re.findall(r"Fl -(\w+)", parts[command])} == shown, command


@test("nines.1 tells of every report, and the first lines of --help have every flag of a report, of deliver and of verify")
def manual_reports():
    section = MANUAL.split(".It Cm report ")[1].split(".It Cm config ")[0]
    assert set(re.findall(r"^\.Cm (\w+)\nshows", section, re.M)) == {p.name for p in (ROOT / "reports").iterdir() if p.is_dir()}
    for command in ("report", "deliver", "verify"):
        usage, flags = nines(command, "--help")[1].split("\n\n", 1)
        missing = {f for f in re.findall(r"^  (--[\w-]+)", flags, re.M) if not re.search(rf"{f}\b", usage)}
        assert missing <= {"--help", "--socket", "--store"}, (command, missing)


@test("--help of every command works, names it and ends well")
def helps():
    for words in (["--help"], ["-h"], *([c, "--help"] for c in commands())):
        status, out, err = nines(*words)
        assert status == 0 and out.startswith("usage: nines ") and err == "", words
        assert words[0].startswith("-") or f"] {words[0]}" in out, words
        assert all(len(text) <= 100 for text in out.splitlines())


@test("--version is one line")
def version():
    status, out, _ = nines("--version")
    assert status == 0 and re.fullmatch(r"nines \d+(\.\d+)*\n", out)


@test("the manual pages are clean mdoc")
def pages():
    for page in sorted((ROOT / "docs/man").iterdir()):
        try:
            done = subprocess.run(["groff", "-mandoc", "-Tutf8", "-ww", "-z", str(page)], capture_output=True, text=True)
        except FileNotFoundError:
            skip("groff is not installed")
        assert done.returncode == 0 and not done.stderr, done.stderr


@test("nines.conf(5) tells every option of the core's own sections, and every word of a letter")
def manual_sections():
    page = (ROOT / "docs/man/nines.conf.5").read_text().split(".Sh OTHER SECTIONS")[1]
    told = dict(re.findall(r"^\.It Cm ([a-z]+)(?: [^\n]*)?\n(.*?)(?=^\.It Cm |^\.El)", page, re.M | re.S))
    tables = {"service": "config_service", "sla": "config_sla", "maintenance": "config_maintenance", "customer": "config_customer",
              "location": "location_options", "contact": "contact_options", "path": "path_options", "template": "wording_options",
              "deliver": "deliver_options", "canned": "canned_options"}
    sources = "".join((ROOT / "core/config" / name).read_text() for name in ("policy_line.c", "section.c", "contact.c", "wording.c", "deliver.c", "canned.c"))
    for section, table in tables.items():
        found = re.findall(rf'OPTION_(\w*)\(struct {table}, (\w+)(?:,\s*"([a-z-]*)")?', sources)
        names = {name if not kind else member for kind, member, name in found}
        assert names, section
        for name in names:
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", told[section]), f"{section}: {name}"
    words = re.findall(r'^\t\{"([\w-]+)", (?:add_\w+|NULL)\},$', (ROOT / "core/letter/word.c").read_text(), re.M)
    assert len(words) > 40 and not set(words) - set(re.split(r"[\s.]+", told["template"]))
    about = set(re.findall(r'ABOUT_OPTION\(s, \w+, "(\w+)"', (ROOT / "core/module/about.h").read_text()))
    checks = set(re.findall(r"^\.It Cm ([a-z]+)$", (ROOT / "docs/man/nines.conf.5").read_text().split(".Sh CHECKS")[1], re.M))
    assert len(about) == 10 and about <= checks, about - checks


@test("nines.conf(5) and the configuration's table name the same settings")
def settings():
    page = (ROOT / "docs/man/nines.conf.5").read_text().split(".Sh SETTINGS")[1].split(".Sh ")[0]
    written = {w.strip() for names in re.findall(r"^\.It Cm (.+)", page, re.M) for w in names.split(",")}
    table = (ROOT / "core/config/read.c").read_text().split("setting_option[] = {")[1].split("OPTION_END")[0]
    known = {second if first.endswith("_") else member for first, member, second in
             re.findall(r"(OPTION_\w*)\(struct config_settings, (\w+), (?:\"([\w-]+)\")?", table)}
    assert written == known, written ^ known


WRONG = [
    ([], "no command"), (["chekc"], "did you mean 'check'?"), (["statsu"], "did you mean 'status'?"),
    (["xyzzyxyzzy"], "see 'nines --help'"), (["--wat"], "see 'nines --help'"), (["-c"], "-c FILE"), (["check", "x", "-c"], "-c FILE"),
    (["status", "now"], "takes no words"), (["status", "--jsn"], "did you mean '--json'?"), (["modules", "a", "b"], "too much"),
    (["modules", "htpp"], "did you mean 'http'?"), (["modules", "htp"], "did you mean 'http'?"), (["beat"], "a name is missing"), (["beat", "a", "b", "c", "d"], "too much"), (["beat", "a", "--exit", "x"], "no exit status"),
    (["hook"], "a hook is missing"), (["now"], "a name is missing"), (["now", "a", "b"], "too much"), (["release"], "a name is missing"), (["config"], "config check"),
    (["config", "chekc"], "config check"), (["status", "--socket"], "--socket PATH"), (["check\x1b[2J"], "\\x1b[2J"),
]
for words, remedy in WRONG:
    @test(f"wrong usage: nines {ascii(' '.join(words))}")
    def wrong(words=words, remedy=remedy):
        status, out, err = nines(*words)
        assert status == 64 and out == "" and err.count("\n") == 1 and err.startswith("nines: ") and remedy in err, (status, out, err)


LINES = (line("check", name="shop", module="http", state="up", since_us=NOW_US - 90_000_000, verdict="up", start_us=NOW_US - 5_000_000,
              elapsed_us=5200, steps="resolve:812,connect:5100", address="192.0.2.1", next_us=NOW_US + 30_000_000)
         + line("check", name="evil\x1b[31m\u202e name", module="tcp", state="down", since_us=NOW_US - 3600_000_000, verdict="down",
                start_us=NOW_US, elapsed_us=10, steps="connect:10!", reason="refused\x1b]0;x\x07\nby all", step="connect")
         + line("service", name="All\x9b", state="up", since_us=NOW_US, need=1, up=1, members="shop\nevil")
         + line("service", name="Paid", state="up", since_us=NOW_US, need=1, up=1, members="shop", burning="page", burning_since_us=NOW_US - 120_000_000)
         + line("health", ok=0, text="the disk is full\nthe clock\x1b[2J stands", version="0.1", started_us=NOW_US, late_us=767, missed=0, void=1, uptime_us=3_725_000_000, results_minute=120, queue=7, prober_deaths=2, quarantined="one\ntwo",
                recorder="ok", surprise="said\x1b[2J", nothing=0)
         + "end -\n")


def socket_of(tmp, lines=LINES, **more):
    path = tmp / "control"
    return path, Keeper(lines, **more).listen(path)


@test("status shows checks worst first, their reasons, services and the monitor; nothing a terminal obeys")
def status_text(tmp):
    path, keeper = socket_of(tmp)
    for encoding in ("C.UTF-8", "C"):
        status, out, err = nines("status", "--socket", path, env={"LC_ALL": encoding})
        assert status == 0 and err == "", err
        assert out.index("down ") < out.index("up ") and "connect: refused" in out and "trouble" in out
        for wanted in ("shop", "resolve 812us", "service", "the disk is full", "surprise said"):
            assert wanted in out, wanted
        burning = [said for said in out.splitlines() if "burning" in said]
        assert len(burning) == 1 and re.fullmatch(r" +burning its error budget: a page, since \S+ ?\S*", burning[0]), out
        assert "up 1h 2m, 120 results a minute, " in out.replace(",\n              ", ", "), out
        health = out[out.index("monitor"):].replace("\n              ", " ")
        for wanted in ("starts 767us late (p99)", "1 void cycle,", "2 probers died", "quarantined: one, two"):
            assert wanted in health, wanted
        assert not re.search("missed|_us|queue|recorder|nothing", health), health
        assert max(map(len, out.splitlines())) <= 80, [len(l) for l in out.splitlines()]
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), out
    assert keeper.requests[0] == "status -\n"
    assert "shop" not in nines("-q", "status", "--socket", path)[1]


@test("status of a service whose members weigh differently is of their weight, and says what they weigh")
def status_weighted(tmp):
    said = 'service All state="up" since_us=5 need=2 up=3 of=4 members="shop\\nevil" weights="3\\n1"\n'
    path, _ = socket_of(tmp, LINES.replace("health -", said + "health -", 1))
    assert " service All  3 of weight 4 up, needs 2, since " in nines("status", "--socket", path)[1]
    plain, *_, weighted = json.loads(nines("status", "--json", "--socket", path)[1])["services"]
    assert (weighted["need"], weighted["up"], weighted["of"], weighted["members"], weighted["weights"]) == (2, 3, 4, ["shop", "evil"], [3, 1])
    assert set(weighted) - set(plain) == {"of", "weights"}, plain


@test("status --json has the documented members")
def status_json(tmp):
    path, _ = socket_of(tmp)
    status, out, _ = nines("status", "--json", "--socket", path)
    document = json.loads(out)
    assert status == 0 and list(document) == ["at", "health", "services", "checks"]
    one = document["checks"][0]
    assert list(one) == ["name", "module", "service", "state", "since", "reason", "step", "next_due", "interval_us", "incident", "last", "uptime_month"]
    assert list(one["last"]) == ["verdict", "location", "address", "started", "elapsed_us", "steps"]
    assert document["health"]["trouble"][0] == "the disk is full" and document["health"]["ok"] is False
    calm, paid = document["services"]
    assert paid["burning"] == "page" and paid["burning_since"].endswith("Z") and "burning" not in calm and "burning_since" not in calm
    for name in ("at", "health", "services", "checks", *one, *one["last"], *paid):
        assert re.search(rf"\b{name}\b", MANUAL), name


@test("the socket is the one the configuration names; -c, NINES_CONF")
def configured(tmp):
    path, _ = socket_of(tmp)
    conf = tmp / "nines.conf"
    conf.write_text(f'location = "x"\nsocket = "{path}"\n')
    assert nines("-c", conf, "status")[0] == 0
    assert nines("status", "-c", conf)[0] == 0
    assert nines("status", env={"NINES_CONF": str(conf)})[0] == 0
    status, _, err = nines("report", "nines", env={"NINES_CONF": str(tmp / "none.conf")})
    assert status == 2 and f"{tmp}/none.conf: no such file" in err, (status, err)


@test("without a daemon there is one clear line and exit status 3")
def no_daemon(tmp):
    for words in (["status"], ["status", "--json"], ["now", "x"], ["beat", "x"], ["release", "x"]):
        status, out, err = nines(*words, "--socket", tmp / "nobody")
        assert status == 3 and out == "" and err.count("\n") == 1 and "ninesd is not running" in err, (words, err)


@test("a keeper that ends, or speaks nonsense, is one clear line and exit status 3")
def bad_keeper(tmp):
    path, keeper = socket_of(tmp, "check - name=x\n")  # no `end`
    done = subprocess.Popen([str(BUILD / "nines"), "status", "--socket", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    keeper.come.wait(20)
    out, err = done.communicate(timeout=30)
    assert done.returncode == 3 and out == b"" and err.count(b"\n") == 1, err
    path.unlink()
    path, _ = socket_of(tmp, 'check - name="unclosed\n')
    status, out, err = nines("status", "--socket", path)
    assert status == 3 and out == "" and err.count("\n") == 1, err


@test("beat, now and release send one line and show the answer")
def requests(tmp):
    path, keeper = socket_of(tmp, line("end", text="done\x1b[2J"))
    for words, sent in [(["now", "shop"], "check-now shop\n"), (["beat", "job"], "beat job\n"), (["release", "http"], "release http\n"),
                        (["beat", "my job", "fail now"], 'beat - name="my job" text="fail now"\n'),
                        (["beat", "job", "fail", "disk full"], 'beat job text="fail disk full"\n'), (["beat", "job", "--exit", "0"], 'beat job text="exit 0"\n'),
                        (["beat", "job", "--exit", "3", "no route"], 'beat job text="exit 3 no route"\n')]:
        status, out, err = nines(*words, "--socket", path)
        assert status == 0 and out == "done\\x1b[2J\n" and err == "", (out, err)
        assert keeper.requests[-1] == sent, keeper.requests


@test("a refusal of the keeper is one line and exit status 2")
def refused(tmp):
    path, _ = socket_of(tmp, line("end", wrong="no check has this name"))
    assert nines("now", "x", "--socket", path) == (2, "", "nines: no check has this name\n")


@test("modules lists what is there and what was refused, with the reason")
def modules(tmp):
    (tmp / "broken.so").write_bytes(b"not an object")
    env = {"NINES_MODULES": str(tmp)}
    status, out, _ = nines("modules", env=env)
    assert status == 0 and re.search(r"^check +http ", out, re.M) and "broken.so" in out
    document = json.loads(nines("modules", "--json", env=env)[1])
    found = {m["name"]: m for m in document["modules"]}
    assert found["broken"]["refused"] and found["http"]["refused"] is None and found["http"]["kind"] == "check"
    assert set(found["http"]) == {"name", "kind", "summary", "path", "refused"}
    assert nines("modules", "broken", env=env) == (2, "", f"nines: {found['broken']['refused']}\n")


@test("modules NAME shows every option of the module")
def one_module():
    document = json.loads(nines("modules", "tcp", "--json")[1])
    names = [o["name"] for o in document["options"]]
    assert {"host", "port", "send", "expect"} <= set(names)
    status, out, _ = nines("modules", "tcp")
    assert status == 0 and all(re.search(rf"\b{n}\b", out) for n in names)


@test("config check: 0 when all is well, 1 with file and line of a problem")
def config_check(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(f'location = "x"\nmodules = "{BUILD}/modules"\nstore = "{tmp}/n.db"\ntcp "a" {{ host = "127.0.0.1" port = 1 }}\n')
    status, out, err = nines("-c", conf, "config", "check")
    assert status in (0, 1), (status, out, err)
    conf.write_text(conf.read_text() + 'tcp "b" { hots = "127.0.0.1" }\n')
    status, out, err = nines("-c", conf, "config", "check")
    assert status == 1 and f"{conf}:5: " in err and "host" in err, (status, err)
    assert json.loads(nines("-c", conf, "config", "check", "--json")[1])


run()
