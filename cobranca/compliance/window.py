"""Until when a contact that is allowed now stays allowed.

Pure. What the rules forbid changes only where hours end or a local day does, so those
instants alone are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from cobranca.compliance.model import Facts, Question
from cobranca.compliance.rules import Rule, decide
from cobranca.compliance.times import Hours

_DAYS_AHEAD = 2  # hours of contact never last over a night


def open_until(question: Question, facts: Facts, rules: Sequence[Rule]) -> datetime | None:
    """Return the first instant from which the rules refuse; None: they refuse now.

    Nobody is taken to be contacted meanwhile.
    """
    if not decide(question, facts, rules).allowed:
        return None
    for instant in sorted(set(_changes(question, facts, rules))):
        if not decide(question.at(instant), facts, rules).allowed:
            return instant
    return None


def _changes(question: Question, facts: Facts, rules: Sequence[Rule]) -> Iterator[datetime]:
    for place in facts.places:
        today = place.local(question.now).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            yield place.at(day + timedelta(days=1), time.min)
            for rule in rules:
                if isinstance(rule.check, Hours):
                    closings = rule.check.closings(place, day)
                    yield from (end for end in closings if end > question.now)
