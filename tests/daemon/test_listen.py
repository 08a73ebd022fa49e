"""Several addresses of the page: with and without TLS, one that cannot be had, more and fewer by a reload, limits over all of them."""
import http.client
import os
import pathlib
import re
import select
import signal
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import certs  # noqa: E402
from daemon import Daemon, free_port, nines, until  # noqa: E402
from tap import BUILD, run, test  # noqa: E402

TLS = "listen-certificate = \"{}\"\nlisten-key = \"{}\"\n"


def start(tmp, *listen, text=""):
    """A ninesd that listens at these, and nothing else said of it."""
    os.chmod(tmp, 0o755)
    head = f'location = "here"\nstore = "{tmp}/store/nines.db"\nsocket = "{tmp}/nines.sock"\nmodules = "{BUILD}/modules"\n'
    return Daemon(tmp, at(*listen) + text, head=head, listen=False)


def at(*listen):
    return "listen = {" + ", ".join(f'"{entry}"' for entry in listen) + "}\n"


def context():
    made = ssl.create_default_context(cafile=certs.authority())
    made.check_hostname = False
    return made


def client(port, host="127.0.0.1", tls=False, source=None):
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    return kind(host, port, timeout=20, source_address=source, **({"context": context()} if tls else {}))


def get(connection, path="/style.css"):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return answer.headers


def ask(port, host="127.0.0.1", **how):
    connection = client(port, host, **how)
    try:
        return get(connection)
    finally:
        connection.close()


def is_refused(port, host="127.0.0.1"):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
        return s.connect_ex((host, port)) != 0


def is_tls(port):
    try:
        return bool(ask(port, tls=True))
    except OSError:
        return False


def pages(daemon, since=0):
    return [line.removeprefix("page: ") for line in daemon.lines[since:] if line.startswith("page: ")]


@test("IPv4 and IPv6, one with TLS and one without: each is told, each has headers of its own, also after the web has died")
def both(tmp):
    secured, plain = free_port(), free_port(socket.AF_INET6)
    with start(tmp, f"127.0.0.1:{secured}", f"[::1]:{plain} plain", text=TLS.format(*certs.good())) as daemon:
        daemon.wait(r"page: http://")
        assert pages(daemon) == [f"https://127.0.0.1:{secured}/", f"http://[::1]:{plain}/"], daemon.output()
        for _ in range(2):  # once made, once kept
            assert "Strict-Transport-Security" in ask(secured, tls=True)
            assert "Strict-Transport-Security" not in ask(plain, "::1")
        os.kill(daemon.processes()["web"][0], signal.SIGKILL)
        daemon.wait("the web ended")
        until("the next one has both", lambda: not is_refused(plain, "::1") and ask(secured, tls=True) and ask(plain, "::1"))


@test("a reload adds and removes addresses, who is connected at the others goes on")
def reloaded(tmp):
    stays, goes, comes = free_port(), free_port(), free_port()
    with start(tmp, f"127.0.0.1:{stays}", f"127.0.0.1:{goes}") as daemon:
        daemon.wait(f"page: http://127.0.0.1:{goes}/")
        web = daemon.processes()["web"]
        held, old = client(stays), client(goes)
        get(held), get(old)
        since = daemon.reload(f'listen = "127.0.0.1:{comes}"\nlisten = "127.0.0.1:{stays}"\n')  # a list, too
        daemon.wait(f"page: http://127.0.0.1:{comes}/", since=since)
        assert pages(daemon, since) == [f"http://127.0.0.1:{comes}/"], "what was there is not told again"
        ask(comes)
        assert is_refused(goes)
        assert held.sock, "its connection is the one that it had"
        get(held)
        get(old)
        assert daemon.processes()["web"] == web
        held.close(), old.close()


@test("whatever another one of the addresses is turned into: another family's part, TLS, nothing at all, and back")
def turned(tmp):
    port, kept = free_port(), free_port()
    with start(tmp, f"127.0.0.1:{port}", text=TLS.format(*certs.good())) as daemon:
        daemon.wait(f"page: https://127.0.0.1:{port}/")
        for hosts, told in ((("[::]",), "[::]"), (("[::]", "0.0.0.0"), "0.0.0.0"), (("",), None), (("127.0.0.1",), "127.0.0.1")):
            since = daemon.reload(at(*[f"{host}:{port} plain" for host in hosts]) + TLS.format(*certs.good()))
            daemon.wait("is in force" if told is None else re.escape(f"page: http://{told}:{port}/"), since=since)
            ask(port)
            assert told == "127.0.0.1" or ask(port, "::1")
        held = client(port)
        get(held)
        since = daemon.reload(at(f"127.0.0.1:{port} tls") + TLS.format(*certs.good()))
        daemon.wait(f"page: https://127.0.0.1:{port}/", since=since)
        assert is_tls(port)
        assert held.sock
        get(held)
        held.close()
        web = daemon.processes()["web"][0]
        daemon.reload(at())
        until("no web", lambda: "web" not in daemon.processes())
        assert is_refused(port) and not [line for line in daemon.lines if "web ended" in line], daemon.output()
        since = daemon.reload(at(f"127.0.0.1:{kept}"))
        daemon.wait(f"page: http://127.0.0.1:{kept}/", since=since)
        ask(kept)
        assert daemon.processes()["web"] != [web]


@test("a certificate that is refused at a reload changes no address")
def refused(tmp):
    port, comes = free_port(), free_port()
    with start(tmp, f"127.0.0.1:{port}") as daemon:
        daemon.wait("page: ")
        broken = TLS.format(certs.good()[0], certs.rsa()[1])
        since = daemon.reload(at(f"127.0.0.1:{port}", f"127.0.0.1:{comes}") + broken)
        daemon.wait("the certificate is refused, or is not the key's: the one before stays in use", since=since)
        ask(port)
        since = daemon.reload(at(f"127.0.0.1:{port}", f"127.0.0.1:{comes}") + TLS.format(*certs.good()))
        daemon.wait(f"page: https://127.0.0.1:{comes}/", since=since)
        assert is_tls(port) and is_tls(comes)


@test("an address that cannot be had is said with what to do, the others go on; once it can be had it is")
def in_use(tmp):
    good, taken = free_port(), free_port()
    with socket.create_server(("127.0.0.1", taken)) as other:
        with start(tmp, f"127.0.0.1:{taken}", f"127.0.0.1:{good}", "192.0.2.1:9999") as daemon:
            daemon.wait(f"page: http://127.0.0.1:{good}/")
            assert f"nines: cannot listen on '127.0.0.1:{taken}': another program listens there: end that one or choose another port" in daemon.lines
            assert ("nines: cannot listen on '192.0.2.1:9999': this machine has no such address: write one that it has, or give it to an interface"
                    in daemon.lines)
            ask(good)
            since = daemon.reload()
            daemon.wait(f"cannot listen on '127.0.0.1:{taken}'", since=since)
            ask(good)
            other.close()
            daemon.wait(f"page: http://127.0.0.1:{taken}/")
            ask(taken)


@test("with no address that could be had ninesd does not start")
def none_left(tmp):
    taken = free_port()
    with socket.create_server(("127.0.0.1", taken)), start(tmp, f"127.0.0.1:{taken}", "192.0.2.1:9999") as daemon:
        assert daemon.process.wait(30) == 1
        daemon.wait("there is no address that the page could have")


@test("config check says what it can know of the addresses: not of a port that the running ninesd has itself, and nothing offline")
def checked(tmp):
    taken, own = free_port(), free_port()
    with socket.create_server(("127.0.0.1", taken)):
        def said(*words):
            done = nines("config", "check", *words, conf=tmp / "nines.conf")
            return done.returncode, [line.split("listen: ")[1] for line in done.stderr.splitlines() if "listen: " in line]
        gone = "'192.0.2.1:9999' cannot be had: this machine has no such address: write one that it has, or give it to an interface"
        with start(tmp, f"127.0.0.1:{own}", "192.0.2.1:9999") as daemon:
            daemon.wait("page: ")
            until("the control socket is there", (tmp / "nines.sock").exists)
            assert said() == (1, [gone]) and said("--offline") == (0, [])
            assert daemon.stop() == 0
            daemon.write(at(f"127.0.0.1:{own}", f"127.0.0.1:{taken}"))
            assert said() == (1, [f"'127.0.0.1:{taken}' cannot be had: another program listens there: end that one or choose another port"])


def slow(port, count, source):
    """So many clients who begin a request and never end it; source: of each by its number."""
    made = []
    for number in range(count):
        s = socket.socket()
        s.bind((source(number), 0))
        s.connect(("127.0.0.1", port))
        s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-")
        made.append(s)
    return made


def cut(clients):
    return select.select(clients, [], [], 0)[0]


@test("64 connections from one address are served over all listeners together, however the address comes in")
def each(tmp):
    first, second = free_port(), free_port()
    with start(tmp, f"127.0.0.1:{first}", f"[::]:{second}") as daemon:
        daemon.wait(re.escape(f"page: http://[::]:{second}/"))
        clients = slow(first, 40, lambda _: "127.0.0.9")
        ask(first)  # those before it have been let in
        clients += slow(second, 40, lambda _: "127.0.0.9")
        ask(second)
        refused = cut(clients)
        assert refused == clients[64:], [clients.index(s) for s in refused]
        for s in clients:
            s.close()


@test("with the door nearly full those who have taken longest go, by whichever address they came")
def all_together(tmp):
    first, second = free_port(), free_port()
    with start(tmp, f"127.0.0.1:{first}", f"127.0.0.1:{second}") as daemon:
        daemon.wait(f"page: http://127.0.0.1:{second}/")
        clients = slow(first, 150, lambda number: f"127.0.1.{number % 25 + 1}")
        ask(first)
        assert not cut(clients)
        clients += slow(second, 150, lambda number: f"127.0.2.{number % 25 + 1}")
        ask(second)
        gone = cut(clients)
        assert clients[0] in gone and 100 < len(gone) < 150 and not set(gone) & set(clients[150:]), [clients.index(s) for s in gone]
        for s in clients:
            s.close()


run()
