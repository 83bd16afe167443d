"""What a payment stops at once, and who hears of it.

Stopping is part of the payment's own transaction: once the payment is committed, no
contact for its debts is queued any more. Packages register how they stop theirs by entry
point (group `acordo.paid`), so that this one rests on none of them. Telling (the agent in
call, the receipt) is promised in the same transaction, by the outbox.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.metadata import entry_points
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debts.facts import Means
from cobranca.hooks.telling import happened
from foundation.db.outbox import enqueue

GROUP = "acordo.paid"
HANDLERS = "acordo.outbox"
TOLD = "paid"  # topic: the floor hears of it
RECEIPT = "receipt"  # topic: the debtor gets a receipt

# stops the queued contacts of these debts, in the caller's transaction
Stop = Callable[[AsyncConnection, Sequence[UUID]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A payment that was written just now, of a debt or of an agreement's instalment."""

    debts: tuple[UUID, ...]
    agreement: UUID | None
    amount: Decimal
    means: Means
    reference: str

    def payload(self) -> dict[str, Any]:
        """What the outbox carries: ids, and what the ledger knows the payment by."""
        return {
            "debts": [str(debt) for debt in self.debts],
            "agreement": None if self.agreement is None else str(self.agreement),
            "amount": str(self.amount),
            "means": self.means.value,
            "reference": self.reference,
        }


@cache
def stops() -> tuple[Stop, ...]:
    """What the installed packages registered."""
    return tuple(point.load() for point in entry_points(group=GROUP))


@cache
def heard() -> tuple[str, ...]:
    """The topics that somebody installed hears; without channels nobody sends receipts."""
    names = {point.name for point in entry_points(group=HANDLERS)}
    return tuple(topic for topic in (TOLD, RECEIPT) if topic in names)


async def spread(connection: AsyncConnection, news: News) -> None:
    """Stop what is queued, and promise that others hear of it. The caller commits."""
    for stop in stops():
        await stop(connection, news.debts)
    key = f"{news.means.value}:{news.reference}"
    await happened(connection, "payment.received", news.payload())
    for topic in heard():
        await enqueue(connection, topic, key, news.payload())
