"""Snapshot, decide, place: once per period, and whenever an agent became free."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from cobranca.compliance.meters.model import Reading
from dialer.campaigns.leads import Leads
from dialer.campaigns.running import Running
from dialer.pacing import Decision, Pacer
from dialer.routes import Routes
from dialer.shell.audience import Audience, Past
from dialer.shell.braking import braked
from dialer.shell.decisions import DecisionLog, Picture
from dialer.shell.facts import Step
from dialer.shell.floor import Floor
from dialer.shell.pacing_news import PacingNews
from dialer.shell.sharing import Share
from dialer.shell.snapshots import Shown, shared_out, snapshot
from foundation.observability import get_logger

PERIOD_S = 0.25
GIVEN_UP_S = 3.0  # a call that was told to end and still rings then is told again
HEARS = timedelta(seconds=2)  # more, for who listens to say that it is a machine
LATE = timedelta(milliseconds=400)  # a join may be on its way to us for so long

log = get_logger(__name__)


class Hands(Protocol):
    """What decisions are carried out with."""

    async def place(self, campaign: Running, calls: int) -> int:
        """Commit and dial; returns how many were."""
        ...

    async def offer(self, campaign: Running, agents: list[str]) -> None:
        """Show each of these idle agents whom to call."""
        ...

    def give_up(self, calls: tuple[str, ...]) -> None:
        """Hang up calls that ring."""
        ...

    async def remember(self, campaign: UUID) -> Past:
        """Read what happened in the campaign; raises SQLAlchemyError, OSError."""
        ...


class PacingLoop:
    """One pacer per running campaign over the one floor."""

    def __init__(
        self, floor: Floor, hands: Hands, routes: Routes, tasks: asyncio.TaskGroup
    ) -> None:
        self._floor = floor
        self._hands = hands
        self._routes = routes
        self._tasks = tasks
        self._news = PacingNews()
        self._leads: dict[UUID, Leads] = {}
        self._given_up: dict[str, float] = {}  # call -> since when
        self.campaigns: list[Running] = []
        self.log = DecisionLog()
        self.wake = asyncio.Event()
        self._round = 0

    def set_campaigns(self, campaigns: list[Running], leads: Mapping[UUID, Leads]) -> None:
        """Take the running campaigns; those that need a pacer, or another, get it soon."""
        self.campaigns = sorted(campaigns, key=lambda campaign: -campaign.priority)
        self._leads = dict(leads)
        self.log.forget({campaign.id for campaign in campaigns})
        for campaign in campaigns:
            if campaign.by_hand:
                self._news.audiences.pop(campaign.id, None)
                continue
            audience = self._news.audiences.get(campaign.id)
            if audience is None:
                audience = self._news.audiences[campaign.id] = Audience(campaign.policy)
            audience.wanted, audience.scored = campaign.policy, campaign.scored
            if audience.due:
                audience.making = True
                self._tasks.create_task(self._make(campaign, audience))
        paced = [c for c in self.campaigns if not c.by_hand]
        targeted = [c for c in paced if c.policy.inbound_target is not None]
        first = next(iter(targeted or paced), None)
        self._news.hears_inbound = None if first is None else first.id

    async def _make(self, campaign: Running, audience: Audience) -> None:
        try:
            await audience.make(lambda: self._hands.remember(campaign.id))
        except (SQLAlchemyError, OSError, TimeoutError) as error:  # tried by the next sweep
            log.error("campaign_unremembered", campaign=campaign.name, error=str(error))
            return
        self.wake.set()

    def observe(self, step: Step, campaign_of: dict[str, UUID]) -> None:
        """Tell the pacers what a step means for them."""
        self._news.of_step(step, campaign_of, time.monotonic())
        for ended in step.ended:
            self._given_up.pop(ended.call.id, None)
        if step.ended or any(f.kind == "agent" for f in step.facts):
            self.wake.set()

    def placed(self, campaign: UUID, call: str, route: str, score: float | None) -> None:
        now_s = time.monotonic()
        self._routes.count(route, now_s)
        self._news.placed(campaign, call, score, now_s)

    def pacer(self, campaign: UUID) -> Pacer | None:
        """The campaign's pacer; None: it does not run, or its past is still read."""
        audience = self._news.audiences.get(campaign)
        return None if audience is None else audience.pacer

    def brake(self, campaign: Running) -> Reading | None:
        """The meter that stops the campaign, or slows it, if any does."""
        stopped = self._routes.stopped(campaign.caller_id)
        if stopped is not None or not campaign.paced_by_agents:
            return stopped
        return self._routes.slowed(campaign.caller_id)

    async def run(self, may_place: Callable[[], bool]) -> None:
        """Decide for ever; `may_place` is false in a gap, or when nothing can be stored."""
        while True:
            try:
                async with asyncio.timeout(PERIOD_S):
                    await self.wake.wait()
            except TimeoutError:
                pass
            self.wake.clear()
            if may_place():
                await self.decide_once()

    async def decide_once(self) -> None:
        """One round over all campaigns; each reckons with its share of the agents."""
        self._tell_abandoned()
        self._round += 1
        ordered = in_turn(self.campaigns, self._round)
        for campaign in ordered:
            pacer = self.pacer(campaign.id)
            if pacer is None and not campaign.by_hand:
                continue
            dealt = shared_out(self._floor, ordered, self._leads, self._news.talked_for)
            share = dealt.get(campaign.id, Share())
            if pacer is not None:
                await self._decide(campaign, pacer, share)
            elif (
                share.idle
                and self._leads.get(campaign.id, Leads()).count
                and self._routes.stopped(campaign.caller_id) is None
            ):
                await self._hands.offer(campaign, share.idle)

    async def _decide(self, campaign: Running, pacer: Pacer, share: Share) -> None:
        leads = self._leads.get(campaign.id, Leads())
        now_s = time.monotonic()
        self._given_up = {
            call: since_s
            for call, since_s in self._given_up.items()
            if since_s > now_s - GIVEN_UP_S
        }
        audience = self._news.audiences[campaign.id]
        shown = Shown(
            share=share,
            room=self._routes.room(self._floor.lines(), now_s),
            leads=leads,
            hears_inbound=campaign.id == self._news.hears_inbound,
            given_up=self._given_up,
            usual_score=audience.usual_score,
        )
        floor = snapshot(self._floor, campaign, shown)
        decision = pacer.decide(time.monotonic(), floor)
        brake = self.brake(campaign)
        if brake is not None:
            decision = braked(decision, floor, brake)
        budgets = pacer.budgets if campaign.paced_by_agents else ()
        picture = Picture.of(floor, decision, budgets)
        self.log.take(campaign.id, decision, picture, self._floor.time.now())
        await self._carry_out(campaign, decision)

    async def _carry_out(self, campaign: Running, decision: Decision) -> None:
        if decision.cancels:
            now_s = time.monotonic()
            self._given_up |= dict.fromkeys(decision.cancels, now_s)
            self._hands.give_up(decision.cancels)
        if decision.calls > 0:
            placed = await self._hands.place(campaign, decision.calls)
            if campaign.id in self._leads:
                self._leads[campaign.id] = self._leads[campaign.id].after(placed)

    def _tell_abandoned(self) -> None:
        """A person who has waited past the threshold is lost, whatever comes after it."""
        now, now_s = self._floor.time.now(), time.monotonic()
        for ongoing in self._floor.calls.values():
            if ongoing.campaign is None or ongoing.agentless:
                continue
            call = ongoing.call
            if call.answered_at is None or call.joined_at is not None:
                continue
            threshold = timedelta(seconds=ongoing.threshold_s)
            heard = ongoing.judged or ongoing.machines != "hang_up"
            if now > call.answered_at + threshold + (LATE if heard else LATE + HEARS):
                self._news.abandoned(ongoing.campaign, call.id, now_s)


def in_turn(campaigns: list[Running], turn: int) -> list[Running]:
    """Another campaign is first each time: what is left over goes to all of them alike."""
    first = turn % len(campaigns) if campaigns else 0
    return campaigns[first:] + campaigns[:first]
