"""Offers and agreements made by the one engine, whichever page or program asks.

What the engine refuses is told as a problem; which debtor may ask is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.negotiation import answers
from agent_console.negotiation.contracts import AgreementOut
from agent_console.problems import Problem
from cobranca.agreements import service
from cobranca.agreements.life import Evidence
from cobranca.agreements.offer import Offer
from cobranca.agreements.service import (
    Asking,
    Case,
    CollectionClosed,
    NoSuchOffer,
    NotAccepted,
    NothingToNegotiate,
)
from cobranca.agreements.simulation import Simulation, Wishes
from cobranca.debts.index_tables import MonthNotInTable, UnknownIndex
from cobranca.debts.service import NoSuchDebt


@contextmanager
def by_index_tables() -> Iterator[None]:
    """A correction whose table or month lacks is the problem `no_index`."""
    try:
        yield
    except (UnknownIndex, MonthNotInTable) as error:
        raise Problem("no_index", 409, {"index": str(error.args[0])}) from error


async def simulated(
    connection: AsyncConnection, asking: Asking, wishes: Wishes
) -> tuple[Case, Simulation]:
    """As `service.offers`.

    Raises the problems `nothing_to_negotiate`, `collection_closed` and `no_index`.
    """
    try:
        with by_index_tables():
            return await service.offers(connection, asking, wishes)
    except CollectionClosed:
        raise Problem("collection_closed", 409) from None
    except (NothingToNegotiate, NoSuchDebt):
        raise Problem("nothing_to_negotiate", 409) from None


async def stored(
    connection: AsyncConnection,
    asking: Asking,
    case: Case,
    shown: Sequence[Offer],
    at: datetime,
) -> list[UUID]:
    """Write down what is offered from now on; return the offers' ids in their order."""
    return [await service.offer(connection, asking, case, one, at=at) for one in shown]


async def accepted(
    connection: AsyncConnection, offer: UUID, evidence: Evidence, *, on: date, at: datetime
) -> AgreementOut:
    """As `service.accept`. Raises the problems `no_offer` and `offer_...`."""
    try:
        made = await service.accept(connection, offer, evidence, on=on, at=at)
    except NoSuchOffer:
        raise Problem("no_offer", 404) from None
    if isinstance(made, NotAccepted):
        raise Problem(f"offer_{made.reason}", 409)
    return await answers.agreement_out(connection, made)
