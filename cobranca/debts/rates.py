"""What interest comes to, exactly: a share of the base, from one day to another.

Pure. The one place that knows how each kind of interest counts its days; the balance of
one debt and that of a million ask here.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import assert_never

from cobranca.debts.index_tables import Factor, Indices
from cobranca.debts.terms import (
    DailyInterest,
    Interest,
    LegalInterest,
    MonthlyInterest,
    NoInterest,
)

LEGAL_RATE = "taxa_legal"  # the table's name: series 29543 of the Banco Central
LEGAL_RATE_SINCE = date(2024, 8, 30)  # Lei 14.905/2024 in force


def accumulated(interest: Interest, since: date, until: date, indices: Indices) -> Factor:
    """Return the share that interest comes to; nothing when `until` is not after `since`.

    Raises UnknownIndex, MonthNotInTable (the legal rate alone needs a table).
    """
    days = (until - since).days
    if days <= 0:
        return Factor(Fraction(0))
    match interest:
        case NoInterest():
            return Factor(Fraction(0))
        case DailyInterest(rate=rate):
            return Factor(Fraction(rate) * days)
        case MonthlyInterest(rate=rate, day_count="30"):
            return Factor(Fraction(rate) * Fraction(days, 30))
        case MonthlyInterest(rate=rate, day_count="365"):
            return Factor(Fraction(rate) * Fraction(12 * days, 365))
        case MonthlyInterest(rate=rate):
            return Factor(Fraction(rate) * months_between(since, until))
        case LegalInterest(before=before):
            return _legal(Fraction(before), since, until, indices)
        case _:
            assert_never(interest)


def months_between(since: date, until: date) -> Fraction:
    """Return whole months and, of the one that runs, the share that is over.

    >>> months_between(date(2026, 1, 31), date(2026, 3, 10))  # 28/2, then 10 of 31 days
    Fraction(41, 31)
    """
    whole = (until.year - since.year) * 12 + until.month - since.month
    if add_months(since, whole) > until:
        whole -= 1
    start, end = add_months(since, whole), add_months(since, whole + 1)
    return whole + Fraction((until - start).days, (end - start).days)


def add_months(day: date, count: int) -> date:
    """Return the same day of a later month; its last day where the month is shorter.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _legal(before: Fraction, since: date, until: date, indices: Indices) -> Factor:
    turn = min(max(since, LEGAL_RATE_SINCE), until)
    old = before * Fraction((turn - since).days, 30)
    if turn >= until:
        return Factor(old)
    new = indices.simple(LEGAL_RATE, turn, until)
    return Factor(old + new.value, new.published_to)
