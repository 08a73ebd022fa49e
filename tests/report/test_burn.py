"""`nines report burn`: error budgets, burn rates by the pairs of windows of the SRE workbook, and which the sampling can carry."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
import reporting
from records.burn import HOSTILE, SPAN, four_days
from reporting import store
from tap import run, test

def burn(tmp, target, *words):
    conf = tmp / "nines.conf"
    conf.write_text(f'service "S" {{ members = {{"web"}} sla = "p" }}\nsla "p" {{ target = {target} }}\n')
    return reporting.nines("burn", "--store", store(four_days), *SPAN, "--service", "S", *words, conf=conf)


@test("rates of each window are what was down of it by what the target allows, and a row burns when both windows do")
def rates(tmp):
    got = json.loads(burn(tmp, 99, "--format", "json"))
    assert got["as_of"] == "2024-03-05T00:00:00Z", got
    shown = [(row["windows"], row["long"], row["short"], row["one_probe"], row["burning"], row["can_tell"]) for row in got["rows"]]
    assert shown == [  # 13 of 60 minutes, 3 of 5; 13 of 360, 13 of 30 less what lies before; 13 of a day and of two hours; of three days
        ("14.4x in 1h and 5m", "21.66", "60.00", "1.66", True, True), ("6x in 6h and 30m", "3.61", "33.33", "0.27", False, True),
        ("3x in 24h and 2h", "0.90", "10.83", "0.06", False, True), ("1x in 3d and 6h", "0.30", "3.61", "0.02", False, True)], shown
    budget, = got["budgets"]
    assert (budget["budget_s"], budget["used_s"], budget["left_s"]) == (3456, 780, 2676), budget


@test("where one failed probe reaches the rate, it says that it cannot tell, and what to change")
def silly(tmp):
    got = json.loads(burn(tmp, 99.9, "--format", "json"))
    assert [(row["one_probe"], row["can_tell"], row["burning"]) for row in got["rows"]] == [
        ("16.66", False, False), ("2.77", True, True), ("0.69", True, True), ("0.23", True, True)], got["rows"]
    text = " ".join(burn(tmp, 99.9).split())
    assert "cannot tell" in text and "S: one failed probe is a burn rate of 16.66 in an hour: probe more often than every 51.840 s" in text, text
    assert "one failed probe" not in " ".join(burn(tmp, 99).split()).replace("a single failed probe", "")
    everything = json.loads(burn(tmp, 100, "--format", "json"))
    assert not any(row["can_tell"] for row in everything["rows"]), "a target of 100 % allows nothing"
    assert "S: a target of 100 % allows nothing: it has no budget to burn." in " ".join(burn(tmp, 100).split())
    assert {row["one_probe"] for row in everything["rows"]} == {"endless"}


@test("what has no target has no row; hostile names are harmless (F44)")
def hostile(tmp):
    conf = tmp / "nines.conf"
    conf.write_text('customer "C" { services = {' + json.dumps(HOSTILE, ensure_ascii=False) + '} sla = "p" }\nsla "p" { target = 99 }\n',
                    encoding="utf-8")
    words = ("burn", "--store", store(four_days), "--from", "2024-03-01", "--to", "2024-03-05")
    assert json.loads(reporting.nines(*words, "--format", "json", conf=conf))["rows"] == []
    assert "Nothing here has an sla with a target" in reporting.nines(*words, conf=conf)
    assert len(json.loads(reporting.nines(*words, "--format", "json", "--customer", "C", conf=conf))["rows"]) == 4
    for form in ("text", "html"):
        got = reporting.nines(*words, "--customer", "C", "--format", form, conf=conf)
        assert "\u202e" not in got and (form == "text" or "<script" not in got), form


run()
