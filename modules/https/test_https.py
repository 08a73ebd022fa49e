#!/usr/bin/env python3
"""The https check: certificates of every kind, TLS that fails, redirects between http and https."""
import pathlib
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from probe import check
from servers import (Http, Server, close, drip, expect, pause, redirect, refused_port, reply, reset, send, send_split,
                     silence, tls_context)
from tap import run, test

PAGE = reply(200, b"all systems are in order")
STEPS = ["connect", "tls", "request", "first-byte", "body"]
FACTS = {"certificate_subject", "certificate_issuer", "certificate_chain", "tls_version", "tls_cipher"}


def secure(pair, pages=None, **more):
    return Http(pages or {"/": PAGE}, tls=tls_context(pair), **more)


def ask(server, path="/", **more):
    return check("https", f"url={server.url(path)}", **{"ca_file": certs.authority(), **more})


@test("a good page is up: steps, values, facts")
def good():
    with secure(certs.good()) as server:
        result = ask(server)
    assert (result.verdict, result.steps) == ("up", STEPS), result
    assert FACTS <= set(result.facts) and result.facts["tls_version"] == "TLSv1.3"
    assert 363 <= result.values["certificate_days"] <= 365 and result.values["status"] == 200
    assert "good.test" in result.facts["certificate_subject"] and "authority.test" in result.facts["certificate_issuer"]


@test("a chain with its intermediate is good")
def chain():
    with secure(certs.chain()) as server:
        result = ask(server)
    assert result.verdict == "up" and "between.test" in result.facts["certificate_chain"]


for name, pair, part in (("expired", certs.expired, "certificate expired on "), ("not yet valid", certs.not_yet, "not yet valid"),
                         ("self-signed", certs.self_signed, "certificate is self-signed"),
                         ("for another host", certs.wrong_host, "certificate is for 'elsewhere.test', not '127.0.0.1'"),
                         ("incomplete in its chain", certs.incomplete, "certificate chain incomplete"),
                         ("of an unknown authority", certs.other_authority, "other.test")):
    @test(f"F43: a certificate that is {name} is down with exactly that reason")
    def bad(pair=pair, part=part):
        with secure(pair()) as server:
            result = ask(server).says("down", part, "tls")
        assert result.steps == ["connect", "tls"] and not server.requests
        assert FACTS <= set(result.facts) and "certificate_days" in result.values

    @test(f"F43: with verify=false a certificate that is {name} is up and shown all the same")
    def shown(pair=pair):
        with secure(pair()) as server:
            result = ask(server, verify="false")
        assert result.verdict == "up" and FACTS <= set(result.facts) and "certificate_days" in result.values, result


@test("F43: a certificate that expires soon is degraded, unless told otherwise")
def soon():
    with secure(certs.soon()) as server:
        ask(server).says("degraded", "certificate expires in 5 days", "tls")
        assert ask(server, warn_expiry=0).verdict == "up"
        assert ask(server, warn_expiry=3).verdict == "up"


@test("the system's authorities do not know ours")
def system_authorities():
    with secure(certs.good()) as server:
        check("https", f"url={server.url()}").says("down", "certificate", "tls")


@test("server-name is what is asked and verified for; Host stays")
def server_name():
    with secure(certs.good()) as server:
        assert ask(server, server_name="host.test").verdict == "up"
        assert server.requests[0].header["host"] == f"127.0.0.1:{server.port}"
        ask(server, server_name="nowhere.test").says("down", "not 'nowhere.test'", "tls")
    with secure(certs.wrong_host()) as server:
        assert ask(server, server_name="elsewhere.test").verdict == "up"


@test("server-name goes out in the handshake (SNI)")
def sni():
    names = []
    context = tls_context(certs.good())
    context.sni_callback = lambda sock, name, ctx: names.append(name)
    with Http({"/": PAGE}, tls=context) as server:
        ask(server, server_name="host.test")
        check("https", f"url={server.url(host='localhost')}", ca_file=certs.authority())
        ask(server)
    assert names == ["host.test", "localhost", None]


@test("a name is verified as a name")
def by_name():
    with secure(certs.good()) as server:
        result = check("https", f"url={server.url(host='localhost')}", ca_file=certs.authority())
    assert result.verdict == "up" and result.steps == ["resolve", *STEPS]


@test("IPv6 is verified as an address")
def ipv6():
    with secure(certs.good(), ip=6) as server:
        assert ask(server).verdict == "up"


@test("a client certificate is shown, and missed when it is not")
def client():
    context = tls_context(certs.good(), client_ca=certs.authority())
    pair = certs.client()
    with Http({"/": PAGE}, tls=context) as server:
        assert ask(server, client_cert=pair[0], client_key=pair[1]).verdict == "up"
        assert ask(server).verdict == "down"


@test("files that cannot be used are ours: unknown")
def files():
    with secure(certs.good()) as server:
        ask(server, ca_file="/nowhere/ca.pem").says("unknown", "ca-file '/nowhere/ca.pem'")
        ask(server, client_cert="/nowhere/c.pem").says("unknown", "client certificate")


@test("a server as old as TLS 1.1 is down")
def old():
    context = tls_context(certs.good(), minimum=ssl.TLSVersion.TLSv1, maximum=ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Http({"/": PAGE}, tls=context) as server:
        ask(server).says("down", "", "tls")


@test("TLS 1.2 alone works")
def tls12():
    with Http({"/": PAGE}, tls=tls_context(certs.good(), maximum=ssl.TLSVersion.TLSv1_2)) as server:
        assert ask(server).facts["tls_version"] == "TLSv1.2"


def raw(*script):
    return Server(list(script))


def ask_raw(server, **more):
    return check("https", f"url=https://127.0.0.1:{server.port}/", **more)


@test("what is no TLS is down in the step tls")
def no_tls():
    with raw(send(b"220 mail.example ESMTP\r\n"), silence()) as server:
        ask_raw(server).says("down", "no TLS: the server answers in another protocol", "tls")
    with raw(expect(b"\x01"), send(reply(400, b"plain")), close()) as server:
        ask_raw(server).says("down", "no TLS", "tls")


@test("F39: silence, a drip, an end and a reset within the handshake")
def stalled():
    with raw(silence()) as server:
        ask_raw(server, timeout="3s").says("down", "timeout after 3s", "tls")
    with raw(drip(b"\x16\x03\x03\x10\x00" + bytes(4096), every=0.05)) as server:
        ask_raw(server, timeout="3s").says("down", "timeout after 3s", "tls")
    with raw(expect(b"\x01"), close()) as server:
        ask_raw(server).says("down", "in the TLS handshake", "tls")
    with raw(expect(b"\x01"), reset()) as server:
        ask_raw(server).says("down", "reset by 127.0.0.1", "tls")


@test("a slow handshake shows as a slow step tls")
def slow_handshake():
    context = tls_context(certs.good())
    with raw(pause(0.2), lambda talk: talk.start_tls(context), expect(b"\r\n\r\n"), send(PAGE), close()) as server:
        result = ask_raw(server, ca_file=certs.authority())
    assert result.verdict == "up" and result.took("tls") >= 0.2 and result.took("connect") < 0.2


@test("an answer split at every byte, and a reset within it")
def split():
    context = tls_context(certs.good())
    with Server([expect(b"\r\n\r\n"), send_split(PAGE), close()], tls=context) as server:
        assert ask(server, expect_body="in order").verdict == "up"
    with Server([expect(b"\r\n\r\n"), send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), pause(0.05), reset()],
                tls=context) as server:
        assert ask(server).verdict == "down"
    with Server([expect(b"\r\n\r\n"), pause(0.05), reset()], tls=context) as server:
        ask(server).says("down", "reset by 127.0.0.1", "first-byte")


@test("a refused port is down")
def refused():
    port, keep = refused_port()
    with keep:
        check("https", f"url=https://127.0.0.1:{port}/").says("down", "connection refused", "connect")


@test("F40: http leads to https, with the steps of each")
def upgrade():
    with secure(certs.good()) as server, Http({"/": redirect(server.url())}) as plain:
        result = check("http", f"url={plain.url()}", ca_file=certs.authority())
    assert result.verdict == "up" and "downgrade" not in result.facts
    assert result.hops == [(n, 0) for n in ("connect", "request", "first-byte", "body")] + [(n, 1) for n in STEPS]


@test("F40: https that leads to http is reported, and credentials stay behind")
def downgrade():
    with Http({"/": PAGE}) as plain, secure(certs.good(), {"/": redirect(plain.url())}) as server:
        result = ask(server, user="joe", password="hush")
        assert "authorization" in server.requests[0].header and "authorization" not in plain.requests[0].header
    assert result.verdict == "up" and result.facts["downgrade"] == f"{server.url()} to {plain.url()}"


@test("F43: a bad certificate behind a redirect is down in its own hop")
def bad_behind():
    with secure(certs.expired()) as server, secure(certs.good(), {"/": redirect(server.url())}) as first:
        result = ask(first).says("down", "certificate expired on", "tls")
    assert result.hops[-1] == ("tls", 1)


run()
