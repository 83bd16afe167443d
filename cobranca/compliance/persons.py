"""Checks of the person: who said no, who is a child, what is prescribed, who is listed.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cobranca.compliance.model import OUTLIVES_CLOSING, Facts, Place, Question
from cobranca.compliance.rules import Objection
from cobranca.debts.closed import Closed

_CLOSED = {Closed.CREDITOR: "credor", Closed.PORTFOLIO: "carteira"}
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """The ledger says no for this reason; None: for whatever reason it gives.

    The rule of all reasons stands behind those of each, so that one that nobody foresaw
    is obeyed too; `but` are those that it leaves to theirs.
    """

    reason: str | None = None
    but: frozenset[str] = frozenset()

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        standing = [
            s
            for s in facts.suppressions
            if self.reason in (None, s.reason)
            and s.reason not in self.but
            and s.concerns(question)
        ]
        if not standing:
            return None
        longest = max(standing, key=lambda s: s.until or _END_OF_TIME)
        return Objection(longest.until, longest.reason if self.reason is None else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minor:
    """The debtor's birth date says that he is a child."""

    age: int

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        if facts.birth_date is None:
            return None
        of_age = _years_after(facts.birth_date, self.age)
        first = max(place.at(of_age, time.min) for place in places)
        return Objection(first) if first > question.now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescribed:
    """So many years after its youngest instalment was due, a debt is not collected.

    What interrupts the time (a suit, an admission of the debt) is not known here, so it
    may be refused too early, never too late.
    """

    years: int

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        today = facts.day(question.now)
        if facts.last_due is None or today is None:
            return None
        last = _years_after(facts.last_due, self.years)
        return (
            Objection(None, f"vencida em {facts.last_due:%d/%m/%Y}")
            if today > last
            else None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBook:
    """Nobody collects for a creditor or of a portfolio that is closed.

    What was agreed before goes on there, and is reminded of.
    """

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        if facts.closed is None or question.purpose in OUTLIVES_CLOSING:
            return None
        return Objection(None, _CLOSED[facts.closed])


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOwed:
    """Nothing is open of what the contact would be about: it is paid, or was never owed.

    Who asked to be contacted at this very time may be, whatever it is about.
    """

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return None if facts.owes or question.asked_for else Objection(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The number is on a do-not-call list."""

    lists: frozenset[str]

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return Objection(None) if self.lists & facts.lists else None


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March.

    >>> _years_after(date(2008, 2, 29), 18)
    datetime.date(2026, 3, 1)
    """
    if (day.month, day.day) == (2, 29):
        return day.replace(day=28, year=day.year + years) + timedelta(days=1)
    return day.replace(year=day.year + years)
