"""What the simulated provider of SMS does with a message, whichever way it came.

Takes it, delivers it to the person's telephone after a while, and tells what became of it:
sometimes twice, sometimes never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from sim.outside.habits import MessageHabits, exists, is_reached
from sim.outside.inbox import Arrived, Inbox
from sim.outside.under_way import UnderWay

Refusal = Literal["no_such_number", "busy"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of a message: a word of SMPP 3.4 and an error of the network."""

    name: str
    status: Literal["DELIVRD", "UNDELIV"]
    error: str
    at: datetime


Tell = Callable[[Outcome], Awaitable[None]]


class SmsDesk:
    """Names are this provider's own, one a message."""

    def __init__(
        self, inbox: Inbox, habits: MessageHabits, random: np.random.Generator
    ) -> None:
        self.inbox = inbox
        self._habits = habits
        self._random = random
        self._taken = 0
        self._under_way = UnderWay()

    def refusal(self, to: str) -> Refusal | None:
        """Whether it is not taken at all."""
        if not exists(to):
            return "no_such_number"
        return "busy" if self._random.random() < self._habits.busy_share else None

    def take(self, sender: str, to: str, text: str, tell: Tell) -> str:
        """Take a message; returns its name."""
        self._taken += 1
        name = f"S{self._taken:09d}"
        delay_s = float(self._random.uniform(*self._habits.delay_s))
        reached = is_reached(to) and not self._unlucky(self._habits.undelivered_share)
        times = 1 + self._unlucky(self._habits.duplicate_share)
        if self._unlucky(self._habits.unreported_share):
            times = 0
        arrived = Arrived(kind="sms", to=to, sender=sender, text=text, at=datetime.now(UTC))
        self._under_way.begin(
            self._deliver(name, arrived, delay_s, tell, reached=reached, times=times)
        )
        return name

    async def settle(self) -> None:
        await self._under_way.settle()

    async def close(self) -> None:
        await self._under_way.close()

    def _unlucky(self, share: float) -> bool:
        return bool(self._random.random() < share)

    async def _deliver(
        self,
        name: str,
        arrived: Arrived,
        delay_s: float,
        tell: Tell,
        *,
        reached: bool,
        times: int,
    ) -> None:
        await asyncio.sleep(delay_s)
        if reached:
            self.inbox.put(arrived)
        outcome = Outcome(
            name=name,
            status="DELIVRD" if reached else "UNDELIV",
            error="000" if reached else "027",  # absent subscriber
            at=datetime.now(UTC),
        )
        for _ in range(times):
            await tell(outcome)
