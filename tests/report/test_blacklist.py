"""`nines report blacklist`: which list had which address from when to when, in every rendering (the DNS blacklist rows, F46).

NINES_GOLDEN=1 writes the golden files anew.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from blocklists import failing, lists
from daemon import Daemon, until
from records.blacklist import BEGIN, FEBRUARY, HOUR, history, probe
from servers import Udp
from tap import BUILD, run, test

STORE = reporting.store(history)
SPAN = ("--month", "2024-02", "--store", STORE)
for _table in ("lists", "changes"):
    reporting.golden(f"blacklist-{_table}.csv", "blacklist", *SPAN, "--table", _table)
reporting.golden("blacklist-few.txt", "blacklist", *SPAN, "--check", "mail server", "rows=1", "--zone", "Europe/Berlin")


def blacklist(*words):
    return json.loads(reporting.nines("blacklist", "--store", STORE, "--format", "json", *(words or ("--month", "2024-02", "--check", "mail server"))))


def when(slot):
    return reporting.datetime.datetime.fromtimestamp(BEGIN + slot * 4 * HOUR, reporting.datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@test("a listing lasts from the first probe that found it to the first that did not; a list without an answer ends none")
def listings():
    got = [(x["list"], x["since"], x["until"], x["state"], x["since_known"]) for x in blacklist()["listings"]]
    assert got == [
        ("zen.example", when(FEBRUARY - 4), when(FEBRUARY + 6), "ended", True), ("zen.example", when(FEBRUARY + 30), when(FEBRUARY + 36), "ended", True),
        ("bl.example", when(FEBRUARY + 30), when(FEBRUARY + 40), "ended", True),
        ("bl.example", when(FEBRUARY + 29 * 6 - 6), None, "listed", True)], got
    assert blacklist()["listings"][2]["answer"] == "127.0.0.4, 127.0.0.10"


@test("time listed is that within the period, of probes that said so; the address's is counted once, however many lists had it")
def time_listed():
    document = blacklist()
    assert [x["listed_s"] for x in document["listings"]] == [5 * 4 * HOUR, 6 * 4 * HOUR, 10 * 4 * HOUR, 6 * 4 * HOUR]
    address, = document["addresses"]
    assert (address["listed_s"], address["listings"], address["listed"], address["listed_by"]) == ((5 + 10 + 6) * 4 * HOUR, 3, True, 1), address
    assert document["listed_now"] == document["were_listed"] == 1


@test("what was there when it was first looked for began before; how far back is looked decides it")
def before():
    short = blacklist("--month", "2024-02", "--check", "mail server", "back=0")["listings"][0]
    assert (short["since"], short["since_known"]) == (when(FEBRUARY), False)
    assert re.search(r"192\.0\.2\.25 +zen\.example +<2024-02-01 00:00 +2024-02-02 00:00 ", reporting.nines("blacklist", *SPAN, "back=0"))


@test("across a gap of more than three intervals a probe speaks for one")
def gap():
    def lines():
        return [record.target("x", 4 * HOUR, module="dnsbl"), probe("x", FEBRUARY, "a"), probe("x", FEBRUARY + 1, "l"), probe("x", FEBRUARY + 13, "l"),
                probe("x", FEBRUARY + 14, "a")]
    store = reporting.store(lines)
    row, = json.loads(reporting.nines("blacklist", "--store", store, "--month", "2024-02", "--format", "json"))["listings"]
    assert (row["listed_s"], row["since"], row["until"], row["probes"]) == (2 * 4 * HOUR, when(FEBRUARY + 1), when(FEBRUARY + 14), 2)


@test("a list that is not asked any more is said so, not listed for ever")
def left_out():
    def lines():
        return [record.target("x", 4 * HOUR, module="dnsbl"), probe("x", FEBRUARY, "aa"), probe("x", FEBRUARY + 1, "la"),
                *[probe("x", FEBRUARY + 2 + i, " a") for i in range(5)]]
    document = json.loads(reporting.nines("blacklist", "--store", reporting.store(lines), "--month", "2024-02", "--format", "json"))
    row, = document["listings"]
    assert (row["until"], row["listed_s"]) == (None, 4 * HOUR) and document["listed_now"] == 0
    span = ("--from", "2024-02-01", "--to", when(FEBRUARY + 7))
    assert json.loads(reporting.nines("blacklist", "--store", reporting.store(lines), *span, "--format", "json"))["listings"][0]["state"] == "not asked any more"


@test("lists: how often asked, listed, of no use and why; once it is believed again")
def by_list():
    got = {x["list"]: x for x in blacklist()["lists"]}
    old, zen = got["old.example"], got["zen.example"]
    assert (zen["asked"], zen["listed"], zen["unusable"], zen["believed"]) == (29 * 6 - 12, 5 + 6, 1, True)
    assert (old["unusable"], old["troubles"], old["believed"], old["reason"]) == (26, 2, False, "lists everything, '1.0.0.127' too")
    assert old["unusable_since"] == when(FEBRUARY + 29 * 6 - 6) and blacklist()["no_use_now"] == 1


@test("changes in their order, of lists and of addresses, only those of the period")
def changes():
    got = [(x["at"], x["list"], x["change"]) for x in blacklist()["changes"]]
    assert got[:4] == [(when(FEBRUARY + 2), "zen.example", "not to be believed"), (when(FEBRUARY + 3), "zen.example", "believed again"),
                       (when(FEBRUARY + 6), "zen.example", "delisted"), (when(FEBRUARY + 30), "zen.example", "listed")]
    assert got[-2:] == [(when(FEBRUARY + 29 * 6 - 6), "bl.example", "listed"), (when(FEBRUARY + 29 * 6 - 6), "old.example", "not to be believed")]
    assert [at for at, *_ in got] == sorted(at for at, *_ in got)


@test("people see the latest changes, programs all")
def latest():
    text = reporting.nines("blacklist", *SPAN, "--check", "mail server", "rows=2")
    changes = re.findall(r"^(2024-02-\d\d \d\d:\d\d)  \w+\.example", text, re.M)
    assert changes == ["2024-02-29 00:00"] * 2 and "9 earlier changes are in the JSON form." in text and len(blacklist()["changes"]) == 11


@test("what a list says of its reasons is told whole, though it has semicolons")
def texts():
    text = {x["list"]: x["text"] for x in blacklist()["listings"]}
    assert text == {"zen.example": "see https://zen.example/q; ask=1", "bl.example": "sent spam <b>"}, text


@test("each address of a block by itself; one that was not looked at; a probe that does not say which list")
def block():
    document = blacklist("--month", "2024-02", "--check", "block")
    assert [(x["address"], x["since_known"], x["state"]) for x in document["listings"]] == [("192.0.2.7", False, "not looked at any more")]
    assert document["listed_now"] == 0 and document["were_listed"] == 1 and document["mute"] == 1
    early = blacklist("--from", "2024-02-01", "--to", "2024-02-11", "--check", "block")
    assert {x["address"]: x["listed"] for x in early["addresses"]} == {"192.0.2.6": False, "192.0.2.7": True} and early["listings"][0]["state"] == "listed"
    text = reporting.nines("blacklist", *SPAN)
    assert re.search(r"^quiet\n-+\n\nIt was not looked at in this time\.$", text, re.M)
    assert "1 of the probes are of an older nines" in re.sub(r"\s+", " ", text)


@test("what a fact holds cannot hurt: what is no saying of a list is passed over")
def broken():
    facts = ["", "; ", ": ", ": absent", "z", "z:", "z: ", "z: ; ", "z: listed", "z: listed ", "z: unusable ; z: unusable", "; ; ;", "a: b: c; d: listed 127.0.0.2",
             "x" * 900, "z: listed " + "y" * 900, "z : absent;z: absent"]

    def lines():
        return [record.target("x", 4 * HOUR, module="dnsbl"),
                *[record.result("x", BEGIN + (FEBRUARY + i) * 4 * HOUR, "up", 4 * HOUR, item="a", **{"fact.lists": fact, "fact.lists_2": fact, "fact.texts": "z: " + fact})
                  for i, fact in enumerate(facts)]]
    document = json.loads(reporting.nines("blacklist", "--store", reporting.store(lines), "--month", "2024-02", "--format", "json"))
    assert [x["list"] for x in document["listings"]] == ["z", "d"], document["listings"]


def nothing():
    return [record.target("web")]


@test("nothing there is a sentence")
def empty():
    assert "No check looks at blocking lists" in reporting.nines("blacklist", "--month", "2024-02", "--store", reporting.store(nothing))
    assert "What was asked for does not look at blocking lists" in re.sub(r"\s+", " ", reporting.nines("blacklist", *SPAN, "--check", "web"))


@test("what a real prober and recorder leave is told, of a list that is good and one that fails")
def whole(tmp):
    zones = {"good.test": {"5.2.0.192": "127.0.0.2"}, "bad.test": failing}
    with Udp(lists(zones)) as resolver:
        with Daemon(tmp, f'dnsbl "mail" {{ subject = "192.0.2.5"  lists = {{"good.test", "bad.test"}}  server = "127.0.0.1:{resolver.port}"  every = "10m"  recheck = "1s" }}\n'
                    f'reports = "{BUILD}/reports"\n', listen=False) as d:
            d.until_status("it is listed", lambda s: [c["state"] for c in s["checks"]] == ["down"])
            until("the record has it", lambda: d.nines("export", "mail").stdout)
            document = json.loads(d.nines("report", "blacklist", "--format", "json").stdout)
    row, = document["listings"]
    assert (row["address"], row["list"], row["state"], row["answer"], row["text"]) == (
        "192.0.2.5", "good.test", "listed", "127.0.0.2", "because of 127.0.0.2"), row
    assert {x["list"]: (x["believed"], x["reason"]) for x in document["lists"]} == {"good.test": (True, None), "bad.test": (False, "answers SERVFAIL")}


@test("80 columns are enough, its PDF has the same lines")
def printed(tmp):
    wide = [line for line in reporting.nines("blacklist", *SPAN).splitlines() if len(line) > 80 and "xxx" not in line]
    assert not wide, wide
    assert re.search(r"192\.0\.2\.25 +bl\.example +2024-02-29 00:00 +still +1d 00h", reporting.printed(tmp, "blacklist", *SPAN))


run()
