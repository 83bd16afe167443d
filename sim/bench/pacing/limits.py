"""The limit of each floor, solved once and kept beside the runs."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from sim.bench.pacing import bound
from sim.bench.pacing.bound import limit_of
from sim.world import limit
from sim.world.floor.scenario import FloorScenario


def limits(path: Path, book: Mapping[str, FloorScenario]) -> dict[str, float]:
    """Occupancy 0..1 by name; reads what was solved before by the same code."""
    known = _read(path)
    found = {}
    for name, floor in book.items():
        key = _key(floor)
        if key not in known:
            known[key] = limit_of(floor)
            path.write_text(json.dumps(known), "utf-8")
        found[name] = known[key]
    return found


def _read(path: Path) -> dict[str, float]:
    try:
        return {
            str(key): float(value) for key, value in json.loads(path.read_text()).items()
        }
    except (OSError, ValueError):
        return {}


def _key(floor: FloorScenario) -> str:
    return hashlib.sha256(f"{_code()} {floor!r}".encode()).hexdigest()[:32]


@lru_cache
def _code() -> str:
    total = hashlib.sha256()
    for module in (limit, bound):
        total.update(inspect.getsource(module).encode())
    return total.hexdigest()
