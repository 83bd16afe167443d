"""What the models say of this floor: who comes free, who answers, by each horizon. Pure."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.forecast import Count, Forecast, counted
from dialer.pacing.learning import Learning
from dialer.pacing.ringing import Sums
from dialer.pacing.snapshot import Snapshot

Floats = NDArray[np.float64]

_SUREST = 0.98  # chance of one call's answer


def foresee(
    learnt: Learning, now_s: float, floor: Snapshot, free: int, sums: Sums
) -> tuple[Forecast, Count]:
    """Foresee the next ring times, and who comes free within what a person waits."""
    rows = learnt.freeing.chances(now_s, floor.talking, floor.wrapping)
    *done, slack = zip(*counted(rows), strict=True)
    forecast = Forecast(
        free=[free] * len(done),
        done=done,
        answered=_answered(learnt, floor, sums),
        new_call=[min(_SUREST, q * _ratio(learnt)) for q in learnt.ringing.of_new_call],
        doubt=1.0 / sqrt(learnt.freeing.talks.count + 8.0),
        spread=hypot(learnt.level.spread, 1.0 / sqrt(learnt.answers + 4.0)),
    )
    if floor.leaving:
        _leave(forecast, learnt, now_s, floor)
    return forecast, slack


def _ratio(learnt: Learning) -> float:
    """The level of answers now over that of the tables."""
    return learnt.level.mean / learnt.ringing.level


def _answered(learnt: Learning, floor: Snapshot, sums: Sums) -> list[Count]:
    ratio, most = _ratio(learnt), _SUREST * len(floor.ringing)
    counts = []
    share, undecided = learnt.detector.person_share, len(floor.undecided)
    for chances, squares in zip(sums.answers, sums.squares, strict=True):
        mean = min(most, chances * ratio)
        variance = max(0.0, mean - squares * ratio * ratio)
        counts.append(
            (mean + undecided * share, variance + undecided * share * (1.0 - share))
        )
    return counts


def chances_soon(learnt: Learning, ages_s: Floats, weights: Floats | None) -> Floats:
    """Of each call's answer by the nearest horizon."""
    rings = learnt.ringing
    chances = rings.answers[rings.bins(ages_s), 0] * _ratio(learnt)
    if weights is not None:
        chances *= weights
    soon: Floats = np.minimum(chances, _SUREST)
    return soon


def weights_of(learnt: Learning, floor: Snapshot) -> Floats | None:
    """Of each ringing call, as multiples of an ordinary one; None: all are ordinary."""
    if learnt.score is None and not floor.scores:
        return None
    unit = learnt.weight_of(1.0) if learnt.score is not None else 1.0
    scores, ringing = floor.scores, floor.ringing
    if scores.keys() >= ringing.keys():
        return unit * np.fromiter(
            map(scores.__getitem__, ringing), np.float64, len(ringing)
        )
    live, ordinary = learnt.ledger.live, learnt.weight_of(None)
    return np.array(
        [
            scores[call] * unit
            if call in scores
            else (live[call].weight if call in live else ordinary)
            for call in ringing
        ]
    )


def _leave(forecast: Forecast, learnt: Learning, now_s: float, floor: Snapshot) -> None:
    """Take out agents who go before each horizon."""
    freeing, later_s = learnt.freeing, learnt.detector.need_to_limit_s
    horizons = [t + later_s for t in learnt.ringing.horizons_s]
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
