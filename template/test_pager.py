"""Tries pager.so against a fake gateway, without a daemon: `nines contact test ./pager.so:12 ... --json`."""
import json
import os
import socket
import subprocess
import threading


def serve(answer, heard):
    """A gateway on loopback that answers one client; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def converse():
        client, _ = listener.accept()
        with client, listener:
            heard.append(client.recv(4096).decode())
            client.sendall(answer)

    threading.Thread(target=converse, daemon=True).start()
    return listener.getsockname()[1]


def deliver(*options):
    done = subprocess.run([os.environ.get("NINES", "nines"), "contact", "test", "./pager.so:12", *options, "--json"],
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    cases = [(b"250 paged\r\n", "delivered", ""), (b"550 no such pager\r\n", "gave-up", "no such pager"),
             (b"450 busy\r\n", "later", "wanted 2xx, got '450 busy'"), (b"", "later", None)]
    for answer, outcome, reason in cases:
        heard = []
        said = deliver("host=127.0.0.1", f"port={serve(answer, heard)}")
        assert said["outcome"] == outcome and reason in (None, said["reason"]), said
        assert heard[0].startswith(f"PAGE 12 {said['letter']} Test letter"), heard
    print(f"{len(cases)} passed")


main()
