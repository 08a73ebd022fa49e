#!/usr/bin/env python3
"""The ssh check against sshd, against sshd behind a line that fails, and against servers that speak little or no SSH."""
import pathlib
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from failures import ANOTHER, HOSTILE
from golden import Golden
from probe import check, refusal
from real_files import PASSWORD, USER, fingerprint, keygen, login_name, need_root, sshd
from servers import Conversation, Gone, Server, close, drip, endless, expect, refused_port, reset, send, silence
from tap import BUILD, run, test

golden = Golden(__file__)
BANNER = b"SSH-2.0-fake\r\n"
WHO = login_name()


def string(text):
    return struct.pack("!I", len(text)) + text


def packet(payload):
    """RFC 4253 6, before there are keys."""
    pad = 8 - (len(payload) + 5) % 8 + 8
    return struct.pack("!IB", len(payload) + pad + 1, pad) + payload + bytes(pad)


def kexinit(kex=b"curve25519-sha256", key=b"ssh-ed25519", cipher=b"aes256-ctr", mac=b"hmac-sha2-256"):
    lists = (kex, key, cipher, cipher, mac, mac, b"none", b"none", b"", b"")
    return packet(b"\x14" + bytes(16) + b"".join(map(string, lists)) + bytes(5))


def reply(key):
    """The server's half of the exchange, with this host key."""
    return packet(b"\x1f" + string(key) + string(bytes(range(32))) + string(string(b"ssh-ed25519") + string(bytes(64))))


def goodbye(text):
    return packet(b"\x01" + struct.pack("!I", 12) + string(text) + string(b""))


HEARD = expect(b"\n")  # the client's banner: a reset before it could be seen while connecting

CASES = [
    ("no banner", "down", [silence()], ["timeout=1s"]),
    ("an end instead of a banner", "down", [close()], []),
    ("half a banner, then an end", "down", [send(b"SSH-2.0"), close()], []),
    ("a banner byte by byte, slowly", "down", [drip(BANNER, 1, 0.5)], ["timeout=1s"]),
    ("a first line of 5,000 bytes", "down", [send(b"S" * 5000 + b"\r\n"), silence()], []),
    ("a first line without end", "down", [endless(b"S" * 65536)], []),
    ("lines without end", "down", [endless(b"welcome\r\n" * 1000)], []),
    ("another protocol", "down", [send(ANOTHER), close()], []),
    ("too many connections", "down", [send(b"Exceeded MaxStartups\r\n"), close()], []),
    ("a mail server", "down", [send(b"220 mx.example.org ESMTP\r\n"), silence()], []),
    ("control characters, bidi and broken UTF-8", "down", [send(b"SSH-" + HOSTILE), silence()], []),
    ("only SSH 1", "down", [send(b"SSH-1.5-old\r\n"), silence()], []),
    ("silence behind the banner", "down", [send(BANNER), silence()], ["timeout=1s"]),
    ("an end behind the banner", "down", [send(BANNER), HEARD, Conversation.finish], []),
    ("a reset behind the banner", "down", [send(BANNER), HEARD, reset()], []),
    ("a goodbye behind the banner", "down", [send(BANNER), HEARD, send(goodbye(b"Too many \x1b[31mconnections")), Conversation.finish], []),
    ("a packet that is none", "down", [send(BANNER), send(b"\x00" * 4096), silence()], ["timeout=1s"]),
    ("a packet of 4 GiB", "down", [send(BANNER), send(b"\xff" * 4096), silence()], ["timeout=1s"]),
    ("packets without end", "down", [send(BANNER), send(kexinit()), endless(packet(b"\x02" + string(b"x" * 4000)))], []),
    ("an offer, then silence", "down", [send(BANNER), send(kexinit()), silence()], ["timeout=1s"]),
    ("an offer, then an end", "down", [send(BANNER), send(kexinit()), HEARD, Conversation.finish], []),
    ("an offer cut short", "down", [send(BANNER), send(kexinit()[:100]), HEARD, Conversation.finish], []),
    ("an offer whose lists lie about their length", "down", [send(BANNER), send(packet(b"\x14" + bytes(16) + b"\xff" * 60)), HEARD, Conversation.finish], []),
    ("an ed25519 host key of no bytes", "down", [send(BANNER), send(kexinit() + reply(string(b"ssh-ed25519") + struct.pack("!I", 32))), silence()], []),
    ("an ed25519 host key of 33 bytes", "down", [send(BANNER), send(kexinit() + reply(string(b"ssh-ed25519") + string(bytes(33)))), silence()], []),
    ("a host key that did not sign", "down", [send(BANNER), send(kexinit() + reply(string(b"ssh-ed25519") + string(bytes(range(32))))), silence()], []),
    ("host keys that our library lacks", "unknown", [send(BANNER), send(kexinit(key=b"ssh-mldsa-65@example.org")), silence()], []),
    ("a key exchange that our library lacks", "unknown", [send(BANNER), send(kexinit(kex=b"mlkem768x25519-sha256")), silence()], []),
    ("a cipher that our library lacks", "unknown", [send(BANNER), send(kexinit(cipher=b"aegis-256")), silence()], []),
]

for title, verdict, script, options in CASES:
    @test(title)
    def case(title=title, verdict=verdict, script=script, options=options):
        with Server(script) as server:
            result = check("ssh", f"host={server.host}", f"port={server.port}", *options)
        assert result.verdict == verdict, result
        golden(title, result)


@test("a fingerprint that is none is told before any probe")
def written(tmp):
    (tmp / "n.conf").write_text('modules = "%s/modules"\nssh "a" { host = "127.0.0.1" fingerprint = {"SHA256:%s", "MD5:12:34"} }\n'
                                'ssh "b" { host = "127.0.0.1" command = "true" }\n' % (BUILD, "x" * 43))
    done = subprocess.run([BUILD / "nines", "-c", tmp / "n.conf", "config", "check"], capture_output=True, text=True, check=False)
    assert "ssh-keygen -l" in done.stdout + done.stderr and "needs a login" in done.stdout + done.stderr, done
    for wrong, words in (("command=true", "needs a login"), ("fingerprint=MD5:12:34", "ssh-keygen -l")):
        assert words in refusal("ssh", "host=127.0.0.1", wrong)


@test("a refused port")
def refused():
    port, hold = refused_port()
    with hold:
        golden("a refused port", check("ssh", "host=127.0.0.1", f"port={port}"))


# ---- sshd ----

def prepare(tmp):
    """Keys: `key` may log in, `stranger` may not."""
    keygen(tmp / "key", "ed25519")
    keygen(tmp / "stranger", "ed25519")
    (tmp / "authorized_keys").write_text((tmp / "key.pub").read_text())
    return [f"user={WHO}", f"key=file:{tmp / 'key'}"]


def ask(server, title, *options):
    result = check("ssh", *server.to(*options))
    assert PASSWORD not in repr(result) and "PRIVATE KEY" not in repr(result)
    result.json["reason"] = result.reason.replace(f"'{WHO}'", f"'{USER}'")
    golden(title, result)
    return result


@test("sshd: keys are exchanged, the host key is shown and can be pinned")
def host_key(tmp):
    with sshd(tmp) as server:
        seen = fingerprint(tmp / "host_key")
        result = ask(server, "sshd: nothing else asked")
        assert result.facts["host_key"] == f"ssh-ed25519 {seen}" and result.facts["server"].startswith("SSH-2.0-OpenSSH")
        assert 0 < result.took("banner") and 0 < result.took("kex")
        ask(server, "sshd: its host key", f"fingerprint={seen}")
        ask(server, "sshd: its host key or the next one", f"fingerprint=SHA256:{'x' * 43}\n{seen}")
        result = check("ssh", *server.to(f"fingerprint=SHA256:{'x' * 43}"))
        result.says("down", f"wanted host key 'SHA256:{'x' * 43}', got ssh-ed25519 '{seen}'", "kex")
        log = server.log.read_text()
    assert "error" not in log.lower(), log


@test("sshd: a login by key, commands good and bad")
def by_key(tmp):
    alice = prepare(tmp)
    with sshd(tmp) as server:
        ask(server, "sshd: a login", *alice)
        ask(server, "sshd: a command", *alice, "command=echo ready; exit 3", "expect=ready", "expect-status=3")
        ask(server, "sshd: another exit status", *alice, "command=echo no disk >&2; exit 4")
        ask(server, "sshd: another text", *alice, "command=echo going down", "expect=ready")
        ask(server, "sshd: a command that is killed", *alice, "command=kill -9 $$")
        ask(server, "sshd: a command without end", *alice, "command=sleep 60", "timeout=3s")
        ask(server, "sshd: output without end", *alice, "command=exec yes")
        ask(server, "sshd: a lot of output on both streams", *alice, "command=head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2")
        ask(server, "sshd: a key of a stranger", alice[0], f"key=file:{tmp / 'stranger'}")
        ask(server, "sshd: neither password nor key", alice[0])
        ask(server, "sshd: a key that is none", alice[0], f"key=file:{tmp / 'key.pub'}")


@test("sshd: a key with a passphrase, a key that our library cannot sign with")
def keys(tmp):
    alice = prepare(tmp)
    subprocess.run(["ssh-keygen", "-q", "-p", "-f", tmp / "key", "-N", "open sesame"], check=True, capture_output=True)
    keygen(tmp / "rsa", "rsa")
    keygen(tmp / "pem", "rsa", "-m", "PEM")
    keygen(tmp / "ecdsa", "ecdsa")
    with open(tmp / "authorized_keys", "a", encoding="ascii") as file:
        file.write("".join((tmp / f"{name}.pub").read_text() for name in ("rsa", "pem", "ecdsa")))
    with sshd(tmp) as server:
        ask(server, "sshd: the passphrase", *alice, "passphrase=open sesame")
        ask(server, "sshd: a wrong passphrase", *alice, "passphrase=close")
        ask(server, "sshd: an ECDSA key", alice[0], f"key=file:{tmp / 'ecdsa'}")
        for name in ("rsa", "pem"):
            result = check("ssh", *server.to(alice[0], f"key=file:{tmp / name}"))
            assert result.verdict == "up" or "signs with RSA keys only by SHA-1" in result.reason and result.verdict == "unknown", result


@test("sshd: passwords")
def by_password(tmp):
    need_root()
    with sshd(tmp) as server:
        ask(server, "sshd: a login by password", f"user={USER}", f"password={PASSWORD}", "command=id -un", f"expect={USER}")
        ask(server, "sshd: a wrong password", f"user={USER}", "password=wrong")
        ask(server, "sshd: a user who is not there", "user=bob", f"password={PASSWORD}")
        done = subprocess.run([BUILD / "nines", "check", "ssh", *server.to(f"user={USER}", f"password={PASSWORD}", f"command=echo {PASSWORD}"),
                               "--trace"], capture_output=True, text=True, check=False)
        assert PASSWORD not in done.stdout + done.stderr and "the command wrote '***" in done.stdout, done.stdout


@test("sshd: the password asked for as a question (keyboard-interactive)")
def by_question(tmp):
    need_root()
    with sshd(tmp, "UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes") as server:
        ask(server, "sshd: a login by question", f"user={USER}", f"password={PASSWORD}")
        ask(server, "sshd: a wrong answer", f"user={USER}", "password=wrong")


@test("sshd: only keys are taken")
def only_keys(tmp):
    with sshd(tmp, "AuthenticationMethods publickey") as server:
        ask(server, "sshd: a password where it takes none", f"user={WHO}", f"password={PASSWORD}")


LACKS = [("host keys", "HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256", "rsa"),
         ("key exchange", "KexAlgorithms sntrup761x25519-sha512@openssh.com", "ed25519"),
         ("ciphers", "Ciphers chacha20-poly1305@openssh.com", "ed25519"),
         ("MACs", "MACs hmac-sha2-256-etm@openssh.com", "ed25519")]

for what, settings, kind in LACKS:
    @test(f"sshd: {what} newer than our library are its lack, not downtime")
    def newer(tmp, settings=settings, kind=kind):
        with sshd(tmp, settings, kind) as server:
            result = check("ssh", *server.to())
        assert result.verdict == "up" or (result.verdict, result.step) == ("unknown", "kex") and "our library (libssh2 " in result.reason, result


# ---- sshd behind a line that fails ----

def relay(port, before=b"", most=None, then=None, split=False):
    """Between the client and sshd; after `most` bytes of sshd comes the step `then`."""
    def step(talk):
        talk.send(before)
        with socket.create_connection(("127.0.0.1", port)) as inner:
            other_way = threading.Thread(target=forward, args=(talk, inner), daemon=True)
            other_way.start()
            left = most
            while left is None or left > 0:
                data = inner.recv(65536 if left is None else left)
                if not data:
                    raise Gone
                for part in ([bytes([c]) for c in data] if split else [data]):
                    talk.send(part)
                left = None if left is None else left - len(data)
            talk.sock.shutdown(socket.SHUT_RD)  # a socket that somebody reads from is not closed
            other_way.join(20)
            then(talk)
    return step


def forward(talk, inner):
    try:
        while data := talk.sock.recv(65536):
            inner.sendall(data)
        inner.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@test("sshd: every byte alone, over IPv6, behind lines of greeting")
def split(tmp):
    alice = prepare(tmp)
    with sshd(tmp) as server:
        for more in ({"split": True}, {"before": b"Authorised users only\r\n\r\n"}):
            with Server([relay(server.port, **more)], ip=6) as line:
                check("ssh", f"host={line.host}", f"port={line.port}", *alice, "command=echo ready", "expect=ready").says("up", "")


@test("sshd: a line that ends, is torn or falls silent anywhere is down, each in its step")
def torn(tmp):
    alice = prepare(tmp)
    steps = set()
    with sshd(tmp) as server:
        for at in range(0, 3300, 173):
            for then, options in ((close(), []), (reset(), []), (silence(), ["timeout=1s"] if at % 4 == 0 else None)):
                if options is None:
                    continue
                with Server([relay(server.port, most=at, then=then)] if at else [then]) as line:
                    result = check("ssh", f"host={line.host}", f"port={line.port}", *alice, "command=echo ready", "expect=ready", *options)
                assert result.verdict in ("up", "down"), result
                assert result.verdict == "up" or any(words in result.reason for words in ("closed", "reset", "timeout")), result
                steps.add(result.step)
    assert steps >= {"banner", "kex", "auth"}, steps


run()
