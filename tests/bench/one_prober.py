#!/usr/bin/env python3
"""tests/bench/one_prober.py: processor time of a probe of exec, heartbeat and tls, one after the other in one prober. A program's own time is
not counted, nor is the server's. Needs the right to open raw sockets. Called by hand: python3 tests/bench/one_prober.py"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import namespace
namespace.enter()
import certs
import role
import servers
from tap import BUILD

WARM = 20


def cost(what, module, probes, words, pool="general"):
    with role.Prober(modules={module: BUILD / "modules" / f"{module}.so"}, pool=pool) as p:
        p.tell(f"check 1 name=x module={module} timeout_us=10000000 {words}")
        for number in range(WARM + probes):
            if number == WARM:
                before_s = p.cpu_s()
            p.tell(f"probe {number + 1} check=1 due_us={role.now_us()}")
            p.result(number + 1)
        print(f"{what:30} {(p.cpu_s() - before_s) / probes * 1e6:6.0f} us")


cost("exec, /bin/true", "exec", 1000, "opt.command=/bin/true", "exec")
cost("heartbeat", "heartbeat", 5000, "opt.period=1d")
with servers.Server([servers.silence()], tls=servers.tls_context(certs.good())) as server:
    for name, weak in (("tls, and old versions offered", "degraded"), ("tls, weak = allow", "allow")):
        cost(name, "tls", 300, f"opt.host=127.0.0.1 opt.port={server.port} opt.ca-file={certs.authority()} opt.weak={weak}")
