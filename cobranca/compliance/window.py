"""Until when a contact that is allowed now stays allowed.

Pure. What the rules forbid changes only where hours end or a local day does, so those
instants alone are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from cobranca.compliance.model import Question
from cobranca.compliance.rules import Hours, Rule, may_contact

_DAYS_AHEAD = 2  # hours of contact never last over a night


def open_until(question: Question, rules: Sequence[Rule]) -> datetime | None:
    """Return the first instant from which the rules refuse; None: they refuse now.

    The number of attempts is taken to stay as it is.
    """
    if not may_contact(question, rules).allowed:
        return None
    for instant in sorted(set(_changes(question, rules))):
        if not may_contact(question.at(instant), rules).allowed:
            return instant
    return None


def _changes(question: Question, rules: Sequence[Rule]) -> Iterator[datetime]:
    for place in question.places:
        today = place.local(question.now).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            yield place.at(day + timedelta(days=1), time.min)
            for rule in rules:
                if isinstance(rule, Hours):
                    yield from (c for c in rule.closings(place, day) if c > question.now)
