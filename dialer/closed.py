"""A creditor or portfolio was closed, or opened again: whom its campaigns may call.

In the transaction of the closing. A turn is kept as `closed`, so that it comes back where
it stood; a call-back that was booked is over. Turns that a call holds just now are left to
it: the policy refuses them afterwards, and they are kept then.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

# `shut`: who owes the creditor something open, all of which is closed
_ALIGN = text(
    """
    WITH shut AS (
        SELECT c.debtor_id
          FROM contract c
          JOIN debt d ON d.contract_id = c.id AND d.status = 'open'
          JOIN portfolio p ON p.id = c.portfolio_id
          JOIN creditor r ON r.id = c.creditor_id
         WHERE c.creditor_id = :creditor AND (:debtor IS NULL OR c.debtor_id = :debtor)
         GROUP BY c.debtor_id
        HAVING bool_and(r.closed_at IS NOT NULL OR p.closed_at IS NOT NULL)),
    turns AS (
        SELECT cd.campaign_id, cd.debtor_id
          FROM campaign k JOIN campaign_debtor cd ON cd.campaign_id = k.id
          JOIN shut s ON s.debtor_id = cd.debtor_id
         WHERE k.creditor_id = :creditor AND cd.state = 'ready'
           FOR UPDATE OF cd SKIP LOCKED),
    kept AS (
        UPDATE campaign_debtor cd SET state = 'closed'
          FROM turns t
         WHERE cd.campaign_id = t.campaign_id AND cd.debtor_id = t.debtor_id),
    given_back AS (
        UPDATE campaign_debtor cd SET state = 'ready'
          FROM campaign k JOIN creditor r ON r.id = k.creditor_id
         WHERE k.creditor_id = :creditor AND cd.campaign_id = k.id AND cd.state = 'closed'
           AND r.closed_at IS NULL AND (:debtor IS NULL OR cd.debtor_id = :debtor)
           AND NOT EXISTS (SELECT 1 FROM shut s WHERE s.debtor_id = cd.debtor_id))
    UPDATE call_back b SET state = 'cancelled', rule = 'closed'
      FROM campaign k, shut s
     WHERE k.creditor_id = :creditor AND b.campaign_id = k.id AND b.state = 'booked'
       AND b.debtor_id = s.debtor_id
    """
).bindparams(bindparam("creditor", type_=Uuid()), bindparam("debtor", type_=Uuid()))


async def align(connection: AsyncConnection, creditor: UUID, debtor: UUID | None) -> None:
    """Keep the turns of those who may not be called, give back those of who may again."""
    await connection.execute(_ALIGN, {"creditor": creditor, "debtor": debtor})
