# timeout: 1800
"""The sums of every month of 2009 to 2025 are its length in every zone that this machine knows (F15, F16): what tests/report/test_zones.py has of one
year."""
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import record
import reporting
from tap import run, test
from zones import wrong_months

CHANCE = random.Random(12)


def years():
    """A sample every six hours of all these years, with gaps, from 2010 on."""
    begin, end = reporting.at(2010, 3, 14), reporting.at(2025, 11, 2)
    states = []
    while len(states) < (end - begin) // 21600:
        states += CHANCE.choice(["u", "u", "u", "d", "?", " ", "g"]) * CHANCE.randrange(1, 40)
    return [record.target("a", 21600), *record.results("a", begin + 17, 21600, states)]


STORE = reporting.store(years)
for _year in range(2009, 2026):
    @test(f"every zone, every month of {_year}")
    def months(tmp, year=_year):
        wrong = wrong_months(STORE, tmp, [(year, month) for month in range(1, 13)])
        assert not wrong, wrong[:3]


run()
