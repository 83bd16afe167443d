"""What the leader does for callers who wait: looks up what they bring, and tells them
their place and how long they will wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from cobranca.contacts import robot_calls
from dialer.inbound import caller
from dialer.inbound.queue import Place
from dialer.shell import line, taking
from dialer.shell.facts import Step
from dialer.shell.ongoing import Ongoing
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

PATIENCE = timedelta(milliseconds=400)  # for what a caller brings, before he is joined
LOOK_UP_S = 2.0
READ_EVERY_S = 5.0  # skills, and callers who were sent for in vain
LOST = (SQLAlchemyError, OSError, TimeoutError)

log = get_logger(__name__)


class InboundDesk:
    """One per leader; only its loop touches the floor."""

    def __init__(self, leader: Leader, tasks: asyncio.TaskGroup) -> None:
        self._leader = leader
        self._tasks = tasks
        self._asked: set[str] = set()
        self._read_at = float("-inf")
        leader.floor.line.patience = PATIENCE

    def hear(self, step: Step) -> None:
        """Take note of what happened on the floor."""
        self._leader.floor.line.hear(step.facts)
        for fact in step.facts:
            ongoing = self._leader.floor.calls.get(fact.call or "")
            if ongoing is None:
                continue
            if fact.kind in ("robot", "inbound"):
                self._look_up(ongoing, again=fact.kind == "inbound")
        for ended in step.ended:
            self._asked.discard(ended.call.id)

    async def tend(self) -> None:
        """Now and then: skills, callers nobody looked up, places to tell."""
        floor, now = self._leader.floor, self._leader.floor.time.now()
        for ongoing in list(floor.calls.values()):
            if ongoing.call.inbound and ongoing.waits and ongoing.place is None:
                self._look_up(ongoing, again=False)
        await self._now_and_then()
        told = floor.line.to_tell(floor, now)
        if told:
            self._leader.carry_out(Step(actions=list(told)))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.create_task(work)

    def _look_up(self, ongoing: Ongoing, *, again: bool) -> None:
        if again or ongoing.call.id not in self._asked:
            self._asked.add(ongoing.call.id)
            self._start(self._brought(ongoing))

    async def _brought(self, ongoing: Ongoing) -> None:
        call = ongoing.call.id
        today = self._leader.tools.contact_clock.now().date()
        try:
            async with (
                asyncio.timeout(LOOK_UP_S),
                self._leader.tools.engine.connect() as connection,
            ):
                place = await caller.brought(
                    connection, UUID(call), ongoing.number, ongoing.called, today
                )
        except LOST as error:
            log.warning("caller_not_looked_up", call=call, why=type(error).__name__)
            place = Place()
        line.known(self._leader.floor, call, place)
        now = self._leader.floor.time.now()
        self._leader.carry_out(self._leader.floor.sweep(now))

    async def _now_and_then(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s - self._read_at < READ_EVERY_S:
            return
        self._read_at = now_s
        async with self._leader.tools.engine.connect() as connection:
            self._leader.floor.line.skills = await caller.skills(connection)
            wanted = await robot_calls.wanted_in_vain(connection)
        self._leader.carry_out(taking.not_sent(self._leader.floor, wanted))
