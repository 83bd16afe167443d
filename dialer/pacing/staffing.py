"""How many agents, how many lines, how busy: Erlang's formulas asked the other way round.

Pure. For plans of an hour or a shift, and for the level before the first call; never for
the pace of a moment. Units as in `erlang`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from dialer.pacing.erlang import (
    BadQueue,
    erlang_a,
    erlang_a_answered,
    erlang_b,
    erlang_c,
    erlang_c_longer,
    erlang_c_wait_s,
)

MOST = 20_000  # agents or lines that a plan may come to

# The idle share of the best outbound pace is z * sqrt(2 ring / (service * agents)), with
# z = 0.95 + 1 / sqrt(agents) at a target of 3 %, and more for a stricter one: fitted to
# solved optima from 5 to 100 agents.
_Z, _Z_TARGET, _Z_SLOPE = 0.95, 0.03, 0.22


class NotAttainable(BadQueue):
    """No number of agents up to MOST gives what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One hour with so many agents; shares 0..1 of all callers, `None` is not known."""

    agents: int
    load_erl: float
    occupancy: float
    waits: float
    answered_within: float
    mean_wait_s: float
    abandons: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Calls of an hour and what is promised to them; no `patience_s`: nobody leaves."""

    calls_per_hour: float
    service_s: float
    within_s: float = 20.0
    patience_s: float | None = None

    def __post_init__(self) -> None:
        patience_s = 1.0 if self.patience_s is None else self.patience_s
        if not 0 <= self.calls_per_hour < math.inf or not 0 <= self.within_s < math.inf:
            raise BadQueue(f"{self.calls_per_hour} calls/h, within {self.within_s} s")
        if not 0 < self.service_s < math.inf or not 0 < patience_s < math.inf:
            raise BadQueue(f"service {self.service_s} s, patience {self.patience_s} s")

    @property
    def load_erl(self) -> float:
        return self.calls_per_hour / 3600.0 * self.service_s


def plan(agents: int, demand: Demand) -> Plan:
    """What so many agents give."""
    load, service_s = demand.load_erl, demand.service_s
    if demand.patience_s is None:
        return Plan(
            agents=agents,
            load_erl=load,
            occupancy=min(1.0, load / agents) if agents else 0.0,
            waits=float(erlang_c(agents, load)),
            answered_within=_answered(agents, demand),
            mean_wait_s=float(erlang_c_wait_s(agents, load, service_s)),
            abandons=None,
        )
    queue = erlang_a(agents, load, service_s, demand.patience_s)
    return Plan(
        agents=agents,
        load_erl=load,
        occupancy=float(queue.occupancy),
        waits=float(queue.waits),
        answered_within=_answered(agents, demand),
        mean_wait_s=float(queue.mean_wait_s),
        abandons=float(queue.abandons),
    )


def agents_for(demand: Demand, share: float) -> int:
    """Fewest agents that serve `share` of callers within the time promised.

    Raises BadQueue, NotAttainable. 80 % in 20 s, 100 calls an hour of 3 minutes:

    >>> agents_for(Demand(calls_per_hour=100, service_s=180), 0.80)
    8
    """
    if not 0 <= share < 1:
        raise BadQueue(f"share {share}")
    return _least(lambda agents: _answered(agents, demand) >= share)


def lines_for(load_erl: float, blocked: float) -> int:
    """Fewest lines that lose at most the share `blocked` of the calls offered.

    >>> lines_for(10.0, 0.01)
    18
    """
    if not 0 < blocked <= 1:
        raise BadQueue(f"blocked {blocked}")
    return _least(lambda lines: float(erlang_b(lines, load_erl)) <= blocked)


def best_occupancy(agents: int, ring_s: float, service_s: float, target: float) -> float:
    """Occupancy 0..1 that the best outbound pace can reach; the square-root law.

    The answers and the ends of talk inside one ring time differ by chance; the agents who
    stay free for it are the law's idle share. Good to a point from ten agents on and for
    targets near 1 to 3 % of abandoned calls; a rough guide below.

    >>> round(best_occupancy(20, 11.0, 140.0, 0.03), 2)
    0.9
    """
    if agents < 1 or not 0 < target < 1:
        raise BadQueue(f"{agents} agents, target {target}")
    if not 0 < ring_s < math.inf or not 0 < service_s < math.inf:
        raise BadQueue(f"ring {ring_s} s, service {service_s} s")
    z = _Z + 1.0 / math.sqrt(agents) + _Z_SLOPE * math.log(_Z_TARGET / target)
    z = max(z, 0.3)
    idle = z * math.sqrt(2.0 * ring_s / (service_s * agents))
    return 1.0 / (1.0 + ring_s / service_s) if idle >= 1 else 1.0 - idle


def open_loop_occupancy(agents: int, target: float) -> float:
    """Occupancy when calls answer blindly, as often as `target` allows (Erlang B)."""
    if agents < 1 or not 0 < target < 1:
        raise BadQueue(f"{agents} agents, target {target}")
    low, high = 0.0, 2.0 * agents / (1.0 - target)
    for _ in range(60):
        middle = (low + high) / 2
        fits = float(erlang_b(agents, middle)) <= target
        low, high = (middle, high) if fits else (low, middle)
    return low * (1.0 - target) / agents


def _answered(agents: int, demand: Demand) -> float:
    load, service_s, within_s = demand.load_erl, demand.service_s, demand.within_s
    if demand.patience_s is None:
        return 1.0 - float(erlang_c_longer(agents, load, service_s, within_s))
    served = erlang_a_answered(agents, load, service_s, demand.patience_s, within_s)
    return min(1.0, float(served))


def _least(is_enough: Callable[[int], bool]) -> int:
    """Smallest number from 0 to MOST that is enough; raises NotAttainable."""
    high = 1
    while not is_enough(high):
        if high >= MOST:
            raise NotAttainable(f"not with {MOST}")
        high = min(2 * high, MOST)
    low = high // 2 if high > 1 else -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
