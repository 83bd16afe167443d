"""The record of one shift on the floor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HALF_HOUR_S = 1800.0
_FEW = 30  # answers in half an hour below which a share says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundResult:
    """Calls that came in; `in_time` is the share of all answered within the target."""

    arrived: int
    answered: int
    in_time: float
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftResult:
    """One shift; shares 0..1. `abandoned_share` is of calls answered by a person."""

    scenario: str
    seed: int
    occupancy: float  # (talk + wrap-up) / logged in, breaks included in the latter
    occupancy_without_breaks: float
    logged_in_s: float
    humans: int
    abandoned: int
    hung_up: int
    machines_taken_for_people: int
    people_taken_for_machines: int
    worst_half_hour: float
    talk_min_per_agent_hour: float
    idle_s_between_calls: float
    placed: int
    cancelled: int
    talks: int
    decisions: int
    waits_s: tuple[float, ...]  # of people who were connected; empty unless asked for
    inbound: InboundResult | None

    @property
    def abandoned_share(self) -> float:
        return self.abandoned / self.humans if self.humans else 0.0

    @property
    def dials_per_talk(self) -> float:
        return self.placed / self.talks if self.talks else float("inf")


def worst_half_hour(answers_s: Sequence[float], abandoned_s: Sequence[float]) -> float:
    """Highest share abandoned in any half hour with at least a few answers.

    >>> worst_half_hour([float(i) for i in range(100)], [3.0, 4.0])
    0.02
    """
    answers = np.asarray(answers_s, dtype=np.float64)
    lost = np.sort(np.asarray(abandoned_s, dtype=np.float64))
    if not lost.size:
        return 0.0
    ends = lost  # the worst window ends at a loss
    first = np.searchsorted(answers, ends - HALF_HOUR_S, side="right")
    people = np.searchsorted(answers, ends, side="right") - first
    gone = np.searchsorted(lost, ends, side="right") - np.searchsorted(
        lost, ends - HALF_HOUR_S, side="right"
    )
    enough = people >= _FEW
    # before half an hour has passed the whole of it stands for it
    if not enough.any():
        return float(lost.size / max(answers.size, 1))
    return float(np.max(gone[enough] / people[enough]))
