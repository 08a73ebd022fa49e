"""Every configuration that is shipped loads, and says nothing but what it means."""
import re
import runpy

import certs
from daemon import free_port, nines
from failures import script
from real import nginx
from real_bind import Zone, named, records
from real_files import sshd, telnetd, vsftpd
from real_mail import dovecot, exim
from real_redis import redis
from servers import Server
from tap import BUILD, ROOT, run, test

FOLDERS = "".join(f'{kind} = "{BUILD}/{kind}"\n' for kind in ("modules", "notifiers", "reports"))
CHANNEL_SECRETS = re.findall(r'"env:(\w+)"', (ROOT / "conf.d/examples/notifiers.conf").read_text())
EXAMPLES = sorted([*(ROOT / "conf.d").glob("**/*.conf"), *(ROOT / "conf.d").glob("*.conf.example")])


def passes(conf, **env):
    done = nines("config", "check", "--offline", conf=conf, env=env)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


for example in EXAMPLES:
    @test(f"{example.relative_to(ROOT)} loads")
    def loads(tmp, example=example):
        (tmp / "nines.conf").write_text(FOLDERS + f'include("{example}")\n')
        assert not passes(tmp / "nines.conf", ORDERS_PASSWORD="x", REDIS_PASSWORD="x", MAIL_PROBE_PASSWORD="x",
                          FTP_PASSWORD="x", SSH_PASSWORD="x", **dict.fromkeys(CHANNEL_SECRETS, "x")).startswith("0 checks")


@test("what make run starts with loads and checks real things")
def tree(tmp):
    text = (ROOT / "nines.conf").read_text().replace('"build/', f'"{BUILD}/').replace('"conf.d/', f'"{ROOT}/conf.d/')
    (tmp / "nines.conf").write_text(text)
    assert re.match(r"[1-9]\d* checks?, [1-9]\d* services?, [1-9]\d* modules?\n$", passes(tmp / "nines.conf"))


@test("the installed configuration loads")
def installed(tmp):
    (tmp / "nines.conf").write_text((ROOT / "scripts/nines.conf.in").read_text().replace("@PREFIX@", str(tmp)))
    assert passes(tmp / "nines.conf").startswith("0 checks")


@test("the examples that documents name are installed, programs as programs")
def shipped(tmp):
    import os
    import subprocess
    subprocess.run([ROOT / "scripts/install"], env={**os.environ, "DESTDIR": str(tmp), "PREFIX": "/usr", "SYSCONFDIR": "/etc", "BUILD": str(BUILD)}, check=True)
    share, named = tmp / "usr/share/doc/nines", set()
    for document in [*share.rglob("*.md"), *(tmp / "usr/share/man").rglob("*.[158]")]:
        named |= set(re.findall(r"conf\.d/(examples/[\w./-]*\w)", document.read_text()))
    assert "examples/site/copy-to-s3" in named and not [name for name in named if not (share / name).exists()], named
    for program in (ROOT / "conf.d/examples").rglob("*"):
        if program.is_file():
            there = share / program.relative_to(ROOT / "conf.d")
            assert there.is_file() and os.access(program, os.X_OK) == os.access(there, os.X_OK), there


@test("what scripts/local writes loads")
def local(tmp):
    import subprocess
    made = subprocess.run(["python3", "scripts/local"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (tmp / "nines.conf").write_text(FOLDERS + made)
    passes(tmp / "nines.conf")


LOCAL = runpy.run_path(str(ROOT / "scripts/local"))


def watched(tmp, service, port, module, host="127.0.0.1"):
    """scripts/local takes this module for a service, and the check that it writes loads."""
    written = LOCAL["check"]("x", service, host, port)
    assert written.startswith(module + ' "x"'), written
    (tmp / "local.conf").write_text(FOLDERS + written + "\n")
    assert passes(tmp / "local.conf").startswith("1 check,")


@test("scripts/local watches a real mail server by its protocol, with TLS that nobody vouches for too")
def local_smtp(tmp):
    with exim(tmp, certs.good()) as mx:
        for service, port in (("smtp", "plain"), ("submission", "plain"), ("smtps", "tls")):
            watched(tmp, service, mx.port[port], "smtp")


@test("scripts/local watches a real server of mailboxes by its protocols")
def local_mailboxes(tmp):
    with dovecot(tmp, certs.good()) as server:
        for service in ("imap", "imaps", "pop3", "pop3s"):
            watched(tmp, service, server.port[service], service[:4], server.host)


@test("scripts/local watches a mail server without STARTTLS by its protocol")
def local_plain():
    with Server(lambda number: script([b"220 mx\r\n", "EHLO", b"250 mx\r\n", "QUIT", b"221 bye\r\n"])) as server:
        written = LOCAL["check"]("x", "smtp", server.host, server.port)
    assert written.startswith('smtp "x"'), written


@test("scripts/local watches a real redis by its protocol, one that wants a password as a port")
def local_redis(tmp):
    with redis(tmp / "open") as port:
        watched(tmp, "redis", port, "redis")
    with redis(tmp / "closed", "--requirepass", "sesame") as port:
        watched(tmp, "redis", port, "tcp")


@test("scripts/local watches a real sshd by its protocol")
def local_ssh(tmp):
    with sshd(tmp) as server:
        watched(tmp, "ssh", server.port, "ssh")


@test("scripts/local watches real telnet and FTP servers by their protocols, one that lets nobody in without a password as a port")
def local_logins(tmp):
    with telnetd(tmp) as server:
        watched(tmp, "telnet", server.port, "telnet")
    with vsftpd(tmp) as server:
        watched(tmp, "ftp", server.port, "ftp")
    with vsftpd(tmp, "anonymous_enable=NO") as server:
        watched(tmp, "ftp", server.port, "tcp")


@test("scripts/local asks a real name server for a name, one that refuses it is watched as a port")
def local_dns(tmp):
    with named(tmp / "answers", Zone("localhost", records(text="@ A 127.0.0.1"))) as server:
        watched(tmp, "dns", server.port, "dns")
    with named(tmp / "refuses", Zone("own.test", records())) as server:
        watched(tmp, "dns", server.port, "tcp")


@test("scripts/local watches a real web server by its protocol, another protocol than expected as a port")
def local_http(tmp):
    port = free_port()
    with nginx(tmp, f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 hello; }} }}", wait_for=("127.0.0.1", port)):
        watched(tmp, "http-alt", port, "http")
        for service in ("https", "ssh", "smtp", "redis", "imap", "dns", "mqtt"):
            watched(tmp, service, port, "tcp")


@test("every example of a configuration in a manual loads")
def manuals(tmp):
    found, modules = 0, "|".join([*(path.name for path in (ROOT / "modules").iterdir()),
                                  *(f"notify-{path.name}" for path in (ROOT / "notifiers").iterdir())])
    for manual in sorted([*ROOT.glob("modules/*/*.md"), *ROOT.glob("notifiers/*/*.md"), *ROOT.glob("docs/*.md"), ROOT / "README.md"]):
        if not manual.exists():
            continue
        for number, block in enumerate(re.findall(r"^```\n(.*?)^```", manual.read_text(), flags=re.S | re.M)):
            if not re.match(rf"\s*(#.*\n)*({modules})\s+[\"{{]", block):
                continue
            found += 1
            (tmp / "nines.conf").write_text(FOLDERS + re.sub(r'"(file|env|credential):[^"]*"', '"env:HOME"', block))
            done = nines("config", "check", "--offline", conf=tmp / "nines.conf")
            assert done.returncode == 0, f"{manual.relative_to(ROOT)}, block {number + 1}:\n{done.stderr}"
    assert found


@test("the steps that code opens are in the one table of docs/modules.md")
def steps():
    table = set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/modules.md").read_text(), flags=re.M))
    for source in sorted([*ROOT.glob("modules/*/*.c"), *ROOT.glob("notifiers/*/*.c"), *ROOT.glob("core/fiber/**/*.c")]):
        for name in re.findall(r'probe_step(?:_at)?\([^,;]*, "([^"]+)"', source.read_text()):
            assert name in table, f"{source.relative_to(ROOT)} opens the step '{name}'"


@test("options are told once: by the module's own table, not by its manual; those that a manual quotes as NAME = exist")
def options():
    import json
    env = {"NINES_MODULES": f"{BUILD}/modules"}
    of_checks = {"every", "timeout", "recheck", "slow", "warn", "crit", "locations", "address-family", "reference", "when-healthy"}
    of_notifiers = {"timeout", "at-once", "per-minute", "address-family"}
    for manual in sorted([*ROOT.glob("modules/*/*.md"), *ROOT.glob("notifiers/*/*.md")]):
        name, prose, kind = manual.stem, manual.read_text(), manual.parent.parent.name
        common = of_checks if kind == "modules" else of_notifiers
        document = json.loads(nines("modules", name, "--json", env=env).stdout)
        if kind == "notifiers" and document["kind"] == "check":  # `exec` is both
            continue
        known = {o["name"] for o in document["options"]} | common
        assert not re.search(r"^\| option", prose, flags=re.M), f"{manual.name} has a table of options"
        named = set(re.findall(r"`([a-z-]+) = ", prose))
        assert named <= known, f"{manual.name}: {named - known}"
        shown = re.findall(r"^    ([a-z0-9-]+) ", nines("modules", name, env=env).stdout, flags=re.M)
        told = known if kind == "modules" else known - common
        assert [o for o in told if shown.count(o) != 1] == [], (name, shown)


run()
