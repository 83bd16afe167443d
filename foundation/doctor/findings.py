"""What a check found, and how it is told. Pure.

Each finding has a code; the catalogue `doctor_pt_BR.toml` holds, for each code, what it
means and what to do, in containers something else now and then. A finding that is well
says nothing to do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

Level = Literal["ok", "warn", "bad"]
_TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    files("foundation").joinpath("doctor_pt_BR.toml").read_text("utf-8")
)
_SHOWN = {"ok": "certo", "warn": "atenção", "bad": "ERRO"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result. `check` is what was looked at, `values` fill the texts."""

    check: str
    code: str
    level: Level
    values: dict[str, object] = field(default_factory=dict)

    @property
    def told(self) -> str:
        return _TEXTS["found"][self.code].format(**self.values)

    @property
    def to_do(self) -> str:
        """Empty when all is well."""
        if self.level == "ok":
            return ""
        return _TEXTS["to_do"][self.code].format(**self.values)

    def advice(self, *, contained: bool) -> str:
        """What to do, for whoever sits outside of a container, or before the machine."""
        own = _TEXTS["to_do_in_containers"].get(self.code) if contained else None
        return own.format(**self.values) if own and self.to_do else self.to_do


def lines(findings: Sequence[Finding], *, contained: bool = False) -> list[str]:
    """For people: a line each, and below it what to do."""
    told = []
    for one in findings:
        told.append(f"{_SHOWN[one.level]:>8}  {one.check}: {one.told}")
        if to_do := one.advice(contained=contained):
            told.append(f"{'':>8}  -> {to_do}")
    return told


def as_rows(
    findings: Sequence[Finding], *, contained: bool = False
) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "check": one.check,
            "code": one.code,
            "level": one.level,
            "told": one.told,
            "to_do": one.advice(contained=contained),
            **{"values": {name: str(value) for name, value in one.values.items()}},
        }
        for one in findings
    ]


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong; what only deserves attention is not."""
    return all(one.level != "bad" for one in findings)


def codes() -> set[str]:
    """All that a finding may say."""
    return set(_TEXTS["found"])
