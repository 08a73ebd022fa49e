"""tests/report/records/blacklist.py: six weeks of what blocking lists said of addresses."""
import record
from reporting import at

from . import HOSTILE, HOUR


BEGIN = at(2024, 1, 20)
FEBRUARY = 12 * 6  # slots of four hours
ZONES = ("zen.example", "bl.example", "old.example")


def probe(check, slot, said, item="192.0.2.25", texts="", **words):
    """A probe as the module leaves it. `said`: a letter for each list: a absent, l listed, - unusable, a space: not asked."""
    words_of = {"a": "absent", "l": "listed 127.0.0.2", "L": "listed 127.0.0.4, 127.0.0.10", "-": "unusable no answer from 192.0.2.53:53",
                "w": "unusable lists everything, '1.0.0.127' too"}
    facts = "; ".join(f"{zone}: {words_of[letter]}" for zone, letter in zip(ZONES, said) if letter != " ")
    verdict = "down" if "l" in said.lower() else "unknown" if set(said) <= {"-", "w", " "} else "up"
    more = {"fact.texts": texts} if texts else {}
    return record.result(check, BEGIN + slot * 4 * HOUR, verdict, 4 * HOUR, item=item, **{"fact.lists": facts}, **more, **words)


def history():
    """Six weeks: a listing that begins before the month and ends in it, two at once, one that goes on, one that was there at first, lists that
    do not answer, lie, are left out; a gap; a block; a hostile one; a check that is none of ours."""
    mail = ["aaa"] * (FEBRUARY + 29 * 6)
    mail[FEBRUARY - 4:FEBRUARY + 6] = ["laa"] * 10     # from January into February
    mail[FEBRUARY + 2] = "-aa"                         # once without an answer: nothing ended
    mail[FEBRUARY + 30:FEBRUARY + 36] = ["lLa"] * 6
    mail[FEBRUARY + 33:FEBRUARY + 36] = ["lla"] * 3
    mail[FEBRUARY + 36:FEBRUARY + 40] = ["aLa"] * 4
    mail[FEBRUARY + 60:FEBRUARY + 72] = [" " * 3] * 12  # nobody looked: two days
    mail[FEBRUARY + 90:FEBRUARY + 100] = ["aa-"] * 10
    mail[FEBRUARY + 100:FEBRUARY + 110] = ["aaw"] * 10
    mail[-6:] = ["alw"] * 6                            # still listed, and one list that lies
    text = "zen.example: see https://zen.example/q; ask=1; bl.example: sent spam <b>"
    return [
        record.target("mail server", 4 * HOUR, module="dnsbl"), record.target("block", 86400, module="dnsbl"),
        record.target(HOSTILE, 4 * HOUR, module="dnsbl"), record.target("quiet", 4 * HOUR, module="dnsbl"), record.target("web", 60),
        *[probe("mail server", i, said, texts=text if "l" in said.lower() else "") for i, said in enumerate(mail) if said != "   "],
        *[probe("block", FEBRUARY + 6 * day, "l" if host == 7 else "a", item=f"192.0.2.{host}") for day in range(10) for host in (6, 7)],
        *[probe(HOSTILE, FEBRUARY + i, "al", item="xn--evil.example", texts="bl.example: " + HOSTILE) for i in range(20)],
        record.result("block", BEGIN + FEBRUARY * 4 * HOUR + 99, "up", 86400, item="192.0.2.6"),
    ]
