"""The call log in PostgreSQL: facts and endings, gathered and written in batches.

Acting never waits for the log: a bridge is made first and its fact is written within
a twentieth of a second. What a crash loses of it is read again from the switch's own
record (CEL). A batch is one transaction: facts, the attempts' final columns, the
debtor's next turn, and the outbox.

What a deposed leader still has to say is dropped once another has read the facts, but for
what people recorded and who called in: the other one has learnt the rest from the switch,
and reckons with that alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.adapters import endings, verdicts
from dialer.adapters.office import FLOOR
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.shell.facts import Began, Ended, Fact, Judged, Step
from foundation.clock import SAO_PAULO, Clock
from foundation.ids import uuid7
from foundation.observability import get_logger
from foundation.route import DEFAULT

GATHER_S = 0.05
RETRY_S = 1.0
FULL = 20_000  # facts kept while the database is away; pacing has stopped long before

OF_ANY_TERM = ("disposition", "inbound", "robot")

log = get_logger(__name__)

# A leader's batch under way is written before the next one's term begins, or not at all:
# the beginning waits for batches, and batches for it. No batch keeps a lease from renewal.
_BATCH = text("SELECT epoch FROM leadership WHERE name = :office FOR KEY SHARE")
_BEGINNING = text("SELECT epoch FROM leadership WHERE name = :office FOR UPDATE")
_LAST_TERM = text("SELECT max(epoch) FROM call_event WHERE kind = 'term_began'")
# a number that stands with one debtor alone tells who is calling, until identity is asked
_KNOWN_CALLER = text(
    """
    UPDATE attempt a SET debtor_id = p.debtor_id, contact_point_id = p.id,
           contact_day = CAST(CAST(:now AS timestamptz) AT TIME ZONE
                              coalesce(p.zone, 'America/Sao_Paulo') AS date)
      FROM contact_point p
     WHERE a.id = ANY(:ids) AND p.value = a.number AND a.debtor_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM contact_point o
                        WHERE o.value = p.value AND o.debtor_id <> p.debtor_id)
    """
)


@dataclass(slots=True)
class _Batch:
    facts: list[tuple[int, Fact]] = field(default_factory=list)  # each with its epoch
    began: list[Began] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.facts or self.began or self.ended or self.judged)


class CallLog:
    """Takes steps, writes them in order. `agents` maps endpoints to agent ids."""

    def __init__(self, engine: AsyncEngine, agents: dict[str, UUID]) -> None:
        self._engine = engine
        self._agents = agents
        self._batch = _Batch()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.contact_clock: Clock | None = None
        self.epoch = 0  # of the present leader
        self.failing = False

    def add(self, step: Step) -> None:
        """Remember; returns at once."""
        if not (step.facts or step.began or step.ended or step.judged):
            return
        self._batch.facts += [(self.epoch, fact) for fact in step.facts]
        self._batch.began += step.began
        self._batch.ended += step.ended
        self._batch.judged += step.judged
        self._idle.clear()
        self._wake.set()

    @property
    def full(self) -> bool:
        """Too much is unwritten to go on dialling."""
        return len(self._batch.facts) > FULL

    async def drained(self) -> None:
        """Wait until everything added so far is committed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Write for ever; on a database error keep the batch and try again."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_S)
            self._wake.clear()
            batch, self._batch = self._batch, _Batch()
            if batch:
                await self._insist(batch)
            if not self._batch:
                self._idle.set()

    async def _insist(self, batch: _Batch) -> None:
        written = await self._try(batch)
        while not written:
            await asyncio.sleep(RETRY_S)
            written = await self._try(batch)

    async def _try(self, batch: _Batch) -> bool:
        try:
            async with self._engine.begin() as connection:
                await self._write(connection, batch)
        except (SQLAlchemyError, OSError) as error:
            if not self.failing:
                log.error("call_log_unwritten", error=str(error), facts=len(batch.facts))
            self.failing = True
            return False
        self.failing = False
        return True

    async def _write(self, connection: AsyncConnection, batch: _Batch) -> None:
        clock = self.contact_clock
        contact_now = clock.now() if clock else datetime.now(UTC)
        begins = any(fact.kind == "term_began" for _, fact in batch.facts)
        await connection.execute(_BEGINNING if begins else _BATCH, {"office": FLOOR})
        if batch.began:
            await self._begin(connection, batch.began, contact_now)
        dropped: set[str] = set()
        if batch.facts:
            dropped = await self._write_facts(connection, batch.facts)
        await verdicts.write(connection, batch.judged)
        told = (self._disposition(fact) for _, fact in batch.facts)
        spoken = [row for row in told if row is not None]
        if spoken:
            await endings.dispositions(connection, spoken, contact_now)
        ended = [one for one in batch.ended if one.call.id not in dropped]
        if ended:
            await endings.write(connection, ended, self._agents, contact_now)

    async def _write_facts(
        self, connection: AsyncConnection, facts: Sequence[tuple[int, Fact]]
    ) -> set[str]:
        """Write what is of the present term; returns the calls of which some was not."""
        last = await connection.scalar(_LAST_TERM) or 0
        past = [f for e, f in facts if e < last and f.kind not in OF_ANY_TERM]
        rows = [
            self._event(fact) | {"epoch": epoch}
            for epoch, fact in facts
            if epoch >= last or fact.kind in OF_ANY_TERM
        ]
        if past:
            log.warning("facts_of_a_past_term", dropped=len(past))
        if rows:
            statement = pg_insert(CallEventRow).on_conflict_do_nothing()
            await connection.execute(statement, rows)
        return {fact.call for fact in past if fact.call}

    async def _begin(
        self, connection: AsyncConnection, began: Sequence[Began], contact_now: datetime
    ) -> None:
        rows = [
            {
                "id": UUID(call.call),
                "direction": "inbound",
                "number": call.number,
                "route": DEFAULT,
                "epoch": 0,
                "placed_at": call.at,
                "answered_at": call.at,
                "contact_day": contact_now.astimezone(SAO_PAULO).date(),
                "abandoned": False,
            }
            for call in began
        ]
        await endings.insert_new(connection, AttemptRow, rows)
        told = {"ids": [row["id"] for row in rows], "now": contact_now}
        await connection.execute(_KNOWN_CALLER, told)
        await endings.robot_knew(connection, [UUID(call.call) for call in began])

    def _disposition(self, fact: Fact) -> dict[str, object] | None:
        agent = self._agents.get(fact.agent or "")
        if fact.kind != "disposition" or fact.call is None or agent is None:
            return None
        return {
            "id": uuid7(),
            "attempt_id": UUID(fact.call),
            "agent_id": agent,
            "code": fact.data["code"],
            "right_party": fact.data["right_party"],
            "note": fact.data["note"],
            "at": fact.at,
        }

    def _event(self, fact: Fact) -> dict[str, object]:
        agent = self._agents.get(fact.agent) if fact.agent else None
        data = dict(fact.data)
        if fact.agent:
            data["endpoint"] = fact.agent
        return {
            "attempt_id": UUID(fact.call) if fact.call else None,
            "agent_id": agent,
            "kind": fact.kind,
            "at": fact.at,
            "data": data,
        }
