"""An outage as the world outside sees it: a running ninesd, a target that goes and comes back, and fake services that keep their incidents."""
import hashlib
import hmac

from daemon import Daemon, free_port, until
from fake_jira import Jira
from fake_statuspage import PAGE, Statuspage
from posting import SECRET, body
from servers import Http, Server, reply, silence
from tap import BUILD, run, test

COMPONENT = "8kbf7d35c070"
CONF = """notifiers = "{build}/notifiers"
tcp "mx" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s"  owner = "mail team" }}
notify-jira {{ url = "{jira}"  token = "env:CHANNEL_SECRET"  assignees = {{"mail team = alice"}} }}
notify-statuspage {{ url = "{page}"  page = "{id}"  token = "env:CHANNEL_SECRET"  components = {{"mx = {component}"}}  incidents = yes }}
notify-chat "pager" {{ service = pagerduty  url = "{pager}"  token = "env:CHANNEL_SECRET" }}
notify-webhook {{ secret = "env:CHANNEL_SECRET" }}
contact "ops" {{
  path "jira:OPS" {{ after = 0 }}
  path "statuspage:-" {{ after = 0 }}
  path "pager:mail" {{ after = 0 }}
  path "webhook:{hook}" {{ after = 0 }}
}}
"""


def signed(request):
    stamp, _, mac = request.header["x-nines-signature"].partition(",v1=")
    wanted = hmac.new(SECRET.encode(), stamp.removeprefix("t=").encode() + b"." + request.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, mac)


@test("an outage makes a ticket, an incident on the page, a page and a webhook; the recovery ends all of them")
def outage(tmp):
    port = free_port()
    accepted = reply(202, b'{"status":"success"}')
    with Jira(2, authorization=f"Bearer {SECRET}") as jira, Statuspage(SECRET, {COMPONENT: "operational"}) as page, \
            Http(lambda _: accepted) as pager, Http(lambda _: reply(204)) as hook:
        conf = CONF.format(build=BUILD, port=port, jira=jira.url(""), page=page.url(""), id=PAGE, component=COMPONENT, pager=pager.url(""),
                           hook=hook.url("/in"))
        with Daemon(tmp, conf, env={"CHANNEL_SECRET": SECRET}) as daemon:
            daemon.wait("mx unconfirmed -> down")
            until("the ticket", lambda: jira.tickets)
            until("the incident on the page", lambda: page.incidents)
            until("the pager's trigger", lambda: pager.requests)
            until("the webhook", lambda: hook.requests)
            assert jira.tickets[0].fields["assignee"] == {"name": "alice"} and jira.tickets[0].is_open
            assert page.components[COMPONENT] == "major_outage" and page.incidents[0]["name"] == "mx is not available to all"
            with Server([silence()], port=port):
                daemon.wait("mx down -> up")
                until("the ticket is resolved", lambda: not jira.tickets[0].is_open)
                until("the page's incident is resolved", lambda: page.incidents[0]["status"] == "resolved")
                until("the pager's resolve", lambda: len(pager.requests) > 1)
                until("the webhook's recovery", lambda: len(hook.requests) > 1)
            assert daemon.stop() == 0
        said = daemon.output()
        assert (len(jira.tickets), len(page.incidents), page.components[COMPONENT]) == (1, 1, "operational")
        trigger, resolve = (body(request) for request in pager.requests)
        alert, recovery = (body(request) for request in hook.requests)
        assert (trigger["event_action"], resolve["event_action"]) == ("trigger", "resolve")
        assert trigger["dedup_key"] == resolve["dedup_key"] == alert["words"]["incident"] == recovery["words"]["incident"]
        assert trigger["payload"]["timestamp"] == alert["words"]["since"] and trigger["payload"]["component"] == "mx"
        assert (alert["kind"], recovery["kind"]) == ("alert", "recovery") and all(signed(request) for request in hook.requests)
        assert not jira.wrong and not page.wrong, (jira.wrong, page.wrong)
        assert SECRET not in said
        stored = b"".join(path.read_bytes() for path in (tmp / "store").iterdir() if path.is_file())
        assert SECRET.encode() not in stored, "a secret is in the store"


@test("two that fail together are one letter and a ticket each, and both are resolved")
def together(tmp):
    ports = [free_port(), free_port()]
    checks = "".join(f'tcp "mx-{n}" {{ host = "127.0.0.1"  port = {port}  every = "1s"  recheck = "1s" }}\n' for n, port in enumerate(ports))
    with Jira(2) as jira:
        conf = f'notifiers = "{BUILD}/notifiers"\n{checks}notify-jira {{ url = "{jira.url("")}" }}\ncontact "ops" {{ path "jira:OPS" {{ after = "3s" }} }}\n'
        with Daemon(tmp, conf) as daemon:
            until("a ticket each", lambda: len(jira.tickets) == 2, 60)
            summaries = [t.fields["summary"] for t in jira.tickets]
            assert sorted(text.split()[0].rstrip(":") for text in summaries) == ["mx-0", "mx-1"], summaries
            with Server([silence()], port=ports[0]), Server([silence()], port=ports[1]):
                until("both are resolved", lambda: not any(t.is_open for t in jira.tickets), 60)
            assert len(jira.tickets) == 2 and not jira.wrong, jira.wrong
            assert daemon.stop() == 0


run()
