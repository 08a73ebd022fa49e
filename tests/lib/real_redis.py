"""tests/lib/real_redis.py: redis-server for tests as scripts/servers unpacked it, on a port of loopback, nothing kept on disk."""
import contextlib
import pathlib
import socket
import subprocess

from daemon import die_with_parent, free_port, until
from real import accepts, environment, program


@contextlib.contextmanager
def redis(folder, *words, tls=None):
    """Yields the port. `words`: more words of its command line; `tls`: what certs.py makes, then the port speaks TLS alone."""
    binary = program("redis", "usr/bin/redis-server")
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    port = free_port()
    listen = ["--port", "0", "--tls-port", str(port), "--tls-cert-file", tls[0], "--tls-key-file", tls[1], "--tls-auth-clients", "no",
              "--tls-ca-cert-file", tls[0]] if tls else ["--port", str(port)]
    process = subprocess.Popen([binary, *listen, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder), *words],
                               env=environment("redis"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               preexec_fn=die_with_parent)
    try:
        until("redis accepts", lambda: accepts("127.0.0.1", port) or process.poll() is not None)
        assert process.poll() is None, f"redis ended: {process.stdout.read()}"
        yield port
    finally:
        process.terminate()
        process.communicate()


def tell(port, command):
    """The first bytes that the server answers to an inline command."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.sendall(command.encode() + b"\r\n")
        return s.recv(65536).decode()
