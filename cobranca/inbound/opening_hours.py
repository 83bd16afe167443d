"""Whether the centre is open now.

Pure: an instant in, an answer out. Hours are local time of São Paulo, where the centre is;
holidays are those of the country and of one state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from foundation.brasil.calendar import holiday_name
from foundation.clock import SAO_PAULO

SATURDAY, SUNDAY = 5, 6
_WRITTEN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MINUTES_OF_A_DAY = 24 * 60


class BadHours(ValueError):
    """Horário inválido: escreva como 08:00-20:00, ou deixe em branco se não abre."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From the first minute, up to and without the last; minutes since midnight."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> Hours | None:
        """Read `08:00-20:00`; None for an empty text (closed all day). Raises BadHours."""
        if not text.strip():
            return None
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise BadHours(text)
        h1, m1, h2, m2 = (int(part) for part in found.groups())
        hours = cls(60 * h1 + m1, 60 * h2 + m2)
        if not hours.opens < hours.closes <= _MINUTES_OF_A_DAY:
            raise BadHours(text)
        return hours

    def hold(self, at: time) -> bool:
        return self.opens <= 60 * at.hour + at.minute < self.closes

    def __str__(self) -> str:
        """As it is written.

        >>> str(Hours(8 * 60, 20 * 60))
        '08:00-20:00'
        """
        return "-".join(f"{m // 60:02d}:{m % 60:02d}" for m in (self.opens, self.closes))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Hours of each kind of day; None is closed. `uf` names the state of the holidays."""

    weekday: Hours | None = Hours(8 * 60, 20 * 60)
    saturday: Hours | None = Hours(8 * 60, 14 * 60)
    sunday: Hours | None = None
    holiday: Hours | None = None
    uf: str | None = "SP"

    @classmethod
    def written(
        cls, weekday: str, saturday: str, sunday: str, holiday: str, uf: str
    ) -> OpeningHours:
        """Read hours as people write them; empty is closed. Raises BadHours."""
        return cls(
            weekday=Hours.parse(weekday),
            saturday=Hours.parse(saturday),
            sunday=Hours.parse(sunday),
            holiday=Hours.parse(holiday),
            uf=uf or None,
        )


def is_open(now: datetime, opening: OpeningHours) -> bool:
    """Tell whether somebody answers at that instant (aware).

    >>> from datetime import UTC
    >>> is_open(datetime(2026, 3, 10, 13, 0, tzinfo=UTC), OpeningHours())  # Tuesday, 10:00
    True
    """
    local = now.astimezone(SAO_PAULO)
    hours = _hours_of(local, opening)
    return hours is not None and hours.hold(local.time())


def first_open(day: date, after: datetime, opening: OpeningHours) -> time | None:
    """When the centre opens on that day, or its first whole hour after that instant.

    None: it is closed that day, or for the rest of it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)  # Tuesday, 12:20
    >>> first_open(date(2026, 3, 11), noon, OpeningHours())
    datetime.time(8, 0)
    >>> first_open(date(2026, 3, 10), noon, OpeningHours())
    datetime.time(13, 0)
    """
    local = after.astimezone(SAO_PAULO)
    hours = _hours_of(datetime.combine(day, time(), SAO_PAULO), opening)
    if hours is None or day < local.date():
        return None
    minute = hours.opens
    if day == local.date():
        minute = max(minute, 60 * (local.hour + 1))
    return time(*divmod(minute, 60)) if minute < hours.closes else None


def _hours_of(local: datetime, opening: OpeningHours) -> Hours | None:
    if holiday_name(local.date(), opening.uf) is not None:
        return opening.holiday
    if local.weekday() == SUNDAY:
        return opening.sunday
    return opening.saturday if local.weekday() == SATURDAY else opening.weekday
