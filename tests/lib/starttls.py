"""tests/lib/starttls.py: what every check that can change to TLS in mid-conversation must survive, registered as tests of one module.

    secure(Golden(__file__), "smtp", before=[b"220 mx ready\\r\\n", "EHLO", b"250-mx\\r\\n250 STARTTLS\\r\\n"], ask="STARTTLS",
           agree=b"220 go ahead\\r\\n", after=["EHLO", b"250 mx\\r\\n", "QUIT", b"221 bye\\r\\n"])

The parts are conversations of failures.py. With tls=implicit the server says its greeting, before[0], and then `after`; a check that only
knows TLS from the first byte has implicit() instead. Each outcome is a golden line; on a bad certificate the verdict is down with exactly
that reason, and with verify=false it is still shown (F43).
"""
import certs
from failures import script
from probe import check
from servers import Server, close, reset, send, send_split, silence, tls, tls_context
from tap import test

BAD = [("expired", certs.expired), ("not yet valid", certs.not_yet), ("self-signed", certs.self_signed), ("for another host", certs.wrong_host),
       ("of another authority", certs.other_authority), ("without its intermediate", certs.incomplete)]


def ask(module, conversation, *options, **more):
    """One probe of a server with this conversation."""
    with Server(conversation, **more) as server:
        return check(module, f"host={server.host}", f"port={server.port}", f"ca-file={certs.authority()}", *options)


def _case(golden, title, outcome, verdict):
    @test(title)
    def one():
        result = outcome()
        assert result.verdict == verdict, result
        golden(title, result)


def _certificates(golden, use, way):
    """Every kind of certificate; `way(pair, *options)` is one probe of a server that shows it."""
    _case(golden, f"{use}, a certificate that expires soon", lambda: way(certs.soon()), "degraded")
    for name, pair in BAD:
        _case(golden, f"{use}, a certificate {name}", lambda pair=pair: way(pair()), "down")

    @test(f"{use}, a bad certificate is shown even where it is not judged")
    def shown():
        for _, pair in BAD:
            result = way(pair(), "verify=false")
            assert result.verdict == "up" and "certificate_days" in result.values and result.facts["certificate_subject"], result


def implicit(golden, module, conversation, *options):
    """Registers the tests of TLS from the first byte. `options`: those that ask for it."""
    def at_once(pair, *more):
        return ask(module, script(conversation), *options, *more, tls=tls_context(pair))

    _case(golden, "TLS from the first byte", lambda: at_once(certs.good()), "up")
    _case(golden, "TLS from the first byte, with an intermediate", lambda: at_once(certs.chain()), "up")
    _certificates(golden, "TLS from the first byte", at_once)

    @test("TLS from the first byte asked of a plain server")
    def plain():
        result = ask(module, [send(b"220 ready\r\n"), silence()], *options)
        assert result.verdict == "down" and result.step == "tls", result
        assert result.reason.startswith(("no TLS: ", "plain text before TLS: ")), "whether its greeting came before the handshake"


def secure(golden, module, *options, before, agree, after, ask_with="STARTTLS"):
    """Registers the tests."""
    refusal = [*before, ask_with]

    def starttls(pair, *more):
        return ask(module, script([*refusal, agree, tls(tls_context(pair)), *after]), "tls=starttls", *options, *more)

    def case(title, outcome, verdict):
        _case(golden, title, outcome, verdict)

    case("STARTTLS", lambda: starttls(certs.good()), "up")
    case("STARTTLS with an intermediate", lambda: starttls(certs.chain()), "up")
    _certificates(golden, "STARTTLS", starttls)
    implicit(golden, module, before[:1] + after, "tls=implicit", *options)

    def hurt(title, *instead, more=()):
        case(title, lambda: ask(module, [*script(refusal)[:-1], *instead, silence()], "tls=starttls", *options, *more), "down")

    hurt("STARTTLS with bytes smuggled in behind the answer", send(agree + agree))
    hurt("STARTTLS, then no word", send(agree), more=["timeout=3s"])
    hello = lambda talk: talk.exactly(5)  # noqa: E731: one segment, so all of it is read
    hurt("STARTTLS, then an end", send(agree), hello, close())
    hurt("STARTTLS, then no TLS", send(agree), hello, send(b"no such thing as a handshake\r\n"))
    hurt("STARTTLS without an answer", more=["timeout=3s"])
    hurt("STARTTLS, reset instead of an answer", reset())
    case("plain text asked of a TLS server", lambda: ask(module, script(before[:1] + after), "timeout=3s", *options, tls=tls_context(certs.good())), "down")

    @test("an answer to STARTTLS in single bytes")
    def split():
        context = tls_context(certs.good())
        steps = script(refusal)[:-1] + [send_split(agree), tls(context), *script(after)]
        assert ask(module, steps, "tls=starttls", *options).verdict == "up"
