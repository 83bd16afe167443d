"""When each agent logs in, takes breaks and leaves, drawn from the shifts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.world.floor.scenario import FloorScenario

What = Literal["in", "leave", "out"]


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """At `at_s` the agent comes, or leaves when free: for a while, or for good.

    `lent_s` of the while is work for others: no time on this floor. Who comes with a
    while begins with it.
    """

    at_s: float
    agent: str
    what: What
    away_s: float = 0.0
    lent_s: float = 0.0


def steps(scenario: FloorScenario, rng: np.random.Generator) -> list[Step]:
    """All that agents mean to do, in the order of time."""
    shifts, found = scenario.shifts, []
    number = 0
    for group in shifts.groups:
        early, late = rng.random((2, group.agents)) * group.spread_s
        phases = rng.random(group.agents)
        for i in range(group.agents):
            number += 1
            agent = f"a{number:04d}"
            begin, end = group.from_s + float(early[i]), group.to_s - float(late[i])
            found.append(Step(begin, agent, "in"))
            if end < scenario.end_s:
                found.append(Step(end, agent, "out"))
            if shifts.break_every_s < float("inf"):
                until = min(end, scenario.end_s)
                found += _breaks(scenario, agent, begin, until, float(phases[i]))
    found += _walkouts(scenario, number, rng)
    return sorted(found)


def _breaks(
    scenario: FloorScenario, agent: str, begin: float, end: float, phase: float
) -> list[Step]:
    every_s, away_s = scenario.shifts.break_every_s, scenario.shifts.break_s
    first = begin + every_s * (0.5 + phase)
    times = np.arange(first, end - away_s, every_s + away_s).tolist()
    return [Step(at_s, agent, "leave", away_s) for at_s in times]


def _walkouts(scenario: FloorScenario, agents: int, rng: np.random.Generator) -> list[Step]:
    found = []
    for walkout in scenario.shifts.walkouts:
        who = rng.permutation(agents)[: round(agents * walkout.share)]
        for i in who.tolist():
            agent = f"a{i + 1:04d}"
            if walkout.back_after_s < float("inf"):
                found.append(Step(walkout.at_s, agent, "leave", walkout.back_after_s))
            else:
                found.append(Step(walkout.at_s, agent, "out"))
    return found
