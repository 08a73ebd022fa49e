"""nines contact list and show: whom nines tells, as the configuration says it."""
import json

from daemon import nines
from tap import BUILD, run, test

CONF = f"""modules = "{BUILD}/modules"
notifiers = "{BUILD}/notifiers"
tcp "a" {{ host = "127.0.0.1" port = 25 }}
contact "night watch" {{
  services = {{"a"}}  zone = "Europe/Berlin"
  path "log:desk" {{ after = 0  fallback = "log:pager"  test = "7d"  kinds = "alerts" }}
  path "log:pager" {{ hours = "Mon-Sun 22:00-07:00"  repeat = 0  expires = "90m" }}
}}
contact "ops" {{ path "log:ops" {{ }} }}
"""


def contact(tmp, *words, text=CONF):
    (tmp / "nines.conf").write_text(text)
    done = nines("contact", *words, conf=tmp / "nines.conf")
    return done.returncode, done.stdout, done.stderr


@test("list: a line a contact")
def listed(tmp):
    assert contact(tmp, "list") == (0, "night watch  log:desk, log:pager; hears of a\n"
                                       "ops          log:ops; hears of everything, and nines itself\n", "")
    assert contact(tmp, "list", text=CONF.split("contact")[0]) == (0, "no contact: nobody is told anything\n", "")


@test("show: one contact with all its paths")
def shown(tmp):
    assert contact(tmp, "show", "night watch") == (0, """night watch
  hears of a
  reads in the zone Europe/Berlin
  log:desk   after 0s, again every 30m, at most 4, given up after 1d
    told of alerts
    when that fails: log:pager
    tested every 7d
  log:pager  after 5m, once, given up after 1h 30m
    only Mon-Sun 22:00-07:00 (Europe/Berlin)
""", "")


@test("the same as JSON")
def documents(tmp):
    status, out, _ = contact(tmp, "show", "night watch", "--json")
    document = json.loads(out)
    assert (status, document["services"], document["monitor"]) == (0, ["a"], False)
    assert document["paths"][0] == {"to": "log:desk", "after_us": 0, "repeat_us": 1800000000, "cap": 4, "hours": [], "zone": "Europe/Berlin",
                                    "kinds": ["alerts"], "fallback": "log:pager", "expires_us": 86400000000, "test_us": 604800000000}
    assert document["paths"][1]["hours"] == ["Mon-Sun 22:00-07:00"] and document["paths"][1]["fallback"] is None
    everybody = json.loads(contact(tmp, "list", "--json")[1])["contacts"]
    assert [c["name"] for c in everybody] == ["night watch", "ops"] and everybody[0] == document


@test("a contact that is not there, a configuration with a mistake, wrong words")
def wrong(tmp):
    assert contact(tmp, "show", "op") == (2, "", "nines: there is no contact 'op': did you mean 'ops'?\n")
    assert contact(tmp, "show", "somebody") == (2, "", "nines: there is no contact 'somebody': 'nines contact list' shows them\n")
    status, out, said = contact(tmp, "list", text=CONF.replace("port = 25", "port = 0"))
    assert (status, out) == (2, "") and said.endswith("'nines config check' says what to do\n") and ":3: port: '0'" in said, said
    assert contact(tmp, "show") == (64, "", "nines: write: nines contact show NAME\n")
    assert contact(tmp, "lsit") == (64, "", "nines: nines contact knows no 'lsit': did you mean 'list'?\n")


run()
