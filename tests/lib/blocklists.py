"""tests/lib/blocklists.py: a fake resolver with blocking lists, good and bad (F46), for the tests of dnsbl.

    with Udp(lists({"good.test": {"5.2.0.192": "127.0.0.2"}})) as resolver: ...

A list is a dictionary of what it has (the test entries of RFC 5782 are added), or one of the ways below to misbehave.
"""
from dnswire import A, NXDOMAIN, SERVFAIL, TXT, a, answer, asked, record, txt

V6_TEST = ".".join("200000f7ffff" + "0" * 20)  # ::ffff:7f00:2
TESTS = {"2.0.0.127": "127.0.0.2", "test": "127.0.0.2", V6_TEST: "127.0.0.2"}


def always(address):
    """Gives this address for every name: a list that lists all, refuses, or was taken over."""
    return lambda owner: address


def silent(owner):
    return None


def failing(owner):
    return SERVFAIL


def empty(owner):
    """Has no entry at all, not even the test's."""
    return NXDOMAIN


def _reply(query, found, kind):
    if found is None:
        return None
    if isinstance(found, int):
        return answer(query, rcode=found)
    addresses = [found] if isinstance(found, str) else found
    if kind == TXT:
        return answer(query, [record(b"\xc0\x0c", TXT, txt(f"because of {addresses[0]}"))])
    return answer(query, [record(b"\xc0\x0c", A, a(address)) for address in addresses] if kind == A else [])


def lists(zones):
    """For Udp. `zones`: name -> dictionary or function."""
    def reply(query, peer):
        owner, kind = asked(query)
        for zone, has in zones.items():
            if owner.endswith("." + zone):
                entry = owner[:-len(zone) - 1]
                return _reply(query, has(entry) if callable(has) else {**TESTS, **has}.get(entry, NXDOMAIN), kind)
        return answer(query, rcode=NXDOMAIN)
    return reply
