"""The price of a drop: which chance of a drop a new call may carry. Pure.

The chance that a new call finds no agent is not the share of calls that will be
abandoned, but one is nearly proportional to the other: `theta = factor * share`. The
share comes from the budget and is obeyed at once; the factor is learnt by feedback.
What is fed back is the risk run (answers expected while no agent was there), which is
far less noisy than the drops themselves, corrected by the ratio of drops to risk.
"""

from __future__ import annotations

from math import exp, log

_FIRST_FACTOR = 1.5
_LEAST, _MOST = 0.05, 6.0
_DEAREST = 0.2
_WORTH = 4.0  # drops that the belief in our own risk figure is worth
_GAIN, _LAST_GAIN = 0.03, 0.004
_SLOWEST_S = 100.0  # e-fold: several ring times, or the loop would swing


class Price:
    """`theta` for a target share; `learn` from answers, risk run and drops."""

    def __init__(self) -> None:
        self._log_factor = log(_FIRST_FACTOR)
        self._answers = 0.0
        self._risk = 0.0
        self._drops = 0.0

    @property
    def factor(self) -> float:
        return exp(self._log_factor)

    def theta(self, share: float, limit: float) -> float:
        """The chance of a drop that one more call may carry."""
        return max(1e-6, min(self.factor * share, _DEAREST, 6.0 * limit))

    def dropped(self, count: float = 1.0) -> None:
        self._drops += count

    def learn(
        self, seconds: float, answers: float, risk: float, share: float, limit: float
    ) -> None:
        """In those seconds `answers` were expected, `risk` of them to find nobody."""
        if answers <= 0.0 or limit <= 0.0:
            return
        self._answers += answers
        self._risk += risk
        truth = (self._drops + _WORTH) / (self._risk + _WORTH)
        gain = max(_LAST_GAIN, _GAIN / (1.0 + self._answers / 60.0))
        wanted = max(share, 0.3 * limit)
        step = gain * (answers * share - truth * risk) / wanted
        fastest = seconds / _SLOWEST_S
        self._log_factor += max(-fastest, min(fastest, step))
        self._log_factor = max(log(_LEAST), min(log(_MOST), self._log_factor))
        if self._risk > 60.0:
            self._risk *= 0.5
            self._drops *= 0.5
