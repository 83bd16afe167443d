"""The list of a campaign: put together at once when that is quick, else by the worker.

A page waits for few seconds only, and a list of a million debtors takes longer. So a
person's order is tried for a moment; what is not done by then is promised to the worker
(topic `campaign_list`), the campaign is `filling` meanwhile and nobody can start it. A
list is there whole or not at all; `size` 0 says that there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    Uuid,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debts.closing import closed_book
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.filter import DebtorFilter, debtors
from dialer.campaigns.store import CampaignDebtorRow, CampaignProgressRow, CampaignRow
from foundation.db.contact_clock import contact_day
from foundation.db.outbox import enqueue
from foundation.db.time_limit import TookTooLong, each_within

TOPIC = "campaign_list"
FILLING = "filling"
AT_ONCE_MS = 1500
PIECE = 50_000  # debtors between two signs of life
NOBODY = "Nenhum devedor com dívida aberta e telefone discável."
CLOSED = "O credor ou a carteira está desativada: ninguém é chamado em seu nome."
FROM_THE_START = datetime(2000, 1, 1, tzinfo=UTC)  # when each may be called
_COLUMNS = ("campaign_id", "debtor_id", "position", "state", "next_at", "attempts")
_FOUND = Table(
    "campaign_found", MetaData(), Column("debtor_id", Uuid), Column("place", Integer)
)

Step = Callable[[int, int], None]  # debtors in the list so far, and in all


def nobody(_done: int, _total: int) -> None:
    """For those who do not want to know."""


async def fill(
    connection: AsyncConnection, campaign: UUID, wanted: DebtorFilter, step: Step = nobody
) -> int:
    """Put the filter's debtors into the list in the place of what was in it; how many.

    In the caller's transaction, however long it takes. Raises CampaignError for nobody,
    and whatever `step` raises.
    """
    total = await _find(connection, wanted)
    if total == 0:
        shut = await closed_book(connection, wanted.creditor, wanted.portfolio)
        raise CampaignError(NOBODY if shut is None else CLOSED)
    step(0, total)
    old = CampaignDebtorRow.campaign_id == campaign
    await connection.execute(delete(CampaignDebtorRow).where(old))
    for done in range(0, total, PIECE):
        await _add(connection, campaign, done)
        step(min(done + PIECE, total), total)
    await connection.execute(_FOUND.delete())
    values = {"size": total, "trouble": None}
    await connection.execute(
        update(CampaignRow).where(CampaignRow.id == campaign).values(values)
    )
    return total


async def _find(connection: AsyncConnection, wanted: DebtorFilter) -> int:
    """Keep who is wanted, in order, until the transaction ends; returns how many."""
    await connection.execute(
        text(
            "CREATE TEMP TABLE IF NOT EXISTS campaign_found"
            " (debtor_id uuid, place integer) ON COMMIT DROP"
        )
    )
    await connection.execute(_FOUND.delete())
    found = debtors(wanted, await contact_day(connection)).subquery("found")
    place = func.row_number().over(order_by=(found.c.created_at, found.c.id))
    rows = select(found.c.id, place)
    kept = insert(_FOUND).from_select(("debtor_id", "place"), rows)
    return (await connection.execute(kept)).rowcount


async def _add(connection: AsyncConnection, campaign: UUID, after: int) -> None:
    rows = select(
        literal(campaign, Uuid),
        _FOUND.c.debtor_id,
        _FOUND.c.place,
        literal("ready"),
        literal(FROM_THE_START),
        literal(0),
    ).where(_FOUND.c.place > after, _FOUND.c.place <= after + PIECE)
    ordered = rows.order_by(_FOUND.c.place)
    await connection.execute(
        insert(CampaignDebtorRow).from_select(_COLUMNS, ordered, include_defaults=False)
    )


async def fill_or_promise(
    connection: AsyncConnection, campaign: UUID, version: int, wanted: DebtorFilter
) -> None:
    """Fill the list if that takes a moment, else leave it to the worker.

    The caller commits. `version` is the campaign's own once the caller is done: the
    worker drops what was promised for an earlier one. Raises CampaignError for nobody.
    """
    until = time.monotonic() + AT_ONCE_MS / 1000

    def in_time(_done: int, _total: int) -> None:
        if time.monotonic() > until:
            raise TookTooLong

    try:
        async with each_within(connection, AT_ONCE_MS):
            await fill(connection, campaign, wanted, in_time)
    except TookTooLong:
        await _promise(connection, campaign, version)


async def _promise(connection: AsyncConnection, campaign: UUID, version: int) -> None:
    values = {"status": FILLING, "size": 0, "trouble": None}
    await connection.execute(
        update(CampaignRow).where(CampaignRow.id == campaign).values(values)
    )
    old = CampaignProgressRow.campaign_id == campaign
    await connection.execute(delete(CampaignProgressRow).where(old))
    payload = {"campaign": str(campaign), "version": version}
    await enqueue(connection, TOPIC, f"{campaign}:{version}", payload)
