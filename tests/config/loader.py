"""tests/config/loader.py: talks to the role `loader` over its control link, as the parent does."""
import os
import re
import socket
import struct
import subprocess

from frames import checksum, frame
from tap import BUILD, ROOT


def unframe(data):
    """The text of all frames; an assertion when one is broken."""
    text = b""
    while data:
        size, total = struct.unpack("<II", data[:8])
        assert len(data) >= 8 + size and checksum(data[8:8 + size]) == total, "a broken frame"
        text += data[8:8 + size]
        data = data[8 + size:]
    return text.decode("ascii")


WORD = re.compile(r' ([a-z0-9_.-]+)=(?:"((?:[^"\\]|\\.)*)"|([^ "]*))')
ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)")


def unescape(match):
    escape = match[1]
    return chr(int(escape[1:], 16)) if escape[0] == "x" else {"n": "\n", "t": "\t", "r": "\r"}.get(escape, escape)


def words(line):
    """("define", "a b", {"module": "tcp"}) of a line; escapes undone."""
    verb, identity = line.split(" ")[:2]
    found = {key: ESCAPE.sub(unescape, quoted) if quoted else bare
             for key, quoted, bare in WORD.findall(line[len(verb) + 1 + len(identity):])}
    return verb, found.pop("name", None) if identity == "-" else identity, found


def load(conf, generation=7, env=None, timeout=60):
    """(exit status, lines, standard error) of a loader that is given `conf`."""
    ours, theirs = socket.socketpair()
    with ours:
        # Descriptor 3 is the control link.
        process = subprocess.Popen([str(BUILD / "ninesd"), "--role", "loader"], cwd=ROOT, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, close_fds=False,
                                   env={**os.environ, **(env or {})},
                                   preexec_fn=lambda: (os.dup2(theirs.fileno(), 3), os.set_inheritable(3, True)))
        theirs.close()
        ours.settimeout(timeout)
        ours.sendall(frame(f'start loader file="{conf}" generation={generation}\ngo -\n'))
        data = b""
        while some := ours.recv(1 << 20):
            data += some
        said = process.communicate(timeout=timeout)[0]
    return process.returncode, unframe(data).splitlines(), said


def lines_of(lines, verb):
    return [words(line) for line in lines if line.startswith(verb + " ")]
