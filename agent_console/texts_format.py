"""Numbers and times as people in Brazil write them."""

from __future__ import annotations

import math

from babel.numbers import format_decimal


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
