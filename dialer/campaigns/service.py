"""Use cases of a campaign: make one from a creditor's debtors, start, pause, stop, look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow, PortfolioRow
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.ids import uuid7


class CampaignError(RuntimeError):
    """Something that the person at the keyboard can mend; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """What a campaign is made of; durations in seconds."""

    name: str
    creditor: str
    portfolio: str | None = None
    policy: Mapping[str, Any]
    retries: Mapping[str, Any]
    caller_id: str = ""  # none: the route's
    ring_timeout_s: float = 30.0
    threshold_s: float = 2.0
    wrap_up_s: float = 30.0


_FILL = text(
    """
    INSERT INTO campaign_debtor
           (campaign_id, debtor_id, position, state, next_at, attempts)
    SELECT :campaign, d.id, row_number() OVER (ORDER BY d.created_at, d.id), 'ready',
           timestamptz '2000-01-01 00:00Z', 0
      FROM debtor d
     WHERE EXISTS (
             SELECT 1 FROM contract c JOIN debt b ON b.contract_id = c.id
              WHERE c.debtor_id = d.id AND b.status = 'open'
                AND c.creditor_id = :creditor
                AND (CAST(:portfolio AS uuid) IS NULL OR c.portfolio_id = :portfolio))
       AND EXISTS (
             SELECT 1 FROM contact_point p
              WHERE p.debtor_id = d.id AND p.kind = 'phone' AND p.status = 'active')
    """
)


async def create(connection: AsyncConnection, new: NewCampaign) -> int:
    """Make a draft campaign over the open debts; returns how many debtors.

    The caller commits. Raises CampaignError: unknown creditor or portfolio, name taken,
    nobody to call.
    """
    creditor = await _id_of(
        connection, select(CreditorRow.id).where(CreditorRow.name == new.creditor)
    )
    if creditor is None:
        raise CampaignError(f"Credor «{new.creditor}» não existe; importe devedores antes.")
    portfolio = None
    if new.portfolio is not None:
        portfolio = await _id_of(
            connection,
            select(PortfolioRow.id).where(
                PortfolioRow.name == new.portfolio, PortfolioRow.creditor_id == creditor
            ),
        )
        if portfolio is None:
            raise CampaignError(f"Carteira «{new.portfolio}» não existe neste credor.")
    campaign = uuid7()
    await _insert(connection, new, campaign, creditor)
    filled = await connection.execute(
        _FILL, {"campaign": campaign, "creditor": creditor, "portfolio": portfolio}
    )
    if filled.rowcount == 0:
        raise CampaignError("Nenhum devedor com dívida aberta e telefone discável.")
    return filled.rowcount


async def _insert(
    connection: AsyncConnection, new: NewCampaign, campaign: UUID, creditor: UUID
) -> None:
    row = {
        "id": campaign,
        "name": new.name,
        "creditor_id": creditor,
        "status": "draft",
        "policy": dict(new.policy),
        "caller_id": new.caller_id,
        "ring_timeout_s": new.ring_timeout_s,
        "threshold_s": new.threshold_s,
        "wrap_up_s": new.wrap_up_s,
        "retries": dict(new.retries),
        "created_at": datetime.now(UTC),
    }
    try:
        await connection.execute(insert(CampaignRow), row)
    except IntegrityError as error:
        raise CampaignError(f"Já existe uma campanha «{new.name}».") from error


async def _id_of(connection: AsyncConnection, query: Any) -> UUID | None:
    found: UUID | None = (await connection.execute(query)).scalar_one_or_none()
    return found


_FROM = {
    "running": ("draft", "paused", "stopped"),
    "paused": ("running",),
    "stopped": ("running", "paused", "draft"),
}


async def set_status(connection: AsyncConnection, name: str, status: str) -> None:
    """Start (`running`), pause or stop; asking for what is already so is fine.

    Raises CampaignError: unknown campaign, or one that is finished.
    """
    query = select(CampaignRow.status).where(CampaignRow.name == name).with_for_update()
    current = (await connection.execute(query)).scalar_one_or_none()
    if current is None:
        raise CampaignError(f"Campanha «{name}» não existe.")
    if current == status:
        return
    if current not in _FROM[status]:
        raise CampaignError(f"Campanha «{name}» está «{current}»: isso não é possível.")
    await connection.execute(
        update(CampaignRow).where(CampaignRow.name == name).values(status=status)
    )


async def look(connection: AsyncConnection, name: str) -> dict[str, Any]:
    """Figures of one campaign: status, attempts by outcome, the list by state."""
    query = select(CampaignRow.id, CampaignRow.status).where(CampaignRow.name == name)
    row = (await connection.execute(query)).first()
    if row is None:
        raise CampaignError(f"Campanha «{name}» não existe.")
    outcomes = await connection.execute(
        select(AttemptRow.outcome, func.count(), func.count(AttemptRow.bridged_at))
        .where(AttemptRow.campaign_id == row.id)
        .group_by(AttemptRow.outcome)
    )
    counted = {r[0] or "open": (r[1], r[2]) for r in outcomes}
    states = await connection.execute(
        text(
            "SELECT state, count(*) FROM campaign_debtor WHERE campaign_id = :c GROUP BY 1"
        ),
        {"c": row.id},
    )
    abandoned = await connection.execute(
        select(func.count()).where(AttemptRow.campaign_id == row.id, AttemptRow.abandoned)
    )
    return {
        "name": name,
        "status": row.status,
        "open": counted.get("open", (0, 0))[0],
        "outcomes": {k: v[0] for k, v in sorted(counted.items()) if k != "open"},
        "bridged": sum(v[1] for v in counted.values()),
        "abandoned": abandoned.scalar_one(),
        "debtors": {r[0]: r[1] for r in states},
    }


async def names(connection: AsyncConnection) -> list[tuple[str, str]]:
    """All campaigns with their status, the newest first."""
    query = select(CampaignRow.name, CampaignRow.status).order_by(
        CampaignRow.created_at.desc()
    )
    return [(r.name, r.status) for r in await connection.execute(query)]
