"""The effective cost of paying in instalments (CET): one rate a year that says it all.

Pure. By days over 365 from the day of the offer, as Resolução CMN 4.881/2020 counts
(general knowledge): the rate at which the payments are worth the price of today.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

_HIGHEST = 1e6  # a year; beyond it nobody reads the figure
_STEPS = 200
_PLACES = Decimal("0.0001")


def effective_cost(
    price: Decimal, payments: Sequence[tuple[date, Decimal]], on: date
) -> Decimal:
    """Return the yearly rate, as a fraction of four places; 0 when nothing is added.

    >>> effective_cost(Decimal(100), [(date(2027, 3, 10), Decimal(110))], date(2026, 3, 10))
    Decimal('0.1000')
    """
    if sum(amount for _, amount in payments) <= price:
        return Decimal("0.0000")
    flows = [((due - on).days / 365, float(amount)) for due, amount in payments]
    low, high = 0.0, _HIGHEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        worth = sum(amount / (1 + middle) ** years for years, amount in flows)
        low, high = (middle, high) if worth > float(price) else (low, middle)
    return Decimal(low).quantize(_PLACES)
