"""Reads a book of floor scenarios from a table. Pure; the file is read elsewhere.

A scenario is written over the book's `defaults`. What is misspelt, missing or impossible
is refused with the scenario's and the key's name, in pt-BR, for people write books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.world.floor.durations import BadDuration, duration
from sim.world.floor.scenario import (
    Amd,
    BadFloor,
    FloorScenario,
    Group,
    Inbound,
    ListPart,
    Others,
    Points,
    Rings,
    Shifts,
    Walkout,
)

Table = Mapping[str, Any]
Reader = Callable[[Any], Any]

DEFAULTS = "defaults"


def scenarios(book: Table) -> dict[str, FloorScenario]:
    """All scenarios of a book, by name, in its order; raises BadFloor."""
    defaults = book.get(DEFAULTS, {})
    if not isinstance(defaults, Mapping):
        raise BadFloor("defaults: esperada uma tabela")
    found = {}
    for name, table in book.items():
        if name == DEFAULTS:
            continue
        if not isinstance(table, Mapping):
            raise BadFloor(f"{name}: esperada uma tabela")
        found[name] = scenario(name, {**defaults, **table})
    return found


def scenario(name: str, table: Table) -> FloorScenario:
    """One scenario; raises BadFloor."""
    try:
        fields = _fields(table, _SCENARIO)
        fields["shifts"] = _shifts(fields)
        fields["parts"] = _parts(fields)
        for needed in ("hours", "target"):
            if needed not in fields:
                raise BadFloor(f"falta {needed}")
        fields.setdefault("about", "")
        if "by_hour" in fields:
            fields["level"] = _multiplied(fields.pop("by_hour"), fields.get("level"))
        return FloorScenario(name=name, **fields)
    except BadDuration as error:
        raise BadFloor(f"{name}: {error}") from error
    except BadFloor as error:
        said = str(error)
        raise BadFloor(said if said.startswith(f"{name}:") else f"{name}: {said}") from None


def _fields(table: Table, readers: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise BadFloor(f"{table!r}: esperada uma tabela")
    found = {}
    for key, value in table.items():
        if key not in readers:
            raise BadFloor(f"{key} não existe; há {', '.join(sorted(readers))}")
        try:
            found[key] = readers[key](value)
        except BadDuration as error:
            raise BadFloor(f"{key}: {error}") from error
        except BadFloor as error:
            raise BadFloor(f"{key}: {error}") from None
        except (TypeError, ValueError) as error:
            raise BadFloor(f"{key}: {value!r} não serve ({error})") from None
    return found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFloor(f"{value!r} não é um número")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadFloor(f"{value!r} não é um número inteiro")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadFloor(f"{value!r}: esperado true ou false")
    return value


def _points(value: Any) -> Points:
    return tuple((_number(at), _number(height)) for at, height in value)


def _hours(value: Any) -> Points:
    """A factor for each hour, as steps."""
    steps: list[tuple[float, float]] = []
    for hour, factor in enumerate(value):
        at_s = hour * 3600.0
        if steps:
            steps.append((at_s - 1.0, steps[-1][1]))
        steps.append((at_s, _number(factor)))
    return tuple(steps)


def _multiplied(steps: Points, level: Points | None) -> Points:
    if level is not None:
        raise BadFloor("by_hour e level juntos: use um deles")
    return steps


def _of(kind: Callable[..., Any], readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any) -> Any:
        return kind(**_fields(value, readers))

    return read


def _each(read: Reader) -> Reader:
    return lambda value: tuple(read(one) for one in value)


_GROUP = _of(
    Group, {"agents": _whole, "from_s": _number, "to_s": _number, "spread_s": _number}
)
_WALKOUT = _of(Walkout, {"at_s": _number, "share": _number, "back_after_s": _number})
_PART = _of(ListPart, {"share": _number, "p": _number, "known": _truth, "noise": _number})
_RINGS = _of(
    Rings,
    {
        "post_dial": duration, "human": duration, "machine": duration,
        "refusal": duration, "limit_s": _number,
    },
)  # fmt: skip
_AMD = _of(
    Amd,
    {
        "delay": duration, "person_as_machine": _number, "machine_as_person": _number,
        "reviewed": _number,
    },
)  # fmt: skip
_INBOUND = _of(
    Inbound,
    {
        "calls_per_hour": _points, "talk": duration, "wrap": duration,
        "patience": duration, "target": lambda pair: (_number(pair[0]), _number(pair[1])),
    },
)  # fmt: skip
_SCENARIO: Mapping[str, Reader] = {
    "about": str, "hours": _number, "target": _number, "agents": _whole, "p": _number,
    "groups": _each(_GROUP), "walkouts": _each(_WALKOUT), "break_every_s": _number,
    "break_s": _number, "announced_s": _number, "parts": _each(_PART), "block": _whole,
    "leads": _whole, "level": _points, "by_hour": _hours, "pace": _points,
    "rings": _RINGS, "talk": duration, "wrap": duration, "machine_talk": duration,
    "others": _of(Others, {"machine": _number, "busy": _number, "invalid": _number}),
    "patience": duration, "greeting_start": duration, "greeting": duration, "amd": _AMD,
    "amd_errors_count": _truth, "clock_start": str, "threshold_s": _number,
    "outages": _points, "max_cps": _number, "max_lines": _whole, "inbound": _INBOUND,
    "tags": frozenset,
}  # fmt: skip


def _shifts(fields: dict[str, Any]) -> Shifts:
    """`agents` alone is one group that stays; `groups` say who comes and goes."""
    groups, agents = fields.pop("groups", None), fields.pop("agents", None)
    if (groups is None) == (agents is None):
        raise BadFloor("diga agents ou groups, um deles")
    names = ("walkouts", "break_every_s", "break_s", "announced_s")
    rest = {name: fields.pop(name) for name in names if name in fields}
    return Shifts(groups=groups or (Group(agents=agents),), **rest)


def _parts(fields: dict[str, Any]) -> tuple[ListPart, ...]:
    parts, p = fields.pop("parts", None), fields.pop("p", None)
    if (parts is None) == (p is None):
        raise BadFloor("diga p ou parts, um deles")
    return tuple(parts) if parts else (ListPart(share=1.0, p=p),)
