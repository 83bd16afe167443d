"""What the rules say now, and until when a contact that is allowed stays allowed.

Pure. What the rules forbid changes only where hours end or a local day does, so those
instants alone are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cobranca.compliance.model import Facts, Question, Refused, Verdict
from cobranca.compliance.rules import Rule, decide, refusals
from cobranca.compliance.times import Hours

_DAYS_AHEAD = 2  # hours of contact never last over a night


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`closing`: the rule that objects from `open_until` on; None when refused now."""

    verdict: Verdict
    objections: tuple[Refused, ...]  # all that stand now
    open_until: datetime | None
    closing: Refused | None


def look(question: Question, facts: Facts, rules: Sequence[Rule]) -> Seen:
    """Say all of one moment. Nobody is taken to be contacted meanwhile."""
    verdict = decide(question, facts, rules)
    until = _first_closing(question, facts, rules) if verdict.allowed else None
    later = None if until is None else refusals(question.at(until), facts, rules)
    return Seen(
        verdict=verdict,
        objections=tuple(refusals(question, facts, rules)) if rules else (),
        open_until=until,
        closing=later[0] if later else None,
    )


def open_until(question: Question, facts: Facts, rules: Sequence[Rule]) -> datetime | None:
    """Return the first instant from which the rules refuse; None: they refuse now."""
    if not rules or refusals(question, facts, rules):
        return None
    return _first_closing(question, facts, rules)


def _first_closing(
    question: Question, facts: Facts, rules: Sequence[Rule]
) -> datetime | None:
    for instant in sorted(set(_changes(question, facts, rules))):
        if refusals(question.at(instant), facts, rules):
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
