"""When our own network or resolver is gone, nobody else is blamed (F18, F19)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import namespace

namespace.enter()

import socket

from daemon import Daemon, until
from servers import Server, send
from tap import run, test


def nameserver():
    """The first resolver this machine is told to ask."""
    for line in open("/etc/resolv.conf", encoding="ascii", errors="replace"):
        if line.startswith("nameserver") and ":" not in line:
            return line.split()[1]
    return "127.0.0.1"


@test("with a silent resolver names are unknown with that reason, addresses go on (F18)")
def silent_resolver(tmp):
    asked = nameserver()
    if not asked.startswith("127."):
        namespace.ip("addr", "add", f"{asked}/32", "dev", "lo")
    quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # takes every question, answers none
    quiet.bind((asked, 53))
    with Server([send(b"hello\r\n")]) as server:
        text = f'''tcp "by-name" {{ host = "service.example.org" port = {server.port} every = "1s" timeout = "2s" }}
tcp "by-address" {{ host = "127.0.0.1" port = {server.port} every = "1s" timeout = "2s" }}
'''
        with Daemon(tmp, text) as daemon:
            daemon.until_status("the name is unknown", lambda s: any(
                c["name"] == "by-name" and c["state"] == "unknown" and "resolv" in c["reason"] for c in s["checks"]))
            states = {c["name"]: c["state"] for c in daemon.status()["checks"]}
            assert states["by-address"] == "up", states
            assert not [line for line in daemon.lines if "-> down" in line]
    quiet.close()


@test("when the network goes, a round of failures is our own connection's, and all is well when it is back (F19)")
def own_network(tmp):
    namespace.ip("addr", "add", "10.7.0.1/32", "dev", "lo")
    with Server([send(b"hello\r\n")], host="10.7.0.1") as server:
        text = "".join(f'tcp "c{n}" {{ host = "10.7.0.1" port = {server.port} every = "1s" timeout = "1s" recheck = "10s" }}\n'
                        for n in range(60))
        with Daemon(tmp, text) as daemon:
            daemon.until_status("all up", lambda s: len(s["checks"]) == 60 and all(c["state"] == "up" for c in s["checks"]))
            namespace.ip("addr", "del", "10.7.0.1/32", "dev", "lo")
            daemon.wait(r"c\d+ .*-> unknown")
            until("many are unknown", lambda: sum("-> unknown" in line for line in daemon.lines) > 30)
            namespace.ip("addr", "add", "10.7.0.1/32", "dev", "lo")
            daemon.until_status("all up again", lambda s: all(c["state"] == "up" for c in s["checks"]), 90)
            down = [line for line in daemon.lines if "-> down" in line]
            assert len(down) < 30, down


run()
