"""Reading and showing amounts in reais.

Pure. Inside, an amount is a `Decimal` with whole cents. Reading is strict: what could
mean two amounts is refused, never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_currency

_CENT = Decimal("0.01")
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", re.ASCII)  # 1.234 or 1.234,56
_COMMA = re.compile(r"\d{1,12}(,\d{1,2})?", re.ASCII)  # 1234 or 1234,56
_POINT = re.compile(r"\d{1,12}\.\d{1,2}", re.ASCII)  # 1234.56
_GROUPED_POINT = re.compile(r"\d{1,3}(,\d{3})+\.\d{1,2}", re.ASCII)  # 1,234.56
_CURRENCY = re.compile(r"^(-?)\s*R\$\s*", re.ASCII)
_DIGITS_MAX = 14  # of reais and cents: below a hundred trillion, far inside a bigint


class InvalidAmount(ValueError):
    """O valor não é uma quantia em reais."""


def parse_amount(text: str) -> Decimal:
    """Read `1.234,56`, `1234,56`, `1234.56`, `1,234.56`, `R$ 10`, each also negative.

    `1.234` is one thousand and so on, as written in Brazil; `1,234` is refused.
    Raises InvalidAmount with the reason in pt-BR.

    >>> parse_amount("R$ 1.234,5")
    Decimal('1234.50')
    """
    written = _CURRENCY.sub(r"\1", text.replace("\N{NO-BREAK SPACE}", " ").strip())
    sign, digits = ("-", written[1:]) if written.startswith("-") else ("", written)
    if not digits:
        raise InvalidAmount("valor em branco")
    if _GROUPED.fullmatch(digits) or _COMMA.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    elif _POINT.fullmatch(digits) or _GROUPED_POINT.fullmatch(digits):
        plain = digits.replace(",", "")
    else:
        raise InvalidAmount("valor ilegível ou ambíguo; escreva como 1.234,56")
    if len(plain) > _DIGITS_MAX + 1:
        raise InvalidAmount("valor grande demais")
    return Decimal(sign + plain).quantize(_CENT)


def format_amount(amount: Decimal) -> str:
    """Return the amount as people read it: `R$ 1.234,50`, with a no-break space."""
    return str(format_currency(amount, "BRL", locale="pt_BR"))
