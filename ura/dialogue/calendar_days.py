"""Days of months to come. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from foundation.brasil.calendar import is_business_day

LAST_DAY = 31


def next_day(today: date, day: int) -> date | None:
    """Return the next such day of a month, today or later; at its end if it has none."""
    if not 1 <= day <= LAST_DAY:
        return None
    month = today if day >= today.day else months_on(today.replace(day=1), 1)
    return clipped(month.year, month.month, day)


def next_on(today: date, day: int, month: int) -> date | None:
    """Return the next such day and month, today or later; None when there is none."""
    for year in (today.year, today.year + 1):
        found = exact(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def exact(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def clipped(year: int, month: int, day: int) -> date:
    """Return the day of that month, or the last one it has."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def months_on(day: date, count: int) -> date:
    """Return the same day so many months later."""
    years, month = divmod(day.month - 1 + count, 12)
    return clipped(day.year + years, month + 1, day.day)


def business_day_of(first: date, count: int) -> date:
    """Return the so-manieth business day, counted from `first`."""
    day = first
    while True:
        count -= is_business_day(day)
        if count == 0:
            return day
        day += timedelta(days=1)
