"""gdb/fibers.py shows where the probes of a prober wait: in the running process and in its core."""
import contextlib
import os
import platform
import re
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import namespace

namespace.enter()

import role
from tap import BUILD, ROOT, run, skip, test

TCP = BUILD / "modules" / "tcp.so"
GDB = ["gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off"]
FIBERS = ["-x", str(ROOT / "gdb" / "fibers.py"), "-ex", "fibers", "-ex", "fibers bt 801"]


def gdb(*words, more=()):
    if not shutil.which("gdb"):
        skip("no gdb here")
    if platform.machine() != "x86_64":
        skip("fibers are switched another way here")
    done = subprocess.run([*GDB, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=100, check=False)
    if "ptrace: Operation not permitted" in done.stderr:
        skip("gdb may not look into processes here")
    if "Python scripting is not supported" in done.stderr:
        skip("gdb has no Python here")
    return done.stdout + done.stderr


@contextlib.contextmanager
def waiting():
    """A prober with three probes that wait for a silent server's first byte."""
    with socket.create_server(("127.0.0.1", 0)) as server, role.Prober(modules={"tcp": TCP}) as p:
        p.tell(f'check 1 name="silent one" module=tcp timeout_us=300000000 opt.host=127.0.0.1 opt.port={server.getsockname()[1]} opt.expect=never',
               *(f"probe {n} check=1" for n in (800, 801, 802)))
        clients = [server.accept()[0] for _ in range(3)]
        try:
            yield p
        finally:
            for client in clients:
                client.close()


def judge(output):
    for number in (800, 801, 802):
        assert re.search(rf"^probe {number}  tcp  'silent one'  step (connect|first-byte)  127.0.0.1  parked", output, re.M), output
    stack = output.split("probe 801 ")[-1]
    places = re.findall(r"^ +#\d+ .*? (?:in )?(\w+) \(", stack, re.M)
    assert "probe_park" in places[:2] and places[-2:] == ["run", "enter"], places
    assert "modules/tcp/tcp.c:" in stack, stack


@test("gdb shows the probes of a running prober, and the stack of one down to the module's own line")
def running():
    with waiting() as p:
        judge(gdb("-p", str(p.process.pid), *FIBERS))
        p.tell("check 2 name=y module=tcp opt.host=127.0.0.1 opt.port=1", "probe 9 check=2")
        assert p.result(9)["verdict"] == "down"  # it works on


@test("gdb shows the same in a core")
def core(tmp):
    if b"__asan_init" in (BUILD / "ninesd").read_bytes():
        skip("a core would hold all that a sanitizer reserves")
    with waiting() as p:
        said = gdb("-p", str(p.process.pid), "-ex", f"generate-core-file {tmp / 'core'}")
    assert (tmp / "core").exists(), said
    judge(gdb(str(BUILD / "ninesd"), str(tmp / "core"), *FIBERS))


run()
