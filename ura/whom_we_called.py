"""Whom one of our calls is for: read from the attempt, which names its channel.

The dialer's tables are named by what is read of them: this package does not rest on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_WHOM = text(
    """
    SELECT a.id AS call, a.debtor_id AS debtor, a.number, coalesce(a.cli, '') AS shown,
           d.name, c.creditor_id AS creditor,
           coalesce(c.policy ->> 'mode' = 'agentless', false) AS agentless
      FROM attempt a JOIN debtor d ON d.id = a.debtor_id
      JOIN campaign c ON c.id = a.campaign_id
     WHERE a.id = :attempt AND a.direction = 'outbound'
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """`shown`: the number that he saw; `agentless`: no agent may have this call."""

    call: UUID
    debtor: UUID
    number: str
    shown: str
    name: str
    creditor: UUID
    agentless: bool


def attempt_named(channel: str) -> UUID | None:
    """Return the attempt whose id the channel bears; None for a call that came in."""
    try:
        return UUID(channel)
    except ValueError:
        return None


async def whom_we_called(connection: AsyncConnection, channel: str) -> Whom | None:
    """Return whom the call is for; None when it is no campaign's."""
    attempt = attempt_named(channel)
    if attempt is None:
        return None
    row = (await connection.execute(_WHOM, {"attempt": attempt})).first()
    return None if row is None else Whom(**row._mapping)
