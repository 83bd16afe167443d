"""The form of each rule in `rules.toml`, and the check or the reason that it makes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from cobranca.compliance.limits import HISTORY_DAYS, Cap, Counted
from cobranca.compliance.model import Means, Purpose, city_key
from cobranca.compliance.persons import (
    ClosedBook,
    Listed,
    Minor,
    NothingOwed,
    Prescribed,
    Suppressed,
)
from cobranca.compliance.points import ActivePoint, Destination, Simulation
from cobranca.compliance.reasons import Of, Reason
from cobranca.compliance.rules import Check
from cobranca.compliance.scope import Scope
from cobranca.compliance.times import DaysOff, Holidays, Hours, Sundays
from foundation.brasil.ddd import AREAS, UFS

_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


def _known(names: frozenset[str], what: str) -> Any:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"{what} desconhecido: {name}")
        return name

    return BeforeValidator(check)


def _city(name: str) -> str:
    city, _, uf = name.rpartition("/")
    if not city.strip() or uf not in UFS:
        raise ValueError(f"município sem o seu estado, como em Campinas/SP: {name}")
    return city_key(name)


def _from_year(since: int | date) -> date:
    return date(since, 1, 1) if isinstance(since, int) else since


Uf = Annotated[str, _known(UFS, "estado")]
City = Annotated[str, BeforeValidator(_city)]
Ddd = Annotated[str, _known(frozenset(AREAS), "DDD")]


class _Rule(BaseModel, ABC):
    """What every rule says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    since: Annotated[date, BeforeValidator(_from_year)]
    ends: date | None = None
    read_on: date | None = None
    caution: bool = False
    ufs: frozenset[Uf] = frozenset()
    ddds: frozenset[Ddd] = frozenset()
    cities: frozenset[City] = frozenset()
    means: frozenset[Means] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    service: bool = False
    creditor: UUID | None = None
    campaign: UUID | None = None

    @model_validator(mode="after")
    def _read_or_ours(self) -> Self:
        if self.caution and self.read_on is not None:
            raise ValueError("ou é cautela nossa, ou a fonte foi lida")
        return self

    @property
    def cited(self) -> str:
        if self.caution:
            return f"{self.source}; cautela do Acordo"
        if self.read_on is None:
            return f"{self.source}; não reconferido"
        return f"{self.source}; lido em {self.read_on:%d/%m/%Y}"

    @property
    def scope(self) -> Scope:
        return Scope(
            since=self.since,
            ends=self.ends,
            ufs=self.ufs,
            ddds=self.ddds,
            cities=self.cities,
            means=self.means,
            purposes=self.purposes,
            service=self.service,
            creditor=self.creditor,
            campaign=self.campaign,
        )

    @abstractmethod
    def check(self) -> Check:
        """What the engine asks of each contact for this rule."""


class _Hours(_Rule):
    kind: Literal["hours"]
    weekdays: tuple[time, time]
    saturday: tuple[time, time] | None = None

    @field_validator("weekdays", "saturday")
    @classmethod
    def _in_order(cls, window: tuple[time, time] | None) -> tuple[time, time] | None:
        if window is not None and window[0] >= window[1]:
            raise ValueError("o horário termina antes de começar")
        return window

    def check(self) -> Check:
        return Hours(weekdays=self.weekdays, saturday=self.saturday)


class _Plain(_Rule):
    kind: Literal[
        "simulation",
        "destination",
        "active_point",
        "sundays",
        "holidays",
        "closed",
        "nothing_owed",
    ]

    def check(self) -> Check:
        return _PLAIN[self.kind]


class _DaysOff(_Rule):
    kind: Literal["days_off"]
    days: tuple[str, ...] = Field(min_length=1)  # MM-DD, each year

    @field_validator("days")
    @classmethod
    def _days_of_the_year(cls, days: tuple[str, ...]) -> tuple[str, ...]:
        for day in days:
            if not _DAY_OF_YEAR.fullmatch(day):
                raise ValueError(f"dia que não é MM-DD: {day}")
        return days

    def check(self) -> Check:
        days = frozenset((int(day[:2]), int(day[3:])) for day in self.days)
        return DaysOff(days=days, name=self.title)


class _Cap(_Rule):
    kind: Literal["cap"]
    most: int = Field(ge=1)
    days: int = Field(ge=1, le=HISTORY_DAYS)
    counts: Counted = "attempts"
    of: Literal["person", "point"] = "person"
    unless_asked_for: bool = False

    def check(self) -> Check:
        return Cap(
            most=self.most,
            days=self.days,
            counts=self.counts,
            of=self.of,
            unless_asked_for=self.unless_asked_for,
        )


class SuppressedForm(_Rule):
    kind: Literal["suppressed"]  # its code is the reason in the ledger
    of: Of
    lasts_days: int | None = Field(None, ge=1)
    per_creditor: bool = False
    proof: bool = False
    point_becomes: Literal["wrong_party"] | None = None

    def check(self) -> Check:
        return Suppressed(reason=self.code)

    def as_reason(self) -> Reason:
        return Reason(
            code=self.code,
            title=self.title,
            of=self.of,
            lasts_days=self.lasts_days,
            per_creditor=self.per_creditor,
            proof=self.proof,
            point_becomes=self.point_becomes,
        )


class _Otherwise(_Rule):
    kind: Literal["suppressed_otherwise"]
    but: frozenset[str] = frozenset()

    def check(self) -> Check:
        return Suppressed(but=self.but)


class _Minor(_Rule):
    kind: Literal["minor"]
    age: int = Field(ge=1, le=30)

    def check(self) -> Check:
        return Minor(age=self.age)


class _Prescribed(_Rule):
    kind: Literal["prescribed"]
    years: int = Field(ge=1, le=30)

    def check(self) -> Check:
        return Prescribed(years=self.years)


class _Listed(_Rule):
    kind: Literal["listed"]
    lists: frozenset[str] = Field(min_length=1)

    def check(self) -> Check:
        return Listed(lists=self.lists)


_PLAIN: Mapping[str, Check] = {
    "simulation": Simulation(),
    "destination": Destination(),
    "active_point": ActivePoint(),
    "sundays": Sundays(),
    "holidays": Holidays(),
    "closed": ClosedBook(),
    "nothing_owed": NothingOwed(),
}
_Any = Annotated[
    _Hours | _Plain | _DaysOff | _Cap | SuppressedForm | _Otherwise | _Minor
    | _Prescribed | _Listed,
    Field(discriminator="kind"),
]  # fmt: skip


class Rulebook(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[_Any, ...] = Field(min_length=1)

    @field_validator("rule")
    @classmethod
    def _codes_once(cls, rules: tuple[_Any, ...]) -> tuple[_Any, ...]:
        twice = [code for code, n in Counter(r.code for r in rules).items() if n > 1]
        if twice:
            raise ValueError(f"code given twice: {twice}")
        return rules
