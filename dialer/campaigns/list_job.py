"""The worker's part of a long list: fill it, and say how far it is meanwhile.

All of it is one transaction with the mark "done" of its outbox row: a worker that is
killed leaves nothing, and the next one begins again. Whoever stops the campaign, or
orders another list, ends the work at its next sign of life.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.campaigns.errors import CampaignError
from dialer.campaigns.filling import FILLING, fill
from dialer.campaigns.filter import DebtorFilter
from dialer.campaigns.store import CampaignProgressRow, CampaignRow
from foundation.db.outbox import OutboxContext
from foundation.observability import get_logger

EVERY_S = 0.5

log = get_logger(__name__)


class ListIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign: UUID
    version: int


class NotWantedAnyMore(RuntimeError):
    """The campaign was stopped, or got another order, while its list was made."""


class _Pulse:
    """Where the work is; `gone` once the campaign does not wait for it any more."""

    def __init__(self) -> None:
        self.done = 0
        self.total: int | None = None
        self.gone = False

    def step(self, done: int, total: int) -> None:
        if self.gone:
            raise NotWantedAnyMore
        self.done, self.total = done, total

    def as_json(self) -> dict[str, Any]:
        at = datetime.now(UTC).isoformat()
        return {"done": self.done, "total": self.total, "at": at}


async def fill_list(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Handler of the outbox."""
    order = ListIn.model_validate(payload)
    connection = context.connection
    stored = await connection.scalar(select(CampaignRow.filter).where(_waits_for(order)))
    if stored is None:
        return
    wanted = DebtorFilter.model_validate(stored)
    try:
        async with connection.begin_nested():
            async with _told(context.engine, order) as pulse:
                size = await fill(connection, order.campaign, wanted, pulse.step)
            if not await _is_a_draft(connection, order, None):
                raise NotWantedAnyMore
    except NotWantedAnyMore:
        log.info("campaign_list_dropped", campaign=str(order.campaign))
    except CampaignError as error:
        await _is_a_draft(connection, order, str(error))
    else:
        log.info("campaign_list_filled", campaign=str(order.campaign), size=size)


def _waits_for(order: ListIn) -> ColumnElement[bool]:
    return and_(
        CampaignRow.id == order.campaign,
        CampaignRow.status == FILLING,
        CampaignRow.version == order.version,
    )


async def _is_a_draft(
    connection: AsyncConnection, order: ListIn, trouble: str | None
) -> bool:
    """Let the campaign go on as a draft; False when it does not wait for this any more."""
    told = CampaignProgressRow.campaign_id == order.campaign
    await connection.execute(delete(CampaignProgressRow).where(told))
    values = {"status": "draft", "trouble": trouble}
    query = update(CampaignRow).where(_waits_for(order)).values(values)
    return (await connection.execute(query)).rowcount == 1


@asynccontextmanager
async def _told(engine: AsyncEngine, order: ListIn) -> AsyncIterator[_Pulse]:
    """Write signs of life on a connection of its own while the block runs."""
    pulse = _Pulse()
    telling = asyncio.create_task(_tell(engine, order, pulse), name="campaign list")
    try:
        yield pulse
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _tell(engine: AsyncEngine, order: ListIn, pulse: _Pulse) -> None:
    waits = select(CampaignRow.id).where(_waits_for(order))
    while not pulse.gone:
        async with engine.begin() as connection:
            pulse.gone = await connection.scalar(waits) is None
            told = {"progress": pulse.as_json()}
            row = insert(CampaignProgressRow).values(campaign_id=order.campaign, **told)
            key = [CampaignProgressRow.campaign_id]
            await connection.execute(
                row.on_conflict_do_update(index_elements=key, set_=told)
            )
        await asyncio.sleep(EVERY_S)
