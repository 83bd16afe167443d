"""What was worked out for each campaign, and when: one row a campaign, the newest answer.

`asked_at` is a hold as well: who set it works on the campaign until the next time is due,
by the clock or because the settings that the answer compares with have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from dialer.campaigns.store import CampaignRow
from dialer.what_if.enough import HOURS, LEAST_SPAN, LEAST_TALKS
from foundation.db.engine import Row

PACED = ("predictive", "progressive", "ratio", "erlang")
#: names in the history of settings that change what a campaign's pace gives
SETTINGS = (
    "mode", "limits", "target", "ratio", "max_cps", "max_lines", "inbound_target",
    "scored", "ring_timeout_s", "threshold_s",
)  # fmt: skip

_CHANGED = """
    EXISTS (SELECT FROM campaign_change h
             WHERE h.campaign_id = {row}.campaign_id AND h.at > {row}.{since}
               AND h.what ?| CAST(:settings AS text[]))
"""
_DUE = """
    ({row}.asked_at < clock_timestamp() - CAST(:every AS interval) OR {changed})
"""
_RECENT = """
    SELECT count(*) FILTER (
               WHERE a.bridged_at IS NOT NULL AND a.ended_at IS NOT NULL) AS talks,
           coalesce(max(a.placed_at) - min(a.placed_at), interval '0') AS span
      FROM attempt a
     WHERE a.campaign_id = c.id AND a.direction = 'outbound'
       AND a.placed_at >= clock_timestamp() - CAST(:span AS interval)
"""


def _due(row: str) -> str:
    changed = _CHANGED.format(row=row, since="asked_at")
    return _DUE.format(row=row, changed=changed)


_CLAIM = text(
    f"""
    INSERT INTO what_if (campaign_id, asked_at)
    SELECT c.id, clock_timestamp()
      FROM campaign c
      LEFT JOIN what_if w ON w.campaign_id = c.id
     CROSS JOIN LATERAL ({_RECENT}) recent
     WHERE c.status = 'running'
       AND coalesce(c.policy->>'mode', 'predictive') = ANY(:paced)
       AND (w.asked_at IS NULL OR {_due("w")})
       AND recent.talks >= :least AND recent.span >= CAST(:least_span AS interval)
     ORDER BY w.asked_at NULLS FIRST LIMIT 1
        ON CONFLICT (campaign_id) DO UPDATE SET asked_at = excluded.asked_at
     WHERE {_due("what_if")}
    RETURNING campaign_id, asked_at
    """  # noqa: S608 - a piece of our own, no values
)
_KEEP = text(
    """
    UPDATE what_if SET answer = CAST(:answer AS jsonb), answered_at = clock_timestamp(),
           compared_at = :at, failed_at = NULL
     WHERE campaign_id = :campaign
    """
)
_FAIL = text(
    "UPDATE what_if SET failed_at = clock_timestamp() WHERE campaign_id = :campaign"
)
_KNOWN = text(
    f"""
    SELECT coalesce(c.policy->>'mode', 'predictive') AS mode, recent.talks,
           w.answered_at, w.answer, w.failed_at,
           {_CHANGED.format(row="w", since="compared_at")} AS outdated
      FROM campaign c
      LEFT JOIN what_if w ON w.campaign_id = c.id
     CROSS JOIN LATERAL ({_RECENT}) recent
     WHERE c.id = :campaign
    """  # noqa: S608 - a piece of our own, no values
)
_SPAN = timedelta(hours=HOURS)


class WhatIfRow(Row):
    __tablename__ = "what_if"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(CampaignRow.id), primary_key=True)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]  # the answer compares with the settings of then
    failed_at: Mapped[datetime | None]  # since the last answer
    answer: Mapped[dict[str, Any] | None]  # what `acordo sim replay --json` said


@dataclass(frozen=True, slots=True)
class Claim:
    """A campaign that is worked on since `at`."""

    campaign: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What can be said of a campaign; `talks` are those of the last hours that ended.

    `outdated`: the settings that the answer compares with have changed since.
    """

    mode: str
    talks: int
    answered_at: datetime | None
    answer: dict[str, Any] | None
    failed_at: datetime | None
    outdated: bool

    @property
    def paced(self) -> bool:
        return self.mode in PACED


async def claim(connection: AsyncConnection, every: timedelta) -> Claim | None:
    """Take the campaign that waits longest for an answer; None: none is due."""
    values = {
        "paced": list(PACED),
        "every": every,
        "span": _SPAN,
        "least": LEAST_TALKS,
        "least_span": LEAST_SPAN,
        "settings": list(SETTINGS),
    }
    row = (await connection.execute(_CLAIM, values)).one_or_none()
    return None if row is None else Claim(row.campaign_id, row.asked_at)


async def keep(connection: AsyncConnection, claimed: Claim, answer: str) -> None:
    """Store an answer, which must be JSON."""
    values = {"campaign": claimed.campaign, "at": claimed.at, "answer": answer}
    await connection.execute(_KEEP, values)


async def fail(connection: AsyncConnection, campaign: UUID) -> None:
    """Remember that there was no answer; an earlier one stays."""
    await connection.execute(_FAIL, {"campaign": campaign})


async def known(connection: AsyncConnection, campaign: UUID) -> Known | None:
    """Return what is known; None: there is no such campaign."""
    values = {"campaign": campaign, "span": _SPAN, "settings": list(SETTINGS)}
    row = (await connection.execute(_KNOWN, values)).one_or_none()
    return None if row is None else Known(**row._mapping)
