"""What passed between the automatic conversation and a caller, for the person who goes on.

Read only. Says nothing of who may see it: that is decided by the level of identification.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.store import OfferRow
from cobranca.contacts.robot_calls import protocol
from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow

ROBOT = "ura"  # the channel of its offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer: what was said before it, the words or keys, what was made of them."""

    state: str
    asked: str
    heard: str
    outcome: str  # empty: not understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One offer that was read out."""

    total: Decimal
    payments: int
    first_due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotTold:
    """`outcome` None: it lasts still. `agreed`: it closed an agreement."""

    protocol: str
    outcome: str | None
    agreed: bool
    turns: tuple[Turn, ...]
    offers: tuple[Offered, ...]


async def robot_told(connection: AsyncConnection, call: UUID) -> RobotTold | None:
    """Return it; None when the robot had no part in the call."""
    query = select(RobotCallRow.__table__).where(RobotCallRow.id == call)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    said = (
        select(
            RobotTurnRow.state,
            RobotTurnRow.asked,
            RobotTurnRow.hypothesis,
            RobotTurnRow.outcome,
        )
        .where(RobotTurnRow.call_id == call)
        .order_by(RobotTurnRow.number)
    )
    offered = (
        select(OfferRow.document)
        .where(
            OfferRow.debtor_id == row.debtor_id,
            OfferRow.channel == ROBOT,
            OfferRow.at.between(row.began_at, func.coalesce(row.ended_at, func.now())),
        )
        .order_by(OfferRow.at)
    )
    return RobotTold(
        protocol=protocol(row.number, row.began_at),
        outcome=row.outcome,
        agreed=row.agreement_id is not None,
        turns=tuple(
            Turn(
                state=turn.state,
                asked=turn.asked,
                heard=turn.hypothesis,
                outcome=turn.outcome,
            )
            for turn in await connection.execute(said)
        ),
        offers=tuple(_offered(one) for one in await connection.scalars(offered)),
    )


def _offered(document: dict[str, list[dict[str, str]]]) -> Offered:
    payments = document["payments"]
    return Offered(
        total=sum((Decimal(one["amount"]) for one in payments), Decimal(0)),
        payments=len(payments),
        first_due=min(date.fromisoformat(one["due_on"]) for one in payments),
    )
