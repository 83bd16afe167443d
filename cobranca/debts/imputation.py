"""Of what a payment pays: in the contract's order of accounts, the oldest first.

Pure. Without a word in the contract the law's order holds (CC art. 354 and 355: interest
before principal, the oldest debt first); the order is the terms' data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cobranca.debts.accounts import Account
from cobranca.debts.charges import Position
from cobranca.debts.terms import Terms


@dataclass(frozen=True, slots=True)
class Part:
    number: int  # of the instalment
    account: Account
    amount: Decimal


def spread(
    positions: Sequence[Position], amount: Decimal, terms: Terms
) -> tuple[Part, ...]:
    """Return what the amount pays; it may be more than all that is owed.

    `positions` are the oldest first.
    """
    parts = []
    for position, account in _turns(positions, terms):
        paid = min(amount, position.of(account))
        if paid > 0:
            parts.append(Part(position.number, account, paid))
            amount -= paid
    return tuple(parts)


def _turns(
    positions: Sequence[Position], terms: Terms
) -> Iterator[tuple[Position, Account]]:
    if terms.impute_by == "instalment":
        yield from ((part, account) for part in positions for account in terms.order)
    else:
        yield from ((part, account) for account in terms.order for part in positions)
