"""Numbers as people in Brazil write them."""

from __future__ import annotations

from babel.numbers import format_decimal


def number(value: int) -> str:
    """Return the number with points between thousands.

    >>> number(12345)
    '12.345'
    """
    return format_decimal(value, locale="pt_BR")
