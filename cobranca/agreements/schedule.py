"""Amounts and due dates of instalments, to the cent.

Pure. Without rate the instalments sum to the price exactly, the first one taking the cents
that do not divide. With a rate they are equal (Price table, the first payment at once),
rounded half to even, and what they sum to is the total that is agreed.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from cobranca.debts.accounts import ZERO, cents, reais, rounded
from cobranca.debts.rates import add_months

_NEXT_AFTER_DAYS = 20  # the second payment is no sooner after the first


def amounts(
    price: Decimal, count: int, rate: Decimal, first: Decimal | None = None
) -> tuple[Decimal, ...]:
    """Return `count` payments of a price; the first one as given, or like the others.

    >>> [str(amount) for amount in amounts(Decimal("100.00"), 3, Decimal(0))]
    ['33.34', '33.33', '33.33']
    """
    if count == 1:
        return (price,)
    if first is not None:
        return (first, *_later(price - first, count - 1, rate))
    if rate == 0:
        return _equal(price, count)
    return (rounded(_annuity(price, count, rate) / (1 + Fraction(rate))),) * count


def _later(price: Decimal, count: int, rate: Decimal) -> tuple[Decimal, ...]:
    if rate == 0:
        return _equal(price, count)
    return (rounded(_annuity(price, count, rate)),) * count


def _equal(price: Decimal, count: int) -> tuple[Decimal, ...]:
    each, rest = divmod(cents(price), count)
    return (reais(each + rest), *[reais(each)] * (count - 1))


def _annuity(price: Decimal, count: int, rate: Decimal) -> Fraction:
    """Of payments at the end of each month."""
    return Fraction(price) * _of_one(count, rate)


@lru_cache(maxsize=4096)  # a policy has few rates, and many ask
def _of_one(count: int, rate: Decimal) -> Fraction:
    i = Fraction(rate)
    return i / (1 - (1 + i) ** -count)


def due_dates(first: date, count: int, day: int | None = None) -> tuple[date, ...]:
    """Return `count` due dates, monthly; after the first on that day of the month.

    >>> [f"{due:%d/%m}" for due in due_dates(date(2026, 3, 12), 3, 5)]
    ['12/03', '05/04', '05/05']
    """
    if day is None:
        return tuple(add_months(first, number) for number in range(count))
    anchor = first.replace(day=1)
    second = on_day(anchor, day)
    while second < first + timedelta(days=_NEXT_AFTER_DAYS):
        anchor = add_months(anchor, 1)
        second = on_day(anchor, day)
    later = (on_day(add_months(anchor, number), day) for number in range(count - 1))
    return (first, *later)


def on_day(month: date, day: int) -> date:
    """Return that day of the month, or its last one where the month is shorter."""
    return add_months(date(2000, 1, day), (month.year - 2000) * 12 + month.month - 1)


def total(payments: tuple[Decimal, ...]) -> Decimal:
    """Return what they sum to."""
    return sum(payments, ZERO)
