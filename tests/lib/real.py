"""tests/lib/real.py: real servers for tests, as scripts/servers unpacked them under build/servers; nothing is installed.

    with nginx(tmp, "server { listen 127.0.0.1:%d; }" % port) as server: ...

Where a server could not be downloaded the test that asks for it is skipped.
"""
import contextlib
import os
import pathlib
import socket
import subprocess

from daemon import die_with_parent, until
from tap import BUILD, skip

SERVERS = pathlib.Path(str(BUILD).removesuffix("/asan")) / "servers"
LIBRARIES = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu", "usr/lib"]


def program(name, path):
    """Path of an unpacked program, for example program("nginx", "usr/sbin/nginx")."""
    found = SERVERS / name / path
    if not found.exists():
        skip(f"no {name} under build/servers (make servers)")
    return found


def environment(name):
    """What it needs to find its own libraries."""
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(SERVERS / name / folder) for folder in LIBRARIES)}


def accepts(address, port):
    with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def nginx(tmp, http, *, main="", wait_for=None, before=die_with_parent):
    """Runs nginx in the folder `tmp` with the text `http` inside its http section until the end of the `with`. `wait_for`:
    (address, port) that must accept before it counts as started."""
    binary = program("nginx", "usr/sbin/nginx")
    conf = pathlib.Path(tmp) / "nginx.conf"
    for folder in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (conf.parent / folder).mkdir(exist_ok=True)
    paths = "".join(f"{use}_temp_path {conf.parent}/{use.split('_')[-1] if use != 'client_body' else 'body'};"
                    for use in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    conf.write_text(f"daemon off; {user} pid {conf.parent}/nginx.pid; error_log {conf.parent}/error.log; {main}\n"
                    f"events {{ worker_connections 60000; }}\nhttp {{ access_log off; {paths}\n{http}\n}}\n")
    server = subprocess.Popen([binary, "-e", f"{conf.parent}/error.log", "-p", tmp, "-c", conf], env=environment("nginx"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=before)
    try:
        if wait_for:
            until("nginx accepts", lambda: accepts(*wait_for) or server.poll() is not None)
        assert server.poll() is None, f"nginx ended: {server.communicate()[0]}{(conf.parent / 'error.log').read_text()}"
        yield server
    finally:
        server.terminate()
        server.communicate()
