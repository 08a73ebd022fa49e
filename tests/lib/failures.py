"""tests/lib/failures.py: the ways in which every conversation over TCP can fail, registered as tests of one check module.

    common(Golden(__file__), "smtp", [b"220 mx ready\r\n", "EHLO", b"250 mx\r\n", "QUIT", b"221 bye\r\n"])

A conversation is a list: bytes are what the server says, a text is what must come from the client before it goes on, a function is any
step of servers.py. Each failure is a server of its own, its outcome a golden line; whatever is not `up` must be down, never unknown:
all of this is the target's doing.
"""
from probe import check
from servers import Server, close, drip, endless, expect, refused_port, reset, send, send_split, silence
from tap import test

HOSTILE = b"\x00\x1b[31m<b>&amp;%n%s\xff\xc3(\xe2\x80\xae\r\n"
ANOTHER = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


def script(conversation, say=send):
    """The steps of a server that says all of it."""
    steps = [say(part) if isinstance(part, bytes) else expect(part.encode()) if isinstance(part, str) else part for part in conversation]
    return steps + [silence()]


def _until(conversation, number, instead):
    """The conversation up to what the server says for the `number`-th time, and `instead` in place of that."""
    says = [at for at, part in enumerate(conversation) if isinstance(part, bytes)]
    return script(conversation[:says[number]])[:-1] + instead


def _follows_words(conversation, number):
    """True where the client has said something just before the server speaks for the `number`-th time."""
    says = [at for at, part in enumerate(conversation) if isinstance(part, bytes)]
    return says[number] > 0 and isinstance(conversation[says[number] - 1], str)


def host_and_port(host, port):
    return [f"host={host}", f"port={port}"]


def _case(golden, module, options, title, steps, verdict="down", ip=4, tls=None, where=host_and_port, **more):
    @test(title)
    def one():
        with Server(steps, ip=ip, tls=tls) as server:
            result = check(module, *where(server.host, server.port), *options, **more)
        assert verdict in (None, result.verdict), result
        golden(title, result)


def common(golden, module, conversation, *options, endless_line=b"220-more\r\n", another=ANOTHER, tls=None, bad="down",
           where=host_and_port):
    """Registers the tests. `endless_line`: what a server of this protocol could go on saying for ever; `another`: the greeting of another
    protocol; `tls`: a context of tls_context(), the server speaks TLS from the first byte. Of the server's last words only the golden line
    tells the verdict: to some protocols a goodbye that does not come is no downtime. A reset comes only behind words of the client: before
    them it may be seen while still connecting, or before what the server has said. `bad`: the verdict of what is no good conversation, of a
    server that is only asked about another thing "unknown"; `where`: the options that name the server."""
    def case(title, steps, verdict=bad, **more):
        _case(golden, module, options, title, steps, verdict, tls=tls, where=where, **more)

    said = [part for part in conversation if isinstance(part, bytes)]
    case("a good conversation", script(conversation), verdict="up")
    case("a good conversation over IPv6", script(conversation), verdict="up", ip=6)
    case("a good conversation, every byte alone", script(conversation, send_split), verdict="up")
    for number, words in enumerate(said):
        more = {"verdict": None if number == len(said) - 1 else bad}
        place = f"instead of answer {number + 1}"
        case(f"silence {place}", _until(conversation, number, [silence()]), timeout="1s", **more)
        case(f"an orderly end {place}", _until(conversation, number, [close()]), **more)
        case(f"half of answer {number + 1}, then an end", _until(conversation, number, [send(words[:len(words) // 2]), close()]), **more)
        if _follows_words(conversation, number):
            case(f"a reset {place}", _until(conversation, number, [reset()]), **more)
    case("a first line of 5,000 bytes", [send(b"2" * 5000 + b"\r\n"), close()])
    case("a first line without end", [endless(b"2" * 65536)])
    case("lines without end", [endless(endless_line * 1000)])
    case("a byte every tenth of a second", [drip(said[0][:-2].ljust(200, b"."), 1, 0.1)], timeout="1s")
    case("another protocol", [send(another), close()])
    case("control characters, bidi and broken UTF-8", [send(HOSTILE), close()])

    @test("a refused port")
    def refused():
        port, hold = refused_port()
        with hold:
            result = check(module, *where("127.0.0.1", port), *options)
        assert result.verdict == bad and result.step == "connect", result
        golden("a refused port", result)
