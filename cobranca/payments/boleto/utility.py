"""Slips of utilities and taxes: 44 digits, or 48 typed in four blocks.

Pure. FEBRABAN, Layout Padrão de Arrecadação: product 8, segment 1, what the amount is 1,
general digit 1, amount 11, who collects 4 (or 8, segment 6), the rest theirs. The third
digit says which modulo all digits have: 6 and 7 modulo 10, 8 and 9 modulo 11. They are only
recognised: Acordo collects debts by bank slips, and a debtor who pastes the bill of the
electricity company is told so instead of reading "invalid".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cobranca.payments.boleto.check_digits import digit_or_zero, modulo_10
from cobranca.payments.refusal import InvalidBoleto
from cobranca.payments.written import from_cents

LINE_LENGTH = 48
_BLOCK = 11
SEGMENTS = {
    "1": "prefeitura",
    "2": "saneamento",
    "3": "energia elétrica ou gás",
    "4": "telecomunicações",
    "5": "órgão do governo",
    "6": "carnê ou empresa, pelo CNPJ",
    "7": "multa de trânsito",
    "9": "uso do banco",
}


@dataclass(frozen=True, slots=True)
class UtilitySlip:
    """What the digits tell of a bill; `amount` None when they hold a quantity instead."""

    code: str  # 44 digits
    segment: str  # in pt-BR
    amount: Decimal | None


def is_utility(digits: str) -> bool:
    """Tell whether digits of this number and beginning are a utility's, right or wrong."""
    return digits.startswith("8") and len(digits) in (44, LINE_LENGTH)


def read_utility(digits: str) -> UtilitySlip:
    """Read 44 or 48 digits; raises InvalidBoleto."""
    if not is_utility(digits):
        raise InvalidBoleto(
            "utility_length", "conta de consumo tem 44 ou 48 dígitos, desde o 8"
        )
    code = _without_blocks_digits(digits) if len(digits) == LINE_LENGTH else digits
    if code[1] not in SEGMENTS or code[2] not in "6789":
        raise InvalidBoleto("utility_kind", "conta de consumo de um tipo que não existe")
    if code[3] != _digit(code, code[:3] + code[4:]):
        raise InvalidBoleto("utility_general_digit", "o dígito geral da conta não confere")
    cents = int(code[4:15])
    in_reais = code[2] in "68" and cents > 0
    return UtilitySlip(code, SEGMENTS[code[1]], from_cents(cents) if in_reais else None)


def utility_line(code: str) -> str:
    """Return the 48 typed digits of 44 of bar code."""
    blocks = [code[start : start + _BLOCK] for start in range(0, 44, _BLOCK)]
    return "".join(block + _digit(code, block) for block in blocks)


def _without_blocks_digits(line: str) -> str:
    blocks = [
        line[start : start + _BLOCK + 1] for start in range(0, LINE_LENGTH, _BLOCK + 1)
    ]
    for place, block in enumerate(blocks, start=1):
        if block[-1] != _digit(line, block[:-1]):
            raise InvalidBoleto(
                "utility_block_digit", f"erro de digitação no {place}º bloco da conta"
            )
    return "".join(block[:-1] for block in blocks)


def _digit(code: str, digits: str) -> str:
    return str(modulo_10(digits) if code[2] in "67" else digit_or_zero(digits))
