"""Scenarios as files; the shipped ones lie here. Knows no database and no trace."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sim.world.floor.book import scenarios
from sim.world.floor.scenario import BadFloor, FloorScenario
from sim.world.laws import UnknownLaw
from sim.world.scenario import BadScenario, Scenario, scenario

FOLDER = Path(__file__).parent


def load(path: Path) -> Scenario:
    """Read a scenario's file; raises BadScenario with the reason."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return scenario(table)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, UnknownLaw, ValueError) as error:
        raise BadScenario(f"{path.name}: {error}") from error


def pacing_book(path: Path = FOLDER / "pacing.toml") -> dict[str, FloorScenario]:
    """Read a book of floors in virtual time; raises BadFloor with the reason."""
    try:
        return scenarios(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadFloor(f"{path.name}: {error}") from error
