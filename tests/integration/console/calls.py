"""A floor of a test: campaigns with attempts, leadership, agents on the board."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.db.leadership import take
from foundation.ids import uuid7


async def a_campaign(engine: AsyncEngine, name: str, status: str = "running") -> UUID:
    creditor, campaign = uuid7(), uuid7()
    async with engine.begin() as connection:
        await connection.execute(insert(CreditorRow).values(id=creditor, name=name))
        await connection.execute(
            insert(CampaignRow).values(
                id=campaign, name=name, creditor_id=creditor, status=status, policy={},
                caller_id="+551130000000", ring_timeout_s=30, threshold_s=2, wrap_up_s=30,
                retries={}, created_at=datetime.now(UTC), filter={}, size=0,
            )
        )  # fmt: skip
    return campaign


async def attempts(
    engine: AsyncEngine,
    campaign: UUID,
    *outcomes: str | None,
    abandoned: bool = False,
    hours_ago: float = 0.1,
) -> None:
    placed = datetime.now(UTC) - timedelta(hours=hours_ago)
    rows = [
        {
            "id": uuid7(), "direction": "outbound", "campaign_id": campaign,
            "number": "+5511900012345", "route": "trunk", "epoch": 1, "placed_at": placed,
            "contact_day": date(2026, 3, 10), "outcome": outcome, "abandoned": abandoned,
        }
        for outcome in outcomes
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(AttemptRow), rows)


async def a_leader(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await take(connection, "floor", "test", lease_s=60)


async def lose_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE leadership"))
