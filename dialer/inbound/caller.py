"""What a caller brings into the queue, as the database knows it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.inbound.queue import Place

# who proved to be somebody, else whose number it is, if it is one person's alone
_DEBTOR = text(
    """
    SELECT coalesce(
        (SELECT r.debtor_id FROM robot_call r WHERE r.id = :call),
        (SELECT CASE WHEN count(DISTINCT p.debtor_id) = 1 THEN min(p.debtor_id::text) END
           FROM contact_point p WHERE p.value = :number)::uuid)
    """
)
_BROUGHT = text(
    """
    SELECT (SELECT coalesce(sum(i.amount), 0)
              FROM contract k
              JOIN debt d ON d.contract_id = k.id AND d.status = 'open'
              JOIN instalment i ON i.debt_id = d.id
             WHERE k.debtor_id = :debtor) AS cents,
           EXISTS (SELECT 1 FROM promise p
                    WHERE p.debtor_id = :debtor AND p.due_on >= :today)
           OR EXISTS (SELECT 1 FROM agreement a
                       WHERE a.debtor_id = :debtor AND a.state IN ('accepted', 'active'))
           AS promise,
           (SELECT g.endpoint FROM attempt t JOIN agent g ON g.id = t.agent_id
             WHERE t.debtor_id = :debtor AND t.bridged_at IS NOT NULL AND g.active
             ORDER BY t.bridged_at DESC LIMIT 1) AS agent
    """
)
_NUMBER = text("SELECT skill, priority FROM inbound_number WHERE number = :called")
_SKILLS = text(
    """
    SELECT g.endpoint, s.skill FROM agent_skill s JOIN agent g ON g.id = s.agent_id
     WHERE g.active
    """
)


async def brought(
    connection: AsyncConnection, call: UUID, number: str, called: str, today: date
) -> Place:
    """Look up a caller. `number` in E.164, `called` in digits; either may be empty."""
    ours = (await connection.execute(_NUMBER, {"called": called})).first()
    skill, priority = (ours.skill, ours.priority) if ours is not None else ("", 0)
    debtor = await connection.scalar(_DEBTOR, {"call": call, "number": number})
    if debtor is None:
        return Place(skill=skill, priority=priority)
    row = (await connection.execute(_BROUGHT, {"debtor": debtor, "today": today})).one()
    return Place(
        value=Decimal(row.cents) / 100,
        promise=row.promise,
        priority=priority,
        skill=skill,
        agent=row.agent,
        known=True,
    )


async def skills(connection: AsyncConnection) -> dict[str, frozenset[str]]:
    """Skills by endpoint."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.execute(_SKILLS):
        found[row.endpoint].add(row.skill)
    return {endpoint: frozenset(names) for endpoint, names in found.items()}
