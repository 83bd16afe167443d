"""Numbers and times as people in Brazil write them."""

from __future__ import annotations

import math
from datetime import datetime

from babel.numbers import format_decimal

from foundation.clock import SAO_PAULO


def number(value: int) -> str:
    """Return the number with points between thousands.

    >>> number(12345)
    '12.345'
    """
    return format_decimal(value, locale="pt_BR")


def wait(seconds: float) -> str:
    """Return a time to wait, rounded up.

    >>> wait(0.2), wait(59.1), wait(61)
    ('1 segundo', '60 segundos', '2 minutos')
    """
    if seconds <= 60:
        whole, unit = math.ceil(seconds), "segundo"
    else:
        whole, unit = math.ceil(seconds / 60), "minuto"
    return f"{whole} {unit}{'' if whole == 1 else 's'}"


def instant(at: datetime) -> str:
    """Return date and time of day in São Paulo.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 3, 10, 13, 0, 5, tzinfo=UTC))
    '10/03/2026 10:00:05'
    """
    return at.astimezone(SAO_PAULO).strftime("%d/%m/%Y %H:%M:%S")
