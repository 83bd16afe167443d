"""What was read of a day, and what is asked for. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from dialer.pacing import Event, Policy
from dialer.what_if.enough import LEAST_TALKS
from foundation.clock import SAO_PAULO
from sim.world.replay.day import RecordedDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A campaign by name or id (None: the only one that dialled) and a span of time."""

    campaign: str | None
    since: datetime
    until: datetime
    least_talks: int = LEAST_TALKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One campaign's day. `plan`: its policies, each from that second on; `now`: today's.

    `history` is what its pacer had seen before, on the clock of the day.
    """

    campaign: UUID
    name: str
    since: datetime
    until: datetime
    day: RecordedDay
    plan: tuple[tuple[float, Policy], ...]
    now: Policy
    history: Sequence[Event] = field(default=(), repr=False)


def whole_day(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in São Paulo.

    >>> [at.isoformat() for at in whole_day(date(2026, 3, 10))]
    ['2026-03-10T00:00:00-03:00', '2026-03-11T00:00:00-03:00']
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=SAO_PAULO)
    return begin, begin + timedelta(days=1)
