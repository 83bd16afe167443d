"""A floor of a test: campaigns with attempts, leadership, agents on the board."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
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


async def a_leader(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await take(connection, "floor", "test", lease_s=60)


async def lose_tables(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE leadership"))
