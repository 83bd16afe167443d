"""What is asked of the database about one campaign's day. Each stays within an index."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, cast, exists, or_, select, text

from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignChangeRow, CampaignRow

TERMS = select(
    CampaignRow.id,
    CampaignRow.name,
    CampaignRow.policy,
    CampaignRow.ring_timeout_s,
    CampaignRow.threshold_s,
)
NAMED = TERMS.where(
    or_(
        CampaignRow.name == bindparam("asked"),
        cast(CampaignRow.id, Text) == bindparam("asked"),
    )
)
DIALLED = TERMS.where(
    exists().where(
        AttemptRow.campaign_id == CampaignRow.id,
        AttemptRow.direction == "outbound",
        AttemptRow.placed_at >= bindparam("since"),
        AttemptRow.placed_at < bindparam("until"),
    )
).order_by(CampaignRow.created_at)
CHANGES = select(CampaignChangeRow.at, CampaignChangeRow.what).where(
    CampaignChangeRow.campaign_id == bindparam("campaign"),
    CampaignChangeRow.at > bindparam("since"),
)
_NEWEST = """
    (SELECT (max(newest.placed_at) AT TIME ZONE :zone)::date
       FROM campaign c CROSS JOIN LATERAL (
            SELECT a.placed_at FROM attempt a
             WHERE a.campaign_id = c.id AND a.direction = 'outbound'
               AND a.placed_at < {before}
             ORDER BY a.placed_at DESC LIMIT 1) newest
      WHERE CAST(:campaign AS uuid) IS NULL OR c.id = CAST(:campaign AS uuid))
"""
DAYS = text(  # each day is one look into the index
    f"""
    WITH RECURSIVE known(day) AS (
        SELECT {_NEWEST.format(before="CAST('infinity' AS timestamptz)")}
        UNION ALL
        SELECT {_NEWEST.format(before="CAST(known.day AS timestamp) AT TIME ZONE :zone")}
          FROM known WHERE known.day IS NOT NULL)
    SELECT day FROM known WHERE day IS NOT NULL LIMIT 5
    """  # noqa: S608 - a piece of our own, no values
)
CALLS = text(
    """
    SELECT a.id, a.placed_at, a.answered_at, a.bridged_at, a.ended_at, a.outcome,
           a.abandoned, s.score
      FROM attempt a LEFT JOIN contact_score s ON s.contact_point_id = a.contact_point_id
     WHERE a.campaign_id = :campaign AND a.direction = 'outbound'
       AND a.placed_at >= :since AND a.placed_at < :until
     ORDER BY a.placed_at, a.id
    """
)
STATES = text(
    """
    SELECT coalesce(agent_id::text, data->>'endpoint') AS agent, at, attempt_id AS call,
           data->>'state' AS state, data->>'wants' AS wants
      FROM call_event
     WHERE kind = 'agent' AND at >= :since AND at < :until ORDER BY id
    """
)
