"""The leader's calls on their way out: attempts are committed, then dialled."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from dialer.calls.call import Call, CallState
from dialer.calls.events import NetworkOutcome
from dialer.campaigns.placing import Placement, PlacingRules, commit_attempts
from dialer.campaigns.running import Running
from dialer.ports import Origination, OutOfOffice, SwitchRefused, SwitchUnreachable
from dialer.routes import carries
from dialer.shell import previews
from dialer.shell.facts import Ended, Fact, Step
from dialer.shell.ongoing import Ongoing
from foundation.observability import get_logger
from foundation.route import CannotBeDialled, dialled

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

STALE_S = 1.0  # an attempt not sent this long after its commit is not sent at all

log = get_logger(__name__)


class Outgoing:
    """Beside one leader, for its term."""

    def __init__(self, leader: Leader, tasks: asyncio.TaskGroup) -> None:
        self._leader = leader
        self._tasks = tasks

    async def place(self, campaign: Running, calls: int) -> int:
        """Commit attempts, then dial them; returns how many."""
        started = time.monotonic()
        max_call_s = self._leader.tools.settings.dialer.max_call_s
        rules = PlacingRules.of(campaign, campaign.ring_timeout_s + max_call_s)
        try:
            async with asyncio.timeout(5), self._leader.tools.engine.begin() as connection:
                placements = await commit_attempts(
                    connection,
                    term=self._leader.term,
                    rules=rules,
                    policy=self._leader.tools.policy,
                    routes=self._leader.tools.routes.free(
                        self._leader.floor.lines(), time.monotonic()
                    ),
                    wanted=calls,
                    now=self._leader.floor.time.now(),
                    contact_now=self._leader.tools.contact_clock.now(),
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("attempts_uncommitted", error=str(error))
            return 0
        committed = time.monotonic()
        self._leader.tools.metrics.placing_seconds.observe(committed - started)
        for placement in placements:
            self._add(campaign, placement)
            self._tasks.create_task(self._dial(campaign, placement, committed))
        return len(placements)

    def dial_for(self, campaign: Running, placement: Placement, agent: str) -> None:
        """Dial a committed attempt for the agent who previewed it."""
        self._add(campaign, placement, only_for=agent)
        dialling = self._dial(campaign, placement, time.monotonic())
        self._tasks.create_task(dialling)

    async def _dial(
        self, campaign: Running, placement: Placement, committed: float
    ) -> None:
        try:
            call = self.origination(campaign, placement)
        except CannotBeDialled:
            log.error("number_not_for_route", attempt=placement.id, route=placement.route)
            return self._not_sent(placement.id)
        if time.monotonic() - committed > STALE_S:
            return self._not_sent(placement.id)
        try:
            await self._leader.tools.telephony.originate(call)
        except SwitchRefused as error:
            log.error("originate_refused", attempt=placement.id, error=str(error))
            self._not_sent(placement.id)
        except OutOfOffice:  # no INVITE left, but whoever leads now must say so
            log.warning("originate_of_a_past_term", attempt=placement.id)
        except SwitchUnreachable as error:
            # it may ring or not: the attempt stays open until the switch is asked
            log.error("originate_unanswered", attempt=placement.id, error=str(error))

    def origination(self, campaign: Running, placement: Placement) -> Origination:
        """Raises CannotBeDialled when the number is not for the route."""
        route = self._leader.tools.routes.named(placement.route)
        if not carries(placement.number, simulated_route=route.simulated):
            raise CannotBeDialled(route.name)
        options = self._leader.tools.settings.dialer
        return Origination(
            channel=placement.id,
            dial=f"PJSIP/{dialled(route, placement.number)}@{route.name}",
            context="debtor",
            timeout_s=campaign.ring_timeout_s,
            caller_id=placement.cli,
            variables={
                "ACORDO_ATTEMPT": placement.id,
                "ACORDO_THRESHOLD_S": f"{campaign.threshold_s:g}",
                "ACORDO_MAX_CALL_S": str(options.max_call_s),
                "ACORDO_RECORD": "1" if options.record else "0",
                "ACORDO_ROBOT": "1" if campaign.robot else "0",
            },
        )

    def _not_sent(self, attempt: str) -> None:
        ongoing = self._leader.floor.calls.pop(attempt, None)
        if ongoing is None:
            return
        at = self._leader.floor.time.now()
        step = Step(facts=[Fact(kind="not_sent", at=at, call=attempt)])
        previews.ended(self._leader.floor, ongoing, at, step)
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
        step.ended.append(ended)
        self._leader.carry_out(step)

    def _add(
        self, campaign: Running, placement: Placement, only_for: str | None = None
    ) -> None:
        self._leader.campaign_of[placement.id] = campaign.id
        score = placement.score if campaign.scored else None
        self._leader.floor.add_call(
            Ongoing(
                call=Call(id=placement.id),
                campaign=campaign.id,
                route=placement.route,
                placed_at=self._leader.floor.time.now(),
                threshold_s=campaign.threshold_s,
                wrap_up_s=campaign.wrap_up_s,
                prefers=placement.agent,
                only_for=only_for,
                agentless=not campaign.paced_by_agents,
                machines=campaign.machines,
                score=score,
            )
        )
        self._leader.pacing.placed(campaign.id, placement.id, placement.route, score)
