"""A simulated agent's hands: sit down, talk, end the call, wrap up, take a break.

What the agent sees is the state that the floor shows for the seat; each state has one
thing to do after a while. A state seen twice is done once, a state that passed is
dropped, so events may come late, twice or never (the board is read again now and then).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import numpy as np

from foundation.observability import get_logger
from sim.world.agents import AgentHabits, Conversation, conversation

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

PREVIEW_S = 1.5  # a look at the card before the call
REFUSED_S = 2.0  # before asking again for what the floor did not do

log = get_logger(__name__)


class Hands:
    """One agent. `see` is told what the floor shows; `send` gives a command to it."""

    def __init__(
        self,
        endpoint: str,
        habits: AgentHabits,
        rng: np.random.Generator,
        send: Send,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.endpoint = endpoint
        self._habits = habits
        self._rng = rng
        self._send = send
        self._sleep = sleep
        self._seen: tuple[str, object] | None = None
        self._since = ""
        self._doing: asyncio.Task[None] | None = None
        self._plan: Conversation | None = None
        self._break_s: float | None = None

    def see(self, state: str, call: object = None, since: str = "") -> None:
        """Notice the seat's state; what was begun for another state is dropped.

        `since` (ISO 8601) is when the state began: an older one than the last is stale.
        """
        if self._seen == (state, call) or since < self._since:
            return
        self._seen, self._since = (state, call), since or self._since
        self.rest()
        work = self._work(state)
        if work is not None:
            self._doing = asyncio.create_task(work, name=self.endpoint)

    def rest(self) -> None:
        """Drop what was begun."""
        if self._doing is not None:
            self._doing.cancel()
            self._doing = None

    async def leave(self) -> None:
        """Log out."""
        self.rest()
        await self._order("log_out")

    def _work(self, state: str) -> Coroutine[Any, Any, None] | None:
        match state:
            case "offline":
                return self._sit_down()
            case "paused":
                return self._pause()
            case "preview":
                return self._preview()
            case "talking":
                self._plan = conversation(self._habits, self._rng)
                return self._talk(self._plan)
            case "wrap_up":
                return self._wrap_up(self._plan or conversation(self._habits, self._rng))
            case _:
                return None

    async def _sit_down(self) -> None:
        while True:
            await self._order("log_in")
            await self._order("available")
            await self._sleep(REFUSED_S)

    async def _pause(self) -> None:
        break_s, self._break_s = self._break_s, None
        if break_s is not None:
            await self._sleep(break_s)
        while True:
            await self._order("available")
            await self._sleep(REFUSED_S)

    async def _preview(self) -> None:
        await self._sleep(PREVIEW_S)
        while True:
            await self._order("dial")
            await self._sleep(REFUSED_S)

    async def _talk(self, plan: Conversation) -> None:
        await self._sleep(plan.talk_s)
        while True:
            await self._order("hang_up")
            await self._sleep(REFUSED_S)

    async def _wrap_up(self, plan: Conversation) -> None:
        await self._sleep(plan.wrap_up_s)
        if plan.break_s is not None:
            self._break_s = plan.break_s
            await self._order("pause", code=self._habits.break_code)
        self._plan = None
        while True:
            await self._order("wrap_up_done", code=plan.disposition)
            await self._sleep(REFUSED_S)

    async def _order(self, do: str, **more: str) -> None:
        await self._send({"do": do, "agent": self.endpoint, **more})
