"""The budget of abandoned calls: what was spent in a window, what may still be. Pure.

A window rolls. While it is younger than its length (a shift is a window as long as
itself) nothing leaves it, and the plan runs to the window's end; afterwards the plan
looks some way ahead, and what will have left the window by then is known. Counts are
kept in slots of a thousandth of the window: a person's answer is forgotten a slot too
early and an abandoned call a slot too late, never the other way round.

Drops come several at a time on a large floor; the last ones are planned by such clusters.
When not even one is left, a risk of a few hundredths of a drop over all the rest is still
far better than one call for each agent, which halves the answers that would repay it: that
is for a budget that full work could not earn back.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, floor, sqrt

import numpy as np
from numpy.typing import NDArray

_SLOTS = 1024
_FARTHEST_S = 7200.0  # no plan for a window longer than a day's work looks farther
_DAYS_WORK_S = 43_200.0
_AIM = 0.98  # of the limit
_LESS = 0.1  # of the work to come would not be done without a drop to spare
_SHORTFALL = 2.0  # standard deviations by which answers may stay below the plan
_LAST_RISK = 0.06  # drops that may be expected of all the work after the last one allowed
_REPAID_WITHIN = 0.25  # of the window, at least: it rolls on; else one to one
_CLUSTER_S = 12.0  # drops closer than this have one cause
_BELIEF = 3.0  # clusters of one drop that are believed before any is seen
_ANSWERS_FIRST = 30.0  # from which the share of people missed is believed


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one limit allows: a price target, and whether one more drop can be repaid."""

    share: float  # of the coming answers that may be abandoned; 0: one to one
    drops_left: float  # that drop-free work to the plan's end would repay
    answers_left: float  # people expected to answer until then
    limit: float  # the share that was set
    window_s: float


class Budget:
    """Calls answered by a person and abandoned calls in one rolling window."""

    def __init__(self, share: float, window_s: float) -> None:
        self.share = share
        self.window_s = window_s
        self._slot_s = window_s / _SLOTS
        self._humans: NDArray[np.float64] = np.zeros(_SLOTS + 2)
        self._abandoned: NDArray[np.float64] = np.zeros(_SLOTS + 2)
        self._newest: int | None = None
        self._begun_s: float | None = None
        self.humans = 0.0
        self.abandoned = 0.0
        self._answers = self._missed = 0.0  # ever
        self._drops = self._clusters = _BELIEF
        self._dropped_s = float("-inf")

    def human(self, at_s: float, count: float = 1.0) -> None:
        """A person answered (`count` below 1: the expected part of a doubtful one)."""
        self._humans[self._slot(at_s)] += count
        self.humans += count
        self._answers += count

    def abandon(self, at_s: float) -> None:
        """A call was abandoned; it was counted as a person's answer before."""
        self._abandoned[self._slot(at_s)] += 1.0
        self.abandoned += 1.0
        self._clusters += at_s - self._dropped_s > _CLUSTER_S
        self._drops += 1.0
        self._dropped_s = at_s

    def miss(self, at_s: float, people: float) -> None:
        """People were taken for machines: they answered, and were abandoned.

        A part of one while that is only suspected; negative when it is taken back.
        """
        slot = self._slot(at_s)
        self._humans[slot] += people
        self._abandoned[slot] += people
        self.humans += people
        self.abandoned += people
        self._missed += people

    def begin(self, now_s: float) -> None:
        """Work begins, so that an empty shift has a beginning too."""
        if self._begun_s is None:
            self._begun_s = now_s

    def forget(self, now_s: float) -> None:
        """Let go what left the window."""
        if self._newest is not None:
            self._slot(now_s)

    @property
    def rate(self) -> float:
        """Abandoned / answered by a person, 0 when nobody answered."""
        return max(0.0, self.abandoned) / self.humans if self.humans > 0.5 else 0.0

    def allowance(
        self, now_s: float, answers_per_s: float, most: float, full: float = 1.0
    ) -> Allowance:
        """Plan the rest; at most `most` people can still answer (leads, agents leaving).

        `full` times as many would answer if no agent were ever idle.
        """
        begun_s = self._begun_s if self._begun_s is not None else now_s
        left_s = self.window_s - (now_s - begun_s)

        per_s = max(0.0, answers_per_s)
        repaid_s = min(self.window_s * _REPAID_WITHIN, _FARTHEST_S)

        def plan(ahead_s: float) -> Allowance:
            at_most = min(full * per_s * max(ahead_s, repaid_s), most)
            return self._plan(now_s, ahead_s, min(per_s * ahead_s, most), at_most)

        if self.window_s > _DAYS_WORK_S:
            return plan(min(max(left_s, self.window_s / 8), _FARTHEST_S))
        if left_s > 0:
            return plan(max(left_s, 1.0))
        near, far = plan(self.window_s / 16), plan(self.window_s / 4)
        return near if near.share < far.share else far

    def _plan(
        self, now_s: float, ahead_s: float, coming: float, at_most: float
    ) -> Allowance:
        """`coming` people will answer; `at_most` could still repay a drop."""
        humans, abandoned = self._kept(now_s, ahead_s)
        missed = coming * max(0.0, self._missed) / (self._answers + _ANSWERS_FIRST)
        humans, abandoned = humans + missed, abandoned + missed
        together = self._drops / self._clusters
        planned = self._spend(humans, coming, abandoned, 1.0)
        wanting = 1.0 - min(1.0, planned / max(self.share * coming, 1e-9))
        planned = self._spend(humans, coming, abandoned, 1.0 - _LESS * wanting)
        last = together * _LAST_RISK * coming / max(humans + coming, 1.0)
        planned = max(planned, last)
        if self.share <= 0.0 or self.share * (humans + at_most) < abandoned:
            planned = 0.0
        return Allowance(
            share=min(1.0, planned / max(coming, 1.0)),
            drops_left=self.share * (humans + coming) - abandoned,
            answers_left=coming,
            limit=self.share,
            window_s=self.window_s,
        )

    def _spend(self, humans: float, coming: float, abandoned: float, work: float) -> float:
        """Drops to spend when that share of the usual work is done until the end."""
        together = self._drops / self._clusters
        short = sqrt(coming + 1.0)
        sure = humans + work * coming - _SHORTFALL * short
        left = (_AIM * self.share * sure - abandoned) / together
        return together * _spread(left, self.share * short / together)

    def _kept(self, now_s: float, ahead_s: float) -> tuple[float, float]:
        """Of what is in the window now, how much will still be in it then."""
        if self._newest is None:
            return self.humans, self.abandoned
        first = floor((now_s + ahead_s - self.window_s) / self._slot_s)
        oldest = self._newest - _SLOTS
        if first < oldest:
            return self.humans, self.abandoned
        gone = np.arange(oldest, min(first, self._newest) + 1) % (_SLOTS + 2)
        humans = self.humans - float(self._humans[gone].sum())
        return humans, self.abandoned - float(self._abandoned[gone[:-1]].sum())

    def _slot(self, at_s: float) -> int:
        """Index of the instant's slot, after clearing what its window does not hold."""
        slot = floor(at_s / self._slot_s)
        if self._newest is None:
            self._newest = slot
            self.begin(at_s)
        if slot > self._newest:
            size = _SLOTS + 2
            if slot - self._newest >= size:
                self._humans[:] = self._abandoned[:] = 0.0
                self.humans = self.abandoned = 0.0
            for new in range(max(self._newest + 1, slot - size + 1), slot + 1):
                late, early = (new - _SLOTS - 1) % size, (new - _SLOTS) % size
                self.humans -= float(self._humans[early])
                self._humans[early] = 0.0
                self.abandoned -= float(self._abandoned[late])
                self._abandoned[late] = 0.0
            self._newest = slot
        return slot % (_SLOTS + 2)


def _spread(drops: float, doubt: float) -> float:
    """How many of the drops left to plan with, so that the last ones last to the end.

    The best rate with k drops left and time T for a concave gain of the square-root
    kind is c(k) / T, c = 0.5, 1.3, 2.2, 3.1, ...: a little less than k / T. Below one it
    is the less the surer it is (`doubt` is a standard deviation) that none is left.
    """
    if drops < 1.0:
        return 0.5 * exp(max(-50.0, (drops - 1.0) / max(doubt, 1e-3)))
    return drops - 0.9 + 0.4 / drops
