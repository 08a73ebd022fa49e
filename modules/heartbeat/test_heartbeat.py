#!/usr/bin/env python3
"""The heartbeat: what a job says and does not say, judged in a prober by its lines; then with a running ninesd, beats and restarts."""
import datetime
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "lib"))
import namespace
namespace.enter()
import daemon
import role
from golden import Golden
from probe import check
from tap import BUILD, run, test

golden = Golden(__file__)
MINUTE, HOUR, DAY = 60, 3600, 86400


class Job:
    """A heartbeat in a prober; `memory` is kept from line to line as the keeper does."""

    def __init__(self, memory="", **options):
        words = " ".join(f"opt.{name.replace('_', '-')}={role.quote(value)}" for name, value in options.items())
        self.prober = role.Prober(modules={"heartbeat": BUILD / "modules" / "heartbeat.so"})
        self.memory, self.number = memory, 0
        self.prober.tell(f"check 1 name=job module=heartbeat timeout_us=5000000 {words}")

    def hears(self, event=""):
        self.number += 1
        self.prober.tell(f"probe {self.number} check=1 due_us={role.now_us()} event={role.quote(event)} memory={role.quote(self.memory)}")
        result = self.prober.result(self.number)
        self.memory = result.get("memory", self.memory)
        return result

    def __enter__(self):
        self.prober.__enter__()
        return self

    def __exit__(self, *error):
        return self.prober.__exit__(*error)


def memory(ended=None, started=None, failed=None, took=-1):
    """What a heartbeat remembers; times in seconds ago."""
    now = time.time()
    at = [int((now - ago) * 1e6) if ago is not None else 0 for ago in (ended, started)]
    return f"{at[0]} {at[1]} {took} {int(failed is not None)} {failed or ''}"


def line(title, result):
    """As a golden line; times of the day differ from run to run."""
    reason = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "TIME", result.get("reason", ""))
    golden(title, {"verdict": result["verdict"], "steps": [], "reason": reason})


CASES = [
    ("never heard of", "", "", {"period": "1h"}),
    ("the first beat", "", "beat", {"period": "1h"}),
    ("the first start", "", "start", {"period": "1h"}),
    ("the first fail", "", "fail disk full", {"period": "1h"}),
    ("a fail without a text", "", "fail", {"period": "1h"}),
    ("exit status 0", "", "exit 0", {"period": "1h"}),
    ("exit status 3", "", "exit 3", {"period": "1h"}),
    ("exit status 3 with a text", "", "exit 3 no route", {"period": "1h"}),
    ("an exit status that is none", memory(MINUTE), "exit ok", {"period": "1h"}),
    ("within the period", memory(50 * MINUTE), "", {"period": "1h"}),
    ("within the grace", memory(HOUR + 4 * MINUTE), "", {"period": "1h"}),
    ("behind the grace", memory(HOUR + 6 * MINUTE), "", {"period": "1h"}),
    ("late, and a beat comes", memory(5 * HOUR), "beat", {"period": "1h"}),
    ("late, and a start comes", memory(5 * HOUR), "start", {"period": "1h"}),
    ("failed, asked again", memory(10 * MINUTE, failed="disk full"), "", {"period": "1h"}),
    ("failed, and a start comes", memory(10 * MINUTE, failed="disk full"), "start", {"period": "1h"}),
    ("failed, and a success comes", memory(10 * MINUTE, failed="disk full"), "success", {"period": "1h"}),
    ("failed, and late since", memory(5 * HOUR, failed="disk full"), "", {"period": "1h"}),
    ("running, within max-run", memory(5 * HOUR, 10 * MINUTE), "", {"period": "1h", "max_run": "30m"}),
    ("running longer than its period, within max-run", memory(5 * HOUR, 2 * HOUR), "", {"period": "1h", "max_run": "3h"}),
    ("running for too long", memory(5 * HOUR, 40 * MINUTE), "", {"period": "1h", "max_run": "30m"}),
    ("running for too long, never ended before", memory(None, 40 * MINUTE), "", {"period": "1h", "max_run": "30m"}),
    ("running for too long, and it ends", memory(5 * HOUR, 40 * MINUTE), "success", {"period": "1h", "max_run": "30m"}),
    ("running without max-run, longer than its period", memory(5 * HOUR, 2 * HOUR), "", {"period": "1h"}),
    ("a word that is none", memory(MINUTE), "hello \x1b[2J\x00%n", {"period": "1h"}),
    ("hostile words of a failure", "", "fail \x1b[2J<b>%n%s", {"period": "1h"}),
    ("memory that makes no sense", "x y z", "", {"period": "1h"}),
    ("neither period nor cron", "", "beat", {"period": "0"}),
    ("both period and cron", "", "beat", {"period": "1h", "cron": "0 3 * * *"}),
]

for title, remembered, event, options in CASES:
    @test(title)
    def case(title=title, remembered=remembered, event=event, options=options):
        with Job(remembered, **options) as job:
            line(title, job.hears(event))


def cron_of(ago_s, zone=datetime.timezone.utc):
    """The daily line of crontab for a time of the day so long ago."""
    at = datetime.datetime.fromtimestamp(time.time() - ago_s, zone)
    return f"{at.minute} {at.hour} * * *"


CRON = [
    ("cron: heard of behind the last time", 2 * HOUR, memory(HOUR), "up"),
    ("cron: heard of before the last time only", 2 * HOUR, memory(3 * HOUR), "down"),
    ("cron: within the grace", 3 * MINUTE, memory(DAY), "up"),
    ("cron: running since the last time", 2 * HOUR, memory(DAY + HOUR, HOUR), "up"),
    ("cron: heard of a day ago, two times left out", 2 * HOUR, memory(2 * DAY), "down"),
]

for title, ago_s, remembered, verdict in CRON:
    @test(title)
    def cron(title=title, ago_s=ago_s, remembered=remembered, verdict=verdict):
        with Job(remembered, cron=cron_of(ago_s)) as job:
            result = job.hears()
            assert result["verdict"] == verdict, result
            line(title, result)


@test("cron: a job whose clock is a little ahead of ours is heard of in time")
def ahead():
    at_s = (int(time.time()) - 2 * HOUR) // 60 * 60  # the minute of the line begins here
    for seconds, verdict in ((3, "up"), (30, "down")):
        with Job(memory(time.time() - at_s + seconds), cron=cron_of(time.time() - at_s)) as job:
            assert job.hears()["verdict"] == verdict


@test("cron: the zone is that of the job")
def zone():
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    with Job(memory(3 * HOUR), cron=cron_of(2 * HOUR, tokyo), zone="Asia/Tokyo") as job:
        result = job.hears()
    assert result["verdict"] == "down" and result["reason"].endswith(" JST"), result
    with Job(memory(3 * HOUR), cron=cron_of(2 * HOUR, tokyo)) as job:
        assert job.hears()["verdict"] == "up"


@test("the run time is a value, and what comes next is told")
def run_time():
    with Job(memory(DAY, 90), period="1d") as job:
        result = job.hears("success")
        value, unit = role.values(result)["run_time"].split(" ")
        assert unit == "s" and 90 <= float(value) < 150, result
        assert {"fact.last_end", "fact.wanted_by"} <= set(result) and "fact.running_since" not in result, result
        assert "run_time" in role.values(job.hears()), "it stays until the next end"
        assert "fact.running_since" in job.hears("start")
        assert float(role.values(job.hears("fail"))["run_time"].split(" ")[0]) < 60
        assert "run_time" not in role.values(job.hears("beat")), "without a start nothing is known"


@test("runs that overlap are known by their names, and each has its own run time")
def runs():
    with Job(memory(DAY), period="1d", max_run="1h") as job:
        first, second = "5f2c0a9e-1d4b-4c3e-9b1a-000000000001", "77aa0a9e-1d4b-4c3e-9b1a-000000000002"
        assert "fact.running_since" in job.hears(f"start @{first}")
        job.hears(f"start @{second}")
        result = job.hears(f"success @{first} done")
        assert "run_time" in role.values(result) and "fact.running_since" in result and result["fact.said"] == "done", result
        result = job.hears(f"fail @{second} disk full")
        assert result["verdict"] == "down" and "fact.running_since" not in result and result["reason"].endswith("disk full"), result
        assert "run_time" not in role.values(job.hears(f"success @{second}")), "that run has ended already"


@test("of more runs than eight the oldest is forgotten, and an end without a name ends them all")
def many_runs():
    with Job(memory(DAY), period="1d") as job:
        for number in range(20):
            job.hears(f"start @run-{number:02}")
        assert "run_time" not in role.values(job.hears("success @run-11")) and "run_time" in role.values(job.hears("success @run-12"))
        assert "fact.running_since" not in job.hears("success")


@test("a job may say itself how long it took; what it logs changes nothing but what was said last")
def took():
    with Job("", period="1d") as job:
        result = job.hears("success ~2500000 all well")
        assert role.values(result)["run_time"] == "2.5 s" and result["fact.said"] == "all well", result
        result = job.hears("log halfway")
        assert result["verdict"] == "up" and result["fact.said"] == "halfway", result
        job.hears("fail broken")
        result = job.hears("log tried again")
        assert result["verdict"] == "down" and result["reason"].endswith(": broken"), result
        for nonsense in ("success ~x", "success @", "success @ ~-5", "success ~99999999999999999999", "start @=;=;", "success @a=1;b=2;"):
            assert job.hears(nonsense)["verdict"] == "up", nonsense


@test("it looks again each minute, and just behind the deadline")
def looks():
    for ago, most in ((0, 60_000_000), (3570, 30_000_000), (3590, 10_000_000), (7000, 60_000_000)):
        with Job(memory(ago), period="1h", grace="0") as job:
            expect = int(job.hears()["expect_us"])
            assert most - 29_000_000 < expect <= most, (ago, expect)
    with Job("", period="1h") as job:
        assert job.hears()["expect_us"] == "60000000"


@test("options that make no sense are named with file and line")
def options(tmp):
    conf = tmp / "nines.conf"
    conf.write_text(f'location = "here"\nmodules = "{BUILD}/modules"\n\nheartbeat "a" {{\n  cron = "61 * * * *"\n}}\n'
                    'heartbeat "b" {\n  cron = "0 3 * * *"\n  zone = "Europe/Atlantis"\n}\n'
                    'heartbeat "c" {\n  period = "1h"\n  cron = "0 3 * * *"\n}\nheartbeat "d" {}\n')
    done = daemon.nines("config", "check", conf=conf)
    assert f"{conf}:5: cron: '61 * * * *' is no crontab time: minute: '61' is none of 0-59" in done.stderr + done.stdout, done
    for at in (f"{conf}:12", f"{conf}:15"):
        assert re.search(re.escape(at) + r": period: .*give either period or cron", done.stderr + done.stdout), done
    assert f"{conf}:9: zone: 'Europe/Atlantis' cannot be used: no time zone 'Europe/Atlantis'" in done.stderr + done.stdout, done


@test("on the command line it has heard of nothing")
def alone():
    golden("nines check heartbeat", check("heartbeat", period="1h"))


def state(status, name="job"):
    found = next((c for c in status["checks"] if c["name"] == name), {})
    return found.get("state"), found.get("reason") or ""


@test("in a running ninesd: beats by the command line, down at once with the text, and all of it after a restart")
def running(tmp):
    text = 'heartbeat "job" { period = "1d" every = "1s" recheck = "1s" }\n'
    with daemon.Daemon(tmp, text) as d:
        d.until_status("not heard of", lambda s: state(s) == ("unknown", "not heard of yet"))
        assert d.nines("beat", "job").stdout == "taken\n"
        d.until_status("up", lambda s: state(s)[0] == "up")
        assert d.nines("beat", "job", "start").returncode == 0
        assert d.nines("beat", "job", "--exit", "7", "disk full").returncode == 0
        d.until_status("down", lambda s: state(s)[0] == "down" and state(s)[1].endswith("UTC: exit status 7: disk full"))
        assert d.nines("beat", "nobody").returncode == 2
        assert d.stop() == 0
    with daemon.Daemon(tmp, text) as d:
        d.until_status("still down", lambda s: state(s)[0] == "down" and "disk full" in state(s)[1])
        said = d.nines("now", "job")
        assert said.returncode == 0, said
        assert d.nines("beat", "job", "--exit", "0").returncode == 0
        d.until_status("up again, judged behind the other", lambda s: state(s)[0] == "up")
        assert "not heard of yet" not in d.output(), "it had forgotten"


@test("in a running ninesd: too late, and started but not ended, are incidents without a word from the job")
def late(tmp):
    text = ('heartbeat "late" { period = "1s" grace = "0" every = "1s" recheck = "1s" }\n'
            'heartbeat "stuck" { period = "1d" max-run = "1s" every = "1s" recheck = "1s" }\n')
    with daemon.Daemon(tmp, text) as d:
        d.until_status("both wait", lambda s: all(state(s, name)[1] == "not heard of yet" for name in ("late", "stuck")))
        assert d.nines("beat", "late").returncode == d.nines("beat", "stuck", "start").returncode == 0
        d.until_status("late is down", lambda s: state(s, "late")[0] == "down" and state(s, "late")[1].startswith("not heard of since"))
        d.until_status("stuck is down", lambda s: state(s, "stuck")[0] == "down" and "not ended within 1.00s" in state(s, "stuck")[1])
        assert d.nines("beat", "stuck", "success").returncode == 0
        d.until_status("stuck is up", lambda s: state(s, "stuck")[0] == "up")


run()
