#!/usr/bin/env python3
"""conf.d/ecommerce.conf.example: loads, has every category, and as it is shipped asks nobody anything (row 129)."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import namespace

namespace.enter()

import json
import socket

from daemon import Daemon, nines, until
from dnswire import NXDOMAIN, answer, asked
from servers import Udp
from tap import BUILD, ROOT, run, test

EXAMPLE = ROOT / "conf.d/ecommerce.conf.example"
SECTION = re.compile(r'^\w+ +"([^"]+)" +\{(.*)\}$', re.M)
CHECKS = dict(SECTION.findall(EXAMPLE.read_text()))
HOSTS = {re.search(r'(?:host = "|https://)([^/"]+)', words)[1] for words in CHECKS.values()}
FOLDERS = "".join(f'{kind} = "{BUILD}/{kind}"\n' for kind in ("modules", "notifiers", "reports"))


@test("it loads, with checks in each category, none more often than every five minutes, each paused")
def loads(tmp):
    (tmp / "nines.conf").write_text(FOLDERS + f'include("{EXAMPLE}")\n')
    done = nines("config", "check", "--offline", conf=tmp / "nines.conf")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"{len(CHECKS)} checks,"), (done.stdout, done.stderr)
    assert {re.search('category = "([^"]+)"', words)[1] for words in CHECKS.values()} == {
        "Payment", "Carts and shop hosting", "Fraud screening", "Shipping", "Certificates", "Mail"}
    for name, words in CHECKS.items():
        every = re.search(r'every = "(\d+)([mh])"', words)
        assert int(every[1]) * {"m": 1, "h": 60}[every[2]] >= 5 and 'standing = "paused"' in words, name


@test("no configuration that is shipped includes it")
def left_out(tmp):
    (tmp / "nines.conf").write_text(FOLDERS + f'include("{ROOT}/conf.d/*.conf")\n')
    before = nines("config", "check", "--offline", conf=tmp / "nines.conf").stdout
    assert not any(name in before for name in CHECKS) and int(before.split()[0]) < len(CHECKS)
    for conf in ("nines.conf", "scripts/nines.conf.in"):
        assert all(pattern.endswith(".conf") for pattern in re.findall(r'include\("([^"]+)"\)', (ROOT / conf).read_text())), conf


def heard_of(tmp, text):
    """What the resolver is asked for while a check of our own is probed five times, and what `nines status` says then."""
    with Udp(lambda query, peer: answer(query, rcode=NXDOMAIN)) as resolver, socket.create_server(("127.0.0.1", 0), backlog=500) as server:
        own = f'tcp "our own" {{ host = "127.0.0.1"  port = {server.getsockname()[1]}  every = "1s"  recheck = "1s"  category = "Ours" }}\n'
        contact = 'contact "ops" { path "log:x" { } }\nnotify-log { file = "letters" }\n'
        with Daemon(tmp, f'notifiers = "{BUILD}/notifiers"\nreports = "{BUILD}/reports"\n' + text + own + contact, listen=False,
                    env={"NINES_RESOLVER": f"{resolver.host}:{resolver.port}"}) as d:
            d.until_status("our own check is probed", lambda s: {c["name"]: c for c in s["checks"]}.get("our own", {}).get("state") == "up")
            until("five probes", lambda: len(d.nines("export", "our own").stdout.splitlines()) >= 5)
            return {asked(query)[0] for query in resolver.heard}, d.status(), json.loads(d.nines("report", "statistics", "--format", "json").stdout)


def often(text):
    """The same, each second: what would be probed is probed at once."""
    return re.sub(r'every = "\w+"', 'every = "1s"  recheck = "1s"', re.sub(r'timeout = "\w+"', 'timeout = "500ms"', text))


@test("as shipped nothing is probed: nobody is asked for a name; the statistics have it by category")
def silent(tmp):
    asked_for, status, statistics = heard_of(tmp, often(EXAMPLE.read_text()))
    assert not asked_for & HOSTS, asked_for & HOSTS
    states = {c["name"]: c["state"] for c in status["checks"]}
    assert {states[name] for name in CHECKS} == {"not-monitored"}
    rows = {row["name"]: row for row in statistics["rows"]}
    assert rows["Stripe"]["category"] == "Payment" and set(rows["Stripe"]["bar"]) == {"-"} and rows["our own"]["category"] == "Ours"


@test("in service it would be: the same test hears of every host")
def loud(tmp):
    asked_for = heard_of(tmp, often(EXAMPLE.read_text()).replace('standing = "paused"', 'standing = "in-service"'))[0]
    assert HOSTS <= asked_for, HOSTS - asked_for


run()
