"""Of how many numbers of a campaign a list told the chance that somebody answers.

Looks at those whose turn comes next, so that it takes no longer on a list of millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.campaigns.errors import NoCampaign
from dialer.campaigns.store import CampaignRow

MOST = 10_000  # debtors

_TOLD = text(
    """
    WITH coming AS MATERIALIZED (
        SELECT debtor_id FROM campaign_debtor
         WHERE campaign_id = :campaign AND state = 'ready'
         ORDER BY next_at, position LIMIT :most)
    SELECT count(p.id) AS numbers, count(s.score) AS scored,
           (SELECT count(*) FROM coming) AS debtors
      FROM coming
      JOIN contact_point p ON p.debtor_id = coming.debtor_id
       AND p.kind = 'phone' AND p.status = 'active'
      LEFT JOIN contact_score s ON s.contact_point_id = p.id
    """
)


@dataclass(frozen=True, slots=True)
class ListScores:
    """`whole`: these are all debtors who wait for their turn; else those who come next."""

    numbers: int
    scored: int
    debtors: int
    whole: bool


async def told(connection: AsyncConnection, campaign: UUID) -> ListScores:
    """Raises NoCampaign."""
    if not await connection.scalar(select(exists().where(CampaignRow.id == campaign))):
        raise NoCampaign(str(campaign))
    values = {"campaign": campaign, "most": MOST}
    row = (await connection.execute(_TOLD, values)).one()
    return ListScores(row.numbers, row.scored, row.debtors, whole=row.debtors < MOST)
