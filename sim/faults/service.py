"""Whether the centre serves: calls in progress, dialling again, all whole again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from foundation.bus import BOARD, LOST, Bus
from foundation.bus import connect as connect_bus
from foundation.embedded.valkey import redis_url
from foundation.supervision import State
from sim.faults import looking
from sim.faults.centre import Centre
from sim.faults.evidence import Stay
from sim.faults.looking import Mark
from sim.faults.watch import AWAY, Watch

SERVES = frozenset({"idle", "reserved", "talking", "wrap_up"})
IN_FLIGHT, AIR_S = 3, 20.0  # a fault should find calls; it does not wait for ever
BACK_S = 90.0  # not back by then: it is down
LISTENED_S = 30.0
POLL_S = 0.1


class Service:
    """Waits for things that come by themselves, and says when they did."""

    def __init__(self, centre: Centre, watch: Watch) -> None:
        self._centre = centre
        self._watch = watch

    async def mark(self) -> Mark:
        return await looking.mark(self._centre.engine)

    async def mark_or(self, before: Mark) -> Mark:
        """This instant; the one before a fault when the database is what died."""
        try:
            async with asyncio.timeout(1):
                return await self.mark()
        except AWAY:
            return before

    async def in_flight(self) -> None:
        """Wait until calls are in progress, for a while."""

        async def enough() -> bool:
            return await looking.open_calls(self._centre.engine) >= IN_FLIGHT

        await _until(enough, AIR_S)

    async def back(self, mark: Mark, since: float) -> tuple[float | None, float | None]:
        """When it dialled again, and when all was whole again; None: not in time."""
        paced_at: float | None = None
        while time.time() - since < BACK_S:
            if paced_at is None and await self._dials(mark):
                paced_at = time.time()
            if paced_at is not None and await self._whole(since):
                return paced_at, time.time()
            await asyncio.sleep(POLL_S)
        return paced_at, None

    async def drained(self) -> None:
        """An attempt that stays open is a finding, not an error."""

        async def none_open() -> bool:
            return await looking.open_calls(self._centre.engine) == 0

        await _until(none_open, BACK_S)

    async def listened(self) -> None:
        """Wait until the last recordings are measured, for a while."""

        async def all_measured() -> bool:
            return not self._watch.unheard

        await _until(all_measured, LISTENED_S)

    async def _dials(self, mark: Mark) -> bool:
        try:
            async with asyncio.timeout(5):
                return await looking.dials_since(self._centre.engine, mark)
        except AWAY:
            return False

    async def _whole(self, since: float) -> bool:
        """Every process ready, every agent seen in his seat after that instant."""
        agents = self._watch.now
        if not agents or any(s.until < since or s.state not in SERVES for s in agents):
            return False
        children = self._centre.children.values()
        if any(child.state is not State.READY for child in children):
            return False
        ready = [asyncio.to_thread(child.program.ready) for child in children]
        return all(await asyncio.gather(*ready)) and await self._shown(agents)

    async def _shown(self, agents: Sequence[Stay]) -> bool:
        """Whether everybody's page, and who looks at the floor, sees him there."""
        client = connect_bus(redis_url(self._centre.settings))
        try:
            board = await Bus(client).table(BOARD)
        except LOST:
            return False
        finally:
            await client.aclose()
        return all(
            board.get(stay.agent, {}).get("state", "offline") != "offline"
            for stay in agents
        )


async def _until(is_so: Callable[[], Awaitable[bool]], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if await is_so():
            return
        await asyncio.sleep(POLL_S)
