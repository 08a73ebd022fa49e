#!/usr/bin/env python3
"""Each recipe of conf.d/examples/protocols.conf against a server that answers as its protocol says, and against real ones where
Debian has a small one (scripts/servers)."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from golden import Golden
from probe import check
from real_plain import START, plain
from servers import Server, close, expect, send, silence, tls, tls_context
from tap import ROOT, run, test

golden = Golden(__file__)
FILE = (ROOT / "conf.d/examples/protocols.conf").read_text()
RECIPE = {title: re.findall(r"'([^']*)'", re.sub(r"(?m)^\s*#.*", "", body))
          for title, body in re.findall(r'^tcp "([^"]+)" \{\n(.*?)^\}', FILE, flags=re.S | re.M)}


def probe(title, host, port, *options, **more):
    password = ["password=sesame"] if "password" in title else []
    return check("tcp", f"host={host}", f"port={port}", "talk=" + "\n".join(RECIPE[title]), *password, *options, **more)


SIP_OK = (b"SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP nines.invalid;branch=z9hG4bKnines\r\nTo: <sip:sip.example.org>;tag=2\r\n"
          b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n")
AMQP_START = b"\x01\x00\x00\x00\x00\x00\x1c\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x00\x00\x00\x00\x05PLAIN\x00\x00\x00\x05en_US\xce"
STARTTLS = tls(tls_context(certs.good()))

# What the server of each recipe says and hears when all is well, and one answer that must be down.
GOOD = {
    "memcached": ["stats\r\n", b"STAT pid 1\r\nSTAT version 1.6.18\r\nSTAT curr_connections 10\r\nSTAT evictions 3\r\nEND\r\n", "quit\r\n",
                  close()],
    "redis": ["PING\r\n", b"+PONG\r\n", "INFO\r\n", b"$99\r\n# Clients\r\nconnected_clients:4\r\nrdb_last_bgsave_status:ok\r\n\r\n"],
    "redis with a password": ["AUTH sesame\r\n", b"+OK\r\n", "PING\r\n", b"+PONG\r\n"],
    "beanstalkd": ["stats\r\n", b"OK 55\r\n---\ncurrent-jobs-urgent: 0\ncurrent-jobs-ready: 7\n\r\n", "quit\r\n", close()],
    "gearman": ["version\n", b"OK 1.1.20\n", "status\n", b"resize\t2\t1\t4\n.\n"],
    "mqtt": [b"", "nines", b"\x20\x02\x00\x00", "\x00", close()],
    "amqp": ["AMQP", AMQP_START],
    "zookeeper": ["ruok", b"imok", close()],
    "postgresql": ["\x16\x2f", b"S", STARTTLS, "nines", b"R\x00\x00\x00\x08\x00\x00\x00\x03"],
    "mysql": [b"\x4a\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00" + b"x" * 60],
    "ldap": ["\x00", b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"],
    "ldap with starttls": ["20037", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", STARTTLS, "\x03\x04\x00",
                           b"\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00"],
    "smtp with starttls": [b"220 mx\r\n", "EHLO", b"250-mx\r\n250 STARTTLS\r\n", "STARTTLS", b"220 go\r\n", STARTTLS, "EHLO", b"250 mx\r\n",
                           "QUIT", b"221 bye\r\n"],
    "sieve": [b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "ready"\r\n', "STARTTLS", b"OK\r\n", STARTTLS, b'"SASL" "PLAIN"\r\nOK\r\n', "LOGOUT",
              b"OK\r\n"],
    "spamassassin": ["PING", b"SPAMD/1.5 0 PONG\r\n"],
    "clamav": ["zPING", b"PONG\x00"],
    "irc": ["USER", b":irc NOTICE * :*** Looking up\r\n:irc 001 ninescheck :Welcome\r\n:irc 002 x\r\n", "QUIT", b"ERROR :bye\r\n", close()],
    "xmpp": ["<stream", b"<?xml version='1.0'?><stream:stream from='example.org'><stream:features><starttls/></stream:features>", "<starttls",
             b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", STARTTLS],
    "nntp": [b"200 news\r\n", "DATE", b"111 20261121180000\r\n", "QUIT", b"205 bye\r\n"],
    "rtsp": ["OPTIONS", b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"],
    "sip": ["OPTIONS", SIP_OK],
    "minecraft": ["localhost", b'\x7b\x00\x79{"version":{"name":"1.20"},"players":{"max":20,"online":5},"description":"x"}'],
    "vnc": [b"RFB 003.008\n"],
    "rsync": [b"@RSYNCD: 31.0 sha512\n", "31.0\n", "#list\n", b"files\t\n@RSYNCD: EXIT\n"],
    "git": ["git-upload-pack", b"0044" + b"a" * 40 + b" HEAD\x00multi_ack\n003d" + b"a" * 40 + b" refs/heads/main\n0000"],
    "whois": ["\r\n", b"Domain Name: EXAMPLE.ORG\r\n   (example.org)\r\n", close()],
    "finger": ["root\r\n", b"Login: root\r\n", close()],
    "zabbix agent": ["load", b"ZBXD\x01\x08\x00\x00\x00\x00\x00\x00\x000.250000", close()],
    "ups": ["charge\n", b'VAR ups battery.charge "98"\n', "status\n", b'VAR ups ups.status "OL CHRG"\n', "LOGOUT\n", b"OK Goodbye\n"],
}

BAD = {
    "memcached": ["stats\r\n", b"ERROR\r\n"],
    "redis": ["PING\r\n", b"-MISCONF no disk\r\n"],
    "redis with a password": ["AUTH", b"-WRONGPASS invalid username-password pair\r\n"],
    "beanstalkd": ["stats\r\n", b"OUT_OF_MEMORY\r\n"],
    "gearman": ["version\n", b"OK 1\n", "status\n", b"ERR UNKNOWN_COMMAND no\n"],
    "mqtt": ["nines", b"\x20\x02\x00\x05"],
    "amqp": ["AMQP", b"AMQP\x00\x00\x09\x01", close()],
    "zookeeper": ["ruok", close()],
    "postgresql": ["\x16\x2f", b"N"],
    "mysql": [b"\x45\x00\x00\x00\xff\x6a\x04Host is blocked", close()],
    "ldap": ["\x00", b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x33\x04\x00\x04\x00"],
    "ldap with starttls": ["20037", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00"],
    "smtp with starttls": [b"220 mx\r\n", "EHLO", b"250-mx\r\n250 8BITMIME\r\n"],
    "sieve": [b'BYE "too many"\r\n', close()],
    "spamassassin": ["PING", b"SPAMD/1.0 76 EX_PROTOCOL\r\n"],
    "clamav": ["zPING", b"UNKNOWN COMMAND\x00", close()],
    "irc": ["USER", b"ERROR :Closing Link: banned\r\n", close()],
    "xmpp": ["<stream", b"<stream:stream><stream:error><host-unknown/></stream:error></stream:stream>", close()],
    "nntp": [b"400 closed for maintenance\r\n"],
    "rtsp": ["OPTIONS", b"RTSP/1.0 503 Service Unavailable\r\n\r\n"],
    "sip": ["OPTIONS", b"SIP/2.0 503 Service Unavailable\r\n\r\n"],
    "minecraft": ["localhost", close()],
    "vnc": [b"Too many security failures", close()],
    "rsync": [b"@RSYNCD: 31.0\n", "#list\n", b"@ERROR: max connections (4) reached -- try again later\n"],
    "git": ["git-upload-pack", b"0032ERR access denied or repository not exported: /project.git"],
    "whois": ["\r\n", b"No match\r\n", close()],
    "finger": ["root\r\n", b"finger: no such user\r\n", close()],
    "zabbix agent": ["load", b"ZBXD\x01\x10\x00\x00\x00\x00\x00\x00\x00ZBX_NOTSUPPORTED", close()],
    "ups": ["charge\n", b"ERR DATA-STALE\n"],
}


def script(parts):
    return [send(p) if isinstance(p, bytes) else expect(p.encode("latin-1")) if isinstance(p, str) else p for p in parts] + [silence()]


@test("every recipe has a server here, and the other way round")
def complete():
    assert set(RECIPE) == set(GOOD) == set(BAD)
    assert len(RECIPE) >= 20


def bytes_of(title):
    """All that the recipe sends, decoded by Python instead of by the module."""
    text = "".join(item[5:] for item in RECIPE[title] if item.startswith("send ")).replace(r"\p", "sesame")
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


for name in RECIPE:
    @test(f"{name}: a server that is well is up")
    def good(name=name):
        with Server(script(GOOD[name])) as server:
            result = probe(name, server.host, server.port, f"ca-file={certs.authority()}", "server-name=localhost")
            assert result.verdict == "up", result
            golden(f"{name}, well", result)
            if "tls" not in RECIPE[name]:
                assert bytes_of(name).startswith(server.heard(0))
        shown = " ".join(f"{k}={v:g}" for k, v in result.values.items()) + " ".join(f"{k}={v}" for k, v in result.facts.items())
        assert ("value" in " ".join(RECIPE[name])) <= bool(shown), result

    @test(f"{name}: a server that is not is down")
    def bad(name=name):
        with Server(script(BAD[name])) as server:
            result = probe(name, server.host, server.port, f"ca-file={certs.authority()}", timeout="1s")
            assert result.verdict == "down", result
            assert "sesame" not in repr(result)
            golden(f"{name}, not well", result)

for name in START:
    @test(f"{name}: a real server is up")
    def real(tmp, name=name):
        with plain(name, tmp) as port:
            result = probe(name, "127.0.0.1", port, f"ca-file={certs.authority()}", "server-name=localhost")
            assert result.verdict == "up", result
            assert any(i.startswith("value ") for i in RECIPE[name]) == bool(set(result.values) - {"certificate_days"}), result


run()
