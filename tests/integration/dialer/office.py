"""A leader at work on a scripted switch and a real database, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from cobranca.people.store import AgentRow
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.adapters.scripted import Party, ScriptedTelephony
from dialer.calls.agent import AgentState
from dialer.metrics import FloorMetrics
from dialer.ports import Origination
from dialer.routes import Routes
from dialer.settings import DialerSettings
from dialer.shell.commands import Command
from dialer.shell.leader import Leader, Tools
from dialer.shell.mandate import Mandate, seconds
from foundation.bus import Bus
from foundation.bus import connect as connect_bus
from foundation.clock import Clock, OffsetClock
from foundation.db.contact_clock import contact_clock
from foundation.db.leadership import take
from foundation.ids import uuid7
from foundation.routes import Route, read_routes
from foundation.settings import ProcessSettings
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats
from tests.real_switch import PATIENCE_S, eventually

Script = Callable[[Origination], Party]


def seat_or(debtor: Party) -> Script:
    """Seats pick up at once; every debtor behaves the same."""
    headset = Party(answers_s=0.0)
    return lambda call: headset if call.context == "agent" else debtor


@dataclass(slots=True)
class Office:
    leader: Leader
    telephony: ScriptedTelephony
    log: CallLog
    engine: AsyncEngine

    def seat(self, *endpoints: str) -> None:
        for endpoint in endpoints:
            self.telephony.register(endpoint)
            self.leader.on_command(Command(do="log_in", agent=endpoint))
            self.leader.on_command(Command(do="available", agent=endpoint))

    async def ask(self, query: str) -> list[Any]:
        await self.log.drained()
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def until(
        self, query: str, expected: list[Any], within_s: float = PATIENCE_S
    ) -> None:
        async def is_so() -> bool:
            return await self.ask(query) == expected

        await eventually(is_so, within_s=within_s)


@asynccontextmanager
async def office(
    engine: AsyncEngine,
    settings: ProcessSettings,
    script: Script,
    *,
    cel: Path = Path("/nonexistent/Master.csv"),
    routes: Sequence[Route] = (),
    early: Sequence[Command] = (),
) -> AsyncIterator[Office]:
    """A leader at work; its tasks end with the block. `early`: asked before he knows the
    floor."""
    dialer_settings = DialerSettings.model_validate(settings.model_dump())
    async with engine.begin() as connection:
        await some_seats(connection)
        query = select(AgentRow.endpoint, AgentRow.id)
        agents: dict[str, UUID] = {str(r[0]): r[1] for r in await connection.execute(query)}
        clock: Clock = await contact_clock(connection, settings)
        term = await take(connection, "floor", "test", lease_s=600)
    assert term is not None
    assert isinstance(clock, OffsetClock)
    log = CallLog(engine, agents)
    log.contact_clock = clock
    redis = connect_bus(str(settings.redis_url and settings.redis_url.get_secret_value()))
    telephony = ScriptedTelephony(script)
    tools = Tools(
        settings=dialer_settings,
        engine=engine,
        telephony=telephony,
        policy=ContactPolicy(simulated_route=True),
        routes=Routes(routes or read_routes(settings)),
        contact_clock=clock,
        call_log=log,
        board=Board(Bus(redis)),
        metrics=FloorMetrics(CollectorRegistry()),
        new_leg=lambda: str(uuid7()),
        cel_path=cel,
    )
    async with telephony, asyncio.TaskGroup() as tasks:
        leader = Leader(tools, term, tasks, Mandate(600, seconds()))
        for command in early:
            leader.on_command(command)
        work = [
            tasks.create_task(log.run()),
            tasks.create_task(_follow(leader, telephony)),
            tasks.create_task(leader.sweep_for_ever()),
            tasks.create_task(leader.pacing.run(leader.may_place)),
        ]
        await eventually(connected(leader))
        yield Office(leader, telephony, log, engine)
        leader.draining = True
        for task in work:
            task.cancel()
    await redis.aclose()


def connected(leader: Leader) -> Callable[[], Any]:
    async def is_so() -> bool:
        return leader.connected

    return is_so


async def _follow(leader: Leader, telephony: ScriptedTelephony) -> None:
    async for event in telephony.events():
        await leader.on_event(event)


async def a_running_campaign(engine: AsyncEngine, debtors: int, **changed: Any) -> None:
    """One call for each agent, so that a test knows how many there will be."""
    changed.setdefault("policy", {"mode": "progressive"})
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=debtors)
        await a_campaign(connection, retries={"max_attempts": 1}, **changed)


OUTCOMES = "SELECT outcome, count(*) FROM attempt GROUP BY 1 ORDER BY 1"


def placed(floor: Office, count: int) -> Callable[[], Any]:
    async def is_so() -> bool:
        return sum(c.context == "debtor" for c in floor.telephony.placed) == count

    return is_so


def idle(floor: Office, endpoint: str = "agent001") -> Callable[[], Any]:
    async def is_so() -> bool:
        return floor.leader.floor.agents[endpoint].state is AgentState.IDLE

    return is_so


def disconnected(floor: Office) -> Callable[[], Any]:
    async def is_so() -> bool:
        return not floor.leader.connected

    return is_so
