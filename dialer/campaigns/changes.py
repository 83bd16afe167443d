"""The history of a campaign's settings: who changed what, when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.principal import Principal
from dialer.campaigns.errors import NoCampaign
from dialer.campaigns.store import CampaignChangeRow, CampaignRow
from dialer.figures.effects import Effect, effects
from dialer.figures.stretches import Stretch, Turn, around, stretches
from foundation.ids import uuid7

PAGE = 20


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: field -> (before, after). `by` None: no person in the console.

    `before` and `after` are the figures on both sides; None: the campaign did not run.
    """

    id: UUID
    at: datetime
    by: str | None
    version: int
    what: dict[str, tuple[Any, Any]]
    before: Effect | None
    after: Effect | None


@dataclass(frozen=True, slots=True)
class Changes:
    """The newest first; `more`: there are older ones."""

    changes: list[Change]
    more: bool


async def remember(
    connection: AsyncConnection,
    campaign: UUID,
    version: int,
    who: Principal | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Write down what differs, if anything does; values must be JSON."""
    what = {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }
    if not what:
        return
    await connection.execute(
        insert(CampaignChangeRow),
        {
            "id": uuid7(),
            "campaign_id": campaign,
            "at": datetime.now(UTC),
            "by": who.name if who else None,
            "version": version,
            "what": what,
        },
    )


async def changes(
    connection: AsyncConnection, campaign: UUID, older_than: UUID | None = None
) -> Changes:
    """Return the newest changes, or those older than one of them; raises NoCampaign."""
    named = select(CampaignRow.created_at, CampaignRow.status)
    known = (await connection.execute(named.where(CampaignRow.id == campaign))).first()
    if known is None:
        raise NoCampaign(str(campaign))
    query = (
        select(CampaignChangeRow.__table__)
        .where(CampaignChangeRow.campaign_id == campaign)
        .order_by(CampaignChangeRow.at, CampaignChangeRow.id)
    )
    rows = list(await connection.execute(query))
    turns = [Turn(row.at, *row.what.get("status", (None, None))) for row in rows]
    found = stretches(turns, known.created_at, datetime.now(UTC), known.status)
    last = next((n for n, row in enumerate(rows) if row.id == older_than), len(rows))
    first = max(0, last - PAGE)
    sides = {n: around(turns, found, n) for n in range(first, last)}
    figures = await effects(connection, campaign, _each(list(sides.values())))
    told = [_change(rows[n], sides[n], figures) for n in reversed(sides)]
    return Changes(told, more=first > 0)


def _each(sides: Sequence[tuple[Stretch | None, Stretch | None]]) -> list[Stretch]:
    """Each stretch once: what is after one change is often before the next."""
    return list(dict.fromkeys(s for pair in sides for s in pair if s is not None))


def _change(
    row: Any,
    sides: tuple[Stretch | None, Stretch | None],
    figures: Mapping[Stretch, Effect],
) -> Change:
    before, after = (None if side is None else figures[side] for side in sides)
    return Change(
        id=row.id,
        at=row.at,
        by=row.by,
        version=row.version,
        what={name: (was, now) for name, (was, now) in row.what.items()},
        before=before,
        after=after,
    )
