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

from cobranca.debts.accounts import OWED, ZERO, Account
from cobranca.debts.charges import Line, Setting
from cobranca.debts.effects import after, charges_of
from cobranca.debts.entries import Entry, Ledger
from cobranca.debts.facts import AnyFact, in_order


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
            ledger = after(ledger, fact, setting)
    return ledger


def balance(facts: Iterable[AnyFact], setting: Setting, on: date) -> Balance:
    """Return what is owed on a day, past or to come, as far as is known today.

    Raises UnknownIndex, MonthNotInTable.
    """
    ledger = fold(facts, setting, until=on)
    lines = charges_of(ledger, on, setting)
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
    for one, other in zip(written, wanted, strict=False):
        if _told(one) != _told(other):
            break
        same += 1
    return same


def _told(entry: Entry) -> tuple[object, ...]:
    return entry.kind, entry.on, entry.fact, entry.postings


def undo(entry: Entry) -> Entry:
    """Return the entry that takes another one back."""
    back = tuple(replace(posting, amount=-posting.amount) for posting in entry.postings)
    return Entry(kind="reversal", on=entry.on, fact=entry.fact, postings=back)
