"""tests/lib/real_chrony.py: chronyd for tests as scripts/servers unpacked it: a time server on a port of loopback that leaves the clock alone."""
import contextlib
import os
import pathlib
import socket
import subprocess

from daemon import die_with_parent, free_port, until
from real import environment, program


@contextlib.contextmanager
def chronyd(folder, words="local stratum 3"):
    """Yields the UDP port. `words`: more lines of its configuration; without `local` it never is synchronised."""
    binary = program("chrony", "usr/sbin/chronyd")
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    port = free_port(kinds=(socket.SOCK_DGRAM,))
    conf = folder / "chrony.conf"
    conf.write_text(f"port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.0/8\ncmdport 0\nbindcmdaddress /\npidfile {folder}/pid\n{words}\n")
    user = ["-u", "root"] if os.geteuid() == 0 else []
    process = subprocess.Popen([binary, "-x", "-d", "-F", "0", *user, "-f", conf], env=environment("chrony"), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, preexec_fn=die_with_parent)

    def answers():
        with socket.socket(type=socket.SOCK_DGRAM) as s:
            s.settimeout(1)
            s.connect(("127.0.0.1", port))
            with contextlib.suppress(OSError):
                s.send(b"\x23" + bytes(47))
                return len(s.recv(100)) >= 48
        return False
    try:
        until("chronyd answers", lambda: process.poll() is not None or answers())
        assert process.poll() is None, f"chronyd ended: {process.stdout.read()}"
        yield port
    finally:
        process.terminate()
        process.communicate()
