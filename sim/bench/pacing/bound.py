"""The limit that a scenario is measured against. Pure.

The exact optimum of the memoryless floor with the scenario's means: agents who are there
(weighted by themselves when their number changes), ring time of those who answer, time in
talk and wrap-up, share of answers, cap of calls per second. Time away (breaks, agents
who leave for a while) and a cap of lines lower it, as do detection errors that count as
abandoned. It knows nothing of drifts,
blocks and scores, and has no patience: a pacer may end a little above it on a large floor.
"""

from __future__ import annotations

import numpy as np

from sim.world.floor.scenario import FloorScenario, value_at
from sim.world.floor.shifts import steps
from sim.world.limit import Analogue, solve

_STEP_S = 60.0
_SHIFTS = 20  # drawn, to know how long breaks are


def limit_of(floor: FloorScenario) -> float:
    """Occupancy 0..1 that no pacer can be expected to pass."""
    persons, service_s, ring_s = _means(floor)
    agents = present(floor)
    case = Analogue(
        agents=max(1, round(agents)),
        answer_share=round(persons, 2) or 0.01,
        target=_left_of_target(floor, persons),
        ring_s=round(ring_s, 1),
        service_s=round(service_s),
        max_cps=floor.max_cps,
    )
    best = solve(case).occupancy
    if floor.max_lines is not None:
        best = min(best, _by_lines(floor, persons, service_s, agents))
    return best * (1.0 - away(floor))


def away(floor: FloorScenario) -> float:
    """Share 0..1 of the time logged in that agents are on breaks, over some shifts."""
    logged_in_s = away_s = 0.0
    for number in range(_SHIFTS):
        gone: set[str] = set()
        for step in steps(floor, np.random.default_rng(number)):
            left_s = max(0.0, floor.end_s - step.at_s)
            if step.what == "in":
                logged_in_s += left_s
            elif step.agent in gone:
                continue
            elif step.what == "leave":
                away_s += min(step.away_s, left_s)
            else:
                gone.add(step.agent)
                logged_in_s -= left_s
    return away_s / logged_in_s if logged_in_s else 0.0


def _left_of_target(floor: FloorScenario, persons: float) -> float:
    """What the detector's own errors leave of the target, where they are charged to it.

    No pacing can help people who were taken for machines.
    """
    if floor.amd is None or not floor.amd_errors_count:
        return floor.target
    people = min(0.98, floor.mean_p * _level(floor))
    missed = people * floor.amd.person_as_machine
    left = (floor.target * (persons + missed) - missed) / persons
    return max(1e-4, left)


def present(floor: FloorScenario) -> float:
    """Agents logged in, each moment weighted by how many there are."""
    total = squares = 0.0
    for minute in range(int(floor.end_s / _STEP_S)):
        there = _there(floor, (minute + 0.5) * _STEP_S)
        total += there
        squares += there * there
    return squares / total if total else float(floor.agents)


def _there(floor: FloorScenario, at_s: float) -> float:
    shifts = floor.shifts
    there = sum(
        group.agents
        for group in shifts.groups
        if group.from_s + group.spread_s / 2 <= at_s < group.to_s - group.spread_s / 2
    )
    stay = 1.0
    for walkout in shifts.walkouts:
        if walkout.at_s <= at_s < walkout.at_s + walkout.back_after_s:
            stay *= 1.0 - walkout.share
    return there * stay


def _level(floor: FloorScenario) -> float:
    steps = max(1, int(floor.end_s / _STEP_S))
    return sum(value_at(floor.level, i * _STEP_S) for i in range(steps)) / steps


def _pace(floor: FloorScenario) -> float:
    steps = max(1, int(floor.end_s / _STEP_S))
    return sum(value_at(floor.pace, i * _STEP_S) for i in range(steps)) / steps


def _means(floor: FloorScenario) -> tuple[float, float, float]:
    """(share of calls taken for a person, their mean service, their mean ring time)."""
    people = min(0.98, floor.mean_p * _level(floor))
    machines = (1.0 - people) * floor.others.machine
    delay_s = 0.0
    if floor.amd is not None:
        people *= 1.0 - floor.amd.person_as_machine
        machines *= floor.amd.machine_as_person
        delay_s = floor.amd.delay.mean_s
    persons = people + machines
    talk_s = (
        people * floor.talk.mean_s * _pace(floor) + machines * floor.machine_talk.mean_s
    )
    rings = floor.rings
    ring_s = people * rings.human.mean_s + machines * rings.machine.mean_s
    ring_s = rings.post_dial.mean_s + ring_s / persons + delay_s
    return persons, talk_s / persons + floor.wrap.mean_s, ring_s


def _by_lines(
    floor: FloorScenario, persons: float, service_s: float, agents: float
) -> float:
    """Occupancy at which talks and the ringing that feeds them fill the lines."""
    others, rings = floor.others, floor.rings
    rest = 1.0 - persons
    refused = rest * (others.busy + others.invalid)
    rung_out = rest - refused
    held_s = persons * (rings.post_dial.mean_s + rings.human.mean_s)
    held_s += refused * (rings.post_dial.mean_s + rings.refusal.mean_s)
    held_s += rung_out * rings.limit_s
    talk_s = service_s - floor.wrap.mean_s
    lines_per_busy = talk_s / service_s + held_s / (persons * service_s)
    assert floor.max_lines is not None  # noqa: S101 - asked only then
    return floor.max_lines / (lines_per_busy * agents)
