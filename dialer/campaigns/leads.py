"""How many debtors of a campaign could be called now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.campaigns.running import Running

MANY = 2_000  # more make no difference to how many calls are placed now
SHOWN = 200  # whose chances are read: those that would come next

_READY = text(
    """
    SELECT c.id AS campaign,
           (SELECT count(*) FROM (
                SELECT 1 FROM campaign_debtor cd
                 WHERE cd.campaign_id = c.id AND cd.state = 'ready' AND cd.next_at <= :now
                 LIMIT :many) due)
         + (SELECT count(*) FROM (
                SELECT 1 FROM call_back b
                 WHERE b.campaign_id = c.id AND b.state = 'booked' AND b.due_at <= :now
                 LIMIT :many) booked) AS leads
      FROM unnest(CAST(:campaigns AS uuid[])) AS c (id)
    """
)
_SCORES = text(
    """
    SELECT p.list_score
      FROM (SELECT debtor_id, next_at, position FROM campaign_debtor
             WHERE campaign_id = :campaign AND state = 'ready' AND next_at <= :now
             ORDER BY next_at, position LIMIT :shown) cd
     CROSS JOIN LATERAL (
           SELECT s.score AS list_score
             FROM contact_point p LEFT JOIN contact_score s ON s.contact_point_id = p.id
            WHERE p.debtor_id = cd.debtor_id AND p.kind = 'phone' AND p.status = 'active'
            ORDER BY p.tries, s.score DESC NULLS LAST, p.score DESC, p.value LIMIT 1) p
     ORDER BY cd.next_at, cd.position
    """
)


@dataclass(frozen=True, slots=True)
class Leads:
    """`count` is MANY for many; `scores` of the next ones where the campaign goes by them:
    the chance of an answer, 0..1, as a list told; None: no list did."""

    count: int = 0
    scores: tuple[float | None, ...] = ()

    def after(self, placed: int) -> Leads:
        """What is left when so many were called."""
        return Leads(max(0, self.count - placed), self.scores[placed:])


async def leads_of(
    connection: AsyncConnection, campaigns: list[Running], now: datetime
) -> dict[UUID, Leads]:
    """Return the leads of each; `now` is the compliance clock."""
    values = {"campaigns": [c.id for c in campaigns], "now": now, "many": MANY}
    rows = await connection.execute(_READY, values)
    counts = {row.campaign: min(MANY, row.leads) for row in rows}
    return {
        campaign.id: Leads(
            counts.get(campaign.id, 0),
            await _scores(connection, campaign.id, now) if campaign.scored else (),
        )
        for campaign in campaigns
    }


async def _scores(
    connection: AsyncConnection, campaign: UUID, now: datetime
) -> tuple[float | None, ...]:
    values = {"campaign": campaign, "now": now, "shown": SHOWN}
    return tuple((await connection.execute(_SCORES, values)).scalars())
