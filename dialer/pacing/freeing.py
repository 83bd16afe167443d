"""When busy agents come free: what is left of a talk, then a wrap-up. Pure.

Tables by second of age and by horizon: the chance that a talking agent has talked and
wrapped up by then (talk's residual life, convolved with the wrap-up), and the same for
one who wraps up already. They are made in small parts, so that no single decision pays
for all of them; the old tables stand until the last part is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

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
        self._talk: Floats = np.ones(1)
        self._wrap: Floats = np.ones(1)
        self._part: int | None = None  # of the work under way
        self.rebuild((1.0,), np.empty(0), np.empty(0))

    def rebuild(
        self, horizons_s: tuple[float, ...], talking_s: Floats, wrapping_s: Floats
    ) -> None:
        """All parts at once; `talking_s`, `wrapping_s`: how long each has gone on."""
        self.begin(horizons_s, talking_s, wrapping_s)
        while self.busy:
            self.go_on()

    @property
    def busy(self) -> bool:
        """Whether tables are being made."""
        return self._part is not None

    def begin(
        self, horizons_s: tuple[float, ...], talking_s: Floats, wrapping_s: Floats
    ) -> None:
        """Start on new tables, from what is known now."""
        self._horizons_s = horizons_s
        self._talking_s, self._wrapping_s = talking_s, wrapping_s
        self._talk_columns: list[Floats] = []
        self._wrap_columns: list[Floats] = []
        self._part = 0

    def go_on(self) -> None:
        """One part: both laws, then a horizon at a time, then the change-over."""
        part, self._part = self._part or 0, (self._part or 0) + 1
        if part == 0:
            self._talk = _survival(self.talks.hazard(self._talking_s))
        elif part == 1:
            self._wrap = _survival(self.wraps.hazard(self._wrapping_s))
        else:
            self._column(self._horizons_s[part - 2])
            if part - 1 == len(self._horizons_s):
                self._change_over()

    def _column(self, horizon_s: float) -> None:
        talk, wrap = self._talk, self._wrap
        free = _free_by(horizon_s, -np.diff(talk), wrap, self.wraps.none_share)
        free /= np.maximum(talk[:-1], 1e-9)
        self._talk_columns.append(np.clip(free, 0.0, 1.0))
        free = 1.0 - _shift(wrap, horizon_s)[:-1] / np.maximum(wrap[:-1], 1e-9)
        self._wrap_columns.append(np.clip(free, 0.0, 1.0))

    def _change_over(self) -> None:
        self.talk_s = float(self._talk.sum())
        wrap_s = (1.0 - self.wraps.none_share) * float(self._wrap.sum())
        self.service_s = self.talk_s + wrap_s
        both = [np.stack(c, axis=1) for c in (self._talk_columns, self._wrap_columns)]
        self._both: Floats = np.concatenate(both)  # read at once: a decision is short
        self.after_talk, self.after_wrap = self._both[:LONGEST_S], self._both[LONGEST_S:]
        self._part = None

    def chances(
        self, now_s: float, talking: Mapping[str, float], wrapping: Mapping[str, float]
    ) -> Floats:
        """A row for each busy agent, of being free by each horizon; instants are given."""
        talks, busy = len(talking), len(talking) + len(wrapping)
        since = chain(talking.values(), wrapping.values())
        ages_s = now_s - np.fromiter(since, np.float64, busy)
        rows = np.minimum(ages_s, LONGEST_S - 1).astype(np.intp)
        rows[talks:] += LONGEST_S
        return self._both.take(rows, axis=0)


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
