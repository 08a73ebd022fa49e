#!/usr/bin/env python3
"""The notifier exec: what a program gets, what its end means, programs that fail, hang and flood; the recipes with real HAProxy and nginx."""
import contextlib
import http.client
import json
import pathlib
import subprocess
import sys

from daemon import die_with_parent, free_port, nines, until
from letters import Letter, deliver
from real import accepts, environment, nginx, program
from servers import Server, close, expect, send
from tap import BUILD, ROOT, run, test

PYTHON, EXAMPLES = sys.executable, ROOT / "conf.d/examples"
NASTY = Letter(id="01N", kind="alert", subject="it's \"down\" $(id) `id`", text="line 1\nline 2\n", short="s",
               words={"state": "down", "check": "web 1", "reason": "wanted '220', got '; rm -rf /'", "since": "2026"})


def script(tmp, text):
    """Words that make a letter's program of this Python text."""
    path = tmp / "hook.py"
    path.write_text(text)
    return [f"command={PYTHON}", f"command={path}"]


@test("the program gets the letter as JSON and as variables, and nothing else")
def gets(tmp):
    words = script(tmp, f"""import json, os, sys
json.dump({{"json": json.load(sys.stdin), "env": dict(os.environ), "argv": sys.argv[1:], "fds": sorted(os.listdir("/proc/self/fd")), "cwd": os.getcwd()}},
          open({str(tmp / 'seen')!r}, "w"))""")
    deliver("exec:web1", *words, "command=a b", "command=$HOME", "environment=POOL=web", "secret=hush", "secret-name=TOKEN", letter=NASTY).says("delivered")
    seen = json.loads((tmp / "seen").read_text())
    assert seen["json"]["id"] == "01N" and seen["json"]["words"]["check"] == "web 1" and seen["json"]["text"] == "line 1\nline 2\n", seen
    assert seen["argv"] == ["a b", "$HOME"] and seen["cwd"] == "/", seen
    env = seen["env"]
    wanted = {"NINES_EVENT": "alert", "NINES_STATE": "down", "NINES_CHECK": "web 1", "NINES_TO": "web1", "NINES_ID": "01N", "NINES_ATTEMPT": "1",
              "NINES_SUBJECT": "it's \"down\" $(id) `id`", "NINES_TEXT": "line 1\nline 2\n", "NINES_REASON": "wanted '220', got '; rm -rf /'",
              "NINES_SERVICE": "", "POOL": "web", "TOKEN": "hush", "LANG": "C"}
    assert {key: env.get(key) for key in wanted} == wanted, env
    assert not {key for key in env if key not in wanted and not key.startswith("NINES_")} - {"PATH", "LC_CTYPE"}, env
    assert len(seen["fds"]) <= 5, seen  # 0, 1, 2, the file being written, the folder being listed


for _title, _program, _options, _outcome, _reason in [
        ("ends with 0", "", [], "delivered", ""),
        ("ends with 75", "import sys; print('busy', file=sys.stderr); sys.exit(75)", [], "later", "the program ended with status 75 and said 'busy'"),
        ("ends with 1", "import sys; print('no such server'); sys.exit(1)", [], "gave-up", "the program ended with status 1 and said 'no such server'"),
        ("ends with 3 and says nothing", "import sys; sys.exit(3)", [], "gave-up", "the program ended with status 3 and said nothing"),
        ("is killed", "import os; os.kill(os.getpid(), 9)", [], "later", "the program ended by signal 9 and said nothing"),
        ("hangs", "import time; time.sleep(1000)", ["timeout=1s"], "later", "timeout after 1s"),
        ("hangs and cannot be asked to end", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(1000)", ["timeout=1s"], "later", "timeout after 1s"),
        ("floods both pipes", "import sys\nfor _ in range(2000): print('x' * 1000); print('y' * 1000, file=sys.stderr)\nsys.exit(1)", [], "gave-up",
         "the program ended with status 1 and said '" + "y" * 200),
        ("writes what no terminal should see", "import sys; sys.stderr.buffer.write(b'\\x1b[2J\\xff\\n'); sys.exit(1)", [], "gave-up", "the program ended with status 1 and said '"),
        ("repeats its secret", "import os, sys; sys.exit('got ' + os.environ['SECRET'])", ["secret=hush-hush"], "gave-up", "said 'got *********'")]:
    @test(f"a program that {_title}: {_outcome}")
    def ends(tmp, text=_program, options=_options, outcome=_outcome, reason=_reason):
        found = deliver("exec:x", *script(tmp, text), *options, letter=NASTY).says(outcome, reason)
        assert len(found.reason) < 700 and "\x1b" not in found.reason and "hush" not in repr(found), found


@test("what a program leaves behind dies with it")
def left_behind(tmp):
    words = script(tmp, f"""import os, time
if os.fork() == 0:
    os.setsid()
    open({str(tmp / 'pid')!r}, "w").write(str(os.getpid()))
    time.sleep(1000)
while not os.path.exists({str(tmp / 'pid')!r}): time.sleep(0.01)""")
    deliver("exec:x", *words).says("delivered")
    until("the daemon that it left is gone", lambda: not pathlib.Path(f"/proc/{(tmp / 'pid').read_text() or 1}").exists())


@test("events choose the letters it runs for")
def events(tmp):
    words = [*script(tmp, f"open({str(tmp / 'ran')!r}, 'a').write('x')"), "events=alert", "events=recovery"]
    for kind, runs in (("alert", 1), ("note", 1), ("recovery", 2), ("test", 2)):
        found = deliver("exec:x", *words, letter=Letter(kind=kind)).says("delivered", "" if kind in ("alert", "recovery") else f"do not name '{kind}'")
        assert len((tmp / "ran").read_text()) == runs, found


for _words, _outcome, _reason in [(["command=touch"], "gave-up", "wanted an absolute path"), (["command=/none/at/all"], "later", "cannot run '/none/at/all': no such file"),
                                  (["command=/bin/true", "environment=novalue"], "gave-up", "wanted NAME=value, got 'novalue'"),
                                  (["command=/bin/true", "events=alarm"], "gave-up", "there is no event 'alarm'")]:
    @test(f"{' '.join(_words)}: {_reason}")
    def wrong(words=_words, outcome=_outcome, reason=_reason):
        deliver("exec:x", *words).says(outcome, reason)


@test("nines config check names the line of what is wrong")
def configured(tmp):
    for words, part in (("command = touch", "wanted an absolute path"), ('command = "/bin/true" events = {"alert", "alarm"}', "there is no event 'alarm'"),
                        ('command = "/bin/true" environment = {"novalue"}', "wanted NAME=value")):
        (tmp / "nines.conf").write_text(f'notifiers = "{BUILD}/notifiers"\nmodules = "{BUILD}/modules"\nnotify-exec {{ {words} }}\n'
                                        'contact "a" { path "exec:x" { } }\n')
        done = nines("config", "check", conf=tmp / "nines.conf")
        assert done.returncode == 1 and "nines.conf:3: " in done.stderr and part in done.stderr, done


# ---- the recipes ----

@contextlib.contextmanager
def web(answer):
    """A web server that answers every request alike."""
    reply = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n{answer}".encode()
    with Server([expect(b"\r\n\r\n"), send(reply), close()]) as server:
        yield server


def fetch(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    answer = connection.getresponse()
    return answer.status, answer.getheader("Location") or answer.read().decode()


@contextlib.contextmanager
def haproxy(tmp, *ports):
    port = free_port()
    servers = "".join(f" server web{n} 127.0.0.1:{p}\n" for n, p in enumerate(ports, 1))
    (tmp / "haproxy.cfg").write_text(
        f"global\n stats socket {tmp}/admin.sock mode 660 level admin\ndefaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n"
        f"frontend site\n bind 127.0.0.1:{port}\n default_backend web\nbackend web\n balance roundrobin\n{servers}")
    server = subprocess.Popen([program("haproxy", "usr/sbin/haproxy"), "-db", "-f", tmp / "haproxy.cfg"], env=environment("haproxy"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
    try:
        until("haproxy accepts", lambda: accepts("127.0.0.1", port) or server.poll() is not None)
        assert server.poll() is None, server.communicate()[0]
        yield port
    finally:
        server.kill()
        server.communicate()


def event(state):
    return Letter(kind="alert" if state == "down" else "recovery", words={"state": state, "check": "web-1"})


@test("HAProxy: a failed server leaves the pool and comes back, but never the last one")
def drain(tmp):
    hook = [f"command={PYTHON}", f"command={EXAMPLES / 'haproxy-drain.py'}", f"command={tmp / 'admin.sock'}", "command=web"]
    deliver("exec:web1", *hook, letter=event("down")).says("later", "No such file")
    with web("one") as one, web("two") as two, haproxy(tmp, one.port, two.port) as port:
        assert {fetch(port)[1] for _ in range(6)} == {"one", "two"}
        for _ in range(2):  # a letter may come twice
            deliver("exec:web1", *hook, letter=event("down")).says("delivered")
        assert {fetch(port)[1] for _ in range(6)} == {"two"}
        deliver("exec:web2", *hook, letter=event("down")).says("later", "'web2' stays in: fewer than 1 would be left without it")
        assert {fetch(port)[1] for _ in range(6)} == {"two"}
        deliver("exec:web1", *hook, letter=event("up")).says("delivered")
        assert {fetch(port)[1] for _ in range(6)} == {"one", "two"}
        deliver("exec:web9", *hook, letter=event("up")).says("gave-up", "No such server")


@test("nginx: while the service is down visitors see the status page")
def switch(tmp):
    port, flag = free_port(), tmp / "site.down"
    recipe = (ROOT / "notifiers/exec/exec.md").read_text().split("## nginx")[1].split("```")[1]
    recipe = recipe.replace("/var/lib/nines/hooks/site.down", str(flag)).replace("...", "return 200 live;").replace("server {", f"server {{ listen 127.0.0.1:{port};")
    hook = [f"command={PYTHON}", f"command={EXAMPLES / 'site-switch.py'}", f"command={flag}"]
    with nginx(tmp, recipe, wait_for=("127.0.0.1", port)):
        assert fetch(port) == (200, "live")
        for _ in range(2):
            deliver("exec:www", *hook, letter=event("down")).says("delivered")
        assert fetch(port) == (302, "https://status.example.org/")
        deliver("exec:www", *hook, letter=event("degraded")).says("delivered")
        assert fetch(port)[0] == 302
        for _ in range(2):
            deliver("exec:www", *hook, letter=event("up")).says("delivered")
        assert fetch(port) == (200, "live")


run()
