"""Clocks. Event times, leases and tokens use real UTC; compliance may be simulated.

On a simulated route, hours, days and counters of compliance come from one offset
kept in PostgreSQL, so that a demonstration at night can ring debtors at ten in the
morning under the same rules. On a real route no offset is ever applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
DEFAULT_START = datetime(2026, 3, 10, 10, 0, tzinfo=SAO_PAULO)  # a Tuesday, ten o'clock


class Clock(Protocol):
    """Tells the present as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class OffsetClock:
    """The machine's clock moved by a constant; for compliance on a simulated route."""

    offset: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
