"""How busy the floor is. Pure.

Occupancy = (talk + wrap-up) / logged-in time, breaks in the denominator. "Without breaks"
is another figure: the same numerator over logged-in time less breaks. Time is gathered by
the minute, so that any window of whole minutes is a short sum however long the day was.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from dialer.calls.agent import AgentState

BUSY = frozenset({AgentState.TALKING, AgentState.WRAP_UP})
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Agent-seconds of one window."""

    busy_s: float = 0.0  # talk and wrap-up
    breaks_s: float = 0.0
    logged_in_s: float = 0.0

    @property
    def share(self) -> float | None:
        """None: nobody was logged in."""
        return self.busy_s / self.logged_in_s if self.logged_in_s > 0 else None

    @property
    def without_breaks(self) -> float | None:
        """None: nobody was logged in but for breaks."""
        present_s = self.logged_in_s - self.breaks_s
        return self.busy_s / present_s if present_s > 1e-9 else None

    def __add__(self, other: Occupancy) -> Occupancy:
        return Occupancy(
            self.busy_s + other.busy_s,
            self.breaks_s + other.breaks_s,
            self.logged_in_s + other.logged_in_s,
        )


NOTHING = Occupancy()


class OccupancyBook:
    """Folds changes of state, each agent's in order, from `begin` on."""

    def __init__(self, begin: datetime) -> None:
        self.begin = begin
        self._minutes: defaultdict[int, Occupancy] = defaultdict(Occupancy)
        self._now: dict[str, tuple[AgentState, datetime]] = {}

    def change(self, agent: str, state: AgentState, at: datetime) -> None:
        """The agent is in that state from then on; earlier than `begin` counts from it."""
        before = self._now.get(agent)
        if before is not None:
            self._keep(before[0], before[1], at)
        began = max(at, self.begin) if before is None else max(at, before[1])
        self._now[agent] = (state, began)

    def between(self, since: datetime, until: datetime) -> Occupancy:
        """From the minute of `since` up to `until`, states that still last included."""
        first = _minute(since)
        total = sum((o for m, o in self._minutes.items() if m >= first), NOTHING)
        start = max(since.timestamp() // MINUTE_S * MINUTE_S, self.begin.timestamp())
        for state, began in self._now.values():
            seconds = until.timestamp() - max(began.timestamp(), start)
            total += _spent(state, max(0.0, seconds))
        return total

    def _keep(self, state: AgentState, since: datetime, until: datetime) -> None:
        start, end = since.timestamp(), until.timestamp()
        while start < end:
            minute = int(start // MINUTE_S)
            stop = min(end, (minute + 1) * MINUTE_S)
            self._minutes[minute] += _spent(state, stop - start)
            start = stop


def _minute(at: datetime) -> int:
    return int(at.timestamp() // MINUTE_S)


def _spent(state: AgentState, seconds: float) -> Occupancy:
    if state is AgentState.OFFLINE:
        return NOTHING
    return Occupancy(
        busy_s=seconds if state in BUSY else 0.0,
        breaks_s=seconds if state is AgentState.PAUSED else 0.0,
        logged_in_s=seconds,
    )
