"""What a debtor pasted or a scanner read: a bank's slip or a utility's bill.

Pure. Decides by number of digits and first digit alone; the reading itself is theirs.
"""

from __future__ import annotations

from datetime import date

from cobranca.payments.boleto.bar_code import LENGTH, Slip, code_of_line, slip_of
from cobranca.payments.boleto.utility import UtilitySlip, is_utility, read_utility
from cobranca.payments.refusal import InvalidBoleto
from cobranca.payments.written import digits_of

_LONGEST = 100  # signs of a pasted text, marks included


def read_slip(text: str, *, near: date) -> Slip | UtilitySlip:
    """Read 44, 47 or 48 digits with or without marks; raises InvalidBoleto."""
    if len(text) > _LONGEST:
        raise InvalidBoleto("boleto_length", "texto longo demais para uma linha digitável")
    digits = digits_of(text)
    if is_utility(digits):
        return read_utility(digits)
    return slip_of(digits if len(digits) == LENGTH else code_of_line(text), near=near)
