"""tests/lib/tokens.py: API tokens of a running daemon, made by its control socket as the command line makes them.

    add_token(d, "e" * 43, "editor", "its-name")    # is sent as `Authorization: Bearer eee...`
"""
import socket

from daemon import until
from frames import frame
from signing import secret_hash


def tell(d, line):
    """One request by the control socket; what comes back."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(str(d.folder / "nines.sock"))
        sock.sendall(frame(line))
        return sock.recv(65536)


def add_token(d, secret, role, name, owner=""):
    digest = secret_hash(secret)
    line = f'token-add {digest[:32]} name={name} role={role} owner="{owner}" hash={digest} by=test\n'
    until("the token is made", lambda: b"wrong" not in tell(d, line))
