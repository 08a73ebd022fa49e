"""Broken configurations, and the exact sentences a person gets: file, line, what is wrong, remedy."""
from daemon import nines
from tap import BUILD, run, test

HEAD = f'modules = "{BUILD}/modules"\n'
TCP = 'tcp "a" { host = "127.0.0.1" port = 25 '
SEE = "`nines modules tcp` shows what it may be"

# name, text behind HEAD (its first line is line 2), the sentences without the file's name
CASES = [
    ("an unknown section", 'xyzzyxyzzy "x" { }\n',
     [f"2: 'xyzzyxyzzy' is neither a check module nor a section: A check module would be '{BUILD}/modules/xyzzyxyzzy.so'"]),
    ("credits that fall and rise", 'sla "s" { target = 99.9 credits = {"99:10", "99.9:30"} }\n',
     ["2: credits: '99.9:30' is not lower, with more credit, than the one before: write {\"99.99:10\", \"99.0:30\", \"95.0:100\"}"]),
    ("maintenance without a time", 'maintenance "m" { text = "x" }\n',
     ["2: maintenance 'm': start: it is missing, and so is cron: write start and end, or cron, for and zone"]),
    ("maintenance that ends before it starts", 'maintenance "m" { start = "2026-11-02T00:00:00Z"\nend = "2026-11-01T00:00:00Z" }\n',
     ["3: maintenance 'm': end: it ends before it starts: write start and end, or cron, for and zone"]),
    ("maintenance that comes again, for no time", 'maintenance "m" { cron = "0 2 * * sun" }\n',
     ["2: maintenance 'm': for: how long it lasts is missing: for = \"2h\": write start and end, or cron, for and zone"]),
    ("maintenance by a clock that is none", 'maintenance "m" { cron = "0 2 * * sun" for = "2h" zone = "Mars/Base" }\n',
     ["2: zone: 'Mars/Base' is no time zone of this machine: write a name such as Europe/London"]),
    ("a URL of another scheme", 'http "x" { url = "ftp://127.0.0.1/" }\n',
     ["2: url: 'ftp://127.0.0.1/' does not begin with http://: `nines modules http` shows what it may be"]),
    ("a section nearly right", 'htpp "x" { url = "http://127.0.0.1/" }\n',
     ["2: 'htpp' is neither a check module nor a section: did you mean 'http'? "
      f"A check module would be '{BUILD}/modules/htpp.so'"]),
    ("a core section nearly right", 'servcie "x" { members = {"a"} }\n',
     ["2: 'servcie' is neither a check module nor a section: did you mean 'service'? "
      f"A check module would be '{BUILD}/modules/servcie.so'"]),
    ("an unknown option", TCP + 'prot = 1 }\n', ["2: unknown option 'prot' of module 'tcp': did you mean 'port'?"]),
    ("an unknown option like a common one", TCP + 'evry = "1m" }\n',
     ["2: unknown option 'evry' of module 'tcp': did you mean 'every'?"]),
    ("an option like no other", TCP + 'xyzzyxyzzy = 1 }\n',
     ["2: unknown option 'xyzzyxyzzy' of module 'tcp': `nines modules tcp` lists its options"]),
    ("an unknown word of the top level", 'lokation = "x"\n',
     ["2: unknown option 'lokation' of section 'top level': did you mean 'location'?"]),
    ("a required option left out", 'tcp "a" { port = 25 }\n',
     ["2: host: module 'tcp' cannot do without it (name or address to connect to): add it; "
      "`nines modules tcp` lists its options"]),
    ("a port that is none", 'tcp "a" { host = "127.0.0.1" port = 70000 }\n',
     [f"2: port: '70000' is not within 1..65535: {SEE}"]),
    ("a port that is no number", 'tcp "a" { host = "127.0.0.1" port = smtp }\n',
     [f"2: port: 'smtp' is no whole number: {SEE}"]),
    ("an interval below a second", TCP + 'every = "500ms" }\n',
     ["2: every: '500ms' is not within 1s..31d: correct the value"]),
    ("an interval that is no time", TCP + 'every = "often" }\n',
     ["2: every: 'often' is no time: write 10s, 5m, 4h, 1d or 250ms: correct the value"]),
    ("a choice that is none", TCP + 'tls = "perhaps" }\n', [f"2: tls: 'perhaps' is none of none|implicit: {SEE}"]),
    ("a switch that is none", TCP + 'verify = "perhaps" }\n',
     [f"2: verify: 'perhaps' is neither true nor false: {SEE}"]),
    ("a family that is none", TCP + 'address-family = 5 }\n',
     ["2: address-family: '5' is none of any|4|6: correct the value"]),
    ("a host that is none", 'tcp "a" { host = "a b" port = 25 }\n',
     [f"2: host: 'a b' is neither a host name nor an address: {SEE}"]),
    ("a host with a control character (F52)", 'tcp "a" { host = "a\\r\\nb" port = 25 }\n',
     [f"2: host: 'a\\x0d\\x0ab' has a control character: {SEE}"]),
    ("a URL that is none", 'http "a" { url = "example.org" }\n',
     ["2: url: 'example.org' is no URL: write scheme://host: `nines modules http` shows what it may be"]),
    ("two values for one", 'tcp "a" { host = {"127.0.0.1", "::1"} port = 25 }\n',
     [f"2: host: takes one value, got 2: {SEE}"]),
    ("one option twice", TCP + 'port = 26 }\n', [f"2: port: takes one value, got 2: {SEE}"]),
    ("a name twice", TCP + "}\n" + TCP + "}\n",
     ["3: the name 'a' is taken by tcp at {conf}:2: rename one: checks and services share one list of names"]),
    ("a name of a check for a service", TCP + '}\nservice "a" { members = {"a"} }\n',
     ["3: the name 'a' is taken by tcp at {conf}:2: rename one: checks and services share one list of names"]),
    ("a check without a name", 'tcp { host = "127.0.0.1" port = 25 }\n',
     ['2: a check needs a name: tcp "NAME" { ... }: give it one']),
    ("a name with a control character", 'tcp "a\\nb" { host = "127.0.0.1" port = 25 }\n',
     ["2: the name 'a\\x0ab' has a control character: choose another name"]),
    ("an unknown member", TCP + '}\nservice "S" { members = {"aa"} }\n',
     ["3: service 'S': member 'aa' is neither a check nor a service: did you mean 'a'?"]),
    ("a member like no other", TCP + '}\nservice "S" { members = {"somebody else"} }\n',
     ["3: service 'S': member 'somebody else' is neither a check nor a service: define it or leave it out"]),
    ("a pattern that fits none", TCP + '}\nservice "S" { members = {"shops/*"} }\n',
     ["3: service 'S': no check's name is like 'shops/*': correct the pattern"]),
    ("a service without members", 'service "S" { }\n',
     ["2: members: section 'service' cannot do without it (checks and services): add it"]),
    ("a need that cannot be met", TCP + '}\nservice "S" { members = {"a"} need = 2 }\n',
     ["3: service 'S': need is 2, but it has 1 member: lower need or add members"]),
    ("a need that is none", TCP + '}\nservice "S" { members = {"a"} need = 0 }\n',
     ["3: service 'S': need '0' is neither a number of 1 to 1000000 nor all: write a whole number from 1 on, or all"]),
    ("a need in words", TCP + '}\nservice "S" { members = {"a"}\n need = most }\n',
     ["4: service 'S': need 'most' is neither a number of 1 to 1000000 nor all: write a whole number from 1 on, or all"]),
    ("more weight than there is", TCP + '}\nservice "S" { members = {"a"} weights = {"a: 2"} need = 3 }\n',
     ["3: service 'S': need is 3, but its members weigh 2 together: lower need or add members"]),
    ("the weight of a stranger", TCP + '}\nping "mail" { host = "::1" }\nservice "S" { members = {"a", "mail"} weights = {"b*: 2", "mial: 2"} }\n',
     ["4: service 'S': weights has 'b*', which is none of its members: add it to members or leave it out",
      "4: service 'S': weights has 'mial', which is none of its members: did you mean 'mail'?"]),
    ("weights that are none", TCP + '}\nservice "S" { members = {"a"}\n weights = {"a: 0", "a: -1", "a: 1000001", "a: 99999999999999999999", "a: 2.5", "a", ": 2", "a:"} }\n',
     [f"4: service 'S': weights: '{entry}' {wrong}: write \"NAME: N\", N from 1 to 1000000" for entry, wrong in (
         ("a: 0", "weighs less than 1 or too much"), ("a: -1", "weighs less than 1 or too much"),
         ("a: 1000001", "weighs less than 1 or too much"), ("a: 99999999999999999999", "has no whole number behind its name"),
         ("a: 2.5", "has no whole number behind its name"), ("a", "is not NAME: NUMBER"), (": 2", "is not NAME: NUMBER"),
         ("a:", "has no whole number behind its name"))]),
    ("a weight twice", TCP + '}\nservice "S" { members = {"a"} weights = {"a: 2", "a:3"} }\n',
     ["3: service 'S': weights has 'a' twice: leave one of them out"]),
    ("two patterns for one weight", TCP + '}\nping "ab" { host = "::1" }\nservice "S" { members = {"a", "ab"} weights = {"a*: 2", "*b: 3"} }\n',
     ["4: service 'S': weights: 'ab' is like both 'a*: 2' and '*b: 3': give that member an entry of its own"]),
    ("a circle of services", 'service "S" { members = {"T"} }\nservice "T" { members = {"S"} }\n',
     ["2: service 'S' contains itself: take it out of its members",
      "3: service 'T' contains itself: take it out of its members"]),
    ("a service in itself", 'service "S" { members = {"S"} }\n',
     ["2: service 'S' contains itself: take it out of its members"]),
    ("a policy that is not there", TCP + '}\nservice "S" { members = {"a"} sla = "gold" }\n',
     ["3: service 'S': there is no sla 'gold': add sla \"NAME\" { target = 99.9 }"]),
    ("alerts by burn rate of too few probes", TCP + 'every = "60s" }\nservice "S" { members = {"a"} sla = "gold" }\nsla "gold" { target = 99.9\nburn-alerts = page }\n',
     ["5: sla 'gold': burn-alerts: service 'S': one failed probe of 'a' alone is a burn rate of 16.66, which reaches 14.4x in 1h and 5m: "
      "probe it more often than every 51.840 s, agree on a lower target, or rely on the alerts of incidents (burn-alerts = ticket needs fewer probes)"]),
    ("alerts by burn rate of too few probes, of a service in a service", TCP + 'every = "90s" }\nservice "S" { members = {"a"} }\n'
     'service "T" { members = {"S"} sla = "gold" }\nsla "gold" { target = 99.9 burn-alerts = both }\n',
     ["5: sla 'gold': burn-alerts: service 'T': one failed probe of 'a' alone is a burn rate of 25.00, which reaches 14.4x in 1h and 5m: "
      "probe it more often than every 51.840 s, agree on a lower target, or rely on the alerts of incidents (burn-alerts = ticket needs fewer probes)"]),
    ("tickets by burn rate of too few probes", TCP + 'every = "300s" }\nservice "S" { members = {"a"} sla = "gold" }\n'
     'sla "gold" { target = 99.9 burn-alerts = ticket }\n',
     ["4: sla 'gold': burn-alerts: service 'S': one failed probe of 'a' alone is a burn rate of 3.47, which reaches 3x in 24h and 2h: "
      "probe it more often than every 259.200 s, agree on a lower target, or rely on the alerts of incidents"]),
    ("alerts by burn rate within hours", TCP + '}\nservice "S" { members = {"a"} sla = "gold" }\n'
     'sla "gold" { target = 90 hours = {"Mon-Fri 08:00-18:00"} burn-alerts = both }\n',
     ["4: sla 'gold': burn-alerts count around the clock, but its agreed time has hours or holidays: "
      "leave hours and holidays out, or rely on the alerts of incidents"]),
    ("alerts by burn rate of no budget", TCP + '}\nservice "S" { members = {"a"} sla = "gold" }\nsla "gold" { target = 100 burn-alerts = both }\n',
     ["4: sla 'gold': burn-alerts: a target of 100 % has no budget to burn: agree on a lower target, or rely on the alerts of incidents"]),
    ("a policy above 100", 'sla "s" { target = 101 }\n', ["2: target: '101' is not within 0..100: correct the value"]),
    ("a policy in no zone", 'sla "s" { target = 99 zone = "Mars/Olympus" }\n',
     ["2: zone: 'Mars/Olympus' is no time zone of this machine: write a name such as Europe/London"]),
    ("hours that are none", 'sla "s" {\n  target = 99\n  hours = {"Mon-Fri 08:00-18:00", "Mon-Fry 08:00-18:00"}\n}\n',
     ["4: hours: 'Mon-Fry 08:00-18:00' are no hours: write Mon-Fri 08:00-18:00"]),
    ("hours that end too late", 'sla "s" { target = 99 hours = {"Sat 09:00-24:01"} }\n',
     ["2: hours: 'Sat 09:00-24:01' are no hours: write Mon-Fri 08:00-18:00"]),
    ("holidays that are no days", 'sla "s" { target = 99\n  holidays = {"12-25", "Christmas"} }\n',
     ["3: holidays: 'Christmas' is no day: write 2026-12-25, 12-25, \"12-24 to 01-01\" or \"12-24 08:00-12:00\""]),
    ("a file of holidays that is not there", 'sla "s" { target = 99\n  holidays-file = "none.txt" }\n',
     ["3: holidays-file: 'none.txt': no such file or directory: correct the path of the file"]),
    ("a customer of what is not there", TCP + '}\nsla "s" { target = 99 }\n'
     'customer "Acme" {\n  services = {"a", "b"}\n  sla = "gold"\n  contact = {"office"}\n}\ncustomer "Other" { sla = "s" }\n',
     ["5: customer 'Acme': there is no check or service 'b': define it or name another",
      "6: customer 'Acme': there is no sla 'gold': add sla \"NAME\" { target = 99.9 }",
      "7: customer 'Acme': there is no contact 'office': add contact \"NAME\" { ... }",
      "9: services: section 'customer' cannot do without it (the checks and services that the customer is served): add it"]),
    ("an unknown location", TCP + 'locations = {"moon"} }\n',
     ['2: locations: there is no location \'moon\': add location "NAME" { source = ADDRESS }']),
    ("a location by name", 'location "b" { source = "example.org" }\n',
     ["2: source: 'example.org' is no address: write an address of this machine"]),
    ("a location with the name of imports", 'location = "import"\n',
     ["2: location: 'import' is where imported results are from: choose another name"]),
    ("another one", 'location "import" { }\n', ["2: location: 'import' is where imported results are from: choose another name"]),
    ("a role twice", 'role "b" { title = "B" }\nrole "b" { }\n', ["3: there are two roles 'b': rename one"]),
    ("a fallback that is not there", 'ping "a" { host = "127.0.0.1" }\nservice "S" { members = {"a"} fallback = {"T"} }\n',
     ["3: service 'S': fallback 'T' is neither a check nor a service: define it or leave it out"]),
    ("a location twice", 'location "b" { }\nlocation "b" { }\n', ["3: there are two locations 'b': rename one"]),
    ("an unknown option of the core's", 'contact "ops" { path "email:a@b" { aftr = "5m" } }\n',
     ["2: unknown option 'aftr' of section 'path': did you mean 'after'?"]),
    ("a path that is no address", 'contact "ops" { path "email" { } }\n',
     ['2: path \'email\' is no NOTIFIER:ADDRESS: write path "email:ops@example.org" { ... }']),
    ("a path on its own", 'path "email:a@b" { }\n', ["2: a section 'path' belongs into a section 'contact': move it"]),
    ("void with a name", 'void "x" { share = 0.5 }\n', ["2: section 'void' takes no name: remove it"]),
    ("a share above one", "void { share = 2 }\n", ["2: share: '2' is not within 0.01..1: correct the value"]),
    ("a notifier that is not there", f'notifiers = "{BUILD}/notifiers"\nnotify-pigeon {{ speed = 1 }}\n',
     [f"3: there is no notifier 'pigeon': looked for '{BUILD}/notifiers/pigeon.so': put it there or remove the section"]),
    ("a page that listens nowhere", 'listen = "everywhere"\n',
     ["2: listen: 'everywhere' is no ADDRESS:PORT: write 127.0.0.1:9999 or [::1]:9999, with tls or plain behind it, several as {\"...\", \"...\"}"]),
    ("a page that listens in two ways at once", 'listen = {"127.0.0.1:80", ":443"}\nlisten = "0.0.0.0:80 plain"\n',
     ["2: listen: '127.0.0.1:80' and '0.0.0.0:80 plain' overlap: leave one of them out"]),
    ("a page nowhere and somewhere", 'listen = {"none", "127.0.0.1:80"}\n',
     ["2: listen: 'none' is no ADDRESS:PORT: write 127.0.0.1:9999 or [::1]:9999, with tls or plain behind it, several as {\"...\", \"...\"}"]),
    ("an address with TLS and no certificate", 'listen = "127.0.0.1:80 tls"\n',
     ["2: listen: '127.0.0.1:80 tls' has no certificate: name one with listen-certificate, its key with listen-key"]),
    ("too many addresses", "listen = {" + ", ".join(f'"127.0.0.1:{port}"' for port in range(2000, 2033)) + "}\n",
     ["2: listen: more than 32 addresses: leave some out"]),
    ("a secret in the open", 'http "a" { url = "http://127.0.0.1/" user = "u" password = "hunter2" }\n',
     ["2: password: a secret must not stand in the configuration itself: write file:PATH, env:NAME or credential:NAME"]),
    ("a secret file that is missing", 'http "a" { url = "http://127.0.0.1/" password = "file:none" }\n',
     ["2: password: secret file '{tmp}/none': no such file or directory: create it, readable for its owner only"]),
    ("a secret of no environment", 'http "a" { url = "http://127.0.0.1/" password = "env:NINES_TEST_NONE" }\n',
     ["2: password: the environment has no 'NINES_TEST_NONE': set it for ninesd"]),
    ("a credential without systemd", 'http "a" { url = "http://127.0.0.1/" password = "credential:x" }\n',
     ["2: password: there is no $CREDENTIALS_DIRECTORY: start ninesd with LoadCredential= or use file:PATH"]),
    ("an include that is missing", 'include("none.conf")\n',
     ["2: '{tmp}/none.conf' does not exist: correct the name or remove the line"]),
    ("an include of itself", 'include("nines.conf")\n',
     ["2: '{tmp}/nines.conf': it is included a second time: correct the include"]),
    ("an include without a name", "include()\n", ['2: include wants one pattern: write include("conf.d/*.conf")']),
    ("a list that is missing", 'tcp "t" { targets = "none.tsv" }\n',
     ["2: targets: '{tmp}/none.tsv': no such file or directory: correct the path of the target list"]),
    ("a quote left open", 'tcp "a { }\n', ["3: premature end of file: close the quote, list or section that is open there"]),
    ("a section left open", 'tcp "a" {\n host = "127.0.0.1"\n port = 25\n', ["2: this section is never closed: add the missing '}'"]),
    ("a section left open before another", 'tcp "a" { host = "127.0.0.1" port = 25\ntcp "b" { host = "::1" port = 25 }\n',
     ["2: this section is never closed: add the missing '}'", "3: section 'tcp' stands inside 'tcp' of line 2: close the section before it"]),
    ("a brace too many", TCP + "} }\n", ["2: unexpected closing brace: remove it, or see whether an opening one is missing"]),
    ("an equal sign left out", 'tcp "a" {\n host "127.0.0.1"\n}\n',
     ["3: missing equal sign after option 'host': write NAME = VALUE"]),
    ("a word of the loader's own", 'tcp "a" { line- = 3 }\n',
     ["2: no such option 'line-': see whether a quote or a brace is missing before it"]),
    ("a comma left out", 'service "S" { members = {"a" "b"} }\n',
     ["2: unexpected token 'b': see whether a quote, a comma or a brace is missing before it"]),
]

# The same with a target list t.tsv beside it.
TARGETS = 'tcp "t" { targets = "t.tsv" port = 25 every = "5m" }\n'
LISTS = [
    ("no header", "a\t127.0.0.1\n", ["t.tsv:1: the first column is not 'name': begin it with a line like name<TAB>host<TAB>every"]),
    ("an unknown column", "name\thots\na\t127.0.0.1\n", ["t.tsv:1: unknown option 'hots' of module 'tcp': did you mean 'host'?"]),
    ("a column twice", "name\thost\thost\n", ["t.tsv:1: column 'host' stands twice: remove one"]),
    ("a cell too few", "name\thost\tport\na\t127.0.0.1\n",
     ["t.tsv:2: 2 columns, the first line has 3: separate the cells by single tabs"]),
    ("a bad value in the third row", "name\thost\tport\na\t127.0.0.1\t25\n# c\nb\t127.0.0.1\t0\n",
     [f"t.tsv:4: port: '0' is not within 1..65535: {SEE}"]),
    ("a name twice", "name\thost\na\t127.0.0.1\na\t127.0.0.2\n",
     ["t.tsv:3: the name 't/a' is taken by tcp at {tmp}/t.tsv:2: rename one: checks and services share one list of names"]),
    ("a required cell left empty", "name\thost\na\t\n",
     ["t.tsv:2: host: module 'tcp' cannot do without it (name or address to connect to): add it; `nines modules tcp` lists its options"]),
    ("no name", "name\thost\n\t127.0.0.1\n", ["t.tsv:2: the name is empty: name it"]),
    ("an unknown escape", "name\thost\na\t127\\q\n", ["t.tsv:2: an unknown escape in column 'host': write \\\\ for a backslash"]),
    ("nothing at all", "", ["t.tsv: the list is empty: begin it with a line like name<TAB>host"]),
]


def complaints(tmp, text, conf="nines.conf"):
    """What `config check` says about a configuration that must be refused."""
    (tmp / conf).write_text(text)
    done = nines("config", "check", conf=tmp / conf, env={"NINES_TEST_NONE": ""})
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    return done.stderr.splitlines()


for name, text, wanted in CASES:
    @test(name)
    def case(tmp, text=text, wanted=wanted):
        conf = tmp / "nines.conf"
        sentences = [w.replace("{tmp}", str(tmp)).replace("{conf}", str(conf)) for w in wanted]
        assert complaints(tmp, HEAD + text) == [f"nines: {conf}:{w}" for w in sentences]

for name, rows, wanted in LISTS:
    @test(f"a target list: {name}")
    def targets(tmp, rows=rows, wanted=wanted):
        (tmp / "t.tsv").write_text(rows)
        sentences = [w.replace("{tmp}", str(tmp)) for w in wanted]
        assert complaints(tmp, HEAD + TARGETS) == [f"nines: {tmp}/{w}" for w in sentences]


@test("what is wrong in a file of holidays is told with its own line")
def holidays(tmp):
    wanted = "write a line DATE NAME for each: 2026-12-25 Christmas Day"
    for text, line, says in (("# days\n2026-12-25 Christmas\n2026-02-30 no\n", 3, "'2026-02-30 no' is no day"),
                             ("BEGIN:VCALENDAR\r\n", 1, "an iCalendar file is no list of holidays")):
        (tmp / "days.txt").write_text(text)
        assert complaints(tmp, HEAD + 'sla "s" { target = 99 holidays-file = "days.txt" }\n')[0] == (
            f"nines: {tmp}/days.txt:{line}: holidays: {says}: {wanted}")


@test("a file that is not there")
def missing(tmp):
    done = nines("config", "check", conf=tmp / "none.conf")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"nines: {tmp}/none.conf: no such file or directory: give the path of a configuration with -c"]


@test("every file's first syntax error and every error of meaning, in one go")
def all_at_once(tmp):
    (tmp / "a.conf").write_text('tcp "a" { host = "127.0.0.1" port = 70000 }\ntcp "b" = 3\n')
    (tmp / "b.conf").write_text('x = "\n')
    lines = complaints(tmp, HEAD + 'include("?.conf")\nsmpt "c" { }\n')
    assert [line.split(": ")[1].removeprefix(str(tmp) + "/") for line in lines] == ["a.conf:1", "a.conf:2", "b.conf:2", "nines.conf:3"]


@test("a literal secret is never repeated")
def secret(tmp):
    text = HEAD + 'http "a" { url = "http://127.0.0.1/" password = {"hunter2", "hunter3"} header = "x" }\n'
    assert "hunter" not in "\n".join(complaints(tmp, text))


@test("a secret file that others can read is refused")
def open_secret(tmp):
    (tmp / "pw").write_text("hunter2\n")
    (tmp / "pw").chmod(0o644)
    lines = complaints(tmp, HEAD + 'http "a" { url = "http://127.0.0.1/" password = "file:pw" }\n')
    assert lines == [f"nines: {tmp}/nines.conf:2: password: secret file '{tmp}/pw' is open to everybody: chmod o= it"]


@test("a NUL byte is refused")
def nul(tmp):
    (tmp / "nines.conf").write_bytes(b"location = \"x\"\0\n")
    done = nines("config", "check", conf=tmp / "nines.conf")
    assert done.returncode == 1 and "it contains a NUL byte" in done.stderr


@test("lines are counted right behind comments, lists and long strings")
def line_numbers(tmp):
    text = HEAD + '# one\n// two\n/* three\nfour */\nservice "S" { members = { "x", # comment\n "y" } }\n' + \
        'http "long" { url = "http://127.0.0.1/"\n body = "a\nb" port = 0 }\n'
    lines = complaints(tmp, text)
    assert [int(line.split(":")[2]) for line in lines] == [6, 6, 10], lines


@test("what is surely not meant is said, and the status is 1")
def lint(tmp):
    (tmp / "nines.conf").write_text(HEAD + TCP + 'every = "5s" timeout = "10s" slow = "20s" }\n')
    done = nines("config", "check", conf=tmp / "nines.conf")
    assert done.returncode == 1 and done.stdout.startswith("1 check, 0 services, ")
    assert [line.split(": ")[2] for line in done.stderr.splitlines()] == ["timeout is longer than every", "slow is not shorter than timeout"]


run()
