"""Holidays and business days.

Pure: dates in, answers out. National and state holidays from the package `holidays`, its
optional ones too (Carnival, Corpus Christi, 24 and 31 December ...), because nobody is
to be rung on a day that most people have off. Municipal holidays are in no package.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import holidays

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@lru_cache(maxsize=512)
def holidays_in(year: int, uf: str | None = None) -> Mapping[date, str]:
    """Return the year's holidays by date, with names in pt-BR; `uf` adds the state's."""
    found = holidays.country_holidays(
        "BR", subdiv=uf, years=year, categories=("public", "optional"), language="pt_BR"
    )
    return MappingProxyType(dict(found.items()))


def holiday_name(day: date, uf: str | None = None) -> str | None:
    """Return the holiday's name; None on other days."""
    return holidays_in(day.year, uf).get(day)


def is_business_day(day: date, uf: str | None = None) -> bool:
    """Monday to Friday and no holiday, national or of the state given."""
    return day.weekday() < _SATURDAY and holiday_name(day, uf) is None


def next_business_day(day: date, uf: str | None = None) -> date:
    """Return the first business day after that day."""
    following = day + _ONE_DAY
    while not is_business_day(following, uf):
        following += _ONE_DAY
    return following
