"""What a debtor may want to talk of: his debts and agreements, creditor by creditor.

Who tried to reach him says where to begin; that is only asked once it is sure who he is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debts.accounts import ZERO
from cobranca.portal.overview import (
    AgreementSeen,
    Creditor,
    DebtSeen,
    agreements_of,
    debts_of,
)
from ura.steps.case import Case

RETURNING = timedelta(days=7)  # since we tried to reach him

# the dialer's tables are named by what is read of them: this package does not rest on it
_MISSED = text(
    """
    SELECT c.creditor_id FROM attempt a JOIN campaign c ON c.id = a.campaign_id
     WHERE a.debtor_id = :debtor AND a.direction = 'outbound' AND a.bridged_at IS NULL
       AND a.placed_at >= :since AND a.outcome NOT IN ('not_sent', 'invalid_number')
     ORDER BY a.placed_at DESC LIMIT 1
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One creditor's. `debts`: open, in no agreement, not closed; `agreements`: those that
    bind, by the day that comes next in each, or passed first."""

    creditor: Creditor
    debts: tuple[DebtSeen, ...]
    agreements: tuple[AgreementSeen, ...]


async def topics_of(connection: AsyncConnection, case: Case) -> list[Topic]:
    """Return what there is to talk of, by the creditor's name."""
    debtor = case.known_debtor()
    debts = [
        debt
        for debt in await debts_of(connection, debtor)
        if _waits(case, debt) and debt.closed is None
    ]
    bind = [
        one for one in await agreements_of(connection, debtor) if one.binds and due_of(one)
    ]
    agreements = sorted(bind, key=next_day_of)
    creditors = {debt.creditor.id: debt.creditor for debt in debts}
    creditors |= {one.creditor.id: one.creditor for one in agreements}
    return [
        Topic(
            creditor=creditor,
            debts=tuple(debt for debt in debts if debt.creditor.id == name),
            agreements=tuple(a for a in agreements if a.creditor.id == name),
        )
        for name, creditor in sorted(creditors.items(), key=lambda item: item[1].name)
    ]


async def closed_to(connection: AsyncConnection, case: Case) -> list[str]:
    """Names of creditors whom he owes something that is collected no more."""
    found = await debts_of(connection, case.known_debtor())
    return sorted({d.creditor.name for d in found if _waits(case, d) and d.closed})


def _waits(case: Case, debt: DebtSeen) -> bool:
    """Whether it is open, and no agreement binds it."""
    return debt.open and debt.agreement is None and owed_of(case, debt) > 0


def owed_of(case: Case, debt: DebtSeen) -> Decimal:
    return debt.known.on(case.today).total


def due_of(agreement: AgreementSeen) -> Decimal:
    """What is still open of it."""
    return sum((part.open for part in agreement.parts), ZERO)


def next_day_of(agreement: AgreementSeen) -> date:
    """When its first part that is still open is due."""
    return next(part.due_on for part in agreement.parts if part.open > 0)


async def missed_by(connection: AsyncConnection, case: Case) -> UUID | None:
    """Return whose campaign tried in vain to reach this debtor lately."""
    values = {"debtor": case.known_debtor(), "since": case.now - RETURNING}
    found: UUID | None = await connection.scalar(_MISSED, values)
    return found
