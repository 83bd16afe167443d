"""How the simulated bank tells of payments: late, twice, out of order, or not at all.

Each notice is posted over mutual TLS with the bank's certificate. What befalls it is drawn
from a generator given by the caller, so that a run can be repeated. A receiver that does
not answer 2xx gets it again a few times; a lost notice is never sent, and only asking
the bank (`GET /pix`) brings the payment to light.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np

from sim.outside.under_way import UnderWay

_TIMEOUT = aiohttp.ClientTimeout(total=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Shares are 0..1; a delay is drawn evenly from its span in seconds."""

    delay_s: tuple[float, float] = (0.0, 0.0)
    duplicate_share: float = 0.0
    lost_share: float = 0.0
    tries: int = 3
    pause_s: float = 0.5  # between tries


class Notices:
    """Sends in the background; `settle` waits for all that is under way."""

    def __init__(
        self, habits: Habits, random: np.random.Generator, context: ssl.SSLContext
    ) -> None:
        self._habits = habits
        self._random = random
        self.context = context
        self._under_way = UnderWay()
        self.lost: list[Mapping[str, Any]] = []
        self.undelivered: list[Mapping[str, Any]] = []

    def send(self, url: str, body: Mapping[str, Any]) -> None:
        """Begin telling; returns at once."""
        if self._random.random() < self._habits.lost_share:
            self.lost.append(body)
            return
        times = 1 + (self._random.random() < self._habits.duplicate_share)
        for _ in range(times):
            delay_s = float(self._random.uniform(*self._habits.delay_s))
            self._under_way.begin(self._deliver(url, body, delay_s))

    async def settle(self) -> None:
        await self._under_way.settle()

    async def close(self) -> None:
        await self._under_way.close()

    async def _deliver(self, url: str, body: Mapping[str, Any], delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        connector = aiohttp.TCPConnector(ssl=self.context)
        async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
            for attempt in range(self._habits.tries):
                if attempt:
                    await asyncio.sleep(self._habits.pause_s)
                try:
                    async with session.post(url, json=body) as answer:
                        if answer.status < 300:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    continue
        self.undelivered.append(body)
