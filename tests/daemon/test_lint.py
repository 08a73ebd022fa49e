"""Row 54 in a running ninesd: paths are looked at when a configuration comes into force, and what is found is said once."""
from daemon import Daemon, until
from dnswire import A, MX, Udp, answer, asked, name, record
from tap import BUILD, run, test

CHECK = 'tcp "mail-1" { host = "mail.example.org"  port = 25  every = "1h" }\n'
MAIL = 'contact "ops" { path "email:ops@example.org" { } }\n'
SAID = ("check 'mail-1' is told only by email:ops@example.org through the mail servers of example.org, 192.0.2.5, which is what it watches: "
        "add a path that does not depend on it")


def zone(query, peer):
    owner, kind = asked(query)
    records = []
    if kind == MX and owner == "example.org":
        records = [record(owner, MX, b"\0\x0a" + name("mail.example.org"))]
    elif kind == A and owner == "mail.example.org":
        records = [record(owner, A, bytes([192, 0, 2, 5]))]
    return answer(query, records)


def daemon(tmp, server, conf):
    return Daemon(tmp, f'notifiers = "{BUILD}/notifiers"\n' + conf, listen=False, env={"NINES_RESOLVER": f"127.0.0.1:{server.port}"})


@test("a check that nobody would hear of is said once, not again by a reload, and again with another one")
def said(tmp):
    looks = []

    def counting(query, peer):
        looks.extend([1] if asked(query)[1] == MX else [])
        return zone(query, peer)
    more = f'notifiers = "{BUILD}/notifiers"\n' + CHECK + MAIL
    with Udp(counting) as server, daemon(tmp, server, CHECK + MAIL) as d:
        d.wait(SAID)
        d.reload()
        until("it has looked again", lambda: len(looks) == 2)
        d.reload(more + CHECK.replace("mail-1", "mail-2"))
        d.wait("check 'mail-2' is told only by")
        assert d.output().count("check 'mail-1' is told only by") == 2, d.output()


@test("no path depends on anything: no process is started, nothing is looked up")
def nothing(tmp):
    with Udp(zone) as server, daemon(tmp, server, CHECK + 'contact "ops" { path "log:ops" { } }\n') as d:
        d.until_status("the keeper is there", lambda s: s["checks"])
        assert "told only" not in d.output() and "cannot tell" not in d.output()


@test("a silent name server holds up neither the start nor the end")
def silent(tmp):
    with Udp(lambda query, peer: None) as server, daemon(tmp, server, CHECK.replace("mail.example.org", "127.0.0.1") + MAIL) as d:
        d.until_status("the keeper is there", lambda s: s["checks"])
        d.wait("cannot tell whether anybody would hear of 1 check or service")
        assert d.stop() == 0


run()
