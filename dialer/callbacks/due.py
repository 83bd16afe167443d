"""Call-backs that are due: pick them for placing, remember what became of them.

Works inside the transaction that places attempts; the caller commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.service import Ruling
from dialer.callbacks.store import CallBackRow


@dataclass(frozen=True, slots=True)
class Due:
    """A call-back whose time has come; `agent` is the endpoint of who booked it.

    None: his seat has passed to another, or the debtor asked nobody in particular: anybody
    may get the call.
    """

    id: UUID
    agent: str | None
    due_at: datetime
    candidate: Candidate


_PICK = text(
    """
    SELECT b.id AS call_back, g.endpoint AS agent, b.due_at, b.debtor_id,
           d.uf AS address_uf, d.birth_date, p.id AS contact_point_id,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city,
           p.value AS number, p.zone, p.uf AS ddd_uf, p.status AS point_status
      FROM call_back b
      JOIN campaign_debtor cd ON cd.campaign_id = b.campaign_id
                             AND cd.debtor_id = b.debtor_id
      JOIN debtor d ON d.id = b.debtor_id
      LEFT JOIN agent g ON g.id = b.agent_id
     CROSS JOIN LATERAL (
           SELECT p.*
             FROM contact_point p LEFT JOIN contact_score s ON s.contact_point_id = p.id
            WHERE p.debtor_id = b.debtor_id AND p.kind = 'phone' AND p.status = 'active'
            ORDER BY p.id = b.contact_point_id DESC, p.tries, s.score DESC NULLS LAST,
                     p.score DESC LIMIT 1) p
     WHERE b.campaign_id = :campaign AND b.state = 'booked' AND b.due_at <= :now
       AND cd.state = 'ready'
       AND NOT EXISTS (SELECT 1 FROM attempt a
                        WHERE a.debtor_id = b.debtor_id AND a.outcome IS NULL)
     ORDER BY b.due_at
     LIMIT :wanted
       FOR UPDATE OF b, cd SKIP LOCKED
    """
)
_CALLED = text(
    "UPDATE call_back SET state = 'called', called_in = :attempt WHERE id = :call_back"
)
_REFUSED = text(
    """
    UPDATE call_back SET due_at = coalesce(:until, due_at), rule = :rule,
           state = CASE WHEN :until IS NULL THEN 'refused' ELSE 'booked' END
     WHERE id = :call_back
    """
).bindparams(bindparam("until", type_=CallBackRow.due_at.type))


async def pick(
    connection: AsyncConnection, campaign: UUID, now: datetime, wanted: int
) -> list[Due]:
    """Lock and return at most `wanted` call-backs, the oldest first."""
    rows = await connection.execute(
        _PICK, {"campaign": campaign, "now": now, "wanted": wanted}
    )
    found = []
    for row in rows:
        fields = dict(row._mapping)
        call_back, agent = fields.pop("call_back"), fields.pop("agent")
        due_at = fields.pop("due_at")
        found.append(Due(call_back, agent, due_at, Candidate(**fields, asked_for=True)))
    return found


async def settle(
    connection: AsyncConnection,
    booked: Sequence[Due],
    attempts: Mapping[UUID, UUID],
    rulings: Sequence[Ruling],
) -> None:
    """Mark those that have an attempt now (by debtor); put off those that were refused.

    One for which no route had room stays as it is.
    """
    verdicts = {r.candidate.debtor_id: r.verdict for r in rulings}
    for call_back in booked:
        debtor = call_back.candidate.debtor_id
        verdict = verdicts[debtor]
        if debtor in attempts:
            values = {"call_back": call_back.id, "attempt": attempts[debtor]}
            await connection.execute(_CALLED, values)
        elif not verdict.allowed:
            await connection.execute(
                _REFUSED,
                {"call_back": call_back.id, "until": verdict.until, "rule": verdict.rule},
            )
