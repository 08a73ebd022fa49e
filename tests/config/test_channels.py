"""What notifier modules say of their channels and of the addresses in paths, before there is any letter: file, line, sentence."""
from daemon import nines
from tap import BUILD, run, test

FOLDERS = "".join(f'{kind} = "{BUILD}/{kind}"\n' for kind in ("modules", "notifiers", "reports")) + 'tcp "x" { host = "127.0.0.1" port = 1 }\n'
URL, SECRET = 'url = "http://127.0.0.1/"', 'token = "env:CHANNEL"'

SECTIONS = [
    ("notify-chat { service = slack }", "service: slack wants a webhook, or the url of your server"),
    ("notify-chat { service = matrix " + SECRET + " }", "service: matrix wants a webhook, or the url of your server"),
    ("notify-chat { service = telegram }", "service: telegram wants a token"),
    ("notify-chat { service = ntfy priority = \"a b\" }", "priority: 'a b' is no word"),
    (f'notify-chat {{ service = custom {URL} body = "{{{{subject" }}', "body: nothing to fill in at '{{subject'"),
    (f'notify-chat {{ service = custom {URL} path = "/{{{{#page}}}}" }}', "path: nothing to fill in at '{{#page}}'"),
    (f'notify-chat {{ service = custom {URL} header = {{"A: {{{{v}}}}", "B: {{{{v|loud}}}}"}} }}', "header: nothing to fill in at '{{v|loud}}'"),
    ("notify-sms { gateway = twilio user = \"AC1\" " + SECRET + " }", "gateway: no sender is given"),
    ("notify-sms { gateway = kannel user = \"x\" " + SECRET + " }", "gateway: no url is given"),
    (f"notify-sms {{ gateway = kannel {URL} {SECRET} }}", "gateway: user or token is not given"),
    (f"notify-jira {{ {URL} api = 3 }}", "api: Jira Cloud wants a user, an e-mail address"),
    (f'notify-jira {{ {URL} assignees = {{"mail = a", "web ="}} }}', "assignees: 'web =' is not of the form 'NAME = VALUE'"),
    (f'notify-statuspage {{ page = "a/b" {SECRET} }}', "page: 'a/b' is no id of a page"),
    ('notify-statuspage { page = "abc" }', "token: the API key is missing"),
    (f'notify-statuspage {{ page = "abc" {SECRET} begun = "{{{{" }}', "begun: nothing to fill in at '{{'"),
]
KANNEL = f'notify-sms {{ gateway = kannel {URL} user = "x" {SECRET} country = "+49" }}'
PATHS = [
    (KANNEL, "sms:+0171", "'+0171' is no number such as +491711234567"),
    (KANNEL, "sms:ops@example.org", "'ops@example.org' is no number such as +491711234567"),
    (f"notify-chat {{ service = ntfy {URL} }}", "chat:-", "the address is a topic"),
    ("", "webhook:hooks.example.org", "'hooks.example.org' is no http or https address"),
    (f"notify-jira {{ {URL} }}", "jira:ops team", "'ops team' is no key of a project, such as OPS"),
    (f'notify-statuspage {{ page = "abc" {SECRET} }}', "statuspage:a/b", "'a/b' is no id of a component"),
    (f'notify-statuspage {{ page = "abc" {SECRET} }}', "statuspage:-", "'-' takes components from the map, and there is none"),
]
GOOD = [(KANNEL, "sms:+491711234567"), (KANNEL, "sms:0171 1234567"), (f"notify-chat {{ service = ntfy {URL} }}", "chat:ops"),
        ('notify-chat "room" { service = slack webhook = "env:CHANNEL" }', "room:-"), ("", "webhook:http://127.0.0.1:9/x"),
        ('notify-webhook { url = "env:CHANNEL" }', "webhook:ops"), (f"notify-jira {{ {URL} }}", "jira:OPS")]


def judged(tmp, text):
    (tmp / "nines.conf").write_text(FOLDERS + text)
    return nines("config", "check", conf=tmp / "nines.conf", env={"CHANNEL": "http://127.0.0.1/S3CRET"})


@test("channels that cannot work are problems of their line")
def sections(tmp):
    for section, sentence in SECTIONS:
        done = judged(tmp, section + "\n")
        assert done.returncode == 1 and done.stderr.count("\n") == 1, (section, done.stderr)
        assert f"nines.conf:5: {sentence}: `nines modules " in done.stderr, (section, done.stderr)


@test("addresses that a channel cannot reach are problems of the path's line")
def paths(tmp):
    for section, path, sentence in PATHS:
        done = judged(tmp, f'{section}\ncontact "ops" {{\n  path "{path}" {{ }}\n}}\n')
        assert done.returncode == 1 and f"nines.conf:7: {sentence}: `nines modules " in done.stderr, (section, path, done.stderr)


@test("what is good passes, each with its own options; no secret reaches a sentence")
def good(tmp):
    for section, path in GOOD:
        done = judged(tmp, f'{section}\ncontact "ops" {{\n  path "{path}" {{ }}\n}}\n')
        assert done.returncode == 0 and not done.stderr, (section, path, done.stderr)
    both = '\n'.join([KANNEL, f'notify-sms "other" {{ gateway = custom {URL} }}'])
    done = judged(tmp, f'{both}\ncontact "ops" {{ path "sms:0171 1234567" {{ }}\n path "other:0171 1234567" {{ }} }}\n')
    assert "nines.conf:8: '0171 1234567' is no number" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert "S3CRET" not in done.stderr + done.stdout


run()
