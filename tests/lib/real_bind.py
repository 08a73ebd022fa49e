"""tests/lib/real_bind.py: BIND for tests, as scripts/servers unpacked it: authoritative zones, secondaries and resolvers on a port of loopback.

    with named(tmp / "a", zone("own.test", RECORDS)) as server: ...      # server.port
"""
import contextlib
import os
import pathlib
import re
import socket
import subprocess

from daemon import die_with_parent, free_port, until
from real import accepts, environment, program

OPTIONS = """options { directory "%(folder)s"; listen-on port %(port)d { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;
  session-keyfile "%(folder)s/session.key"; managed-keys-directory "%(folder)s"; notify no; %(options)s };
logging { channel here { file "%(folder)s/log"; severity info; }; category default { here; }; };
controls { };
%(zones)s
"""


def records(serial=1, text=""):
    """The text of a zone file: its SOA, two name servers, and `text`."""
    return (f"$TTL 60\n@ SOA ns1 hostmaster {serial} 3600 600 86400 60\n@ NS ns1\n@ NS ns2\n"
            f"ns1 A 127.0.0.1\nns2 A 127.0.0.1\n{text}\n")


class Zone:
    """A zone section, with its file when there is one."""

    def __init__(self, name, text=None, words="type primary;"):
        self.name, self.text, self.words = name, text, words

    def written(self, folder):
        file = ""
        if self.text is not None:
            path = pathlib.Path(folder) / f"{self.name}.zone"
            path.write_text(self.text)
            file = f'file "{path}";'
        return f'zone "{self.name}" {{ {self.words} {file} }};\n'


class Named:
    def __init__(self, folder, port, process):
        self.folder, self.port, self.process = folder, port, process

    @property
    def server(self):
        return f"127.0.0.1:{self.port}"

    def log(self):
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""


def both_ports():
    """A port that is free for UDP and TCP."""
    return free_port(kinds=(socket.SOCK_STREAM, socket.SOCK_DGRAM))


@contextlib.contextmanager
def named(folder, *zones, options="recursion no;", more="", port=None):
    """Runs BIND with these zones in `folder` (made if need be) until the end of the `with`."""
    binary = program("bind", "usr/sbin/named")
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    port = port or both_ports()
    conf = folder / "named.conf"
    conf.write_text(OPTIONS % {"folder": folder, "port": port, "options": options, "zones": "".join(z.written(folder) for z in zones) + more})
    process = subprocess.Popen([binary, "-f", "-n", "1", "-c", conf, "-p", str(port)], env=environment("bind"), cwd=folder,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=die_with_parent)
    running = Named(folder, port, process)
    try:
        until("BIND is there", lambda: (accepts("127.0.0.1", port) and re.search(r"\brunning$", running.log(), re.M)) or process.poll() is not None)
        assert process.poll() is None, f"BIND ended: {process.stdout.read()}{running.log()}"
        yield running
    finally:
        process.terminate()
        process.communicate()
