"""The real core with its decisions and news kept for a look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialer.pacing import Decision, Event, Pacer, Placed, Policy, Resolved, Snapshot
from sim.world.floor.engine import Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts


@dataclass(frozen=True, slots=True)
class Moment:
    """What was decided, and how the floor was then."""

    at_s: float
    decision: Decision
    idle: int
    agents: int
    ages_s: dict[str, float]  # of the calls that rang

    def figure(self, name: str) -> float:
        """A figure of whichever reason gives it."""
        return next(r.figures[name] for r in self.decision.reasons if name in r.figures)


class Recorded:
    """Passes all on to a pacer."""

    def __init__(self, policy: Policy) -> None:
        self.pacer = Pacer(policy)
        self.events: list[Event] = []
        self.moments: list[Moment] = []

    def observe(self, event: Event) -> None:
        self.events.append(event)
        self.pacer.observe(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        decision = self.pacer.decide(now_s, floor)
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        ages_s = {call: now_s - since_s for call, since_s in floor.ringing.items()}
        self.moments.append(Moment(now_s, decision, floor.idle, agents, ages_s))
        return decision

    def placed_between(self, begin_s: float, end_s: float) -> int:
        return sum(
            isinstance(event, Placed) and begin_s <= event.at_s < end_s
            for event in self.events
        )

    def ends(self, outcome: str) -> list[Resolved]:
        return [e for e in self.events if isinstance(e, Resolved) and e.outcome == outcome]


def a_floor(agents: int = 20, p: float = 0.3, **changes: object) -> FloorScenario:
    floor = FloorScenario(
        name="core", about="", hours=1.0, target=0.03,
        shifts=Shifts(groups=(Group(agents=agents),)), parts=(ListPart(share=1.0, p=p),),
    )  # fmt: skip
    return replace(floor, **changes)  # type: ignore[arg-type]


def played(
    floor: FloorScenario, seed: int = 1, period_s: float = 0.5, **settings: object
) -> tuple[ShiftResult, Recorded]:
    """A shift with the scenario's own policy, or with some of its settings changed."""
    core = Recorded(replace(floor.policy(), **settings))  # type: ignore[arg-type]
    return Floor(floor, core, seed, period_s=period_s).run(), core
