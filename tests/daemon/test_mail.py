"""Mail of other monitors, through the pipe of a real mail server and `nines hook`, told to a running ninesd; what is taken, kept and refused."""
import contextlib
import http.server
import json
import os
import re
import smtplib
import subprocess
import threading

import certs
import daemon
from real_mail import UID, exim
from tap import BUILD, run, test

CONF = """
inbound "web" { down = 'subject contains "DOWN"' degraded = 'text contains "slow"' up = 'subject contains "UP"' text = "subject" time = "date" }
heartbeat "job" { period = "1h" }
"""
TIMELESS = CONF.replace(' time = "date"', "")
DAY = "Sun, 22 Nov 2020 %s +0100 (CET)"


def mail(subject, text="x", at="09:00:00", head="", sender="Pingdom <alert@pingdom.example>"):
    return f"From: {sender}\r\nTo: web@nines.test\r\nSubject: {subject}\r\nDate: {DAY % at}\r\n{head}\r\n{text}\r\n"


def hook(*words, given, conf="/dev/null"):
    """(exit status, standard error) of `nines hook`."""
    given = given.encode() if isinstance(given, str) else given
    done = subprocess.run([BUILD / "nines", "-c", conf, "hook", *map(str, words)], input=given, capture_output=True, timeout=60)
    assert done.stdout == b"" and done.stderr.count(b"\n") == (done.returncode != 0), done
    return done.returncode, done.stderr.decode()


def addresses(d):
    """check -> address, once the web knows them."""
    d.until_status("its checks are there", lambda s: s["checks"])
    of = {one["check"]: one["address"] for one in json.loads(d.nines("heartbeat", "--json").stdout)["checks"]}
    daemon.until("the web knows them", lambda: hook(of["job"], given=mail("x"), conf=d.conf)[0] == 67)
    return of


def state(d):
    one = next(c for c in d.status()["checks"] if c["name"] == "web")
    return one["state"], one["reason"]


def heard(d, hand_over):
    """Hands something over and waits until the check has thought of it."""
    def started():
        return (next(c for c in d.status()["checks"] if c["name"] == "web")["last"] or {}).get("started", "")
    before = started()
    hand_over()
    d.until_status("it is heard", lambda s: started() > before)


def hooked(path, d):
    """The hook's secret file, for the user of the mail server."""
    path.write_text(f"http://127.0.0.1:{d.port}/hook/{addresses(d)['web']}\n")
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, UID, UID)


def is_down(d, reason):
    d.until_status(reason, lambda s: state(d)[0] in ("down", "unconfirmed") and state(d)[1] == f"reported down: {reason}")


@contextlib.contextmanager
def server(status, body, kind="application/problem+json"):
    """Something that answers so at whatever it is asked; its URL as a hook."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_port}/hook/" + "0" * 36
        one.shutdown()


@test("Exim hands mail of a monitor to the pipe of an alias: the component goes down and up; what cannot be told waits in its queue")
def through_exim(tmp):
    mta = tmp / "mta"
    mta.mkdir()
    log = mta / "spool" / "mainlog"
    secret = tmp / "web.hook"

    def send(at, message):
        with smtplib.SMTP("127.0.0.1", at.port["plain"]) as s:
            s.sendmail("bounce@pingdom.example", ["web-7f3k9q2d@nines.test"], message)

    def logged(*parts):
        daemon.until(parts, lambda: any(all(p in line for p in parts) for line in log.read_text(errors="replace").splitlines()))

    with daemon.Daemon(tmp, CONF) as d, exim(mta, certs.good(), has_aliases=True) as mx:
        hooked(secret, d)
        (mta / "aliases").write_text(f'web-7f3k9q2d: "|{BUILD}/nines hook file:{secret} --from @pingdom.example"\n')
        send(mx, mail("=?utf-8?Q?DOWN:_St=C3=B6rung?= of web"))
        is_down(d, "DOWN: Störung of web")
        send(mx, mail("UP: web", at="09:10:00"))
        d.until_status("up", lambda s: state(d)[0] == "up")
        send(mx, mail("DOWN: web", at="09:20:00", sender="mallory@elsewhere.example"))
        logged("**", "returned 77")
        assert state(d)[0] == "up"

        assert d.stop() == 0
        for number, message in enumerate((mail("DOWN: web", at="09:30:00"), mail("UP: web", at="09:40:00")), 1):
            send(mx, message)
            daemon.until("it waits", lambda: len(re.findall(r"(\S+) == .* returned 75", log.read_text(errors="replace"))) == number)
        down, up = re.findall(r"(\S+) == .* returned 75", log.read_text(errors="replace"))

        with daemon.Daemon(tmp, CONF) as d:
            hooked(secret, d)
            for one in (up, down):
                heard(d, lambda one=one: (mx.run("-M", one), logged(one, "=> ")))
            assert state(d)[0] == "up", "what is older than the newest changes nothing"
            send(mx, mail("web", "it is sl=\r\now", "09:50:00", "Content-Transfer-Encoding: quoted-printable\r\n"))
            d.until_status("degraded", lambda s: state(d) == ("degraded", "reported degraded: web"))


REFUSED = [
    ("no mail", "web is DOWN\n", "this is no mail"), ("nothing", "", "this is no mail"), ("a mail of 5 MB", b"Subject: DOWN\n\n" + b"x" * 5000000, "1024 KiB"),
    ("a header of 1 MB", b"Subject: DOWN\n" + b"X: y\n" * 200000 + b"\n", "128 KiB"),
    ("parts in parts", b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(300)), "nested deeper than 10"),
]
TAKEN = [
    ("no end of its boundary", mail("DOWN", "--x\r\n\r\nslow", head="Content-Type: multipart/mixed; boundary=x\r\n"), "DOWN"),
    ("NULs and bytes of no character set", b"Subject: DOWN \0\xff\n\n\0\xff\x1b[2J", "DOWN \\x00\\xff"),
    ("no date, no sender, a mailbox's first line", "From x Sun Nov 22 09:00:00 2020\nSubject: DOWN\n\n", "DOWN"),
    ("an alert that says it is automatic", mail("DOWN", head="Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n"), "DOWN"),
]


@test("a hostile or careless mail is taken for what can be read of it, or refused by one sentence, and changes nothing then")
def hostile(tmp):
    with daemon.Daemon(tmp, TIMELESS) as d:
        of = addresses(d)
        for number, (name, given, reason) in enumerate(TAKEN):
            assert hook(of["web"], given=f"Subject: UP {number}\n\n", conf=d.conf) == (0, ""), name
            d.until_status("up", lambda s: state(d)[0] == "up")
            assert hook(of["web"], given=given, conf=d.conf) == (0, ""), name
            is_down(d, reason)
        for name, given, part in REFUSED:
            status, said = hook(of["web"], given=given, conf=d.conf)
            assert status == 65 and part in said, (name, status, said)
        for head in ("Auto-Submitted: auto-replied\r\n", "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"):
            assert hook(of["web"], "--from", "x@y.example", given=mail("Re: UP", head=head), conf=d.conf) == (0, ""), head
        assert state(d)[1] == "reported down: DOWN"


@test("exit statuses say to a mail server what to do with the mail")
def statuses(tmp):
    os.mkfifo(tmp / "fifo")
    key = tmp / "key"
    key.write_text("x\n")
    key.chmod(0o600)
    with daemon.Daemon(tmp, CONF) as d:
        of = addresses(d)
        given, url = mail("UP"), f"http://127.0.0.1:{d.port}/hook/"

        def answers(*words, conf=d.conf):
            return hook(*words, given=given, conf=conf)

        def keeps(text, mode=0o600):
            key.write_text(text)
            key.chmod(mode)
            return answers(f"file:{key}")
        for good in (answers(of["web"]), answers(url + of["web"]), keeps(of["web"] + "\n"), keeps(url + of["web"]), answers(of["web"], "--from", "a@b.example, @Pingdom.example"),
                     answers(of["web"], "--from=alert@pingdom.example")):
            assert good == (0, ""), good
        nobody = "0" * 8 + of["web"][8:]
        for wanted, part, got in (
                (64, "wanted a hook", answers("web")), (64, "wanted a hook", answers(url + "x/" + of["web"])), (64, "wanted a hook", answers("ftp://h/hook/" + of["web"])),
                (64, "wanted a hook", answers("http://user@h/hook/" + of["web"])), (64, "wanted a hook", answers(url + of["web"] + "?x")),
                (64, "a hook is missing", answers()), (64, "too much", answers(of["web"], "x")),
                (67, "nines heartbeat list", answers(nobody)), (67, "/ping/", answers(of["job"])), (75, "nines heartbeat list", keeps(nobody)),
                (75, "wanted a hook", keeps("")), (75, "wanted a hook", keeps("\0" * 9000)), (75, "open to everybody", keeps(of["web"], 0o644)),
                (75, "no such file", answers("file:/nonexistent")), (75, "no regular file", answers(f"file:{tmp}/fifo")), (75, "no regular file", answers(f"file:{tmp}")),
                (75, "no such file", answers(of["web"], conf="/nonexistent")),
                (77, "'alert@pingdom.example' is none", answers(of["web"], "--from", "alert@pingdom.example.org,b@pingdom.example,@example"))):
            assert got[0] == wanted and part in got[1], (wanted, part, got)
        assert d.nines("pause", "web", "--reason", "moved").returncode == 0
        status, said = answers(of["web"])
        assert status == 75 and "paused" in said
        assert d.stop() == 0
        status, said = answers(of["web"])
        assert status == 75 and "ninesd cannot be told" in said, (status, said)
    with_tls = f'listen-certificate = "{certs.good()[0]}"\nlisten-key = "{certs.good()[1]}"\n'
    for listen, part in (('"none"', "listens nowhere"), ('""', "listens nowhere"), ('"127.0.0.1:1 tls"', "listens nowhere"), ('"127.0.0.1:1"', "listens nowhere")):
        (tmp / "other.conf").write_text(f'location = "x"\nlisten = {listen}\n{with_tls}')
        status, said = hook("0" * 36, given=given, conf=tmp / "other.conf")
        assert status == 75 and part in said, (listen, status, said)
    with server(200, b"OK\n") as url:
        port = url.split(":")[2].split("/")[0]
        for listen in (f'"127.0.0.1:{port} plain"', f'{{"[::1]:1 tls", "127.0.0.1:1", " *:{port}  plain"}}', f'":{port} plain"', f'"0.0.0.0:{port} plain"'):
            (tmp / "other.conf").write_text(f'location = "x"\nlisten = {listen}\n{with_tls}')
            assert hook("0" * 36, given=given, conf=tmp / "other.conf") == (0, ""), listen


@test("what another server answers at the hook's address is no yes: the mail is kept")
def others(tmp):
    problem = json.dumps({"detail": "no\x1b[2J"}).encode()
    for wanted, part, status, body in (
            (0, "", 200, b"OK\n"), (75, "no hook of nines: HTTP status 200", 200, b"<html>welcome"), (75, "HTTP status 301", 301, b""), (75, "HTTP status 404", 404, b"<html>"),
            (75, "not take it: no\\x1b[2J", 503, problem), (75, "no\\x1b", 500, problem), (75, "no\\x1b", 429, problem), (65, "no\\x1b", 400, problem), (65, "no", 413, problem),
            (67, "no", 401, problem), (75, "cannot be told", 200, b"x" * 20000)):
        with server(status, body) as url:
            got = hook(url, given=mail("UP"))
            assert got[0] == wanted and part in got[1], (status, body[:40], got)


@test("--show prints the document that conditions are asked of, and sends nothing")
def show():
    done = subprocess.run([BUILD / "nines", "hook", "--show"], input=mail("DOWN").encode(), capture_output=True, timeout=60)
    assert done.returncode == 0 and json.loads(done.stdout) == {
        "subject": "DOWN", "from": "alert@pingdom.example", "date": "2020-11-22T08:00:00.000000Z", "text": "x"}, done


run()
