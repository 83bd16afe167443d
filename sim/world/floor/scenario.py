"""What happens on a floor in virtual time, as values. Pure.

Times are seconds from the start of the shift, shares 0..1. `Points` are (time, value)
pairs joined by straight lines, level before the first and after the last; a step is two
points a second apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from dialer.pacing import Policy
from dialer.pacing.policy import ClockStart
from sim.world.floor.durations import ENDLESS, Duration

Points = tuple[tuple[float, float], ...]

# the field's usual figures
_POST_DIAL = Duration(shape="lognormal", mean_s=2.0, cv=0.4)
_HUMAN = Duration(shape="gamma", mean_s=9.0, cv=0.6)
_MACHINE = Duration(shape="gamma", mean_s=16.0, cv=0.25)
_REFUSAL = Duration(shape="lognormal", mean_s=1.5, cv=0.6)
_AMD_DELAY = Duration(shape="lognormal", mean_s=2.0, cv=0.3, most_s=5.0)
_TALK = Duration(shape="lognormal", mean_s=120.0, cv=1.0)
_WRAP = Duration(shape="lognormal", mean_s=20.0, cv=0.6)
_MACHINE_TALK = Duration(shape="lognormal", mean_s=6.0, cv=0.4)
_PATIENCE = Duration(shape="exponential", mean_s=15.0)
_GREETING_START = Duration(shape="lognormal", mean_s=0.4, cv=0.4)
_GREETING = Duration(shape="lognormal", mean_s=0.8, cv=0.4)


class BadFloor(ValueError):
    """A scenario of the floor that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """From placing to the end of ringing, by who ends it; `post_dial` is before all."""

    post_dial: Duration = _POST_DIAL
    human: Duration = _HUMAN
    machine: Duration = _MACHINE
    refusal: Duration = _REFUSAL  # busy, invalid
    limit_s: float = 25.0  # the caller gives up


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What the calls are that no person answers; what is left over rings out."""

    machine: float = 0.0
    busy: float = 0.15
    invalid: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """Leads with one chance of a person; `known` are scored, with a noise of the log."""

    share: float
    p: float
    known: bool = False
    noise: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Amd:
    """Detection of machines: how long it listens, how often it errs, what is reviewed."""

    delay: Duration = _AMD_DELAY
    person_as_machine: float = 0.05
    machine_as_person: float = 0.10
    reviewed: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Agents who log in around `from_s` and out around `to_s`, within `spread_s`."""

    agents: int
    from_s: float = 0.0
    to_s: float = float("inf")
    spread_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkout:
    """At one instant a share of the agents leaves, for good or for `back_after_s`."""

    at_s: float
    share: float
    back_after_s: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """When agents are there. Leaves are known to the pacer `announced_s` before."""

    groups: tuple[Group, ...]
    break_every_s: float = float("inf")
    break_s: float = 0.0
    walkouts: tuple[Walkout, ...] = ()
    announced_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Calls that come in, per hour over time; `target` is (share, within seconds)."""

    calls_per_hour: Points
    talk: Duration
    wrap: Duration
    patience: Duration
    target: tuple[float, float] = (0.8, 20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorScenario:
    """One shift. `level` multiplies the chance of a person, `pace` the talk times."""

    name: str
    about: str
    hours: float
    target: float
    shifts: Shifts
    parts: tuple[ListPart, ...]
    block: int = 0  # leads of one part in a row; 0: mixed
    leads: int | None = None
    level: Points = ((0.0, 1.0),)
    pace: Points = ((0.0, 1.0),)
    rings: Rings = Rings()
    others: Others = Others()
    talk: Duration = _TALK
    wrap: Duration = _WRAP
    machine_talk: Duration = _MACHINE_TALK
    patience: Duration = _PATIENCE
    greeting_start: Duration = _GREETING_START
    greeting: Duration = _GREETING
    amd: Amd | None = None
    amd_errors_count: bool = False
    clock_start: ClockStart = "connect"
    threshold_s: float = 2.0
    outages: tuple[tuple[float, float], ...] = ()
    max_cps: float | None = None
    max_lines: int | None = None
    inbound: Inbound | None = None
    tags: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for is_good, what in self._rules():
            if not is_good:
                raise BadFloor(f"{self.name}: {what}")

    def _rules(self) -> list[tuple[bool, str]]:
        others = self.others
        return [
            (0 < self.hours <= 24 * 7, f"hours {self.hours}"),
            (0 < self.target < 1, f"target {self.target}"),
            (self.clock_start in get_args(ClockStart), f"clock_start {self.clock_start}"),
            (self.agents >= 1, "no agents"),
            (all(0 < p.p < 1 and p.share > 0 for p in self.parts), "p and share of a part"),
            (bool(self.parts), "no part of a list"),
            (self.block >= 0 and (self.leads is None or self.leads > 0), "block, leads"),
            (others.machine + others.busy + others.invalid <= 1, "others add up to over 1"),
            (min(others.machine, others.busy, others.invalid) >= 0, "a negative share"),
            (_rising(self.level) and _rising(self.pace), "points out of order"),
            (all(value > 0 for _, value in (*self.level, *self.pace)), "a factor of 0"),
            (all(0 <= a < b for a, b in self.outages), "outages"),
            (self.max_cps is None or self.max_cps > 0, f"max_cps {self.max_cps}"),
            (self.max_lines is None or self.max_lines > 0, f"max_lines {self.max_lines}"),
            (self.rings.limit_s > 0 and self.threshold_s > 0, "ring limit, threshold"),
            (all(0 < w.share <= 1 for w in self.shifts.walkouts), "share of a walkout"),
            (
                self.inbound is None or _rising(self.inbound.calls_per_hour),
                "inbound points",
            ),
        ]

    @property
    def end_s(self) -> float:
        return self.hours * 3600.0

    @property
    def agents(self) -> int:
        return sum(group.agents for group in self.shifts.groups)

    @property
    def mean_p(self) -> float:
        """Chance of a person over the list, before `level`."""
        shares = sum(part.share for part in self.parts)
        return sum(part.share * part.p for part in self.parts) / shares

    @property
    def scored(self) -> bool:
        return any(part.known for part in self.parts)

    def policy(self) -> Policy:
        """The pacer's settings: the target over the whole shift."""
        return Policy(
            limits=((self.target, self.end_s),),
            threshold_s=self.threshold_s,
            clock_start=self.clock_start,
            amd=self.amd is not None,
            amd_errors_count=self.amd_errors_count,
            inbound_target=None if self.inbound is None else self.inbound.target,
        )


def value_at(points: Points, at_s: float) -> float:
    """Read points at one instant.

    >>> value_at(((0, 1.0), (10, 3.0)), 5)
    2.0
    """
    before = points[0]
    for point in points:
        if point[0] > at_s:
            span = point[0] - before[0]
            share = (at_s - before[0]) / span if span > 0 else 0.0
            return before[1] + share * (point[1] - before[1])
        before = point
    return before[1]


def memoryless(
    *, agents: int, p: float, target: float, hours: float, ring_s: float, service_s: float
) -> FloorScenario:
    """The floor without memory that `limit` solves: exponential, without patience."""
    exponential = Duration(shape="exponential", mean_s=ring_s, most_s=1e9)
    none = Duration(shape="constant", mean_s=0.0)
    return FloorScenario(
        name=f"memoryless-{agents}-{p}", about="", hours=hours, target=target,
        shifts=Shifts(groups=(Group(agents=agents),)),
        parts=(ListPart(share=1.0, p=p),),
        rings=Rings(
            post_dial=none, human=exponential, machine=exponential, refusal=exponential,
            limit_s=1e12,
        ),
        others=Others(machine=0.0, busy=1.0, invalid=0.0),
        talk=Duration(shape="exponential", mean_s=service_s, most_s=1e9),
        wrap=none, patience=ENDLESS, threshold_s=1e-9,
    )  # fmt: skip


def _rising(points: Points) -> bool:
    times = [at_s for at_s, _ in points]
    return bool(points) and times == sorted(times)
