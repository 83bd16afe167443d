"""Days to come, as people say them on the telephone; days of the month.

Pure: `today` is given. What names no single day (`semana que vem`, `dia cinco ou seis`)
is not understood; the last day after a correction is the one (`não, dia vinte`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from ura.dialogue.calendar_days import (
    LAST_DAY,
    business_day_of,
    clipped,
    exact,
    months_on,
    next_day,
    next_on,
)
from ura.dialogue.corrections import corrected
from ura.dialogue.numbers import ARTICLES, in_words, number_at, numbers
from ura.dialogue.words import starts, table

MONTHS = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro"
).split()
FIGURES = re.compile(r"(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{4}|\d{2}))?")
_SPANS = {"dia": 1, "dias": 1, "semana": 7, "semanas": 7}
_NOT_DAYS = {"parcela", "via", "vez", "pessoa"}  # "segunda via" is no Monday

Found = tuple[date, int]  # a day, and where its words end


def date_in_words(day: date, *, year: bool = False) -> str:
    """Write a date out.

    >>> date_in_words(date(2026, 5, 1)), date_in_words(date(2026, 3, 20), year=True)
    ('primeiro de maio', 'vinte de março de dois mil e vinte e seis')
    """
    text = f"{day_in_words(day.day)} de {MONTHS[day.month - 1]}"
    return f"{text} de {in_words(day.year)}" if year else text


def day_in_words(day: int) -> str:
    """Write a day of a month out; the first is `primeiro`."""
    return "primeiro" if day == 1 else in_words(day)


def date_of(spoken: Sequence[str], today: date) -> date | None:
    """Return the one day, today or later, that the words name.

    >>> date_of("depois de amanha".split(), date(2026, 3, 10))
    datetime.date(2026, 3, 12)
    """
    return corrected(spoken, lambda part: _one_date(part, today))


def month_day_of(spoken: Sequence[str]) -> int | None:
    """Return the one day of a month that the words name; the last day is 31.

    >>> month_day_of("todo dia dez".split())
    10
    """
    return corrected(spoken, _one_month_day)


def date_by_keys(keys: str, today: date) -> date | None:
    """Read ddmm or ddmmaaaa, today or later.

    >>> date_by_keys("2003", date(2026, 3, 10))
    datetime.date(2026, 3, 20)
    """
    if len(keys) == 4:
        return next_on(today, int(keys[:2]), int(keys[2:]))
    day = exact(int(keys[4:]), int(keys[2:4]), int(keys[:2])) if len(keys) == 8 else None
    return day if day is not None and day >= today else None


def _one_date(spoken: Sequence[str], today: date) -> date | None:
    days: set[date] = set()
    at = 0
    while at < len(spoken):
        found = _date_at(spoken, at, today)
        if found is None:
            at += 1
        else:
            day, at = found
            days.add(day)
            if spoken[at : at + 1] == ["ou"]:
                return None
    if not days:
        bare = numbers(spoken)
        if len(bare) == 1 and bare[0].end - bare[0].begin == len(spoken):
            day_ = next_day(today, bare[0].value)
            days = {day_} if day_ else set()
    (one,) = days if len(days) == 1 else (None,)
    return one if one is not None and one >= today else None


def _date_at(spoken: Sequence[str], at: int, today: date) -> Found | None:
    rules = (_relative, _in_some_days, _figures, _named_month, _business_day)
    for rule in (*rules, _day_word, _weekday):
        found = rule(spoken, at, today)
        if found is not None:
            return found
    return None


def _relative(spoken: Sequence[str], at: int, today: date) -> Found | None:
    for name, days in (("after_tomorrow", 2), ("tomorrow", 1), ("today", 0)):
        if length := starts(spoken, at, name):
            return today + timedelta(days=days), at + length
    if length := starts(spoken, at, "last_day"):
        end = at + length
        further = 2 * (list(spoken[end : end + 2]) == ["que", "vem"])
        month = months_on(today, 1) if further else today
        return clipped(month.year, month.month, LAST_DAY), end + further
    return None


def _in_some_days(spoken: Sequence[str], at: int, today: date) -> Found | None:
    """`daqui a dez dias`, `em duas semanas`."""
    head = (
        2 if list(spoken[at : at + 2]) == ["daqui", "a"] else spoken[at] in ("daqui", "em")
    )
    number = number_at(spoken, at + head) if head else None
    if number is None or number.end >= len(spoken):
        return None
    unit = spoken[number.end]
    if unit in ("mes", "meses") and number.value <= 12:
        return months_on(today, number.value), number.end + 1
    if unit not in _SPANS or number.value > 366:
        return None
    return today + timedelta(days=number.value * _SPANS[unit]), number.end + 1


def _figures(spoken: Sequence[str], at: int, today: date) -> Found | None:
    written = FIGURES.fullmatch(spoken[at])
    if written is None:
        return None
    day, month, year = written.groups()
    if year is None:
        found = next_on(today, int(day), int(month))
    else:
        found = exact(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    return None if found is None else (found, at + 1)


def _named_month(spoken: Sequence[str], at: int, today: date) -> Found | None:
    """`vinte de março`, `primeiro de maio de dois mil e vinte e seis`."""
    number = _ordinal_or_number(spoken, at)
    if number is None:
        return None
    value, end = number
    end = _past(spoken, end, "de")
    month = table("months").get(spoken[end]) if end < len(spoken) else None
    if month is None:
        return None
    end += 1
    year = number_at(spoken, _past(spoken, end, "de"))
    if year is not None and 2000 <= year.value <= 2100:
        on = exact(year.value, month, value)
        return None if on is None else (on, year.end)
    found = next_on(today, value, month)
    return None if found is None else (found, end)


def _business_day(spoken: Sequence[str], at: int, today: date) -> Found | None:
    """`quinto dia útil`: of this month, or of the next when it is past."""
    count = table("ordinals").get(spoken[at])
    if count is None or list(spoken[at + 1 : at + 3]) != ["dia", "util"]:
        return None
    further = _is_next_month(spoken, at + 3)
    first = today.replace(day=1)
    day = business_day_of(months_on(first, 1) if further else first, count)
    if day < today:
        day = business_day_of(months_on(first, 1), count)
    return day, at + 3 + further


def _day_word(spoken: Sequence[str], at: int, today: date) -> Found | None:
    """`dia vinte`, `dia vinte do mês que vem`, `dia vinte do três`."""
    number = _ordinal_or_number(spoken, at + 1) if spoken[at] == "dia" else None
    if number is None:
        return None
    value, end = number
    if not 1 <= value <= LAST_DAY:
        return None
    further = _is_next_month(spoken, end)
    if further:
        month = months_on(today.replace(day=1), 1)
        return clipped(month.year, month.month, value), end + further
    if end + 1 < len(spoken) and spoken[end] in ("do", "de", "barra"):
        month_number = number_at(spoken, end + 1)
        if month_number is not None and 1 <= month_number.value <= 12:
            found = next_on(today, value, month_number.value)
            return None if found is None else (found, month_number.end)
    day = next_day(today, value)
    return None if day is None else (day, end)


def _weekday(spoken: Sequence[str], at: int, today: date) -> Found | None:
    """The next one after today."""
    wanted = table("weekdays").get(spoken[at])
    after = spoken[at + 1] if at + 1 < len(spoken) else ""
    if wanted is None or after in _NOT_DAYS:
        return None
    days = (wanted - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=days), at + 1 + (after == "feira")


def _one_month_day(spoken: Sequence[str]) -> int | None:
    days: set[int] = set()
    at = 0
    while at < len(spoken):
        if length := starts(spoken, at, "last_day"):
            days.add(LAST_DAY)
            at += length
        elif number := _ordinal_or_number(spoken, at):
            value, end = number
            alone = len(spoken) == 1 or spoken[max(at - 1, 0)] == "dia"
            if list(spoken[at:end]) in ARTICLES and not alone:
                at = end
                continue
            at = end
            days.add(0 if list(spoken[at : at + 2]) == ["dia", "util"] else value)
        else:
            at += 1
    (one,) = days if len(days) == 1 else (0,)
    return one if 1 <= one <= LAST_DAY else None


def _ordinal_or_number(spoken: Sequence[str], at: int) -> tuple[int, int] | None:
    if at >= len(spoken):
        return None
    if spoken[at] == "primeiro":
        return 1, at + 1
    number = number_at(spoken, at)
    if number is None:
        return None
    ordinal = number.end < len(spoken) and spoken[number.end] == "o"  # "1º"
    return number.value, number.end + (ordinal and spoken[at].isdigit())


def _is_next_month(spoken: Sequence[str], at: int) -> int:
    """How many words say that it is of the next month."""
    link = _past(spoken, at, "do", "de", "no")
    length = starts(spoken, link, "next_month")
    return link + length - at if length else 0


def _past(spoken: Sequence[str], at: int, *words: str) -> int:
    return at + 1 if at < len(spoken) and spoken[at] in words else at
