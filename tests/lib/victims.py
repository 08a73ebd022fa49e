"""tests/lib/victims.py: for each check module a target that is well, for the tests in which our own machine fails (tests/torture).

    for name, victim in VICTIMS.items():
        with victim(tmp) as words: nines("check", *words)

`words` are those of a `nines check` that goes through most of its module: TLS, a login, an answer to read.
"""
import contextlib
import gzip
import json
import struct
import time
import zlib

import blocklists
import certs
import dnswire
import real_files
import servers
from failures import script

CERTIFICATE = servers.tls(servers.tls_context(certs.good()))
TRUST = f"ca-file={certs.authority()}"
LOGIN = ["user=a", "password=hush-hush"]


@contextlib.contextmanager
def _spoken(module, conversation, *options, tls=None):
    """A server that holds this conversation (failures.py) with each client."""
    with servers.Server(script(conversation), tls=tls) as server:
        yield module, f"host={server.host}", f"port={server.port}", *options


@contextlib.contextmanager
def _whois(said):
    with servers.Server([servers.expect(b"example.org\r\n"), servers.send(said), servers.close()]) as server:
        yield "domain", "domain=example.org", "protocol=whois", f"whois={server.host}:{server.port}"


@contextlib.contextmanager
def _page(tls=None):
    with servers.Http(lambda request: servers.reply(body=b"fine"), tls=tls) as server:
        yield server.url(), *([TRUST] if tls else [])


@contextlib.contextmanager
def _packed(coding, body):
    """A page in this Content-Encoding."""
    with servers.Http(lambda request: servers.reply(body=body, header=[("Content-Encoding", coding)])) as server:
        yield server.url(), "header=Accept-Encoding:", "expect-body=in order"


@contextlib.contextmanager
def _json(*options, name="url", module="http", **page):
    with servers.Http(lambda request: servers.reply(body=json.dumps(page).encode())) as server:
        yield module, f"{name}={server.url()}", *options


@contextlib.contextmanager
def _asked(answer, *words):
    """A server of datagrams; PORT in `words` stands for its port."""
    with servers.Udp(answer) as server:
        yield tuple(word.replace("PORT", str(server.port)) for word in words)


def _ntp(query, peer):
    now = struct.pack("!Q", int((time.time() + 2208988800) * 2**32))
    return b"\x24\2\6\xec" + bytes(8) + b"\x7f\0\0\1" + now + query[40:48] + now + now


@contextlib.contextmanager
def _ftp(tmp):
    (real_files.home_of(tmp) / "file").write_bytes(b"hello")
    with real_files.proftpd(tmp, "DebugLevel 0", tls=certs.good()) as server:
        yield "ftp", *server.to("tls=starttls", TRUST, f"user={real_files.USER}", f"password={real_files.PASSWORD}", "path=file")


@contextlib.contextmanager
def _ssh(tmp):
    real_files.keygen(tmp / "key", "ed25519")
    (tmp / "authorized_keys").write_text((tmp / "key.pub").read_text())
    with real_files.sshd(tmp, "MaxStartups 1000") as server:
        yield "ssh", *server.to(f"user={real_files.login_name()}", f"key=file:{tmp / 'key'}", "command=echo ready", "expect=ready")


@contextlib.contextmanager
def _exec(tmp):
    (tmp / "said").write_text("OK | a=1;2;3 'b c'=4s\nmore\n")
    yield "exec", "command=/bin/cat", f"command={tmp}/said", "secret=x"


SMTP = [b"220 mx\r\n", "EHLO", b"250-mx\r\n250 STARTTLS\r\n", "STARTTLS", b"220 go\r\n", CERTIFICATE,
        "EHLO", b"250-mx\r\n250 AUTH CRAM-MD5\r\n", "AUTH CRAM-MD5\r\n", b"334 PDFAeD4=\r\n", "\r\n", b"235 ok\r\n", "QUIT", b"221 bye\r\n"]
POP3 = [b"+OK hi\r\n", "CAPA", b"+OK\r\nSTLS\r\nUSER\r\n.\r\n", "STLS", b"+OK go\r\n", CERTIFICATE, "CAPA", b"+OK\r\nSASL CRAM-MD5\r\n.\r\n",
        "AUTH CRAM-MD5\r\n", b"+ PDFAeD4=\r\n", "\r\n", b"+OK in\r\n", "STAT", b"+OK 3 300\r\n", "QUIT", b"+OK bye\r\n"]
IMAP = [b"* OK hi\r\n", "CAPABILITY", b"* CAPABILITY IMAP4rev1 STARTTLS\r\ncapability OK\r\n", "STARTTLS", b"starttls OK go\r\n", CERTIFICATE,
        "CAPABILITY", b"* CAPABILITY IMAP4rev1 AUTH=CRAM-MD5\r\nagain OK\r\n", "AUTHENTICATE CRAM-MD5\r\n", b"+ PDFAeD4=\r\n", "\r\n", b"login OK in\r\n",
        "{5}\r\n", b"+ go on\r\n", "INBOX\r\n", b"* 3 EXISTS\r\nexamine OK\r\n", "LOGOUT", b"* BYE\r\nlogout OK\r\n"]
TELNET = [b"\xff\xfd\x18login: ", "alice\r\n", b"Password: ", "word\r\n", b"$ "]
BR = bytes.fromhex("1b1700f88d94aac3bb086b10b632b9550a3a5546478a7d3a0e")  # "all systems are in order"
ZSTD = bytes.fromhex("28b52ffd2018c10000616c6c2073797374656d732061726520696e206f72646572")
REDIS = ["PING", b"+PONG\r\n", "INFO", b"$9\r\nrole:master\r\n\r\n+PONG\r\n"]
TALK = [b"220 hi\r\n", "EHLO", b"250 mx\r\n"]
MX = dnswire.zone({("www.test", dnswire.MX): [dnswire.mx(n, "a.test") for n in range(40)]})
LISTS = blocklists.lists({"a.test": {}, "b.test": {}})
SECURE = servers.tls_context(certs.good())

VICTIMS = {
    "tcp": lambda tmp: _spoken("tcp", TALK, "talk=reply 220\nstep ehlo\nsend EHLO x\\r\\n\nreply 250"),
    "smtp": lambda tmp: _spoken("smtp", SMTP, "tls=starttls", TRUST, *LOGIN),
    "pop3": lambda tmp: _spoken("pop3", POP3, "tls=starttls", TRUST, *LOGIN),
    "imap": lambda tmp: _spoken("imap", IMAP, "tls=starttls", TRUST, "mechanism=cram-md5", *LOGIN),
    "http": lambda tmp: _page(),
    "https": lambda tmp: _page(SECURE),
    "codings": lambda tmp: _packed("br, deflate, gzip", gzip.compress(zlib.compress(BR))),
    "zstd": lambda tmp: _packed("zstd", ZSTD),
    "json": lambda tmp: _json("expect-json=a.b[1].length == 3", 'expect-json=o == {"x": [1.5, null]}', "value-json=n = s", a={"b": [1, "two"]},
                              o={"x": [1.5, None]}, s="12"),
    "domain": lambda tmp: _json("domain=example.org", name="server", module="domain", objectClassName="domain", ldhName="example.org",
                                events=[{"eventAction": "expiration", "eventDate": "2999-01-01"}], status=["active"],
                                entities=[{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "X"]]]}]),
    "whois": lambda tmp: _whois(b"Domain Name: example.org\r\nRegistry Expiry Date: 2999-01-01\r\nName Server: a.test\r\n"),
    "dns": lambda tmp: _asked(MX, "dns", "name=www.test", "type=MX", "server=127.0.0.1:PORT", "serials=ignore"),
    "dnsbl": lambda tmp: _asked(LISTS, "dnsbl", "subject=192.0.2.1", "lists=a.test\nb.test", "server=127.0.0.1:PORT"),
    "ntp": lambda tmp: _asked(_ntp, "ntp", "host=127.0.0.1", "port=PORT", "max-offset=0", "warn-offset=0"),
    "redis": lambda tmp: _spoken("redis", REDIS, "info=true"),
    "telnet": lambda tmp: _spoken("telnet", TELNET, "user=alice", "password=word", "expect=$ "),
    "ftp": _ftp,
    "ssh": _ssh,
    "tls": lambda tmp: _spoken("tls", [], TRUST, tls=SECURE),
    "exec": _exec,
    "heartbeat": lambda tmp: contextlib.nullcontext(("heartbeat", "period=1h")),
    "ping": lambda tmp: contextlib.nullcontext(("ping", "host=127.0.0.1", "packets=1")),
}
IS_WELL = {"heartbeat": 3}  # exit status where it is not 0: not heard of yet
