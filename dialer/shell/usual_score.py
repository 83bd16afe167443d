"""The chance that calls without a chance of their own count as, for what comes next.

The pacer takes a placed call without a score for one with the mean of the late scores that
it heard. Of calls that are yet to be placed it wants a figure each: the same mean, followed
here by the pacer's own rule. Changes nothing on the floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

from dialer.pacing import Event, Placed

_STEP = 0.01  # of each new score; `Learning` in dialer/pacing/learning.py has the same


class UsualScore:
    """The mean of late scores, 0..1; None while none was heard."""

    def __init__(self, past: Iterable[Event] = ()) -> None:
        self.value: float | None = None
        for event in past:
            self.hear(event)

    def hear(self, event: Event) -> None:
        """Take the score of a call that was placed."""
        if isinstance(event, Placed) and event.p is not None:
            before = event.p if self.value is None else self.value
            self.value = before + _STEP * (event.p - before)

    def instead_of_unknown(self, scores: Sequence[float | None]) -> tuple[float, ...]:
        """Return the scores, the usual one where there is none; empty: none is known."""
        known = [score for score in scores if score is not None]
        if self.value is None and not known:
            return ()
        usual = fmean(known) if self.value is None else self.value
        return tuple(usual if score is None else score for score in scores)
