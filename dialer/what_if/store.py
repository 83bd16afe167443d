"""What was worked out for each campaign, and when: one row a campaign, the newest answer.

`asked_at` is a hold as well: who set it works on the campaign until the next time is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from dialer.campaigns.store import CampaignRow
from foundation.db.engine import Row

HOURS = 4.0  # that are looked at
LEAST_TALKS = 200
LEAST_SPAN = timedelta(minutes=30)
PACED = ("predictive", "progressive", "ratio", "erlang")

_RECENT = """
    SELECT count(*) FILTER (WHERE a.bridged_at IS NOT NULL) AS talks,
           coalesce(max(a.placed_at) - min(a.placed_at), interval '0') AS span
      FROM attempt a
     WHERE a.campaign_id = c.id AND a.direction = 'outbound'
       AND a.placed_at >= clock_timestamp() - CAST(:span AS interval)
"""
_CLAIM = text(
    f"""
    INSERT INTO what_if (campaign_id, asked_at)
    SELECT c.id, clock_timestamp()
      FROM campaign c
      LEFT JOIN what_if w ON w.campaign_id = c.id
     CROSS JOIN LATERAL ({_RECENT}) recent
     WHERE c.status = 'running'
       AND coalesce(c.policy->>'mode', 'predictive') = ANY(:paced)
       AND (w.asked_at IS NULL OR w.asked_at < clock_timestamp() - CAST(:every AS interval))
       AND recent.talks >= :least AND recent.span >= CAST(:least_span AS interval)
     ORDER BY w.asked_at NULLS FIRST LIMIT 1
        ON CONFLICT (campaign_id) DO UPDATE SET asked_at = excluded.asked_at
     WHERE what_if.asked_at < clock_timestamp() - CAST(:every AS interval)
    RETURNING campaign_id
    """  # noqa: S608 - a piece of our own, no values
)
_KEEP = text(
    """
    UPDATE what_if SET answer = CAST(:answer AS jsonb), answered_at = clock_timestamp()
     WHERE campaign_id = :campaign
    """
)
_TALKS = text(
    f"""
    SELECT coalesce(c.policy->>'mode', 'predictive') AS mode, recent.talks
      FROM campaign c CROSS JOIN LATERAL ({_RECENT}) recent
     WHERE c.id = :campaign
    """  # noqa: S608 - a piece of our own, no values
)
_SPAN = timedelta(hours=HOURS)


class WhatIfRow(Row):
    __tablename__ = "what_if"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(CampaignRow.id), primary_key=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]  # what `acordo sim replay --json` said


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What can be said of a campaign; `talks` are those of the last hours."""

    mode: str
    talks: int
    answered_at: datetime | None
    answer: dict[str, Any] | None

    @property
    def paced(self) -> bool:
        return self.mode in PACED


async def claim(connection: AsyncConnection, every: timedelta) -> UUID | None:
    """Take the campaign that waits longest for an answer; None: none is due."""
    values = {
        "paced": list(PACED),
        "every": every,
        "span": _SPAN,
        "least": LEAST_TALKS,
        "least_span": LEAST_SPAN,
    }
    found: UUID | None = await connection.scalar(_CLAIM, values)
    return found


async def keep(connection: AsyncConnection, campaign: UUID, answer: str) -> None:
    """Store an answer, which must be JSON."""
    await connection.execute(_KEEP, {"campaign": campaign, "answer": answer})


async def known(connection: AsyncConnection, campaign: UUID) -> Known | None:
    """Return what is known; None: there is no such campaign."""
    values = {"campaign": campaign, "span": _SPAN}
    recent = (await connection.execute(_TALKS, values)).one_or_none()
    if recent is None:
        return None
    query = select(WhatIfRow.answered_at, WhatIfRow.answer).where(
        WhatIfRow.campaign_id == campaign
    )
    row = (await connection.execute(query)).one_or_none()
    return Known(
        mode=recent.mode,
        talks=recent.talks,
        answered_at=row.answered_at if row else None,
        answer=row.answer if row else None,
    )
