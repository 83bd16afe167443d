"""The account that boletos are issued on: data of the creditor's contract with its bank.

Pure. Codes are text of digits as the bank gave them; padding is the rules' business.
Which bank wants what is checked where it is used (`banks`), with the name of the datum.
"""

from __future__ import annotations

from dataclasses import dataclass

from cobranca.payments.refusal import InvalidBoleto


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingAccount:
    """One bank contract. `carteira` is the bank's billing type, never our portfolio."""

    bank: str  # 001, 033, 104, 237, 341
    branch: str  # agência, without its digit
    account: str  # conta, without its digit
    account_digit: str = ""
    branch_digit: str = ""
    carteira: str = ""
    variation: str = ""  # Banco do Brasil: variação da carteira
    beneficiary: str = ""  # convênio (BB), beneficiário (033, 104), código da empresa (237)
    transmission: str = ""  # Santander: código de transmissão

    def digits(self, name: str, length: int, *, required: bool = True) -> str:
        """Return one datum zero-padded to `length`; raises InvalidBoleto naming it."""
        value: str = getattr(self, name)
        if (value or required) and not (value.isascii() and value.isdigit()):
            raise InvalidBoleto(
                "account_datum", f"conta de cobrança: {_NAMES[name]} ausente ou inválido"
            )
        if len(value.lstrip("0")) > length:
            raise InvalidBoleto(
                "account_datum",
                f"conta de cobrança: {_NAMES[name]} tem mais de {length} dígitos",
            )
        return value.lstrip("0").rjust(length, "0")


_NAMES = {
    "branch": "a agência",
    "account": "a conta",
    "account_digit": "o dígito da conta",
    "carteira": "a carteira",
    "variation": "a variação da carteira",
    "beneficiary": "o código do beneficiário ou convênio",
    "transmission": "o código de transmissão",
}
