"""Bank days: when a bank opens, so when a due date that falls on another day moves to.

Pure: dates in, answers out. Monday to Friday, no national holiday (20 November since 2024,
Lei 14.759/2023), not the Monday or Tuesday of Carnival nor Corpus Christi (Resolução CMN
4.880/2020, general knowledge). Municipal holidays are in no package: the caller gives them,
as dates or as a `TownCalendar`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from foundation.refused import Refused

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_MOVABLE = ("Carnaval", "Corpus Christi")  # no holidays by law, yet banks are closed


class NoSuchDay(Refused):
    """Não é um dia: escreva 01-25 para todo ano, ou 2026-07-09 para um só."""


@dataclass(frozen=True, slots=True)
class TownCalendar:
    """A town's holidays: of every year by month and day, and of one year."""

    every_year: frozenset[tuple[int, int]] = frozenset()
    once: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return (day.month, day.day) in self.every_year or day in self.once


def town_calendar(days: Iterable[str]) -> TownCalendar:
    """Read days such as `01-25` (every year) and `2026-07-09`; raises NoSuchDay.

    >>> date(2030, 1, 25) in town_calendar(["01-25"])
    True
    """
    every_year, once = set(), set()
    for text in days:
        try:
            if len(text) == len("01-25"):
                day = date.fromisoformat(f"2000-{text}")  # a leap year: 29 February is one
                every_year.add((day.month, day.day))
            elif len(text) == len("2026-07-09"):
                once.add(date.fromisoformat(text))
            else:
                raise ValueError(text)
        except ValueError as error:
            raise NoSuchDay(f"{text}: {NoSuchDay.__doc__}") from error
    return TownCalendar(frozenset(every_year), frozenset(once))


@lru_cache(maxsize=512)
def _closed_in(year: int) -> frozenset[date]:
    public = holidays.country_holidays("BR", years=year, language="pt_BR")
    optional = holidays.country_holidays(
        "BR", years=year, categories=("optional",), language="pt_BR"
    )
    movable = {day for day, name in optional.items() if name in _MOVABLE}
    return frozenset(public.keys()) | movable


def is_bank_day(day: date, municipal: Container[date] = ()) -> bool:
    """Whether banks work on that day; `municipal` adds the town's holidays.

    >>> is_bank_day(date(2026, 11, 20))
    False
    """
    if day.weekday() >= _SATURDAY or day in municipal:
        return False
    return day not in _closed_in(day.year)


def bank_day_from(day: date, municipal: Container[date] = ()) -> date:
    """Return that day when banks work, else the next one on which they do.

    >>> bank_day_from(date(2026, 2, 14))  # the Saturday of Carnival
    datetime.date(2026, 2, 18)
    """
    while not is_bank_day(day, municipal):
        day += _ONE_DAY
    return day


def bank_days_after(day: date, count: int, municipal: Container[date] = ()) -> date:
    """Return the last of the `count` bank days that follow that day; `count` >= 0.

    >>> bank_days_after(date(2026, 2, 13), 1)
    datetime.date(2026, 2, 18)
    """
    for _ in range(count):
        day = bank_day_from(day + _ONE_DAY, municipal)
    return day
