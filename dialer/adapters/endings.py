"""Write how calls ended: attempts, the debtors' next turns, numbers, the outbox.

Each statement takes a whole batch as arrays. An attempt that has an outcome already
keeps it, so that writing twice is writing once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.dispositions import catalogue
from dialer.adapters import verdicts
from dialer.calls.disposing import follow, recorded
from dialer.calls.events import NetworkOutcome
from dialer.calls.store import DispositionRow
from dialer.calls.turns import Recorded, next_turn
from dialer.campaigns.retry_rules import RetryRules
from dialer.figures.tally import count_ended, count_machine
from dialer.shell.facts import Ended
from foundation.db.engine import Row
from foundation.db.outbox import enqueue_all
from foundation.db.types import UtcDateTime

WRITTEN_S = 1.5  # the switch is done with a file some time after the hang-up
MACHINE, INVALID = "machine", "invalid"  # who answered; of which kind
OF_MACHINES = "answering_machine"  # the disposition
_INSTANTS = ("ringing_at", "answered_at", "bridged_at", "ended_at")

_END = text(
    """
    UPDATE attempt a
       SET outcome = e.outcome, outcome_source = e.source, cause = e.cause,
           sip_code = e.sip_code, ringing_at = e.ringing_at, answered_at = e.answered_at,
           bridged_at = e.bridged_at, ended_at = e.ended_at, agent_id = e.agent_id,
           abandoned = e.abandoned, answered_by = e.answered_by
      FROM unnest(:ids, :outcomes, :sources, :causes, :sip_codes, :ringing_at, :answered_at,
                  :bridged_at, :ended_at, :agents, CAST(:abandoned AS boolean[]),
                  :answered_by)
           AS e (id, outcome, source, cause, sip_code, ringing_at, answered_at, bridged_at,
                 ended_at, agent_id, abandoned, answered_by)
      LEFT JOIN LATERAL (SELECT campaign_id FROM attempt WHERE id = e.id) c ON true
      LEFT JOIN campaign k ON k.id = c.campaign_id
     WHERE a.id = e.id AND a.outcome IS NULL
    RETURNING a.id, a.campaign_id, a.debtor_id, a.contact_point_id, a.outcome,
              k.retries, k.creditor_id, a.answered_at, a.answered_by
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("agents", type_=ARRAY(Uuid)),
    bindparam("outcomes", type_=ARRAY(Text)),
    bindparam("answered_by", type_=ARRAY(Text)),
    bindparam("sources", type_=ARRAY(Text)),
    bindparam("causes", type_=ARRAY(Integer)),
    bindparam("sip_codes", type_=ARRAY(Integer)),
    *(bindparam(name, type_=ARRAY(UtcDateTime)) for name in _INSTANTS),
)
_RETIRE_NUMBERS = text(
    "UPDATE contact_point SET status = 'invalid' WHERE id = ANY(:points)"
)
_ATTEMPTS = text(
    """
    SELECT campaign_id, debtor_id, attempts FROM campaign_debtor
     WHERE (campaign_id, debtor_id) IN
           (SELECT * FROM unnest(CAST(:campaigns AS uuid[]), CAST(:debtors AS uuid[])))
       FOR UPDATE
    """
)
_NEXT_TURN = text(
    """
    UPDATE campaign_debtor cd
       SET leased_until = NULL, last_outcome = t.outcome,
           next_at = coalesce(t.next_at, cd.next_at),
           state = CASE WHEN t.next_at IS NULL OR NOT EXISTS (
                             SELECT 1 FROM contact_point p
                              WHERE p.debtor_id = cd.debtor_id AND p.kind = 'phone'
                                AND p.status = 'active')
                        THEN 'done' ELSE 'ready' END
      FROM unnest(CAST(:campaigns AS uuid[]), CAST(:debtors AS uuid[]), :outcomes, :next_at)
           AS t (campaign_id, debtor_id, outcome, next_at)
     WHERE cd.campaign_id = t.campaign_id AND cd.debtor_id = t.debtor_id
       AND NOT (cd.state = 'done' AND cd.last_outcome IS NOT DISTINCT FROM 'paid')
    """
).bindparams(
    bindparam("outcomes", type_=ARRAY(Text)), bindparam("next_at", type_=ARRAY(UtcDateTime))
)

# whom the automatic conversation identified counts more than whose number it is
_ROBOT_KNEW = text(
    """
    UPDATE attempt a
       SET debtor_id = r.debtor_id,
           contact_point_id = (SELECT p.id FROM contact_point p
                                WHERE p.debtor_id = r.debtor_id AND p.kind = 'phone'
                                  AND p.value = a.number)
      FROM robot_call r
     WHERE a.id = ANY(:ids) AND a.direction = 'inbound' AND r.id = a.id
       AND r.debtor_id IS NOT NULL AND a.debtor_id IS DISTINCT FROM r.debtor_id
    """
)


async def robot_knew(connection: AsyncConnection, attempts: Sequence[UUID]) -> None:
    """Give callers' attempts the debtor that they turned out to be."""
    await connection.execute(_ROBOT_KNEW, {"ids": list(attempts)})


async def write(
    connection: AsyncConnection,
    ended: Sequence[Ended],
    agents: Mapping[str, UUID],
    contact_now: datetime,
) -> None:
    """Write a batch of endings; `contact_now` is the compliance clock."""
    closed = list(await connection.execute(_END, _arrays(ended, agents)))
    invalid = [
        r.contact_point_id for r in closed if r.outcome == NetworkOutcome.INVALID_NUMBER
    ]
    if invalid:
        await connection.execute(_RETIRE_NUMBERS, {"points": invalid})
    machines = {UUID(e.call.id): e.machine for e in ended if e.machine is not None}
    unknown = [r.contact_point_id for r in closed if machines.get(r.id) == INVALID]
    await verdicts.retire_heard(connection, unknown)
    outbound = [row for row in closed if row.campaign_id is not None]
    inbound = [row.id for row in closed if row.campaign_id is None]
    if inbound:
        await robot_knew(connection, inbound)
    if outbound:
        await _next_turns(connection, outbound, contact_now)
    recorded = [row for row in closed if row.answered_at is not None]
    channels = {UUID(e.call.id): e.channel for e in ended}
    orders = {str(row.id): _recording(row, channels[row.id]) for row in recorded}
    await enqueue_all(connection, "recording", orders, after_s=WRITTEN_S)
    await count_ended(connection, [row.id for row in closed], contact_now)


async def dispositions(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], contact_now: datetime
) -> None:
    """Write what agents recorded, and what follows from it, unless it was before."""
    statement = pg_insert(DispositionRow).on_conflict_do_nothing()
    for row in rows:
        inserted = await connection.execute(statement, row)
        if inserted.rowcount:
            await follow(connection, row["attempt_id"], contact_now)
            if row["code"] == OF_MACHINES:
                await count_machine(connection, row["attempt_id"], contact_now)


async def insert_new(
    connection: AsyncConnection, table: type[Row], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows that are not there yet."""
    statement = pg_insert(table).on_conflict_do_nothing()
    await connection.execute(statement, list(rows))


def _recording(row: Any, channel: str) -> dict[str, str]:
    order = {"attempt": str(row.id)}
    if row.creditor_id is not None:
        order["creditor_id"] = str(row.creditor_id)
    if channel != order["attempt"]:
        order["file"] = channel
    return order


def _arrays(ended: Sequence[Ended], agents: Mapping[str, UUID]) -> dict[str, list[Any]]:
    calls = [e.call for e in ended]
    return {
        "ids": [UUID(c.id) for c in calls],
        "outcomes": [c.outcome.value if c.outcome else None for c in calls],
        "sources": [e.source for e in ended],
        "causes": [c.cause for c in calls],
        "sip_codes": [c.sip_code for c in calls],
        "ringing_at": [c.ringing_at for c in calls],
        "answered_at": [c.answered_at for c in calls],
        "bridged_at": [c.joined_at for c in calls],
        "ended_at": [c.ended_at for c in calls],
        "agents": [agents.get(e.agent) if e.agent else None for e in ended],
        "abandoned": [e.abandoned for e in ended],
        "answered_by": [e.machine and "machine" for e in ended],
    }


def _answered_by_machines(
    closed: Sequence[Any], tries: Mapping[UUID, int]
) -> dict[UUID, Recorded]:
    """As if an agent had recorded a mailbox: the debtor is called again as after one."""
    found = catalogue().named(OF_MACHINES)
    return {
        row.id: Recorded(disposition=found, booked_at=None, attempts=tries[row.id])
        for row in closed
        if row.answered_by == MACHINE
    }


async def _next_turns(
    connection: AsyncConnection, closed: Sequence[Any], contact_now: datetime
) -> None:
    campaigns = [row.campaign_id for row in closed]
    debtors = [row.debtor_id for row in closed]
    counted = await connection.execute(
        _ATTEMPTS, {"campaigns": campaigns, "debtors": debtors}
    )
    attempts = {(r.campaign_id, r.debtor_id): r.attempts for r in counted}
    tries = {r.id: attempts.get((r.campaign_id, r.debtor_id), 0) for r in closed}
    said = _answered_by_machines(closed, tries) | await recorded(connection, tries)
    turns: list[datetime | None] = []
    for row in closed:
        rules = RetryRules.parse(row.retries or {})
        if row.id in said:
            turns.append(next_turn(said[row.id], rules, contact_now))
            continue
        minutes = rules.minutes_to_next(NetworkOutcome(row.outcome), tries[row.id])
        turns.append(None if minutes is None else contact_now + timedelta(minutes=minutes))
    await connection.execute(
        _NEXT_TURN,
        {
            "campaigns": campaigns,
            "debtors": debtors,
            "outcomes": [row.outcome for row in closed],
            "next_at": turns,
        },
    )
