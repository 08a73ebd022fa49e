#!/usr/bin/env python3
"""Many https checks in one prober: what one of them trusts, shows or was told is nothing to the next."""
import contextlib
import os
import pathlib
import shutil
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace
namespace.enter()
import certs
import role
from servers import Http, redirect, reply, tls_context
from tap import BUILD, run, test

PAGE = reply(200, b"all systems are in order")


def prober():
    return role.Prober(modules={name: BUILD / "modules" / f"{name}.so" for name in ("http", "https")})


def define(number, module, url, **options):
    words = " ".join(f"opt.{name.replace('_', '-')}={role.quote(value)}" for name, value in {"url": url, **options}.items())
    return f"check {number} name=c{number} module={module} timeout_us=8000000 {words}"


def rounds(p, checks, times=3):
    """Runs checks 1..n in turn, several times over; the results of each."""
    found = {number: [] for number in checks}
    for turn in range(times):
        for number in checks:
            ident = turn * 100 + number
            p.tell(f"probe {ident} check={number} due_us={role.now_us()}")
            found[number].append(p.result(ident))
    return found


@test("each check trusts its own authorities, whoever came first")
def own_authorities():
    for order in ((1, 2, 3, 4), (2, 1, 4, 3), (4, 3, 2, 1)):
        with prober() as p, Http({"/": PAGE}, tls=tls_context(certs.good())) as server:
            other = certs.self_signed()[0]
            p.tell(define(1, "https", server.url(), ca_file=certs.authority()), define(2, "https", server.url(), ca_file=other),
                   define(3, "https", server.url()), define(4, "https", server.url(), verify="false"))
            found = rounds(p, order)
        verdicts = {number: {r["verdict"] for r in results} for number, results in found.items()}
        assert verdicts == {1: {"up"}, 2: {"down"}, 3: {"down"}, 4: {"up"}}, (order, verdicts)


@test("a ca-file whose content changes is read again")
def changed_authorities(tmp):
    trusted = tmp / "ca.pem"
    shutil.copy(certs.authority(), trusted)
    with prober() as p, Http({"/": PAGE}, tls=tls_context(certs.good())) as server:
        p.tell(define(1, "https", server.url(), ca_file=trusted))
        assert rounds(p, [1], 1)[1][0]["verdict"] == "up"
        new = tmp / "new.pem"
        shutil.copy(certs.self_signed()[0], new)
        os.rename(new, trusted)
        p.tell("probe 999 check=1")
        assert p.result(999)["verdict"] == "down"


@test("F43: each certificate is judged for itself, whatever was shown before")
def own_reasons():
    wanted = {certs.good: "", certs.chain: "", certs.rsa: "", certs.expired: "expired on", certs.not_yet: "not yet valid",
              certs.self_signed: "is self-signed", certs.wrong_host: "is for 'elsewhere.test'", certs.incomplete: "chain incomplete",
              certs.other_authority: "is neither sent nor trusted"}
    with prober() as p, contextlib.ExitStack() as stack:
        for number, pair in enumerate(wanted, 1):
            server = stack.enter_context(Http({"/": PAGE}, tls=tls_context(pair())))
            p.tell(define(number, "https", server.url(), ca_file=certs.authority()))
        order = [*range(1, len(wanted) + 1), *range(len(wanted), 0, -1)]
        for turn in range(3):
            for place, number in enumerate(order):
                p.tell(f"probe {turn * 100 + place + 1} check={number}")
                result, reason = p.result(turn * 100 + place + 1), list(wanted.values())[number - 1]
                assert result["verdict"] == ("down" if reason else "up") and reason in result.get("reason", ""), (number, result)


@test("a client certificate goes with its own check alone")
def own_certificate():
    certificate, key = certs.client()
    with prober() as p, Http({"/": PAGE}, tls=tls_context(certs.good(), client_ca=certs.authority())) as server:
        p.tell(define(1, "https", server.url(), ca_file=certs.authority(), client_cert=certificate, client_key=key),
               define(2, "https", server.url(), ca_file=certs.authority()))
        found = rounds(p, [1, 2])
    assert {number: {r["verdict"] for r in results} for number, results in found.items()} == {1: {"up"}, 2: {"down"}}, found


@test("each probe shakes hands anew, in TLS 1.2 and 1.3")
def full_handshakes():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = tls_context(certs.good(), minimum=version, maximum=version)
        with prober() as p, Http({"/": PAGE}, tls=context) as server:
            p.tell(define(1, "https", server.url(), ca_file=certs.authority()))
            assert {r["verdict"] for r in rounds(p, [1], 5)[1]} == {"up"}
        stats = context.session_stats()
        assert stats["accept_good"] >= 5 and not stats["hits"], stats


@test("what one check transcribes is no other's")
def own_transcript():
    with prober() as p, Http({"/": PAGE}, tls=tls_context(certs.good())) as server:
        p.tell(define(1, "https", server.url(), ca_file=certs.authority()))
        p.tell("probe 1 check=1 transcript=1")
        assert "all systems" in p.result(1)["transcript"]
        p.tell("probe 2 check=1")
        assert "transcript" not in p.result(2)


@test("what one check sends besides is no other's")
def plain_again():
    pages = {"/": PAGE, "/go": redirect("/")}
    with prober() as p, Http(pages) as server:
        secret = {"user": "joe", "password": "hush", "header": "X-Key: 1\nAccept-Encoding: gzip", "method": "PUT", "body": "x=y"}
        p.tell(define(1, "http", server.url("/go"), **secret), define(2, "http", server.url()),
               define(3, "http", server.url(), method="HEAD"), define(4, "http", server.url(), expect_body="in order"))
        for results in rounds(p, [1, 2, 3, 2, 4, 1, 2]).values():
            assert {r["verdict"] for r in results} == {"up"}, results
        plain = [r for r in server.requests if r.method == "GET"]
    assert len(plain) >= 12
    assert all(set(r.header) == {"host", "user-agent", "accept"} and not r.body for r in plain), [r.head for r in plain]


run()
