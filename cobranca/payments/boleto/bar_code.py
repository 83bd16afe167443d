"""A bank's slip as 44 digits of bar code and as 47 digits of typed line, both ways.

Pure. FEBRABAN: bank 3, currency 1 (9 is real), general digit 1, factor 4, amount 10,
free field 25. The line is the same digits in another order, its first three fields each
with a modulo 10 digit of their own. Nothing wrong is let pass: a mistyped digit is told
with the field that it is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cobranca.payments.boleto.check_digits import general_digit, modulo_10
from cobranca.payments.boleto.due_factor import date_of, factor_of
from cobranca.payments.refusal import InvalidBoleto
from cobranca.payments.written import digits_of, from_cents, to_cents

REAL = "9"
LENGTH, LINE_LENGTH, FREE_LENGTH = 44, 47, 25
HIGHEST_AMOUNT = Decimal("99999999.99")
_MARKS = frozenset("0123456789 .-\t\n\r\N{NO-BREAK SPACE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a bar code says. `amount` None or `due_on` None: the slip leaves it open."""

    bank: str
    due_on: date | None
    amount: Decimal | None
    campo_livre: str


def bar_code(slip: Slip) -> str:
    """Return the 44 digits; raises InvalidBoleto."""
    if not (len(slip.bank) == 3 and slip.bank.isascii() and slip.bank.isdigit()):
        raise InvalidBoleto("boleto_bank", "o código do banco tem três dígitos")
    free = slip.campo_livre
    if not (len(free) == FREE_LENGTH and free.isascii() and free.isdigit()):
        raise InvalidBoleto("boleto_campo_livre", "o campo livre tem 25 dígitos")
    factor = 0 if slip.due_on is None else factor_of(slip.due_on)
    rest = f"{factor:04d}{_cents(slip.amount):010d}{free}"
    head = slip.bank + REAL
    return f"{head}{general_digit(head + rest)}{rest}"


def _cents(amount: Decimal | None) -> int:
    if amount is None:
        return 0
    cents = to_cents(amount)
    if not 0 < cents <= to_cents(HIGHEST_AMOUNT):
        raise InvalidBoleto(
            "boleto_amount", "valor do boleto entre R$ 0,01 e R$ 99.999.999,99"
        )
    return cents


def slip_of(code: str, *, near: date) -> Slip:
    """Read 44 digits; `near` is the date that the due factor is read by."""
    if not (len(code) == LENGTH and code.isascii() and code.isdigit()):
        raise InvalidBoleto("boleto_length", "o código de barras tem 44 dígitos")
    if code[3] != REAL:
        raise InvalidBoleto("boleto_currency", "o boleto não é em reais")
    if code[4] != str(general_digit(code[:4] + code[5:])):
        raise InvalidBoleto("boleto_general_digit", "o dígito geral do boleto não confere")
    cents = int(code[9:19])
    return Slip(
        bank=code[:3],
        due_on=date_of(int(code[5:9]), near=near),
        amount=from_cents(cents) if cents else None,
        campo_livre=code[19:],
    )


def linha_digitavel(code: str) -> str:
    """Return the 47 digits of a bar code, without marks."""
    fields = (code[:4] + code[19:24], code[24:34], code[34:44])
    checked = "".join(f"{field}{modulo_10(field)}" for field in fields)
    return f"{checked}{code[4]}{code[5:19]}"


def formatted_linha(line: str) -> str:
    """Return a typed line as it is printed.

    >>> formatted_linha("00190000090123879877977700168188337710000013500")
    '00190.00009 01238.798779 77700.168188 3 37710000013500'
    """
    first, second, third = line[:10], line[10:21], line[21:32]
    parts = (f"{part[:5]}.{part[5:]}" for part in (first, second, third))
    return f"{' '.join(parts)} {line[32]} {line[33:]}"


def code_of_line(text: str) -> str:
    """Return the bar code of a typed line, with or without marks; raises InvalidBoleto."""
    line = digits_of(text)
    if not _MARKS.issuperset(text) or len(line) != LINE_LENGTH:
        raise InvalidBoleto("boleto_length", "a linha digitável tem 47 dígitos")
    fields = (line[:10], line[10:21], line[21:32])
    for place, field in enumerate(fields, start=1):
        if field[-1] != str(modulo_10(field[:-1])):
            raise InvalidBoleto(
                "boleto_field_digit",
                f"erro de digitação no {place}º campo da linha digitável",
            )
    free = line[4:9] + line[10:20] + line[21:31]
    code = line[:4] + line[32:47] + free
    if code[4] != str(general_digit(code[:4] + code[5:])):
        raise InvalidBoleto("boleto_general_digit", "o dígito geral do boleto não confere")
    return code
