"""Imports every module of every package, as the processes do when they start.

A word said twice in a catalogue, a name that is gone from another module, a settings file
with a fault: such things end a process at its start, and no linter sees them.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator

PACKAGES = ("foundation", "cobranca", "dialer", "ura", "agent_console", "sim")
_RUNS = ("__main__", "migrations")  # start something, or need something that runs


def modules(packages: Iterable[str]) -> Iterator[str]:
    """Names of the packages' modules, those left out that do something when imported."""
    for package in packages:
        yield package
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}.", _go_on):
            if not any(part in _RUNS for part in found.name.split(".")):
                yield found.name


def _go_on(_name: str) -> None:
    """A package that cannot be imported was named before: `faults` says why."""


def faults(packages: Iterable[str]) -> tuple[int, list[str]]:
    """How many modules there are, and for each that cannot be imported: why."""
    count, found = 0, []
    for name in modules(packages):
        count += 1
        try:
            importlib.import_module(name)
        except Exception:  # the top of a check: whatever a module raises is its fault
            found.append(f"{name}:\n{traceback.format_exc(limit=-3)}")
    return count, found


def main() -> int:
    count, found = faults(PACKAGES)
    print("\n".join(found) or f"{count} modules imported")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
