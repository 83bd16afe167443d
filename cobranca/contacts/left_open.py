"""Conversations whose process died: their ends. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_calls import BROKEN, TAKEN

LONGEST = timedelta(hours=4)  # of a call, music and talk included

# A conversation lasted to the last turn that is kept. Whether a person was to have its
# caller after it is in the facts of his call: the dialplan sent him on, unless he hung up;
# where a campaign works without agents, nobody may have him. A conversation for payment is
# part of an agent's call.
_END = text(
    """
    WITH open AS (
         SELECT c.id, c.began_at, c.taken_at, coalesce(e.attempt_id, c.id) AS attempt
           FROM robot_call c LEFT JOIN payment_errand e ON e.id = c.id
          WHERE c.ended_at IS NULL
            AND (c.holder = ANY(:gone)
                 OR :nobodys AND c.holder IS NULL
                    AND c.began_at < clock_timestamp() - CAST(:longest AS interval))
    ), told AS (
         SELECT o.id, o.taken_at,
                coalesce(bool_or(v.kind IN ('hungup', 'resolved')), false) AS gone,
                coalesce(bool_or(
                    v.kind IN ('inbound', 'back_to_floor', 'robot_over', 'joined')
                    OR v.kind = 'found' AND v.data->>'state' IN ('waiting', 'talking')
                ), false) AND coalesce((
                    SELECT k.policy->>'mode' <> 'agentless'
                      FROM attempt t JOIN campaign k ON k.id = t.campaign_id
                     WHERE t.id = o.attempt), true) AS to_people,
                coalesce((SELECT max(t.end_s) FROM robot_turn t WHERE t.call_id = o.id), 0)
                    AS last_s
           FROM open o LEFT JOIN call_event v
             ON v.attempt_id = o.attempt AND v.at >= o.began_at
          GROUP BY o.id, o.taken_at, o.attempt
    )
    UPDATE robot_call c
       SET ended_at = c.began_at + told.last_s * interval '1 second',
           outcome = CASE WHEN told.taken_at IS NOT NULL AND told.to_people
                          THEN :taken ELSE :broken END,
           hands_over = told.to_people
      FROM told
     WHERE c.id = told.id AND c.ended_at IS NULL
       AND (told.gone OR told.to_people OR :untold)
    """
)
_ANY = text(
    """
    SELECT EXISTS (SELECT 1 FROM robot_call
                    WHERE ended_at IS NULL AND holder = ANY(:gone))
    """
)
_ANY_OF_NOBODY = text(
    "SELECT EXISTS (SELECT 1 FROM robot_call WHERE ended_at IS NULL AND holder IS NULL)"
)


async def end(connection: AsyncConnection, gone: Sequence[UUID], *, untold: bool) -> int:
    """End those of processes that are gone; return how many.

    Only those of which the floor has told where the caller went, or that he hung up; with
    `untold` the others too, whom no floor has had.
    """
    return await _end(connection, gone, untold=untold, nobodys=False)


async def end_nobodys(connection: AsyncConnection) -> int:
    """End those that no process stands for, from before holders were kept, once no call
    can have lasted so long; return how many."""
    return await _end(connection, (), untold=True, nobodys=True)


async def _end(
    connection: AsyncConnection, gone: Sequence[UUID], *, untold: bool, nobodys: bool
) -> int:
    values = {
        "gone": list(gone), "untold": untold, "nobodys": nobodys, "longest": LONGEST,
        "taken": TAKEN, "broken": BROKEN,
    }  # fmt: skip
    return int((await connection.execute(_END, values)).rowcount)


async def any_of_nobody(connection: AsyncConnection) -> bool:
    """Whether one is open that no process stands for."""
    return bool(await connection.scalar(_ANY_OF_NOBODY))


async def any_of(connection: AsyncConnection, gone: Sequence[UUID]) -> bool:
    """Whether one of theirs is open still."""
    return bool(await connection.scalar(_ANY, {"gone": list(gone)}))
