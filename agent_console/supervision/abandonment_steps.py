"""The early alarms of the abandonment: each step is told once a day, when it is crossed.

Pacing aims close below the line on purpose, so a rate goes up and down over its steps all
day. What was crossed is therefore told until midnight, without figures that would change
with every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cobranca.compliance.meters.model import ALARMS, Reading, Scope

EARLY = ALARMS[:-1]  # the last one, and the brake, are told as they are

Crossed = dict[tuple[Scope, str], float]


class AbandonmentSteps:
    """Remembers the highest early step that each number, carrier and CNPJ crossed today."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._crossed: Crossed = {}

    def crossed(self, day: date, found: Sequence[Reading]) -> Crossed:
        """Those of the day, but for what is at the last alarm or braked now."""
        if day != self._day:
            self._day, self._crossed = day, {}
        louder = set()
        for one in found:
            if one.meter != "abandonment":
                continue
            key = (one.scope, one.name)
            reached = max((step for step in EARLY if one.used >= step), default=0.0)
            if reached > self._crossed.get(key, 0.0):
                self._crossed[key] = reached
            if one.brake is not None or one.used >= ALARMS[-1]:
                louder.add(key)
        return {key: step for key, step in self._crossed.items() if key not in louder}
