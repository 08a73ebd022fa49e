"""tests/report/records/contract.py: nine days of a customer with all of a contract in them."""
import record
from reporting import at

from . import HOUR, US, incident


BEGIN = at(2024, 3, 1)  # a Friday
CONF = '''sla "office hours" {
  target = 99.9
  zone = "Atlantic/Reykjavik"
  hours = {"Mon-Fri 08:00-18:00"}
  holidays = {"2024-03-04 Founders' Day"}
  maintenance-notice = "48h"
  maintenance-allowance = "1h"
  blips = up
  degraded-weight = 0.3
  credits = {"99.9:5", "99.5:10", "98:25"}
}
service "Shop" { members = {"shop-1", "shop-2"} }
service "Mail" { members = {"mail"} }
customer "Example Ltd" { services = {"Shop", "Mail"} sla = "office hours" contact = {"their office"} }
contact "their office" { path "email:office@example.com" { } }
'''
SPAN = ("--from", "2024-03-01", "--to", "2024-03-09")


def _states(count, down=(), blips=(), slow=()):
    """A letter for each five minutes of so many days."""
    states = list("u" * (count * 288))
    for letter, spans in (("d", down), ("d", [(at_, 1) for at_ in blips]), ("g", slow)):
        for first, many in spans:
            states[first:first + many] = letter * many
    return "".join(states)


def days():
    """Nine days from a Friday: outages in the hours, on a holiday, at night, in maintenance that was announced, late, too long; degraded time, a blip."""
    def slot(day, hour):
        return int((day * 24 + hour) * 12)

    def window(identity, day, hour, hours, notice, text, **more):
        start = BEGIN + slot(day, hour) * 300
        return record.named("maintenance", identity, services="Shop", start_us=start * US, end_us=(start + int(hours * 3600)) * US,
                            announced_us=(start - notice * HOUR) * US, impact="outage", by="ben", text=text, **more)
    both = [(slot(0, 10), 9), (slot(3, 11), 24), (slot(4, 2), 12), (slot(4, 12), 12), (slot(5, 9), 6), (slot(6, 14), 12), (slot(7, 15), 6)]
    down = BEGIN + slot(0, 10) * 300
    return [
        *(record.target(name, 300) for name in ("shop-1", "shop-2", "mail")),
        record.service("Shop", ["shop-1", "shop-2"]), record.service("Mail", ["mail"]),
        *record.results("shop-1", BEGIN, 300, _states(8, both, [slot(6, 10)]), steps="connect:13490,first-byte:98100", elapsed_us=99000),
        *record.results("shop-2", BEGIN, 300, _states(8, both, [slot(6, 10)]), steps="connect:14490,first-byte:91100", elapsed_us=92000),
        *record.results("mail", BEGIN, 300, _states(8, [], [slot(7, 12)], [(slot(0, 14), 12)]), steps="connect:1490,banner:4800"),
        *incident("i1", "shop-1", down, down + 45 * 60, step="connect", reason="no route to 192.0.2.7"),
        *incident("i2", "shop-1", BEGIN + slot(7, 15) * 300, BEGIN + slot(7, 15.5) * 300, step="first-byte", reason="wanted 200, got 503"),
        window("w1", 4, 12, 1, 72, "new disks"), window("w2", 5, 9, 0.5, 3, "router restarted"), window("w3", 6, 14, 1, 96, "new release"),
        window("w4", 7, 9, 1, 96, "second release", cancelled_us=(BEGIN + slot(6, 16) * 300) * US),
    ]


def said(reclassify):
    """What was said of it afterwards; the second was taken back."""
    reclassify("Shop", "--from", "2024-03-08T15:00:00Z", "--to", "2024-03-08T15:30:00Z", "--as", "excluded", "--reason", "their own firewall",
               "--by", "anna")
    undone = reclassify("Mail", "--from", "2024-03-01T14:00:00Z", "--to", "2024-03-01T15:00:00Z", "--as", "down", "--reason", "nobody got mail",
                        "--by", "anna")
    reclassify("--undo", undone, "--reason", "it was slow, not down", "--by", "ben")
