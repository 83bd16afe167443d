"""What the ledger of a debt is made of: postings, entries, and where they lead.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cobranca.debts.accounts import ZERO, Account
from cobranca.debts.charges import Line, Position


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
