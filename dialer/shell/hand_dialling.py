"""The leader's work for campaigns in which agents dial: hold a debtor, dial, give back."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.campaigns import by_hand
from dialer.campaigns.placing import Placement, PlacingRules
from dialer.campaigns.running import Running, free_leases
from dialer.shell import previews
from dialer.shell.previews import LONGEST, Offer
from foundation.db.leadership import holds
from foundation.ids import uuid7
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

AGAIN_S = 5.0  # after which an agent for whom nobody was found is looked for again
DATABASE_S = 5.0

log = get_logger(__name__)


class HandDialling:
    """Beside one leader, for its term."""

    def __init__(self, leader: Leader) -> None:
        self._leader = leader
        self._nobody: dict[tuple[UUID, str], float] = {}  # campaign, agent: since when
        self._fresh = True  # nobody is shown in this term yet

    async def free(self, connection: AsyncConnection) -> None:
        """Give back whom no lease holds any more, and first whom a past term still holds.

        What that term showed is gone with it: nobody will dial it. Who leads no more gives
        back nothing that the next one holds.
        """
        of_the_past = self._fresh and await holds(connection, self._leader.term)
        await free_leases(connection, all_held=of_the_past)

    async def offer(self, campaign: Running, agents: list[str]) -> None:
        """Show each of these idle agents whom to call next."""
        self._fresh = False
        for agent in agents:
            if self._waits(campaign, agent):
                continue
            try:
                offer = await self._held(campaign, agent)
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.error("preview_unheld", agent=agent, error=str(error))
                return
            if offer is None:
                self._nobody[campaign.id, agent] = time.monotonic()
                continue
            self._leader.carry_out(previews.show(self._leader.floor, offer))
            if self._leader.floor.offers.get(agent) is not offer:
                await self._give_back(offer)  # he went while the debtor was held

    def _waits(self, campaign: Running, agent: str) -> bool:
        """Nobody was found for him just now, or what he asked for still rings."""
        found_none = self._nobody.get((campaign.id, agent))
        if found_none is not None and time.monotonic() - found_none < AGAIN_S:
            return True
        return any(c.only_for == agent for c in self._leader.floor.calls.values())

    async def _held(self, campaign: Running, agent: str) -> Offer | None:
        tools, at = self._leader.tools, self._leader.floor.time.now()
        async with asyncio.timeout(DATABASE_S), tools.engine.begin() as connection:
            found = await by_hand.hold_next(
                connection,
                term=self._leader.term,
                rules=_rules(campaign, LONGEST.total_seconds() + 60.0),
                policy=tools.policy,
                agent=agent,
                contact_now=tools.contact_clock.now(),
            )
        if found is None:
            return None
        waits = campaign.countdown_s
        return Offer(
            call=str(uuid7()),
            campaign=campaign.id,
            debtor=found.debtor_id,
            point=found.contact_point_id,
            number=found.number,
            agent=agent,
            at=at,
            dial_at=None if waits is None else at + timedelta(seconds=waits),
        )

    async def tend(self, campaigns: list[Running]) -> None:
        """Dial what is to be dialled, give back what nobody will dial."""
        by_id = {campaign.id: campaign for campaign in campaigns}
        found = previews.tend(self._leader.floor, self._leader.floor.time.now(), set(by_id))
        self._leader.carry_out(found.step)
        for offer in found.back:
            await self._give_back(offer)
        for offer in found.dial:
            await self._dial(by_id[offer.campaign], offer)

    async def _dial(self, campaign: Running, offer: Offer) -> None:
        leader = self._leader
        tools = leader.tools
        placed: Placement | None = None
        try:
            async with asyncio.timeout(DATABASE_S), tools.engine.begin() as connection:
                placed = await by_hand.commit_held(
                    connection,
                    term=leader.term,
                    rules=_rules(
                        campaign, campaign.ring_timeout_s + tools.settings.dialer.max_call_s
                    ),
                    policy=tools.policy,
                    routes=tools.routes.free(leader.floor.lines(), time.monotonic()),
                    held=(offer.debtor, offer.point),
                    attempt=UUID(offer.call),
                    now=self._leader.floor.time.now(),
                    contact_now=tools.contact_clock.now(),
                )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("preview_uncommitted", agent=offer.agent, error=str(error))
        if placed is None:
            now = self._leader.floor.time.now()
            leader.carry_out(previews.not_dialled(leader.floor, offer, now))
            await self._give_back(offer)
            return
        leader.outgoing.dial_for(campaign, placed, offer.agent)

    async def _give_back(self, offer: Offer) -> None:
        """Who was held and not called has his turn later; a lost lease ends by itself."""
        tools = self._leader.tools
        now = tools.contact_clock.now()
        try:
            async with asyncio.timeout(DATABASE_S), tools.engine.begin() as connection:
                await by_hand.give_back(connection, offer.campaign, offer.debtor, now)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("preview_not_given_back", error=str(error))


def _rules(campaign: Running, lease_s: float) -> PlacingRules:
    return PlacingRules.of(campaign, lease_s)
