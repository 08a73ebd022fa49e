#!/usr/bin/env python3
"""The ftp check against a server for each way of failing, on the control connection and on the one for data."""
import pathlib
import socket
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from failures import common
from golden import Golden
from probe import check
from servers import Server, close, line, refused_port, send, send_split, silence, tls, tls_context
from tap import BUILD, run, test

golden = Golden(__file__)
PASSWORD = "s3cret-Word"

common(golden, "ftp", [b"220-hello\r\n220 ready\r\n", "USER anonymous\r\n", b"331 password\r\n", "PASS nines@\r\n", b"230 in\r\n", "QUIT\r\n",
                       b"221 bye\r\n"])


def to(server, *more):
    return f"host={server.host}", f"port={server.port}", *more


def says(text):
    """Waits for a line and answers it."""
    def step(talk):
        talk.until(b"\n")
        talk.send(text.encode() + b"\r\n")
    return step


def listen(talk):
    """Opens a port for data; closed with the conversation's server at the latest."""
    talk.data = socket.create_server((talk.server.host, 0), family=socket.AF_INET6 if ":" in talk.server.host else socket.AF_INET)
    talk.data.settimeout(20)
    return talk.data.getsockname()[1]


def epsv():
    def step(talk):
        talk.until(b"\n")
        talk.send(b"229 Extended (|||%d|)\r\n" % listen(talk))
    return step


def pasv(form):
    def step(talk):
        talk.until(b"\n")
        port = listen(talk)
        talk.send((form % (port >> 8, port & 255)).encode() + b"\r\n")
    return step


def deliver(*parts, context=None, torn=False, asked=False):
    """Sends the bytes over the data connection and ends it. `asked`: not before the client has said something there."""
    def step(talk):
        sock, _ = talk.data.accept()
        try:
            if context:
                sock = context.wrap_socket(sock, server_side=True)
            if asked:
                sock.recv(65536)
            for part in parts:
                sock.sendall(part)
            if torn:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif context:
                sock.unwrap()
        except OSError as error:
            talk.delivered = error
        finally:
            sock.close()
            talk.data.close()
    return step


def flood(talk):
    """Data without end."""
    sock, _ = talk.data.accept()
    try:
        while not talk.server.closing.is_set():
            sock.sendall(b"x" * 65536)
    except OSError:
        pass
    sock.close()


def stuck(talk):
    """The data connection stands, nothing comes."""
    with talk.data.accept()[0]:
        talk.pause(3600)


HELLO = [send(b"220 ready\r\n")]
LOGIN = HELLO + [says("331 password"), says("230 in")]
READY = LOGIN + [says("200 binary")]
LIST = [says("250 there"), says("150 here it comes")]
FETCH = [says("213 6"), says("150 here it comes")]
BYE = [send(b"226 done\r\n"), says("221 bye"), silence()]
FOLDER, FILE = ["path=/pub/"], ["path=/pub/file"]
OVER_TLS = ["tls=starttls", f"ca-file={certs.authority()}"]


def secure(pair, more=()):
    return HELLO + [says("234 go on"), tls(tls_context(pair)), *more]


PRIVATE = [says("331 password"), says("230 in"), says("200 0"), says("200 private"), says("200 binary")]
GOOD, CERTIFICATE = certs.good(), tls_context(certs.good())

CASES = [
    ("a folder is listed", "up", READY + [epsv(), *LIST, deliver(b"a\r\n"), *BYE], FOLDER),
    ("a folder without anything in it", "up", READY + [epsv(), *LIST, deliver(), *BYE], FOLDER),
    ("a file is fetched", "up", READY + [epsv(), *FETCH, deliver(b"hello\n"), *BYE], FILE),
    ("a server that knows no SIZE", "up", READY + [epsv(), says("500 what?"), says("150 here"), deliver(b"hello\n"), *BYE], FILE),
    ("a file cut short", "down", READY + [epsv(), *FETCH, deliver(b"hell"), *BYE], FILE),
    ("a transfer that the server gave up", "down", READY + [epsv(), *FETCH, deliver(b"he"), send(b"426 disk on fire\r\n")], FILE),
    ("a data connection torn", "down", READY + [epsv(), *FETCH, deliver(b"he", torn=True), silence()], FILE),
    ("a data connection that stays silent", "down", READY + [epsv(), *FETCH, stuck], [*FILE, "timeout=1s"]),
    ("a port for data that refuses", "down", None, FILE),
    ("a transfer never said to be done", "down", READY + [epsv(), *FETCH, deliver(b"hello\n"), silence()], [*FILE, "timeout=1s"]),
    ("a file that is not there", "down", READY + [epsv(), says("550 none"), says("550 no such file")], FILE),
    ("a folder that is not there", "down", READY + [epsv(), says("550 no such folder")], FOLDER),
    ("a listing without end", "down", READY + [epsv(), *LIST, flood], FOLDER),
    ("a file without end is read so far and no further", "up",
     READY + [epsv(), says("500 what?"), says("150 here"), flood, send(b"426 you hung up\r\n")], FILE),
    ("only PASV", "up", READY + [says("500 what?"), pasv("227 Passive (127,0,0,1,%d,%d)"), *LIST, deliver(b"a\r\n"), *BYE], FOLDER),
    ("PASV without brackets", "up", READY + [says("502 no"), pasv("227 127,0,0,1,%d,%d"), *LIST, deliver(b"a\r\n"), *BYE], FOLDER),
    ("PASV that names another host is not followed", "up",
     READY + [says("502 no"), pasv("227 Passive (192,0,2,1,%d,%d)"), *LIST, deliver(b"a\r\n"), *BYE], FOLDER),
    ("PASV with a number too large", "down", READY + [says("502 no"), says("227 Passive (127,0,0,1,256,1)")], FOLDER),
    ("PASV without numbers", "down", READY + [says("502 no"), says("227 Passive")], FOLDER),
    ("EPSV without a port", "down", READY + [says("229 Extended (||||)")], FOLDER),
    ("EPSV with a port too large", "down", READY + [says("229 Extended (|||65536|)")], FOLDER),
    ("EPSV that names another host", "down", READY + [says("229 Extended (|1|192.0.2.1|2000|)")], FOLDER),
    ("a server that goes down at EPSV", "down", READY + [says("421 shutting down")], FOLDER),
    ("no password asked for", "up", HELLO + [says("230 in"), says("221 bye")], []),
    ("an account asked for", "down", HELLO + [says("331 password"), says("332 account")], []),
    ("a wrong password", "down", HELLO + [says("331 password"), says("530 Login incorrect")], ["user=alice", f"password={PASSWORD}"]),
    ("a password repeated in the reply", "down", HELLO + [says("331 password"), says(f"530 '{PASSWORD}' is wrong")],
     ["user=alice", f"password={PASSWORD}"]),
    ("too many connections", "down", [send(b"421 Too many connections from your address\r\n"), close()], []),
    ("TLS refused", "down", HELLO + [says("502 no TLS here")], OVER_TLS),
    ("words smuggled before TLS", "down", HELLO + [says("234 go on\r\n230 in"), silence()], OVER_TLS),
    ("no TLS behind its promise", "down", HELLO + [says("234 go on"), line(), send(b"500 what?\r\n"), silence()], [*OVER_TLS, "timeout=2s"]),
    ("a file over TLS", "up", secure(GOOD, PRIVATE + [epsv(), *FETCH, deliver(b"hello\n", context=CERTIFICATE), *BYE]), FILE + OVER_TLS),
    ("no protection for data", "down", secure(GOOD, [says("331 password"), says("230 in"), says("200 0"), says("536 not here")]), FILE + OVER_TLS),
    ("plain data where TLS was agreed", "down", secure(GOOD, PRIVATE + [epsv(), *FETCH, deliver(b"hello\n", asked=True), silence()]), FILE + OVER_TLS),
    ("another certificate for data", "down",
     secure(GOOD, PRIVATE + [epsv(), *FETCH, deliver(b"x", context=tls_context(certs.self_signed())), silence()]), FILE + OVER_TLS),
]

for title, verdict, script, options in CASES:
    @test(title)
    def case(title=title, verdict=verdict, script=script, options=options):
        if script is None:
            port, hold = refused_port()
            script = READY + [says(f"229 Extended (|||{port}|)"), silence()]
        with Server(script) as server:
            result = check("ftp", *to(server, *options))
        if script is None:
            hold.close()
        assert result.verdict == verdict, result
        assert PASSWORD not in repr(result)
        golden(title, result)

for name in ("expired", "not_yet", "self_signed", "wrong_host", "incomplete"):
    @test(f"a certificate that is {name}")
    def bad(name=name):
        with Server(secure(getattr(certs, name)(), [says("230 in"), says("221 bye"), silence()])) as server:
            result = check("ftp", *to(server, *OVER_TLS)).says("down", "certificate", "tls")
            assert "certificate_days" in result.values
            check("ftp", *to(server, *OVER_TLS, "verify=false")).says("up", "")


@test("TLS from the first byte")
def implicit():
    with Server(HELLO + [says("230 in"), says("221 bye"), silence()], tls=CERTIFICATE) as server:
        golden("TLS from the first byte", check("ftp", *to(server, "tls=implicit", f"ca-file={certs.authority()}")))


@test("data over IPv6 goes to the same address; PASV is no way out there")
def ipv6():
    with Server(READY + [epsv(), *LIST, deliver(b"a\r\n"), *BYE], ip=6) as server:
        golden("a folder over IPv6", check("ftp", *to(server, *FOLDER)))
    with Server(READY + [says("500 what?"), silence()], ip=6) as server:
        golden("no EPSV over IPv6", check("ftp", *to(server, *FOLDER)))


@test("the size of what came is a value, the commands are those of the RFC")
def values():
    with Server(READY + [epsv(), *FETCH, deliver(b"hello\n"), *BYE]) as server:
        assert check("ftp", *to(server, *FILE)).values["size"] == 6
        heard = server.heard(0)
    assert heard == b"USER anonymous\r\nPASS nines@\r\nTYPE I\r\nEPSV\r\nSIZE /pub/file\r\nRETR /pub/file\r\nQUIT\r\n", heard


@test("a target's path is taken apart as of a URL")
def url():
    with Server(READY + [epsv(), *FETCH, deliver(b"hello\n"), *BYE]) as server:
        done = subprocess.run([BUILD / "nines", "check", f"ftp://alice@127.0.0.1:{server.port}/a%20b%3f"], capture_output=True, check=False)
        assert done.returncode == 0, done
        assert b"USER alice\r\n" in server.heard(0) and b"RETR /a b?\r\n" in server.heard(0), server.heard(0)


@test("every reply and all data byte by byte")
def split():
    steps = [send_split(b"220 ready\r\n")] + [lambda talk, text=text: (talk.until(b"\n"), send_split(text)(talk)) for text in
                                              (b"331 password\r\n", b"230 in\r\n", b"200 binary\r\n")]
    with Server(steps + [epsv(), *FETCH, deliver(*[bytes([c]) for c in b"hello\n"]), *BYE]) as server:
        check("ftp", *to(server, *FILE)).says("up", "")


@test("the password is in no trace, even when the server repeats it in pieces")
def trace():
    said = [send_split(f"530 '{PASSWORD}' is wrong\r\n".encode(), 0.001)]
    with Server(HELLO + [says("331 password"), line(), *said, silence()]) as server:
        done = subprocess.run([BUILD / "nines", "check", "ftp", *to(server, "user=alice", f"password={PASSWORD}"), "--trace"],
                              capture_output=True, text=True, check=False)
    assert PASSWORD not in done.stdout + done.stderr and "> PASS ***" in done.stdout, done.stdout


@test("what goes into a line cannot hold another")
def lines():
    done = subprocess.run([BUILD / "nines", "check", "ftp", "host=127.0.0.1", "path=x\r\nDELE y"], capture_output=True, text=True, check=False)
    assert done.returncode == 64 and "control character" in done.stderr, done.stderr


run()
