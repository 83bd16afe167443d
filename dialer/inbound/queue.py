"""Who of the callers that wait is next, and which agents may have him.

Pure. Everybody's turn comes: what a caller brings (a live promise, what he owes, the number
that he called) counts as seconds that he has waited longer, never as a rank that others
cannot reach by waiting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

PROMISE_S = 60.0  # a promise or an agreement that runs
MOST_OF_VALUE_S = 60.0
VALUE_FOR_ALL = Decimal(10_000)  # reais that earn all of it; less earns in proportion
PRIORITY_S = 60.0  # for each step of the number's priority, 0..5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a caller brings into the queue. `agent`: the endpoint of his last talk; `known`:
    it is one debtor, who can be called back."""

    value: Decimal = Decimal(0)  # open, in reais
    promise: bool = False
    priority: int = 0
    skill: str = ""
    agent: str | None = None
    known: bool = False


NOBODY = Place()


def head_start_s(place: Place) -> float:
    """Return the seconds that a caller has as if he had waited longer.

    >>> head_start_s(Place(value=Decimal(5000), promise=True, priority=1))
    150.0
    """
    share = min(place.value, VALUE_FOR_ALL) / VALUE_FOR_ALL
    promised = PROMISE_S if place.promise else 0.0
    return promised + float(share) * MOST_OF_VALUE_S + place.priority * PRIORITY_S


def urgency_s(place: Place, since: datetime, now: datetime) -> float:
    """Return how long he waits, with his head start: the greatest is next."""
    return (now - since).total_seconds() + head_start_s(place)


def able(
    place: Place, skills: Collection[str], seated: Collection[Collection[str]]
) -> bool:
    """Tell whether an agent with these skills may have him; `seated`: everybody's.

    A skill that nobody who is here has keeps no caller from being answered.
    """
    if not place.skill or place.skill in skills:
        return True
    return not any(place.skill in others for others in seated)
