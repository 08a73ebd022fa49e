# timeout: 900
"""Every allocation of `nines check` fails in turn, for each module: never a crash, never a false down (F11).

The ordinary run takes a sample of the places, the same each time; TORTURE=all (make torture) takes every one.
"""
import json
import os
import struct
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import blocklists
import certs
import dnswire
import real_files
import servers
from failures import script
from tap import BUILD, ROOT, run, skip, test

PRELOAD = (BUILD / "tests" / "failmalloc.so").relative_to(ROOT)  # LD_PRELOAD ends a path at a space
SAMPLE = 40
FEW = {"SSL_CERT_FILE": certs.authority(), "SSL_CERT_DIR": "/nonexistent"}  # not each allocation for each authority of the world
ALLOWED = {0, 1, 3, 75}  # up, degraded, unknown, no memory: said and ended


def once(tmp, fail_at, words):
    """(status, output, allocations) of one `nines check`; the fail_at-th allocation fails."""
    path = tmp / f"count.{threading.get_ident()}"
    path.write_bytes(struct.pack("QQ", 0, fail_at))
    try:
        done = subprocess.run([str(BUILD / "nines"), "check", *words, "--json"], capture_output=True, text=True, errors="replace", timeout=60,
                              check=False, cwd=ROOT, env={**os.environ, **FEW, "LD_PRELOAD": str(PRELOAD), "FAILMALLOC_FILE": str(path)})
    except subprocess.TimeoutExpired:
        return "hung", "", 0
    return done.returncode, done.stdout + done.stderr, struct.unpack("QQ", path.read_bytes())[0]


def says_down(output):
    try:
        return json.loads(output)["verdict"] == "down"
    except (ValueError, KeyError):
        return False


def torture(tmp, *words):
    if not (ROOT / PRELOAD).exists():
        skip("failmalloc.so was not built")
    status, output, total = once(tmp, 0, words)
    if "no permission to send ICMP" in output:
        skip("no permission to send ICMP")
    assert status == 0 and total > 10, f"without a failure: status {status}, {total} allocations\n{output}"
    places = range(1, total + 1)
    if os.environ.get("TORTURE") != "all":
        places = sorted({1 + i * total // SAMPLE for i in range(SAMPLE)})
    wrong = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda place: once(tmp, place, words), places)
    for place, (status, output, _) in zip(places, outcomes):
        if status not in ALLOWED or says_down(output):
            wrong.append(f"allocation {place} of {total}: status {status}: {output.strip()[:300]}")
    print(f"# {' '.join(words[:1])}: {len(places)} of {total} allocations failed, one at a time")
    assert not wrong, f"{len(wrong)} of {len(places)}:\n" + "\n".join(wrong[:20])


@test("tcp with a failing allocation")
def tcp(tmp):
    with servers.Server([servers.send(b"220 hello\r\n"), servers.silence()]) as server:
        torture(tmp, "tcp", "host=127.0.0.1", f"port={server.port}", "expect=220")


@test("smtp with STARTTLS and a login, with a failing allocation")
def smtp(tmp):
    before = [b"220 mx\r\n", "EHLO", b"250-mx\r\n250 STARTTLS\r\n", "STARTTLS", b"220 go\r\n", servers.tls(servers.tls_context(certs.good()))]
    after = ["EHLO", b"250-mx\r\n250 AUTH CRAM-MD5\r\n", "AUTH", b"334 PDFAeD4=\r\n", "\r\n", b"235 ok\r\n", "QUIT", b"221 bye\r\n"]
    with servers.Server(script(before + after)) as server:
        torture(tmp, "smtp", "host=127.0.0.1", f"port={server.port}", "tls=starttls", f"ca-file={certs.authority()}", "user=a", "password=hush-hush")


@test("http with a failing allocation")
def http(tmp):
    with servers.Http(lambda request: servers.reply(body=b"fine")) as server:
        torture(tmp, f"http://127.0.0.1:{server.port}/")


@test("https with a failing allocation")
def https(tmp):
    with servers.Http(lambda request: servers.reply(body=b"fine"), tls=servers.tls_context(certs.good())) as server:
        torture(tmp, f"https://127.0.0.1:{server.port}/", f"ca-file={certs.authority()}")


@test("dns with a failing allocation")
def dns(tmp):
    with servers.Udp(dnswire.zone({("www.test", dnswire.MX): [dnswire.mx(n, "a.test") for n in range(40)]})) as server:
        torture(tmp, "dns", "name=www.test", "type=MX", f"server=127.0.0.1:{server.port}", "serials=ignore")


@test("dnsbl with a failing allocation")
def dnsbl(tmp):
    with servers.Udp(blocklists.lists({"a.test": {}, "b.test": {}})) as server:
        torture(tmp, "dnsbl", "subject=192.0.2.1", "lists=a.test\nb.test", f"server=127.0.0.1:{server.port}")


@test("ntp with a failing allocation")
def ntp(tmp):
    def answer(query, peer):
        now = struct.pack("!Q", int((time.time() + 2208988800) * 2**32))
        return b"\x24\2\6\xec" + bytes(8) + b"\x7f\0\0\1" + now + query[40:48] + now + now
    with servers.Udp(answer) as server:
        torture(tmp, "ntp", "host=127.0.0.1", f"port={server.port}", "max-offset=0", "warn-offset=0")


@test("redis with a failing allocation")
def redis(tmp):
    with servers.Server([servers.expect(b"PING"), servers.send(b"+PONG\r\n"), servers.expect(b"INFO"),
                         servers.send(b"$9\r\nrole:master\r\n\r\n+PONG\r\n"), servers.silence()]) as server:
        torture(tmp, "redis", "host=127.0.0.1", f"port={server.port}", "info=true")


@test("telnet with a failing allocation")
def telnet(tmp):
    with servers.Server([servers.send(b"\xff\xfd\x18login: "), servers.expect(b"alice\r\n"), servers.send(b"Password: "), servers.expect(b"word\r\n"),
                         servers.send(b"$ "), servers.silence()]) as server:
        torture(tmp, "telnet", "host=127.0.0.1", f"port={server.port}", "user=alice", "password=word", "expect=$ ")


@test("ftp with a failing allocation: TLS on both connections")
def ftp(tmp):
    (real_files.home_of(tmp) / "file").write_bytes(b"hello")
    with real_files.proftpd(tmp, "DebugLevel 0", tls=certs.good()) as server:
        torture(tmp, "ftp", *server.to("tls=starttls", f"ca-file={certs.authority()}", f"user={real_files.USER}",
                                       f"password={real_files.PASSWORD}", "path=file"))


@test("ssh with a failing allocation")
def ssh(tmp):
    real_files.keygen(tmp / "key", "ed25519")
    (tmp / "authorized_keys").write_text((tmp / "key.pub").read_text())
    with real_files.sshd(tmp) as server:
        torture(tmp, "ssh", *server.to(f"user={real_files.login_name()}", f"key=file:{tmp / 'key'}", "command=echo ready", "expect=ready"))


@test("tls with a failing allocation")
def certificate(tmp):
    with servers.Server([servers.silence()], tls=servers.tls_context(certs.good())) as server:
        torture(tmp, "tls", "host=127.0.0.1", f"port={server.port}", f"ca-file={certs.authority()}")


@test("exec with a failing allocation")
def program(tmp):
    (tmp / "said").write_text("OK | a=1;2;3 'b c'=4s\nmore\n")
    torture(tmp, "exec", "command=/bin/cat", f"command={tmp}/said", "secret=x")


@test("ping with a failing allocation")
def ping(tmp):
    torture(tmp, "ping", "host=127.0.0.1", "packets=1")


run()
