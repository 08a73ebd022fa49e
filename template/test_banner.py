"""Tries banner.so against a fake server, without a daemon: `nines check ./banner.so ... --json`."""
import json
import os
import socket
import subprocess
import threading


def serve(greeting):
    """A server on loopback that says `greeting` to one client and hangs up; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        client, _ = listener.accept()
        with client, listener:
            client.sendall(greeting)

    threading.Thread(target=answer, daemon=True).start()
    return listener.getsockname()[1]


def check(*options):
    done = subprocess.run([os.environ.get("NINES", "nines"), "check", "./banner.so", *options, "--json"],
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def main():
    cases = [
        (b"220 ready\r\n", "220", "up", ""),
        (b"554 go away\r\n", "220", "down", "wanted '220', got '554 go away'"),
        (b"", "220", "down", None),
    ]
    for greeting, expect, verdict, reason in cases:
        answer = check("host=127.0.0.1", f"port={serve(greeting)}", f"expect={expect}")
        assert answer["verdict"] == verdict, answer
        assert reason is None or answer["reason"] == reason, answer
        assert verdict == "up" or answer["step"] == "banner", answer
    print(f"{len(cases)} passed")


main()
