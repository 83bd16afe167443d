"""Times of the day, as people say them on the telephone. Pure.

A call-back is in the day: `às três` is 15:00, `às oito` is 8:00, unless the words say
which half of the day is meant. What has no hour is not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from ura.dialogue.corrections import corrected
from ura.dialogue.numbers import in_words, numbers

MORNING, AFTERNOON = time(10), time(15)  # of who names no hour
_LATER = {"tarde", "tardinha", "noite"}
_NOON = 12
_FIRST_BY_DAY = 8  # an hour before it, said alone, is of the afternoon
_HALF = "meia"
_NOT_HOURS = {"dia", "dias", "parcela", "vez", "vezes", "reais", "real"}


def time_in_words(at: time) -> str:
    """Write a time out.

    >>> time_in_words(time(15)), time_in_words(time(10, 30)), time_in_words(time(13))
    ('quinze horas', 'dez e trinta', 'treze horas')
    """
    hour = in_words(at.hour, feminine=True)
    if at.minute:
        return f"{hour} e {in_words(at.minute)}"
    return f"{hour} {'hora' if at.hour == 1 else 'horas'}"


def time_of(spoken: Sequence[str]) -> time | None:
    """Return the time that the words name.

    >>> time_of("as tres e meia da tarde".split()), time_of("de manha".split())
    (datetime.time(15, 30), datetime.time(10, 0))
    """
    return corrected(spoken, _one_time)


def time_by_keys(keys: str) -> time | None:
    """Read `15`, `1530` or `930`.

    >>> time_by_keys("1530"), time_by_keys("9"), time_by_keys("2460")
    (datetime.time(15, 30), datetime.time(9, 0), None)
    """
    hour, minute = (keys, "0") if len(keys) <= 2 else (keys[:-2], keys[-2:])
    return _time(int(hour), int(minute))


def _one_time(spoken: Sequence[str]) -> time | None:
    text = " ".join(spoken)
    if "meio dia" in text:
        return _time(_NOON, 30 if "e meia" in text else 0)
    found = [
        number
        for number in numbers(spoken)
        if not (number.end < len(spoken) and spoken[number.end] in _NOT_HOURS)
    ]
    if not found:
        return _part_of_the_day(set(spoken))
    hour = found[0].value
    after = list(spoken[found[0].end :])
    minute = 30 if _HALF in after else found[1].value if len(found) > 1 else 0
    if hour < _NOON and (_LATER & set(spoken) or 0 < hour < _FIRST_BY_DAY):
        hour += 0 if "manha" in spoken else _NOON
    return _time(hour, minute)


def _part_of_the_day(spoken: set[str]) -> time | None:
    if "manha" in spoken or "cedo" in spoken:
        return MORNING
    return AFTERNOON if _LATER & spoken or "almoco" in spoken else None


def _time(hour: int, minute: int) -> time | None:
    fits = 0 <= hour <= 23 and 0 <= minute <= 59
    return time(hour, minute) if fits else None
