#!/usr/bin/env python3
"""The https check: certificates of every kind, TLS that fails, redirects between http and https."""
import pathlib
import shutil
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import certs
from failures import common
from golden import Golden
from probe import check
from servers import Http, Server, called, close, drip, expect, pause, redirect, reply, reset, send, silence, tls_context
from starttls import implicit
from tap import run, test

golden = Golden(__file__)
PAGE = reply(200, b"all systems are in order")
HEAD, BODY = PAGE[:-24], PAGE[-24:]
STEPS = ["connect", "tls", "request", "first-byte", "body"]
FACTS = {"certificate_subject", "certificate_issuer", "certificate_chain", "tls_version", "tls_cipher"}

common(golden, "https", ["GET / HTTP/1.1\r\n", HEAD, BODY], f"ca-file={certs.authority()}", endless_line=b"X: y\r\n",
       another=b"220 mail.example ESMTP\r\n", tls=tls_context(certs.good()))
implicit(golden, "https", ["GET / HTTP/1.1\r\n", PAGE])


def line(title, verdict, result):
    """The golden line of one outcome."""
    assert result.verdict == verdict, f"{title}: {result}"
    golden(title, result)
    return result


def secure(pair, pages=None, **more):
    return Http(pages or {"/": PAGE}, tls=tls_context(pair), **more)


def ask(server, path="/", **more):
    return check("https", f"url={server.url(path)}", **{"ca_file": certs.authority(), **more})


@test("a good page is up: steps, values, facts")
def good():
    with secure(certs.good()) as server:
        result = ask(server)
    assert result.steps == STEPS, result
    assert FACTS <= set(result.facts) and result.facts["tls_version"] == "TLSv1.3"
    assert 363 <= result.values["certificate_days"] <= 365 and result.values["status"] == 200
    assert "good.test" in result.facts["certificate_subject"] and "authority.test" in result.facts["certificate_issuer"]


@test("a chain with its intermediate is good")
def chain():
    with secure(certs.chain()) as server:
        result = ask(server)
    assert result.verdict == "up" and "between.test" in result.facts["certificate_chain"]


@test("F43: a bad certificate ends it before anything is asked, and shows all facts, judged or not")
def bad():
    for pair in (certs.expired, certs.not_yet, certs.self_signed, certs.wrong_host, certs.incomplete, certs.other_authority):
        with secure(pair()) as server:
            result = ask(server)
            assert result.steps == ["connect", "tls"] and not server.requests
            assert FACTS <= set(result.facts) and FACTS <= set(ask(server, verify="false").facts)


@test("F43: fewer days left than warn-expiry are degraded")
def soon():
    with secure(certs.soon()) as server:
        for days, verdict in ((0, "up"), (3, "up"), (6, "degraded")):
            assert ask(server, warn_expiry=days).verdict == verdict


@test("the system's authorities do not know ours")
def system_authorities():
    with secure(certs.good()) as server:
        line("an authority that the system does not know", "down", check("https", f"url={server.url()}"))


@test("server-name is what is asked and verified for; Host stays")
def server_name():
    with secure(certs.good()) as server:
        assert ask(server, server_name="host.test").verdict == "up"
        assert server.requests[0].header["host"] == f"127.0.0.1:{server.port}"
        line("a server-name that is not the certificate's", "down", ask(server, server_name="nowhere.test"))
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
    line("a name", "up", result)


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
        line("a ca-file that is missing", "unknown", ask(server, ca_file="/nowhere/ca.pem"))
        line("a client certificate that is missing", "unknown", ask(server, client_cert="/nowhere/c.pem"))


@test("keys that cannot be used are ours: unknown, and nobody is asked for a password")
def keys(tmp):
    certificate, key = certs.client()
    other, none, shut = tmp / "other.pem", tmp / "none.pem", tmp / "shut.pem"
    shutil.copy(certs.good()[1], other)
    shutil.copy(certificate, none)
    subprocess.run(["openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:hush", "-out", shut], check=True, capture_output=True)
    with secure(certs.good()) as server:
        for name, path in (("for another certificate", other), ("that is none", none), ("with a password", shut)):
            line(f"a client key {name}", "unknown", ask(server, client_cert=certificate, client_key=path))


@test("a server as old as TLS 1.1 is down")
def old():
    context = tls_context(certs.good(), minimum=ssl.TLSVersion.TLSv1, maximum=ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Http({"/": PAGE}, tls=context) as server:
        line("a server as old as TLS 1.1", "down", ask(server))


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
    with raw(expect(b"\x01"), send(reply(400, b"plain")), close()) as server:
        line("plain HTTP instead of TLS", "down", ask_raw(server))


@test("F39: silence, a drip, an end and a reset within the handshake")
def stalled():
    with raw(silence()) as server:
        line("silence instead of a handshake", "down", ask_raw(server, timeout="1s"))
    with raw(expect(b"\x01"), drip(b"\x16\x03\x03\x10\x00" + bytes(4096), every=0.05)) as server:
        line("a handshake that drips in", "down", ask_raw(server, timeout="2s"))
    with raw(expect(b"\x01"), close()) as server:
        line("an end instead of a handshake", "down", ask_raw(server))
    with raw(expect(b"\x01"), reset()) as server:
        line("a reset instead of a handshake", "down", ask_raw(server))


@test("a slow handshake shows as a slow step tls")
def slow_handshake():
    context = tls_context(certs.good())
    with raw(called(), pause(1), lambda talk: talk.start_tls(context), expect(b"\r\n\r\n"), send(PAGE), close()) as server:
        result = ask_raw(server, ca_file=certs.authority())
    assert result.verdict == "up" and result.took("tls") >= 1 and result.took("connect") < result.took("tls")


@test("F40: http leads to https, with the steps of each")
def upgrade():
    with secure(certs.good()) as server, Http({"/": redirect(server.url())}) as plain:
        result = check("http", f"url={plain.url()}", ca_file=certs.authority())
    assert "downgrade" not in line("http leads to https", "up", result).facts


@test("F40: https that leads to http is reported, and credentials stay behind")
def downgrade():
    with Http({"/": PAGE}) as plain, secure(certs.good(), {"/": redirect(plain.url())}) as server:
        result = ask(server, user="joe", password="hush")
        assert "authorization" in server.requests[0].header and "authorization" not in plain.requests[0].header
    assert line("https leads to http", "up", result).facts["downgrade"] == f"{server.url()} to {plain.url()}"


@test("F43: a bad certificate behind a redirect is down in its own hop")
def bad_behind():
    with secure(certs.expired()) as server, secure(certs.good(), {"/": redirect(server.url())}) as first:
        line("a bad certificate behind a redirect", "down", ask(first))


run()
