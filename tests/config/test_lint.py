"""Row 54: a check that nobody would hear of while it is down is a finding, by names looked up at a fake name server."""
import json

from daemon import nines
from dnswire import A, AAAA, MX, NXDOMAIN, Udp, answer, asked, name, record
from loader import load
from tap import BUILD, run, test

HEAD = f'modules = "{BUILD}/modules"\nnotifiers = "{BUILD}/notifiers"\n'
REMEDY = "add a path that does not depend on it"

ADDRESSES = {
    "mx.example.org": "192.0.2.5", "mx2.example.org": "198.51.100.5", "mail.example.org": "192.0.2.5", "web.example.org": "192.0.2.80",
    "far.example.org": "203.0.113.1", "relay.example.net": "203.0.113.25", "six.example.org": "2001:db8:1::5", "both.example.net": "203.0.113.77",
}
SERVERS = {"example.org": ["mx.example.org"], "two.example.org": ["mx.example.org", "mx2.example.org"], "six.example.org": ["six.example.org"],
           "null.example.org": [""]}


def packed(address):
    import ipaddress
    return ipaddress.ip_address(address).packed


def zone(query, peer):
    """What the tables above say; everything under missing.example.org does not exist, under broken... nobody knows."""
    owner, kind = asked(query)
    if "broken" in owner:
        return answer(query, [], rcode=2)
    if "missing" in owner:
        return answer(query, [], rcode=NXDOMAIN)
    records = []
    if kind == MX:
        records = [record(owner, MX, b"\0\x0a" + name(server)) for server in SERVERS.get(owner, [])]
    found = ADDRESSES.get(owner)
    if found and kind == (AAAA if ":" in found else A):
        records = [record(owner, kind, packed(found))]
    return answer(query, records)


def checked(tmp, text, *flags, resolver=None):
    (tmp / "nines.conf").write_text(HEAD + text)
    if resolver:
        return nines("config", "check", *flags, conf=tmp / "nines.conf", env={"NINES_RESOLVER": resolver})
    with Udp(zone) as server:
        return nines("config", "check", *flags, conf=tmp / "nines.conf", env={"NINES_RESOLVER": f"127.0.0.1:{server.port}"})


def tcp(title, host, more=""):
    return f'tcp "{title}" {{ host = "{host}" port = 25 {more}}}\n'


WATCHED = "192.0.2.5, which is what it watches"
MXES = f"through the mail servers of example.org, {WATCHED}"
OPS = 'contact "ops" { path "email:ops@example.org" { } }\n'

# name, configuration, {line (the first of it is 3): sentence}
CASES = [
    ("the mailbox's own server", tcp("mail-1", "mail.example.org") + OPS,
     {3: f"check 'mail-1' is told only by email:ops@example.org {MXES}"}),
    ("the same server by its address", tcp("mail-1", "192.0.2.5") + OPS, {3: f"check 'mail-1' is told only by email:ops@example.org {MXES}"}),
    ("another server in its network", tcp("web", "web.example.org") + OPS,
     {3: "check 'web' is told only by email:ops@example.org through the mail servers of example.org, 192.0.2.5, in the network 192.0.2.0/24 "
         "of what it watches, 192.0.2.80"}),
    ("a server far away", tcp("far", "far.example.org") + OPS, {}),
    ("a second mail server elsewhere", tcp("mail-1", "mail.example.org") + 'contact "ops" { path "email:ops@two.example.org" { } }\n', {}),
    ("a second path elsewhere", tcp("mail-1", "mail.example.org") + 'contact "ops" { path "email:ops@example.org" { } path "log:ops" { } }\n', {}),
    ("a second contact elsewhere", tcp("mail-1", "mail.example.org") + OPS + 'contact "b" { services = {"mail-1"} path "email:b@six.example.org" { } }\n', {}),
    ("a second path for reports alone", tcp("mail-1", "mail.example.org") +
     'contact "ops" { path "email:ops@example.org" { } path "log:ops" { kinds = "reports" } }\n',
     {3: f"check 'mail-1' is told only by email:ops@example.org {MXES}"}),
    ("the relay is what is watched", 'notify-email { host = "mail.example.org" }\n' + tcp("mail-1", "mail.example.org") +
     'contact "ops" { path "email:ops@six.example.org" { } }\n',
     {4: f"check 'mail-1' is told only by email:ops@six.example.org through its relay mail.example.org, {WATCHED}"}),
    ("the relay is elsewhere, the mailbox is not", 'notify-email { host = "relay.example.net" }\n' + tcp("mail-1", "mail.example.org") + OPS,
     {4: f"check 'mail-1' is told only by email:ops@example.org {MXES}"}),
    ("straight to the mail servers, past a relay that is watched", 'notify-email { host = "mail.example.org" direct = true }\n' +
     tcp("mail-1", "mail.example.org") + 'contact "ops" { path "email:ops@six.example.org" { } }\n', {}),
    ("a telephone by the mail gateway of its company", 'notify-email "phone" { brief = true form = "%n@example.org" host = "relay.example.net" }\n' +
     tcp("mail-1", "mail.example.org") + 'contact "ops" { path "phone:447700900123" { } }\n',
     {4: f"check 'mail-1' is told only by phone:447700900123 {MXES}"}),
    ("an IPv6 network", tcp("six", "2001:db8:1:2::9") + 'contact "ops" { path "email:ops@six.example.org" { } }\n',
     {3: "check 'six' is told only by email:ops@six.example.org through the mail servers of six.example.org, 2001:db8:1::5, in the network "
         "2001:db8:1::/48 of what it watches, 2001:db8:1:2::9"}),
    ("a gateway by HTTP", 'notify-chat { service = ntfy url = "https://web.example.org/topic" }\n' + tcp("web", "web.example.org") +
     'contact "ops" { path "chat:x" { } }\n',
     {4: "check 'web' is told only by chat:x through web.example.org, 192.0.2.80, which is what it watches"}),
    ("who hears nothing of it is no help", tcp("mail-1", "mail.example.org") + tcp("b", "far.example.org") + OPS +
     'contact "b" { services = {"b"} path "log:b" { } }\n', {3: f"check 'mail-1' is told only by email:ops@example.org {MXES}"}),
    ("a contact of a service hears of its members", tcp("mail-1", "mail.example.org") + 'service "S" { members = {"mail-1"} }\n' + OPS +
     'contact "b" { services = {"S"} path "log:b" { } }\n', {}),
    ("a redundant service falls whole", tcp("mail-1", "mail.example.org") + tcp("mail-2", "mx2.example.org") +
     'service "Mail" { members = {"mail-1", "mail-2"} need = 1 }\ncontact "ops" { path "email:ops@two.example.org" { } }\n',
     {5: "service 'Mail' is told only by email:ops@two.example.org through the mail servers of two.example.org, 198.51.100.5, "
         "which is what it watches"}),
    ("what is retired alerts nobody", tcp("mail-1", "mail.example.org", 'standing = "retired" ') + OPS, {}),
    ("nobody to tell", tcp("mail-1", "mail.example.org"), {}),
]

for case_name, text, wanted in CASES:
    @test(case_name)
    def case(tmp, text=text, wanted=wanted):
        done = checked(tmp, text)
        said = [f"nines: {tmp}/nines.conf:{line}: {sentence}: {REMEDY}" for line, sentence in wanted.items()]
        assert (done.stderr.splitlines(), done.returncode) == (said, 1 if wanted else 0), done.stderr


@test("a name server that is silent: it says that it cannot tell, once, and that is no finding")
def silent(tmp):
    with Udp(lambda query, peer: None) as server:
        done = checked(tmp, tcp("a", "mail.example.org") + tcp("b", "web.example.org") + OPS, resolver=f"127.0.0.1:{server.port}")
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "cannot tell whether anybody would hear of 2 checks or services: email:ops@example.org: the mail servers of example.org: " in done.stderr
    assert done.stderr.endswith(": see whether names can be looked up\n")


@test("names that do not exist, errors, and a domain that takes no mail are not known either")
def unknown(tmp):
    for mailbox, why in (("missing.example.org", "there is no such name"), ("broken.example.org", "the name server answered with an error"),
                         ("null.example.org", "it takes no mail")):
        done = checked(tmp, tcp("a", "mail.example.org") + f'contact "ops" {{ path "email:ops@{mailbox}" {{ }} }}\n')
        assert (done.returncode, done.stderr.split(": ", 2)[2]) == (
            0, f"cannot tell whether anybody would hear of 1 check or service: email:ops@{mailbox}: the mail servers of {mailbox}: {why}: "
               "see whether names can be looked up\n"), done.stderr


@test("what falls for sure is a finding although another name is not known")
def certain(tmp):
    done = checked(tmp, tcp("a", "mail.example.org") + tcp("b", "b.missing.example.org") + OPS)
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and len(lines) == 2 and "check 'a' is told only by" in lines[0] and "of 1 check or service" in lines[1], lines


@test("five hundred that fall are twenty lines and a sum; JSON has them, too")
def many(tmp):
    (tmp / "t.tsv").write_text("name\thost\n" + "".join(f"x{i:03}\tmail.example.org\n" for i in range(500)))
    text = 'tcp "t" { targets = "t.tsv" port = 25 }\n' + OPS
    lines = checked(tmp, text).stderr.splitlines()
    assert len(lines) == 21 and "480 more are told only by paths that fall with them" in "\n".join(lines), lines[-2:]
    document = json.loads(checked(tmp, text, "--json").stdout)
    assert len([p for p in document["problems"] if p["lint"]]) == 21 and document["notes"] == []


@test("nothing is looked up where no path depends on anything, nor with --offline")
def quiet(tmp):
    asked_for = []
    with Udp(lambda query, peer: asked_for.append(asked(query))) as server:
        env = f"127.0.0.1:{server.port}"
        assert checked(tmp, tcp("a", "mail.example.org") + 'contact "ops" { path "log:x" { } }\n', resolver=env).returncode == 0
        assert checked(tmp, tcp("a", "mail.example.org") + OPS, "--offline", resolver=env).returncode == 0
        assert checked(tmp, tcp("a", "mail.example.org"), resolver=env).returncode == 0
    assert asked_for == []


@test("the loader itself looks nothing up")
def loader(tmp):
    asked_for = []
    (tmp / "nines.conf").write_text(HEAD + tcp("a", "mail.example.org") + OPS)
    with Udp(lambda query, peer: asked_for.append(asked(query))) as server:
        status, lines, said = load(tmp / "nines.conf", env={"NINES_RESOLVER": f"127.0.0.1:{server.port}"})
    assert status == 0 and asked_for == [], (lines, said)


run()
