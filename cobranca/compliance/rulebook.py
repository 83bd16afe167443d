"""The rules in force, read from `rules.toml`, which says where each comes from."""

from __future__ import annotations

import tomllib
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cobranca.compliance.rules import (
    ActivePoint,
    AttemptsPerDay,
    DaysOff,
    Destination,
    Hours,
    Minor,
    Rule,
    Simulation,
    Suppressed,
)
from foundation.brasil.ddd import UFS


def _known_state(uf: str) -> str:
    if uf not in UFS:
        raise ValueError(f"UF desconhecida: {uf}")
    return uf


class _Sourced(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1)
    since: int
    read_on: date

    @property
    def cited(self) -> str:
        return f"{self.source}; lido em {self.read_on:%d/%m/%Y}"


class _Hours(_Sourced):
    code: str
    uf: Annotated[str, BeforeValidator(_known_state)] | None = None
    weekdays: tuple[time, time]
    saturday: tuple[time, time] | None = None


class _Attempts(_Sourced):
    per_day: int = Field(ge=1)


class _Minor(_Sourced):
    age: int = Field(ge=1)


class _Rulebook(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hours: tuple[_Hours, ...]
    sunday: _Sourced
    holiday: _Sourced
    attempts: _Attempts
    suppression: _Sourced
    point: _Sourced
    minor: _Minor
    destination: _Sourced
    simulation: _Sourced


@cache
def rules_in_force() -> tuple[Rule, ...]:
    """Return the rules that ship with the product."""
    text = files("cobranca.compliance").joinpath("rules.toml").read_text("utf-8")
    return parse_rules(text)


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules written in TOML; raises ValueError when one is malformed."""
    book = _Rulebook.model_validate(tomllib.loads(text))
    return (
        Simulation(source=book.simulation.cited),
        Destination(source=book.destination.cited),
        ActivePoint(source=book.point.cited),
        Suppressed(source=book.suppression.cited),
        Minor(source=book.minor.cited, age=book.minor.age),
        *(_hours(rule) for rule in book.hours),
        _day_off("sunday", book.sunday),
        _day_off("holiday", book.holiday),
        AttemptsPerDay(source=book.attempts.cited, most=book.attempts.per_day),
    )


def _hours(rule: _Hours) -> Hours:
    return Hours(
        code=rule.code,
        source=rule.cited,
        uf=rule.uf,
        weekdays=rule.weekdays,
        saturday=rule.saturday,
    )


def _day_off(code: Literal["sunday", "holiday"], rule: _Sourced) -> DaysOff:
    return DaysOff(code=code, source=rule.cited)
