"""The history of a campaign's settings: who changed what, when, and what came of it.

The effect of a change is what the campaign did from then until the next change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.principal import Principal
from dialer.campaigns.store import CampaignChangeRow
from dialer.figures.abandonment import Rate
from foundation.ids import uuid7

NEWEST = 50

_EFFECT = text(
    """
    SELECT w.place, count(a.answered_at) AS answered,
           count(*) FILTER (WHERE a.abandoned) AS abandoned,
           count(a.id) AS calls,
           coalesce(sum(extract(epoch FROM a.ended_at - a.bridged_at)), 0) AS talk_s
      FROM unnest(CAST(:places AS int[]), CAST(:since AS timestamptz[]),
                  CAST(:until AS timestamptz[])) AS w (place, since, until)
      LEFT JOIN attempt a ON a.campaign_id = :campaign
                         AND a.placed_at >= w.since AND a.placed_at < w.until
     GROUP BY w.place
    """
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the campaign did while a setting held."""

    calls: int
    rate: Rate
    talk_s: float
    seconds: float  # how long it held


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: field -> (before, after). `by` None: a command at the machine."""

    at: datetime
    by: str | None
    version: int
    what: dict[str, tuple[Any, Any]]
    effect: Effect


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


async def changes(connection: AsyncConnection, campaign: UUID) -> list[Change]:
    """Return the newest changes, the newest first, each with its effect."""
    query = (
        select(CampaignChangeRow.__table__)
        .where(CampaignChangeRow.campaign_id == campaign)
        .order_by(CampaignChangeRow.at.desc())
        .limit(NEWEST)
    )
    rows = list(await connection.execute(query))
    since = [row.at for row in rows]
    until = [datetime.now(UTC), *since[:-1]]
    values = {
        "places": list(range(len(rows))),
        "since": since,
        "until": until[: len(rows)],
        "campaign": campaign,
    }
    effects = {e.place: e for e in await connection.execute(_EFFECT, values)}
    return [
        Change(
            at=row.at,
            by=row.by,
            version=row.version,
            what={name: (was, now) for name, (was, now) in row.what.items()},
            effect=Effect(
                calls=effects[n].calls,
                rate=Rate(effects[n].abandoned, effects[n].answered),
                talk_s=float(effects[n].talk_s),
                seconds=(until[n] - row.at).total_seconds(),
            ),
        )
        for n, row in enumerate(rows)
    ]
