"""A title (título): one slip as a bank registers it, and its numbers in each bank's form.

Pure. Amounts are `Decimal` reais here and integer cents in the values. Interest goes as
reais a day and the fine as a percentage, which all five banks take in both sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import (
    bb_digit,
    bb_nosso_numero,
    bradesco_digit,
    caixa_number,
    numbered,
    santander_number,
)
from cobranca.payments.pix.txid import static_txid_of
from cobranca.payments.refusal import InvalidCnab
from cobranca.payments.written import digits_of, plain, to_cents
from foundation.brasil.document import Document

Movement = Literal["register", "cancel", "change_due"]
_MOVEMENTS: Mapping[Movement, str] = {"register": "01", "cancel": "02", "change_due": "06"}
_TRADE_BILL = {240: "02", 400: "01"}  # duplicata mercantil
_ZERO = Decimal(0)
_DOCUMENT_DIGITS = 10**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who owes, as the bank prints it; all of it is asked for by the banks."""

    document: Document
    name: str
    street: str
    city: str
    uf: str
    cep: str
    district: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """One slip to register, change or cancel. `number` is the running nosso número."""

    charge_id: UUID
    number: int
    due_on: date
    issued_on: date
    amount: Decimal
    payer: Payer
    movement: Movement = "register"
    interest_per_day: Decimal = _ZERO  # reais
    fine_percent: Decimal = _ZERO
    discount: Decimal = _ZERO  # reais, until `discount_until`
    discount_until: date | None = None
    rebate: Decimal = _ZERO  # reais
    late_from: date | None = None  # first day of fine and interest; None: day after due


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who collects: the creditor, by its document and name."""

    document: Document
    name: str


def file_values(
    account: BillingAccount, company: Company, *, sequence: int, at: datetime, size: int
) -> dict[str, Any]:
    """Return the values that are the same in the whole file."""
    return _ACCOUNTS[account.bank](account) | {
        "company_kind": "1" if company.document.kind == "cpf" else "2",
        "company_document": company.document.text,
        "company_name": plain(company.name),
        "message_1": "",
        "message_2": "",
        "sequence": sequence,
        "generated_on": at.date(),
        "generated_at": f"{at:%H%M%S}",
        "kind": _TRADE_BILL[size],
        "protest_kind": "3",  # not to be protested by the bank
        "protest_days": "00",
        "write_off_kind": "1",  # given back after so many days
        "write_off_days": "120",
    }


def title_values(account: BillingAccount, title: Title) -> dict[str, Any]:
    """Return a title's own values; raises InvalidCnab or InvalidBoleto with the reason."""
    payer = title.payer
    fine, interest = to_cents(title.fine_percent), to_cents(title.interest_per_day)
    late_from = title.late_from or date.fromordinal(title.due_on.toordinal() + 1)
    return {
        "movement": _MOVEMENTS[title.movement],
        "title_number": _NUMBERS[account.bank](account, title.number),
        "our_use": static_txid_of(title.charge_id),
        "document_number": title.number % _DOCUMENT_DIGITS,
        "due_on": title.due_on,
        "issued_on": title.issued_on,
        "amount": _positive(title),
        "interest_kind": "1" if interest else "3",
        "interest_from": late_from if interest else None,
        "interest": interest,
        "fine_kind": "2" if fine else "0",
        "fine_kind_400": "4" if fine else "0",
        "fine_from": late_from if fine else None,
        "fine_rate": fine,
        "discount_kind": "1" if title.discount else "0",
        "discount_until": title.discount_until if title.discount else None,
        "discount": to_cents(title.discount),
        "rebate": to_cents(title.rebate),
        "title_number_short": _short_number(account, title.number),
    } | _payer_values(payer)


def _positive(title: Title) -> int:
    cents = to_cents(title.amount)
    if cents <= 0:
        raise InvalidCnab("title_amount", "título sem valor")
    if title.discount and title.discount_until is None:
        raise InvalidCnab("title_discount", "desconto sem a data até a qual vale")
    if title.issued_on > title.due_on:
        raise InvalidCnab("title_due", "vencimento anterior à emissão")
    return cents


def _payer_values(payer: Payer) -> dict[str, Any]:
    cep, uf = digits_of(payer.cep), payer.uf.upper()
    name, street, city = plain(payer.name), plain(payer.street), plain(payer.city)
    if not (name and street and city and len(uf) == 2 and len(cep) == 8):
        raise InvalidCnab(
            "title_payer", "falta nome ou endereço completo (com CEP) do pagador"
        )
    place = f" {city}/{uf}"
    return {
        "payer_kind": "1" if payer.document.kind == "cpf" else "2",
        "payer_document": payer.document.text,
        "payer_name": name,
        "payer_street": street,
        "payer_street_and_city": street[: 40 - len(place)] + place,
        "payer_district": plain(payer.district),
        "payer_city": city,
        "payer_uf": uf,
        "payer_cep": cep,
    }


def _short_number(account: BillingAccount, number: int) -> str:
    if account.bank != "033":
        return ""
    if number >= 10**7:
        return "too long for eight"
    return santander_number(number)[-8:]


_NUMBERS: Mapping[str, Callable[[BillingAccount, int], str]] = {
    "001": lambda account, number: bb_nosso_numero(account, number).replace("-", ""),
    "033": lambda _account, number: santander_number(number),
    "104": caixa_number,
    "237": lambda account, number: numbered(number, 11) + bradesco_digit(account, number),
    "341": lambda _account, number: numbered(number, 8),
}


def title_number(account: BillingAccount, number: int) -> str:
    """Return a slip's number as the bank has it in its files; raises InvalidBoleto."""
    return _NUMBERS[account.bank](account, number)


def _bb_account(account: BillingAccount) -> dict[str, Any]:
    branch, own = account.digits("branch", 4), account.digits("account", 8)
    return {
        "branch": branch,
        "branch_digit": bb_digit(branch),
        "account": own,
        "account_digit": bb_digit(own),
        "beneficiary": account.digits("beneficiary", 7),
        "carteira": account.digits("carteira", 2),
        "variation": account.digits("variation", 3),
    }


def _santander_account(account: BillingAccount) -> dict[str, Any]:
    branch, own = account.digits("branch", 4), account.account
    digit = account.digits("account_digit", 1)
    return {
        "branch": branch,
        "branch_digit": bb_digit(branch),
        "account": account.digits("account", 9),
        "account_digit": digit,
        "account_complement": f"I{own[8]}{digit}" if len(own) > 8 else "",
        "transmission": account.digits("transmission", 20).lstrip("0"),
        "billing_kind": "5",  # printed by the beneficiary, registered at once
    }


def _caixa_account(account: BillingAccount) -> dict[str, Any]:
    return {
        "branch": account.digits("branch", 5),
        "branch_digit": account.branch_digit,
        "beneficiary": account.digits("beneficiary", 6),
    }


def _plain_account(account: BillingAccount) -> dict[str, Any]:
    values = {
        "branch": account.digits("branch", 4),
        "account": account.digits("account", 7 if account.bank == "237" else 5),
        "account_digit": account.digits("account_digit", 1),
        "carteira": account.digits("carteira", 3),
    }
    if account.bank == "237":
        values["beneficiary"] = account.digits("beneficiary", 20)
    return values


_ACCOUNTS: Mapping[str, Callable[[BillingAccount], dict[str, Any]]] = {
    "001": _bb_account,
    "033": _santander_account,
    "104": _caixa_account,
    "237": _plain_account,
    "341": _plain_account,
}
