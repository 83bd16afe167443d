"""Opening hours as the sentence that whoever calls outside them hears. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time
from functools import cache
from importlib.resources import files

from cobranca.inbound.opening_hours import Hours, OpeningHours
from ura.dialogue.numbers import in_words
from ura.dialogue.times import time_in_words

_WEEK = ("weekday", "saturday", "sunday")
_HOUR = 60  # minutes
_DAY = 24 * _HOUR


def hours_in_words(opening: OpeningHours) -> str:
    """Say when people answer.

    >>> hours_in_words(OpeningHours(saturday=None, holiday=Hours.parse("08:00-12:30")))
    'Olá! Nosso atendimento funciona de segunda a sexta, das oito às vinte horas, e nos \
feriados, das oito às doze e trinta. Por favor, ligue novamente nesse horário. Obrigada.'
    """
    says = _words()["says"]
    parts = [f"{days}, {_between(hours)}" for days, hours in _groups(opening)]
    if not parts:
        return says["never"]
    listed = ", ".join(parts[:-1]) + ", e " + parts[-1] if parts[1:] else parts[0]
    if opening.holiday is None:
        listed = says["holidays_too"].format(days=listed)
    return says["open"].format(days=listed)


def _groups(opening: OpeningHours) -> list[tuple[str, Hours]]:
    """Kinds of day with the same hours, side by side in the week, are named together."""
    names = _words()["days"]
    found: list[tuple[tuple[str, ...], Hours]] = []
    for day in _WEEK:
        hours: Hours | None = getattr(opening, day)
        if hours is None:
            continue
        together = (*found[-1][0], day) if found else (day,)
        if found and found[-1][1] == hours and "_".join(together) in names:
            found[-1] = (together, hours)
        else:
            found.append(((day,), hours))
    groups = [(names["_".join(days)], hours) for days, hours in found]
    if opening.holiday is not None:
        groups.append((names["holiday"], opening.holiday))
    return groups


def _between(hours: Hours) -> str:
    words = _words()["hours"]
    if (hours.opens, hours.closes) == (0, _DAY):
        return words["all_day"]
    opens = _at(hours.opens, "opens", brief=True)
    return words["between"].format(opens=opens, closes=_at(hours.closes, "closes"))


def _at(minutes: int, which: str, *, brief: bool = False) -> str:
    words, (hour, minute) = _words()["hours"], divmod(minutes % _DAY, _HOUR)
    if minutes % _DAY == 0:
        return words[f"{which}_at_midnight"]
    form = words[f"{which}_at_one"] if hour == 1 else words[which]
    # 'das oito às vinte horas': the hours are named once
    short = brief and minute == 0
    said = in_words(hour, feminine=True) if short else time_in_words(time(hour, minute))
    return form.format(time=said)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = (files("ura.prompts") / "hours.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
