"""`nines verify`: what it says and with which status, of a record at rest, in use, copied, damaged or older; heads and reports that were
published; the chain against a computation of its own (docs/evidence.md).
"""
import contextlib
import csv
import email.message
import email.policy
import hashlib
import io
import json
import os
import re
import shlex
import sqlite3
import struct
import subprocess
import sys
import time

for _folder in ("lib", "oracle"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", _folder))
import record
from oracle import CAUSE, DAY_US, STATE, Bytes, Oracle
from recording import Recorder
from tap import BUILD, run, test

AT = 1_740_000_000 // 86400 * 86400  # 2025-02-19
HOSTILE = '=cmd|"/c"!A1<script>alert(1)</script>&\u202e\u05e9\u05dc\u05d5\u05dd ' + "x" * 150


def nines(*words, status=0):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, text=True, check=False,
                          env={"PATH": "/bin", "LC_ALL": "C.UTF-8"})
    assert done.returncode == status, (done.returncode, done.stdout[-1500:], done.stderr)
    return done.stdout if status < 2 else done.stderr


def verify(store, *words, status=0, conf=()):
    return json.loads(nines(*conf, "verify", "--store", store, "--json", *words, status=status))


def make(path, chain=True):
    """Ten days of two checks and a service, an outage, maintenance, a hostile name; all of it long ago, so that it is rolled up at once."""
    start = f"start_us={(AT + 200 * 300) * record.SECOND}"
    record.write(path, [
        record.target("web", 300), record.target(HOSTILE, 3600), record.service("Web", ["web"]),
        *record.results("web", AT, 300, ("u" * 200 + "d" * 4 + "u" * 84) * 10, steps="resolve:812,connect:1490"),
        *record.results(HOSTILE, AT, 3600, "u" * 230 + "g" * 10, steps="connect:1490"),
        f"incident i1 check=web event=confirmed {start} at_us={(AT + 201 * 300) * record.SECOND} step=connect reason=refused",
        f"incident i1 check=web event=closed {start} at_us={(AT + 204 * 300) * record.SECOND}",
        f"maintenance m1 services=web start_us={AT * record.SECOND} end_us={(AT + 3600) * record.SECOND} announced_us=5 by=ann text=disks",
    ], chain)
    if chain:
        close_days(path)
    return path


def close_days(path):
    """The recorder rolls up bit by bit, behind each commit."""
    with Recorder(path) as r:
        for n in range(1, 400):
            r.keeper.send(*(["keeper k2"] if n == 1 else []), f"marker - n={n} kind=start at_us={n}")
            r.until_committed(n)
            if verify(path)["uncovered"] == 0:
                return
    raise AssertionError("the days are never rolled up")


def change(store, sql, *values):
    with sqlite3.connect(store) as base:
        base.execute(sql, values)
    base.close()


def heads(store):
    """Every head, computed here."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as base:
        rows = base.execute("select id, at_us, reach, data, hash from link order by id").fetchall()
    head, found = bytes(32), []
    for number, at_us, reach, data, stored in rows:
        head = hashlib.sha256(head + struct.pack("<qqq", number, at_us, reach) + data).digest()
        assert head == stored, number
        found.append(head.hex())
    return found


@test("the chain is what docs/evidence.md says, link by link; the last head stands in text, HTML and JSON, and in no CSV")
def chain(tmp):
    store = make(tmp / "db")
    head = heads(store)[-1]
    assert verify(store)["head"] == head
    words = ("report", "sla", "--store", store, "--month", "2025-02")
    text = nines(*words)
    assert re.search(r"Evidence: a chain of \d+ links up to 20\S+Z, over all results\nbefore 20\S+T00:00:00Z; its head, for nines verify --head:\n"
                     + head, text), text[-500:]
    assert head in nines(*words, "--format", "html")
    document = json.loads(nines(*words, "--format", "json"))
    assert document["evidence_head"] == head and document["evidence_links"] == len(heads(store))
    assert head not in nines(*words, "--format", "csv")


def entries(store):
    """(letter, what it is of, where, day, number of results, digest) of every entry, read here."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as base:
        for (data,) in base.execute("select data from link order by id").fetchall():
            b = Bytes(data)
            while b.at < b.end:
                letter = chr(b.take(1)[0])
                of, at = b.number(), b.signed() if letter != "h" else 0
                day = b.signed() if letter not in "tg" else 0
                yield letter, of, at, day, b.number() if letter == "r" else 0, b.take(32) if letter not in "gh" else b""


def digest_of(results):
    out = hashlib.sha256()
    for r in results:
        out.update(struct.pack("<11q", r.due_us, r.start_us, r.interval_us, r.elapsed_us, STATE.index(r.verdict),
                               STATE.index(r.ends) + 1 if r.ends else 0, CAUSE.index(r.cause), r.flags, len(r.steps), len(r.values), len(r.facts)))
        texts = [r.reason, r.address, r.item]
        out.update(b"".join(text.encode("utf-8", "surrogateescape") + b"\0" for text in texts))
        for name, hop, end_us, has_failed in r.steps:
            out.update(name.encode() + b"\0" + struct.pack("<2q", end_us, hop << 1 | has_failed))
        for name, unit, value in r.values:
            out.update(name.encode() + b"\0" + unit.encode() + b"\0" + struct.pack("<d", value))
        for name, text in r.facts:
            out.update(name.encode() + b"\0" + text.encode() + b"\0")
    return out.digest()


@test("what a service was made of before is in the chain: nobody changes it unseen")
def makeups(tmp):
    store = make(tmp / "db")
    told = [record.service("Web", ["web"], seen_us=6), record.service("Web", ["web\t2"], 2, seen_us=7), record.service("Web", ["web\t2"], 2, seen_us=8),
            record.service("Web", ["web"], seen_us=5)]  # by then the clock had been set back
    with Recorder(store) as r:
        for n, line in enumerate(told, 1):
            r.keeper.send(*(["keeper k3"] if n == 1 else []), line.replace("target - ", f"target - n={n} ", 1))
            r.until_committed(n)
    with contextlib.closing(sqlite3.connect(store)) as base:
        assert base.execute("select id, name, until_us, members, need from makeup").fetchall() == [(1, "Web", 7, "web", 1), (2, "Web", 7, "web\t2", 2)]
        for sql in ("update makeup set need = 1", "delete from makeup"):
            try:
                base.execute(sql)
                raise AssertionError(sql)
            except sqlite3.IntegrityError as e:
                assert "what a service was made of is never" in str(e), e
    assert verify(store)["findings"] == [], verify(store)["findings"]
    change(store, "drop trigger makeup_stays")
    change(store, "update makeup set need = 1 where id = 2")
    found = verify(store, status=1)["findings"]
    assert len(found) == 1 and "makeup 'Web' (row 2) is not as link" in found[0]["text"], found


@test("the digests of results, days and months are those that docs/evidence.md describes, computed here from the file")
def digests(tmp):
    store, seen = make(tmp / "db"), {"r": set(), "d": set(), "m": set()}
    with Oracle(store) as oracle:
        for letter, of, at, day, count, digest in entries(store):
            if letter not in seen:
                continue
            seen[letter].add((of, at, day))
            if letter == "r":
                results = [r for r in oracle.results[oracle.targets[of]]
                           if r.location == oracle.locations[at] and r.start_us // DAY_US == day]
                assert len(results) == count and digest_of(results) == digest, (of, at, day)
            else:
                rows = oracle.rows(f"select data from {dict(d='day', m='month')[letter]} where (target, location, day) = (?, ?, ?)", of, at, day)
                assert hashlib.sha256(rows[0][0]).digest() == digest, (letter, of, at, day)
    assert {letter: len(found) for letter, found in seen.items()} == {"r": 20, "d": 40, "m": 4}, seen


@test("a sound record: figures of what was verified, status 0; a month alone; in words and as JSON")
def sound(tmp):
    store = make(tmp / "db")
    found = verify(store)
    assert (found["results"], found["days"], found["months"], found["findings"]) == (2880 + 240, 20, 2, []), found
    text = nines("verify", "--store", store)
    assert re.search(r"^findings  none$", text, re.M) and re.search(r"^results   3120 agree with the chain$", text, re.M), text
    part = verify(store, "--month", "2025-03")
    assert (part["results"], part["months"], part["findings"]) == (0, 0, []), part
    february = verify(store, "--month", "2025-02")
    assert february["results"] == 3120, february


@test("a head that was printed is found, also by its first half, and what stands behind it does not matter")
def printed(tmp):
    store = make(tmp / "db")
    all_heads = heads(store)
    for number in (1, len(all_heads)):
        found = verify(store, "--head", all_heads[number - 1])
        assert found["your_head_link"] == number and found["findings"] == [], found
    assert verify(store, "--head", all_heads[0][:32])["your_head_link"] == 1
    assert "stand unchanged" in nines("verify", "--store", store, "--head", all_heads[0])
    other = make(tmp / "other")
    lost = verify(other, "--head", all_heads[0], status=1)
    assert [f["what"] for f in lost["findings"]] == ["head"] and all_heads[0][:16] in lost["findings"][0]["text"], lost
    for wrong in ("", "abc", "X" * 64, all_heads[0] + "0", all_heads[0][:31]):
        assert "is no head: write the 64 characters" in nines("verify", "--store", store, "--head", wrong, status=64)


@test("each finding names the series and the span")
def named(tmp):
    store = make(tmp / "db")
    change(store, "update day set data = zeroblob(length(data)) where location = 0 and day = ?", AT // 86400 + 3)
    texts = {(f["what"], f["name"], f["from"], f["to"]): f["text"] for f in verify(store, status=1)["findings"]}
    for name in ("web", HOSTILE):
        assert ("day", name, "2025-02-22T00:00:00.000000Z", "2025-02-23T00:00:00.000000Z") in texts or any(k[1] != "web" for k in texts), texts
    text = nines("verify", "--store", store, status=1)
    assert "the figures of 2025-02-22 of 'web' are damaged: their bytes do not have their sum" in text, text
    assert "\u202e" not in text and "<script>" in text  # a terminal is not HTML, but it must not run backwards


@test("of very many findings the first 10,000 are told, and how many more there are")
def many(tmp):
    store = make(tmp / "db")
    change(store, "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10003) insert into marker(kind, at_us) select 'start', i from n")
    found = verify(store, status=1)
    assert (found["found"], len(found["findings"])) == (10003, 10000), (found["found"], len(found["findings"]))
    text = nines("verify", "--store", store, status=1)
    assert re.search(r"^findings  10003$", text, re.M) and text.endswith("\nand 3 more: see those of one month with --month YYYY-MM\n"), text[-300:]
    assert text.count("is in no link") == 10000


@test("a running recorder's record and a copy of it verify; results of today are not covered yet, and that is said")
def in_use(tmp):
    with Recorder(tmp / "db") as r:
        r.tell(30)
        r.until_committed(30)
        found = verify(tmp / "db")
        assert found["uncovered"] == 30 and found["findings"] == [], found
        nines("backup", tmp / "copy", "--store", tmp / "db")
    copied = verify(tmp / "copy")
    assert copied["head"] == found["head"] and copied["findings"] == [], copied
    assert "30 results are in no link yet" in nines("verify", "--store", tmp / "copy")


@test("no record, no database, an older schema, a damaged file, wrong words: one sentence each")
def refused(tmp):
    (tmp / "text").write_text("no database" * 99)
    assert nines("verify", "--store", tmp / "none", status=2).count("\n") == 1
    assert re.search(r"not a database", nines("verify", "--store", tmp / "text", status=2))
    store = make(tmp / "db")
    change(store, "update meta set value = 9 where word = 'schema'")
    assert "an older nines: it is brought up to date when ninesd starts" in nines("verify", "--store", store, status=2)
    change(store, "update meta set value = 12 where word = 'schema'")
    whole = bytearray(store.read_bytes())
    for page in range(2, len(whole) // 4096):
        whole[page * 4096] ^= 0x55
    store.write_bytes(whole)
    done = subprocess.run([str(BUILD / "nines"), "verify", "--store", str(store)], capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2) and (done.stderr.count("\n") == 1 if done.returncode == 2 else "findings" in done.stdout), done
    assert "write: nines verify" in nines("verify", "more", status=64)
    for month in ("2025", "2025-13", "25-02", "2025-02-01"):
        assert "write YYYY-MM" in nines("verify", "--store", tmp / "db", "--month", month, status=64)


REPORTS = {"sla": ("--month", "2025-02"), "sla-zone": ("--month", "2025-02", "--zone", "Europe/Berlin"), "sla-check": ("--month", "2025-02", "--check", "web"),
           "sla-year": ("--year", "2025"), "sla-quarter": ("--quarter", "2025-Q1", "--zone", "America/St_Johns"),
           "sla-span": ("--from", "2025-02-20", "--to", "2025-02-23T12:00:00Z"), "digest": ("--from", "2025-02-20", "--to", "2025-02-27"),
           "detail": ("--month", "2025-02", "--check", HOSTILE), "detail-worst": ("--month", "2025-02", "--check", "web"),
           "sla-customer": ("--month", "2025-02", "--customer", "Ann's"), "sla-need": ("--month", "2025-02", "--service", "Web", "--need", "2"),
           "sla-interval": ("--month", "2025-02", "--check", "web", "--interval", "10m"), "sla-sla": ("--month", "2025-02", "--sla", "gold"),
           "sla-incidents": ("--month", "2025-02", "--table", "incident_list"), "statistics": ("--month", "2025-02"), "burn": ("--month", "2025-02"),
           "burn-check": ("--month", "2025-02", "--check", "web"), "blacklist": ("--month", "2025-02"), "capacity": ("--month", "2025-02"),
           "nines": ("--month", "2025-02"), "nines-check": ("--month", "2025-02", "--check", "web")}
# CSV says of its rows what they are about, and no more: these need the command that made them.
NEED_COMMAND = {"detail", "detail-worst", "sla-need", "sla-interval", "sla-customer", "sla-span", "burn", "burn-check", "blacklist"}
POLICIES = """modules = "{build}/modules"
reports = "{build}/reports"
sla "gold" {{ target = 99.9  zone = "Europe/Berlin" }}
tcp "web" {{ host = "127.0.0.1"  port = 1  every = "5m"  sla = "gold" }}
tcp "mail" {{ host = "127.0.0.1"  port = 25  every = "1h" }}
service "Web" {{ members = {{"web", "mail"}}  need = 1  sla = "gold" }}
customer "Ann's" {{ services = "Web"  sla = "gold" }}
"""


@test("published reports of every kind are computed again from the record: JSON, CSV, text and HTML, whatever they were asked for with")
def reports(tmp):
    store, conf = make(tmp / "db"), ("-c", tmp / "nines.conf")
    (tmp / "nines.conf").write_text(POLICIES.format(build=BUILD))
    for name, words in REPORTS.items():
        command = " ".join(shlex.quote(w) for w in ("nines", "report", name.split("-")[0], *words))
        for form in ("json", "csv", "txt", "html"):
            path = tmp / f"{name}.{form}"
            nines(*conf, "report", name.split("-")[0], "--store", store, *words, "-o", path)
            made_by = ("--made-by", command) if form == "csv" and name in NEED_COMMAND else ()
            found = verify(store, "--report", path, *made_by, conf=conf)
            assert found["findings"] == [] and (found["figures"] > 5 or form == "csv"), (name, form, found)
            assert (found["your_head_link"] > 0) == (form != "csv"), (name, form)
    ask = (*conf, "verify", "--store", store)
    for name in sorted(NEED_COMMAND):
        done = subprocess.run([str(BUILD / "nines"), *map(str, ask), "--report", tmp / f"{name}.csv"], capture_output=True, text=True, check=False)
        assert done.returncode == 0 or "--made-by" in done.stderr and done.stderr.count("\n") == 1, (name, done)
    assert "may come of that alone" in done.stderr, "the last one, of a span, has findings"
    for said, words in (("is no command of a report", ("--made-by", "tampered")), ("--month needs a value", ("--made-by", "nines report sla --month"))):
        wrong = nines(*ask, "--report", tmp / "sla.csv", *words, status=64)
        assert said in wrong and wrong.count("\n") == 1, wrong
    none = nines(*ask, "--report", tmp / "none.json", status=2)
    assert "no such file or directory: give the path of a report" in none and none.count("\n") == 1, none
    assert "name it by --report" in nines(*ask, "--made-by", "nines report sla", status=64)
    for form in ("json", "csv", "txt", "html"):
        path = tmp / f"now.{form}"
        nines(*conf, "report", "statistics", "--store", store, "-o", path)
        assert "its last day was not over when it was made" in nines(*ask, "--report", path, status=3), form


@test("a report in text or HTML as a mail program kept it agrees; a line that was changed, added or taken out is named")
def lines(tmp):
    store = make(tmp / "db")
    for form in ("txt", "html"):
        path = tmp / f"r.{form}"
        nines("report", "sla", "--store", store, "--month", "2025-02", "-o", path)
        whole = path.read_text()
        kept = "From: nines\nSubject: a report\n\n" + "".join(f"{line}  \r\n" for line in whole.splitlines())
        path.write_text(kept if form == "txt" else whole)
        assert verify(store, "--report", path)["findings"] == [], form
        figure = re.search(r"9\d\.\d{6}", whole).group()
        path.write_text(whole.replace(figure, "99.999999", 1))
        texts = [f["text"] for f in verify(store, "--report", path, status=1)["findings"]]
        assert len(texts) == 1 and "99.999999" in texts[0] and figure in texts[0] and "line " in texts[0], texts
        some = whole.splitlines()
        at = next(i for i, line in enumerate(some) if figure in line)
        path.write_text("\n".join(some[:at] + some[at + 1:]))
        texts = [f["text"] for f in verify(store, "--report", path, status=1)["findings"]]
        assert len(texts) == 1 and "published nothing, recomputed " + some[at].rstrip()[:20] in texts[0], texts
        path.write_text("\n".join(some[:at] + ["nothing was ever down"] + some[at:]))
        texts = [f["text"] for f in verify(store, "--report", path, status=1)["findings"]]
        assert len(texts) == 1 and "published nothing was ever down, recomputed nothing" in texts[0], texts


@test("a letter as it came, encoded and with its files, agrees as its text does")
def raw(tmp):
    store, path = make(tmp / "db"), tmp / "r.txt"
    nines("report", "sla", "--store", store, "--month", "2025-02", "-o", path)
    for cte in ("quoted-printable", "base64", "8bit"):
        letter = email.message.EmailMessage()
        letter["Subject"] = "Availability"
        letter.set_content(path.read_text() + "\nAttached:\n  r.pdf\n", cte=cte)
        letter.add_attachment(b"%PDF-1.5 \x00\xff" * 99, maintype="application", subtype="pdf", filename="r.pdf")
        (tmp / "r.eml").write_bytes(letter.as_bytes(policy=email.policy.SMTP))
        found = verify(store, "--report", tmp / "r.eml")
        assert found["findings"] == [] and found["figures"] > 5 and found["your_head_link"], (cte, found)
    (tmp / "r.eml").write_bytes(re.sub(rb"9(\d\.\d{6})", rb"8\1", letter.as_bytes(), count=1))
    assert verify(store, "--report", tmp / "r.eml", status=1)["findings"]


@test("a report that was cut, holds nothing of ours, or orders what no report does is told as such and does nothing")
def hostile(tmp):
    store, path = make(tmp / "db"), tmp / "r.txt"
    nines("report", "sla", "--store", store, "--month", "2025-02", "-o", path)
    whole = path.read_bytes()
    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        done = subprocess.run([str(BUILD / "nines"), "verify", "--store", str(store), "--report", str(path)], capture_output=True, text=True,
                              check=False, env={"PATH": "/bin"})
        assert done.returncode in (0, 1, 2), (cut, done)  # 0: what is missing is the line of the chain alone
    (tmp / "evil.conf").write_text("no configuration")
    command = whole.index(b"Made by: ") + len(b"Made by: ")
    for order in (f"nines report sla --month 2025-02 -o {tmp}/taken", f"nines report sla --month 2025-02 -c {tmp}/evil.conf --store /nonexistent",
                  "nines report sla --month 2025-02 --format pdf"):
        path.write_bytes(whole[:command] + order.encode() + b"\n\n" + whole[whole.index(b"Evidence:"):])
        texts = [f["text"] for f in verify(store, "--report", path, status=1)["findings"]]
        assert len(texts) in (1, 2) and "line " in texts[0], texts  # the line of the command itself
        assert not (tmp / "taken").exists()
    for order in ("rm -rf /", "nines backup /tmp/x", "nines report", "nines report none", "nines report sla more", "nines report sla 'x",
                  "nines report sla --month", "nines report sla --evil"):
        path.write_bytes(whole[:command] + order.encode() + b"\n\n")
        assert nines("verify", "--store", store, "--report", path, status=2).startswith("nines: "), order
    for content in (b"\0" * 5000, b"report,\n", b"report,from,to,zone\nsla\n", b"report,from,to,zone,name\nsla,2025-02-01T00:00:00Z\n" * 9,
                    b"[" * 100000, b'{"report":{}}', b"%PDF-1.7 x", os.urandom(3000), b"Made by: " * 9999):
        path.write_bytes(content)
        assert nines("verify", "--store", store, "--report", path, status=2).startswith("nines: "), content[:40]


SEVERAL_ZONES = """modules = "{build}/modules"
reports = "{build}/reports"
sla "near" {{ target = 99.9  zone = "Europe/Berlin" }}
sla "far" {{ target = 99.9  zone = "Pacific/Kiritimati"  hours = {{"Mon-Fri 08:00-18:00"}} }}
tcp "web" {{ host = "127.0.0.1"  port = 1  every = "5m" }}
service "Near" {{ members = {{"web"}}  sla = "near" }}
service "Far" {{ members = {{"web"}}  sla = "far" }}
"""


@test("reports of services whose slas have several zones, each over its own days, month, quarter and year; and all put into one zone")
def zones(tmp):
    store = make(tmp / "db")
    (tmp / "nines.conf").write_text(SEVERAL_ZONES.format(build=BUILD))
    spans = [("--month", "2025-02"), ("--quarter", "2025-Q1"), ("--year", "2025"), ("--from", "2025-02-20", "--to", "2025-02-27")]
    for zone in ((), ("--zone", "UTC"), ("--zone", "Pacific/Kiritimati")):
        for span in spans:
            for form in ("json", "csv"):
                path = tmp / f"r.{form}"
                nines("-c", tmp / "nines.conf", "report", "sla", "--store", store, *span, *zone, "-o", path)
                found = verify(store, "--report", path, conf=("-c", tmp / "nines.conf"))
                assert found["figures"] > 50 and found["findings"] == [], (span, zone, form, found["findings"][:2])


@test("a figure that was improved in a published report is named, in JSON and in CSV; so is one whose record was changed")
def improved(tmp):
    store = make(tmp / "db")
    path = tmp / "r.json"
    nines("report", "sla", "--store", store, "--month", "2025-02", "-o", path)
    document = json.loads(path.read_text())
    for row in document["rows"]:
        if row["name"] == "web":
            was, row["down_s"] = row["down_s"], 0
            row["incident_list"] = row["incident_list"][1:]
    path.write_text(json.dumps(document))
    texts = [f["text"] for f in verify(store, "--report", path, status=1)["findings"]]
    assert f"the report: 'web', rows.down_s: published 0, recomputed {was}" in texts and len(texts) == 2, texts
    nines("report", "sla", "--store", store, "--month", "2025-02", "-o", tmp / "r.csv")
    rows = list(csv.reader(io.StringIO((tmp / "r.csv").read_text())))
    column = rows[0].index("uptime_known")
    rows[1][column] = "100.000000"
    with open(tmp / "r.csv", "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows)
    texts = [f["text"] for f in verify(store, "--report", tmp / "r.csv", status=1)["findings"]]
    assert len(texts) == 1 and "uptime_known: published 100.000000, recomputed" in texts[0], texts
    text = nines("verify", "--store", store, "--report", path, status=1)
    assert re.search(r"^report    sla, 2025-02-01T00:00:00Z to 2025-03-01T00:00:00Z: \d+ of \d+ figures are the same$", text, re.M), text


@test("a report whose time is not over, one by other rules, and what is no report are told as such")
def no_report(tmp):
    store = make(tmp / "db")
    to = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 40 * 86400))
    nines("report", "sla", "--store", store, "--from", "2025-02-01", "--to", to, "-o", tmp / "early.json")
    assert "figures may change until then" in nines("verify", "--store", store, "--report", tmp / "early.json", status=3)
    nines("report", "sla", "--store", store, "--month", "2025-02", "-o", tmp / "r.json")
    document = json.loads((tmp / "r.json").read_text())
    for row in [document, *document["rows"]]:
        row["method"] = "nines-1:000000000000"
    (tmp / "r.json").write_text(json.dumps(document))
    found = verify(store, "--report", tmp / "r.json", status=1)["findings"]
    assert len(found) == 1 and "was computed by nines-1:000000000000, the rules in force are nines-1:" in found[0]["text"], found
    for content, wanted in (("", "no report of nines"), ("a,b\n1,2\n", "no report of nines"), ("{}", "which time it is about"), ("[1]", "no report")):
        (tmp / "x").write_text(content)
        assert wanted in nines("verify", "--store", store, "--report", tmp / "x", status=2), content
    assert "give the path of a report in JSON, CSV, text or HTML" in nines("verify", "--store", store, "--report", tmp / "none", status=2)


run()
