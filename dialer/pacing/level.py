"""How often people answer, against what was expected of the calls that rang. Pure.

A Gamma-Poisson filter forgets at one speed; nobody knows the right one. So four of
them run side by side, with memories from a dozen expected answers to some hundred,
and each is believed as far as it foretold the answers of late. Their mixture gives
the level and its uncertainty; when the shortest memory alone is believed, the level
has changed and the others start anew from it.
"""

from __future__ import annotations

from math import exp, lgamma, log

_MEMORIES = (12.0, 36.0, 110.0, 330.0)  # answers
_RECENT = 80.0  # answers over which beliefs are weighed
_PRIOR = 3.0  # answers that the prior is worth
_CHANGED = 0.9  # belief in the shortest memory
_TRUST = (-2.0, -1.0, 0.0, 0.0)  # in each memory at first, logarithms
_SURE = 1e-6


class AnswerLevel:
    """Multiplies the learnt hazard of a human answer; starts at 1, unsure."""

    def __init__(self) -> None:
        self._answers = [_PRIOR] * len(_MEMORIES)
        self._expected = [_PRIOR] * len(_MEMORIES)
        self._beliefs = list(_TRUST)
        self._pending = [0.0, 0.0]
        self.mean = 1.0
        self.spread = 1.0 / _PRIOR**0.5  # coefficient of variation
        self.changes = 0
        self.seen = 0.0  # expected answers ever

    def learn(self, expected: float, answers: float) -> None:
        """People answered `answers` times where level 1 would have made it `expected`."""
        self._pending[0] += expected
        self._pending[1] += answers
        expected, answers = self._pending
        if expected < 0.25 and answers == 0:
            return
        expected = max(expected, _SURE)
        self._pending = [0.0, 0.0]
        self.seen += expected
        foreseen = expected * self.mean
        fade = exp(-foreseen / _RECENT)
        for i, memory in enumerate(_MEMORIES):
            a, b = self._answers[i], self._expected[i]
            self._beliefs[i] = fade * self._beliefs[i] + _foretold(answers, expected, a, b)
            keep = exp(-foreseen / memory)
            self._answers[i] = a * keep + answers
            self._expected[i] = b * keep + expected
        self._mix()

    def _mix(self) -> None:
        top = max(self._beliefs)
        weights = [exp(max(-50.0, b - top)) for b in self._beliefs]
        total = sum(weights)
        if weights[0] > _CHANGED * total:
            self._restart()
            weights = [exp(b) for b in self._beliefs]
            total = sum(weights)
        mean = square = 0.0
        for weight, a, b in zip(weights, self._answers, self._expected, strict=True):
            level = (a + 0.3) / (b + 0.3)
            mean += weight * level
            square += weight * (level * level + level / (b + 0.3))
        self.mean = max(0.02, mean / total)
        self.spread = max(0.0, square / total / self.mean**2 - 1.0) ** 0.5

    def _restart(self) -> None:
        self.changes += 1
        for i in range(1, len(_MEMORIES)):
            self._answers[i] = self._answers[0]
            self._expected[i] = self._expected[0]
        self._beliefs = list(_TRUST)


def _foretold(answers: float, expected: float, a: float, b: float) -> float:
    """Log-probability of a count whose level is Gamma(a, b): negative binomial."""
    share = expected / (b + expected)
    return (
        lgamma(a + answers)
        - lgamma(a)
        - lgamma(answers + 1.0)
        + a * log(1.0 - share)
        + answers * log(share)
    )
