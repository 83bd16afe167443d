"""How many calls to place now: one for each free agent, never more.

Pure: no clock, no I/O, no randomness. Each call that rings, or was answered and is
not joined yet, holds one agent of its own, so no call is ever without one unless an
agent leaves. The budget of abandoned calls is counted exactly, though this mind
never spends it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialer.pacing.events import Abandoned, Event, Placed, Resolved
from dialer.pacing.policy import Policy
from dialer.pacing.rate import CallsPerSecond


class ClockWentBack(ValueError):
    """An instant lies before one that was already seen."""


class ImpossibleSnapshot(ValueError):
    """Counts or ages in the snapshot cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The floor at one instant; every `_s` is an instant on the clock of `now_s`.

    `room` is the most calls that lines, seats and leads left allow now.
    """

    idle: int
    room: int
    waiting: Mapping[str, float] = field(default_factory=dict)
    inbound_waiting: Mapping[str, float] = field(default_factory=dict)
    talking: Mapping[str, float] = field(default_factory=dict)
    wrapping: Mapping[str, float] = field(default_factory=dict)
    ringing: Mapping[str, float] = field(default_factory=dict)
    undecided: Mapping[str, float] = field(default_factory=dict)
    leaving: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    next_scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`held` agents are kept for inbound calls; `reasons` name the bounds that bind."""

    calls: int
    cancels: tuple[str, ...] = ()
    held: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Budget:
    """Calls answered by a person and abandoned calls in one rolling window."""

    share: float
    window_s: float
    humans: deque[float] = field(default_factory=deque)
    abandoned: deque[float] = field(default_factory=deque)

    def forget(self, now_s: float) -> None:
        for instants in (self.humans, self.abandoned):
            while instants and instants[0] <= now_s - self.window_s:
                instants.popleft()

    @property
    def rate(self) -> float:
        """Abandoned / answered by a person, 0 when nobody answered."""
        return len(self.abandoned) / len(self.humans) if self.humans else 0.0


class Pacer:
    """Decides for one campaign. `history` refills its memory after a restart."""

    def __init__(self, policy: Policy, history: Iterable[Event] | None = None) -> None:
        self.policy = policy
        self.budgets = [Budget(share, window_s) for share, window_s in policy.limits]
        self._rate = None if policy.max_cps is None else CallsPerSecond(policy.max_cps)
        self._now_s = float("-inf")
        for event in history or ():
            self.observe(event)

    def observe(self, event: Event) -> None:
        """Learn one fact; raises ClockWentBack."""
        self._move_to(event.at_s)
        match event:
            case Placed() if self._rate is not None:
                self._rate.count(event.at_s)
            case Resolved(outcome="human"):
                for budget in self.budgets:
                    budget.humans.append(event.at_s)
            case Abandoned():
                for budget in self.budgets:
                    budget.abandoned.append(event.at_s)
            case _:
                pass  # one to one needs no model of rings and talks

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        """Return how many calls to place; raises ClockWentBack, ImpossibleSnapshot."""
        self._move_to(now_s)
        _check(now_s, floor)
        spoken_for = len(floor.waiting) + len(floor.undecided) + len(floor.ringing)
        held = min(len(floor.inbound_waiting), floor.idle)
        free = floor.idle - held - spoken_for
        bounds = {"one_to_one": max(0, free), "no_room": floor.room}
        if self._rate is not None:
            bounds["calls_per_second"] = self._rate.left(now_s)
        if self.policy.max_lines is not None:
            lines = len(floor.talking) + spoken_for
            bounds["lines"] = max(0, self.policy.max_lines - lines)
        calls = min(bounds.values())
        reasons = tuple(name for name, bound in bounds.items() if bound == calls)
        return Decision(calls=calls, held=held, reasons=reasons)

    def _move_to(self, at_s: float) -> None:
        if at_s < self._now_s:
            raise ClockWentBack(f"{at_s} after {self._now_s}")
        self._now_s = at_s
        for budget in self.budgets:
            budget.forget(at_s)


def _check(now_s: float, floor: Snapshot) -> None:
    if floor.idle < 0 or floor.room < 0:
        raise ImpossibleSnapshot(f"idle {floor.idle}, room {floor.room}")
    for name in (
        "waiting",
        "inbound_waiting",
        "talking",
        "wrapping",
        "ringing",
        "undecided",
    ):
        for key, since_s in getattr(floor, name).items():
            if since_s > now_s:
                raise ImpossibleSnapshot(f"{name} {key} begins in the future")
