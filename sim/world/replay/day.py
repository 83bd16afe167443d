"""A day as it was recorded, as values. Pure.

Times are seconds from the first call that is looked at; shares 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from dialer.pacing.events import CallOutcome
from sim.world.floor.result import ShiftResult
from sim.world.floor.shifts import Step
from sim.world.floor.staff import Spans

FIGURES = ("occupancy", "abandoned_share", "talk_min_per_agent_hour")


class DayCall(NamedTuple):
    """One call. `after_s` runs from placing to the answer, or to the end without one.

    A `cancelled` call was given up then: what would have come of it is not known.
    `waited_s`, of who answered: until joined with an agent, gone, or lost.
    """

    at_s: float
    outcome: CallOutcome
    after_s: float
    score: float | None = None  # chance that a person answers, if the list knew
    waited_s: float | None = None
    left: bool = False  # hung up within the threshold, and nobody had been joined
    talk_s: float | None = None  # None: nobody talked, or it had not ended
    wrap_s: float | None = None

    @property
    def talked(self) -> bool:
        """Whether talk and wrap-up are both known."""
        return self.talk_s is not None and self.wrap_s is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What was done, in figures that a shift in virtual time has too."""

    placed: int
    answered: int
    abandoned: int
    talk_s: float
    wrap_s: float
    logged_in_s: float  # breaks included; without what was done for others

    @property
    def occupancy(self) -> float:
        return (self.talk_s + self.wrap_s) / self.logged_in_s if self.logged_in_s else 0.0

    @property
    def abandoned_share(self) -> float:
        return self.abandoned / self.answered if self.answered else 0.0

    @property
    def talk_min_per_agent_hour(self) -> float:
        return 60.0 * self.talk_s / self.logged_in_s if self.logged_in_s else 0.0

    @property
    def figures(self) -> dict[str, float]:
        """By the names of FIGURES."""
        return {name: float(getattr(self, name)) for name in FIGURES}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """Everything that playing the day again needs; nothing of what would explain it."""

    seconds: float
    hour_s: float  # seconds into the hour at which it begins
    calls: tuple[DayCall, ...] = field(repr=False)  # in the order of placing
    steps: tuple[Step, ...] = field(repr=False)  # agents who come, go, work for others
    closed: Spans  # nobody was rung though agents were free
    agents: int
    worked: Worked
    ring_limit_s: float
    threshold_s: float
    scored: bool = False  # the pacer was told the calls' scores

    @property
    def answer_share(self) -> float:
        """Of the calls that the network took to an end."""
        ended = [call for call in self.calls if call.outcome not in ("failed", "cancelled")]
        answers = sum(call.outcome == "human" for call in ended)
        return answers / len(ended) if ended else 0.0


def figures_of(shift: ShiftResult) -> dict[str, float]:
    """The same figures of a shift in virtual time."""
    return {name: float(getattr(shift, name)) for name in FIGURES}
