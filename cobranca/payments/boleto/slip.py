"""Everything that a printed boleto says, worked out from a title and its account.

Pure. The creditor's name, document and address are on every slip (CDC, art. 42-A). With
a bolepix (Resolução BCB 443/2024) the bank gives a Pix code of the same charge, and
whichever is paid first settles it; a static code of ours is never printed on a boleto,
for it would not settle the title at the bank and could be paid a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import rules_of
from cobranca.payments.boleto.bar_code import (
    Slip,
    bar_code,
    formatted_linha,
    linha_digitavel,
)
from cobranca.payments.pix.brcode import read_code
from cobranca.payments.refusal import InvalidBoleto
from foundation.brasil.dates import format_date
from foundation.brasil.document import Document, formatted
from foundation.brasil.money import format_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Beneficiary or payer as printed."""

    name: str
    document: Document
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The texts of a slip, ready to be placed; `pix` is the bank's code of a bolepix."""

    bank: str  # name
    bank_code: str  # with its digit, 341-7
    code: str  # 44 digits
    line: str  # with its marks
    due_on: str
    amount: str
    nosso_numero: str
    agreement: str
    carteira: str
    document_number: str
    issued_on: str
    beneficiary: tuple[str, str, str]  # name, document, address
    payer: tuple[str, str, str]
    instructions: tuple[str, ...]
    pix: str | None


def printed_slip(
    account: BillingAccount,
    *,
    number: int,
    due_on: date,
    issued_on: date,
    amount: Decimal,
    beneficiary: Party,
    payer: Party,
    instructions: tuple[str, ...] = (),
    pix: str | None = None,
) -> Printed:
    """Return what the slip says; raises InvalidBoleto, and InvalidPixCode for `pix`."""
    if not (beneficiary.name.strip() and beneficiary.address.strip()):
        raise InvalidBoleto("boleto_beneficiary", "falta o nome ou o endereço do credor")
    if pix is not None and read_code(pix).url is None:
        raise InvalidBoleto("boleto_pix", "só o Pix da mesma cobrança vai no boleto")
    rules = rules_of(account.bank)
    free = rules.campo_livre(account, number)
    code = bar_code(Slip(bank=account.bank, due_on=due_on, amount=amount, campo_livre=free))
    return Printed(
        bank=rules.name,
        bank_code=f"{rules.code}-{rules.digit}",
        code=code,
        line=formatted_linha(linha_digitavel(code)),
        due_on=format_date(due_on),
        amount=format_amount(amount),
        nosso_numero=rules.nosso_numero(account, number),
        agreement=rules.agreement(account),
        carteira=account.carteira,
        document_number=str(number),
        issued_on=format_date(issued_on),
        beneficiary=_shown(beneficiary),
        payer=_shown(payer),
        instructions=instructions,
        pix=pix,
    )


def _shown(party: Party) -> tuple[str, str, str]:
    return party.name, formatted(party.document), party.address
