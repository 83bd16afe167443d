"""Write what detectors found: one verdict a call and detector, with its evidence.

A machine's verdict takes the place of what the second detector said before it, whichever
of the two comes first.

Every twentieth is put before a supervisor who listens to the recording: of those on which
a call was ended, every fifth.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.shell.facts import Judged
from foundation.db.types import UtcDateTime

EVERY, EVERY_ACTED = 20, 5
HEARD_TWICE = 2  # "this number does not exist" retires a number when it was heard so often

# what names no attempt of ours is left out: a batch must not fail for a stranger's message
_INSERT = text(
    """
    INSERT INTO answer_verdict (attempt_id, detector, who, kind, why, heard_s, at, acted,
                                sampled, evidence)
    SELECT a.id, :detector, :who, :kind, :why, :heard_s, :at, :acted, :sampled, :evidence
      FROM attempt a WHERE a.id = :attempt
        ON CONFLICT (attempt_id, detector) DO UPDATE
           SET who = excluded.who, kind = excluded.kind, why = excluded.why,
               heard_s = excluded.heard_s, at = excluded.at, acted = excluded.acted,
               sampled = answer_verdict.sampled OR excluded.sampled,
               evidence = excluded.evidence || jsonb_build_object(
                   'before', answer_verdict.who, 'before_s', answer_verdict.heard_s)
         WHERE excluded.detector = 'words' AND excluded.who = 'machine'
           AND answer_verdict.who <> 'machine'
    """
).bindparams(
    bindparam("attempt", type_=Uuid),
    bindparam("at", type_=UtcDateTime),
    bindparam("evidence", type_=JSONB),
)
_RETIRE_HEARD = text(
    """
    UPDATE contact_point p SET status = 'invalid'
     WHERE p.id = ANY(:points) AND p.status = 'active' AND :twice <= (
           SELECT count(*) FROM attempt a JOIN answer_verdict v ON v.attempt_id = a.id
            WHERE a.contact_point_id = p.id AND v.detector = 'words'
              AND v.who = 'machine' AND v.kind = 'invalid' AND v.person IS NOT TRUE)
    """
)


async def write(connection: AsyncConnection, judged: Sequence[Judged]) -> None:
    """Write a batch; one that is there already stays, unless a machine's replaces it."""
    rows = [row for row in map(_row, judged) if row is not None]
    if rows:
        await connection.execute(_INSERT, rows)


async def retire_heard(connection: AsyncConnection, points: Sequence[UUID]) -> None:
    """Retire those numbers of which the network has said twice that they do not exist."""
    if points:
        values = {"points": list(points), "twice": HEARD_TWICE}
        await connection.execute(_RETIRE_HEARD, values)


def sampled(attempt: UUID, *, acted: bool) -> bool:
    """Drawn by the attempt's own id, so that nobody chooses: its last bits are chance."""
    return attempt.int % (EVERY_ACTED if acted else EVERY) == 0


def _row(judged: Judged) -> dict[str, object] | None:
    answer = judged.answer
    try:
        attempt = UUID(answer.attempt)
    except ValueError:
        return None
    return {
        "attempt": attempt,
        "detector": answer.detector,
        "who": answer.who,
        "kind": answer.kind,
        "why": answer.why,
        "heard_s": answer.heard_s,
        "at": judged.at,
        "acted": judged.acted,
        "sampled": answer.detector == "words" and sampled(attempt, acted=judged.acted),
        "evidence": dict(answer.evidence),
    }
