"""Verdicts before a supervisor: the list to review, his word, the count of errors.

Two kinds come into the list: those that were drawn, and those that something contradicts:
a call taken for a machine in which an agent recorded a person, or the reverse. Who listens
says whether a person answered; a person on whom the call was ended, and whom no agent had
reached, counts as abandoned from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.calls.store import CallEventRow
from dialer.calls.story import REVIEWED

DAYS, PAGE = 30, 50
OF_MACHINES = "answering_machine"  # the disposition

_LIST = text(
    """
    SELECT v.attempt_id AS attempt, c.name AS campaign, a.answered_at, v.who, v.kind, v.why,
           v.heard_s, v.acted, v.evidence, t.who AS times, d.code AS disposition,
           r.id AS recording
      FROM answer_verdict v
      JOIN attempt a ON a.id = v.attempt_id
      LEFT JOIN campaign c ON c.id = a.campaign_id
      LEFT JOIN answer_verdict t ON t.attempt_id = v.attempt_id AND t.detector = 'times'
      LEFT JOIN disposition d ON d.attempt_id = v.attempt_id
      LEFT JOIN recording r ON r.attempt_id = v.attempt_id
     WHERE v.detector = 'words' AND v.reviewed_at IS NULL AND v.at >= :since
       AND (v.sampled
            OR (v.who = 'machine' AND d.code IS NOT NULL AND d.code <> :of_machines)
            OR (v.who <> 'machine' AND d.code = :of_machines))
     ORDER BY v.acted DESC, v.at DESC LIMIT :most
    """
)
_REVIEW = text(
    """
    UPDATE answer_verdict SET person = :person, reviewed_at = :now, reviewed_by = :by
     WHERE attempt_id = :attempt AND detector = 'words'
    RETURNING who, acted
    """
)
_MISSED = text(
    """
    UPDATE attempt SET answered_by = 'person', abandoned = bridged_at IS NULL
     WHERE id = :attempt AND answered_by IN ('machine', 'person')
    """
)
_RIGHT = text(
    """
    UPDATE attempt SET answered_by = 'machine', abandoned = false
     WHERE id = :attempt AND answered_by IN ('machine', 'person')
    """
)
_COUNTS = text(
    """
    SELECT v.detector, v.who, count(*) AS verdicts,
           count(*) FILTER (WHERE v.acted) AS acted,
           count(w.reviewed_at) AS reviewed, count(*) FILTER (WHERE w.person) AS people
      FROM answer_verdict v
      LEFT JOIN answer_verdict w ON w.attempt_id = v.attempt_id AND w.detector = 'words'
     WHERE v.at >= :since GROUP BY 1, 2 ORDER BY 1, 2
    """
)


class NoVerdict(LookupError):
    """Nobody listened to this call, or it is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """A verdict that a person should check by ear; `times`: the switch's own verdict."""

    attempt: UUID
    campaign: str | None
    answered_at: datetime | None
    who: str
    kind: str
    why: str
    heard_s: float
    acted: bool
    evidence: dict[str, Any]
    times: str | None
    disposition: str | None
    recording: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One detector's verdicts of one kind; of the `reviewed` ones, `people` were people."""

    detector: str
    who: str
    verdicts: int
    acted: int
    reviewed: int
    people: int


async def to_review(connection: AsyncConnection) -> list[ToReview]:
    """At most 50, those on which a call was ended first, of the last 30 days."""
    values = {"since": _since(), "of_machines": OF_MACHINES, "most": PAGE}
    found = await connection.execute(_LIST, values)
    return [ToReview(**row) for row in found.mappings()]


async def review(
    connection: AsyncConnection, attempt: UUID, who: Principal, *, person: bool
) -> None:
    """Write down what was heard; the last word counts. The caller commits.

    Raises NoVerdict.
    """
    values = {
        "attempt": attempt, "person": person, "by": who.user_id, "now": datetime.now(UTC),
    }  # fmt: skip
    found = (await connection.execute(_REVIEW, values)).first()
    if found is None:
        raise NoVerdict(str(attempt))
    if found.acted:
        change = _MISSED if person else _RIGHT
        await connection.execute(change, {"attempt": attempt})
        fact = {"attempt_id": attempt, "kind": REVIEWED, "at": values["now"]}
        await connection.execute(
            insert(CallEventRow).values({**fact, "data": {"person": person}})
        )
    await audit.record(
        connection, who, action="answer.review", subject=("attempt", attempt),
        detail={"said": found.who, "person": person},
    )  # fmt: skip


async def counts(connection: AsyncConnection) -> list[Count]:
    """Of the last 30 days, both detectors beside what was heard in the recordings."""
    rows = await connection.execute(_COUNTS, {"since": _since()})
    return [Count(**row) for row in rows.mappings()]


def _since() -> datetime:
    return datetime.now(UTC) - timedelta(days=DAYS)
