"""A webhook whose address a stranger gave: public addresses are asked, whatever way others are spelled or resolved (F48)."""
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace  # noqa: E402

namespace.enter()
from letters import Letter, deliver  # noqa: E402
from servers import A, AAAA, Http, Udp, answering, redirect, reply  # noqa: E402
from tap import run, test  # noqa: E402

# What some library or other takes for loopback, private networks or the address where clouds keep their secrets.
LOOPBACK = ["127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0X7F000001", "0x7f.1", "0x7f.0x0.0x0.0x1",
            "017700000001", "0177.0.0.1", "0177.0x0.1", "0", "0.0.0.0", "0.1.2.3", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]",
            "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]",
            "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "user@127.0.0.1", "example.org@127.0.0.1", "[::ffff:0:7f00:1]", "[::7f00:1]"]
PRIVATE = ["10.0.0.1", "10.1", "0xa000001", "012.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.168.257", "3232235777",
           "100.64.0.1", "[::ffff:10.0.0.1]", "[fd00::1]", "[fc00::]", "[fec0::1]", "198.18.0.1"]
METADATA = ["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "[::ffff:169.254.169.254]",
            "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fe80::1]", "[fd00:ec2::254]", "metadata.test"]
PUBLIC = "203.0.113.7"  # of this namespace alone
STRANGER = Letter(words={"stranger": "1"})


def inside():
    """Every address that a spelling could lead to is here, and all of them listen."""
    for address in (PUBLIC + "/32", "10.0.0.1/32", "172.16.0.1/32", "192.168.1.1/32", "169.254.169.254/32"):
        namespace.ip("addr", "replace", address, "dev", "lo")


class Everywhere:
    """Listens on one port of every address; `connections` are those that came."""

    def __enter__(self):
        inside()
        self.sock = socket.socket(socket.AF_INET6)
        self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.sock.bind(("::", 0))
        self.sock.listen(100)
        self.sock.setblocking(False)
        self.port = self.sock.getsockname()[1]
        return self

    def was_asked(self):
        try:
            return self.sock.accept()[1]
        except BlockingIOError:
            return None

    def __exit__(self, *_):
        self.sock.close()


# A resolver that says of every name, also of one that looks like an address, what the attacker wants.
class Liar(Udp):
    def __init__(self, *addresses):
        self.addresses, self.asked = addresses, 0
        super().__init__(self.lie)

    def lie(self, query, peer):
        name = ".".join(label.decode("latin-1") for label in labels(query))
        address = self.addresses[min(self.asked, len(self.addresses) - 1)]
        self.asked += 1
        return answering({(name, A): address, (name, AAAA): "::ffff:" + address})(query, peer)


def labels(query):
    at = 12
    while query[at]:
        yield query[at + 1:at + 1 + query[at]]
        at += 1 + query[at]


@test("sixty spellings of addresses that are not public: nobody is dialled, the letter is given up")
def spellings():
    with Everywhere() as here, Liar("169.254.169.254") as liar:
        for host in LOOPBACK + PRIVATE + METADATA:
            outcome = deliver(f"webhook:http://{host}:{here.port}/hook", letter=STRANGER, env={"NINES_RESOLVER": f"127.0.0.1:{liar.port}"})
            assert outcome.outcome == "gave-up", f"{host}: {outcome}"
            assert not here.was_asked(), host
        assert len(LOOPBACK + PRIVATE + METADATA) == 60


@test("a refusal says which address and why")
def reason():
    deliver("webhook:http://localhost:80/hook", letter=STRANGER).says("gave-up", "is a loopback address: strangers may name public ones only")
    deliver("webhook:http://169.254.169.254/", letter=STRANGER).says("gave-up", "'169.254.169.254' is a link-local address")


@test("a public address is asked, by name too; the answer is looked up once, so that it cannot change in between")
def rebinding():
    inside()
    with Http(lambda _: reply(200), host=PUBLIC) as server, Liar(PUBLIC) as liar:
        environment = {"NINES_RESOLVER": f"127.0.0.1:{liar.port}"}
        deliver(f"webhook:http://{PUBLIC}:{server.port}/hook", letter=STRANGER).says("delivered")
        deliver(f"webhook:http://hooks.test:{server.port}/hook", "address-family=4", letter=STRANGER, env=environment).says("delivered")
        assert len(server.requests) == 2 and liar.asked == 1
    with Everywhere() as here, Liar(PUBLIC, "127.0.0.1") as liar:
        environment = {"NINES_RESOLVER": f"127.0.0.1:{liar.port}"}
        deliver(f"webhook:http://hooks.test:{here.port}/", "address-family=4", "timeout=3s", letter=STRANGER, env=environment)
        assert here.was_asked()[0] == f"::ffff:{PUBLIC}"
        deliver(f"webhook:http://hooks.test:{here.port}/", "address-family=4", letter=STRANGER, env=environment).says("gave-up", "loopback")
        assert not here.was_asked()


@test("a public address that redirects inside leads nowhere")
def redirected():
    inside()
    with Everywhere() as here, Http(lambda _: redirect(f"http://127.0.0.1:{here.port}/"), host=PUBLIC) as server:
        outcome = deliver(f"webhook:http://{PUBLIC}:{server.port}/hook", letter=STRANGER)
        assert outcome.outcome != "delivered" and not here.was_asked(), outcome


@test("an address that the admin gave may be private")
def own():
    with Http(lambda _: reply(200)) as server:
        deliver(f"webhook:{server.url('/hook')}", letter=Letter()).says("delivered")


run()
