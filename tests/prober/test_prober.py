"""The prober role by its lines: what it is told, what it answers, and what it must survive."""
import base64
import os
import resource
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import namespace

namespace.enter()

import role
from daemon import until
from tap import BUILD, run, skip, test

PING = BUILD / "modules" / "ping.so"
CHECK = "check 1 name=x module=ping timeout_us=2000000 opt.host=127.0.0.1 opt.packets=1"


def prober(**how):
    return role.Prober(modules={"ping": PING}, **how)


@test("a probe is answered by its result")
def answered():
    with prober() as p:
        p.tell(CHECK, f"probe 17 check=1 due_us={role.now_us()}")
        r = p.result(17)
        assert r["verdict"] == "up", r
        assert r["steps"].startswith("echo:") and r["address"] == "127.0.0.1", r
        assert int(r["late_us"]) < 1000000 and int(r["elapsed_us"]) > 0, r


@test("a probe that comes before it is due waits for its time, and the others go before it")
def waits():
    with prober() as p:
        due = {n: role.now_us() + n * 100000 for n in (3, 1, 2)}
        p.tell(CHECK, *(f"probe {n} check=1 due_us={due[n]}" for n in due))
        order = []
        for n in (1, 2, 3):
            r = p.result(n)
            assert role.now_us() >= due[n] and r["verdict"] == "up", r
            order.append(int(r["start_us"]))
        assert order == sorted(order), order


@test("what the prober cannot use is an unknown result each")
def unusable():
    cases = {
        "check 1 name=x module=absent timeout_us=1000000": "module 'absent' is not loaded: this prober was not given it",
        "check 1 name=x module=ping build=ffffffffffffffff opt.host=127.0.0.1":
            "module 'ping' is not loaded: it was replaced by another build",
        "check 1 name=x module=ping": "host",
        "check 1 name=x module=ping opt.host=127.0.0.1 opt.packets=many": "packets: 'many' is no whole number",
        "check 1 name=x module=ping opt.host=127.0.0.1 opt.nonsense=1": "nonsense",
        "forget 1": "the prober was not told of this check",
        "surprise 1 a=b": "the prober was not told of this check",
    }
    with prober() as p:
        for number, (line, reason) in enumerate(cases.items()):
            p.tell(line, f"probe {number} check=1 due_us=1", "forget 1")
            r = p.result(number)
            assert r["verdict"] == "unknown" and reason in r["reason"], (line, r)
        p.tell("probe x check=nonsense", "probe 99 check=-4", CHECK, "probe 100 check=1")
        assert p.result("x")["verdict"] == p.result(99)["verdict"] == "unknown"
        assert p.result(100)["verdict"] == "up"


@test("a refused module's checks say why, others go on")
def refused_module(tmp):
    bad = tmp / "bad.so"
    bad.write_bytes(b"no shared object")
    with role.Prober(modules={"ping": PING, "bad": bad}) as p:
        p.tell("check 2 name=y module=bad", "probe 1 check=2", CHECK, "probe 2 check=1")
        assert p.result(1)["reason"].startswith("module 'bad' is not loaded: ")
        assert p.result(2)["verdict"] == "up"


@test("a frame that is broken ends the prober, nothing else")
def broken_frame():
    with prober() as p:
        p.keeper.mine.sendall(b"\xff" * 64)
        assert p.keeper.lines() == []
        assert p.end()[0] == 0


@test("stop ends it, and so does the keeper's going")
def ends():
    with prober() as p:
        assert p.end()[0] == 0
    with prober() as p:
        p.keeper.mine.close()
        assert p.process.wait(role.PATIENCE_S) == 0


@test("a check that is replaced or forgotten while its probe runs stays until it has ended")
def replaced():
    with prober() as p:
        p.tell("check 1 name=x module=ping timeout_us=3000000 opt.host=127.0.0.1 opt.packets=2 opt.interval=100ms",
               "probe 1 check=1", CHECK, "probe 2 check=1", "forget 1", "probe 3 check=1")
        assert p.result(3)["verdict"] == "unknown"
        assert p.result(2)["verdict"] == "up" and p.result(1)["verdict"] == "up"


@test("without descriptors probes are unknown, not down (F10)")
def no_descriptors():
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))

    tcp = BUILD / "modules" / "tcp.so"
    if not tcp.exists():
        skip("no module tcp in this build")
    with socket.create_server(("127.0.0.1", 0), backlog=200) as server:
        port = server.getsockname()[1]
        with role.Prober(modules={"tcp": tcp}, preexec=few) as p:
            p.tell(f"check 1 name=x module=tcp timeout_us=300000 opt.host=127.0.0.1 opt.port={port} opt.expect=never",
                   *(f"probe {n} check=1" for n in range(40)))
            results = [p.result(n) for n in range(40)]
        lacking = [r for r in results if r["verdict"] == "unknown"]
        assert len(lacking) >= 30, results[-1]
        assert all("descriptor" in r["reason"] or "too many open files" in r["reason"].lower() for r in lacking), lacking[0]


@test("the first probes of a burst end before its last begin: they are not timed by them")
def burst():
    with prober() as p:
        p.tell(CHECK, *(f"probe {n} check=1" for n in range(1, 501)))
        results = {n: p.result(n) for n in range(1, 501)}
    assert {r["verdict"] for r in results.values()} == {"up"}
    ended = int(results[1]["start_us"]) + int(results[1]["elapsed_us"])
    assert ended <= int(results[500]["start_us"]), (results[1], results[500])


@test("in the pool of modules that block one probe runs after the other")
def one_by_one():
    with prober(pool="blocking") as p:
        p.tell("check 1 name=x module=ping timeout_us=3000000 opt.host=127.0.0.1 opt.packets=2 opt.interval=50ms",
               *(f"probe {n} check=1 due_us={role.now_us()}" for n in range(4)))
        late = [int(p.result(n)["late_us"]) for n in range(4)]
        assert all(late[n] >= late[n - 1] + 50000 for n in range(1, 4)), late


@test("a secret comes by its number, for options that are secret only")
def secrets():
    http = BUILD / "modules" / "http.so"
    if not http.exists():
        skip("no module http in this build")
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server, \
            role.Prober(modules={"http": http}, secrets={4: 'pass "word"'}) as p:
        def check(user, secret):
            return (f"check 1 name=x module=http timeout_us=3000000 opt.url=http://127.0.0.1:{server.getsockname()[1]}/ "
                    f"opt.user={user} opt.password=@secret:{secret}")

        p.tell(check("me", 9).replace("@secret:9", '"@secret:9"'), "probe 1 check=1")
        assert p.result(1)["reason"] == "the secret of option 'password' was not handed over"
        p.tell(check('"@secret:4"', 4), "probe 2 check=1")
        with server.accept()[0] as client:
            heard = client.recv(4096).decode().lower()
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert p.result(2)["verdict"] == "up"
        assert base64.b64encode(b'@secret:4:pass "word"').decode().lower() in heard, heard


@test("with nothing to do it sleeps without waking up")
def idle():
    with prober() as p:
        p.tell(CHECK, "probe 1 check=1")
        p.result(1)
        until("the loop to sleep", p.is_asleep)
        before = p.switches()
        try:
            p.process.wait(1)
        except role.subprocess.TimeoutExpired:
            pass
        assert p.switches() == before


run()
