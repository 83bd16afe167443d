"""Snapshot, decide, place: once per period, and whenever an agent became free."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID

from dialer.calls.call import CallState
from dialer.campaigns.running import Running
from dialer.pacing import Abandoned, Answered, Pacer, Placed, Resolved, Snapshot
from dialer.pacing.events import CallOutcome
from dialer.routes import Routes
from dialer.shell.facts import Ended, Step
from dialer.shell.floor import Floor, Ongoing

PERIOD_S = 0.25

_RESOLVED: dict[str, CallOutcome] = {
    "answered": "human",  # without answering-machine detection every answer is a person
    "busy": "busy",
    "no_answer": "no_answer",
    "invalid_number": "invalid",
    "rejected": "invalid",
    "cancelled": "cancelled",
}

Place = Callable[[Running, int], Awaitable[int]]


class PacingLoop:
    """One pacer per running campaign over the one floor."""

    def __init__(self, floor: Floor, place: Place, routes: Routes) -> None:
        self._floor = floor
        self._place = place
        self._routes = routes
        self._pacers: dict[UUID, Pacer] = {}
        self.campaigns: list[Running] = []
        self.wake = asyncio.Event()

    def set_campaigns(self, campaigns: list[Running]) -> None:
        """Take the running campaigns; a changed policy gets a new pacer."""
        self.campaigns = campaigns
        for campaign in campaigns:
            pacer = self._pacers.get(campaign.id)
            if pacer is None or pacer.policy != campaign.policy:
                self._pacers[campaign.id] = Pacer(campaign.policy)

    def observe(self, step: Step, campaign_of: dict[str, UUID]) -> None:
        """Tell the pacers what a step means for them."""
        now_s = time.monotonic()
        for fact in step.facts:
            pacer = (
                self._pacers.get(campaign_of[fact.call])
                if fact.call in campaign_of
                else None
            )
            if pacer is not None and fact.kind == "answered" and fact.call:
                pacer.observe(Answered(at_s=now_s, call=fact.call))
        for ended in step.ended:
            self._observe_end(ended, campaign_of, now_s)
        if step.ended or any(f.kind == "agent" for f in step.facts):
            self.wake.set()

    def _observe_end(
        self, ended: Ended, campaign_of: dict[str, UUID], now_s: float
    ) -> None:
        call = ended.call
        campaign = campaign_of.pop(call.id, None)
        pacer = self._pacers.get(campaign) if campaign else None
        if pacer is None or call.outcome is None:
            return
        outcome = _RESOLVED.get(call.outcome.value, "failed")
        pacer.observe(Resolved(at_s=now_s, call=call.id, outcome=outcome))
        if ended.abandoned:
            pacer.observe(Abandoned(at_s=now_s, call=call.id))

    def placed(self, campaign: UUID, call: str, route: str) -> None:
        now_s = time.monotonic()
        self._routes.count(route, now_s)
        self._pacers[campaign].observe(Placed(at_s=now_s, call=call))

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
        for campaign in self.campaigns:
            room = self._routes.room(self._floor.lines(), time.monotonic())
            snapshot = self._snapshot(campaign.id, idle, room)
            decision = self._pacers[campaign.id].decide(time.monotonic(), snapshot)
            idle -= min(idle, len(snapshot.ringing) + len(snapshot.waiting) + decision.held)
            if decision.calls > 0:
                idle -= min(idle, await self._place(campaign, decision.calls))

    def _snapshot(self, campaign: UUID, idle: int, room: int) -> Snapshot:
        calls = list(self._floor.calls_of(campaign))
        inbound = [o for o in self._floor.calls.values() if o.call.inbound and o.waits]
        talking = [o for o in calls if o.call.state is CallState.TALKING]
        by_call = {o.call.id: o.agent or "" for o in talking}
        talks = _instants(talking, lambda o: o.call.joined_at)
        return Snapshot(
            idle=idle,
            room=room,
            ringing=_instants((o for o in calls if o.rings), lambda o: o.placed_at),
            waiting=_instants((o for o in calls if o.waits), lambda o: o.call.answered_at),
            inbound_waiting=_instants(inbound, lambda o: o.call.answered_at),
            talking={by_call[call]: since_s for call, since_s in talks.items()},
        )


def _instants(
    calls: Iterable[Ongoing], begun: Callable[[Ongoing], datetime | None]
) -> dict[str, float]:
    """Ids with the monotonic instant at which something began; unknown means now."""
    now_s, now = time.monotonic(), datetime.now(UTC)
    return {
        o.call.id: now_s - max(0.0, (now - (begun(o) or now)).total_seconds())
        for o in calls
    }
