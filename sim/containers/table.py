"""What the test says at its end, and whether it passed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEAD = ("serviço", "morto até pronto (s)", "em curso", "perdidas", "dobradas")


@dataclass(frozen=True, slots=True)
class Killed:
    """One service that was killed; times are epoch seconds."""

    service: str
    began_at: float
    ready_at: float


def rows(killed: Sequence[Killed], found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One a service, and one for what falls in nobody's time, when there is such."""
    table: list[tuple[str, ...]] = [
        (
            one.service,
            f"{one.ready_at - one.began_at:.1f}",
            str(found["in_flight"].get(one.service, 0)),
            str(found["lost"].get(one.service, 0)),
            str(found["doubled"].get(one.service, 0)),
        )
        for one in killed
    ]
    stray = (found["lost"].get("", 0), found["doubled"].get("", 0))
    if any(stray):
        table.append(("(sem falha)", "-", "-", *map(str, stray)))
    return table


def lines(table: Sequence[tuple[str, ...]]) -> list[str]:
    """The table for people."""
    whole: list[tuple[str, ...]] = [HEAD, *table]
    widths = [max(len(row[column]) for row in whole) for column in range(len(HEAD))]
    return [
        "  ".join(
            f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in whole
    ]


def good(killed: Sequence[Killed], found: Mapping[str, Any]) -> bool:
    """Nothing lost, nothing doubled, and each time there was something to lose."""
    lived = all(found["in_flight"].get(one.service) for one in killed)
    return lived and not found["lost"] and not found["doubled"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done to the stack, and what the carrier's truth says of it."""

    killed: Sequence[Killed]
    found: Mapping[str, Any]

    @property
    def good(self) -> bool:
        return good(self.killed, self.found)

    @property
    def lines(self) -> list[str]:
        counted = f"{self.found['attempts']} tentativas"
        seen = f"{self.found['invites']} chamadas na operadora"
        table = lines(rows(self.killed, self.found))
        return [*table, f"{counted}, {seen}", *(f"  {x}" for x in self.found["says"])]
