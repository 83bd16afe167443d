"""Reading and showing dates as Brazilian files and people write them.

Pure. `31/12/2026` (also with `-` or `.`) and ISO `2026-12-31`; a clock time after it is
let pass only when it is midnight. A year of two digits is refused: it could be two.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from foundation.clock import SAO_PAULO

_DAY_FIRST = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
HOURS_OF = "Horários de Brasília (America/Sao_Paulo)."
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$", re.ASCII)


class InvalidDate(ValueError):
    """A data não existe ou não se entende."""


def parse_date(text: str) -> date:
    """Read a date; raises InvalidDate with the reason in pt-BR."""
    written = _MIDNIGHT.sub("", text.strip())
    if not written:
        raise InvalidDate("data em branco")
    if found := _DAY_FIRST.fullmatch(written):
        year, month, day = int(found[4]), int(found[3]), int(found[1])
    elif found := _ISO.fullmatch(written):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        raise InvalidDate("data ilegível; escreva como dd/mm/aaaa")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise InvalidDate("data que não existe no calendário") from error


def format_date(day: date) -> str:
    """Return the date as `31/12/2026`."""
    return f"{day:%d/%m/%Y}"


def format_instant(at: datetime) -> str:
    """Return date and time of day in Brasília; who shows it says `HOURS_OF` too.

    >>> from datetime import UTC
    >>> format_instant(datetime(2026, 3, 11, 1, 5, tzinfo=UTC))
    '10/03/2026 22:05'
    """
    return f"{at.astimezone(SAO_PAULO):%d/%m/%Y %H:%M}"


def format_day_of(at: datetime) -> str:
    """Return the day that it is in Brasília at that instant.

    >>> from datetime import UTC
    >>> format_day_of(datetime(2026, 3, 11, 1, 5, tzinfo=UTC))
    '10/03/2026'
    """
    return format_date(at.astimezone(SAO_PAULO).date())
