"""The dialer's process: stand by, lead when the office is free, resign on the way out.

The only place that picks adapters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from cobranca.people.store import AgentRow
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.asked import Asked
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.adapters.office import UNKNOWN, Office, Unknown
from dialer.answering.answer import Answer, BadAnswer
from dialer.metrics import FloorMetrics
from dialer.paid import GIVE_UP
from dialer.ports import LoginRefused
from dialer.routes import Routes
from dialer.settings import DialerSettings
from dialer.shell.commands import BadCommand, Command
from dialer.shell.draining import ALERT
from dialer.shell.leader import Leader, TermIsOver, Tools
from dialer.shell.mandate import Mandate, seconds
from foundation.ami import ami_secret
from foundation.bus import ANSWERS, Bus
from foundation.bus import connect as connect_bus
from foundation.db.contact_clock import SimulatedClockOnRealRoute, contact_clock
from foundation.db.engine import connect
from foundation.db.leadership import Term
from foundation.db.skew import require_clock
from foundation.embedded.valkey import redis_url
from foundation.ending import end
from foundation.health import CannotRun
from foundation.home import Home
from foundation.ids import uuid7
from foundation.living import name_of_this
from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from foundation.process import Process
from foundation.routes import read_routes

LACKABLE = ("leadership", "switch", "database", "trunk", "disk")
LOOK_S = 0.25  # whoever stands by, whether the office is free
SHOW_S = 0.2
SEATS_S = 5.0  # within so long whoever lost his access gets no call any more

log = get_logger(__name__)


class SwitchRefusesUs(CannotRun):
    """O Asterisk recusou usuário ou senha do AMI."""

    def __init__(self) -> None:
        super().__init__(
            "dialer: o Asterisk recusou usuário ou senha do AMI "
            "(ACORDO_AMI__USERNAME, ACORDO_AMI__SECRET)"
        )


class DialerProcess:
    """Holds what outlives a term of office."""

    def __init__(self, settings: DialerSettings, process: Process) -> None:
        self.settings = settings
        self.process = process
        lease_s = settings.dialer.lease_s
        # who stands still in a transaction holds nobody up once his lease has run out
        self.engine: AsyncEngine = connect(settings, idle_s=lease_s * 2 / 3)
        self.office_engine = connect(settings, pool_size=1)
        self.office = Office(self.office_engine, name_of_this(), lease_s)
        self.bus = Bus(connect_bus(redis_url(settings)))
        self.agents: dict[str, UUID] = {}
        self.call_log = CallLog(self.engine, self.agents)
        self.board = Board(self.bus, self._leads)
        self.metrics = FloorMetrics(REGISTRY)
        self.leader: Leader | None = None
        self.mandate: Mandate | None = None

    def _leads(self) -> bool:
        return self.mandate is not None and self.mandate.stands

    def missing(self) -> Sequence[str]:
        """What keeps this process from doing its work."""
        if self.leader is None:
            return ["leadership"]
        absent = []
        if not self.leader.connected:
            absent.append("switch")
        if self.call_log.failing:
            absent.append("database")
        if self.leader.network_silent:
            absent.append("trunk")
        if not self.leader.record.room:
            absent.append("disk")
        return absent

    async def run(self) -> None:
        self.process.start(self.call_log.run(), "call_log")
        self.process.start(self.board.run(), "board")
        self.process.start(self._show(), "show")
        try:
            with suppress(*UNKNOWN):  # a database that is away is waited for below
                await require_clock(self.engine)
            while not self.process.stopping.is_set():
                await self._stand_by()
        finally:
            await self.engine.dispose()
            await self.office_engine.dispose()
            await self.bus.client.aclose()

    async def _stand_by(self) -> None:
        """Look once whether the office is free, and lead if it is."""
        lease_s = self.settings.dialer.lease_s
        try:
            term = await self.office.take()
        except Unknown:
            await self.process.pause(lease_s / 6)
            return
        if term is not None:
            await self._lead(term)
        await self.process.pause(min(LOOK_S, lease_s / 12))

    async def _lead(self, term: Term) -> None:
        """Lead until the term is over or the process stops; resign in the latter case."""
        log.info("term_began", epoch=term.epoch, holder=term.holder)
        telephony = AmiTelephony(
            self.settings.ami,
            partial(ami_secret, self.settings),
            may_act=self._leads,
        )
        try:
            tools = await self._tools(telephony)
        except (SQLAlchemyError, OSError) as error:
            log.error("term_unbegun", epoch=term.epoch, error=str(error))
            await self.office.resign(term)
            return
        mandate = await self._mandate(term)
        if mandate is None:
            return
        self.mandate = mandate
        try:
            async with telephony, asyncio.TaskGroup() as tasks:
                self.leader = leader = Leader(tools, term, tasks, mandate)
                asked = Asked(self.bus, leader.obeyed)
                work = [
                    tasks.create_task(self._follow_switch(leader, telephony)),
                    tasks.create_task(self._follow_commands(leader, asked)),
                    tasks.create_task(asked.run()),
                    tasks.create_task(self._follow_answers(leader)),
                    tasks.create_task(self._close_seats(leader)),
                    tasks.create_task(leader.sweep_for_ever()),
                    tasks.create_task(leader.pacing.run(leader.may_place)),
                    tasks.create_task(leader.record.run()),
                    tasks.create_task(leader.guard.run()),
                ]
                try:
                    await self._hold_office(term, mandate)
                    leader.resign()
                finally:
                    end(work)
        except ExceptionGroup as failures:
            if failures.subgroup(LoginRefused) is not None:
                raise SwitchRefusesUs from failures
            _, others = failures.split(TermIsOver)
            if others is not None:
                raise others from failures
            log.warning("term_over", epoch=term.epoch)
        finally:
            self.leader = None
            await self._written()
            await self.office.resign(term)
            mandate.end()

    async def _tools(self, telephony: AmiTelephony) -> Tools:
        try:
            async with self.engine.begin() as connection:
                clock = await contact_clock(connection, self.settings)
        except SimulatedClockOnRealRoute as error:
            raise CannotRun(f"dialer: {error}") from error
        self.call_log.contact_clock = clock
        routes = Routes(read_routes(self.settings))
        await self._read_agents()
        return Tools(
            settings=self.settings,
            engine=self.engine,
            telephony=telephony,
            policy=ContactPolicy.of(self.settings),
            routes=routes,
            contact_clock=clock,
            call_log=self.call_log,
            board=self.board,
            metrics=self.metrics,
            new_leg=lambda: str(uuid7()),
            cel_path=Home(self.settings.home).cel,
        )

    async def _mandate(self, term: Term) -> Mandate | None:
        """Asked for only now: what was read may have taken longer than a lease."""
        asked_s, lease_s = seconds(), self.settings.dialer.lease_s
        try:
            if await self.office.renewed(term, lease_s):
                return Mandate(lease_s, asked_s)
        except TermIsOver:
            pass
        return None

    async def _hold_office(self, term: Term, mandate: Mandate) -> None:
        """Renew until stopped; raises TermIsOver when the lease could not be kept."""
        while not await self.process.pause(self.settings.dialer.lease_s / 6):
            asked_s = seconds()
            if await self.office.renewed(term, mandate.left_s):
                mandate.renewed(asked_s)
            if not mandate.stands:
                raise TermIsOver(term.name)

    async def _written(self) -> None:
        """Wait, for a while, until what this term leaves is in the database."""
        try:
            async with asyncio.timeout(2):
                await self.call_log.drained()
        except TimeoutError:
            log.error("term_left_unwritten")

    async def _follow_switch(self, leader: Leader, telephony: AmiTelephony) -> None:
        async for event in telephony.events():
            await leader.on_event(event)

    async def _follow_commands(self, leader: Leader, asked: Asked) -> None:
        async for message in asked.messages():
            if message.fields.get("do") == GIVE_UP:
                leader.give_up(tuple(map(str, message.fields.get("calls") or ())))
                continue
            try:
                command = Command.parse(message.fields)
            except BadCommand as error:
                log.warning("command_refused", error=str(error))
                continue
            # who comes in may have got the seat from somebody else
            if command.do == "log_in" or command.agent not in self.agents:
                await self._known_agents()
            if command.agent in self.agents:
                leader.on_command(command)
            else:
                log.warning("agent_unknown", agent=command.agent)

    async def _follow_answers(self, leader: Leader) -> None:
        async for message in self.bus.consume(ANSWERS):
            try:
                leader.on_answer(Answer.parse(message.fields))
            except BadAnswer as error:
                log.warning("verdict_refused", error=str(error))

    async def _read_agents(self) -> set[str]:
        """Learn who sits where; returns the seats that are open.

        Whoever had a seat stays known by it until another sits there, for the facts that
        are still to be written.
        """
        query = select(AgentRow.endpoint, AgentRow.id).where(AgentRow.active)
        async with self.engine.connect() as connection:
            found = {str(r.endpoint): r.id for r in await connection.execute(query)}
        self.agents.update(found)
        return set(found)

    async def _known_agents(self) -> set[str] | None:
        """The same; None when the database does not tell: whoever was known stays so."""
        try:
            return await self._read_agents()
        except (SQLAlchemyError, OSError) as error:
            log.error("seats_unread", error=str(error))
            return None

    async def _close_seats(self, leader: Leader) -> None:
        """Log out who may not come in any more; a call he has ends as it would."""
        while True:
            await asyncio.sleep(SEATS_S)
            may = await self._known_agents()
            if may is None:
                continue
            for seat in leader.seated - may:
                log.warning("seat_closed", agent=seat)
                leader.on_command(Command(do="log_out", agent=seat))

    async def _show(self) -> None:
        """Keep readiness and gauges in step with what is."""
        while True:
            lacking = self.missing()
            for what in LACKABLE:
                if what in lacking:
                    self.process.missing.lacks(what)
                else:
                    self.process.missing.has(what)
            if self.leader is not None and self._leads():
                self.metrics.look(self.leader.floor)
                drains = [ALERT] if self.leader.ordered_to_drain else []
                aside = self.leader.tools.routes.aside
                self.metrics.routes_aside.set(len(aside))
                checked = self.leader.guard.looked.as_event()
                self.board.look(self.leader.floor, [*lacking, *drains], aside, checked)
                self.board.pace(self.leader.pacing.log, self.leader.pacing.campaigns)
            await asyncio.sleep(SHOW_S)


async def main(settings: DialerSettings, process: Process) -> None:
    """Run the dialer until it is told to stop."""
    dialer = DialerProcess(settings, process)
    await dialer.run()
