"""haproxy-drain.py SOCKET BACKEND [LEAST]: takes a failed server out of an HAProxy backend, and puts it back when it is up again.

A hook for the notifier exec (conf.d/examples/hooks.conf): the server is the address of the letter, so `path "drain:web1"` is server web1.
LEAST servers (1) stay in whatever happens. Exit status: 0 done, 75 try later, 1 HAProxy refused.
"""
import os
import socket
import sys

LATER = 75
READY, MAINT_BY_COMMAND = "2", 1  # srv_op_state, bit of srv_admin_state ("show servers state" of HAProxy's management guide)


def ask(path, command):
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(5)
        admin.connect(path)
        admin.sendall(command.encode() + b"\n")
        return b"".join(iter(lambda: admin.recv(65536), b"")).decode(errors="replace").strip()


def later(why):
    print(why, file=sys.stderr)
    sys.exit(LATER)


def in_service(path, backend):
    """Names of the servers that get requests."""
    rows = [line.split() for line in ask(path, f"show servers state {backend}").splitlines()[2:] if line.strip()]
    return {row[3] for row in rows if row[5] == READY and not int(row[6]) & MAINT_BY_COMMAND}


def main():
    path, backend, least = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    server, state = os.environ["NINES_TO"], os.environ["NINES_STATE"]
    try:
        if state == "down" and len(in_service(path, backend) - {server}) < least:
            later(f"'{server}' stays in: fewer than {least} would be left without it")
        said = ask(path, f"set server {backend}/{server} state {'maint' if state == 'down' else 'ready'}") if state in ("down", "up") else ""
    except OSError as error:
        later(f"{path}: {error.strerror or error}")
    sys.exit(said or 0)


main()
