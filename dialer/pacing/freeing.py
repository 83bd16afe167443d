"""When busy agents come free: what is left of a talk, then a wrap-up. Pure.

Tables by second of age and by horizon: the chance that a talking agent has talked and
wrapped up by then (talk's residual life, convolved with the wrap-up), and the same for
one who wraps up already.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.durations import LONGEST_S, Durations

Floats = NDArray[np.float64]


class Freeing:
    """Learns talks and wrap-ups; `rebuild` makes the tables for the given horizons."""

    def __init__(self) -> None:
        self.talks = Durations(median_s=90.0)
        self.wraps = Durations(median_s=15.0)
        self.service_s = 140.0
        self.talk_s = 120.0
        self.rebuild((1.0,), np.empty(0), np.empty(0))

    def rebuild(
        self, horizons_s: tuple[float, ...], talking_s: Floats, wrapping_s: Floats
    ) -> None:
        """`talking_s`, `wrapping_s`: how long each has gone on by now."""
        talk = _survival(self.talks.hazard(talking_s))
        wrap = _survival(self.wraps.hazard(wrapping_s))
        none = self.wraps.none_share
        self.talk_s = float(talk.sum())
        self.service_s = self.talk_s + (1.0 - none) * float(wrap.sum())
        ends = -np.diff(talk)
        left = np.maximum(talk[:-1], 1e-9)
        self.after_talk: Floats = np.empty((LONGEST_S, len(horizons_s)))
        self.after_wrap: Floats = np.empty((LONGEST_S, len(horizons_s)))
        for k, horizon_s in enumerate(horizons_s):
            self.after_talk[:, k] = _free_by(horizon_s, ends, wrap, none) / left
            self.after_wrap[:, k] = 1.0 - _shift(wrap, horizon_s)[:-1] / np.maximum(
                wrap[:-1], 1e-9
            )
        np.clip(self.after_talk, 0.0, 1.0, out=self.after_talk)
        np.clip(self.after_wrap, 0.0, 1.0, out=self.after_wrap)


def _survival(hazard: Floats) -> Floats:
    return np.concatenate(([1.0], np.exp(-np.cumsum(hazard))))


def _shift(values: Floats, by: float) -> Floats:
    """Values `by` seconds later, interpolated; the last one stays."""
    whole, part = int(by), by - int(by)
    padded = np.concatenate((values, np.full(whole + 1, values[-1])))
    return (1 - part) * padded[whole : whole + len(values)] + part * padded[
        whole + 1 : whole + 1 + len(values)
    ]


def _free_by(horizon_s: float, ends: Floats, wrap: Floats, none: float) -> Floats:
    """P(talk ends in a later second u and the wrap-up after it within horizon - u)."""
    whole = int(np.ceil(horizon_s))
    ended_at = np.arange(whole) + 0.5
    part = np.minimum(1.0, horizon_s - np.arange(whole))  # of the last second
    left_s = np.maximum(horizon_s - ended_at, 0.0)
    wrapped = 1.0 - np.interp(left_s, np.arange(len(wrap)), wrap)
    kernel = part * (none + (1.0 - none) * wrapped)
    padded = np.concatenate((ends, np.full(whole, ends[-1])))
    return np.correlate(padded, kernel, "valid")[: len(ends)]
