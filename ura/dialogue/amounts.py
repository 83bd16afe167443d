"""Amounts in reais, said and understood.

Pure. What could mean two amounts (`duzentos ou trezentos`) is not understood, never
guessed; the last one after a correction is the one (`duzentos, não, trezentos`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from foundation.brasil.money import InvalidAmount, parse_amount
from ura.dialogue.corrections import corrected
from ura.dialogue.numbers import ARTICLES, MOST, Number, in_words, number_at
from ura.dialogue.words import starts, table

_CENTS = 100
_FIGURES = re.compile(r"\d+(?:[.,]\d+)+|\d+")
_ROUND = 1_000_000


def amount_in_words(amount: Decimal) -> str:
    """Write an amount out; raises ValueError for one that is negative or too large.

    >>> amount_in_words(Decimal("1234.56"))
    'mil duzentos e trinta e quatro reais e cinquenta e seis centavos'
    >>> amount_in_words(Decimal("0.01")), amount_in_words(Decimal("2000000"))
    ('um centavo', 'dois milhões de reais')
    """
    cents_all = int(amount * _CENTS)
    if amount < 0 or cents_all != amount * _CENTS:
        raise ValueError(amount)
    reais, cents = divmod(cents_all, _CENTS)
    parts = []
    if reais or not cents:
        of = " de" if reais >= _ROUND and reais % _ROUND == 0 else ""
        parts.append(f"{in_words(reais)}{of} {'real' if reais == 1 else 'reais'}")
    if cents:
        parts.append(f"{in_words(cents)} {'centavo' if cents == 1 else 'centavos'}")
    return " e ".join(parts)


def amount_of(spoken: Sequence[str]) -> Decimal | None:
    """Return the amount that the words say; None when they say none, or more than one.

    >>> from ura.dialogue.words import words
    >>> amount_of(words("pode ser trezentos e cinquenta reais"))
    Decimal('350.00')
    """
    return corrected(spoken, _one_amount)


def _one_amount(spoken: Sequence[str]) -> Decimal | None:
    found: list[Decimal] = []
    at = 0
    while at < len(spoken):
        read = _amount_at(spoken, at)
        if read is None:
            at += 1
        else:
            amount, at = read
            found.append(amount)
    return found[0] if len(set(found)) == 1 else None


def _amount_at(spoken: Sequence[str], at: int) -> tuple[Decimal, int] | None:
    """The amount that begins at this word, and where it ends."""
    if spoken[at] in table("amounts"):
        end = at + 1 + starts(spoken, at + 1, "reais")
        return Decimal(table("amounts")[spoken[at]]).quantize(Decimal("0.01")), end
    written = _written(spoken, at)
    if written is not None:
        end = at + 1 + starts(spoken, at + 1, "reais")
        return written, end
    number = number_at(spoken, at)
    if number is None:
        return None
    if starts(spoken, number.end, "centavos"):
        return _of(0, number.value), number.end + 1
    end = number.end
    if end < len(spoken) and spoken[end] == "de":  # "dois milhões de reais"
        end += starts(spoken, end + 1, "reais") and 1
    named = starts(spoken, end, "reais")
    if not named and list(spoken[at:end]) in ARTICLES and len(spoken) > 1:
        return None
    end += named
    cents = _cents_at(spoken, end, named=bool(named))
    if cents is not None:
        return _of(number.value, cents.value), cents.end
    return _of(number.value, 0), end


def _written(spoken: Sequence[str], at: int) -> Decimal | None:
    """Figures with cents, as a recogniser writes them; whole ones are numbers."""
    word = spoken[at]
    if not _FIGURES.fullmatch(word) or not {",", "."} & set(word):
        return None
    try:
        return parse_amount(word)
    except InvalidAmount:
        return None


def _cents_at(spoken: Sequence[str], at: int, *, named: bool) -> Number | None:
    """`e cinquenta centavos`; after `reais` the word itself may lack."""
    if at >= len(spoken) or spoken[at] not in ("e", "com"):
        return None
    number = number_at(spoken, at + 1)
    if number is None or not 0 < number.value < _CENTS:
        return None
    told = starts(spoken, number.end, "centavos")
    if not told and not named:
        return None
    return Number(number.value, number.begin, number.end + told)


def _of(reais: int, cents: int) -> Decimal:
    return (Decimal(min(reais, MOST) * _CENTS + cents) / _CENTS).quantize(Decimal("0.01"))
