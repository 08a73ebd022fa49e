"""Letters by mail in real time, from the outage to the mailbox (F31 to F33): ninesd, its courier, Exim.

Greylisted: tried again after a minute, exactly one mail in the mailbox. Refused for good: the fallback at once, no second try. A connection lost behind the
final dot: again, under the same Message-ID.
"""
# timeout: 400
import re

import certs
from daemon import Daemon, free_port, until
from real_mail import box, exim
from servers import Server, expect, reset, send
from tap import BUILD, run, test

CONF = """notifiers = "{build}/notifiers"
tcp "shop" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s" }}
notify-email {{ host = "127.0.0.1"  port = {smtp}  tls = none  from = "monitor@nines.test"  ehlo = "monitor.test" }}
notify-log {{ file = "{log}" }}
contact "ops" {{ path "email:{to}" {{ after = 0  repeat = "1d"  fallback = "log:ops" }}  path "log:ops" {{ after = "10d" }} }}
"""


def daemon_for(tmp, to, smtp):
    (tmp / "out").mkdir()
    (tmp / "out").chmod(0o777)
    return Daemon(tmp, CONF.format(build=BUILD, port=free_port(), smtp=smtp, log=tmp / "out" / "letters", to=to))


def attempts(daemon):
    return daemon.nines("letters").stdout


@test("greylisted, then let in: one mail, with the reason and the steps of the outage (F31)")
def grey(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx, daemon_for(tmp, "later@nines.test", mx.port["plain"]) as daemon:
        until("it was deferred", lambda: "greylisted, come again" in attempts(daemon), 120)
        assert box(tmp) == []
        (tmp / "open").touch()
        (tmp / "open").chmod(0o644)
        until("it arrives at the next attempt", lambda: box(tmp), 200)
        daemon.stop()
        messages = box(tmp)
        assert len(messages) == 1 and messages[0]["Auto-Submitted"] == "auto-generated", messages
        assert messages[0]["Subject"].startswith("shop is down: connection refused"), messages[0]["Subject"]
        assert "connection refused" in messages[0].get_content() and not (tmp / "out" / "letters").exists()


@test("refused for good: not tried again, the fallback has it at once (F32)")
def refused(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx, daemon_for(tmp, "bob@elsewhere.test", mx.port["plain"]) as daemon:
        path = tmp / "out" / "letters"
        until("the fallback has it", lambda: path.exists() and "shop" in path.read_text(), 120)
        until("the record says so", lambda: " delivered " in attempts(daemon))
        one = daemon.nines("letters", attempts(daemon).split()[2]).stdout
        assert re.search(r"gave-up .*relay not permitted", one.replace("gave up", "gave-up")) and "log:ops" in one, one
        daemon.stop()
        assert path.read_text().count("\n") == 1 and box(tmp) == [], path.read_text()


@test("the connection is lost behind the final dot: again, under the same Message-ID (F33)")
def lost(tmp):
    steps = [send(b"220 mx\r\n"), expect(b"EHLO"), expect(b"\r\n"), send(b"250 mx\r\n"), expect(b"MAIL"), expect(b"\r\n"), send(b"250 ok\r\n"),
             expect(b"RCPT"), expect(b"\r\n"), send(b"250 ok\r\n"), expect(b"DATA\r\n"), send(b"354 go\r\n"), expect(b"\r\n.\r\n")]
    end = [send(b"250 taken\r\n"), expect(b"QUIT\r\n"), send(b"221 bye\r\n")]
    with Server(lambda number: steps + ([reset()] if number == 0 else end)) as server, \
            daemon_for(tmp, "ops@nines.test", server.port) as daemon:
        until("it is tried again", lambda: len(server.talks) > 1 and server.heard(1).endswith(b"QUIT\r\n"), 200)
        daemon.stop()
        one, two = (re.search(rb"Message-ID: <[^>]+>", server.heard(n)).group(0) for n in (0, 1))
        assert one == two and len(server.talks) == 2, (one, two)


run()
