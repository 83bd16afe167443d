"""What the rules of contact look at, and what they answer.

Pure values: no clock, no I/O. A question says who wants what of whom; the facts say what
is known of that person and that point when it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from cobranca.debts.closed import Closed
from cobranca.language.lint import unaccented
from foundation.brasil.ddd import area_of_number, zones_of_state

#: voice: a call for an agent; robot: a call that no person of ours speaks in
Means = Literal["voice", "robot", "sms", "whatsapp", "email", "letter"]
#: conciliation: about a plan for the over-indebted, which they may be invited to;
#: service: what the person asked for just now, or is owed whatever else holds: the code of
#: an own visit, the receipt of a payment. It asks for nothing, and few rules concern it;
#: agreed: what falls due of an agreement in force. To every rule it is collection, but a
#: creditor or portfolio that is closed keeps what was agreed, and so does the debtor
Purpose = Literal["collection", "offer", "conciliation", "service", "agreed"]
#: what goes on after a creditor or portfolio is closed
OUTLIVES_CLOSING: frozenset[Purpose] = frozenset({"service", "agreed"})

TELEPHONE: frozenset[Means] = frozenset({"voice", "robot", "sms", "whatsapp"})
ALLOWED = "all_rules_met"
NO_VERDICT = "no_verdict"


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
    """Why somebody must not be contacted; `until` None is for ever.

    Of one creditor, one debt or one means alone when it says so; a creditor or debt that
    the question does not name may be that one.
    """

    reason: str
    until: datetime | None = None
    creditor: UUID | None = None
    debt: UUID | None = None
    means: Means | None = None

    def concerns(self, question: Question) -> bool:
        """Whether it stands against this question."""
        return (
            (self.until is None or self.until > question.now)
            and (self.means is None or is_by(self.means, question.means))
            and _may_be(self.creditor, question.creditor)
            and _may_be(self.debt, question.debt)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContact:
    """One contact before, of any creditor and by any means.

    `ours`: we sought the person; otherwise he called us. `talked`: with the debtor, or
    with somebody of whom nothing is recorded yet. `right_party`: it was surely he.
    """

    day: date  # local, as it was counted then
    same_person: bool
    same_point: bool
    ours: bool = True
    talked: bool = False
    right_party: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this creditor contact this person, on this point, by this means, now?

    `now` is aware and on the compliance clock. `creditor` None: nobody says whose, so that
    the rules of each may stand. `debt` None: about any of the creditor's.
    `asked_for`: the person asked to be contacted at this very time.
    """

    now: datetime
    point: str  # E.164, an e-mail address, or a postal one
    means: Means = "voice"
    purpose: Purpose = "collection"
    creditor: UUID | None = None
    campaign: UUID | None = None
    debt: UUID | None = None
    asked_for: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise NaiveInstant(self.now)

    def at(self, instant: datetime) -> Question:
        """The same question at another time."""
        return replace(self, now=instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the person and of the point."""

    places: tuple[Place, ...]  # of the DDD first, then of the address; empty: not known
    point_status: str  # active, or why the point is not
    line: Literal["mobile", "fixed", "other"]
    simulated_route: bool
    owes: bool  # something is open of what the contact would be about
    homes: frozenset[str] = frozenset()  # cities of addresses, as `homes_of` tells them
    contacts: tuple[PastContact, ...] = ()  # of this person or on this point
    suppressions: tuple[Suppression, ...] = ()
    birth_date: date | None = None
    last_due: date | None = None  # the youngest instalment in question; None: not known
    lists: frozenset[str] = frozenset()  # do-not-call lists that name the point
    closed: Closed | None = None  # what is, of whom the contact would be for

    def day(self, now: datetime) -> date | None:
        """The debtor's local day, by which contacts are counted; None without a place."""
        return contact_day(self.places, now)

    def attempts_on(self, day: date | None) -> int:
        """How often this person was sought on a local day, on any point."""
        return sum(c.same_person and c.ours and c.day == day for c in self.contacts)


@dataclass(frozen=True, slots=True)
class Refused:
    """The no that decides. `until`: when it would no longer stand; None: not by waiting."""

    rule: str
    source: str
    until: datetime | None

    @property
    def allowed(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nobody objects. `rules`: how many were asked."""

    rules: int

    @property
    def allowed(self) -> bool:
        return True

    @property
    def rule(self) -> str:
        return ALLOWED

    @property
    def source(self) -> str:
        return f"{self.rules} regras"

    @property
    def until(self) -> datetime | None:
        return None


Verdict = Allowed | Refused


def is_by(named: Means, means: Means) -> bool:
    """Whether what names one means is about a contact by another: a robot's call, too, is
    a call."""
    return named == means or (named, means) == ("voice", "robot")


def _may_be(concerned: UUID | None, named: UUID | None) -> bool:
    """Whether what concerns one thing, or (None) all, may concern what was named."""
    return concerned is None or named is None or concerned == named


def contact_day(places: tuple[Place, ...], now: datetime) -> date | None:
    """Return the local day at the first place, that of the DDD; None without a place."""
    return places[0].local(now).date() if places else None


def places_of(number: str, ufs: Sequence[str]) -> tuple[Place, ...]:
    """Return the places of a number's DDD and of addresses; empty when one is unknown."""
    area = area_of_number(number)
    if area is None or not all(map(zones_of_state, ufs)):
        return ()
    there = tuple(Place(area.uf, zone) for zone in area.zones)
    return there + places_of_addresses([uf for uf in ufs if uf != area.uf])


def city_key(city: str) -> str:
    """Return a city with its state as it is compared: without accents, case and blanks.

    >>> city_key(" São  Paulo/SP")
    'sao paulo/sp'
    """
    return unaccented(" ".join(city.split()))


def homes_of(ufs: Sequence[str], city: str | None) -> frozenset[str]:
    """Return where somebody may live: a city, or a state of which the city is not known.

    >>> sorted(homes_of(["SP", "RJ"], "Niterói/RJ"))
    ['/sp', 'niteroi/rj']
    """
    known = city_key(city or "")
    states = (f"/{uf.lower()}" for uf in ufs)
    return frozenset({known} - {""}).union(s for s in states if not known.endswith(s))


def places_of_addresses(ufs: Sequence[str]) -> tuple[Place, ...]:
    """Return the places of addresses alone, for an e-mail or a letter."""
    return tuple(Place(uf, zone) for uf in ufs for zone in zones_of_state(uf))
