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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.adapters.pacing_history import history
from dialer.calls.agent import AgentState
from dialer.calls.call import Call, CallState
from dialer.calls.events import (
    ChannelEvent,
    ConnectionLost,
    ConnectionRestored,
    EndpointSeen,
    NetworkOutcome,
)
from dialer.calls.outcome import CANCELLED_BY_US
from dialer.calls.trunk_watch import TrunkWatch
from dialer.campaigns.leads import leads_of
from dialer.campaigns.placing import Placement, PlacingRules, TermIsOver, commit_attempts
from dialer.campaigns.running import (
    Running,
    finish_campaigns,
    free_expired_leases,
    running_campaigns,
)
from dialer.metrics import FloorMetrics
from dialer.ports import Origination, SwitchRefused, SwitchUnreachable, Telephony
from dialer.routes import Routes, carries
from dialer.settings import DialerSettings
from dialer.shell.audience import Past
from dialer.shell.commands import Command, apply_command
from dialer.shell.facts import Action, Ended, EndHold, Fact, HangUp, Hold, Join, Nail, Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.holding import on_hold_failed
from dialer.shell.pacing_loop import PacingLoop
from dialer.shell.record_watch import RecordWatch
from dialer.shell.recovery import Recovery
from foundation.clock import Clock
from foundation.db.leadership import Term
from foundation.observability import get_logger
from foundation.route import CannotBeDialled, caller_id, dialled

SWEEP_S = 0.5
STALE_S = 1.0  # an attempt not sent this long after its commit is not sent at all
AGENT_LEG_S = 20.0
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

    def __init__(self, tools: Tools, term: Term, tasks: asyncio.TaskGroup) -> None:
        self.tools = tools
        self.term = term
        self.floor = Floor(tools.new_leg)
        self.pacing = PacingLoop(self.floor, self, tools.routes, tasks)
        self.recovery = Recovery(self.floor, tools)
        self.record = RecordWatch(tools.cel_path)
        self.connected = False
        self.draining = False
        self._unread = False  # a gap ended, and the floor is not yet what the switch holds
        self._reading = asyncio.Lock()
        self._watches: defaultdict[str, TrunkWatch] = defaultdict(TrunkWatch)
        self._tasks = tasks
        self._campaign_of: dict[str, UUID] = {}

    # -- what drives it ------------------------------------------------------------------

    async def on_event(self, event: ChannelEvent | object) -> None:
        """Apply one event of the switch."""
        match event:
            case ConnectionLost():
                self.connected = self._unread = False
                self._remember_gap("connection_lost", event.at, event.why)
            case ConnectionRestored():
                self._remember_gap("connection_restored", event.at, event.boot)
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
            case ChannelEvent():
                self.carry_out(self.floor.on_switch(event))

    def on_command(self, command: Command) -> None:
        """Apply what an agent asked for."""
        self.carry_out(apply_command(self.floor, command, datetime.now(UTC)))

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
            self.carry_out(self.floor.sweep(datetime.now(UTC)))
            await self._reconcile()
            try:
                await self._read_campaigns()
                if self.connected:
                    for step in await self.recovery.resolve_overdue():
                        self.carry_out(step)
            except (SQLAlchemyError, OSError) as error:
                self.pacing.set_campaigns([], {})  # unknown wishes: nothing is dialled
                log.error("campaigns_unread", error=str(error))
            await asyncio.sleep(SWEEP_S)

    def may_place(self) -> bool:
        """Only with a whole event stream, and logs, ours and the switch's, that keep up."""
        log_keeps_up = not (self.tools.call_log.failing or self.tools.call_log.full)
        return self.connected and not self.draining and log_keeps_up and self.record.room

    @property
    def network_silent(self) -> bool:
        """No route that was used shows a sign of life any more."""
        watches = self._watches.values()
        return bool(watches) and all(watch.dead for watch in watches)

    async def place(self, campaign: Running, calls: int) -> int:
        """Commit attempts, then dial them; returns how many."""
        started = time.monotonic()
        rules = PlacingRules(
            campaign=campaign.id,
            lease_s=campaign.ring_timeout_s + self.tools.settings.dialer.max_call_s,
        )
        try:
            async with asyncio.timeout(5), self.tools.engine.begin() as connection:
                placements = await commit_attempts(
                    connection,
                    term=self.term,
                    rules=rules,
                    policy=self.tools.policy,
                    routes=self.tools.routes.free(self.floor.lines(), time.monotonic()),
                    wanted=calls,
                    now=datetime.now(UTC),
                    contact_now=self.tools.contact_clock.now(),
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("attempts_uncommitted", error=str(error))
            return 0
        committed = time.monotonic()
        self.tools.metrics.placing_seconds.observe(committed - started)
        for placement in placements:
            self._add(campaign, placement)
            self._tasks.create_task(self._dial(campaign, placement, committed))
        return len(placements)

    def give_up(self, calls: tuple[str, ...]) -> None:
        """Hang up calls that still ring: the network calls them cancelled."""
        for call in calls:
            ongoing = self.floor.calls.get(call)
            if ongoing is not None and ongoing.rings:
                hang_up = HangUp(channel=ongoing.channel, cause=CANCELLED_BY_US)
                self._tasks.create_task(self._act(hang_up))

    async def remember(self, campaign: UUID) -> Past:
        """Read the campaign's past; what is on its way to the database is waited for."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                await self.tools.call_log.drained()
        except TimeoutError:
            log.warning("past_read_undrained", campaign=str(campaign))
        async with self.tools.engine.connect() as connection:
            return await history(connection, campaign)

    # -- acting --------------------------------------------------------------------------

    def carry_out(self, step: Step) -> None:
        """Write down, show, act."""
        self.tools.call_log.add(step)
        self.tools.board.show(step, self.floor)
        self.tools.metrics.count(step)
        self._watch_trunk(step)
        self.pacing.observe(step, self._campaign_of)
        for action in step.actions:
            self._tasks.create_task(self._act(action))

    def _watch_trunk(self, step: Step) -> None:
        for ended in step.ended:
            watch = self._watches[ended.route]
            if not ended.call.inbound and watch.ended(ended.call):
                if watch.dead:
                    log.error("trunk_silent", route=ended.route)
                else:
                    log.info("trunk_answers_again", route=ended.route)

    async def _act(self, action: Action) -> None:
        telephony = self.tools.telephony
        try:
            match action:
                case Join():
                    await telephony.bridge(action.channel, action.leg)
                case Hold():
                    await telephony.hold(action.channel)
                case EndHold():
                    await telephony.end_hold(action.channel)
                case HangUp():
                    await telephony.hang_up(action.channel, action.cause)
                case Nail():
                    await self._nail(action)
        except (SwitchRefused, SwitchUnreachable) as error:
            log.warning("action_failed", action=type(action).__name__, error=str(error))
            self._on_failure(action)

    async def _nail(self, nail: Nail) -> None:
        await self.tools.telephony.originate(
            Origination(
                channel=nail.leg,
                dial=f"PJSIP/{nail.agent}",
                context="agent",
                extension="nail",
                timeout_s=AGENT_LEG_S,
                caller_id="Acordo",
            )
        )

    def _on_failure(self, action: Action) -> None:
        at = datetime.now(UTC)
        match action:
            case Join():
                self.carry_out(self.floor.on_join_failed(action.call, action.agent, at))
            case Hold():
                self.carry_out(on_hold_failed(self.floor, action.call, action.agent, at))
            case Nail():
                self.floor.on_nail_failed(action.agent, action.leg, at)
            case HangUp() | EndHold():
                pass  # gone already, or the sweep meets it again

    async def _dial(
        self, campaign: Running, placement: Placement, committed: float
    ) -> None:
        try:
            call = self._origination(campaign, placement)
        except CannotBeDialled:
            log.error("number_not_for_route", attempt=placement.id, route=placement.route)
            return self._not_sent(placement.id)
        if time.monotonic() - committed > STALE_S:
            return self._not_sent(placement.id)
        try:
            await self.tools.telephony.originate(call)
        except SwitchRefused as error:
            log.error("originate_refused", attempt=placement.id, error=str(error))
            self._not_sent(placement.id)
        except SwitchUnreachable as error:
            # it may ring or not: the attempt stays open until the switch is asked
            log.error("originate_unanswered", attempt=placement.id, error=str(error))

    def _origination(self, campaign: Running, placement: Placement) -> Origination:
        """Raises CannotBeDialled when the number is not for the route."""
        route = self.tools.routes.named(placement.route)
        if not carries(placement.number, simulated_route=route.simulated):
            raise CannotBeDialled(route.name)
        options = self.tools.settings.dialer
        return Origination(
            channel=placement.id,
            dial=f"PJSIP/{dialled(route, placement.number)}@{route.name}",
            context="debtor",
            timeout_s=campaign.ring_timeout_s,
            caller_id=campaign.caller_id or caller_id(route, placement.number),
            variables={
                "ACORDO_ATTEMPT": placement.id,
                "ACORDO_THRESHOLD_S": f"{campaign.threshold_s:g}",
                "ACORDO_MAX_CALL_S": str(options.max_call_s),
                "ACORDO_RECORD": "1" if options.record else "0",
            },
        )

    def _not_sent(self, attempt: str) -> None:
        ongoing = self.floor.calls.pop(attempt, None)
        if ongoing is None:
            return
        at = datetime.now(UTC)
        call = replace(
            ongoing.call,
            state=CallState.ENDED,
            ended_at=at,
            outcome=NetworkOutcome.NOT_SENT,
        )
        ended = Ended(
            call=call,
            channel=attempt,
            agent=None,
            abandoned=False,
            route=ongoing.route,
            source="placement",
        )
        self.carry_out(
            Step(ended=[ended], facts=[Fact(kind="not_sent", at=at, call=call.id)])
        )

    def _add(self, campaign: Running, placement: Placement) -> None:
        self._campaign_of[placement.id] = campaign.id
        score = placement.score if campaign.scored else None
        self.floor.add_call(
            Ongoing(
                call=Call(id=placement.id),
                campaign=campaign.id,
                route=placement.route,
                placed_at=datetime.now(UTC),
                threshold_s=campaign.threshold_s,
                wrap_up_s=campaign.wrap_up_s,
                prefers=placement.agent,
                agentless=not campaign.paced_by_agents,
                score=score,
            )
        )
        self.pacing.placed(campaign.id, placement.id, placement.route, score)

    # -- the outside ---------------------------------------------------------------------

    async def _reconcile(self) -> None:
        """After a gap: read the switch, bring the floor to it, then pace again.

        What cannot be read now (switch or database away) is tried again by the sweep.
        """
        async with self._reading:
            if not self._unread:
                return
            try:
                async with asyncio.timeout(READ_LIMIT_S):
                    await self.tools.call_log.drained()
                steps = await self.recovery.reconcile()
            except (SwitchUnreachable, SwitchRefused, SQLAlchemyError, OSError) as error:
                log.error("floor_unread", error=str(error))
                return
            for step in steps:
                self.carry_out(step)
            self._unread = False
            self.connected = True
        self.pacing.wake.set()

    def _remember_gap(self, kind: str, at: datetime, why: str) -> None:
        self.tools.call_log.add(Step(facts=[Fact(kind=kind, at=at, data={"why": why})]))

    async def _read_campaigns(self) -> None:
        async with self.tools.engine.begin() as connection:
            await free_expired_leases(connection)
            for name in await finish_campaigns(connection):
                log.info("campaign_finished", campaign=name)
            campaigns = await running_campaigns(connection)
            leads = await leads_of(connection, campaigns, self.tools.contact_clock.now())
        self.pacing.set_campaigns(campaigns, leads)


__all__ = ["Leader", "TermIsOver", "Tools"]
