"""Whether a contact is allowed at one instant, by which rule, and when to ask again.

Pure: question and facts in, verdict out; no clock, no I/O. A rule may only refuse. All
rules are asked and the strictest wins, so that adding one never allows more. What the
rules need and nobody knows is a refusal too (`no_verdict`): no verdict, no contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from cobranca.compliance.model import (
    NO_VERDICT,
    Allowed,
    Facts,
    Place,
    Question,
    Refused,
    Verdict,
)
from cobranca.compliance.scope import ANYWHERE, Scope

_STEPS_MAX = 60  # instants tried in search of the next allowed one: weeks of days off


@dataclass(frozen=True, slots=True)
class Objection:
    """A check's no: until when (None: not by waiting), and what it says besides."""

    until: datetime | None
    about: str = ""


class Check(Protocol):
    """What a rule looks at. `places`: those for which it is in force, never none."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its code, its name for people, where it comes from, when it applies."""

    code: str
    title: str
    source: str
    check: Check
    scope: Scope = ANYWHERE

    def refusal(self, question: Question, facts: Facts) -> Refused | None:
        """Return its objection, if it applies and has one."""
        places = self.scope.places(question, facts)
        found = self.check.objection(question, facts, places) if places else None
        if found is None:
            return None
        source = f"{found.about}: {self.source}" if found.about else self.source
        return Refused(self.code, source, _earlier(found.until, self.scope.over(facts)))


def decide(question: Question, facts: Facts, rules: Sequence[Rule]) -> Verdict:
    """Return the verdict; of several objections the one that lasts longest is named.

    Its `until` is the first instant at which all rules would allow, None when no waiting
    helps; never in the past.
    """
    if not rules:
        return Refused(NO_VERDICT, "Sem regras carregadas não há contato", None)
    objections = refusals(question, facts, rules)
    if not objections:
        return Allowed(len(rules))
    longest = max(objections, key=_lasting)
    return Refused(longest.rule, longest.source, _next_allowed(question, facts, rules))


def refusals(question: Question, facts: Facts, rules: Sequence[Rule]) -> list[Refused]:
    """Return each rule's objection, in the order of the rules."""
    if not facts.places:
        return [
            Refused(NO_VERDICT, "Sem UF ou fuso horário conhecido não há contato", None)
        ]
    found = (rule.refusal(question, facts) for rule in rules)
    return [refusal for refusal in found if refusal is not None]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((i for i in (one, other) if i is not None), default=None)


def _lasting(refusal: Refused) -> tuple[bool, datetime]:
    return refusal.until is None, refusal.until or datetime.max.replace(tzinfo=UTC)


def _next_allowed(
    question: Question, facts: Facts, rules: Sequence[Rule]
) -> datetime | None:
    """Wait for the longest objection, ask again, until nobody objects."""
    for _ in range(_STEPS_MAX):
        objections = refusals(question, facts, rules)
        if not objections:
            return question.now
        until = max(objections, key=_lasting).until
        if until is None:
            return None
        question = question.at(until)
    return None
