"""The abandonment rate. Pure.

Denominator: calls placed for an agent that a person answered, the "unsure" included (only
what was surely a machine is left out; without answering-machine detection every answer is
a person). Numerator: those of them that `dialer.calls.call.is_abandoned` names: no human
agent within the threshold, and the person was still there when it ended. Who hung up
before it stays in the denominator alone. Inbound calls and campaigns without agents by
configuration have no such rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Answerer = Literal["person", "unsure", "machine"]


@dataclass(frozen=True, slots=True)
class Rate:
    """Counts of one window; `share` None: nobody answered in it."""

    abandoned: int = 0
    answered: int = 0

    @property
    def share(self) -> float | None:
        return self.abandoned / self.answered if self.answered else None

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.abandoned + other.abandoned, self.answered + other.answered)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered outbound call of a campaign with agents."""

    at: datetime  # Newstate Up
    abandoned: bool
    by: Answerer = "person"


def rate(answers: Iterable[Answer], since: datetime, until: datetime) -> Rate:
    """The rate of the calls answered in [since, until)."""
    counted = [a for a in answers if since <= a.at < until and a.by != "machine"]
    return Rate(sum(a.abandoned for a in counted), len(counted))


def rolling(
    answers: Iterable[Answer], now: datetime, windows_s: Iterable[float]
) -> dict[float, Rate]:
    """The rate of each window that ends now."""
    known = list(answers)
    return {s: rate(known, now - timedelta(seconds=s), now) for s in windows_s}
