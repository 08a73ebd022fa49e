"""tests/lib/posting.py: what every notifier that speaks HTTP must do with a server that fails, registered as tests of one notifier.

    common(Golden(__file__), lambda url, **more: deliver("chat:x", "service=slack", f"webhook={url}/x", letter=ALERT, **more), GOOD)

Each failure is a server of its own, its outcome a golden line. Nothing of it may count as delivered.
"""
import email.utils
import json
import time

import certs
from servers import Http, Server, close, endless, expect, redirect, refused_port, reply, reset, send, silence, tls_context
from tap import test

SECRET = "s3cret-W0rd"  # of every notifier under test; never shown
HOSTILE = "mail\r\nX-Evil: 1 <b>&\"\\ \U0001f600 @all `x` {noformat} caf\u00e9 \u2014"


def shown(outcome):
    """The golden line of an outcome: its wait, too."""
    wait = f" | again after {outcome.retry_after_s:g} s" if outcome.retry_after_s else ""
    assert SECRET not in repr(outcome), outcome
    return {**outcome.json, "reason": outcome.reason + wait}


def request_text(request, *headers):
    """A request as a golden text: its first line, these headers, its body."""
    readable = request.body.decode("utf-8").replace("\n", "\\n")
    head = "".join(f" | {name}: {request.header[name.lower()].encode('latin-1').decode('utf-8')}" for name in headers if name.lower() in request.header)
    return f"{request.method} {request.path}{head} | {readable}"


def body(request):
    """The JSON of a request."""
    return json.loads(request.body.decode("utf-8"))


STATUSES = [(code, "later") for code in (302, 303, 307, 408, 425, 429, 500, 502, 503, 504)] \
    + [(code, "gave-up") for code in (301, 308, 304, 400, 401, 403, 404, 410, 413, 422)]


def _waits(golden, ask):
    """Retry-After in all its forms."""
    def date(seconds):
        return email.utils.formatdate(time.time() + seconds, usegmt=True)

    def old_date(seconds):
        return time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(time.time() + seconds))

    def oldest_date(seconds):
        return time.strftime("%a %b %e %H:%M:%S %Y", time.gmtime(time.time() + seconds))

    for title, value, least, most in (
            ("seconds", "120", 120, 120), ("no time at all", "0", 1, 1), ("ten years", "315360000", 3600, 3600), ("9" * 40, "9" * 40, 3600, 3600),
            ("a date", lambda: date(600), 500, 600), ("an old date", lambda: old_date(600), 500, 600),
            ("the oldest date", lambda: oldest_date(600), 500, 600), ("a date long gone", lambda: date(-600), 1, 1),
            ("nonsense", "soon", 0, 0), ("a negative number", "-5", 0, 0), ("a fraction", "1.5", 0, 0)):
        @test(f"429 with a Retry-After of {title[:20]}")
        def wait(value=value, least=least, most=most):
            with Http(lambda _: reply(429, reason="Slow Down", header=[("Retry-After", value() if callable(value) else value)])) as server:
                outcome = ask(server.url("")).says("later", "wanted status 2xx, got '429 Slow Down'")
            assert least <= outcome.retry_after_s <= most, outcome

    @test("Retry-After with 400 is no reason to try again")
    def gone():
        with Http(lambda _: reply(400, header=[("Retry-After", "5")])) as server:
            assert ask(server.url("")).says("gave-up").retry_after_s == 0
    del golden


def common(golden, ask, good, says=True):
    """Registers the tests. `ask(url, **options)` delivers one letter to the server with this address; `good`: a reply that means delivered;
    `says`: another 2xx than this is no delivery."""
    for code, outcome in STATUSES:
        @test(f"status {code} is {outcome}")
        def status(code=code, outcome=outcome):
            with Http(lambda _: reply(code, b"" if code == 304 else b"no such thing", "Word", [("Location", "/elsewhere")])) as server:
                ask(server.url("")).says(outcome, f"got '{code} Word'")
                assert len(server.requests) == 1, "a redirect must not be followed"

    _waits(golden, ask)

    @test("a good reply is delivered")
    def delivered():
        with Http(lambda _: good) as server:
            assert ask(server.url("")).says("delivered").reason == ""

    if says:
        @test("200 that does not say what it should is no delivery")
        def other():
            for page in (b"", b"<html>please log in</html>", b"{}", b"[]", b"null", b"[" * 60000, b'{"a":' * 9000, b"\xff\xfe", b'"ok'):
                with Http(lambda _, page=page: reply(200, page)) as server:
                    ask(server.url("")).says("later", "wanted ")

    @test("a redirect is not followed")
    def elsewhere():
        with Http(lambda _: good) as other, Http(lambda _: redirect(other.url("/x"), 307)) as server:
            golden("a redirect", shown(ask(server.url(""))))
            assert not other.requests

    failures = {
        "silence": [expect(b"\r\n\r\n"), silence()], "an orderly end": [expect(b"\r\n\r\n"), close()],
        "half a reply": [expect(b"\r\n\r\n"), send(good[:len(good) // 2]), close()], "a reset": [expect(b"\r\n\r\n"), reset()],
        "no HTTP": [send(b"220 mx.example.org ESMTP\r\n"), close()],
        "a header without end": [expect(b"\r\n\r\n"), send(b"HTTP/1.1 200 OK\r\n"), endless(b"X: " + b"y" * 9000 + b"\r\n")],
    }
    for title, steps in failures.items():
        @test(title)
        def failure(title=title, steps=steps):
            with Server(steps) as server:
                outcome = ask(server.url(""), timeout="1s" if title == "silence" else "10s").says("later")
            golden(title, shown(outcome))

    @test("a reply without end is cut at 64 KB")
    def huge():
        with Server([expect(b"\r\n\r\n"), send(b"HTTP/1.1 500 Oops\r\n\r\n"), endless(b"x" * 65536)]) as server:
            golden("a reply without end", shown(ask(server.url("")).says("later")))
            assert server.sent < 16 << 20, server.sent

    @test("a refused port")
    def refused():
        port, hold = refused_port()
        with hold:
            golden("a refused port", shown(ask(f"http://127.0.0.1:{port}").says("later", step="connect")))

    @test("a good certificate")
    def secure():
        with Http(lambda _: good, tls=tls_context(certs.good())) as server:
            ask(server.url(""), ca_file=certs.authority()).says("delivered")

    for name in ("expired", "self_signed", "wrong_host", "other_authority", "incomplete"):
        @test(f"a bad certificate: {name}")
        def insecure(name=name):
            with Http(lambda _: good, tls=tls_context(getattr(certs, name)())) as server:
                golden(f"a bad certificate: {name}", shown(ask(server.url(""), ca_file=certs.authority()).says("later", step="tls")))
                assert not server.requests

    @test("verify = no takes any certificate")
    def trusting():
        with Http(lambda _: good, tls=tls_context(certs.self_signed())) as server:
            ask(server.url(""), verify="no").says("delivered")
