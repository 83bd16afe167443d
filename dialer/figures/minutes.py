"""Outcomes by the minute, as a chart wants them: a series without gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MINUTES = 60


@dataclass(frozen=True, slots=True)
class Minutes:
    """`outcomes` holds a count for each minute from `start` on, the last one unfinished."""

    start: datetime
    outcomes: dict[str, list[int]]


@dataclass(slots=True)
class MinuteBook:
    """Remembers counts by minute; a later count of a minute replaces the earlier one."""

    _counts: dict[datetime, dict[str, int]] = field(default_factory=dict)

    def put(self, rows: Iterable[tuple[datetime, str, int]], since: datetime) -> None:
        """Take the counts of all minutes from `since` on."""
        first = whole_minute(since)
        self._counts = {m: c for m, c in self._counts.items() if m < first}
        for at, outcome, count in rows:
            minute = self._counts.setdefault(whole_minute(at), {})
            minute[outcome] = minute.get(outcome, 0) + count

    def series(self, now: datetime, minutes: int = MINUTES) -> Minutes:
        """The last minutes, this one included; what is older is forgotten."""
        start = whole_minute(now) - timedelta(minutes=minutes - 1)
        self._counts = {m: c for m, c in self._counts.items() if m >= start}
        names = sorted({name for counts in self._counts.values() for name in counts})
        places = [start + timedelta(minutes=n) for n in range(minutes)]
        return Minutes(
            start,
            {
                name: [self._counts.get(p, {}).get(name, 0) for p in places]
                for name in names
            },
        )


def whole_minute(at: datetime) -> datetime:
    """The beginning of the minute.

    >>> whole_minute(datetime(2026, 3, 10, 13, 5, 59, tzinfo=UTC)).isoformat()
    '2026-03-10T13:05:00+00:00'
    """
    return at.astimezone(UTC).replace(second=0, microsecond=0)
