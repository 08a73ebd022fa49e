#!/usr/bin/env python3
"""The http and https checks against a real nginx."""
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from probe import check
from real import nginx
from tap import run, test

SITE = """
server {
    listen 127.0.0.1:%(port)d; listen [::1]:%(port)d; listen 127.0.0.1:%(tls)d ssl;
    server_name localhost;
    ssl_certificate %(certificate)s; ssl_certificate_key %(key)s;
    root %(root)s;
    gzip on; gzip_min_length 1; gzip_types text/plain application/json;
    location = /moved { return 301 https://$host:%(tls)d/page.txt; }
    location = /loop { return 302 /loop; }
    location = /teapot { return 418; }
    location = /fail { return 500; }
    location = /empty { return 204; }
    location = /old { return 200 "old"; chunked_transfer_encoding off; }
    location = /private { auth_basic "closed"; auth_basic_user_file %(root)s/users; try_files /page.txt =404; }
}
"""


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


@test("pages, redirects, compression, authentication, errors, both families and TLS of a real nginx")
def real(tmp):
    port, tls = free_ports(2)
    certificate, key = certs.chain()
    (tmp / "page.txt").write_text("all systems are in order\n" * 1000)
    (tmp / "big.bin").write_bytes(bytes(3 << 20))
    (tmp / "users").write_text("joe:{PLAIN}hush\n")
    tmp.chmod(0o755)
    trust = {"ca_file": certs.authority()}
    with nginx(tmp, SITE % {"port": port, "tls": tls, "root": tmp, "certificate": certificate, "key": key},
               wait_for=("127.0.0.1", tls)):
        def ask(path, **more):
            return check("http", f"url=http://127.0.0.1:{port}{path}", **more)

        page = ask("/page.txt", expect_body="in order")
        assert page.verdict == "up" and page.values["body_bytes"] == 25000
        assert page.steps == ["connect", "request", "first-byte", "body"]
        (tmp / "health.json").write_text('{"status": "ok", "queue": [1, 2, 3], "nodes": [{"name": "a", "load": 0.5}]}\n')
        wanted = 'status == "ok"\nqueue.length <= 3\nnodes[0].load < 1'
        health = ask("/health.json", expect_json=wanted, value_json="queue = queue.length", header="Accept-Encoding: gzip")
        assert health.verdict == "up" and health.values["queue"] == 3, health
        ask("/health.json", expect_json='status == "fine"').says("down", 'wanted status == "fine", got "ok"', "body")
        ask("/page.txt", expect_json="status exists").says("down", "wanted JSON, got 'all systems are in order")
        assert check("https", f"url=https://localhost:{tls}/health.json", expect_json=wanted, **trust).verdict == "up"
        assert check("http", f"url=http://[::1]:{port}/page.txt").address == "::1"
        packed = ask("/page.txt", header="Accept-Encoding: gzip", expect_body="in order")
        assert packed.verdict == "up" and packed.values["body_bytes"] == 25000
        assert ask("/big.bin").facts["body_truncated"] == "true"
        assert ask("/empty").values["status"] == 204 and ask("/page.txt", method="HEAD").values["body_bytes"] == 0
        ask("/fail").says("down", "got '500 Internal Server Error'")
        ask("/teapot").says("down", "got '418'")
        ask("/none").says("down", "got '404 Not Found'")
        ask("/loop").says("down", "more than 5 redirects")
        ask("/private").says("down", "got '401 Unauthorized'")
        assert ask("/private", user="joe", password="hush").verdict == "up"
        ask("/private", user="joe", password="other").says("down", "401")
        moved = ask("/moved", **trust)
        assert moved.verdict == "up" and moved.hops[-1] == ("body", 1) and ("tls", 1) in moved.hops
        ask("/moved").says("down", "certificate")
        secure = check("https", f"url=https://localhost:{tls}/page.txt", **trust)
        assert secure.verdict == "up" and secure.values["certificate_days"] > 300
        check("https", f"url=https://127.0.0.1:{port}/").says("down", "no TLS", "tls")
        check("http", f"url=http://127.0.0.1:{tls}/").says("down", "got '400 Bad Request'")


run()
