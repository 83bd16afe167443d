"""Takes numbers that tell who somebody is, or pay, out of what was said.

Pure. A CPF has 11 digits, a card 13 to 19, a telephone 10 or 11; spoken one by one, in
groups or as written. Whatever makes up eight digits in a row is hidden: amounts and dates
have fewer. What is hidden cannot be found again, so this comes before anything is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "***"
MOST_DIGITS = 7  # in a row, that are kept

_TOKENS = re.compile(r"\d+|[^\W\d_]+|[^\w]+|_+")
_ONE = frozenset(
    "zero um uma dois duas três tres quatro cinco seis meia sete oito nove "
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem cento "
    "duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos "
    "novecentos".split()
)
_TWO = frozenset(
    "dez onze doze treze catorze quatorze quinze dezesseis dezessete dezoito "
    "dezenove".split()
)
_BETWEEN = frozenset("e ponto traço traco barra hífen hifen".split())


def masked(text: str) -> str:
    """Hide every row of more than MOST_DIGITS digits.

    >>> masked("meu cpf é 529.982.247-25, tá?")
    'meu cpf é ***, tá?'
    >>> masked("cinco dois nove nove oito dois dois quatro sete dois cinco isso")
    '*** isso'
    >>> masked("mil duzentos e trinta e quatro reais e cinquenta centavos")
    'mil duzentos e trinta e quatro reais e cinquenta centavos'
    """
    return "".join(_runs(_TOKENS.findall(text)))


def _runs(tokens: list[str]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        end, digits = _run(tokens, at)
        if digits > MOST_DIGITS:
            yield HIDDEN
            at = end
        else:
            yield from tokens[at : max(end, at + 1)]
            at = max(end, at + 1)


def _run(tokens: list[str], begin: int) -> tuple[int, int]:
    """Where a row of digits that begins there ends, after its last digit, and how many."""
    end, digits, at = begin, 0, begin
    while at < len(tokens):
        count = _digits(tokens[at])
        if count == 0 and not (digits and _joins(tokens[at])):
            break
        at += 1
        if count:
            digits, end = digits + count, at
    return end, digits


def _digits(token: str) -> int:
    if token.isdecimal():
        return len(token)
    word = token.lower()
    return 1 if word in _ONE else 2 if word in _TWO else 0


def _joins(token: str) -> bool:
    """What may stand between two digits of one number."""
    word = token.strip().lower()
    return word in _BETWEEN or not any(char.isalnum() for char in word)
