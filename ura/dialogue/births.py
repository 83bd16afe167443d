"""Birth dates, said or keyed by somebody of age; what could be two dates is none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ura.dialogue.calendar_days import exact
from ura.dialogue.corrections import corrected
from ura.dialogue.dates import FIGURES
from ura.dialogue.digits import digits_of
from ura.dialogue.numbers import numbers
from ura.dialogue.words import table

_ADULT, _OLDEST = 18, 110  # years of age of who owes


def birth_date_of(spoken: Sequence[str], today: date) -> date | None:
    """Return a birth date of somebody of age; None for what is none, or could be two.

    >>> birth_date_of("vinte e tres do cinco de oitenta e cinco".split(), date(2026, 3, 10))
    datetime.date(1985, 5, 23)
    """
    return corrected(spoken, lambda part: _one_birth_date(part, today))


def birth_date_by_keys(keys: str, today: date) -> date | None:
    """Read ddmmaaaa, of somebody of age."""
    return _born(keys[:2], keys[2:4], keys[4:], today) if len(keys) == 8 else None


def _one_birth_date(spoken: Sequence[str], today: date) -> date | None:
    for word in spoken:
        written = FIGURES.fullmatch(word)
        if written and written[3]:
            return _born(written[1], written[2], written[3], today)
    for at, word in enumerate(spoken):
        if month := table("months").get(word):
            before = numbers(_with_ordinals(spoken[:at]))
            after = numbers(spoken[at + 1 :])
            if len(before) == 1 and len(after) == 1:
                return _born(before[0].value, month, after[0].value, today)
            return None
    dictated = birth_date_by_keys(digits_of(spoken), today)
    if dictated is not None:
        return dictated
    said = [number.value for number in numbers(_with_ordinals(spoken))]
    if len(said) in (2, 3, 4) and 1_900 <= said[-1] <= 12_999 and said[-1] // 1000 != 2:
        # "cinco mil novecentos e ...": the month and a year of the last century
        month, rest = divmod(said[-1], 1000)
        if month > 1 and len([v for v in said[:-1] if v]) == 1:
            return _born(max(said[:-1]), month, 1000 + rest, today)
    told = [value for value in said if value]
    if len(told) == 3:
        return _born(told[0], told[1], told[2], today)
    return None


def _with_ordinals(spoken: Sequence[str]) -> list[str]:
    return ["um" if word == "primeiro" else word for word in spoken]


def _born(day: int | str, month: int | str, year: int | str, today: date) -> date | None:
    day, month, year = int(day), int(month), int(year)
    years = [year] if year >= 100 else [1900 + year, 2000 + year]
    fitting = [
        born
        for each in years
        if (born := exact(each, month, day)) is not None
        and _ADULT <= (today - born).days / 365.25 <= _OLDEST
    ]
    return fitting[0] if len(fitting) == 1 else None
