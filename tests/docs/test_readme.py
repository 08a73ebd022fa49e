"""The README's promises: its module compiles as printed, is about 15 lines, and works; its two commands are targets."""
import re
import subprocess

import daemon
import servers
from tap import BUILD, ROOT, run, test

README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCE = re.search(r"```c\n(.*?)```", README, re.S).group(1)


def built(tmp):
    (tmp / "banner.c").write_text(SOURCE)
    subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared", f"-I{ROOT}/include",
                    "-o", tmp / "banner.so", tmp / "banner.c"], check=True)
    return tmp / "banner.so"


@test("what the README configures is a configuration")
def configured(tmp):
    sections = re.findall(r"^## (?:Who is told|What customers).*?(?=^## )", README, re.M | re.S)
    text = "\n".join(re.findall(r"^    .*", "\n".join(sections), re.M))
    assert len(sections) == 2 and "page" in text
    conf = tmp / "nines.conf"
    conf.write_text(f'store = "{tmp}/db"\nmodules = "{BUILD}/modules"\nnotifiers = "{BUILD}/notifiers"\nreports = "{BUILD}/reports"\n'
                    'notify-email { host = "localhost" from = "a@example.org" }\n'
                    'notify-sms { gateway = "kannel"  url = "http://localhost:13013/cgi-bin/sendsms"  user = "u"  token = "env:HOME" }\n' + text)
    done = daemon.nines("config", "check", conf=conf)
    assert done.returncode == 0, done.stderr + text


@test("the README's module is short")
def short():
    code = [line for line in SOURCE.splitlines() if line.strip() not in ("", "{", "}")]
    assert len(code) <= 18, len(code)


@test("the README's module finds its banner")
def good(tmp):
    with servers.Server([servers.send(b"NOTICE hello\r\n"), servers.silence()]) as server:
        status, seen = daemon.check(built(tmp), "host=127.0.0.1", f"port={server.port}", "expect=NOTICE")
    assert (status, seen["verdict"], seen["reason"]) == (0, "up", "")
    assert [step["name"] for step in seen["steps"]] == ["connect", "banner"]


@test("the README's module says what it wanted")
def bad(tmp):
    with servers.Server([servers.send(b"go away\r\n"), servers.silence()]) as server:
        status, seen = daemon.check(built(tmp), "host=127.0.0.1", f"port={server.port}", "expect=NOTICE")
    assert (status, seen["step"], seen["reason"]) == (2, "banner", "wanted 'NOTICE', got 'go away'")


for head, folder in (("check modules", "modules"), ("notifiers", "notifiers")):
    @test(f"its table of {head} names each, and nothing else")
    def modules(head=head, folder=folder):
        rows = re.search(rf"^\| {head} \|.*\n\|---\|---\|\n((?:\|.*\n)+)", README, re.M).group(1)
        named = [name for row in rows.splitlines() for name in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])]
        assert sorted(named) == sorted(path.name for path in (ROOT / folder).iterdir() if path.is_dir()), named


@test("what it shows of a mail server is what is printed, but for port and times")
def sample():
    shown = re.search(r"^    (down  smtp://.*?address  127\.0\.0\.1)\n", README, re.S | re.M).group(1)
    with servers.Server([servers.send(b"554 go away\r\n"), servers.silence()]) as server:
        done = daemon.nines("check", f"smtp://127.0.0.1:{server.port}", env={"LC_ALL": "C.UTF-8", "COLUMNS": "90"})

    def words(text):
        return re.sub(r"\d[\d.]*(us|ms|s)\b|:\d+|[\u2580-\u259f]", " ", text).split()
    assert done.returncode == 2 and words(done.stdout) == words(shown), (done.stdout, shown)


@test("its two commands are targets of the Makefile")
def commands():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"^    make (\w+)", README, re.M):
        assert re.search(rf"^{name}:.*## ", makefile, re.M), name


run()
