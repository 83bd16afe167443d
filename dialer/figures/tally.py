"""Count ended calls for the meters, in the transaction that ends them.

Each statement adds to the few rows of a day, in their order, whatever the batch's size.
What left no INVITE (`not_sent`) is no call; a try on a route that did not carry it is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.clock import SAO_PAULO

SHORT_S = 6.0  # Anatel, Despacho 250/2022 and following: cut by either side within it
MACHINE = "answering_machine"  # the disposition

_ADD = """
    ON CONFLICT (day, route, cli) DO UPDATE
       SET calls = t.calls + excluded.calls,
           unanswered = t.unanswered + excluded.unanswered,
           short = t.short + excluded.short, machines = t.machines + excluded.machines,
           answered = t.answered + excluded.answered,
           abandoned = t.abandoned + excluded.abandoned
"""
_COLUMNS = "(day, route, cli, calls, unanswered, short, machines, answered, abandoned)"
_ENDED = text(
    f"""
    INSERT INTO call_tally AS t {_COLUMNS}
    SELECT :day, a.route, coalesce(a.cli, ''), count(*),
           count(*) FILTER (WHERE a.answered_at IS NULL),
           count(*) FILTER (WHERE a.ended_at - a.answered_at <= s.short),
           count(*) FILTER (WHERE a.ended_at - a.answered_at > s.short
                              AND (a.answered_by = 'machine' OR d.code = :machine)),
           count(*) FILTER (WHERE a.answered_at IS NOT NULL
                              AND a.answered_by IS DISTINCT FROM 'machine'
                              AND k.policy ->> 'mode' IS DISTINCT FROM 'agentless'),
           count(*) FILTER (WHERE a.abandoned)
      FROM attempt a
     CROSS JOIN make_interval(secs => :short_s) AS s (short)
      LEFT JOIN campaign k ON k.id = a.campaign_id
      LEFT JOIN disposition d ON d.attempt_id = a.id
     WHERE a.id = ANY(:ids) AND a.direction = 'outbound' AND a.outcome <> 'not_sent'
     GROUP BY a.route, coalesce(a.cli, '') ORDER BY a.route, coalesce(a.cli, '')
    {_ADD}
    """  # noqa: S608 (our own column names)
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_TRIED = text(
    f"INSERT INTO call_tally AS t {_COLUMNS} "  # noqa: S608
    f"VALUES (:day, :route, :cli, 1, 1, 0, 0, 0, 0) {_ADD}"
)
_MACHINE = text(
    f"""
    INSERT INTO call_tally AS t {_COLUMNS}
    SELECT :day, a.route, coalesce(a.cli, ''), 0, 0, 0, 1, 0, 0 FROM attempt a
     WHERE a.id = :attempt AND a.direction = 'outbound'
       AND a.answered_by IS DISTINCT FROM 'machine'
       AND a.ended_at - a.answered_at > make_interval(secs => :short_s)
    {_ADD}
    """  # noqa: S608
)


async def count_ended(
    connection: AsyncConnection, attempts: Sequence[UUID], contact_now: datetime
) -> None:
    """Count attempts that were just given their outcome."""
    if attempts:
        values = {"ids": list(attempts), "short_s": SHORT_S, "machine": MACHINE}
        await connection.execute(_ENDED, values | {"day": _day(contact_now)})


async def count_tried(
    connection: AsyncConnection, route: str, cli: str, contact_now: datetime
) -> None:
    """Count a try that its route did not carry, and that went on by another."""
    values = {"day": _day(contact_now), "route": route, "cli": cli}
    await connection.execute(_TRIED, values)


async def count_machine(
    connection: AsyncConnection, attempt: UUID, contact_now: datetime
) -> None:
    """Count a long call that has ended and turned out to be a mailbox."""
    values = {"attempt": attempt, "short_s": SHORT_S, "day": _day(contact_now)}
    await connection.execute(_MACHINE, values)


def _day(contact_now: datetime) -> object:
    return contact_now.astimezone(SAO_PAULO).date()
