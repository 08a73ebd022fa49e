#!/usr/bin/env python3
"""The http check in a network of its own: public, private and metadata addresses, names of one family or two."""
import contextlib
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace
namespace.enter()
from probe import check
from servers import A, AAAA, Http, Udp, answering, redirect, refused_port, reply
from tap import run, test

PAGE = reply(200, b"all systems are in order")
PUBLIC, PRIVATE, METADATA = "93.184.216.34", "10.9.0.1", "169.254.169.254"
for address in (PUBLIC, PRIVATE, METADATA):
    namespace.ip("addr", "add", f"{address}/32", "dev", "lo")
namespace.ip("addr", "add", "fd00:ec2::254/128", "dev", "lo")


@contextlib.contextmanager
def names(**records):
    """Environment of a check that asks a resolver which knows name="address" or name=[IPv4, IPv6]."""
    known = {}
    for name, addresses in records.items():
        for address in [addresses] if isinstance(addresses, str) else addresses:
            known[(f"{name}.test", AAAA if ":" in address else A)] = address
    with Udp(answering(known)) as resolver:
        yield {"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}


def leads(first, target, env=None):
    """What becomes of a redirect from a page on the address `first` to `target`."""
    with Http({"/": redirect(target)}, host=first) as server:
        return check("http", f"url={server.url()}", env=env, timeout="5s")


@test("F40: behind a public address no private or loopback one is asked, in any spelling")
def public_to_private():
    with Http({"/": PAGE}, host=PRIVATE) as private, Http({"/": PAGE}) as loopback:
        for target, kind in ((private.url(), "a private"), (loopback.url(), "a loopback"),
                             (f"http://[::ffff:10.9.0.1]:{private.port}/", "a private"),
                             (f"http://[::ffff:127.0.0.1]:{loopback.port}/", "a loopback"),
                             (f"http://0x7f000001:{loopback.port}/", "a loopback"), (f"http://2130706433:{loopback.port}/", "a loopback"),
                             (f"http://0177.0.0.1:{loopback.port}/", "a loopback"), (f"http://127.1:{loopback.port}/", "a loopback"),
                             (f"http://0:{loopback.port}/", "a loopback"), (f"http://localhost:{loopback.port}/", "a loopback")):
            leads(PUBLIC, target).says("down", f"redirect to {kind} address")
        assert private.connections == loopback.connections == 0


@test("F40: a name that leads inside is judged by its address")
def named():
    with names(inside=PRIVATE, meta=METADATA) as env, Http({"/": PAGE}, host=PRIVATE) as private:
        leads(PUBLIC, f"http://inside.test:{private.port}/", env).says("down", "redirect to a private address, '10.9.0.1', refused")
        leads(PRIVATE, "http://meta.test/", env).says("down", "redirect to a link-local address, '169.254.169.254', refused")
        assert private.connections == 0


@test("F40: a resolver that changes its answer (rebinding) gains nothing: the judged address is the one that is dialled")
def rebinding():
    asked = []

    def answer(query, peer):
        asked.append(query)
        return answering({("bind.test", A): PUBLIC if len(asked) == 1 else PRIVATE})(query, peer)
    with Udp(answer) as resolver, Http({"/": PAGE}, host=PRIVATE) as private, \
            Http({"/": PAGE}, host=PUBLIC, port=private.port) as public:
        env = {"NINES_RESOLVER": f"127.0.0.1:{resolver.port}"}
        result = check("http", f"url=http://bind.test:{public.port}/", env=env, address_family=4)
        assert result.verdict == "up" and result.address == PUBLIC
        assert (public.connections, private.connections, len(asked)) == (1, 0, 1)


@test("F40: from private to private, to public and to another port is allowed")
def allowed():
    for first, then in ((PRIVATE, PRIVATE), (PRIVATE, PUBLIC), (PRIVATE, "127.0.0.1"), (PUBLIC, PUBLIC)):
        with Http({"/": PAGE}, host=then) as server:
            assert leads(first, server.url()).verdict == "up", (first, then)


@test("F40: metadata is asked from nowhere")
def metadata():
    with Http({"/": PAGE}, host=METADATA) as four, Http({"/": PAGE}, host="fd00:ec2::254") as six:
        for server, kind in ((four, "a link-local"), (six, "a metadata")):
            for first in (PUBLIC, PRIVATE):
                leads(first, server.url()).says("down", f"redirect to {kind} address")
            check("http", f"url={server.url()}").says("unknown", f"{kind} address")
            assert server.connections == 0


@test("a name with an IPv6 address only is asked there")
def ipv6_only():
    with names(six="::1") as env, Http({"/": PAGE}, ip=6) as server:
        result = check("http", f"url=http://six.test:{server.port}/", env=env)
        assert result.verdict == "up" and result.address == "::1"
        check("http", f"url=http://six.test:{server.port}/", "address-family=4", env=env).says("down", "no IPv4 address", "resolve")


@test("a name of both families: the family that is asked for, and never a second try with the other")
def both():
    with names(two=["127.0.0.1", "::1"]) as env, Http({"/": PAGE}, ip=6) as server:
        url = f"url=http://two.test:{server.port}/"
        assert check("http", url, "address-family=6", env=env).address == "::1"
        check("http", url, "address-family=4", env=env).says("down", f"connection refused by 127.0.0.1:{server.port}", "connect")
    port, keep = refused_port()
    with keep, names(two=["127.0.0.1", "::1"]) as env:
        result = check("http", f"url=http://two.test:{port}/", env=env).says("down", "connection refused", "connect")
        assert result.steps == ["resolve", "connect"]


run()
