#!/usr/bin/env python3
"""The diagnosis of a first failure: kept with the incident, readable, without secrets, no result of the check; and the route, in a
network of three namespaces with two routers between."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import certs
import namespace
from daemon import Daemon, until
from servers import A, AAAA, Server, Udp, answering, close, expect, send, silence, tls, tls_context
from tap import BUILD, run, skip, test

namespace.enter()


def ip(*words):
    namespace.ip(*words)


def diagnosis(daemon, name):
    """The one incident of that check, once its diagnosis is in the record."""
    def look():
        done = daemon.nines("incident", name, "--json")
        if done.returncode:
            return None
        listed = json.loads(done.stdout)["incidents"]
        if not listed:
            return None
        one = json.loads(daemon.nines("incident", listed[0]["id"], "--json").stdout)["incidents"][0]
        return one if one.get("diagnosis") else None
    return until(f"a diagnosis of {name}", look)


@test("the conversation, the names and the route are kept with the incident, no secret is")
def kept(tmp):
    records = {("mail.nines.test", A): "127.0.0.1", ("mail.nines.test", AAAA): "::1"}
    script = [send(b"220 mx ready\r\n"), expect(b"\n"), send(b"535 wrong: swordfish\r\n"), silence()]
    with Udp(answering(records)) as resolver, Server(script) as server:
        text = (f'tcp "mail" {{ host = "mail.nines.test" port = {server.port} address-family = 4 every = "10m" '
                f'password = "env:SECRET_WORD"\n talk = {{"reply 220", \'send AUTH \\p\\r\\n\', "reply 235"}} }}\n')
        with Daemon(tmp, text, env={"NINES_RESOLVER": f"{resolver.host}:{resolver.port}", "SECRET_WORD": "swordfish"}) as daemon:
            one = diagnosis(daemon, "mail")
            said = one["diagnosis"]
            shown = daemon.nines("incident", one["id"]).stdout
            status = daemon.status()["checks"][0]
            exported = daemon.nines("export", "mail").stdout
        assert server.connections == 2, "the probe and its diagnosis, nothing else"
    assert one["check"] == "mail" and one["phase"] == "provisional" and one["reason"].startswith("wanted 235")
    for part in ["probed again: down: wanted 235", "steps: resolve ", "address: 127.0.0.1", "< 220 mx ready", "> AUTH *********",
                 "names of mail.nines.test", "NOERROR", "mail.nines.test 60 127.0.0.1", "mail.nines.test 60 ::1", "route to 127.0.0.1",
                 " 1  127.0.0.1  "]:
        assert part in said, f"{part} is not in\n{said}"
        assert part in shown, shown
    assert "swordfish" not in said + shown + exported + daemon.output()
    assert len(said) <= 8192
    assert status["state"] == "unconfirmed" and len(exported.splitlines()) == 1, exported


@test("certificates are listed as they were shown, also where one of them is what is wrong")
def chain(tmp):
    with Server([silence()], tls=tls_context(certs.chain())) as server:
        text = (f'tcp "web" {{ host = "127.0.0.1" port = {server.port} tls = implicit server-name = "elsewhere.test" every = "10m"\n'
                f'ca-file = "{certs.authority()}" }}\nhttps "page" {{ url = "https://127.0.0.1:{server.port}/" every = "10m" timeout = "2s"\n'
                f'ca-file = "{certs.authority()}" server-name = "elsewhere.test" }}\n')
        with Daemon(tmp, text) as daemon:
            for name in ("web", "page"):
                said = diagnosis(daemon, name)["diagnosis"]
                assert "certificate 0: " in said and "certificate 1: CN=between.test, issued by CN=" in said, said


@test("an endless server is cut")
def endless_server(tmp):
    with Server([send(b"\x1b[2J<b>" + b"x" * 4000 + b"\r\n" + b"y\r\n" * 9000), silence()]) as server:
        text = f'tcp "long" {{ host = "127.0.0.1" port = {server.port} expect = "never" every = "10m" timeout = "1s" }}\n'
        with Daemon(tmp, text) as daemon:
            said = diagnosis(daemon, "long")["diagnosis"]

            def shown():
                with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}/") as answer:
                    page = answer.read().decode()
                return page if "what was found out when it began" in page else None
            page = until("the page shows it", shown)
    assert "&lt;b&gt;xxx" in page and "<b>xxx" not in page and "route to 127.0.0.1" in page
    assert len(said) <= 8192 and "[...]" in said and "\x1b" not in said and "route to 127.0.0.1" in said


@test("a check that runs a program is looked at in its own pool; one that its values make down as any other")
def pools(tmp):
    plugin = tmp / "plugin"
    plugin.write_text("#!/bin/sh\necho CRITICAL - $0 failed\nexit 2\n")
    plugin.chmod(0o755)
    text = (f'exec "plugin" {{ command = {{"{plugin}"}} every = "10m" }}\n'
            'ping "many" { host = "127.0.0.1" every = "10m" crit = {"loss = 0"} }\n')
    with Daemon(tmp, text) as daemon:
        said = diagnosis(daemon, "plugin")["diagnosis"]
        assert said.startswith("probed again: down: ") and "route" not in said and "names" not in said, said
        said = diagnosis(daemon, "many")["diagnosis"]
        assert "loss is 0 %, crit when = 0" in said and "route to 127.0.0.1" in said, said


def lab(family):
    """here -- router r1 -- router r2 -- target; returns the target's address and those of the routers."""
    net = ["10.91.{}.{}", "24"] if family == 4 else ["fd91:{}::{}", "64"]
    ends = [("here", "r1"), ("r1", "r2"), ("r2", "target")]
    for name in ("r1", "r2", "target"):
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)

    def inside(name, *words):
        subprocess.run([*(["ip", "netns", "exec", name] if name != "here" else []), *words], check=True, capture_output=True)

    for number, (left, right) in enumerate(ends):
        ip("link", "add", f"l{number}", "type", "veth", "peer", "name", f"p{number}")
        for end, name, host in ((f"l{number}", left, 1), (f"p{number}", right, 2)):
            if name != "here":
                ip("link", "set", end, "netns", name)
            inside(name, "ip", "addr", "add", f"{net[0].format(number + 1, host)}/{net[1]}", "dev", end, *(["nodad"] if family == 6 else []))
            inside(name, "ip", "link", "set", end, "up")
    for name in ("r1", "r2"):
        inside(name, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.icmp_ratelimit=0",
               "net.ipv6.icmp.ratelimit=0")
    v = [f"-{family}"]
    ip(*v, "route", "add", "default", "via", net[0].format(1, 2))
    inside("r1", "ip", *v, "route", "add", "default", "via", net[0].format(2, 2))
    inside("r2", "ip", *v, "route", "add", "default", "via", net[0].format(2, 1))
    inside("target", "ip", *v, "route", "add", "default", "via", net[0].format(3, 1))
    return net[0].format(3, 2), net[0].format(1, 2), net[0].format(2, 2)


def unmake():
    for name in ("r1", "r2", "target"):
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def routed(tmp, family):
    if not os.access("/run/netns", os.W_OK) and os.geteuid() != 0:
        skip("no named network namespaces here")
    try:
        target, first, second = lab(family)
    except subprocess.CalledProcessError as error:
        unmake()
        skip(f"no such network here: {error.stderr}")
    try:
        text = (f'tcp "far" {{ host = "{target}" port = 9 every = "10m" timeout = "2s" }}\n'
                f'ping "gone" {{ host = "{target[:-1]}9" every = "10m" timeout = "3s" }}\n')
        with Daemon(tmp, text, listen=False) as daemon:
            said = diagnosis(daemon, "far")["diagnosis"]
            gone = diagnosis(daemon, "gone")["diagnosis"]
        with contextlib.suppress(OSError):  # ping sockets, as an ordinary user has them
            pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0")
        plain = subprocess.run([BUILD / "tests/unit/route", target, "plain"], capture_output=True, text=True, check=True).stdout
    finally:
        unmake()
    lines = [line.split() for line in said.split("route to ")[1].splitlines()[1:]]
    assert [line[:2] for line in lines] == [["1", first], ["2", second], ["3", target]], said
    assert [line.split()[2] for line in plain.splitlines()[:3]] == [first, second, target], plain
    lines = gone.split("route to ")[1].splitlines()[1:]
    assert lines[0].split()[1] == first and lines[1].split()[1] == second, gone
    assert "unreachable" in gone or "no answer from" in gone, gone


@test("the route names both routers on the way, IPv4")
def route4(tmp):
    routed(tmp, 4)


@test("the route names both routers on the way, IPv6")
def route6(tmp):
    routed(tmp, 6)


run()
