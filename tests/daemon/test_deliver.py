"""Reports that send themselves, from the record to the mailbox of a real mail server: what is due is made at the start, once, with its PDF; greylisting,
a courier and a maker that die, a full disk, a folder that cannot be written to, hostile names (row 100; F1, F31, F52)."""
# timeout: 400
import csv
import datetime
import io
import json
import os
import re
import shutil
import signal
import subprocess

import certs
import record
from daemon import Daemon, until
from failures import script
from real_mail import box, exim
from role import quote
from servers import Server, silence
from tap import BUILD, ROOT, run, skip, test

NOBODY = 65534
AHEAD = 12 - datetime.datetime.now(datetime.timezone.utc).hour  # hours: of a zone where it is noon, so that no day ends or falls due meanwhile
ZONE = f"Etc/GMT{-AHEAD:+d}"  # their sign is the other way round
NOW = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=AHEAD)))
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
END = TODAY.replace(day=1)
MONTH = (END - datetime.timedelta(days=1)).replace(day=1)
LABEL = f"{MONTH:%Y-%m}"
BEGIN_S = int(MONTH.timestamp())
HOSTILE = '../=cmd|"/c"!A1<script>\u202e\u05e9\u05dc\u05d5\u05dd; rm -rf $HOME `id`\tKäse & Co ' + "x" * 120
CONF = """notifiers = "{build}/notifiers"
reports = "{reports}"
tcp "shop" {{ host = "127.0.0.1"  port = 1  every = "1h" }}
sla "gold" {{ target = 99.95  zone = "{zone}" }}
service "Web" {{ members = {{"shop"}}  sla = "gold" }}
notify-email {{ host = "127.0.0.1"  port = {smtp}  tls = none  from = "monitor@nines.test"  ehlo = "monitor.test" }}
notify-log {{ file = "{tmp}/out/letters" }}
"""
ACME = 'contact "acme" { path "email:alice@nines.test" { kinds = reports } }\n'
MONTHLY = 'deliver "acme monthly" { report = "sla"  sla = "gold"  contacts = {"acme"}  attach = {"pdf", "csv"} }\n'


def rows():
    """A check that failed for two hours on the tenth of the last month."""
    states = list("u" * int((END - MONTH).total_seconds() // 3600))
    states[220:222] = "dd"
    return [record.target("shop", 3600, module="tcp"), record.service("Web", ["shop"]), *record.results("shop", BEGIN_S, 3600, "".join(states))]


def begun(name, every="month", to_s=BEGIN_S):
    """As the record has a delivery whose last period ended then."""
    return f"delivery - name={quote(name)} every={every} to_us={to_s * record.SECOND} from_us=0 at_us=1 outcome=begun"


def ours(path):
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def town(tmp, smtp, text, lines=None, reports=BUILD / "reports", **more):
    """ninesd with that record and configuration."""
    store = tmp / "store"
    if not store.exists():
        store.mkdir()
        record.write(store / "nines.db", lines if lines is not None else [*rows(), begun("acme monthly")])
        for path in (store, *store.iterdir()):
            ours(path)
    for folder in (tmp / "out", tmp / "reports"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        ours(folder)
    return Daemon(tmp, CONF.format(build=BUILD, smtp=smtp, tmp=tmp, reports=reports, zone=ZONE) + text, **more)


def files_of(message):
    return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}


def printed(content, tmp):
    if not shutil.which("pdftotext"):
        skip("no pdftotext: make deps")
    (tmp / "mailed.pdf").write_bytes(content)
    return subprocess.run(["pdftotext", "-layout", tmp / "mailed.pdf", "-"], capture_output=True, text=True, check=True).stdout


def one_mail(d, tmp):
    until("a mail", lambda: box(tmp), 60)
    message, = box(tmp)
    return message


def deliveries(d):
    done = d.nines("deliver", "--json")
    assert done.returncode == 0, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)["deliveries"]}


def holds(d, path, figures):
    """`nines verify` finds every figure of that report again; of the record itself it says that it was made for a test."""
    found = json.loads(d.nines("verify", "--report", path, "--json").stdout)
    assert found["figures"] > figures and not [one for one in found["findings"] if one["what"] == "report"], found


def is_of_evidence(line):
    """How far the chain has come since: the only thing in which a report may differ from the same one later."""
    return line.startswith(("evidence", "head", "          "))


@test("the month that became due while ninesd was off: one mail with its PDF and its table, whose figures are those of `nines report`; then never again")
def monthly(tmp):
    mailed = ACME + MONTHLY.replace('"csv"', '"csv", "json"')
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], mailed) as d:
            d.wait(f"report 'acme monthly' of {LABEL} was made in .*: 1 letter")
            message = one_mail(d, tmp)
            assert d.stop() == 0
        assert message["Subject"] == f"acme monthly, {LABEL}" and message["Precedence"] == "bulk" and message["List-Id"] == "<nines.nines.test>"
        files = files_of(message)
        assert sorted(files) == [f"acme-monthly-{LABEL}.{end}" for end in ("csv", "json", "pdf")], files.keys()
        done = d.nines("report", "sla", "--sla", "gold", "--month", LABEL, "--format", "json")
        row = next(r for r in json.loads(done.stdout)["rows"] if r["name"] == "Web")
        assert row["down_s"] == 7200 and row["met"] is False, row
        text = printed(files[f"acme-monthly-{LABEL}.pdf"], tmp)
        assert row["uptime_known"] in text and "2:00:00" in text and "Web" in text, text
        table = {r["name"]: r for r in csv.DictReader(io.StringIO(files[f"acme-monthly-{LABEL}.csv"].decode()))}
        assert table["Web"]["uptime_known"] == row["uptime_known"], table
        body = message.get_body().get_content()
        assert row["uptime_known"] in body and f"  acme-monthly-{LABEL}.pdf\n" in body and max(map(len, body.splitlines())) <= 76, body
        same = d.nines("report", "sla", "--sla", "gold", "--month", LABEL).stdout
        lines = [line for line in same.splitlines() if line.strip() and not is_of_evidence(line)]
        assert len(lines) > 20 and [line for line in lines if line not in body.splitlines()] == [], set(lines) - set(body.splitlines())
        for end in ("json", "csv"):
            (tmp / f"mailed.{end}").write_bytes(files[f"acme-monthly-{LABEL}.{end}"])
            holds(d, tmp / f"mailed.{end}", 30)
        (tmp / "mailed.txt").write_text(f"Subject: {message['Subject']}\n\n{body}", encoding="utf-8")
        holds(d, tmp / "mailed.txt", 20)
        with town(tmp, mx.port["plain"], mailed) as d:
            d.until_status("it is there", lambda s: s["checks"])
            until("it knows that it was sent", lambda: deliveries(d)["acme monthly"]["last"] == LABEL)
            assert d.stop() == 0 and not [line for line in d.lines if "was made" in line], d.lines
        assert len(box(tmp)) == 1


@test("killed at any moment of making and sending: one letter, and it arrives")
def killed(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx:
        for _ in range(3):
            with town(tmp, mx.port["plain"], ACME + MONTHLY) as d:
                until("it is there", lambda: "reporter" in d.processes() or any("was made" in line for line in d.lines) or box(tmp), 60)
                d.kill()
        with town(tmp, mx.port["plain"], ACME + MONTHLY) as d:
            until("a mail", lambda: box(tmp), 90)
            until("the letter has ended", lambda: json.loads(d.nines("letters", "--json").stdout)["letters"][0]["outcome"] == "delivered")
            letters = json.loads(d.nines("letters", "--json").stdout)["letters"]
            assert len(letters) == 1, letters
            assert d.stop() == 0
        assert len({m["Message-ID"] for m in box(tmp)}) == 1  # F33: twice at most, under one id


STUCK = """#include <nines/report.h>
#include <unistd.h>
struct options { const char *how; };
static const struct module_option option[] = {OPTION_LINE(struct options, how, "crash", "crash or hang"), OPTION_END};
static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	(void)p;
	if (o->how[0] == 'c')
		*(volatile int *)0 = 0;
	for (;;)
		pause();
}
REPORT_MODULE("stuck", "crashes or hangs", struct options, option, fill);
"""


def stuck(tmp):
    """A folder with a report that crashes or hangs."""
    folder = tmp / "stuck"
    folder.mkdir()
    (folder / "stuck.c").write_text(STUCK)
    subprocess.run(["gcc", "-shared", "-fPIC", "-std=gnu11", "-fvisibility=hidden", "-Iinclude", "-o", folder / "stuck.so", folder / "stuck.c"],
                   cwd=ROOT, check=True)
    for path in (folder, folder / "stuck.so"):
        path.chmod(0o755)
    return folder


@test("a report that crashes, and one whose process is killed: said, tried again, nothing half is sent; works as soon as it does")
def maker_dies(tmp):
    text = ACME + 'deliver "acme monthly" { report = "stuck"  contacts = {"acme"}  with = {"how=%s"} }\n'
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], text % "crash", reports=stuck(tmp), misbehaves=True) as d:
            d.wait(f"report 'acme monthly' of {LABEL} was not made: report 'stuck' crashed .signal 11.")
            one = deliveries(d)["acme monthly"]
            assert one["state"] == "failing" and one["again"] and "crashed" in one["reason"] and one["next"] == LABEL, one
            since = d.reload(d.conf.read_text().replace(d.head, "").replace("how=crash", "how=hang"))
            d.wait("is in force", since=since)
            until("it hangs", lambda: "reporter" in d.processes())
            os.kill(d.processes()["reporter"][0], signal.SIGKILL)
            d.wait("was not made: the process that makes it was ended by signal 9", since=since)
            assert json.loads(d.nines("letters", "--json").stdout)["letters"] == [] and not list((tmp / "store" / "nines.db.files").iterdir())
            assert d.stop() == 0
        with town(tmp, mx.port["plain"], ACME + MONTHLY) as d:
            assert files_of(one_mail(d, tmp))
            assert d.stop() == 0


@test("greylisted: kept on disk with its files over a restart, one mail, the same bytes (F31)")
def grey(tmp):
    contact = 'contact "acme" { path "email:later@nines.test" { } }\n'
    text = contact + MONTHLY.replace("attach", f'folder = "{tmp}/reports"  attach')
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], text) as d:
            until("deferred", lambda: "greylisted" in d.nines("letters").stdout, 60)
            kept = list((tmp / "store" / "nines.db.files").iterdir())
            assert len(kept) == 2, kept
            assert d.stop() == 0
        (tmp / "open").touch()
        (tmp / "open").chmod(0o644)
        with town(tmp, mx.port["plain"], text) as d:
            until("a mail at the next attempt", lambda: box(tmp), 150)
            message, = box(tmp)
            files = files_of(message)
            assert d.stop() == 0
    for name, content in files.items():
        path = tmp / "reports" / name
        assert path.read_bytes() == content and path.stat().st_mode & 0o777 == 0o640, (name, oct(path.stat().st_mode))
    assert sorted(p.name for p in (tmp / "reports").iterdir()) == sorted(files)


@test("a customer who refuses for good: given up, and the log says so (F32)")
def lost(tmp):
    contacts = 'contact "acme" { path "email:bob@elsewhere.test" { kinds = reports } }\ncontact "ann" { path "email:alice@nines.test" { kinds = reports } }\n' \
               'contact "ops" { monitor = yes  path "log:ops" { after = 0 } }\n'
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], contacts + MONTHLY.replace('"acme"}', '"acme", "ann"}')) as d:
            d.wait(f"report 'acme monthly' of {LABEL} did not reach email:bob@elsewhere.test: .*relay not permitted")
            assert files_of(one_mail(d, tmp))
            until("both have ended", lambda: {one["contact"]: one["outcome"] for one in json.loads(d.nines("letters", "--json").stdout)["letters"]
                                              if one["kind"] == "report"} == {"acme": "gave-up", "ann": "delivered"})
            assert d.stop() == 0


@test("the courier dies in the middle of the message: it goes again, with its files")
def courier_dies(tmp):
    talk = [b"220 mx\r\n", "EHLO monitor.test\r\n", b"250 mx\r\n", "MAIL", b"250 ok\r\n", "RCPT", b"250 ok\r\n", "DATA\r\n", b"354 go on\r\n", "Subject: ", silence()]
    with Server(script(talk)) as server:
        with town(tmp, server.port, ACME + MONTHLY) as d:
            until("the message is under way", lambda: server.talks and b"Subject: acme monthly" in server.heard(0))
            for pid in d.processes()["courier"]:
                os.kill(pid, signal.SIGKILL)
            d.wait("the courier of 'email' ended .signal 9.*and is started again")
            until("it waits for its next attempt", lambda: "later" in d.nines("letters", "--json").stdout)
            assert d.stop() == 0
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], ACME + MONTHLY) as d:
            assert len(files_of((until("a mail", lambda: box(tmp), 120), box(tmp)[0])[1])) == 2
            assert d.stop() == 0


@test("a name that is hostile everywhere: one line in the header, a harmless file (F52, F44)")
def hostile(tmp):
    title = f"deliver {json.dumps(HOSTILE.replace(chr(9), ' '), ensure_ascii=False)} "
    text = ACME + title.replace("$", "\\$") + f'{{ report = "sla"  contacts = {{"acme"}}  folder = "{tmp}/reports"  zone = "{ZONE}" }}\n'
    name = HOSTILE.replace("\t", " ")
    with exim(tmp, certs.good(), has_box=True) as mx, town(tmp, mx.port["plain"], text, [*rows(), begun(name)]) as d:
        message = one_mail(d, tmp)
        assert d.stop() == 0
    file, = files_of(message)
    assert re.fullmatch(r"[^/\\<>|\"'`$&;\s\u202a-\u202e]+-\d{4}-\d\d\.pdf", file) and not file.startswith("."), file
    assert [p.name for p in (tmp / "reports").iterdir()] == [file]
    assert "\n" not in message["Subject"] and "<script>" in message["Subject"] and "\u202e" not in message["Subject"], message["Subject"]
    assert message["Bcc"] is None and message["To"] == "alice@nines.test"


@test("a folder that is full keeps no letter back, holds no half file, and gets the report once there is room (F1)")
def full(tmp):
    folder = tmp / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=8k,mode=755,uid={NOBODY if os.geteuid() == 0 else os.geteuid()}", "none", folder],
                      capture_output=True, check=False).returncode:
        skip("no file systems can be mounted here")
    text = ACME + MONTHLY.replace("attach", f'folder = "{folder}"  attach')
    try:
        with exim(tmp, certs.good(), has_box=True) as mx:
            with town(tmp, mx.port["plain"], text) as d:
                d.wait(f"report 'acme monthly' of {LABEL} was sent, but not filed: {folder}: no space left on device")
                assert sorted(files_of(one_mail(d, tmp))) and list(folder.glob("*.pdf")) == [] and list(folder.glob(".*")) == []
                assert d.stop() == 0
            subprocess.run(["mount", "-o", "remount,size=1m", folder], check=True)
            with town(tmp, mx.port["plain"], text) as d:
                d.wait("was made in .*: 0 letters")
                until("it is dealt with", lambda: deliveries(d)["acme monthly"]["last"] == LABEL)
                assert d.stop() == 0
            assert len(list(folder.glob(f"acme-monthly-{LABEL}.*"))) == 2 and len(box(tmp)) == 1
    finally:
        subprocess.run(["umount", folder], check=False)


@test("without a place for its files nothing is sent; it is when there is one")
def no_place(tmp):
    with exim(tmp, certs.good(), has_box=True) as mx:
        with town(tmp, mx.port["plain"], ACME + 'deliver "x" { report = "sla"  every = "day"  contacts = {"acme"} }\n') as d:
            d.until_status("it is there", lambda s: s["checks"])
            assert d.stop() == 0
        (tmp / "store" / "nines.db.files").chmod(0o555)
        with town(tmp, mx.port["plain"], ACME + MONTHLY) as d:
            d.wait("was not made: its file acme-monthly-.* cannot be kept for the letters: permission denied")
            assert json.loads(d.nines("letters", "--json").stdout)["letters"] == []
            (tmp / "store" / "nines.db.files").chmod(0o700)
            said = d.nines("deliver", "acme monthly", "--month", LABEL)
            assert said.returncode == 0, said.stderr
            assert files_of(one_mail(d, tmp))
            assert d.stop() == 0


@test("a computed anew report is put beside the one that is there, never over it; the same one again is no matter")
def anew(tmp):
    text = 'customer "Acme" { services = {"Web"}  sla = "gold" }\n' + \
        f'deliver "acme monthly" {{ report = "sla"  customer = "Acme"  attach = {{"csv"}}  folder = "{tmp}/reports" }}\n'
    text += f'deliver "acme yearly" {{ report = "sla"  customer = "Acme"  every = "year"  attach = {{"csv"}}  folder = "{tmp}/years" }}\n'
    text += f'deliver "acme quarterly" {{ report = "sla"  customer = "Acme"  every = "quarter"  attach = {{"csv"}}  folder = "{tmp}/years" }}\n'
    (tmp / "years").mkdir()
    (tmp / "years").chmod(0o755)
    ours(tmp / "years")
    with town(tmp, 1, text) as d:
        d.wait("was made in .*: 0 letters")
        path = tmp / "reports" / f"acme-monthly-{LABEL}.csv"
        before = path.read_bytes()
        assert [row["name"] for row in csv.DictReader(io.StringIO(before.decode()))] == ["Web"], before
        for _ in range(2):
            since = len(d.lines)
            assert d.nines("deliver", "acme monthly").returncode == 0
            d.wait("was made in .*: 0 letters$", since=since)
        assert [p.name for p in (tmp / "reports").iterdir()] == [path.name]
        path.write_text("another")
        since = len(d.lines)
        assert d.nines("deliver", "acme monthly", "--month", LABEL).returncode == 0
        d.wait(f"{path.name} is another than this one, which is acme-monthly-{LABEL}-2.csv", since=since)
        for name, *words in (("acme yearly", "--year", NOW.year - 1), ("acme quarterly", "--quarter", f"{NOW.year - 1}-Q4")):
            since = len(d.lines)
            assert d.nines("deliver", name, *words).returncode == 0
            d.wait("was made in .*: 0 letters$", since=since)
            table = tmp / "years" / f"{name.replace(' ', '-')}-{words[1]}.csv"
            row, = csv.DictReader(io.StringIO(table.read_text()))
            assert row["name"] == "Web" and row["span_from"].startswith((f"{NOW.year - 1}-", f"{NOW.year - 2}-12-31")), row
            holds(d, table, 30)
        said = d.nines("deliver", "acme yearly", "--year", NOW.year)
        assert said.returncode == 2 and f"{NOW.year} is not over" in said.stderr, said
        assert path.read_text() == "another" and (tmp / "reports" / f"acme-monthly-{LABEL}-2.csv").read_bytes() == before
        assert d.stop() == 0


@test("the digest, each day, for each contact what it hears of; an SMS gets the short form; the list, --dry-run, wrong words")
def digest(tmp):
    begin = TODAY - datetime.timedelta(days=1)
    yesterday = begin.date()
    text = ("""tcp "mail" { host = "127.0.0.1"  port = 1  every = "1h" }
contact "ann" { services = {"shop"}  path "email:ann@nines.test" { }  path "log:ann" { } }
contact "bob" { services = {"mail"}  path "log:bob" { kinds = {"reports"} } }
deliver "daily" { report = "digest"  every = "day"  at = "00:00"  contacts = {"*"}  attach = "none"  title = "What happened"  zone = "%s" }
deliver "of web" { report = "sla"  service = "Web"  contacts = {"ann"}  attach = "none" }
""" % ZONE)
    lines = [*rows(), record.target("mail", 3600, module="tcp"), *record.results("mail", BEGIN_S, 3600, "u" * 700),
             begun("daily", "day", int(begin.timestamp()))]
    with exim(tmp, certs.good(), has_box=True) as mx, town(tmp, mx.port["plain"], text, lines) as d:
        message = one_mail(d, tmp)
        until("bob has his", lambda: (tmp / "out" / "letters").exists() and "bob" in (tmp / "out" / "letters").read_text())
        noted = (tmp / "out" / "letters").read_text()
        assert message["To"] == "ann@nines.test" and message["Subject"] == f"What happened, {yesterday}" and not message.is_multipart()
        assert "shop" in message.get_content() and "mail" not in message.get_content().replace("email", ""), message.get_content()
        assert noted.count("What happened") and "ann" not in noted, noted
        one = deliveries(d)["daily"]
        assert one["to"] == ["email:ann@nines.test", "log:bob"] and one["last"] == str(yesterday) and one["state"] == "waiting", one
        shown = d.nines("deliver").stdout
        assert f"digest each day ({ZONE})" in shown and f"last  {yesterday}: done" in shown and "next  " in shown, shown
        dry = d.nines("deliver", "daily", "--dry-run", "--day", str(yesterday))
        assert dry.returncode == 0 and "To:      email:ann@nines.test\n" in dry.stdout and "To:      log:bob" in dry.stdout, dry
        made = re.findall(r"^Made by: (.*?)\n\n", dry.stdout, re.M | re.S)
        short = re.findall(r"^Short: .* it is made again by: (.*)", dry.stdout, re.M)
        assert len(made) == 2 and [" ".join(one.split()) for one in made] == short, "whole, with its zone and its contact"
        dry = d.nines("deliver", "of web", "--dry-run").stdout
        assert re.search(rf"^Short: +of web, {LABEL}: not met: .* time was up, 99.950000 % is agreed$", dry, re.M), dry
        assert len(json.loads(d.nines("letters", "--json").stdout)["letters"]) == 2
        for words, status, part in [(["daily", "--month", "never"], 2, "'never' is no period"), (["nobody"], 2, "there is no delivery 'nobody'"),
                                    (["daily", "--day", "2999-01-01"], 2, "2999-01-01 is not over"), (["a", "b"], 64, "write: nines deliver"),
                                    (["--dry-run"], 64, "write: nines deliver"), (["daly", "--dry-run"], 2, "did you mean 'daily'?"),
                                    (["x", "--month", "2026-10", "--day", "2026-10-10"], 64, "exclude each other")]:
            done = d.nines("deliver", *words)
            assert done.returncode == status and part in done.stderr, (words, done)
        assert d.stop() == 0


run()
