"""What the rules of contact look at, and what they answer.

Pure values: no clock, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from foundation.brasil.ddd import area_of_number, zones_of_state


class NaiveInstant(ValueError):
    """A question was asked for an instant without time zone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the debtor may be: a state, and a time zone in use there."""

    uf: str
    zone: str

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Somebody said no: `reason` such as opt_out; `until` None is for ever."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that the rules look at. `now` is aware and on the compliance clock."""

    now: datetime
    number: str  # E.164
    point_status: str  # active, or why the point is not
    line: Literal["mobile", "fixed", "other"]
    places: tuple[Place, ...]  # of the DDD first, then of the address; empty: not known
    attempts_today: int  # of this debtor, all numbers, on the local day of `now`
    simulated_route: bool
    suppressions: tuple[Suppression, ...] = ()
    birth_date: date | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise NaiveInstant(self.now)

    @property
    def contact_day(self) -> date | None:
        """The debtor's local day, by which attempts are counted; None without a place."""
        return contact_day(self.places, self.now)

    def at(self, instant: datetime) -> Question:
        """The same question later; another local day starts with no attempts."""
        later = replace(self, now=instant)
        if later.contact_day == self.contact_day:
            return later
        return replace(later, attempts_today=0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule's no. `until`: when it would no longer object; None: not by waiting."""

    rule: str
    source: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and the rule that decided it.

    `until`: refused, and the next instant at which all rules would allow; None when no
    waiting helps. Never in the past.
    """

    allowed: bool
    rule: str
    source: str
    until: datetime | None


def contact_day(places: tuple[Place, ...], now: datetime) -> date | None:
    """Return the local day at the first place, that of the DDD; None without a place."""
    return places[0].local(now).date() if places else None


def places_of(number: str, address_uf: str | None) -> tuple[Place, ...]:
    """Return the places of a number's DDD and of an address; empty when one is unknown."""
    area = area_of_number(number)
    if area is None or (address_uf and not zones_of_state(address_uf)):
        return ()
    places = [Place(area.uf, zone) for zone in area.zones]
    if address_uf and address_uf != area.uf:
        places += [Place(address_uf, zone) for zone in zones_of_state(address_uf)]
    return tuple(places)
