"""The leader's work: one floor, driven by events, until its term is over.

Everything that decides runs in this one event loop and touches the floor only here,
so an agent is chosen in one place. Acting (bridges, hang-ups, new calls) happens in
tasks of their own and reports back to the floor.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.adapters.pacing_history import history
from dialer.answering.answer import Answer, BadAnswer, of_the_switch
from dialer.calls.agent import AgentState
from dialer.calls.call import Call
from dialer.calls.events import (
    ChannelEvent,
    ConnectionLost,
    ConnectionRestored,
    EndpointSeen,
    Said,
)
from dialer.calls.outcome import CANCELLED_BY_US
from dialer.calls.trunk_watch import TrunkWatch
from dialer.campaigns.leads import leads_of
from dialer.campaigns.placing import TermIsOver
from dialer.campaigns.running import (
    Running,
    finish_campaigns,
    running_campaigns,
)
from dialer.metrics import FloorMetrics
from dialer.ports import (
    OutOfOffice,
    SwitchRefused,
    SwitchUnreachable,
    Telephony,
)
from dialer.routes import Routes
from dialer.settings import DialerSettings
from dialer.shell.acting import act
from dialer.shell.answers import on_answer
from dialer.shell.asking import Asking
from dialer.shell.audience import Past
from dialer.shell.braking import Braking
from dialer.shell.commands import Command, apply_command
from dialer.shell.facts import (
    Action,
    EndHold,
    Fact,
    HangUp,
    Hold,
    Join,
    Listen,
    Nail,
    NotTaken,
    PassOn,
    Step,
    Take,
    Tell,
)
from dialer.shell.floor import Floor
from dialer.shell.guarding import Guard
from dialer.shell.hand_dialling import HandDialling
from dialer.shell.holding import on_hold_failed
from dialer.shell.inbound_desk import InboundDesk
from dialer.shell.mandate import Mandate
from dialer.shell.outgoing import Outgoing
from dialer.shell.pacing_loop import PacingLoop
from dialer.shell.record_watch import RecordWatch
from dialer.shell.recovery import Recovery
from dialer.shell.rerouting import Rerouting
from dialer.shell.taking import left, not_passed_on, not_taken
from dialer.shell.wishing import settle
from foundation.clock import Clock
from foundation.db.draining import ordered
from foundation.db.leadership import Term
from foundation.living import short
from foundation.observability import get_logger

SWEEP_S = 0.5
READ_LIMIT_S = 5.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a leader works with; made once per process."""

    settings: DialerSettings
    engine: AsyncEngine
    telephony: Telephony
    policy: ContactPolicy
    routes: Routes
    contact_clock: Clock
    call_log: CallLog
    board: Board
    metrics: FloorMetrics
    new_leg: Callable[[], str]
    cel_path: Path


class Leader:
    """One term of office."""

    def __init__(
        self, tools: Tools, term: Term, tasks: asyncio.TaskGroup, mandate: Mandate
    ) -> None:
        self.tools = tools
        self.term = term
        self.mandate = mandate
        tools.call_log.epoch = term.epoch
        self.floor = Floor(tools.new_leg)
        self.floor.blind = True
        self.asking = Asking(self.floor)
        self.pacing = PacingLoop(self.floor, self, tools.routes, tasks)
        self.outgoing = Outgoing(self, tasks)
        self.rerouting = Rerouting(self, tasks)
        self.by_hand = HandDialling(self)
        self.inbound = InboundDesk(self, tasks)
        self.braking = Braking(self)
        self.recovery = Recovery(self.floor, tools)
        self.record = RecordWatch(tools.cel_path)
        self.guard = Guard(self)
        self.connected = False
        self.draining = False
        self.ordered_to_drain = False  # by the operator
        self._unread = False  # a gap ended, and the floor is not yet what the switch holds
        self._begun = False  # the term stands in the facts
        self._reading = asyncio.Lock()
        self._watches: defaultdict[str, TrunkWatch] = defaultdict(TrunkWatch)
        self._tasks = tasks
        self.campaign_of: dict[str, UUID] = {}

    # -- what drives it ------------------------------------------------------------------

    async def on_event(self, event: ChannelEvent | object) -> None:
        """Apply one event of the switch."""
        match event:
            case ConnectionLost():
                self.connected = self._unread = False
                self.floor.blind = True
                self._note("connection_lost", self.floor.time.now(), why=event.why)
            case ConnectionRestored():
                self.floor.time.heard(event.at)
                self._note("connection_restored", event.at, why=event.boot)
                self.recovery.boot = event.boot
                self._unread = True
                await self._reconcile()
            case EndpointSeen():
                self.carry_out(
                    self.floor.on_endpoint(
                        event.endpoint,
                        event.at,
                        reachable=event.reachable,
                        fresh=event.fresh,
                    )
                )
            case Said(what="amd"):
                self._on_amd(event)
            case ChannelEvent() if not self.rerouting.takes(event):
                self.floor.time.heard(event.at)
                self.carry_out(self.floor.on_switch(event))

    def on_answer(self, answer: Answer) -> None:
        """A detector says who answered."""
        self.carry_out(on_answer(self.floor, answer, self.floor.time.now()))

    def _on_amd(self, said: Said) -> None:
        try:
            self.on_answer(of_the_switch(said))
        except BadAnswer as error:
            log.warning("verdict_refused", error=str(error))

    def on_command(self, command: Command) -> None:
        """Apply what an agent asked for; not before it is known where he stands."""

        def obey() -> None:
            self.carry_out(apply_command(self.floor, command, self.floor.time.now()))

        self.asking.ask(obey, acts=command.acts)

    async def obeyed(self) -> bool:
        """Wait until all that was asked is done and written; False: another leads now."""
        await self.asking.done()
        await self.tools.call_log.drained()
        return self.mandate.stands

    @property
    def seated(self) -> set[str]:
        """Endpoints of who is logged in and means to stay."""
        return {
            agent.endpoint
            for agent in self.floor.agents.values()
            if AgentState.OFFLINE not in (agent.state, agent.wants)
        }

    async def sweep_for_ever(self) -> None:
        """Time's own work, and what changed in the database."""
        while True:
            self.carry_out(self.floor.sweep(self.floor.time.now()))
            await self._reconcile()
            try:
                await self._read_campaigns()
                if self.may_place():
                    await self.by_hand.tend(self.pacing.campaigns)
                if self.connected:
                    await self.inbound.tend()
                    for step in await self.recovery.tend():
                        self.carry_out(step)
            except (SQLAlchemyError, OSError) as error:
                self.pacing.set_campaigns([], {})  # unknown wishes: nothing is dialled
                log.error("campaigns_unread", error=str(error))
            await asyncio.sleep(SWEEP_S)

    def may_place(self) -> bool:
        """Only with a whole event stream, and logs, ours and the switch's, that keep up."""
        log_keeps_up = not (self.tools.call_log.failing or self.tools.call_log.full)
        drains = self.draining or self.ordered_to_drain
        may = self.connected and not drains and self.mandate.stands
        return may and log_keeps_up and self.record.room

    @property
    def network_silent(self) -> bool:
        """No route that was used shows a sign of life any more."""
        watches = self._watches.values()
        return bool(watches) and all(watch.dead for watch in watches)

    async def place(self, campaign: Running, calls: int) -> int:
        """Commit attempts, then dial them; returns how many."""
        return await self.outgoing.place(campaign, calls)

    async def offer(self, campaign: Running, agents: list[str]) -> None:
        """Show each of these idle agents whom to call."""
        await self.by_hand.offer(campaign, agents)

    def give_up(self, calls: tuple[str, ...]) -> None:
        """Hang up calls that still ring: the network calls them cancelled."""
        self.asking.ask(lambda: self._give_up(calls), acts=True)

    def _give_up(self, calls: tuple[str, ...]) -> None:
        for call in calls:
            ongoing = self.floor.calls.get(call)
            if ongoing is not None and ongoing.rings:
                hang_up = HangUp(channel=ongoing.channel, cause=CANCELLED_BY_US)
                self._tasks.create_task(self._act(hang_up))

    async def remember(self, campaign: UUID) -> Past:
        """Read the campaign's past; what is on its way to the database is waited for."""
        try:
            await self._written()
        except TimeoutError:
            log.warning("past_read_undrained", campaign=str(campaign))
        async with self.tools.engine.connect() as connection:
            return await history(connection, campaign)

    # -- acting --------------------------------------------------------------------------

    def carry_out(self, step: Step) -> None:
        """Write down, show, act; nothing of it when somebody else may lead by now."""
        if not self.mandate.stands:
            log.warning("step_of_a_past_term", epoch=self.term.epoch)
            return
        self.tools.call_log.add(step)
        self.tools.board.show(step, self.floor)
        self.tools.metrics.count(step)
        for ended in step.ended:
            self.watch_trunk(ended.route, ended.call)
        self.pacing.observe(step, self.campaign_of)
        self.inbound.hear(step)
        for action in step.actions:
            self._tasks.create_task(self._act(action))

    def watch_trunk(self, route: str, call: Call) -> None:
        """Take note of how a call, or its try on one route, ended."""
        if call.inbound:
            return
        watch = self._watches[route]
        if watch.ended(call):
            if watch.dead:
                log.error("trunk_silent", route=route)
            else:
                log.info("trunk_answers_again", route=route)
        if self.tools.routes.ended(route, call, time.monotonic()):
            log.warning("routes_aside", route=route, aside=self.tools.routes.aside)

    async def _act(self, action: Action) -> None:
        if isinstance(action, NotTaken):
            self.carry_out(left(self.floor, action.call, self.floor.time.now()))
            await not_taken(self.tools.engine, action.call, self._written)
            return
        try:
            await act(self.tools.telephony, action)
        except OutOfOffice:
            log.warning("action_of_a_past_term", action=type(action).__name__)
        except (SwitchRefused, SwitchUnreachable) as error:
            log.warning("action_failed", action=type(action).__name__, error=str(error))
            self._on_failure(action, refused=isinstance(error, SwitchRefused))

    def _on_failure(self, action: Action, *, refused: bool) -> None:
        at = self.floor.time.now()
        match action:
            case Join():
                self.carry_out(self.floor.on_join_failed(action.call, action.agent, at))
            case Hold():
                self.carry_out(on_hold_failed(self.floor, action.call, action.agent, at))
            case Nail():
                self.carry_out(self.floor.on_nail_failed(action.leg, at))
            case Take() if refused:  # else it may have been obeyed: see `wanted_in_vain`
                self.carry_out(Step(actions=[NotTaken(call=action.call)]))
            case PassOn() if refused:
                not_passed_on(self.floor, action.call)
            case HangUp() | EndHold() | Listen() | Tell() | Take() | PassOn():
                pass  # gone already, or the sweep meets it again

    # -- the outside ---------------------------------------------------------------------

    async def _reconcile(self) -> None:
        """After a gap: read the switch, bring the floor to it, then pace again.

        What cannot be read now (switch or database away) is tried again by the sweep.
        """
        async with self._reading:
            if not self._unread:
                return
            try:
                await self._begin_term()
                steps = await self.recovery.reconcile()
            except (SwitchUnreachable, SwitchRefused, SQLAlchemyError, OSError) as error:
                log.error("floor_unread", error=str(error))
                return
            for step in steps:
                self.carry_out(step)
            self._unread = self.floor.blind = False
            self.connected = True
        self._go_on()

    def _go_on(self) -> None:
        """The floor is known: show it, do what was asked meanwhile, join who waits."""
        self.tools.board.draw(self.floor)
        self.asking.go_on()
        self.carry_out(self.floor.sweep(self.floor.time.now()))
        self.pacing.wake.set()

    async def _begin_term(self) -> None:
        """Have everything in the database that is known here, and that this term began:
        after that no earlier leader moves an agent any more."""
        if not self._begun:
            self._note("term_began", self.floor.time.now(), holder=short(self.term.holder))
            self._begun = True
        await self._written()

    async def _written(self) -> None:
        """Wait until the database has all facts known here; raises TimeoutError."""
        async with asyncio.timeout(READ_LIMIT_S):
            await self.tools.call_log.drained()

    def read_again(self) -> None:
        """Something is not as the switch has it: nothing is dialled until it is."""
        self.connected, self._unread = False, True
        self.floor.blind = True

    def resign(self) -> None:
        """Place nothing any more; the term ends in good order."""
        self.draining = True
        if self._begun:
            self._note("term_ended", self.floor.time.now(), holder=short(self.term.holder))

    def _note(self, kind: str, at: datetime, **data: str) -> None:
        if self.mandate.stands:
            self.tools.call_log.add(Step(facts=[Fact(kind=kind, at=at, data=data)]))

    async def _read_campaigns(self) -> None:
        async with self.tools.engine.begin() as connection:
            self.ordered_to_drain = await ordered(connection)
            await self.by_hand.free(connection)
            for name in await finish_campaigns(connection):
                log.info("campaign_finished", campaign=name)
            campaigns = await running_campaigns(connection)
            await self.braking.look(connection)
            leads = await leads_of(connection, campaigns, self.tools.contact_clock.now())
        self.pacing.set_campaigns(campaigns, leads)
        await settle(self.tools)


__all__ = ["Leader", "TermIsOver", "Tools"]
