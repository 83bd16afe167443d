"""Calls that come in, drawn in advance: no pacing changes who calls and when. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.world.floor.leads import stream
from sim.world.floor.result import InboundResult
from sim.world.floor.scenario import FloorScenario, Inbound, value_at


class Arrival(NamedTuple):
    call: str
    at_s: float
    talk_s: float
    wrap_s: float
    patience_s: float


class Incoming:
    """Who calls, who waits, and how they fared."""

    __slots__ = (
        "_answered",
        "_arrived",
        "_in_time",
        "_left",
        "_who",
        "_within_s",
        "arrivals",
        "waiting",
    )  # fmt: skip

    def __init__(self, scenario: FloorScenario, seed: int) -> None:
        assert scenario.inbound is not None  # noqa: S101 - the floor asks only then
        self.arrivals = _arrivals(scenario.inbound, scenario, seed)
        self.waiting: dict[str, float] = {}
        self._who: dict[str, Arrival] = {}
        self._within_s = scenario.inbound.target[1]
        self._arrived = self._answered = self._in_time = self._left = 0

    def comes(self, arrival: Arrival) -> None:
        self._arrived += 1
        self.waiting[arrival.call] = arrival.at_s
        self._who[arrival.call] = arrival

    def take(self, at_s: float) -> Arrival:
        """The caller who waits longest is answered."""
        call = next(iter(self.waiting))
        since_s = self.waiting.pop(call)
        self._answered += 1
        self._in_time += at_s - since_s <= self._within_s
        return self._who.pop(call)

    def leaves(self, call: str) -> bool:
        """His patience is over; whether he still waited."""
        if self.waiting.pop(call, None) is None:
            return False
        del self._who[call]
        self._left += 1
        return True

    def result(self) -> InboundResult:
        settled = self._arrived - len(self.waiting)
        return InboundResult(
            arrived=self._arrived,
            answered=self._answered,
            in_time=self._in_time / settled if settled else 1.0,
            left=self._left,
        )


def _arrivals(inbound: Inbound, scenario: FloorScenario, seed: int) -> list[Arrival]:
    """A Poisson process whose rate follows the points, by thinning the highest rate."""
    rng = stream(scenario, seed, 4)
    peak = max(rate for _, rate in inbound.calls_per_hour) / 3600.0
    if peak <= 0:
        return []
    size = int(rng.poisson(peak * scenario.end_s))
    times = np.sort(rng.random(size)) * scenario.end_s
    kept = rng.random(size) * peak * 3600.0
    draws = [law.draw(rng, size).tolist() for law in (inbound.talk, inbound.wrap)]
    patience = inbound.patience.draw(rng, size).tolist()
    rows = zip(times.tolist(), kept.tolist(), *draws, patience, strict=True)
    return [
        Arrival(f"i{i}", at_s, talk_s, wrap_s, patience_s)
        for i, (at_s, u, talk_s, wrap_s, patience_s) in enumerate(rows)
        if u < value_at(inbound.calls_per_hour, at_s)
    ]
