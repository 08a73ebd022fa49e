"""Contacts, paths, notifiers, parents and templates: the lines they become, and each mistake with file, line and remedy."""
from daemon import nines
from loader import lines_of, load
from tap import BUILD, run, test

HEAD = f'modules = "{BUILD}/modules"\nnotifiers = "{BUILD}/notifiers"\n'
TCP = 'tcp "a" { host = "127.0.0.1" port = 25 '
OPS = 'contact "ops" { path "log:ops" { '

# name, text behind HEAD (its first line is line 3), the sentences without the file's name
CASES = [
    ("a notifier nearly right", 'contact "ops" { path "lgo:x" { } }\n',
     [f"3: there is no notifier 'lgo': did you mean 'log'? A notifier module would be '{BUILD}/notifiers/lgo.so'"]),
    ("a notifier that is not there", 'contact "ops" { path "pigeon:x" { } }\n',
     [f"3: there is no notifier 'pigeon': A notifier module would be '{BUILD}/notifiers/pigeon.so'"]),
    ("a path without an address", 'contact "ops" { path "log:" { } }\n',
     ["3: path 'log:' is no NOTIFIER:ADDRESS: write path \"email:ops@example.org\" { ... }"]),
    ("an address with a control character (F52)", 'contact "ops" { path "log:a\\r\\nb" { } }\n',
     ["3: path 'log:a\\x0d\\x0ab' has a control character: write the address alone"]),
    ("a path twice", OPS + '}\n  path "log:ops" { } }\n',
     ["4: contact 'ops' has two paths 'log:ops': remove one"]),
    ("a contact twice", OPS + "} }\n" + OPS + "} }\n", ["4: there are two contacts 'ops': rename one"]),
    ("a contact for a check that is not there", TCP + '}\ncontact "ops" { services = {"a", "aa"} path "log:x" { } }\n',
     ["4: contact 'ops': 'aa' is neither a check nor a service: did you mean 'a'?"]),
    ("a contact for checks by a pattern that fits none", TCP + '}\ncontact "ops" {\n services = {"shops/*"} path "log:x" { } }\n',
     ["5: contact 'ops': 'shops/*' is neither a check nor a service: define it or leave it out"]),
    ("hours that are none", OPS + '\n  hours = "Mon-Fry" } }\n', ["4: hours: 'Mon-Fry' are no hours: write Mon-Fri 08:00-18:00"]),
    ("a zone of a path that is none", OPS + 'zone = "Mars/Base" } }\n',
     ["3: zone: 'Mars/Base' is no time zone of this machine: write a name such as Europe/London"]),
    ("a zone of a contact that is none", 'contact "ops" { zone = "Mars/Base" path "log:x" { } }\n',
     ["3: zone: 'Mars/Base' is no time zone of this machine: write a name such as Europe/London"]),
    ("more than four alerts", OPS + "cap = 5 } }\n", ["3: cap: '5' is not within 1..4: correct the value"]),
    ("repeats without end", OPS + 'repeat = "5s" } }\n', ["3: repeat: shorter than 1m: lengthen it"]),
    ("tests without end", OPS + 'test = "5m" } }\n', ["3: test: shorter than 1h: lengthen it"]),
    ("kinds that are none", OPS + 'kinds = {"alerts", "gossip"} } }\n',
     ["3: kinds: there are no 'gossip': there are alerts, notes, monitor and reports"]),
    ("a fallback that is no path of the contact", OPS + '\n  fallback = "log:b" } }\ncontact "b" { path "log:b" { } }\n',
     ["4: fallback: contact 'ops' has no path 'log:b': name another path of the same contact"]),
    ("a fallback to itself", OPS + 'fallback = "log:ops" } }\n',
     ["3: fallback: path 'log:ops' comes back to itself: let the last of them have none"]),
    ("fallbacks in a circle", OPS + 'fallback = "log:b" }\n path "log:b" { fallback = "log:ops" } }\n',
     ["4: fallback: path 'log:b' comes back to itself: let the last of them have none"]),
    ("an unknown option of a path", OPS + 'aftr = "5m" } }\n', ["3: unknown option 'aftr' of section 'path': did you mean 'after'?"]),
    ("an unknown option of a notifier", 'notify-log { fiel = "/tmp/x" }\n', ["3: unknown option 'fiel' of module 'log': did you mean 'file'?"]),
    ("an unknown option like one of all notifiers", 'notify-log { timeoot = "5s" }\n',
     ["3: unknown option 'timeoot' of module 'log': did you mean 'timeout'?"]),
    ("an option of checks for a notifier", 'notify-log { reference = true }\n',
     ["3: unknown option 'reference' of module 'log': `nines modules log` lists its options"]),
    ("a notifier's deadline that is none", 'notify-log { timeout = "1h" }\n', ["3: timeout: '1h' is not within 1s..10m: correct the value"]),
    ("a notifier twice", "notify-log { }\nnotify-log { }\n",
     ['4: there is a notifier \'log\' already at {conf}:3: name one of them: notify-email "backup" { ... }']),
    ("a notifier with the name of another module", 'notify-log "exec" { }\n',
     ["3: the name 'exec' is that of another notifier module: choose another name"]),
    ("a notifier with a name that no path can say", 'notify-log "a:b" { }\n',
     ["3: the name 'a:b' cannot stand in NOTIFIER:ADDRESS: write small letters, digits and '-'"]),
    ("a notifier that lacks what it needs", "notify-exec { }\n",
     ["3: command: module 'exec' cannot do without it (the program, an absolute path, and its arguments, one each): "
      "add it to notify-exec { ... }; `nines modules exec` lists its options"]),
    ("a path by a notifier that needs a section", 'contact "ops" { path "exec:x" { } }\n',
     ["3: command: module 'exec' cannot do without it (the program, an absolute path, and its arguments, one each): "
      "add notify-exec { ... }; `nines modules exec` lists its options"]),
    ("a notifier's secret in the open", 'notify-exec { command = "/bin/true" secret = "hunter2" }\n',
     ["3: secret: a secret must not stand in the configuration itself: write file:PATH, env:NAME or credential:NAME"]),
    ("a parent that is not there", TCP + '}\ntcp "b" { host = "127.0.0.1" port = 25\n  parents = {"aa"} }\n',
     ["5: parents of 'b': 'aa' is neither a check nor a service: did you mean 'a'?"]),
    ("a check that is its own parent", TCP + '\n  parents = {"a"} }\n',
     ["4: parents of 'a': 'a' depends on it in turn: leave one of them out"]),
    ("parents in a circle", TCP + 'parents = {"b"} }\ntcp "b" { host = "127.0.0.1" port = 25 parents = {"a"} }\n',
     ["4: parents of 'b': 'a' depends on it in turn: leave one of them out"]),
    ("a check whose parent is its own service", TCP + 'parents = {"S"} }\nservice "S" { members = {"a"} }\n',
     ["3: parents of 'a': 'S' depends on it in turn: leave one of them out"]),
    ("a service whose parent is its own member", TCP + '}\nservice "S" { members = {"a"} parents = {"a"} }\n', []),
    ("a standing that is none", TCP + 'standing = "resting" }\n',
     ["3: standing: 'resting' is none of in-service|in-preparation|out-of-cluster|retired|paused: correct the value"]),
    ("an owner without a role", TCP + '\n  owners = {"business: Ann", "Bob"} }\n',
     ["3: owners: 'Bob' is no role with a name: write business: NAME, product: NAME or technical: NAME"]),
    ("flapping that is no pair", TCP + '\n  flapping = "40%-20%" }\n', ["4: flapping: '40%-20%' is no pair of shares: write 20%-40%, or no"]),
    ("a title with a control character (F52)", TCP + 'title = "a\\r\\nb" }\n',
     ["3: title: 'a\\x0d\\x0ab' has a control character: correct the value"]),
    ("a place to see that is no URL", 'service "S" { members = {"a"} see = "wiki" }\n' + TCP + "}\n",
     ["3: see: 'wiki' is no URL: write scheme://host: correct the value"]),
    ("a template of no letters", 'template "allert" { subject = "x" }\n', ["3: there are no letters 'allert': did you mean 'alert'?"]),
    ("a template like nothing", 'template "xyzzyxyzzy" { subject = "x" }\n',
     ["3: there are no letters 'xyzzyxyzzy': there are alert recovery note summary flapping steady confirmation test monitor monitor-over burning burning-over subscription subscribed post component requested answered claim claimed unfollowed"]),
    ("two templates of one kind", 'template "alert" { subject = "x" }\ntemplate "alert" { subject = "x" }\n',
     ["4: there are two templates 'alert': remove one"]),
    ("a word that no letter has", 'template "alert" {\n  subject = "x"\n  text = {"a",\n  "b {{titel}}",\n  "c"} }\n',
     ["6: there is no word {{titel}}: did you mean {{title}}?"]),
    ("a word that is not closed", 'template "alert" {\n  subject = "{{title" }\n',
     ["4: a '{{' without its '}}': nines.conf(5) says what it may be"]),
    ("a template in a file that is not there", 'template "alert" { file = "none.txt" }\n',
     ["3: file: '{tmp}/none.txt': no such file or directory: correct the path"]),
    ("a template in a file and here", 'template "alert" { file = "/dev/null"\n text = "x" }\n',
     ["4: template 'alert' has a text and a file: leave one of them out"]),
]

# what is surely not meant, and no reason to refuse
LINTS = [
    ("a contact without a path", 'contact "ops" { }\ncontact "b" { path "log:b" { } }\n',
     ["3: contact 'ops' has no path: nobody can tell it anything: add path \"NOTIFIER:ADDRESS\" { after = \"5m\" }"]),
    ("a contact with hours in which nobody can be told", OPS + 'hours = "Mon-Fri 00:00-24:00" }\n path "log:b" { hours = "Sat-Sun 09:00-24:00" } }\n',
     ["3: contact 'ops' can be told nothing on Sat at 00:00: all its paths have hours: add a path for that time, or without hours"]),
    ("a contact with hours over midnight that miss none", OPS + 'hours = "Mon-Sun 08:00-20:00" }\n path "log:b" { hours = "Mon-Sun 20:00-08:00" } }\n', []),
    ("a contact that gets reports alone", OPS + 'kinds = "notes" } }\n',
     ["3: contact 'ops' has no path for alerts: add a path of kinds = alerts"]),
    ("nobody for nines' own trouble", TCP + '}\ncontact "ops" { services = {"a"} path "log:x" { } }\n',
     ["4: no contact hears of nines' own trouble: give one of them monitor = yes"]),
]


def complaints(tmp, text, status=1):
    (tmp / "nines.conf").write_text(text)
    done = nines("config", "check", "--offline", conf=tmp / "nines.conf")
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stderr.splitlines()


for name, text, wanted in CASES + LINTS:
    @test(name)
    def case(tmp, text=text, wanted=wanted):
        conf = tmp / "nines.conf"
        sentences = [w.replace("{tmp}", str(tmp)).replace("{conf}", str(conf)) for w in wanted]
        got = complaints(tmp, HEAD + text, status=1 if wanted else 0)
        assert got == [f"nines: {conf}:{w}" for w in sentences], got


@test("a word misspelt in a template's file is told with the line of that file")
def template_file(tmp):
    (tmp / "alert.txt").write_text("{{title}}\n\n{{reasn}}\n")
    assert complaints(tmp, HEAD + 'template "alert" { file = "alert.txt" }\n') == [
        f"nines: {tmp}/alert.txt:3: there is no word {{{{reasn}}}}: did you mean {{{{reason}}}}?"]


def good(tmp, text, **env):
    (tmp / "nines.conf").write_text(HEAD + text)
    status, lines, said = load(tmp / "nines.conf", env=env)
    assert status == 0, (lines, said)
    return lines


@test("contacts and paths become lines, in the words of the plan")
def contact_lines(tmp):
    lines = good(tmp, TCP + '}\nservice "Mail in" { members = {"a"} }\n'
                 'contact "night watch" { services = {"a*", "Mail in"}  zone = "Europe/Berlin"  monitor = yes\n'
                 '  path "log:desk" { after = "0" repeat = "1h" cap = 2 fallback = "log:pager" expires = "2h" test = "7d" }\n'
                 '  path "log:pager" { hours = {"Mon-Fri 18:00-08:00", "Sat-Sun 00:00-24:00"} zone = "Asia/Tokyo" kinds = {"alerts", "monitor"} } }\n'
                 'contact "ops" { path "log:ops" { } }\n')
    assert lines_of(lines, "contact") == [
        ("contact", "night watch", {"services": "a\nMail in", "monitor": "1", "zone": "Europe/Berlin"}),
        ("contact", "ops", {"monitor": "1", "zone": "UTC"})]
    assert lines_of(lines, "path") == [
        ("path", "night watch", {"notifier": "log", "address": "desk", "after_us": "0", "repeat_us": "3600000000", "cap": "2", "expires_us": "7200000000",
                                 "test_us": "604800000000", "zone": "Europe/Berlin", "fallback": "log:pager"}),
        ("path", "night watch", {"notifier": "log", "address": "pager", "after_us": "300000000", "repeat_us": "1800000000", "cap": "4",
                                 "expires_us": "86400000000", "test_us": "0", "zone": "Asia/Tokyo", "hours": "Mon-Fri 18:00-08:00\nSat-Sun 00:00-24:00",
                                 "kinds": "alerts\nmonitor"}),
        ("path", "ops", {"notifier": "log", "address": "ops", "after_us": "300000000", "repeat_us": "1800000000", "cap": "4",
                         "expires_us": "86400000000", "test_us": "0", "zone": "UTC"})]
    verbs = [line.split(" ")[0] for line in lines]
    assert [name for _, name, _ in lines_of(lines, "zone")] == ["Europe/Berlin", "Asia/Tokyo"]
    assert max(i for i, verb in enumerate(verbs) if verb == "zone") < verbs.index("contact")


@test("notifiers become lines with secrets as numbers; a path's module without a section too")
def notifier_lines(tmp):
    lines = good(tmp, 'notify-exec "hook" { command = {"/bin/true", "a b"} secret = "env:HOOK" timeout = "5s" at-once = 2 per-minute = 60 address-family = 6 }\n'
                 'notify-log { file = "letters.log" }\ncontact "ops" { path "hook:x" { } path "email:a@example.org" { } }\n', HOOK="hunter2")
    build = {name: words["build"] for _, name, words in lines_of(lines, "module") if words["kind"] == "notifier"}
    got = {name: words for _, name, words in lines_of(lines, "notifier")}
    assert got["hook"] == {"module": "exec", "build": build["exec"], "timeout_us": "5000000", "at_once": "2", "per_minute": "60", "address_family": "6",
                           "opt.command": "/bin/true\na b", "opt.secret": "@secret:1"}
    assert got["log"]["opt.file"] == f"{tmp}/letters.log" and got["log"]["timeout_us"] == "30000000"
    assert got["email"]["module"] == "email" and set(got) == {"hook", "log", "email"}
    assert lines_of(lines, "secret") == [("secret", "1", {"value": "hunter2"})]


@test("what a check and a service say of themselves stands in their lines, of a target list too")
def about_lines(tmp):
    (tmp / "t.tsv").write_text("name\thost\towner\tparents\nx\t127.0.0.1\tWeb\ta\ny\t127.0.0.2\t\t\n")
    lines = good(tmp, TCP + 'title = "Mail, \u00fcber" owner = "Post" see = "https://wiki.example.org/a" next = {"1. look", "2. mend"} flapping = "no"'
                 ' standing = "in-preparation" category = "Web shops" }\ntcp "t" { targets = "t.tsv" port = 25 owner = "All" category = "Mail" }\n'
                 'service "S" { members = {"t/*"} parents = {"a"} title = "Shops" standing = "paused" owners = {"business: Ann", "technical: Eve"} }\n')
    about = ("title", "owner", "owners", "category", "url", "next", "parents", "flapping", "standing")
    got = {name: {key: words[key] for key in about if key in words} for verb in ("define", "service") for _, name, words in lines_of(lines, verb)}
    assert got["a"]["title"].encode("latin-1").decode() == "Mail, \u00fcber"
    del got["a"]["title"]
    assert got == {"a": {"owner": "Post", "url": "https://wiki.example.org/a", "next": "1. look\n2. mend", "flapping": "no", "standing": "in-preparation",
                         "category": "Web shops"},
                   "t/x": {"owner": "Web", "parents": "a", "category": "Mail"}, "t/y": {"owner": "All", "category": "Mail"},
                   "S": {"title": "Shops", "parents": "a", "standing": "paused", "owners": "business: Ann\ntechnical: Eve"}}


@test("templates become lines, from lists of lines and from files")
def template_lines(tmp):
    (tmp / "r.txt").write_text("{{title}} is back\n\n{{lasted}}\n")
    lines = good(tmp, 'template "alert" { subject = "!! {{title}}" text = {"{{title}}", "", "{{reason}}"} short = "{{title-short}}" }\n'
                 'template "recovery" { file = "r.txt" }\n')
    assert lines_of(lines, "template") == [
        ("template", "alert", {"subject": "!! {{title}}", "text": "{{title}}\n\n{{reason}}", "short": "{{title-short}}"}),
        ("template", "recovery", {"text": "{{title}} is back\n\n{{lasted}}\n"})]


run()
