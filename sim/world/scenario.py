"""A scenario: how a telephone network and its people behave, as values.

Read from a table (a TOML file, parsed elsewhere). Shares are fractions 0..1, durations
are laws in seconds. Pure: no file, no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.world.agents import AgentHabits, agent_habits
from sim.world.laws import Law, law
from sim.world.trace import CODES, Kind

_DURATIONS = ("post_dial_s", "ring_s", "refuse_s", "talk_s", "machine_s")
_SHARE_SLACK = 1e-6
_HOURS = 24


class BadScenario(ValueError):
    """A scenario is missing something, or says something impossible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRate:
    """How the share of answered calls moves with the hour and the region.

    Each is a factor on the mixture's own share: 1 leaves it, 0.5 halves it.
    """

    by_hour: Mapping[int, float] = field(default_factory=dict)
    by_uf: Mapping[str, float] = field(default_factory=dict)
    by_ddd: Mapping[str, float] = field(default_factory=dict)  # stands before by_uf

    def factor(self, *, hour: int, ddd: str, uf: str | None) -> float:
        region = self.by_ddd.get(ddd, self.by_uf.get(uf or "", 1.0))
        return self.by_hour.get(hour, 1.0) * region


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that a trace is drawn from."""

    name: str
    seed: int
    attempts: int  # rows for each number
    first_hour: int  # local hour at which the list's first number is called
    last_hour: int
    mixture: Mapping[Kind, float]  # shares, sum 1
    codes: Mapping[Kind, Mapping[int, float]]  # of each kind: SIP code, share
    answer_rate: AnswerRate
    post_dial_s: Law
    ring_s: Law  # of calls that somebody may answer
    refuse_s: Law  # ring before a refusal; 0 is refused at once, without ringing
    talk_s: Law
    machine_s: Law
    callee_hangs_up: float  # share of conversations that the debtor ends
    patience_s: float  # how long the debtor stays when the other side should hang up
    silent_people: float  # share of people who pick up and say nothing
    key_presses: float  # share of people who press keys
    agents: AgentHabits


def scenario(table: Mapping[str, Any]) -> Scenario:
    """Read a scenario; raises BadScenario, UnknownLaw."""
    try:
        return _scenario(table)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadScenario(f"falta ou não serve: {error}") from error


def _scenario(table: Mapping[str, Any]) -> Scenario:
    durations: dict[str, Law] = {name: law(table["durations"][name]) for name in _DURATIONS}
    people = table.get("people", {})
    calling = table.get("calling", {})
    return Scenario(
        name=str(table["name"]),
        seed=int(table["seed"]),
        attempts=int(table.get("attempts", 1)),
        first_hour=int(calling.get("first_hour", 8)),
        last_hour=int(calling.get("last_hour", 20)),
        mixture=_mixture(table["mixture"]),
        codes=_codes(table.get("codes", {})),
        answer_rate=_answer_rate(table.get("answer_rate", {})),
        callee_hangs_up=_share(people, "callee_hangs_up", 0.5),
        patience_s=float(people.get("patience_s", 600.0)),
        silent_people=_share(people, "silent", 0.0),
        key_presses=_share(people, "key_presses", 0.0),
        agents=agent_habits(table.get("agents", {})),
        **durations,
    )


def _share(table: Mapping[str, Any], name: str, default: float) -> float:
    value = float(table.get(name, default))
    if not 0 <= value <= 1:
        raise BadScenario(f"{name} = {value}: esperado de 0 a 1")
    return value


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError as error:
        raise BadScenario(f"{name!r} não é um desfecho: {', '.join(Kind)}") from error


def _mixture(table: Mapping[str, Any]) -> dict[Kind, float]:
    shares = {_kind(name): float(share) for name, share in table.items()}
    if any(share < 0 for share in shares.values()):
        raise BadScenario("mixture: parte negativa")
    if abs(sum(shares.values()) - 1) > _SHARE_SLACK:
        raise BadScenario(f"mixture: a soma é {sum(shares.values()):.4f}, esperado 1")
    return {kind: shares.get(kind, 0.0) for kind in Kind}


def _codes(table: Mapping[str, Any]) -> dict[Kind, dict[int, float]]:
    codes = {kind: {CODES[kind][0]: 1.0} for kind in Kind}
    for name, variants in table.items():
        kind = _kind(name)
        codes[kind] = {int(code): float(share) for code, share in variants.items()}
        unknown = set(codes[kind]) - set(CODES[kind])
        if unknown:
            raise BadScenario(f"codes.{name}: SIP {sorted(unknown)} não serve")
        if abs(sum(codes[kind].values()) - 1) > _SHARE_SLACK:
            raise BadScenario(f"codes.{name}: a soma não é 1")
    return codes


def _answer_rate(table: Mapping[str, Any]) -> AnswerRate:
    by_hour = {
        int(hour): float(factor) for hour, factor in table.get("by_hour", {}).items()
    }
    if any(not 0 <= hour < _HOURS for hour in by_hour):
        raise BadScenario("answer_rate.by_hour: hora fora de 0 a 23")
    return AnswerRate(
        by_hour=by_hour,
        by_uf={str(uf): float(factor) for uf, factor in table.get("by_uf", {}).items()},
        by_ddd={str(ddd): float(factor) for ddd, factor in table.get("by_ddd", {}).items()},
    )
