"""To which contacts a rule applies: where, whose, by what means, what for, since when.

Pure. A part that is empty leaves that part open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from cobranca.compliance.model import Facts, Means, Place, Purpose, Question, is_by

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`since` and `ends` are local days, both included. States: of the DDD or address.

    `ddds` and `cities` name one region together: a number of one of these DDDs, or an
    address in one of these cities (as `city_key` writes them), is in it. So is an address
    in a state of one of them, when its city is not known.

    `service`: it also concerns what the person asked for himself, which other rules do not.
    """

    since: date = date.min
    ends: date | None = None
    ufs: frozenset[str] = frozenset()
    ddds: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    means: frozenset[Means] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    service: bool = False
    creditor: UUID | None = None
    campaign: UUID | None = None

    def concerns(self, question: Question) -> bool:
        """Whether it applies to who asks, by what and what for, somewhere some day."""
        return (
            (not self.means or any(is_by(named, question.means) for named in self.means))
            and self._meant(question.purpose)
            and (self.creditor is None or question.creditor in (None, self.creditor))
            and self.campaign in (None, question.campaign)
        )

    def _meant(self, purpose: Purpose) -> bool:
        if purpose == "service":
            return self.service
        meant = {purpose, "collection"} if purpose == "agreed" else {purpose}
        return not self.purposes or not self.purposes.isdisjoint(meant)

    def places(self, question: Question, facts: Facts) -> tuple[Place, ...]:
        """Return the places for which it is in force; none: it does not apply."""
        if not self._in_region(question, facts):
            return ()
        if not self.concerns(question):
            return ()
        places = facts.places
        if self.ufs:
            places = tuple(place for place in places if place.uf in self.ufs)
        day = facts.day(question.now) if places else None
        return places if day is not None and self._in_force(day) else ()

    def _in_region(self, question: Question, facts: Facts) -> bool:
        if not self.ddds and not self.cities:
            return True
        named = question.point[3:5] in self.ddds
        return named or any(map(self._may_be_in, facts.homes))

    def _may_be_in(self, home: str) -> bool:
        if home.startswith("/"):  # a state: he may live in any city of it
            return any(city.endswith(home) for city in self.cities)
        return home in self.cities

    def over(self, facts: Facts) -> datetime | None:
        """The instant from which it is no longer in force; None: no end is known."""
        if self.ends is None:
            return None
        return facts.places[0].at(self.ends + _ONE_DAY, time.min)

    def _in_force(self, day: date) -> bool:
        return self.since <= day and (self.ends is None or day <= self.ends)


ANYWHERE = Scope()
