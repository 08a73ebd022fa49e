"""`nines report statistics`: who was up, by category, over a day to 12 months, in every rendering (rows 129 and 134, F15, F44).

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
from records import HOSTILE
from tap import run, test

CATEGORY = "=1+1<b>\u202e " + "y" * 100
BEGIN = reporting.at(2023, 11, 1)
HOUR = 3600
HOURS = 121 * 24  # up to 2024-03-01
FEBRUARY, LAST_DAY = 92 * 24, 120 * 24
STEPS = "resolve:812,connect:13490,tls:{tls},request:{request},first-byte:{ms}000,body:{ms}900"


def site(name, down, **words):
    """Hourly probes; `down`: (first hour, how many)."""
    states = list("u" * HOURS)
    for first, hours in down:
        states[first:first + hours] = "d" * hours
    return record.results(name, BEGIN, HOUR, "".join(states), **words)


def history():
    """Four months: one that got better, one worse, one with a blip, two that were never down, one that is down, a young one, a hostile one."""
    key = f"start_us={(BEGIN + (LAST_DAY + 20) * HOUR) * record.SECOND}"
    return [
        record.target("alpha pay", HOUR, category="Payment"), record.target("beta pay", HOUR, category="Payment"),
        record.target("gamma pay", HOUR, category="Payment"), record.target("delta pay", HOUR, category="Payment"),
        record.target("cart", HOUR, category="Carts and shop hosting"), record.target("young cart", HOUR, category="Carts and shop hosting"),
        record.target(HOSTILE, HOUR, category=CATEGORY), record.target("post", HOUR, module="smtp"),
        record.service("Checkout", ["alpha pay", "beta pay"], need=2, category="Payment"),
        *site("alpha pay", [(FEBRUARY - 200, 30), (LAST_DAY - 100, 3)], elapsed_us=121000, steps=STEPS.format(tls=44100, request=44200, ms=98)),
        *site("beta pay", [], elapsed_us=221000, steps=STEPS.format(tls=144100, request=144200, ms=183)),
        *site("gamma pay", [(LAST_DAY - 50, 20), (LAST_DAY - 20, 12)]), *site("delta pay", [(LAST_DAY - 30, 1)]),
        *site("cart", [(LAST_DAY + 20, 4)], elapsed_us=90000, steps="connect:90000"),
        *record.results("young cart", BEGIN + (LAST_DAY - 100) * HOUR, HOUR, "u" * 124),
        *site(HOSTILE, [(LAST_DAY - 3, 2)]), *record.results("post", BEGIN, HOUR, "u" * (HOURS - 240) + " " * 120 + "g" * 120),
        f'incident i1 check=cart event=confirmed {key} at_us={(BEGIN + (LAST_DAY + 21) * HOUR) * record.SECOND} step=connect reason="refused"',
    ]


STORE = reporting.store(history)
SPAN = ("--month", "2024-02", "--store", STORE)
reporting.golden("statistics-categories.csv", "statistics", *SPAN, "--table", "categories")
reporting.golden("statistics-few.txt", "statistics", *SPAN, "categories=Payment", "periods=today", "days=14", "rows=2", "chart=0", "--zone", "Europe/Berlin")


def statistics(*words, conf=None):
    return json.loads(reporting.nines("statistics", "--store", STORE, "--format", "json", *(words or ("--month", "2024-02")), conf=conf))


def rows(document):
    return {row["name"]: row for row in document["rows"]}


def sla_of(name, from_, to):
    kind = "--service" if name == "Checkout" else "--check"
    return json.loads(reporting.nines("sla", "--store", STORE, "--format", "json", kind, name, "--from", from_, "--to", to))["rows"][0]


@test("every figure of every span is the one that sla has of it")
def same():
    for name in ("alpha pay", "Checkout", "young cart", "post"):
        row = rows(statistics())[name]
        assert [p["period"] for p in row["periods"]] == ["today", "7d", "30d", "90d", "12m"]
        for period in row["periods"]:
            sla = sla_of(name, period["begin"], period["end"])
            assert {k: period[k] for k in ("uptime_known", "coverage", "down_s")} == {k: sla[k] for k in ("uptime_known", "coverage", "down_s")}, name
            assert period["outages"] == sla["incidents"] and period["before_known"] == sla_of(name, period["before_begin"], period["before_end"])["uptime_known"]
        month = sla_of(name, "2024-01-31", "2024-03-01")
        assert (row["uptime_known"], row["outages"], row["longest_s"]) == (month["uptime_known"], month["incidents"], month["longest_s"])


@test("days of the zone, today among them; 12 months end where they began a year before; a spring day has 23 hours (F15)")
def spans():
    got = [(p["begin"], p["end"], p["before_begin"], p["before_end"]) for p in statistics()["rows"][0]["periods"]]
    assert got[0] == ("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z")
    assert got[1] == ("2024-02-23T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-16T00:00:00Z", "2024-02-23T00:00:00Z")
    assert got[4][0] == "2023-03-02T00:00:00Z"  # 2023 has no 29 February
    noon = statistics("--from", "2024-04-01", "--to", "2024-04-01T10:00:00Z", "--zone", "Europe/Berlin")
    spans = {p["period"]: p for p in noon["rows"][0]["periods"]}
    assert (spans["today"]["begin"], spans["today"]["before_begin"], spans["today"]["before_end"]) == (
        "2024-03-31T22:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T11:00:00Z")
    assert spans["12m"]["begin"] == "2023-04-01T22:00:00Z"
    assert [(d["begin"], d["end"]) for d in noon["rows"][0]["days"]][-2:] == [
        ("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"), ("2024-03-31T22:00:00Z", "2024-04-01T10:00:00Z")]


@test("the bar has a letter for each day that the days explain, and the days are those of sla")
def bars():
    for name, row in rows(statistics()).items():
        assert len(row["bar"]) == 30 and row["bar"] == "".join(d["state"] for d in row["days"])[-30:], name
        assert len(row["days"]) == 90
    row = rows(statistics())["gamma pay"]
    assert row["bar"] == "u" * 26 + "PDDu", row["bar"]
    for day in row["days"][-30:]:
        sla = sla_of("gamma pay", day["begin"], day["end"])
        assert (day["uptime_known"], day["down_s"]) == (sla["uptime_known"], sla["down_s"])
        assert day["state"] == ("u" if not sla["down_s"] else "D" if sla["down_s"] * 2 >= 86400 else "P")
    assert rows(statistics())["young cart"]["bar"] == "-" * 24 + "u" * 6
    assert rows(statistics())["post"]["bar"].endswith("?????ggggg"), "what nobody looked at, what was degraded"


@test("on a terminal without blocks a bar is letters")
def letters():
    plain, blocks = reporting.on_terminal("C", "statistics", *SPAN), reporting.on_terminal("C.UTF-8", "statistics", *SPAN).decode()
    assert all(byte < 128 for byte in plain)
    bar = rows(statistics())["alpha pay"]["bar"]
    assert f" {bar} ".encode() in plain and "D    down for half of it or more" in plain.decode()
    assert " " + bar.replace("u", "\u2588").replace("P", "\u2584") + " " in blocks


@test("the chart has a bar for each of 90 days, or of as many as are asked for, or there is none")
def chart():
    html = reporting.nines("statistics", *SPAN, "--format", "html")
    assert html.count('role="img" viewBox') == 4 and "90 days, a bar each" in html
    assert "7 days, a bar each" in reporting.nines("statistics", *SPAN, "chart=7", "categories=Payment") and "<svg" not in reporting.nines(
        "statistics", *SPAN, "chart=0", "--format", "html")
    assert len(rows(statistics("--month", "2024-02", "chart=0"))["beta pay"]["days"]) == 30


@test("ranks: within the category and of all, equals share one, what is not known for half of the days has none")
def ranks():
    got = rows(statistics())
    order = [(r["name"], r["place"], r["place_of"]) for r in statistics()["rows"] if r["category"] == "Payment"]
    assert order == [("beta pay", 1, 5), ("delta pay", 2, 5), ("Checkout", 3, 5), ("alpha pay", 3, 5), ("gamma pay", 5, 5)], order
    assert got["young cart"]["place"] is None and got["young cart"]["rank"] is None and got["cart"]["place_of"] == 1
    ranked = [r for r in got.values() if r["rank"]]
    assert {r["rank_of"] for r in ranked} == {len(ranked)}
    for row in ranked:
        assert row["rank"] == 1 + sum(float(other["uptime_known"]) > float(row["uptime_known"]) for other in ranked), row["name"]


@test("a trend is only called one where it is more than both measurements can be wrong by")
def trends():
    got = {name: {p["period"]: p["trend"] for p in row["periods"]} | {"main": row["trend"]} for name, row in rows(statistics()).items()}
    assert got["alpha pay"]["main"] == "better" and got["gamma pay"]["main"] == "worse"
    assert got["delta pay"]["main"] == "same", "one failed probe is one interval, which is how exact it is"
    assert got["beta pay"]["main"] == "same" and got["beta pay"]["12m"] is None, "nobody knows of the year before"
    assert got["young cart"]["main"] is None and got["cart"]["today"] == "worse"


@test("outages: how many, the longest, the last one and since when it is up; one that is open")
def outages():
    got = rows(statistics())
    row = got["gamma pay"]
    assert (row["outages"], row["longest_s"], row["last_outage"], row["last_lasted_s"], row["up_since"]) == (
        2, 20 * HOUR, "2024-02-28T04:00:00Z", 12 * HOUR, "2024-02-28T16:00:00Z")
    assert (got["cart"]["outages"], got["cart"]["last_outage"], got["cart"]["up_since"]) == (1, "2024-02-29T20:00:00Z", None)
    assert got["delta pay"]["outages"] == 0 and got["delta pay"]["last_outage"] is None, "a blip is none"
    assert got["beta pay"]["last_outage"] is None
    text = reporting.nines("statistics", *SPAN)
    assert re.search(r"^cart +1 +4:00:00 +2024-02-29 20:00 +4:00:00 +open$", text, re.M)
    early = rows(statistics("--month", "2024-01"))["alpha pay"]
    assert (early["outages"], early["last_outage"]) == (1, "2024-01-23T16:00:00Z")


@test("percentiles are those of detail, of the whole probe and of the slowest step")
def times():
    row = rows(statistics())["beta pay"]
    detail = json.loads(reporting.nines("detail", "--store", STORE, "--check", "beta pay", "--from", "2024-01-31", "--to", "2024-03-01", "--format", "json"))
    step = {s["step"]: s for s in detail["steps"]}
    def clamped(us, one):  # detail knows the least and the most
        return max(one["min_us"], min(us, one["max_us"]))
    assert [clamped(row[f"p{n}_us"], step["total"]) for n in (50, 95, 99)] == [step["total"][f"p{n}_us"] for n in (50, 95, 99)]
    slowest = max((s for s in step.values() if s["step"] != "total"), key=lambda s: s["p95_us"])
    assert row["slowest_step"] == slowest["step"] and clamped(row["slowest_p99_us"], slowest) == slowest["p99_us"]
    assert rows(statistics())["Checkout"]["p50_us"] is None


@test("today is running: it says so far; a span that is over does not")
def so_far():
    text = reporting.nines("statistics", "--store", STORE)
    assert ", today so far\n" in text and " today so far " in text and "still down" not in text
    document = json.loads(reporting.nines("statistics", "--store", STORE, "--format", "json"))
    assert document["so_far"] is True and not statistics()["so_far"] and "so far" not in reporting.nines("statistics", *SPAN)


@test("categories, periods and limits; what is wrong is said with what there is")
def options():
    some = statistics("--month", "2024-02", "categories=Payment", "periods=7d")
    assert {r["category"] for r in some["rows"]} == {"Payment"} and {p["period"] for r in some["rows"] for p in r["periods"]} == {"7d"}
    assert [c["category"] for c in statistics()["categories"]] == [CATEGORY, "Carts and shop hosting", "Payment", None]
    wrong = reporting.nines("statistics", *SPAN, "categories=payment", status=64)
    assert "no check and no service has the category 'payment': there are 'Payment', '=1+1" in wrong and "'Carts and shop hosting'" in wrong, wrong
    assert "periods: '1y' is none of today, 7d, 30d, 90d, 12m" in reporting.nines("statistics", *SPAN, "periods=1y", status=64)
    for days in (0, 93):
        assert "is not within 1..92" in reporting.nines("statistics", *SPAN, f"days={days}", status=64)
    text = reporting.nines("statistics", *SPAN, "rows=1")
    assert "4 more are in the JSON form." in text and "delta pay" not in text and len(statistics("--month", "2024-02", "rows=1")["rows"]) == 9


@test("a service's category is what the configuration says now")
def configured(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('service "Checkout" { members = {"alpha pay", "beta pay"} need = 2 category = "Our own" }\n')
    assert rows(statistics("--month", "2024-02", conf=conf))["Checkout"]["category"] == "Our own"
    assert rows(statistics("--month", "2024-02", conf=conf))["alpha pay"]["category"] == "Payment"


def nothing():
    return ["targets - at_us=5"]


def plain():
    return [record.target("web", seen_us=5), "targets - at_us=5"]


@test("nothing there, and nothing with a category, is a sentence")
def empty():
    assert "The record has no check and no service yet." in reporting.nines("statistics", "--month", "2024-02", "--store", reporting.store(nothing))
    text = reporting.nines("statistics", "--store", reporting.store(plain))
    assert 'Nothing has a category yet: `category = "Payment"` in the section' in re.sub(r"\s+", " ", text) and "Without a category" in text


@test("80 columns are enough, whatever names are like")
def narrow():
    wide = [line for line in reporting.nines("statistics", *SPAN).splitlines() if len(line) > 80 and "xxx" not in line and "yyy" not in line]
    assert not wide, wide


@test("its PDF has the same lines, bars too")
def printed(tmp):
    text = reporting.printed(tmp, "statistics", *SPAN)
    assert re.search("beta pay +\u2588{30} +100.000000 +same +1/5", text), text
    assert "Carts and shop hosting" in text and "How to read it" in text


run()
