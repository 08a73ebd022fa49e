"""Notifiers: bad ones are refused by one sentence; what an attempt came to is the host's to say, whatever a module returns or does."""
import re
import subprocess

from daemon import nines
from letters import Letter, deliver
from tap import BUILD, ROOT, run, test

STUMBLE = str(BUILD / "tests/modules/stumble.so")
SOURCE = """#include <nines/notifier.h>
struct own {{ const char *text; const char *const *list; }};
static const struct module_option option[] = {{ {option} OPTION_END }};
static enum letter_outcome deliver(struct letter *l, const void *o) {{ (void)o; {body} }}
NOTIFIER_MODULE("odd", "a test", struct own, option, {deliver}{more});
"""


def build(tmp, option="", body="(void)l; return LETTER_DELIVERED;", deliver="deliver", more=""):
    """The path of odd.so, built as an author would."""
    (tmp / "odd.c").write_text(SOURCE.format(option=option, body=body, deliver=deliver, more=more))
    done = subprocess.run(["gcc", "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-I", ROOT / "include", "-o", tmp / "odd.so", tmp / "odd.c"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (tmp / "odd.so").chmod(0o755)
    return str(tmp / "odd.so")


REFUSED = {
    "without deliver": (dict(deliver="NULL"), "it has no deliver function: give one to NOTIFIER_MODULE"),
    "that is passive": (dict(more=", .head.flags = MODULE_IS_PASSIVE"), "a notifier cannot be passive: remove MODULE_IS_PASSIVE"),
    "with no time as its timeout": (dict(more=', .standard_timeout = "soon"'), "its standard_timeout is no time: write 30s"),
    "with an option of every notifier": (dict(option='OPTION_(struct own, text, "at-once", OPTION_TYPE_TEXT, "", NULL, 0, "x"),'),
                                         "its option 'at-once' is an option of every notifier: rename it"),
    "with items": (dict(option='OPTION_(struct own, list, "list", OPTION_TYPE_LIST, "", NULL, OPTION_IS_ITEMS, "x"),'),
                   "its option 'list' has items, which only checks have: make it a list"),
}
for _name, (_how, _sentence) in REFUSED.items():
    @test(f"a notifier {_name} is refused")
    def refused(tmp, how=_how, sentence=_sentence):
        path = build(tmp, **how)
        assert sentence in deliver(f"{path}:1").says("later").reason
        shown = nines("modules", path)
        assert shown.returncode == 2 and sentence in shown.stderr, shown


for _to, _outcome, _reason in [
        ("fine", "delivered", ""), ("gone", "gave-up", "the notifier gave no reason"), ("nonsense", "later", "the notifier gave no reason"),
        ("unknown", "later", "no memory"), ("late", "later", "timeout after 1s"), ("liar", "later", "no"),
        ("crash", "later", "module 'stumble' crashed (signal 11) in step 'stumble'"),
        ("exit", "later", "module 'stumble' ended the process (exit 0) in step 'stumble'"),
        ("spin", "later", "module 'stumble' held the loop for 5s in step 'stumble'")]:
    @test(f"a letter to '{_to}' is {_outcome}: {_reason}")
    def stumble(to=_to, outcome=_outcome, reason=_reason):
        found = deliver(f"{STUMBLE}:{to}", timeout="1s").says(outcome)
        assert found.reason == reason or (outcome == "later" and re.match(r"module 'stumble' ended the process \(exit \d+\)", found.reason)), found


@test("a notifier's own timeout is the default, and its manual says so")
def standard(tmp):
    path = build(tmp, more=', .standard_timeout = "7s"')
    text = nines("modules", path).stdout
    assert "of every notifier:" in text and "default 7s" in text and "per-minute" in text, text


@test("what a module may ask of a letter: each call, with one that is late, unrecorded and full of traps")
def calls(tmp):
    body = """
    probe_step(letter_probe(l), "say");
    letter_reason(l, "%d|%s|%s|%s|%s|%s|%s|%s|%d|%d", (int)letter_kind(l), letter_kind_text(l), letter_id(l), letter_to(l), letter_subject(l),
                  letter_short(l), letter_word(l, "check"), letter_word(l, "nothing"), letter_attempt(l), (int)(letter_delayed_us(l) / 60000000));
    letter_reason(l, "a second one does not count");
    letter_retry_after(l, -5); letter_retry_after(l, 90000000);
    return strstr(letter_text(l), "delayed by 2 minutes") && strstr(letter_json(l), "\\"recorded\\": false") ? LETTER_TRY_LATER : LETTER_GIVE_UP;"""
    letter = Letter(id="01X", kind="recovery", subject="a\r\nb\x07", text="text\n", short="s" * 200, words={"check": "mail-1"}, number=3,
                    delayed_us=125_000_000, unrecorded=1)
    found = deliver(f"{build(tmp, body=body)}:to\r\nBcc: x", letter=letter).says("later")
    assert found.retry_after_s == 90, found
    short = ("delayed by 2 minutes: " + "s" * 200)[:160]
    assert found.reason == f"2|recovery|01X|to  Bcc: x|a  b |{short}|mail-1||3|2", found.reason


@test("an unknown kind is a note; a line that is none is wrong usage")
def lines(tmp):
    path = build(tmp, body='letter_reason(l, "%s", letter_kind_text(l)); return LETTER_GIVE_UP;')
    assert deliver(f"{path}:1", letter=Letter(kind="telegram")).reason == "note"
    file = tmp / "letter"
    for text, part in (("nonsense", "it is no `deliver` line"), ("result 1 a=b", "it is no `deliver` line: see docs")):
        file.write_text(text)
        done = nines("contact", "test", f"{path}:1", "--letter", str(file))
        assert done.returncode == 64 and part in done.stderr, done
    done = nines("contact", "test", f"{path}:1", "--letter", str(tmp / "none"))
    assert done.returncode == 64 and "no such file" in done.stderr, done


run()
