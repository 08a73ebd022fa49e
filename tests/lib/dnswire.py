"""tests/lib/dnswire.py: DNS messages for fake name servers: taking queries apart, making answers, right and wrong.

    with Udp(zone({("www.test", A): [a("192.0.2.1")]})) as server: ...
    with Udp(lambda query, peer: answer(query, [record("www.test", A, a("192.0.2.1"))], aa=True)) as server: ...
"""
import contextlib
import socket
import struct

from servers import Server, Udp

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DS, DNSKEY, TLSA, CAA = 1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 48, 52, 257
NXDOMAIN, SERVFAIL, REFUSED = 3, 2, 5


def asked(query):
    """(name, type) of a query."""
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels).lower(), struct.unpack("!H", query[at + 1:at + 3])[0]


def question(query):
    """The bytes of its question."""
    at = 12
    while query[at]:
        at += 1 + query[at]
    return query[12:at + 5]


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def record(owner, kind, data, ttl=60):
    return (owner if isinstance(owner, bytes) else name(owner)) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def a(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def mx(preference, host):
    return struct.pack("!H", preference) + name(host)


def txt(*pieces):
    return b"".join(bytes([len(p)]) + p for p in (q if isinstance(q, bytes) else q.encode() for q in pieces))


def soa(serial, primary="ns1.test", mail="hostmaster.test"):
    return name(primary) + name(mail) + struct.pack("!IIIII", serial, 3600, 600, 86400, 60)


def answer(query, records=(), rcode=0, aa=False, ad=False, tc=False, more=b"", counts=None):
    """The answer to a query. `more` goes behind the records, `counts` replaces the number of answers."""
    flags = 0x8180 | rcode | aa << 10 | ad << 5 | tc << 9
    number = len(records) if counts is None else counts
    return query[:2] + struct.pack("!HHHHH", flags, 1, number, 0, 0) + question(query) + b"".join(records) + more


def zone(data, **flags):
    """For Udp: answers from {(name, type): [rdata, ...]}; a name that is not there gets NXDOMAIN. `data` may also be a function of
    (name, type) that returns a list, or None for NXDOMAIN."""
    def reply(query, peer):
        owner, kind = asked(query)
        found = data(owner, kind) if callable(data) else data.get((owner, kind))
        if found is None and not callable(data) and any(known == owner for known, _ in data):
            found = []
        return answer(query, [record(b"\xc0\x0c", kind, each) for each in found or []],
                      rcode=NXDOMAIN if found is None else 0, **flags)
    return reply


def over_tcp(reply):
    """The same as a script of Server."""
    def step(talk):
        size = struct.unpack("!H", talk.exactly(2))[0]
        said = reply(talk.exactly(size), None)
        talk.send(struct.pack("!H", len(said)) + said)
    return [step]


@contextlib.contextmanager
def both(reply, script):
    """A Udp that answers `reply` and a Server that speaks `script`, at the same port."""
    while True:
        udp = Udp(reply)
        try:
            tcp = Server(script, port=udp.port)
            break
        except OSError:  # somebody else's connection has that port just now
            udp.close()
    with udp, tcp:
        yield udp
