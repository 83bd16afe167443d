"""What a bank is to be told that lateness costs: a fine once, and interest a day.

Pure. Banks take a percentage and whole cents a day. Both are rounded down, so that what a
bank asks of whoever is late is never more than what the ledger says; the difference is
forgiven when a slip is paid as its bank priced it. Correction by an index is told to no
bank: it is not known in advance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from cobranca.debts.accounts import ZERO, Account, reais, rounded
from cobranca.debts.charges import Position, Setting, charges, is_late, late_since
from cobranca.debts.rates import accumulated

LONGEST_DAYS = 120  # after which a bank gives a slip back unpaid
_MONTH = 30
_PERCENT = Decimal("0.01")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule:
    """What is added to a slip's amount from the day `late_from` on."""

    fine_percent: Decimal = ZERO  # of the amount, two places
    interest_per_day: Decimal = ZERO  # reais, whole cents
    late_from: date

    @property
    def costs(self) -> bool:
        return self.fine_percent > 0 or self.interest_per_day > 0


def late_rule(
    positions: Iterable[Position], setting: Setting, *, on: date, due_on: date
) -> LateRule:
    """Return what a slip made on a day, with that day's amount, adds after `due_on`.

    Nothing is fined twice: what was late on the day `on` has its fine in the amount, and
    an amount that is late in parts bears interest alone. Raises UnknownIndex,
    MonthNotInTable.
    """
    owed = [part for part in positions if part.of(Account.PRINCIPAL) > 0]
    firsts = [_first_late(part, setting) for part in owed]
    from_day = max(due_on + _DAY, min(firsts, default=due_on + _DAY))
    running = [part for part in owed if is_late(part.due_on, from_day, setting)]
    interest = sum((_per_day(part, from_day, setting) for part in running), ZERO)
    fresh = len(running) == len(owed) and not any(
        _fined(part, on, setting) for part in owed
    )
    percent = (100 * setting.terms.fine).quantize(_PERCENT, rounding=ROUND_DOWN)
    fine = percent if fresh else ZERO
    room = _room(owed, on, setting, fine)
    if room is not None:
        interest = min(interest, (room / LONGEST_DAYS).quantize(_PERCENT, ROUND_DOWN))
    return LateRule(fine_percent=fine, interest_per_day=interest, late_from=from_day)


def _first_late(part: Position, setting: Setting) -> date:
    grace = timedelta(days=setting.terms.grace_days)
    return late_since(part.due_on, setting) + grace + _DAY


def _fined(part: Position, on: date, setting: Setting) -> bool:
    return part.fined or is_late(part.due_on, on, setting)


def _per_day(part: Position, since: date, setting: Setting) -> Decimal:
    """A thirtieth of a month's interest from that day on."""
    until = since + timedelta(days=_MONTH)
    share = accumulated(setting.terms.interest, since, until, setting.indices).value
    base = Fraction(part.of(Account.PRINCIPAL) + part.of(Account.CORRECTION))
    return reais(int(base * share / _MONTH * 100))


def _room(
    owed: Iterable[Position], on: date, setting: Setting, fine_percent: Decimal
) -> Decimal | None:
    """What the contract's cap leaves for interest; None: there is no cap."""
    share = setting.terms.cap_share
    if share is None:
        return None
    left = ZERO
    for part in owed:
        most = rounded(Fraction(part.original) * share) - part.charged
        fine = part.of(Account.PRINCIPAL) * fine_percent / 100
        left += max(ZERO, most - fine - _charged_by(part, on, setting))
    return left


def _charged_by(part: Position, on: date, setting: Setting) -> Decimal:
    return sum((line.amount for line in charges(part, on, setting)), ZERO)
