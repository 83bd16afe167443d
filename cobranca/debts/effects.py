"""What each fact does to the ledger: an entry, and the positions after it.

Pure. Before money is taken off a debt, what lateness added up to that day is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from cobranca.debts.accounts import CHARGES, ZERO, Account
from cobranca.debts.charges import Line, Position, Setting, charges
from cobranca.debts.entries import Entry, Ledger, Posting
from cobranca.debts.facts import (
    Amended,
    AnyFact,
    Discounted,
    FeeCharged,
    Opened,
    Paid,
    Released,
    Undone,
)
from cobranca.debts.imputation import spread


def after(ledger: Ledger, fact: AnyFact, setting: Setting) -> Ledger:
    """Return the ledger after one more fact; it took effect last."""
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


def charges_of(ledger: Ledger, on: date, setting: Setting) -> tuple[Line, ...]:
    """Return what lateness adds on a day to all that is owed."""
    return tuple(
        line for position in ledger.positions for line in charges(position, on, setting)
    )


def _accrued(ledger: Ledger, fact: AnyFact, setting: Setting) -> Ledger:
    """Write the charges up to the fact's day."""
    lines = charges_of(ledger, fact.on, setting)
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
    named = fact.instalment if isinstance(fact, Paid | Discounted) else None
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
