"""The double-entry ledger of one debt, folded from its facts.

Pure. Each entry's postings sum to zero. What was written is never changed: when a fact
turns up that took effect earlier, `appended` gives the entries that undo what followed and
those that write it again, so that the written ledger always sums to the folded one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from cobranca.debts.accounts import CHARGES, OWED, ZERO, Account
from cobranca.debts.charges import Line, Position, Setting, charges
from cobranca.debts.facts import (
    Amended,
    AnyFact,
    Discounted,
    FeeCharged,
    Opened,
    Paid,
    Released,
    Undone,
    in_order,
)
from cobranca.debts.imputation import spread


class Unbalanced(AssertionError):
    """Um lançamento não fecha em zero."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Debit when positive. `instalment` 0: of the debt as a whole."""

    account: Account
    instalment: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one fact did. Raises Unbalanced."""

    kind: str  # opening, amendment, accrual, fee, payment, discount, release, reversal
    on: date
    fact: int
    postings: tuple[Posting, ...]
    lines: tuple[Line, ...] = ()  # of an accrual: how each amount came to be

    def __post_init__(self) -> None:
        if sum((posting.amount for posting in self.postings), ZERO) != 0:
            raise Unbalanced(self.kind)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where a debt stands after its facts. `credit`: paid too much."""

    positions: tuple[Position, ...] = ()
    credit: Decimal = ZERO
    entries: tuple[Entry, ...] = ()

    @property
    def written(self) -> Decimal:
        """What is owed without charges that no entry holds yet."""
        return sum((position.total for position in self.positions), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is owed on a day, and by which charges beyond those already written."""

    on: date
    owed: dict[Account, Decimal]
    lines: tuple[Line, ...]
    credit: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.owed.values(), ZERO)


def fold(facts: Iterable[AnyFact], setting: Setting, until: date | None = None) -> Ledger:
    """Return the ledger after the facts that took effect until a day (all: None)."""
    ledger = Ledger()
    for fact in in_order(list(facts)):
        if until is None or fact.on <= until:
            ledger = _after(ledger, fact, setting)
    return ledger


def balance(facts: Iterable[AnyFact], setting: Setting, on: date) -> Balance:
    """Return what is owed on a day, past or to come, as far as is known today.

    Raises UnknownIndex, MonthNotInTable.
    """
    ledger = fold(facts, setting, until=on)
    lines = _lines(ledger, on, setting)
    owed = dict.fromkeys(OWED, ZERO)
    for position in ledger.positions:
        for account, amount in position.owed.items():
            owed[account] += amount
    for line in lines:
        owed[line.account] += line.amount
    return Balance(on=on, owed=owed, lines=lines, credit=ledger.credit)


def appended(written: Sequence[Entry], wanted: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return what to write after `written` so that it comes to `wanted`.

    `written` holds no entry that was already undone.
    """
    same = common(written, wanted)
    undone = [undo(entry) for entry in reversed(written[same:])]
    return (*undone, *wanted[same:])


def common(written: Sequence[Entry], wanted: Sequence[Entry]) -> int:
    """Return how many entries both begin with."""
    same = 0
    for before, after in zip(written, wanted, strict=False):
        if _told(before) != _told(after):
            break
        same += 1
    return same


def _told(entry: Entry) -> tuple[object, ...]:
    return entry.kind, entry.on, entry.fact, entry.postings


def undo(entry: Entry) -> Entry:
    """Return the entry that takes another one back."""
    back = tuple(replace(posting, amount=-posting.amount) for posting in entry.postings)
    return Entry(kind="reversal", on=entry.on, fact=entry.fact, postings=back)


def _after(ledger: Ledger, fact: AnyFact, setting: Setting) -> Ledger:
    match fact:
        case Opened():
            return _opened(ledger, fact)
        case Amended():
            return _amended(ledger, fact)
        case FeeCharged(amount=amount):
            return _fee(ledger, fact, amount)
        case Paid(amount=amount):
            accrued = _accrued(ledger, fact, setting)
            return _taken(accrued, fact, "payment", Account.CASH, amount, setting)
        case Discounted(amount=amount):
            accrued = _accrued(ledger, fact, setting)
            amount = min(amount, accrued.written)
            return _taken(accrued, fact, "discount", Account.DISCOUNT, amount, setting)
        case Released():
            return _released(_accrued(ledger, fact, setting), fact, setting)
        case Undone():
            return ledger  # its payment is left out of the fold
        case _:
            assert_never(fact)


def _opened(ledger: Ledger, fact: Opened) -> Ledger:
    position = Position(
        number=fact.instalment,
        due_on=fact.due_on,
        original=fact.amount,
        owed={Account.PRINCIPAL: fact.amount},
    )
    postings = _pair(Account.PRINCIPAL, Account.GRANTED, fact.instalment, fact.amount)
    entry = Entry(kind="opening", on=fact.on, fact=fact.number, postings=postings)
    positions = sorted((*ledger.positions, position), key=_oldest_first)
    return Ledger(tuple(positions), ledger.credit, (*ledger.entries, entry))


def _amended(ledger: Ledger, fact: Amended) -> Ledger:
    """A difference beyond what the instalment still owes becomes the debtor's credit."""
    found = next(part for part in ledger.positions if part.number == fact.instalment)
    taken = max(fact.difference, -found.of(Account.PRINCIPAL))
    over = taken - fact.difference
    changed = _with(found, {Account.PRINCIPAL: taken})
    changed = replace(changed, original=changed.original + fact.difference)
    postings = (
        Posting(Account.PRINCIPAL, fact.instalment, taken),
        Posting(Account.CREDIT, 0, -over),
        Posting(Account.GRANTED, fact.instalment, -fact.difference),
    )
    kept = tuple(posting for posting in postings if posting.amount != 0)
    entry = Entry(kind="amendment", on=fact.on, fact=fact.number, postings=kept)
    positions = tuple(
        changed if part.number == fact.instalment else part for part in ledger.positions
    )
    return Ledger(positions, ledger.credit + over, (*ledger.entries, entry))


def _fee(ledger: Ledger, fact: FeeCharged, amount: Decimal) -> Ledger:
    """A fee stands on the oldest instalment."""
    first, *rest = ledger.positions
    postings = _pair(Account.FEES, Account.ACCRUED, first.number, amount)
    entry = Entry(kind="fee", on=fact.on, fact=fact.number, postings=postings)
    positions = (_with(first, {Account.FEES: amount}), *rest)
    return Ledger(positions, ledger.credit, (*ledger.entries, entry))


def _lines(ledger: Ledger, on: date, setting: Setting) -> tuple[Line, ...]:
    return tuple(
        line for position in ledger.positions for line in charges(position, on, setting)
    )


def _accrued(ledger: Ledger, fact: AnyFact, setting: Setting) -> Ledger:
    """Write the charges up to the fact's day."""
    lines = _lines(ledger, fact.on, setting)
    if not lines:
        return ledger
    positions = tuple(
        _charged(part, [line for line in lines if line.number == part.number], fact.on)
        for part in ledger.positions
    )
    postings = tuple(
        posting
        for line in lines
        for posting in _pair(line.account, Account.ACCRUED, line.number, line.amount)
    )
    entry = Entry(
        kind="accrual", on=fact.on, fact=fact.number, postings=postings, lines=lines
    )
    return Ledger(positions, ledger.credit, (*ledger.entries, entry))


def _charged(position: Position, lines: Sequence[Line], on: date) -> Position:
    if not lines:
        return position
    added: dict[Account, Decimal] = {}
    for line in lines:
        added[line.account] = added.get(line.account, ZERO) + line.amount
    fined = position.fined or any(line.account is Account.FINE for line in lines)
    charged = position.charged + sum((added.get(a, ZERO) for a in CHARGES), ZERO)
    found = _with(position, added)
    return replace(found, accrued_to=on, fined=fined, charged=charged)


def _taken(
    ledger: Ledger,
    fact: AnyFact,
    kind: str,
    against: Account,
    amount: Decimal,
    setting: Setting,
) -> Ledger:
    """Take an amount off what is owed, in the contract's order; the rest is credit."""
    if amount == 0:
        return ledger
    named = fact.instalment if isinstance(fact, Paid) else None
    turns = sorted(ledger.positions, key=lambda part: part.number != named)
    parts = spread(turns, amount, setting.terms)
    over = amount - sum((part.amount for part in parts), ZERO)
    credits = [Posting(part.account, part.number, -part.amount) for part in parts]
    if over:
        credits.append(Posting(Account.CREDIT, 0, -over))
    positions = tuple(
        _with(
            position,
            {
                part.account: -part.amount
                for part in parts
                if part.number == position.number
            },
        )
        for position in ledger.positions
    )
    entry = Entry(
        kind=kind,
        on=fact.on,
        fact=fact.number,
        postings=(Posting(against, 0, amount), *credits),
    )
    return Ledger(positions, ledger.credit + over, (*ledger.entries, entry))


def _released(ledger: Ledger, fact: Released, setting: Setting) -> Ledger:
    if ledger.credit:
        postings = (
            Posting(Account.CREDIT, 0, ledger.credit),
            Posting(Account.ACCRUED, 0, -ledger.credit),
        )
        entry = Entry(kind="release", on=fact.on, fact=fact.number, postings=postings)
        return Ledger(ledger.positions, ZERO, (*ledger.entries, entry))
    return _taken(ledger, fact, "release", Account.DISCOUNT, ledger.written, setting)


def _with(position: Position, added: dict[Account, Decimal]) -> Position:
    owed = dict(position.owed)
    for account, amount in added.items():
        owed[account] = owed.get(account, ZERO) + amount
    return replace(position, owed=owed)


def _pair(
    debit: Account, credit: Account, instalment: int, amount: Decimal
) -> tuple[Posting, Posting]:
    return Posting(debit, instalment, amount), Posting(credit, instalment, -amount)


def _oldest_first(position: Position) -> tuple[date, int]:
    return position.due_on, position.number
