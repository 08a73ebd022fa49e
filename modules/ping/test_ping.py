"""ping: replies, loss, silence, forged replies, permissions, in a network of the test's own."""
import contextlib
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "lib"))
import namespace

namespace.enter()

from daemon import check, nines
from tap import run, skip, test

FAST = ("packets=1", "wait=300ms", "timeout=2s")


def wire():
    """A pair of interfaces: what is sent to 10.9.0.0/24 comes out at the end `far`, which a test reads raw."""
    if not wire.is_laid:
        namespace.ip("link", "add", "near", "type", "veth", "peer", "name", "far")
        namespace.ip("addr", "add", "10.9.0.1/24", "dev", "near")
        for end in ("near", "far"):
            namespace.ip("link", "set", end, "up")
        namespace.ip("neigh", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "near")
        wire.is_laid = True


wire.is_laid = False


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def icmp(kind, identity, sequence, payload, code=0):
    body = struct.pack(">BBHHH", kind, code, 0, identity, sequence) + payload
    return body[:2] + struct.pack(">H", checksum(body)) + body[4:]


def ip4(source, target, payload):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, 1, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


class Far:
    """Answers each echo request with the packets that `answer(identity, sequence, payload, request)` returns, as IP packets."""

    def __init__(self, answer):
        wire()
        self.answer, self.requests = answer, []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.bind(("far", 0))
        self.socket.settimeout(0.1)
        self.is_over = False
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while not self.is_over:
            try:
                frame, origin = self.socket.recvfrom(4096)
            except TimeoutError:
                continue
            if origin[2] == socket.PACKET_OUTGOING or frame[23] != 1 or frame[34] != 8:
                continue
            identity, sequence = struct.unpack(">HH", frame[38:42])
            self.requests.append((identity, sequence, frame[42:]))
            for packet in self.answer(identity, sequence, frame[42:], frame[14:]):
                self.socket.send(frame[6:12] + frame[0:6] + b"\x08\x00" + packet)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        self.socket.close()


def reply(identity, sequence, payload, source="10.9.0.2"):
    return ip4(source, "10.9.0.1", icmp(0, identity, sequence, payload))


@test("loopback answers, IPv4 and IPv6")
def loopback():
    for host in ("127.0.0.1", "::1"):
        status, r = check("ping", f"host={host}", "packets=3", "interval=1ms")
        assert status == 0 and r["verdict"] == "up", r
        assert [s["name"] for s in r["steps"]] == ["echo"] and r["address"] == host, r
        values = r["values"]
        assert values["loss"] == {"value": 0, "unit": "%"}, values
        assert 0 < values["rtt_min"]["value"] <= values["rtt_avg"]["value"] <= values["rtt_max"]["value"] < 1e6, values


@test("a name is resolved in a step of its own")
def name():
    status, r = check("ping", "host=localhost", "packets=1", "address-family=4")
    assert status == 0 and [s["name"] for s in r["steps"]] == ["resolve", "echo"], r
    assert r["address"] == "127.0.0.1", r


@test("small, odd and large packets come back")
def sizes():
    for size in (16, 17, 55, 57, 1500, 65000):
        status, r = check("ping", "host=127.0.0.1", f"size={size}", *FAST)
        assert status == 0, (size, r)
        status, r = check("ping", "host=::1", f"size={size}", *FAST)
        assert status == 0, (size, r)


@test("silence is down and has no round-trip time")
def silence():
    with Far(lambda *_: []) as far:
        status, r = check("ping", "host=10.9.0.2", "packets=3", "interval=1ms", "wait=100ms")
    assert status == 2 and r["reason"] == "no reply to 3 packets" and r["step"] == "echo", r
    assert set(r["values"]) == {"loss"} and r["values"]["loss"]["value"] == 100, r
    assert len({nonce[:16] for _, _, nonce in far.requests}) == 3, "a nonce was used twice"
    assert r["elapsed_us"] < 10_000_000, "it waited for the deadline"


@test("the id changes from probe to probe")
def new_id():
    with Far(lambda *_: []) as far:
        for _ in range(4):
            check("ping", "host=10.9.0.2", "packets=1", "wait=10ms")
    assert len({identity for identity, _, _ in far.requests}) > 1, far.requests


@test("an honest far end is up")
def honest():
    with Far(lambda i, s, p, _: [reply(i, s, p)]):
        status, r = check("ping", "host=10.9.0.2", *FAST)
    assert status == 0, r


FORGED = {
    "another nonce": lambda i, s, p, _: [reply(i, s, bytes(16) + p[16:])],
    "half of the nonce": lambda i, s, p, _: [reply(i, s, p[:8])],
    "another id": lambda i, s, p, _: [reply(i ^ 0x8000, s, p), reply(i ^ 1, s, p)],
    "another sequence number": lambda i, s, p, _: [reply(i, s ^ 1, p)],
    "another source": lambda i, s, p, _: [reply(i, s, p, "10.9.0.3")],
    "a wrong checksum": lambda i, s, p, _: [reply(i, s, p)[:22] + b"\x12\x34" + reply(i, s, p)[24:]],
    "its own request": lambda i, s, p, r: [r],
    "a reply with a code": lambda i, s, p, _: [ip4("10.9.0.2", "10.9.0.1", icmp(0, i, s, p, code=1))],
}
for what, answer in FORGED.items():
    @test(f"a reply with {what} counts as nothing (F37)")
    def forged(answer=answer):
        with Far(answer) as far:
            status, r = check("ping", "host=10.9.0.2", *FAST)
        assert far.requests and status == 2 and r["reason"] == "no reply to 1 packet", r


@test("a spoofed reply followed by the right one is up, and duplicates count once")
def spoofed_then_right():
    with Far(lambda i, s, p, _: [reply(i, s, bytes(56))] + 5 * [reply(i, s, p)]):
        status, r = check("ping", "host=10.9.0.2", "packets=3", "interval=20ms")
    assert status == 0 and r["values"]["loss"]["value"] == 0, r


@test("lost packets degrade, from max-loss on they are down")
def loss():
    def every_second(i, s, p, _, seen=[]):
        seen.append(s)
        return [reply(i, s, p)] if len(seen) % 2 else []

    four = ("host=10.9.0.2", "packets=4", "interval=20ms", "wait=200ms")
    with Far(every_second):
        status, r = check("ping", *four)
        assert status == 1 and r["reason"] == "2 of 4 packets lost", r
        assert r["values"]["loss"]["value"] == 50 and "rtt_avg" in r["values"], r
        status, r = check("ping", *four, "max-loss=50")
        assert status == 2 and r["reason"] == "2 of 4 packets lost", r


@test("slow replies degrade")
def slow():
    status, r = check("ping", "host=127.0.0.1", "packets=1", "slow-rtt=1us")
    assert status == 1 and r["reason"].startswith("slow: replies took "), r


@test("an error of the network that quotes us is the reason")
def unreachable():
    def refuse(i, s, p, request):
        return [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, request[:28 + 16], code=1))]

    def refuse_another(i, s, p, request):
        other = request[:16] + socket.inet_aton("10.9.0.77") + request[20:]
        return [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, other[:28], code=1))]

    with Far(refuse):
        status, r = check("ping", "host=10.9.0.2", *FAST)
        assert status == 2 and r["reason"] == "no reply to 1 packet: host unreachable", r
    with Far(refuse_another):
        status, r = check("ping", "host=10.9.0.2", *FAST)
        assert status == 2 and r["reason"] == "no reply to 1 packet", r


@test("a short timeout sends fewer packets and says of how many")
def short():
    with Far(lambda *_: []):
        status, r = check("ping", "host=10.9.0.2", "packets=50", "interval=300ms", "timeout=1050ms")
    assert status == 2 and r["reason"] == "no reply to 4 packets", r


@test("without any route it is our trouble, an unreachable route is the network's")
def routes():
    inside = ["unshare", *namespace._flags(), "sh", "-c"]
    program = 'exec "$0" check ping host=192.0.2.1 packets=1 wait=100ms'
    done = subprocess.run([*inside, program, nines.__globals__["BUILD"] / "nines"], capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "no route to 192.0.2.1 from here" in done.stdout, done
    wire()
    namespace.ip("route", "add", "unreachable", "198.51.100.0/24")
    status, r = check("ping", "host=198.51.100.1", *FAST)
    assert status == 2 and r["reason"] == "no route to host 198.51.100.1", r
    namespace.ip("route", "add", "prohibit", "203.0.113.0/24")
    status, r = check("ping", "host=203.0.113.1", *FAST)
    assert status == 3 and r["reason"] == "this machine does not permit to reach 203.0.113.1", r


GROUPS = pathlib.Path("/proc/sys/net/ipv4/ping_group_range")


def without_rights(*words):
    """As an ordinary user would: no capability is left."""
    program = [str(nines.__globals__["BUILD"] / "nines"), "check", *words, "--json"]
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    done = subprocess.run([*drop, *program], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@test("without permission it is unknown and says what to do")
def no_permission():
    with contextlib.suppress(OSError):  # a user namespace of one user knows no group 1; a new network starts with nobody
        GROUPS.write_text("1 0", encoding="ascii")
    status, said = without_rights("ping", "host=127.0.0.1", *FAST)
    assert status == 3 and "no permission to send ICMP: run as root or set net.ipv4.ping_group_range" in said, said


@test("where the kernel allows unprivileged ping it works without rights")
def unprivileged():
    GROUPS.write_text("0 0", encoding="ascii")
    for host in ("127.0.0.1", "::1"):
        status, said = without_rights("ping", f"host={host}", "packets=2", "interval=1ms")
        assert status == 0, said
    with Far(lambda i, s, p, _: [reply(i, s, bytes(16) + p[16:])]):
        status, said = without_rights("ping", "host=10.9.0.2", *FAST)
    assert status == 2 and "no reply to 1 packet" in said, said
    with Far(lambda i, s, p, r: [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, r[:28 + 16], code=1))]):
        status, said = without_rights("ping", "host=10.9.0.2", *FAST)
    assert status == 2 and "no reply to 1 packet: host unreachable" in said, said


run()
