#!/usr/bin/env python3
"""The http check against a server for each way of failing."""
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
from daemon import nines
from failures import common
from golden import Golden
from probe import check, refusal
from servers import Http, Server, Udp, bomb, close, drip, endless, expect, ipv6_only, pause, redirect, refused_port, reply, reset, send
from tap import BUILD, run, skip, test

golden = Golden(__file__)
PAGE = reply(200, b"all systems are in order")
HEAD, BODY = PAGE[:-24], PAGE[-24:]
STEPS = ["connect", "request", "first-byte", "body"]
ASKED = expect(b"\r\n\r\n")
SMTP = b"220 mail.example ESMTP\r\n"

common(golden, "http", ["GET / HTTP/1.1\r\n", HEAD, BODY], endless_line=b"X: y\r\n", another=SMTP)


def ask(server, path="/", **more):
    return check("http", f"url={server.url(path)}", **more)


def answers(*script):
    """A server that hears the request and then says this."""
    return Server([ASKED, *script])


def say(raw, **more):
    """What the check makes of these bytes."""
    with answers(send(raw), close()) as server:
        return ask(server, **more)


def line(title, verdict, result):
    """The golden line of one outcome."""
    assert result.verdict == verdict, f"{title}: {result}"
    golden(title, result)
    return result


# ---- good pages ----

@test("a good page is up: steps, values, facts")
def good():
    with Http({"/": PAGE}) as server:
        result = ask(server)
        assert server.requests[0].header["host"] == f"127.0.0.1:{server.port}"
    line("a good page", "up", result)
    assert result.values["status"] == 200 and result.values["body_bytes"] == 24
    assert result.facts["http_version"] == "1.1" and result.facts["url"] == server.url()
    assert result.address == "127.0.0.1"


@test("host and port stand in for url")
def host_and_port():
    with Http({"/": PAGE}) as server:
        line("host and port", "up", check("http", host="127.0.0.1", port=server.port))
        line("a name and a port", "up", check("http", host="localhost", port=server.port))


@test("options that contradict each other are refused before any probe, by the command line and by the configuration")
def judged(tmp):
    assert refusal("http") == "url: neither url nor host is given"
    assert refusal("http", "url=http://127.0.0.1/", "port=81") == "port: url already says host and port: leave it out"
    assert refusal("http", "url=http://127.0.0.1/", "host=a") == "host: url already says host and port: leave it out"
    assert "url: 'https://127.0.0.1/' does not begin with http://" in refusal("http", "url=https://127.0.0.1/")
    for wrong in ("", "abc", "2xx", "200-", "300-200", "2000", "200,,300", "200;300"):
        assert refusal("http", "host=a", f"expect-status={wrong}") == f"expect-status: '{wrong}' is no list like 200,300-399", wrong
    for values in ("n=a\n n:s = b", "status = a", "body_bytes:B=x"):
        assert refusal("http", "host=a", f"value-json={values}").startswith("value-json: there is a value of that name already: "), values
    assert check("http", "host=127.0.0.1", "port=1", "value-json=n=a\nm=a\nnn=a\nstatus_2=b").verdict == "down"
    assert refusal("http", "expect-status=2xx", "expect-json=a", "value-json=b").count(";") == 3, "all of them in one line"
    (tmp / "nines.conf").write_text(f"""modules = "{BUILD}/modules"
http "a" {{ every = "1m" }}
http "b" {{
  url = "http://example.org/"
  expect-status = "2xx"
  expect-json = {{'status == "ok"',
                 'status == ok',
                 'status'}}
  value-json = "X = x"
}}
https "c" {{ expect-status = "4xx" }}
""")
    said = nines("config", "check", conf=tmp / "nines.conf").stderr
    for line, part in ((2, "url: neither url nor host is given"), (5, "expect-status: '2xx' is no list like 200,300-399"),
                       (7, "expect-json: no JSON value 'ok': write a text in double quotes"), (8, "expect-json: an operator is missing"),
                       (9, "value-json: no name of a value: 'X = x'"), (11, "url: neither"), (11, "expect-status: '4xx'")):
        assert any(f"nines.conf:{line}: {part}" in text and "`nines modules http" in text for text in said.splitlines()), (line, part, said)


for number, verdict in ((200, "up"), (204, "up"), (304, "up"), (399, "up"), (400, "down"), (404, "down"), (500, "down"),
                        (503, "down")):
    @test(f"status {number} is {verdict}")
    def status(number=number, verdict=verdict):
        with Http({"/": reply(number, reason="Word")}) as server:
            result = ask(server)
        assert result.values["status"] == number
        line(f"status {number}", verdict, result)


@test("1xx passes: an interim answer and nothing behind it")
def interim():
    for number in (100, 101, 103):
        result = say(f"HTTP/1.1 {number} Word\r\n\r\n".encode())
        assert result.verdict == "up" and result.values["status"] == number, result


@test("interim answers before the real one are passed over")
def continued():
    result = say(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PAGE)
    assert result.verdict == "up" and result.values["status"] == 200


@test("expect-status takes lists and ranges")
def expected_status():
    with Http({"/": reply(404)}) as server:
        assert ask(server, expect_status="200,400-404").verdict == "up"
        assert ask(server, expect_status="404").verdict == "up"
        line("a status that is in no range of several", "down", ask(server, expect_status="200, 405-499"))


@test("expect-body and refuse-body look into the page")
def bodies():
    with Http({"/": reply(200, b"one\0two three")}) as server:
        assert ask(server, expect_body="two three").verdict == "up"
        line("a text that is not in the page", "down", ask(server, expect_body="four"))
        line("a text that must not be in the page", "down", ask(server, refuse_body="three"))
        assert ask(server, refuse_body="four").verdict == "up"


DOCUMENT = b'{"status": "degraded", "data": {"items": [{"price": 12}, {"price": 9.5}]}, "load": "0.75"}'


def judge_json(document, *conditions, **more):
    with Http({"/": reply(200, document)}) as server:
        return check("http", f"url={server.url()}", *[f"expect-json={c}" for c in conditions], **more)


@test("expect-json: what holds is up, what does not is down with what is there instead")
def json_conditions():
    assert judge_json(DOCUMENT, 'status == "degraded"', "data.items.length == 2", "data.items[-1].price < 10", "error missing").verdict == "up"
    judge_json(DOCUMENT, 'status == "ok"').says("down", 'wanted status == "ok", got "degraded"', "body")
    judge_json(DOCUMENT, "data.items[7].price > 1").says("down", "but 'data.items' is an array of 2 items", "body")
    judge_json(DOCUMENT, "data.items[0].price > 100", 'status == "ok"').says("down", "wanted data.items[0].price > 100, got 12")
    judge_json(DOCUMENT, 'status == "ok"', expect_status="500").says("down", "wanted status 500", "first-byte")


@test("expect-json: what is no JSON is down with line and column, what is too much is down at once")
def no_json():
    judge_json(b"<html>oops</html>", "a exists").says("down", "wanted JSON, got '<html>oops</html>' (line 1, column 1: ", "body")
    judge_json(b'{"a": 1,\n "b": nope}', "a exists").says("down", "(line 2, column ")
    judge_json(b"", "a exists").says("down", "wanted JSON, got ''")
    judge_json(b'{"a": 1}{', "a exists").says("down", "end of file expected")
    judge_json(b"[" * 100000, "a exists").says("down", "too large: JSON nested more than 64 levels deep")
    judge_json(b"[" * 64 + b"1" + b"]" * 64, "$[0][0] exists").says("up", "")
    judge_json(b"[" + b"[]," * 330000 + b"[]]", "$ exists").says("down", "too large: JSON of more than 16 MiB in memory")
    judge_json(b'{"a": "' + b"x" * (1 << 20) + b'"}', "a exists").says("down", "too long: JSON of more than 1048576 bytes")
    judge_json(b'"\xff"', "a exists").says("down", "wanted JSON")
    result = judge_json(b'{"a": "\\u001b[31m\xe2\x80\xae"}', "a == 1").says("down", "wanted a == 1, got ")
    assert "\x1b" not in result.reason and "\u202e" not in result.reason


@test("value-json: numbers become values with units, which warn and crit judge")
def json_values():
    result = judge_json(DOCUMENT, value_json="items = data.items.length\nprice:EUR = data.items[0].price\nload=load")
    assert result.verdict == "up" and result.values["items"] == 2 and result.values["load"] == 0.75, result
    assert result.json["values"]["price"] == {"value": 12, "unit": "EUR"}
    judge_json(DOCUMENT, value_json="load=load", warn="load > 0.5").says("degraded", "load")
    judge_json(DOCUMENT, value_json="load=load", crit="load > 0.5").says("down", "load")
    judge_json(DOCUMENT, value_json="n = status").says("down", "wanted a number at status, got \"degraded\"")
    judge_json(DOCUMENT, value_json="n = data.n").says("down", "wanted a number at data.n, but 'data' is an object with 'items'")
    result = judge_json(DOCUMENT, "data missing", value_json="load=load")
    assert result.verdict == "down" and result.values["load"] == 0.75, "the value is kept beside a condition that does not hold"


@test("method, header, body and user are sent")
def request():
    with Http({"/": PAGE}) as server:
        ask(server, method="PUT", header="X-One: 1\nX-Two: 2", body="a=b", user="joe", password="hush")
        ask(server, body="a=b")
        ask(server, method="HEAD")
        ask(server, method="DELETE")
        ask(server, method="POST")
        put, post, head, delete, empty = server.requests
    assert (put.method, put.body, put.header["x-one"], put.header["x-two"]) == ("PUT", b"a=b", "1", "2")
    assert put.header["authorization"] == "Basic am9lOmh1c2g="
    assert (post.method, post.body, head.method, delete.method) == ("POST", b"a=b", "HEAD", "DELETE")
    assert empty.method == "POST" and empty.header["content-length"] == "0"


@test("a header with a line break and a method with a space never go out")
def smuggling():
    with Http({"/": PAGE}) as server:
        line("a header without a colon to send", "unknown", ask(server, header="no colon"))
        line("a method with a space", "unknown", ask(server, method="GET /x HTTP/1.1"))
        assert not server.requests


@test("user and password of the address are sent and never shown")
def userinfo():
    with Http({"/": PAGE}) as server:
        result = check("http", f"url=http://joe:hush@127.0.0.1:{server.port}/")
        assert server.requests[0].header["authorization"] == "Basic am9lOmh1c2g="
    assert "hush" not in repr({**result.facts, "reason": result.reason})


@test("a chunked page is read, trailers are passed over")
def chunked():
    result = say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nLocation: /x\r\n\r\n",
                 expect_body="hello world")
    assert result.verdict == "up" and result.values["body_bytes"] == 11


@test("a page without a length ends with the connection")
def unmeasured():
    assert say(b"HTTP/1.0 200 OK\r\n\r\nhello").values["body_bytes"] == 5


@test("IPv6 works in the brackets of a url")
def ipv6():
    with Http({"/": PAGE}, ip=6) as server:
        assert line("IPv6 in brackets", "up", ask(server)).address == "::1"


@test("no second address is tried: what IPv6 only offers is down over IPv4")
def no_fallback():
    with ipv6_only(lambda: Http({"/": PAGE}, ip=6)) as server:
        line("IPv6 only, asked over IPv4", "down", check("http", f"url=http://127.0.0.1:{server.port}/"))


# ---- slow, silent, gone ----

@test("each slow step shows as slow")
def slow_steps():
    with answers(pause(1), send(b"HTTP/1.1 200 OK\r\n\r\n"), pause(1), send(b"x"), close()) as server:
        result = ask(server)
    line("each step takes its time", "up", result)
    answered = result.took("request") + result.took("first-byte")  # it may have been kept from running when the request was out
    assert 1 <= answered and 2 <= answered + result.took("body")
    assert result.took("body") > 0.1, "late as the first byte may be seen, the rest was not there"
    assert result.took("connect") + result.took("request") < result.took("first-byte")


@test("a slow resolver shows in the step resolve")
def slow_resolver():
    with Udp(lambda data, peer: None) as dns:
        result = check("http", "url=http://nowhere.test/", timeout="3s",
                       env={"NINES_RESOLVER": f"127.0.0.1:{dns.port}"})
    line("a resolver that is silent", "unknown", result)


@test("a connection that nobody accepts times out in the step connect")
def slow_connect():
    with socket.socket() as listener, socket.socket() as one, socket.socket() as two:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (one, two):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        result = check("http", f"url=http://127.0.0.1:{listener.getsockname()[1]}/", timeout="3s")
    if result.step != "connect":
        skip("this kernel accepts past the backlog")
    line("a connection that nobody accepts", "down", result)


@test("F39: a drip of bytes ends at the deadline of the whole probe, in the step body")
def dripping():
    with answers(send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), drip(b"x" * 1000, every=0.05)) as server:
        result = line("a body that drips", "down", ask(server, timeout="2s"))
    assert result.elapsed < 45, "the drip lasts fifty seconds"


@test("a connection that is reset within the header and the body is down")
def broken():
    for script in ([send(b"HTTP/1.1 200 OK\r\nContent-Le"), pause(0.05), reset()], [send(HEAD + b"abc"), pause(0.05), reset()]):
        with answers(*script) as server:
            ask(server).says("down", "reset by 127.0.0.1")


# ---- F38: too much ----

@test("F38: a header line of 1 GiB is down at once: too long")
def endless_line():
    with answers(send(b"HTTP/1.1 200 OK\r\nX: "), endless(b"x" * 65536)) as server:
        line("a header line without end", "down", ask(server))
    assert server.sent < 64 << 20


@test("F38: endless header lines are down: too long")
def endless_lines():
    with answers(send(b"HTTP/1.1 200 OK\r\n"), endless(b"X: y\r\n" * 50)) as server:
        line("header lines without end", "down", ask(server))
    with answers(send(b"HTTP/1.1 200 OK\r\n"), endless(b"X: " + b"y" * 5000 + b"\r\n")) as server:
        line("long header lines without end", "down", ask(server))


@test("F38: an endless body is cut at 1 MiB: the answer is judged by what came")
def endless_body():
    with answers(send(b"HTTP/1.1 200 OK\r\n\r\nstart"), endless(b"x" * 65536)) as server:
        result = ask(server, expect_body="start")
    assert line("a body without end", "up", result).facts["body_truncated"] == "true", result
    assert server.sent < 64 << 20


@test("F38: an endless chunked body and endless trailers end too")
def endless_chunks():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with answers(send(head), endless(b"1000\r\n" + b"x" * 4096 + b"\r\n")) as server:
        assert line("chunks without end", "up", ask(server)).facts["body_truncated"] == "true"
    with answers(send(head + b"0\r\n"), endless(b"X: y\r\n" * 50)) as server:
        line("trailers without end", "down", ask(server))


# ---- F40: redirects ----

@test("F40: a chain of redirects has steps for each hop")
def chain():
    with Http({"/": redirect("/one", 301), "/one": redirect("two?x=y", 307), "/two": PAGE}) as server:
        result = ask(server)
        assert [r.path for r in server.requests] == ["/", "/one", "/two?x=y"]
    assert line("a chain of redirects", "up", result).values["status"] == 200
    ends = [s["to_us"] for s in result.json["steps"]]
    assert ends == sorted(ends) and result.facts["url"] == server.url("/two?x=y")


@test("F40: a redirect to a name resolves in its own hop")
def named_hop():
    with Http(lambda request: PAGE if request.path == "/end" else redirect(f"http://localhost:{server.port}/end")) as server:
        line("a redirect to a name", "up", ask(server))


@test("F40: a failing hop is the one that is blamed")
def failing_hop():
    port, keep = refused_port()
    with keep, Http({"/": redirect(f"http://127.0.0.1:{port}/")}) as server:
        line("a redirect to a refused port", "down", ask(server)).says("down", f"127.0.0.1:{port}")


@test("F40: loops and long chains end: more than 5 redirects")
def loops():
    with Http({"/": redirect("/")}) as server:
        line("a loop of redirects", "down", ask(server))
        assert len(server.requests) == 6
        line("a loop of redirects, two followed", "down", ask(server, follow=2))
        assert len(server.requests) == 9
    with Http(lambda request: redirect(f"/{request.number + 1}") if request.number < 5 else PAGE) as server:
        assert ask(server).verdict == "up"


@test("F40: follow=0 judges the redirect itself")
def unfollowed():
    with Http({"/": redirect("/x", 302)}) as server:
        result = line("a redirect that is not followed", "up", ask(server, follow=0))
        assert result.values["status"] == 302 and len(server.requests) == 1


@test("F40: a redirect without a place to go is an answer")
def nowhere():
    with Http({"/": reply(302)}) as server:
        assert line("a redirect without a place to go", "up", ask(server)).values["status"] == 302


for target in ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:25/_x", "FILE:///etc/passwd", "dict://127.0.0.1:11211/stat",
               "javascript:alert(1)", "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
               "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
               "http://255.255.255.255/", "http://224.0.0.1/", "http://", "http://[::1", "http://127.0.0.1:99999/", "http://exa mple/"):
    @test(f"F40: a redirect to {target} is refused")
    def refused_target(target=target):
        with Http({"/": redirect(target)}) as server:
            assert "root:" not in repr(line(f"a redirect to {target}", "down", ask(server)))


@test("F40: the same policy holds for the first address")
def first_address():
    for host in ("169.254.169.254", "[::ffff:169.254.169.254]"):
        line(f"the address {host}", "unknown", check("http", f"url=http://{host}/", timeout="2s"))


@test("F40: methods change as RFC 9110 15.4 has it")
def methods():
    for number, sent, then in ((301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"),
                               (308, "POST", "POST"), (301, "PUT", "PUT"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
                               (302, "DELETE", "DELETE")):
        with Http({"/": redirect("/end", number), "/end": PAGE}) as server:
            more = {"body": "a=b"} if sent in ("POST", "PUT") else {}
            assert ask(server, method=sent, **more).verdict == "up"
            last = server.requests[1]
        assert last.method == then and last.body == (b"a=b" if more and then == sent else b""), (number, sent, last.method)


@test("F40: credentials do not go to another host or port")
def credentials():
    with Http({"/": PAGE}) as other:
        pages = {"/": redirect(other.url()), "/own": redirect("/end"), "/end": PAGE}
        with Http(pages) as server:
            secret = {"user": "joe", "password": "hush", "header": "X-Key: 1\nAuthorization: y\nCookie: z\nAccept: text/html"}
            ask(server, "/own", **secret)
            ask(server, **secret)
            assert server.requests[1].header["x-key"] == "1" and "authorization" in server.requests[1].header
        heard = other.requests[0].header
    assert not {"x-key", "authorization", "cookie"} & set(heard) and heard["accept"] == "text/html"


@test("F40: a redirect with an endless body is followed all the same")
def fat_redirect():
    def pages(request):
        if request.path == "/end":
            return PAGE
        return [send(b"HTTP/1.1 302 Found\r\nLocation: /end\r\n\r\n"), endless(b"x" * 65536)]
    with Http(pages) as server:
        assert "body_truncated" not in line("a redirect with a body without end", "up", ask(server)).facts


# ---- F41: decompression ----

@test("F41: a gzip bomb is down, and costs neither time nor memory")
def bombed():
    packed = bomb(64 << 20)
    with Http({"/": reply(200, packed, header=[("Content-Encoding", "gzip")])}) as server:
        line("a gzip bomb", "down", ask(server, header="Accept-Encoding: gzip"))


@test("F41: compression is neither asked for nor undone unless told; a broken one is down")
def packed():
    import gzip
    page = gzip.compress(b"all systems are in order")
    with Http({"/": reply(200, page, header=[("Content-Encoding", "gzip")]),
               "/broken": reply(200, b"no gzip at all", header=[("Content-Encoding", "gzip")])}) as server:
        assert ask(server, header="Accept-Encoding: gzip", expect_body="in order").verdict == "up"
        assert ask(server).values["body_bytes"] == len(page)
        assert "accept-encoding" not in server.requests[1].header
        line("a broken compressed body", "down", ask(server, "/broken", header="Accept-Encoding: gzip"))


# ---- F42: what is no HTTP ----

for name, raw in (
        ("a Content-Length that is too large", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"),
        ("a Content-Length that is too small", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello"),
        ("a Content-Length that is no number", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello"),
        ("a negative Content-Length", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello"),
        ("a Content-Length of 30 digits", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n"),
        ("two Content-Lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        ("a chunk size that is no number", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n"),
        ("a chunk longer than it says", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n"),
        ("a chunk size past 64 bits", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\nx"),
        ("a chunked body without its end", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        ("HTTP/0.9", b"<html>old</html>"),
        ("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("TLS", b"\x15\x03\x01\x00\x02\x02\x46"),
        ("status 20", b"HTTP/1.1 20 Word\r\n\r\n"),
        ("status 99", b"HTTP/1.1 99 Word\r\n\r\n"),
        ("status 099", b"HTTP/1.1 099 Word\r\n\r\n"),
        ("status 0", b"HTTP/1.1 0 Word\r\n\r\n"),
        ("status 600", b"HTTP/1.1 600 Word\r\nContent-Length: 0\r\n\r\n"),
        ("status 999", b"HTTP/1.1 999 Word\r\nContent-Length: 0\r\n\r\n"),
        ("status 2000", b"HTTP/1.1 2000 Word\r\n\r\n"),
        ("status -200", b"HTTP/1.1 -200 Word\r\n\r\n"),
        ("status 2x0", b"HTTP/1.1 2x0 Word\r\n\r\n"),
        ("no status", b"HTTP/1.1\r\n\r\n"),
        ("HTTP/9.9", b"HTTP/9.9 200 OK\r\n\r\n"),
        ("a NUL in the header", b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"),
        ("a header line without a colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
        ("nothing but line ends", b"\r\n\r\n\r\n"),
        ("nothing but NULs", bytes(100))):
    @test(f"F42: {name} is down, with a reason")
    def no_http(name=name, raw=raw):
        assert "timeout" not in line(name, "down", say(raw)).reason


@test("F42: a first header that goes on what came before it is no reason to look at an earlier answer")
def folded():
    page = b"HTTP/1.1 200 OK\r\n   folded: " + b"x" * 300 + b"\r\nContent-Length: 2\r\n\r\nok"
    with Http(lambda request: redirect(f"/{request.number}") if request.number % 2 == 0 else page) as server:
        for _ in range(3):
            line("a first header that begins with a space", "down", ask(server))


@test("F42: a flood of 100 Continue is down")
def flood():
    with answers(endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 10)) as server:
        line("a flood of 100 Continue", "down", ask(server))


@test("F42: a reply cut off at each of its bytes is never up")
def truncated():
    page = reply(200, b"0123456789")
    for size in range(0, len(page), 7):
        assert say(page[:size]).verdict == "down", size


# ---- F44: strangers' texts ----

@test("F44: NUL, ANSI, HTML, bidi, %n and broken UTF-8 in the status text come out as harmless text")
def strange_texts():
    nasty = b"500 \x1b[31m<script>alert(1)</script>\xe2\x80\xae%n%s\xff\x07"
    result = say(b"HTTP/1.1 " + nasty + b"\r\nContent-Length: 0\r\n\r\n")
    line("NUL, ANSI, HTML, bidi, %n and broken UTF-8 in the status text", "down", result)
    assert "\x1b" not in result.reason and "\x07" not in result.reason


@test("F44: the terminal never sees an escape")
def terminal():
    import subprocess
    from tap import BUILD
    with answers(send(b"HTTP/1.1 500 \x1b[31mred\x1b]0;title\x07\xc2\x9b31m\r\nContent-Length: 0\r\n\r\n"), close()) as server:
        done = subprocess.run([str(BUILD / "nines"), "check", server.url()], capture_output=True,
                              env=dict(os.environ, NO_COLOR="1"))
    assert b"\x1b" not in done.stdout and b"\x07" not in done.stdout and b"\xc2\x9b" not in done.stdout and b"red" in done.stdout


run()
