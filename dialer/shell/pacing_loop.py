"""Snapshot, decide, place: once per period, and whenever an agent became free."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from dialer.calls.agent import Agent, AgentState
from dialer.campaigns.running import Running
from dialer.pacing import Pacer, Snapshot
from dialer.routes import Routes
from dialer.shell.facts import Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.pacing_news import Audience, PacingNews

PERIOD_S = 0.25

Place = Callable[[Running, int], Awaitable[int]]


class PacingLoop:
    """One pacer per running campaign over the one floor."""

    def __init__(self, floor: Floor, place: Place, routes: Routes) -> None:
        self._floor = floor
        self._place = place
        self._routes = routes
        self._news = PacingNews()
        self.campaigns: list[Running] = []
        self.wake = asyncio.Event()
        self._round = 0

    def set_campaigns(self, campaigns: list[Running]) -> None:
        """Take the running campaigns; a changed policy gets a new pacer."""
        self.campaigns = campaigns
        for campaign in campaigns:
            audience = self._news.audiences.get(campaign.id)
            if audience is None:
                self._news.audiences[campaign.id] = Audience(Pacer(campaign.policy))
            elif audience.pacer.policy != campaign.policy:
                audience.changed(campaign.policy)

    def observe(self, step: Step, campaign_of: dict[str, UUID]) -> None:
        """Tell the pacers what a step means for them."""
        self._news.of_step(step, campaign_of, time.monotonic())
        if step.ended or any(f.kind == "agent" for f in step.facts):
            self.wake.set()

    def placed(self, campaign: UUID, call: str, route: str) -> None:
        now_s = time.monotonic()
        self._routes.count(route, now_s)
        self._news.placed(campaign, call, now_s)

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
        """One round over all campaigns; each takes its share of what is still free."""
        idle = len(self._floor.idle_agents())
        self._round += 1
        for campaign in in_turn(self.campaigns, self._round):
            room = self._routes.room(self._floor.lines(), time.monotonic())
            snapshot = self._snapshot(campaign.id, idle, room)
            pacer = self._news.audiences[campaign.id].pacer
            decision = pacer.decide(time.monotonic(), snapshot)
            idle -= min(idle, len(snapshot.ringing) + len(snapshot.waiting) + decision.held)
            if decision.calls > 0:
                idle -= min(idle, await self._place(campaign, decision.calls))

    def _snapshot(self, campaign: UUID, idle: int, room: int) -> Snapshot:
        calls = list(self._floor.calls_of(campaign))
        inbound = [o for o in self._floor.calls.values() if o.call.inbound and o.waits]
        busy = [a for a in self._floor.agents.values() if self._works_for(campaign, a)]
        return Snapshot(
            idle=idle,
            room=room,
            ringing=_instants((o for o in calls if o.rings), lambda o: o.placed_at),
            waiting=_instants((o for o in calls if o.waits), lambda o: o.call.answered_at),
            inbound_waiting=_instants(inbound, lambda o: o.call.answered_at),
            talking=_since(a for a in busy if a.state is AgentState.TALKING),
            wrapping=_since(a for a in busy if a.state is AgentState.WRAP_UP),
            leaving={
                a.endpoint: time.monotonic() for a in busy if a.wants is not AgentState.IDLE
            },
        )

    def _works_for(self, campaign: UUID, agent: Agent) -> bool:
        """Whose agent a busy one is: the campaign's of the talk, or else the first's."""
        if agent.state not in (AgentState.TALKING, AgentState.WRAP_UP):
            return False
        owner = self._news.talked_for.get(agent.endpoint)
        running = [c.id for c in self.campaigns]
        return campaign == (owner if owner in running else running[0])


def _instants(
    calls: Iterable[Ongoing], begun: Callable[[Ongoing], datetime | None]
) -> dict[str, float]:
    """Ids with the monotonic instant at which something began; unknown means now."""
    now_s, now = time.monotonic(), datetime.now(UTC)
    return {o.call.id: now_s - _ago_s(begun(o) or now, now) for o in calls}


def _since(agents: Iterable[Agent]) -> dict[str, float]:
    """Endpoints with the monotonic instant at which their state began."""
    now_s, now = time.monotonic(), datetime.now(UTC)
    return {a.endpoint: now_s - _ago_s(a.since, now) for a in agents}


def _ago_s(at: datetime, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds())


def in_turn(campaigns: list[Running], turn: int) -> list[Running]:
    """Another campaign is first each time: what is free goes to all of them alike."""
    first = turn % len(campaigns) if campaigns else 0
    return campaigns[first:] + campaigns[:first]
