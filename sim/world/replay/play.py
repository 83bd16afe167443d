"""One shift of a recorded day under one setting. Pure.

The pacer inside is the one that drives the real switch. It begins with what it had seen
before that day, and follows the settings of the day as they changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from dialer.pacing import Decision, Event, Pacer, Policy, Snapshot
from sim.world.floor.engine import AnyPacer, Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import (
    FloorScenario,
    Group,
    ListPart,
    Others,
    Rings,
    Shifts,
)
from sim.world.replay.day import RecordedDay
from sim.world.replay.leads import ReplayedLeads

LARGE = 100  # agents from which foreseeing modes are asked by the clock alone
PERIOD_S, LARGE_PERIOD_S = 0.25, 0.5
FORESEEING = ("predictive", "erlang")

Plan = Sequence[tuple[float, Policy]]  # from that second on


class Following:
    """A pacer that is made anew when the setting changes, as the dialer does.

    `begun` has the plan's first policy and has seen `history`, what was before the day;
    a copy of it works.
    """

    def __init__(self, plan: Plan, begun: Pacer, history: Sequence[Event]) -> None:
        self._pacer = deepcopy(begun)
        self._next = list(plan[1:])
        self._seen: list[Event] | None = list(history) if self._next else None

    def observe(self, event: Event) -> None:
        self._pacer.observe(event)
        if self._seen is not None:
            self._seen.append(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        while self._next and self._next[0][0] <= now_s:
            _, policy = self._next.pop(0)
            self._pacer = Pacer(policy, self._seen)
        return self._pacer.decide(now_s, floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the pacer is asked: each `period_s`, and after every event if so."""

    period_s: float = PERIOD_S
    on_event: bool = True


def pace_of(day: RecordedDay, policy: Policy) -> Pace:
    """As the dialer does it.

    On large floors who comes free was foreseen, and the clock alone makes no difference.
    """
    if day.agents >= LARGE and policy.mode in FORESEEING:
        return Pace(period_s=LARGE_PERIOD_S, on_event=False)
    return Pace()


def floor_of(day: RecordedDay, policy: Policy, *, rings: float = 1.0) -> FloorScenario:
    """The floor on which the day is played; people and agents come from the record."""
    share = min(max(day.answer_share, 0.001), 0.98)
    return FloorScenario(
        name="replay",
        about="",
        hours=day.seconds / 3600.0,
        target=min(max(policy.limits[0][0], 1e-4), 0.999) if policy.limits else 0.5,
        shifts=Shifts(groups=(Group(agents=max(1, day.agents)),)),
        parts=(ListPart(share=1.0, p=share, known=day.scored),),
        rings=Rings(limit_s=day.ring_limit_s * rings),
        others=Others(machine=0.0, busy=0.0, invalid=0.0),
        threshold_s=day.threshold_s,
        max_cps=policy.max_cps,
        max_lines=policy.max_lines,
    )


def play(
    day: RecordedDay, floor: FloorScenario, pacer: AnyPacer, seed: int, *,
    pace: Pace, rings: float = 1.0,
) -> ShiftResult:  # fmt: skip
    """Play it once; `rings` is a factor on all ring times (1: as they were)."""
    return Floor(
        floor,
        pacer,
        seed,
        period_s=pace.period_s,
        on_event=pace.on_event,
        leads=ReplayedLeads(day, seed, rings=rings),
        steps=day.steps,
        closed=day.closed,
    ).run()
