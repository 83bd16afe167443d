"""A payment came in: nobody of its debtor's is called for it any more.

`stop` works in the payment's own transaction: turns and call-backs of campaigns of that
creditor end, unless the debtor owes him something else that is outside any agreement.
`tell` follows by the outbox: calls that still ring are given up, and the agent who talks
with the debtor sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.life import BINDING
from foundation import bus
from foundation.bus import BOARD, COMMANDS, EVENTS, Bus
from foundation.db.outbox import OutboxContext, Transient
from foundation.embedded.valkey import redis_url

PAID = "paid"  # why a turn or a call-back ended, and the event that a page hears
GIVE_UP = "give_up"
RETRY_S = 1.0

# `freed`: who owes the creditor nothing else that he may be called about
_STOP = text(
    """
    WITH paid AS (
        SELECT DISTINCT k.debtor_id, k.creditor_id
          FROM debt d JOIN contract k ON k.id = d.contract_id
         WHERE d.id = ANY(:debts)),
    freed AS (
        SELECT p.debtor_id, c.id AS campaign_id
          FROM paid p JOIN campaign c ON c.creditor_id = p.creditor_id
         WHERE NOT EXISTS (
               SELECT 1 FROM contract k JOIN debt d ON d.contract_id = k.id
                WHERE k.debtor_id = p.debtor_id AND k.creditor_id = p.creditor_id
                  AND d.status = 'open' AND d.id <> ALL(:debts)
                  AND NOT EXISTS (
                      SELECT 1 FROM agreement_debt ad
                        JOIN agreement a ON a.id = ad.agreement_id
                       WHERE ad.debt_id = d.id AND a.state = ANY(:binding)))),
    turned AS (
        UPDATE campaign_debtor cd
           SET state = 'done', leased_until = NULL, last_outcome = 'paid'
          FROM freed f
         WHERE cd.campaign_id = f.campaign_id AND cd.debtor_id = f.debtor_id
           AND cd.state <> 'done')
    UPDATE call_back b SET state = 'cancelled', rule = 'paid'
      FROM freed f
     WHERE b.campaign_id = f.campaign_id AND b.debtor_id = f.debtor_id
       AND b.state = 'booked'
    """
).bindparams(
    bindparam("debts", type_=ARRAY(Uuid())), bindparam("binding", type_=ARRAY(Text()))
)
_OPEN = text(
    """
    SELECT a.id FROM attempt a
     WHERE a.outcome IS NULL
       AND a.debtor_id IN (SELECT k.debtor_id FROM debt d
                             JOIN contract k ON k.id = d.contract_id
                            WHERE d.id = ANY(:debts))
    """
).bindparams(bindparam("debts", type_=ARRAY(Uuid())))


async def stop(connection: AsyncConnection, debts: Sequence[UUID]) -> None:
    """End the queued calls and call-backs of these debts. The caller commits."""
    values = {"debts": list(debts), "binding": [state.value for state in BINDING]}
    await connection.execute(_STOP, values)


async def tell(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Give up what rings, and tell the desk that talks; raises Transient without a bus."""
    debts = [UUID(debt) for debt in payload["debts"]]
    calls = list(await context.connection.scalars(_OPEN, {"debts": debts}))
    if not calls:
        return
    client = bus.connect(redis_url(context.settings))
    try:
        await _publish(Bus(client), [str(call) for call in calls], payload)
    except bus.LOST as error:
        raise Transient(type(error).__name__, after_s=RETRY_S) from error
    finally:
        await client.aclose()


async def _publish(wire: Bus, calls: list[str], payload: dict[str, Any]) -> None:
    await wire.publish(COMMANDS, {"do": GIVE_UP, "calls": calls})
    board = await wire.table(BOARD)
    for endpoint, entry in board.items():
        if isinstance(entry, dict) and entry.get("call") in calls:
            told = {name: payload[name] for name in ("amount", "means", "agreement")}
            event = {"kind": PAID, "agent": endpoint, "call": entry["call"], **told}
            await wire.publish(EVENTS, event)
