"""What lateness adds to one instalment up to a day, line by line.

Pure and exact. Each line says its rule, base, rate, days, index and source, so that a
debtor, a judge or an auditor can do the sum again. Nothing is added before the due date
(or the bank day it moves to), nor within the days of grace; after those, days count from
the due date on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from cobranca.debts.accounts import CHARGES, ZERO, Account, part_of, rounded
from cobranca.debts.index_tables import Factor, Indices
from cobranca.debts.rates import accumulated
from cobranca.debts.terms import MonthlyInterest, Terms
from foundation.brasil.bank_days import bank_day_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where one instalment stands after what has been written of it."""

    number: int
    due_on: date
    original: Decimal
    owed: Mapping[Account, Decimal]  # of OWED; an account left out owes nothing
    accrued_to: date | None = None  # charges up to here are in `owed`
    fined: bool = False
    charged: Decimal = ZERO  # all charges ever written, which the cap counts

    def of(self, account: Account) -> Decimal:
        return self.owed.get(account, ZERO)

    @property
    def total(self) -> Decimal:
        return sum(self.owed.values(), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One amount and how it came to be. `cut`: what the cap took off it."""

    number: int  # of the instalment
    account: Account
    rule: str
    amount: Decimal
    base: Decimal
    rate: Fraction  # share of the base
    since: date
    until: date
    days: int
    day_count: str | None = None
    index: str | None = None  # table and version
    published_to: date | None = None  # the table ends here: later days added nothing
    cut: Decimal = ZERO
    source: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What charges depend on beside the debt itself."""

    terms: Terms
    indices: Indices


def late_since(due_on: date, setting: Setting) -> date:
    """Return the day from which days count: the due date, or the bank day after it."""
    if not setting.terms.bank_days:
        return due_on
    return bank_day_from(due_on, setting.terms.town)


def is_late(due_on: date, on: date, setting: Setting) -> bool:
    """Whether lateness costs on that day; grace is over then."""
    grace = timedelta(days=setting.terms.grace_days)
    return on > late_since(due_on, setting) + grace


def charges(position: Position, on: date, setting: Setting) -> tuple[Line, ...]:
    """Return what is to be added on that day to what the position owes.

    Raises UnknownIndex, MonthNotInTable.
    """
    terms = setting.terms
    if position.of(Account.PRINCIPAL) <= 0 or not is_late(position.due_on, on, setting):
        return ()
    since = position.accrued_to or late_since(position.due_on, setting)
    corrected = _correction(position, since, on, setting)
    base = position.of(Account.PRINCIPAL) + position.of(Account.CORRECTION)
    base += sum((line.amount for line in corrected), ZERO)
    found = [
        *corrected,
        *_interest(position, base, since, on, setting),
        *_fine(position, base, since, on, terms),
    ]
    return tuple(_capped(found, position, terms))


def _correction(
    position: Position, since: date, on: date, setting: Setting
) -> tuple[Line, ...]:
    name = setting.terms.correction
    if name is None:
        return ()
    factor = setting.indices.correction(name, since, on)
    base = position.of(Account.PRINCIPAL) + position.of(Account.CORRECTION)
    amount = part_of(base, factor.value) - base
    if amount == 0 and factor.published_to is None:
        return ()
    return (
        Line(
            number=position.number,
            account=Account.CORRECTION,
            rule="correction",
            amount=amount,
            base=base,
            rate=factor.value - 1,
            since=since,
            until=on,
            days=(on - since).days,
            index=setting.indices.table(name).label,
            published_to=factor.published_to,
            source=setting.terms.source,
        ),
    )


def _interest(
    position: Position, base: Decimal, since: date, on: date, setting: Setting
) -> tuple[Line, ...]:
    interest = setting.terms.interest
    share: Factor = accumulated(interest, since, on, setting.indices)
    amount = part_of(base, share.value)
    if amount == 0:
        return ()
    day_count = interest.day_count if isinstance(interest, MonthlyInterest) else None
    return (
        Line(
            number=position.number,
            account=Account.INTEREST,
            rule=f"interest_{interest.kind}",
            amount=amount,
            base=base,
            rate=share.value,
            since=since,
            until=on,
            days=(on - since).days,
            day_count=day_count,
            published_to=share.published_to,
            source=setting.terms.source,
        ),
    )


def _fine(
    position: Position, base: Decimal, since: date, on: date, terms: Terms
) -> tuple[Line, ...]:
    if position.fined or terms.fine == 0:
        return ()
    return (
        Line(
            number=position.number,
            account=Account.FINE,
            rule="fine",
            amount=part_of(base, Fraction(terms.fine)),
            base=base,
            rate=Fraction(terms.fine),
            since=since,
            until=on,
            days=(on - since).days,
            source=terms.source,
        ),
    )


def _capped(lines: list[Line], position: Position, terms: Terms) -> list[Line]:
    """Cut the lines to the cap: the fine first, then interest, then correction."""
    share = terms.cap_share
    if share is None:
        return lines
    room = max(ZERO, rounded(Fraction(position.original) * share) - position.charged)
    kept: dict[Account, Decimal] = {}
    for account in CHARGES:
        asked = sum((line.amount for line in lines if line.account is account), ZERO)
        kept[account] = min(asked, room)
        room -= kept[account]
    return [_cut_to(line, kept[line.account]) for line in lines]


def _cut_to(line: Line, amount: Decimal) -> Line:
    if amount == line.amount:
        return line
    return replace(line, amount=amount, cut=line.amount - amount)
