"""ping: replies, loss, silence, forged replies, permissions, in a network of the test's own."""
import contextlib
import json
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "lib"))
import namespace

namespace.enter()

import probe
import role
from golden import Golden
from servers import A, AAAA, Udp, answering
from tap import BUILD, run, test

golden = Golden(__file__)
FAST = ("packets=1", "wait=300ms", "timeout=2s")  # where no answer is to come
ANSWERED = ("packets=1", "wait=2s", "timeout=10s")  # where one is, however late on a busy machine


def ping(title, verdict, *words, **more):
    """One probe, its golden line."""
    result = probe.check("ping", *words, **more)
    assert result.verdict == verdict, f"{title}: {result}"
    golden(title, result)
    return result


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
        while True:
            try:
                frame, origin = self.socket.recvfrom(4096)
            except TimeoutError:
                if self.is_over:  # and all that was sent has been seen
                    return
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
        result = ping(f"{host} answers", "up", f"host={host}", "packets=3", "interval=1ms")
        assert result.address == host and result.json["values"]["loss"] == {"value": 0, "unit": "%"}, result
        assert 0 < result.values["rtt_min"] <= result.values["rtt_avg"] <= result.values["rtt_max"] < 1e6, result


@test("a name is resolved in a step of its own, and asked by the family that is wanted")
def name():
    assert ping("a name", "up", "host=localhost", "packets=1", "address-family=4").address == "127.0.0.1"
    with Udp(answering({("six.test", AAAA): "::1", ("four.test", A): "127.0.0.1"})) as resolver:
        env = {"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}
        assert ping("a name with an IPv6 address only", "up", "host=six.test", *ANSWERED, env=env).address == "::1"
        ping("a name without an IPv6 address", "down", "host=four.test", "address-family=6", *FAST, env=env)
        ping("a name that does not exist", "down", "host=gone.test", *FAST, env=env)
    with Udp(lambda data, peer: None) as resolver:
        ping("a resolver that is silent", "unknown", "host=six.test", *FAST, env={"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"})


@test("small, odd and large packets come back")
def sizes():
    for size in (16, 17, 55, 57, 1500, 65000):
        for host in ("127.0.0.1", "::1"):
            ping("packets of any size", "up", f"host={host}", f"size={size}", *ANSWERED)


@test("silence is down and has no round-trip time")
def silence():
    with Far(lambda *_: []) as far:
        result = ping("silence", "down", "host=10.9.0.2", "packets=3", "interval=1ms", "wait=100ms")
    assert result.values == {"loss": 100}, result
    assert len({nonce[:16] for _, _, nonce in far.requests}) == 3, "a nonce was used twice"
    assert result.elapsed < 10, "it waited for the deadline"


@test("the id changes from probe to probe")
def new_id():
    with Far(lambda *_: []) as far:
        for _ in range(4):
            probe.check("ping", "host=10.9.0.2", "packets=1", "wait=10ms")
    assert len({identity for identity, _, _ in far.requests}) > 1, far.requests


@test("an honest far end is up")
def honest():
    with Far(lambda i, s, p, _: [reply(i, s, p)]):
        ping("an honest far end", "up", "host=10.9.0.2", *ANSWERED)


@test("packets of one prober: what fits every path is sent whole, what is large in fragments")
def fragments():
    seen = []

    def answer(identity, sequence, payload, request):
        flags = struct.unpack(">H", request[6:8])[0]
        seen.append((len(payload) <= 512, bool(flags & 0x4000), bool(flags & 0x2000)))
        return [] if flags & 0x2000 else [reply(identity, sequence, payload)]
    with role.Prober(modules={"ping": BUILD / "modules" / "ping.so"}) as p:
        for number, (size, wait) in enumerate(((56, "2s"), (4000, "300ms"))):
            p.tell(f"check {number} name=p{number} module=ping timeout_us=10000000 slow_us=0 address_family=any"
                   f" opt.host=10.9.0.2 opt.packets=1 opt.wait={wait} opt.size={size}")
        with Far(answer):
            p.tell(*(f"probe {10 + n} check={n % 2} due_us=0" for n in range(5)))
            assert [p.result(10 + n)["verdict"] for n in range(5)] == ["up", "down", "up", "down", "up"]
    assert seen == [(True, True, False), (False, False, True)] * 2 + [(True, True, False)], seen


FORGED = {
    "another nonce": lambda i, s, p, _: [reply(i, s, bytes(16) + p[16:])],
    "half of the nonce": lambda i, s, p, _: [reply(i, s, p[:8])],
    "another id": lambda i, s, p, _: [reply(i ^ 0x8000, s, p), reply(i ^ 1, s, p)],
    "another sequence number": lambda i, s, p, _: [reply(i, s ^ 1, p)],
    "another source": lambda i, s, p, _: [reply(i, s, p, "10.9.0.3")],
    "a wrong checksum": lambda i, s, p, _: [reply(i, s, p)[:22] + b"\x12\x34" + reply(i, s, p)[24:]],
    "its own request": lambda i, s, p, r: [r],
    "a code": lambda i, s, p, _: [ip4("10.9.0.2", "10.9.0.1", icmp(0, i, s, p, code=1))],
}
for what, answer in FORGED.items():
    @test(f"a reply with {what} counts as nothing (F37)")
    def forged(what=what, answer=answer):
        with Far(answer) as far:
            ping(f"a reply with {what}", "down", "host=10.9.0.2", *FAST)
        assert far.requests


@test("a spoofed reply followed by the right one is up, and duplicates count once")
def spoofed_then_right():
    with Far(lambda i, s, p, _: [reply(i, s, bytes(56))] + 5 * [reply(i, s, p)]):
        assert ping("a spoofed reply, then five right ones", "up", "host=10.9.0.2", "packets=3", "interval=20ms").values["loss"] == 0


@test("lost packets degrade, from max-loss on they are down")
def loss():
    def every_second(i, s, p, _, seen=[]):
        seen.append(s)
        return [reply(i, s, p)] if len(seen) % 2 else []

    four = ("host=10.9.0.2", "packets=4", "interval=20ms", "wait=2s")
    with Far(every_second):
        result = ping("half of the packets lost", "degraded", *four)
        assert result.values["loss"] == 50 and "rtt_avg" in result.values, result
        ping("as many packets lost as max-loss", "down", *four, "max-loss=50")


@test("slow replies degrade")
def slow():
    def answer(i, s, p, _):
        time.sleep(0.02)
        return [reply(i, s, p)]

    with Far(answer):
        result = probe.check("ping", "host=10.9.0.2", "packets=1", "slow-rtt=10ms").says("degraded", "slow: replies took ")
    assert result.values["rtt_min"] >= 20000 and result.took("echo") >= 0.02, result


@test("an error of the network that quotes us is the reason")
def unreachable():
    def refuse(i, s, p, request):
        return [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, request[:28 + 16], code=1))]

    def refuse_another(i, s, p, request):
        other = request[:16] + socket.inet_aton("10.9.0.77") + request[20:]
        return [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, other[:28], code=1))]

    with Far(refuse):
        ping("a host that the network calls unreachable", "down", "host=10.9.0.2", *ANSWERED)
    with Far(refuse_another):
        ping("a host beside it that the network calls unreachable", "down", "host=10.9.0.2", *FAST)


@test("a short timeout sends fewer packets and says of how many")
def short():
    with Far(lambda *_: []):
        ping("a timeout too short for all packets", "down", "host=10.9.0.2", "packets=50", "interval=300ms", "timeout=1050ms")


def said(done, title, verdict):
    """The golden line of a command's JSON."""
    assert done.stdout, done
    result = json.loads(done.stdout)
    assert result["verdict"] == verdict, result
    golden(title, result)


@test("without any route it is our trouble, an unreachable route is the network's")
def routes():
    inside = ["unshare", *namespace._flags(), "sh", "-c"]
    program = 'exec "$0" check ping host=192.0.2.1 packets=1 wait=100ms --json'
    said(subprocess.run([*inside, program, BUILD / "nines"], capture_output=True, text=True, check=False), "no route at all", "unknown")
    wire()
    namespace.ip("route", "add", "unreachable", "198.51.100.0/24")
    ping("an unreachable route", "down", "host=198.51.100.1", *FAST)
    namespace.ip("route", "add", "prohibit", "203.0.113.0/24")
    ping("a route that this machine prohibits", "unknown", "host=203.0.113.1", *FAST)


GROUPS = pathlib.Path("/proc/sys/net/ipv4/ping_group_range")


def without_rights(title, verdict, *words):
    """As an ordinary user would: no capability is left."""
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    said(subprocess.run([*drop, BUILD / "nines", "check", "ping", *words, "--json"], capture_output=True, text=True, check=False), title, verdict)


@test("without permission it is unknown and says what to do")
def no_permission():
    with contextlib.suppress(OSError):  # a user namespace of one user knows no group 1; a new network starts with nobody
        GROUPS.write_text("1 0", encoding="ascii")
    without_rights("no permission", "unknown", "host=127.0.0.1", *FAST)


@test("where the kernel allows unprivileged ping it works without rights")
def unprivileged():
    GROUPS.write_text("0 0", encoding="ascii")
    for host in ("127.0.0.1", "::1"):
        without_rights(f"{host} without rights", "up", f"host={host}", "packets=2", "interval=1ms")
    with Far(lambda i, s, p, _: [reply(i, s, bytes(16) + p[16:])]):
        without_rights("a forged reply without rights", "down", "host=10.9.0.2", *FAST)
    with Far(lambda i, s, p, r: [ip4("10.9.0.9", "10.9.0.1", icmp(3, 0, 0, r[:28 + 16], code=1))]):
        without_rights("an unreachable host without rights", "down", "host=10.9.0.2", *ANSWERED)


run()
