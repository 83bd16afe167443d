"""Predictive pacing: launch while the risk of the last call is worth its price. Pure.

The number of calls is the largest for which the chance that the last one, when a person
answers it, finds no agent stays at the price of a drop (`price.py`), averaged over
quantiles of the time to an answer. The risk really run is fed back to the price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.abandonment import Allowance
from dialer.pacing.counts import shortage
from dialer.pacing.forecast import Forecast, most_calls
from dialer.pacing.foresight import chances_soon, foresee, weights_of
from dialer.pacing.learning import Learning
from dialer.pacing.ringing import BIN_S
from dialer.pacing.snapshot import Snapshot

Floats = NDArray[np.float64]

REBUILD_S = 15.0
_REBUILD_EARLY_S = 3.0
_EARLY_CALLS = 400
_PART_S = 0.5  # a part of the new tables for each half second that passed
_CANCEL_FROM = 0.6  # chance of finding nobody at which old calls are given up at the latest
_CANCEL_LEAST, _CANCEL_PER_THETA = 0.02, 8.0
_RING_TIME_S = 25.0
_KNOWN_ANSWERS = 10
_KNOWN_CALLS = 30


@dataclass(slots=True)
class Plan:
    """What predictive pacing would do, and the figures that say why."""

    calls: int
    cancels: tuple[str, ...]
    theta: float
    risk: float  # of the next call, if it were placed
    soon_free: float
    answers: float


class Predictive:
    """Keeps the tables fresh and plans."""

    def __init__(self, learning: Learning, min_ring_s: float) -> None:
        self._learnt = learning
        self._rebuilt_s = self._looked_s = float("-inf")
        self._begun_s: float | None = None
        self._answers_per_s = 0.0
        self._no_agent = 0.0
        self._at_price = False
        self._min_ring_s = min_ring_s

    def look(self, now_s: float, floor: Snapshot, free: int) -> Forecast:
        """Settle what happened since the last look and foresee the next ring times."""
        learnt = self._learnt
        ages = now_s - np.fromiter(floor.ringing.values(), np.float64, len(floor.ringing))
        weights = weights_of(learnt, floor)
        self._ages, self._weights = ages, weights
        bins = learnt.ringing.bins(ages)
        sums = learnt.ringing.add_up(bins, weights)
        learnt.settle(sums.expected)
        if self._begun_s is None:
            self._begun_s = now_s
        if self._rebuild(now_s, floor, ages, weights):
            sums = learnt.ringing.add_up(bins, weights)
        self._forecast, slack = foresee(learnt, now_s, floor, free, sums)
        self._weigh_now(sums.hazard, floor, free, slack)
        return self._forecast

    def _rebuild(
        self, now_s: float, floor: Snapshot, ages: Floats, weights: Floats | None
    ) -> bool:
        """Tables of rings, then those of agents, a part at each decision.

        True when those of rings are new.
        """
        learnt, freeing = self._learnt, self._learnt.freeing
        passed_s, self._looked_s = now_s - self._looked_s, now_s
        if passed_s == float("inf"):
            learnt.begin_frees(now_s, floor.talking, floor.wrapping)
            while freeing.busy:
                freeing.go_on()
        elif freeing.busy:
            for _ in range(1 + int(min(passed_s, 5.0) / _PART_S)):
                if freeing.busy:
                    freeing.go_on()
        else:
            early = learnt.ringing.calls < _EARLY_CALLS
            if now_s - self._rebuilt_s >= (_REBUILD_EARLY_S if early else REBUILD_S):
                learnt.rebuild_rings(ages, weights)
                self._rebuilt_s = now_s
                learnt.begin_frees(now_s, floor.talking, floor.wrapping)
                return True
        return False

    def plan(self, now_s: float, floor: Snapshot, allowance: Allowance, cap: int) -> Plan:
        """Return the calls to place, at most `cap`, and the old ones to give up."""
        forecast = self._forecast
        theta = self._learnt.price.theta(allowance.share, allowance.limit)
        risk = forecast.chance_of_drop(0.0)
        calls = 0
        if risk <= theta:
            weights = [self._learnt.weight_of(p) for p in floor.next_scores[:cap]]
            calls = most_calls(forecast, theta, weights, cap)
        self._at_price = (
            calls < cap or risk > theta
        )  # else something other than the price kept us back
        middle = len(forecast.free) // 2
        return Plan(
            calls=calls,
            cancels=self.give_up(now_s, floor, theta),
            theta=theta,
            risk=risk,
            soon_free=forecast.done[middle][0],
            answers=forecast.answered[middle][0],
        )

    def learn_price(self, seconds: float, share: float, limit: float) -> None:
        """Feed back the risk run since the last look."""
        answers = self._answers_per_s * seconds
        risk = answers * self._no_agent
        if share > 0.0 and (self._at_price or risk > 0.0):
            self._learnt.price.learn(seconds, answers, risk, share, limit)

    def starting(self, now_s: float) -> bool:
        """Until answers are known, and one ring time of calls has been seen."""
        learnt = self._learnt
        known = learnt.answers >= _KNOWN_ANSWERS or learnt.ringing.calls >= _KNOWN_CALLS
        return not known or now_s - (self._begun_s or 0.0) < _RING_TIME_S

    def give_up(self, now_s: float, floor: Snapshot, theta: float) -> tuple[str, ...]:
        """Old calls that would likely find nobody: the oldest, as few as will do.

        What was placed in a good moment is no debt in a bad one; the dearer a drop, the
        sooner it is given up.
        """
        forecast, ages = self._forecast, self._ages
        most = min(_CANCEL_FROM, _CANCEL_LEAST + _CANCEL_PER_THETA * theta)
        soon = (forecast.free[0], forecast.done[0])
        mean, variance = forecast.answered[0]
        if not len(ages) or ages.max() < self._min_ring_s:
            return ()
        if shortage(*soon, (mean, variance)) <= most:
            return ()
        old = np.flatnonzero(ages >= self._min_ring_s)
        chances = chances_soon(self._learnt, ages[old], self._take_weights(old))
        ringing = list(floor.ringing)
        calls = sorted(
            (-age, ringing[at], chance)
            for at, age, chance in zip(
                old.tolist(), ages[old].tolist(), chances.tolist(), strict=True
            )
        )
        cancels = []
        for _, call, chance in calls:
            cancels.append(call)
            mean, variance = mean - chance, variance - chance * (1.0 - chance)
            if shortage(*soon, (max(0.0, mean), max(0.0, variance))) <= most:
                break
        return tuple(cancels)

    def _take_weights(self, which: NDArray[np.intp]) -> Floats | None:
        return None if self._weights is None else self._weights[which]

    def _weigh_now(
        self, hazard: float, floor: Snapshot, free: int, slack: tuple[float, float]
    ) -> None:
        """How many people answer now, and the chance that one of them finds nobody.

        Calls that are undecided come before: their verdicts take agents first.
        """
        self._answers_per_s = hazard * self._learnt.level.mean / BIN_S
        share = self._learnt.detector.person_share
        before = self._answers_per_s * 0.125
        others = len(floor.undecided) * share
        self._no_agent = 0.0
        if free < 6 + before + others:
            taken = (before + others, before + others * (1.0 - share))
            self._no_agent = shortage(free, slack, taken)
