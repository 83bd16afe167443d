"""The index of recordings, and what it needs to know of calls. SQL only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.store import AttemptRow, CallEventRow
from dialer.campaigns.store import CampaignRow
from dialer.recordings.store import RecordingRow
from foundation.db.outbox import OutboxRow

TOPIC = "recording"


@dataclass(frozen=True, slots=True)
class Known:
    """A recording in the index."""

    attempt: UUID
    creditor_id: UUID | None
    path: str  # below the folder of sealed recordings
    sha256: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """An ended call, with its creditor, for which nobody is about to seal the recording."""

    attempt: UUID
    creditor_id: UUID | None


async def lock(connection: AsyncConnection, attempt: UUID) -> None:
    """Be the only one to seal this call's recording until the transaction ends."""
    number = attempt.int & (1 << 63) - 1
    await connection.execute(select(func.pg_advisory_xact_lock(number)))


async def find(connection: AsyncConnection, attempt: UUID) -> Known | None:
    query = select(
        RecordingRow.attempt_id,
        RecordingRow.creditor_id,
        RecordingRow.path,
        RecordingRow.sha256,
    ).where(RecordingRow.attempt_id == attempt)
    row = (await connection.execute(query)).first()
    return None if row is None else Known(*row)


@dataclass(frozen=True, slots=True)
class Times:
    """Of a call. Its recording begins when it is answered."""

    placed_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def began_at(self) -> datetime:
        return self.answered_at or self.placed_at


async def times_of(connection: AsyncConnection, attempt: UUID) -> Times | None:
    """The call's times; None when there is no such call."""
    query = select(AttemptRow.placed_at, AttemptRow.answered_at, AttemptRow.ended_at)
    row = (await connection.execute(query.where(AttemptRow.id == attempt))).first()
    return None if row is None else Times(*row)


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(RecordingRow).values(values))


async def note(
    connection: AsyncConnection, attempt: UUID, kind: str, data: dict[str, Any]
) -> None:
    """Add to the append-only history of the call."""
    row = {"attempt_id": attempt, "kind": kind, "at": func.clock_timestamp(), "data": data}
    await connection.execute(insert(CallEventRow).values(row))


async def orphans(
    connection: AsyncConnection, attempts: Iterable[UUID]
) -> tuple[list[Orphan], set[UUID]]:
    """Which of these calls ended with no order to seal pending; and which exist at all."""
    pending = (
        select(OutboxRow.id)
        .where(
            OutboxRow.topic == TOPIC,
            OutboxRow.done_at.is_(None),
            func.starts_with(OutboxRow.key, func.cast(AttemptRow.id, OutboxRow.key.type)),
        )
        .exists()
    )
    query = (
        select(AttemptRow.id, CampaignRow.creditor_id, AttemptRow.ended_at, pending)
        .join(CampaignRow, AttemptRow.campaign_id == CampaignRow.id, isouter=True)
        .where(AttemptRow.id.in_(list(attempts)))
    )
    rows = list(await connection.execute(query))
    ready = [Orphan(row[0], row[1]) for row in rows if row[2] is not None and not row[3]]
    return ready, {row[0] for row in rows}
