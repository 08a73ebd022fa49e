# timeout: 300
"""Whatever a zone does to the length of a month: its sums are its length, and the months of years add up (F15, F16).

Every zone that this machine knows: of each a month in which its clocks changed, where there is one between 2009 and 2025, and every month of
2012, with the December before, in which Samoa left out a day. All months of all these years are tests/soak/soak_zones.py's.
"""
import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from tap import run, test
from zones import SUMS, ZONES, begins, length, wrong_months

YEARS = range(2009, 2026)  # months that are over: now is in the middle of a second
CONF = ('service "s" { members = {"a"} sla = "g" }\nservice "n" { members = {"s", "a"} need = 2 }\n'
        'sla "g" { target = 99.9 hours = {"Mon-Sat 06:30-22:15"} maintenance-allowance = "90m" }\n'
        'maintenance "m" { cron = "30 1 * * *" for = "45m" zone = "America/St_Johns" }\n')
CHANCE = random.Random(11)


def years():
    """A sample every six hours of ten years; before and behind it nothing."""
    begin, end = reporting.at(2012, 3, 11), reporting.at(2022, 11, 6)
    states = []
    while len(states) < (end - begin) // 21600:
        states += CHANCE.choice(["u", "u", "u", "d", "?", " ", "g"]) * CHANCE.randrange(1, 40)
    return [record.target("a", 21600), *record.results("a", begin + 17, 21600, states)]


STORE = reporting.store(years)


def odd_month(zone, chance):
    """One that is no whole number of days long, any where there is none."""
    months = [(year, month) for year in YEARS for month in range(1, 13)]
    odd = [m for m in months if length(zone, *m) % 86400]
    return chance.choice(odd or months)


def rows(conf, zone, *words):
    return json.loads(reporting.nines("sla", "--store", STORE, "--zone", zone, "--format", "json", "charts=0", *words, conf=conf))["rows"]


def wrong_sums(conf, zone, year, month):
    seconds = length(zone, year, month)
    got = rows(conf, zone, "--month", f"{year}-{month:02}")
    return [(zone, year, month, seconds, row) for row in got if sum(row[k] for k in SUMS) != seconds] if len(got) == 3 else [(zone, got)]


@test("in every zone the sums of a month are its length, also of one in which the clocks change")
def every_zone(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(CONF)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda zone: wrong_sums(conf, zone, *odd_month(zone, random.Random(zone))), ZONES)
        wrong = [one for each in found for one in each]
    assert not wrong, wrong[:3]


@test("and every month from December 2011 to December 2012")
def one_year(tmp):
    wrong = wrong_months(STORE, tmp, [(2011, month) for month in range(12, 25)])
    assert not wrong, wrong[:3]


@test("every kind of time occurs there")
def kinds(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(CONF)
    got = rows(conf, "UTC", "--from", "2012-01-01", "--to", "2016-01-01")
    assert {k for k in SUMS if any(row[k] for row in got)} == {*SUMS} - {"excluded_s"}, got


# where clocks change at midnight, by half an hour, where a day was left out, where summer time changes with Ramadan
ODD = ("America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran")
for _zone in ODD:
    @test(f"24 months of {_zone} add up to their two years, and so do their incidents")
    def add_up(tmp, zone=_zone):
        conf = tmp / "nines.conf"
        conf.write_text(CONF)
        months = [(2011 + n // 12, n % 12 + 1) for n in range(8, 32)]  # Apia had no 30th of December 2011
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            each = list(pool.map(lambda m: {r["name"]: r for r in rows(conf, zone, "--month", f"{m[0]}-{m[1]:02}")}, months))
        begin, end = (datetime.datetime.fromtimestamp(begins(zone, *m), datetime.timezone.utc) for m in ((2011, 9), (2013, 9)))
        for row in rows(conf, zone, "--from", begin.isoformat(), "--to", end.isoformat()):
            assert sum(row[k] for k in SUMS) == (end - begin).total_seconds(), row
            for key in (*SUMS, "incidents"):
                total = sum(one[row["name"]][key] for one in each)
                assert total == row[key], (zone, row["name"], key, total, row[key])


run()
