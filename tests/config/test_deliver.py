"""Reports that send themselves in the configuration: the lines they become, and each mistake with file, line and remedy."""
import os

from daemon import nines
from loader import lines_of, load
from tap import BUILD, run, test

NOBODY = 65534
HEAD = f"""modules = "{BUILD}/modules"
notifiers = "{BUILD}/notifiers"
reports = "{BUILD}/reports"
store = "STORE"
tcp "shop" {{ host = "127.0.0.1"  port = 25 }}
sla "gold" {{ target = 99.9  zone = "Europe/Berlin" }}
service "Shop" {{ members = {{"shop"}}  sla = "gold" }}
contact "acme" {{ path "email:a@acme.example" {{ kinds = reports }} }}
contact "ann" {{ monitor = yes  path "email:ann@example.org" {{ }}  path "log:ann" {{ }}  path "log:reports" {{ kinds = {{"notes", "reports"}} }} }}
contact "ops" {{ path "log:ops" {{ }} }}
customer "Acme" {{ services = {{"Shop"}}  sla = "gold"  contact = "acme" }}
"""
GOOD = 'report = "sla"  contacts = {"acme"} '
ZONE = "write a name such as Europe/London"

# what stands in the section (line 12 on), the sentences from their line on
CASES = [
    ("nothing", "", ["12: report: section 'deliver' cannot do without it (which report: sla, digest, ...): add it"]),
    ("an unknown report", 'report = "sls" contacts = {"acme"}', ["12: there is no report 'sls': did you mean 'sla'?"]),
    ("an unknown option of the report", GOOD + 'with = {"incidens=5"}',
     ["12: with: report 'sla' has no option 'incidens': did you mean 'incidents'?"]),
    ("a value that the report does not take", GOOD + '\nwith = {"incidents=many"}', ["13: with: incidents: 'many' is no whole number: correct the value"]),
    ("a word that is no option", GOOD + 'with = {"incidents"}', ["12: with: 'incidents' is no name=value: write \"incidents=50\""]),
    ("an unknown option of the section", GOOD + 'evry = "day"', ["12: unknown option 'evry' of section 'deliver': did you mean 'every'?"]),
    ("a rhythm that is none", GOOD + 'every = "hour"', ["12: every: 'hour' is none of day|week|month|quarter|year: correct the value"]),
    ("a time that is none", GOOD + '\n\nat = "25:00"', ["14: at: '25:00' is no time of the day: write 06:00"]),
    ("a zone that is none", GOOD + 'zone = "Mars/Base"', ["12: zone: 'Mars/Base' is no time zone of this machine: " + ZONE]),
    ("nobody", 'report = "sla"', ["12: deliver 'x' goes to nobody: add contacts = {\"NAME\"}, or a folder"]),
    ("a contact that is not there", 'report = "sla" contacts = {"acne"}', ["12: deliver 'x': there is no contact 'acne': did you mean 'acme'?"]),
    ("a contact without a path for reports", 'report = "sla"\ncontacts = {"ops"}',
     ["13: deliver 'x': contact 'ops' has no path that takes reports: give it a path by mail, or one of kinds = reports"]),
    ("a pattern of contacts that fits nobody", 'report = "sla" contacts = {"x*"}',
     ["12: deliver 'x': there is no contact 'x*': add contact \"NAME\" { path ... }"]),
    ("a check that is not there", GOOD + 'check = "Shop"', ["12: deliver 'x': there is no check 'Shop': define it or name another"]),
    ("a service that is not there", GOOD + 'service = "shop"', ["12: deliver 'x': there is no service 'shop': define it or name another"]),
    ("an sla that is not there", GOOD + 'sla = "lead"', ["12: deliver 'x': there is no sla 'lead': add sla \"NAME\" { target = 99.9 }"]),
    ("a customer that is not there", GOOD + 'customer = "Acne"',
     ["12: deliver 'x': there is no customer 'Acne': add customer \"NAME\" { services = ... }"]),
    ("two things at once", GOOD + 'check = "shop" sla = "gold"',
     ["12: deliver 'x': check, service, customer and sla exclude each other: leave one of them"]),
    ("a format that is none", GOOD + 'attach = {"pdf", "docx"}',
     ["12: attach: there is no format 'docx': there are pdf, html, csv, json and text; or none"]),
    ("a folder that is not there", GOOD + 'folder = "/nonexistent/x"', ["12: folder: '/nonexistent/x': no such file or directory: make it"]),
    ("a folder that is none", GOOD + 'folder = "/dev/null"', ["12: folder: '/dev/null' is none: name a folder"]),
    ("a folder without anything to put there", 'report = "sla" folder = "{tmp}/fine" attach = "none"',
     ["12: deliver 'x': without files there is nothing to put into its folder: name a format"]),
    ("a name with a line break", None, ["12: deliver: its name has a control character: choose another name"]),
    ("two of one name", GOOD + '}\ndeliver "x" { ' + GOOD, ["13: there are two deliveries 'x': rename one"]),
    ("slas of several zones", GOOD + '}\nsla "lead" { target = 99', ["12: deliver 'x': the slas have several time zones: add zone = \"Europe/London\", "
                                                                      "or name an sla"]),
]


def prepare(tmp):
    for name in ("fine", "closed"):
        folder = tmp / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755 if name == "fine" else 0o555)
        if os.geteuid() == 0:
            os.chown(folder, *((NOBODY, NOBODY) if name == "fine" else (0, 0)))


def complaints(tmp, text, head=HEAD):
    prepare(tmp)
    conf = tmp / "nines.conf"
    conf.write_text(head.replace("STORE", str(tmp / "store.db")) + text.replace("{tmp}", str(tmp)))
    done = nines("config", "check", "--offline", conf=conf)
    assert done.returncode == bool(done.stderr), done
    return [line.removeprefix(f"nines: {conf}:") for line in done.stderr.splitlines()]


for title, text, wanted in CASES:
    @test(title)
    def case(tmp, text=text, wanted=wanted):
        section = 'deliver "x" { ' + text + " }\n" if text is not None else 'deliver "x\\ny" { ' + GOOD + " }\n"
        got = complaints(tmp, section)
        assert got == wanted, got


@test("a folder that ninesd's user may not write to")
def closed(tmp):
    got = complaints(tmp, 'deliver "x" { report = "sla"  folder = "{tmp}/closed" }\n')
    assert len(got) == 1 and got[0].startswith(f"12: folder: '{tmp}/closed' cannot be written to by the user with number "), got
    assert got[0].endswith("give it to that user: chown"), got


@test("without a store there is nothing to report")
def no_store(tmp):
    got = complaints(tmp, 'deliver "x" { ' + GOOD + "}\n", HEAD.replace("STORE", ""))
    assert got == ["12: deliver 'x': without a store there are no figures: set store"], got


@test("what is fine becomes a line: the zone of the sla, of the customer; who takes reports; options of the report's own section")
def lines(tmp):
    prepare(tmp)
    (tmp / "nines.conf").write_text(HEAD.replace("STORE", str(tmp / "store.db")) + f"""report-sla {{ incidents = 7  charts = 3 }}
deliver "acme monthly" {{ report = "sla"  customer = "Acme"  with = {{"incidents=5"}}  folder = "fine"  attach = {{"pdf", "csv"}}  paper = letter }}
deliver "all" {{ report = "digest"  every = "day"  at = "00:00"  contacts = {{"*"}}  zone = "UTC"  attach = "none"  title = "Today" }}
deliver "week" {{ report = "sla"  every = "week"  check = "shop"  contacts = {{"ann"}} }}
""")
    status, got, said = load(tmp / "nines.conf")
    assert status == 0, said
    path = f"{BUILD}/reports/{{}}.so"
    assert lines_of(got, "deliver") == [
        ("deliver", "acme monthly", {"report": "sla", "path": path.format("sla"), "every": "month", "at": "06:00", "zone": "Europe/Berlin",
                                     "customer": "Acme", "folder": str(tmp / "fine"), "title": "acme monthly", "paper": "letter",
                                     "attach": "pdf\ncsv", "to": "email:a@acme.example\tacme", "opt.charts": "3", "opt.incidents": "5"}),
        ("deliver", "all", {"report": "digest", "path": path.format("digest"), "every": "day", "at": "00:00", "zone": "UTC", "zoned": "1",
                            "for_each": "1", "title": "Today", "paper": "a4",
                            "to": "email:a@acme.example\tacme\nemail:ann@example.org\tann\nlog:reports\tann"}),
        ("deliver", "week", {"report": "sla", "path": path.format("sla"), "every": "week", "at": "06:00", "zone": "UTC", "check": "shop",
                             "title": "week", "paper": "a4", "attach": "pdf", "to": "email:ann@example.org\tann\nlog:reports\tann",
                             "opt.incidents": "7", "opt.charts": "3"})], lines_of(got, "deliver")


run()
