"""Check digits of Brazilian collection: modulo 10 and modulo 11.

Pure. Both run from the right. Modulo 10 has weights 2, 1, 2 ... and adds the digits of each
product; modulo 11 has weights 2, 3 ... up to 9 (or 7) and then 2 again. What a bank makes
of the remainder is its own rule, so `modulo_11` gives the remainder.
"""

from __future__ import annotations


def modulo_10(digits: str) -> int:
    """Return the check digit 0..9.

    >>> modulo_10("01230067896")
    3
    """
    total = 0
    for place, sign in enumerate(reversed(digits)):
        product = int(sign) * (1 if place % 2 else 2)
        total += product - 9 if product > 9 else product
    return -total % 10


def modulo_11(digits: str, *, highest: int = 9) -> int:
    """Return the remainder 0..10 of the weighted sum; weights are 2..`highest`."""
    cycle = highest - 1
    return (
        sum(int(sign) * (2 + place % cycle) for place, sign in enumerate(reversed(digits)))
        % 11
    )


def general_digit(digits: str) -> int:
    """Return the fifth digit of a boleto's bar code: 1..9, where 0, 10 and 11 become 1."""
    digit = 11 - modulo_11(digits)
    return 1 if digit > 9 else digit


def digit_or_zero(digits: str) -> int:
    """Return 11 less the remainder, where 10 and 11 become 0 (Caixa, Santander, slips)."""
    digit = 11 - modulo_11(digits)
    return 0 if digit > 9 else digit


def digit_or_letter(digits: str, letter: str, *, highest: int = 9) -> str:
    """Return 11 less the remainder, where 10 is the letter (P, X) and 11 is 0."""
    digit = 11 - modulo_11(digits, highest=highest)
    return {10: letter, 11: "0"}.get(digit, str(digit))
