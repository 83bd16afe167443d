"""Questions of contact for tests: allowed as they stand, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cobranca.compliance.model import (
    TELEPHONE,
    Facts,
    PastContact,
    Question,
    Verdict,
    homes_of,
    places_of,
    places_of_addresses,
)
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import Rule, decide
from cobranca.compliance.window import open_until
from foundation.brasil.phone import simulated_number

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TUESDAY_TEN = datetime(2026, 3, 10, 10, 0, tzinfo=SAO_PAULO)
RULES = rules_in_force()
_OF_QUESTION = {field.name for field in fields(Question)}


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the facts that belong to it."""

    question: Question
    facts: Facts

    @property
    def now(self) -> datetime:
        return self.question.now

    def at(self, instant: datetime) -> Case:
        return replace(self, question=self.question.at(instant))

    def verdict(self, rules: tuple[Rule, ...] = RULES) -> Verdict:
        return decide(self.question, self.facts, rules)

    def open_until(self, rules: tuple[Rule, ...] = RULES) -> datetime | None:
        return open_until(self.question, self.facts, rules)


def a_case(
    *,
    ddd: str = "11",
    address: str | None = None,
    city: str | None = None,
    now: datetime = TUESDAY_TEN,
    **changed: Any,
) -> Case:
    """About a simulated number of that DDD, on a Tuesday at ten in São Paulo.

    `address`: the UF that a list told; `city`: as in Campinas/SP, of the address itself.
    """
    point = changed.pop("point", simulated_number(ddd, 1))
    means = changed.setdefault("means", "voice")
    asked = {name: changed.pop(name) for name in _OF_QUESTION & changed.keys()}
    told = (address, city and city.rpartition("/")[2].upper())
    ufs = [uf for uf in dict.fromkeys(told) if uf]
    places = places_of(point, ufs) if means in TELEPHONE else places_of_addresses(ufs)
    facts: dict[str, Any] = {
        "places": places,
        "point_status": "active",
        "line": "mobile",
        "simulated_route": True,
        "owes": True,
        "homes": homes_of(ufs, city),
    }
    return Case(Question(now=now, point=point, **asked), Facts(**facts | changed))


def past(days_ago: int = 0, times: int = 1, **changed: Any) -> tuple[PastContact, ...]:
    """Attempts to this person on this number, so many days before that Tuesday."""
    day = changed.pop("day", None) or TUESDAY_TEN.date() - timedelta(days=days_ago)
    kept: dict[str, Any] = {"same_person": True, "same_point": True} | changed
    return (PastContact(day=day, **kept),) * times
