"""`nines status`, the page and the report show the same figure of a check and of a service."""
import datetime
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "web")]
import record
from keeper import Keeper, Web, line
from tap import BUILD, run, skip, test

NAMES = ("shop", "Mail & more", "Both")
LINES = "".join(line("check", name=name, module="http", state="up", steps="") for name in NAMES[:2])
LINES += line("service", name="Both", state="up", need=2, up=2, members="\n".join(NAMES[:2])) + line("health", ok=1) + "end -\n"


def history(path):
    """Two hours that ended a while ago, so that no figure changes while it is looked at from three sides."""
    begin = int(time.time()) - 3 * 3600
    record.write(path, [*(record.target(name, 60) for name in NAMES[:2]), record.service("Both", NAMES[:2], need=2),
                        *record.results("shop", begin, 60, "u" * 30 + "ddd" + "u" * 80),
                        *record.results("Mail & more", begin + 7, 60, "u" * 20 + "?" * 5 + "u" * 40 + "d" + "u" * 9 + "g" * 20)])


def nines(*words):
    done = subprocess.run([str(BUILD / "nines"), *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures(document):
    return {one["name"]: one["uptime_month"] for one in document["checks"] + document["services"]}


def of_page(store):
    """The figures of /status.json and the page itself, once the web has computed them."""
    class OfStore(Web):
        def tell(self, text, fd=None):
            super().tell(text.replace("/nonexistent", str(store)), fd)
    with OfStore(LINES) as web:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = figures(json.loads(web.get("/status.json")[2]))
            if None not in found.values():
                return found, web.get("/")[2]
            time.sleep(0.1)  # it asks its keeper at most once a second
    raise AssertionError(f"the page shows no figures: {found}")


@test("status, page and report agree")
def agree(tmp):
    if datetime.datetime.now(datetime.timezone.utc) < datetime.datetime.now(datetime.timezone.utc).replace(day=1, hour=4, minute=0):
        skip("this month is too young for a history that is over")
    history(tmp / "nines.db")
    (tmp / "nines.conf").write_text('store = "nines.db"\n')
    report = {row["name"]: row["uptime_known"] for row in json.loads(nines("-c", tmp / "nines.conf", "report", "sla", "--format", "json"))["rows"]}
    assert set(report) == set(NAMES) and len(set(report.values())) == 3 and None not in report.values(), report
    keeper = Keeper(LINES).listen(tmp / "control")
    assert figures(json.loads(nines("-c", tmp / "nines.conf", "status", "--json", "--socket", tmp / "control"))) == report
    text = nines("-c", tmp / "nines.conf", "status", "--socket", tmp / "control")
    keeper.die()
    page, html = of_page(tmp / "nines.db")
    assert page == report, (page, report)
    for figure in report.values():
        assert figure in text and f"{figure} % this month" in html, figure


@test("without a database status and page show no figure")
def none(tmp):
    keeper = Keeper(LINES).listen(tmp / "control")
    (tmp / "nines.conf").write_text('store = "none.db"\n')
    assert set(figures(json.loads(nines("-c", tmp / "nines.conf", "status", "--json", "--socket", tmp / "control"))).values()) == {None}
    keeper.die()
    with Web(LINES) as web:
        assert "this month" not in web.get("/")[2]


run()
