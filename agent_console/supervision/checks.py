"""When the floor was last checked for impossible states, and what that found. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LATE_S = 20.0  # the guard looks every 4 s, and each look may take some


@dataclass(frozen=True, slots=True)
class Check:
    """The last look; `violations` None: none yet, and `at` is when the leader began."""

    at: datetime
    s_ago: float
    violations: int | None

    @property
    def late(self) -> bool:
        return self.s_ago > LATE_S


def last_check(floor: Mapping[str, Any] | None, now: datetime) -> Check | None:
    """Read it from what the leader told of its floor; None: it told nothing of it."""
    told = (floor or {}).get("checked")
    if not told:
        return None
    at = datetime.fromisoformat(told["at"])
    ago = max(0.0, (now - at).total_seconds())
    return Check(at=at, s_ago=ago, violations=told["violations"])
