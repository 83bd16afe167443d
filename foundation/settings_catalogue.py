"""Every setting of every process: name, value, where the value came from, what it does.

Packages register their settings classes by entry point (group `acordo.settings`, process
name = module:class) and tell in pt-BR what each setting does, in a `settings_pt_BR.toml`
at their root. Secrets are never shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, SecretStr

from foundation.settings import FILE_SUFFIX, PREFIX, ProcessSettings

GROUP = "acordo.settings"
TEXTS = "settings_pt_BR.toml"
MASK = "********"
PROJECT = Path(__file__).resolve().parents[1]

Source = Literal["default", "environment", "file"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `processes` names those that read it."""

    name: str  # of the environment variable
    value: str
    default: str
    source: Source
    what: str  # in pt-BR; empty when nobody wrote it down
    processes: tuple[str, ...]


def registered() -> dict[str, type[ProcessSettings]]:
    """Return the settings class of each process."""
    found: dict[str, type[ProcessSettings]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found[point.name] = point.load()
    return found


def collect(
    classes: Mapping[str, type[ProcessSettings]], environment: Mapping[str, str]
) -> list[Setting]:
    """Read every process's settings; raises what a wrong value raises at their start."""
    written = texts(classes.values())
    readers: dict[str, list[str]] = {}
    values: dict[str, tuple[str, str]] = {}
    for process, kind in classes.items():
        set_now = dict(_leaves(kind()))
        for name, default in _defaults(kind):
            readers.setdefault(name, []).append(process)
            values[name] = (_shown(set_now[name]), _shown(default))
    return [
        Setting(
            name=name,
            value=values[name][0],
            default=values[name][1],
            source=_source(name, environment),
            what=written.get(name, ""),
            processes=tuple(readers[name]),
        )
        for name in _by_section(values)
    ]


def section(name: str) -> str:
    """Return the part of a setting's name that it shares with its section; or nothing."""
    return name.rpartition("__")[0]


def _by_section(names: Iterable[str]) -> list[str]:
    """Sections in the order in which they first come, their members together."""
    sections: dict[str, list[str]] = {}
    for name in names:
        sections.setdefault(section(name), []).append(name)
    return [name for members in sections.values() for name in members]


def texts(classes: Iterable[type[ProcessSettings]]) -> dict[str, str]:
    """Return what the packages of these classes and of their parents wrote down."""
    packages = {
        ancestor.__module__.partition(".")[0]
        for kind in classes
        for ancestor in kind.__mro__
        if issubclass(ancestor, ProcessSettings)
    }
    found: dict[str, str] = {}
    for package in sorted(packages):
        catalogue = files(package) / TEXTS
        if catalogue.is_file():
            found |= tomllib.loads(catalogue.read_text("utf-8"))
    return found


def _leaves(section: BaseModel, prefix: str = PREFIX) -> Iterator[tuple[str, Any]]:
    for field in type(section).model_fields:
        yield from _flat(getattr(section, field), f"{prefix}{field.upper()}")


def _defaults(kind: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for field, info in kind.model_fields.items():
        default = info.get_default(call_default_factory=True)
        yield from _flat(default, f"{PREFIX}{field.upper()}")


def _flat(value: object, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield from _leaves(value, f"{name}__")
    else:
        yield name, value


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Path):
        return _short(value)
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


def _short(path: Path) -> str:
    """What ships with the program is named from its folder, so that the page is the same
    on every machine."""
    for folder, shown in ((PROJECT, ""), (Path.home(), "~/")):
        if path.is_relative_to(folder):
            return f"{shown}{path.relative_to(folder)}"
    return str(path)


def _source(name: str, environment: Mapping[str, str]) -> Source:
    """A whole section may be given as JSON: its variable counts for all that is in it."""
    given = {variable.upper() for variable in environment}
    parts = name.split("__")
    for length in range(len(parts), 0, -1):
        variable = "__".join(parts[:length])
        if variable + FILE_SUFFIX in given:
            return "file"
        if variable in given:
            return "environment"
    return "default"
