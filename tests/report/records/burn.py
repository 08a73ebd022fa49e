"""tests/report/records/burn.py: four days of two checks whose budgets burn at their end."""
import json

import record
from reporting import at

from . import HOSTILE

MARCH = at(2024, 3, 1)
SPAN = ("--from", "2024-03-01", "--to", "2024-03-05")
CONF = f'''sla "strict" {{ target = 99.9 }}
sla "loose" {{ target = 99 }}
service "Shop" {{ members = {{"web"}} sla = "loose" }}
service "Mail" {{ members = {{{json.dumps(HOSTILE, ensure_ascii=False)}}} sla = "strict" }}
customer "Example Ltd" {{ services = {{"Shop", "Mail"}} }}
'''


def four_days():
    """Up but for ten minutes that end 20 minutes before the end, and the last three."""
    states = "u" * (4 * 1440 - 33) + "d" * 10 + "u" * 20 + "ddd"
    return [record.target(name) for name in ("web", HOSTILE)] + [
        line for name in ("web", HOSTILE) for line in record.results(name, MARCH, 60, states)]
