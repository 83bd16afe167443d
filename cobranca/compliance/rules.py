"""Whether a contact is allowed at one instant, by which rule, and when to ask again.

Pure: facts in, verdict out; no clock, no I/O. A rule may only refuse. All rules are asked
and the strictest wins, so that adding one never allows more. What a rule needs and does
not know is a refusal too (`no_verdict`): no verdict, no contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

from cobranca.compliance.model import Place, Question, Refusal, Verdict
from foundation.brasil.calendar import holiday_name
from foundation.brasil.phone import is_simulated

ALLOWED = "all_rules_met"
NO_VERDICT = "no_verdict"
_STEPS_MAX = 60  # instants tried in search of the next allowed one: weeks of days off
_SATURDAY, _SUNDAY = 5, 6
_ONE_DAY = timedelta(days=1)


class Rule(Protocol):
    """One rule: its code, and its objection if it has one."""

    @property
    def code(self) -> str: ...

    def refusal(self, question: Question) -> Refusal | None: ...


def refusals(question: Question, rules: Sequence[Rule]) -> list[Refusal]:
    """Return each rule's objection, in the order of the rules."""
    if not question.places:
        return [
            Refusal(NO_VERDICT, "Sem UF ou fuso horário conhecido não há contato", None)
        ]
    found = (rule.refusal(question) for rule in rules)
    return [refusal for refusal in found if refusal is not None]


def may_contact(question: Question, rules: Sequence[Rule]) -> Verdict:
    """Return the verdict; of several objections the one that lasts longest is named."""
    if not rules:
        return Verdict(False, NO_VERDICT, "Sem regras carregadas não há contato", None)
    objections = refusals(question, rules)
    if not objections:
        return Verdict(True, ALLOWED, f"{len(rules)} regras", None)
    longest = max(objections, key=_lasting)
    return Verdict(False, longest.rule, longest.source, _next_allowed(question, rules))


def _lasting(refusal: Refusal) -> tuple[bool, datetime]:
    return refusal.until is None, refusal.until or datetime.max.replace(tzinfo=UTC)


def _next_allowed(question: Question, rules: Sequence[Rule]) -> datetime | None:
    """Wait for the longest objection, ask again, until nobody objects."""
    for _ in range(_STEPS_MAX):
        objections = refusals(question, rules)
        if not objections:
            return question.now
        until = max(objections, key=_lasting).until
        if until is None:
            return None
        question = question.at(until)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Contact only within hours of the day, in one state or (`uf` None) everywhere."""

    code: str
    source: str
    weekdays: tuple[time, time]  # local; from, until (excluded)
    saturday: tuple[time, time] | None = None
    uf: str | None = None

    def refusal(self, question: Question) -> Refusal | None:
        openings = [
            self._opening(place, question.now)
            for place in question.places
            if self.uf in (None, place.uf)
        ]
        latest = max(openings, default=question.now)
        return Refusal(self.code, self.source, latest) if latest > question.now else None

    def _opening(self, place: Place, now: datetime) -> datetime:
        """Return `now` when it is within hours there, else the next opening."""
        day = place.local(now).date()
        while True:
            hours = self._hours(day)
            if hours is not None and now < place.at(day, hours[1]):
                return max(now, place.at(day, hours[0]))
            day += _ONE_DAY

    def closings(self, place: Place, day: date) -> tuple[datetime, ...]:
        """Return when these hours end on a local day of a place; empty: none there."""
        hours = self._hours(day) if self.uf in (None, place.uf) else None
        return () if hours is None else (place.at(day, hours[1]),)

    def _hours(self, day: date) -> tuple[time, time] | None:
        if day.weekday() == _SUNDAY:
            return None
        return self.saturday if day.weekday() == _SATURDAY else self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """No contact on Sundays, or on holidays of any of the states concerned."""

    code: Literal["sunday", "holiday"]
    source: str

    def refusal(self, question: Question) -> Refusal | None:
        midnights = [
            place.at(day + _ONE_DAY, time.min)
            for place in question.places
            if self._is_off(day := place.local(question.now).date(), place.uf)
        ]
        return Refusal(self.code, self.source, max(midnights)) if midnights else None

    def _is_off(self, day: date, uf: str) -> bool:
        if self.code == "sunday":
            return day.weekday() == _SUNDAY
        return holiday_name(day, uf) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptsPerDay:
    """So many attempts a day for one debtor, over all numbers."""

    source: str
    most: int
    code: str = "attempts_per_day"

    def refusal(self, question: Question) -> Refusal | None:
        if question.attempts_today < self.most:
            return None
        place = question.places[0]
        tomorrow = place.local(question.now).date() + _ONE_DAY
        return Refusal(self.code, self.source, place.at(tomorrow, time.min))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """The debtor or the number is on the list of those who must not be contacted."""

    source: str
    code: str = "suppressed"

    def refusal(self, question: Question) -> Refusal | None:
        standing = [
            Refusal(self.code, f"{suppression.reason}: {self.source}", suppression.until)
            for suppression in question.suppressions
            if suppression.until is None or suppression.until > question.now
        ]
        return max(standing, key=_lasting, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Minor:
    """The debtor's birth date says that he is a child."""

    source: str
    age: int
    code: str = "minor"

    def refusal(self, question: Question) -> Refusal | None:
        born = question.birth_date
        if born is None:
            return None
        # 29 February: of age on 1 March
        leap = (born.month, born.day) == (2, 29)
        of_age = (
            date(born.year + self.age, 3, 1)
            if leap
            else born.replace(year=born.year + self.age)
        )
        first = max(place.at(of_age, time.min) for place in question.places)
        return Refusal(self.code, self.source, first) if first > question.now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Only Brazilian fixed and mobile lines."""

    source: str
    code: str = "destination"

    def refusal(self, question: Question) -> Refusal | None:
        allowed = question.line in ("mobile", "fixed")
        return None if allowed else Refusal(self.code, self.source, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Simulated numbers only on a simulated route, real ones only on a real route."""

    source: str
    code: str = "simulation"

    def refusal(self, question: Question) -> Refusal | None:
        fits = is_simulated(question.number) == question.simulated_route
        return None if fits else Refusal(self.code, self.source, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivePoint:
    """The point is not known to be invalid or somebody else's."""

    source: str
    code: str = "point_not_active"

    def refusal(self, question: Question) -> Refusal | None:
        if question.point_status == "active":
            return None
        return Refusal(self.code, f"{question.point_status}: {self.source}", None)
