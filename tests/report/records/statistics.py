"""tests/report/records/statistics.py: two weeks of two categories."""
import record
from reporting import at

from . import DAY, HOUR, STEPS, US, incident


END = at(2024, 3, 1)


def market():
    """Two weeks of two that take payments and one that has carts, each hour: better, never down, down at the end."""
    def site(name, down):
        states = list("u" * (14 * 24))
        for first, hours in down:
            states[first:first + hours] = "d" * hours
        return record.results(name, END - 14 * DAY, HOUR, "".join(states), steps=STEPS, elapsed_us=99000)
    return [
        *(record.target(name, HOUR, category="Payment") for name in ("alpha pay", "beta pay")),
        record.target("cart", HOUR, category="Carts and shop hosting"),
        *site("alpha pay", [(30, 20), (300, 3)]), *site("beta pay", []), *site("cart", [(13 * 24 + 20, 4)]),
        *incident("i1", "cart", END - 4 * HOUR, END, step="connect", reason="refused"),
    ]
