"""Predictive pacing: launch while the risk of the last call is worth its price. Pure.

The number of calls is the largest for which the chance that the last one, when a person
answers it, finds no agent stays at the price of a drop (`price.py`), averaged over
quantiles of the time to an answer. The risk really run is fed back to the price.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.abandonment import Allowance
from dialer.pacing.counts import shortage
from dialer.pacing.forecast import Forecast, counted, most_calls
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
        weights = self._weights(floor)
        self._ages = ages
        bins = learnt.ringing.bins(ages)
        learnt.settle(bins, weights)
        if self._begun_s is None:
            self._begun_s = now_s
        self._rebuild(now_s, floor, ages, weights)
        done, slack = self._freed(now_s, floor)
        self._forecast = self._answered(bins, weights, floor, done)
        self._leave(now_s, floor, free)
        self._weigh_now(bins, weights, floor, free, slack)
        return self._forecast

    def _rebuild(
        self, now_s: float, floor: Snapshot, ages: Floats, weights: Floats | None
    ) -> None:
        """Tables of rings, then those of agents, a part at each decision."""
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
        calls = [
            (since_s, call, chance)
            for (call, since_s), chance in zip(
                floor.ringing.items(), self._soon.tolist(), strict=True
            )
            if now_s - since_s >= self._min_ring_s
        ]
        cancels = []
        for _, call, chance in sorted(calls):
            cancels.append(call)
            mean, variance = mean - chance, variance - chance * (1.0 - chance)
            if shortage(*soon, (max(0.0, mean), max(0.0, variance))) <= most:
                break
        return tuple(cancels)

    def _weights(self, floor: Snapshot) -> Floats | None:
        learnt = self._learnt
        if learnt.score is None and not floor.scores:
            return None
        live = learnt.ledger.live
        unit = learnt.weight_of(1.0) if learnt.score is not None else 1.0
        scores = floor.scores
        ordinary = learnt.weight_of(None)
        return np.array(
            [
                scores[call] * unit
                if call in scores
                else (live[call].weight if call in live else ordinary)
                for call in floor.ringing
            ]
        )

    def _freed(
        self, now_s: float, floor: Snapshot
    ) -> tuple[list[tuple[float, float]], tuple[float, float]]:
        """Agents who come free by each horizon, and within what a person waits."""
        rows = self._learnt.freeing.chances(now_s, floor.talking, floor.wrapping)
        *pairs, slack = zip(*counted(rows), strict=True)
        return pairs, slack

    def _answered(
        self,
        bins: NDArray[np.intp],
        weights: Floats | None,
        floor: Snapshot,
        done: list[tuple[float, float]],
    ) -> Forecast:
        learnt = self._learnt
        ratio = learnt.level.mean / learnt.ringing.level
        chances = learnt.ringing.answers.take(bins, axis=0) * ratio
        if weights is not None:
            chances = chances * weights[:, None]
        np.minimum(chances, 0.98, out=chances)
        self._soon: Floats = chances[:, 0]
        means, variances = counted(chances)
        if floor.undecided:
            share = learnt.detector.person_share
            means = [m + len(floor.undecided) * share for m in means]
            variances = [v + len(floor.undecided) * share * (1 - share) for v in variances]
        new = np.minimum(learnt.ringing.answers[0] * ratio, 0.98).tolist()
        return Forecast(
            free=[],
            done=done,
            answered=list(zip(means, variances, strict=True)),
            new_call=new,
            doubt=1.0 / sqrt(learnt.freeing.talks.count + 8.0),
            spread=hypot(learnt.level.spread, 1.0 / sqrt(learnt.answers + 4.0)),
        )

    def _leave(self, now_s: float, floor: Snapshot, free: int) -> None:
        """Take out agents who go before each horizon, and set who is free."""
        forecast, freeing = self._forecast, self._learnt.freeing
        later_s = self._learnt.detector.need_to_limit_s
        horizons = [t + later_s for t in self._learnt.ringing.horizons_s]
        forecast.free = [free] * len(horizons)
        last = len(freeing.after_talk) - 1
        for agent, at_s in floor.leaving.items():
            table, since_s = freeing.after_talk, floor.talking.get(agent)
            if since_s is None:
                table, since_s = freeing.after_wrap, floor.wrapping.get(agent)
            for k, horizon_s in enumerate(horizons):
                if at_s > now_s + horizon_s:
                    continue
                if since_s is None:
                    forecast.free[k] -= int(at_s > now_s)
                else:
                    p = float(table[min(last, int(now_s - since_s)), k])
                    mean, variance = forecast.done[k]
                    forecast.done[k] = (
                        max(0.0, mean - p),
                        max(0.0, variance - p * (1 - p)),
                    )

    def _weigh_now(
        self,
        bins: NDArray[np.intp],
        weights: Floats | None,
        floor: Snapshot,
        free: int,
        slack: tuple[float, float],
    ) -> None:
        """How many people answer now, and the chance that one of them finds nobody.

        Calls that are undecided come before: their verdicts take agents first.
        """
        hazard = self._learnt.ringing.hazard.take(bins)
        rate = float(hazard.sum() if weights is None else hazard @ weights)
        self._answers_per_s = rate * self._learnt.level.mean / BIN_S
        share = self._learnt.detector.person_share
        before = self._answers_per_s * 0.125
        others = len(floor.undecided) * share
        self._no_agent = 0.0
        if free < 6 + before + others:
            taken = (before + others, before + others * (1.0 - share))
            self._no_agent = shortage(free, slack, taken)
