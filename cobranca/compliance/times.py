"""Checks of the hour and of the day: windows of contact, Sundays, holidays.

Pure. Hours are local, the end is excluded; where several places are concerned, all of
them must be open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cobranca.compliance.model import Facts, Place, Question
from cobranca.compliance.rules import Objection
from foundation.brasil.calendar import holiday_name

_SATURDAY, _SUNDAY = 5, 6
_ONE_DAY = timedelta(days=1)

Window = tuple[time, time]  # from, until (excluded)
NameOf = Callable[[date, str], str | None]  # why a day of a state is off, if it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Contact only within hours of the day; a day without hours has none."""

    weekdays: Window
    saturday: Window | None = None

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        latest = max(self._opening(place, question.now) for place in places)
        return Objection(latest) if latest > question.now else None

    def closings(self, place: Place, day: date) -> tuple[datetime, ...]:
        """Return when these hours end on a local day of a place; empty: none there."""
        hours = self._hours(day)
        return () if hours is None else (place.at(day, hours[1]),)

    def _opening(self, place: Place, now: datetime) -> datetime:
        """Return `now` when it is within hours there, else the next opening."""
        day = place.local(now).date()
        while True:
            hours = self._hours(day)
            if hours is not None and now < place.at(day, hours[1]):
                return max(now, place.at(day, hours[0]))
            day += _ONE_DAY

    def _hours(self, day: date) -> Window | None:
        if day.weekday() == _SUNDAY:
            return None
        return self.saturday if day.weekday() == _SATURDAY else self.weekdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Sundays:
    """Not on Sundays."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return _whole_days(
            question,
            places,
            lambda day, uf: "domingo" if day.weekday() == _SUNDAY else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Not on national and state holidays, the optional ones too."""

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return _whole_days(question, places, holiday_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """Not on days that are named: (month, day) of each year, such as a city's own."""

    days: frozenset[tuple[int, int]]
    name: str

    def objection(
        self, question: Question, facts: Facts, places: Sequence[Place]
    ) -> Objection | None:
        return _whole_days(
            question,
            places,
            lambda day, uf: self.name if (day.month, day.day) in self.days else None,
        )


def _whole_days(
    question: Question, places: Sequence[Place], name_of: NameOf
) -> Objection | None:
    """Object until the midnight after a day that is off at one of the places."""
    ends = []
    for place in places:
        day = place.local(question.now).date()
        name = name_of(day, place.uf)
        if name is not None:
            ends.append((place.at(day + _ONE_DAY, time.min), name))
    return Objection(*max(ends)) if ends else None
