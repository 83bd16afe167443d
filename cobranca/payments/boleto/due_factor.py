"""The four digits that a bar code has for the due date.

Pure. Days since 1997-10-07; 9999 was 2025-02-21, and 2025-02-22 is 1000 again (FEBRABAN).
So a factor from 1000 on names a day every 9,000 days, and reading one needs a date to read
it by: the nearest day wins. The debts that we collect are old, so "always the new cycle"
would move a slip of January 2025 to 2049. Below 1000 only the first cycle is meant; 0000
is a slip without due date.
"""

from __future__ import annotations

from datetime import date, timedelta

from cobranca.payments.refusal import InvalidBoleto

FIRST_DAY = date(1997, 10, 7)
_CYCLE = 9000
_LOWEST, _HIGHEST = 1000, 9999


def factor_of(due_on: date) -> int:
    """Return the factor 1..9999 of a due date.

    >>> factor_of(date(2025, 2, 21)), factor_of(date(2025, 2, 22))
    (9999, 1000)
    """
    days = (due_on - FIRST_DAY).days
    if days < 1:
        raise InvalidBoleto("boleto_due_early", "vencimento anterior a 08/10/1997")
    return days if days <= _HIGHEST else _LOWEST + (days - _LOWEST) % _CYCLE


def date_of(factor: int, *, near: date) -> date | None:
    """Return the day that a factor names nearest to `near`; None for 0, no due date.

    Of two days equally far the later is taken: a slip is rather still to be paid.
    """
    if factor == 0:
        return None
    first = FIRST_DAY + timedelta(days=factor)
    if factor < _LOWEST or near <= first:
        return first
    cycles, rest = divmod((near - first).days, _CYCLE)
    return first + timedelta(days=_CYCLE * (cycles + (2 * rest >= _CYCLE)))
