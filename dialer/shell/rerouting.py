"""Send a call that its route did not carry on by the next route: the same attempt.

The end of the first channel is kept back while the attempt is given its new route in the
database; then the second INVITE leaves, on a channel of the same id. So an attempt has one
outcome, whichever route brought it. Whatever stands in the way (no next route, no room
there, the campaign paused, another leader) lets the end be what it was.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from dialer.calls.call import advance
from dialer.calls.events import ChannelEvent, HungUp, Said
from dialer.calls.fail_over import may_go_on
from dialer.campaigns.moving import move
from dialer.campaigns.placing import Placement, PlacingRules
from dialer.campaigns.running import Running
from dialer.ports import Origination, OutOfOffice, SwitchRefused, SwitchUnreachable
from dialer.shell.ongoing import Ongoing
from foundation.observability import get_logger
from foundation.route import CannotBeDialled, Route

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

COMMIT_S = 1.0  # a debtor is not rung much later than he was allowed to be
TRIES, GONE_S = 3, 0.1

log = get_logger(__name__)


class Rerouting:
    """Beside one leader, for its term."""

    def __init__(self, leader: Leader, tasks: asyncio.TaskGroup) -> None:
        self._leader = leader
        self._tasks = tasks
        self._tried: dict[str, set[str]] = {}  # call -> routes that did not carry it

    def takes(self, event: ChannelEvent) -> bool:
        """Keep back the end of a call that goes on by another route."""
        if not isinstance(event, HungUp):
            return False
        ongoing = self._leader.floor.calls.get(event.channel)
        if ongoing is None:
            return False
        running = self._leader.pacing.campaigns
        campaign = next((c for c in running if c.id == ongoing.campaign), None)
        following = self._following(ongoing, event)
        if campaign is None or following is None:
            self._tried.pop(event.channel, None)
            return False
        self._leader.watch_trunk(ongoing.route, advance(ongoing.call, event))
        self._tasks.create_task(self._go_on(campaign, ongoing, following, event))
        return True

    def _following(self, ongoing: Ongoing, event: HungUp) -> Route | None:
        """The first of the routes after this one that has room and was not tried."""
        leader, routes = self._leader, self._leader.tools.routes
        if not (may_go_on(ongoing.call, event) and leader.may_place()):
            return None
        tried = self._tried.setdefault(ongoing.call.id, set())
        tried.add(ongoing.route)
        left = routes.left(leader.floor.lines(), time.monotonic())
        name = routes.named(ongoing.route).next
        seen: set[str] = set()
        while name is not None and name not in seen:
            if name not in tried and left.get(name, 0) > 0:
                return routes.named(name)
            seen.add(name)
            name = routes.named(name).next
        return None

    async def _go_on(
        self, campaign: Running, ongoing: Ongoing, route: Route, event: HungUp
    ) -> None:
        leader, attempt, before = self._leader, ongoing.call.id, ongoing.route
        ongoing.route = route.name  # its line is taken from now on
        placement = await self._commit(campaign, ongoing, route)
        if leader.floor.calls.get(attempt) is not ongoing:
            return  # something else ended it meanwhile
        if placement is None:
            ongoing.route = before
            self._end(event)
            return
        log.info("route_changed", attempt=attempt, of=before, to=route.name)
        ongoing.placed_at = at = leader.floor.time.now()  # its ringing is counted from here
        said = Said(channel=event.channel, at=at, what="rerouted", fields={})
        step = leader.floor.on_switch(said)
        told = {"of": before, "to": route.name, "cause": event.cause}
        step.facts = [
            replace(f, data=told | {"sip_code": event.sip_code})
            if f.kind == said.what
            else f
            for f in step.facts
        ]
        leader.carry_out(step)
        leader.tools.routes.count(route.name, time.monotonic())
        leader.tools.metrics.rerouted.labels(before, route.name).inc()
        await self._dial(campaign, placement, event)

    def _end(self, event: HungUp) -> None:
        """Let the end be what it was."""
        self._tried.pop(event.channel, None)
        self._leader.carry_out(self._leader.floor.on_switch(event))

    async def _dial(self, campaign: Running, placement: Placement, event: HungUp) -> None:
        """The second INVITE; one that cannot leave lets the call end as the first did."""
        leader = self._leader
        try:
            call = leader.outgoing.origination(campaign, placement)
            await self._originate(call)
        except OutOfOffice:  # no INVITE left, but whoever leads now must say so
            log.warning("originate_of_a_past_term", attempt=placement.id)
        except (CannotBeDialled, SwitchRefused) as error:
            log.error("route_unusable", attempt=placement.id, error=str(error))
            self._end(event)
        except SwitchUnreachable as error:
            # it may ring or not: the attempt stays open until the switch is asked
            log.error("originate_unanswered", attempt=placement.id, error=str(error))

    async def _originate(self, call: Origination) -> None:
        """The id is free a moment after its channel is gone."""
        for _ in range(TRIES - 1):
            try:
                return await self._leader.tools.telephony.originate(call)
            except SwitchRefused:
                await asyncio.sleep(GONE_S)
        await self._leader.tools.telephony.originate(call)

    async def _commit(
        self, campaign: Running, ongoing: Ongoing, route: Route
    ) -> Placement | None:
        tools = self._leader.tools
        try:
            async with asyncio.timeout(COMMIT_S), tools.engine.begin() as connection:
                return await move(
                    connection,
                    term=self._leader.term,
                    rules=PlacingRules.of(campaign, campaign.ring_timeout_s),
                    attempt=UUID(ongoing.call.id),
                    route=route,
                    brakes=tools.routes.brakes,
                    contact_now=tools.contact_clock.now(),
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("route_unchanged", attempt=ongoing.call.id, error=str(error))
            return None
