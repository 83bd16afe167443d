"""A week of traffic leaves the core no larger than its first days did."""

from __future__ import annotations

import pickle

import pytest

from dialer.pacing import Decision, Event, Pacer, Snapshot
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts

DAY_S = 86_400.0


class Weighed:
    """A pacer weighed once a day, with all that it holds."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self.bytes: list[int] = []

    def observe(self, event: Event) -> None:
        self._pacer.observe(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        if now_s >= (len(self.bytes) + 1) * DAY_S:
            self.bytes.append(len(pickle.dumps(self._pacer)))
        return self._pacer.decide(now_s, floor)


@pytest.mark.timeout(1800)
def test_the_core_stays_as_large_over_a_week() -> None:
    floor = FloorScenario(
        name="week", about="", hours=7 * 24, target=0.03,
        shifts=Shifts(
            groups=(Group(agents=6),), break_every_s=7200.0, break_s=900.0,
        ),
        parts=(ListPart(share=1, p=0.1, known=True, noise=0.2), ListPart(share=1, p=0.3)),
    )  # fmt: skip
    core = Weighed(Pacer(floor.policy()))
    run = Floor(floor, core, 1, period_s=2.0).run()
    assert run.placed > 50_000
    assert len(core.bytes) >= 6
    assert max(core.bytes[3:]) <= 1.1 * max(core.bytes[1:3])
