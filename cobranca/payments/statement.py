"""Reads an account's statement as every Brazilian bank exports it (OFX).

Pure. Only credits matter here: money that came in. Those that other means tell of (Pix,
slips, cards) are set apart, so that none is taken in twice. A credit's payer is the CPF or
CNPJ in its text, when there is exactly one that is right. Sources: OFX 1.6, sections
11.4.3 and 11.4.4.1; the words of the texts are general knowledge of banks' statements.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.transfer import Credit
from cobranca.payments.written import plain, to_cents
from foundation.brasil.document import InvalidDocument, parse_document

LARGEST = 20_000_000  # bytes: a year of a busy account
_ONE = re.compile(
    r"<STMTTRN>(.*?)(?=<STMTTRN>|</STMTTRN>|</BANKTRANLIST>)", re.DOTALL | re.IGNORECASE
)
_FIELD = re.compile(r"<([A-Z0-9.]+)>([^<\r\n]*)", re.IGNORECASE)
_BANK = re.compile(r"<BANKID>\s*([^<\r\n]*)", re.IGNORECASE)
_ACCOUNT = re.compile(r"<ACCTID>\s*([^<\r\n]*)", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"(?<![\dA-Z])(?:\d{3}\.?\d{3}\.?\d{3}-?\d{2}|"
    r"[\dA-Z]{2}\.?[\dA-Z]{3}\.?[\dA-Z]{3}/?[\dA-Z]{4}-?\d{2})(?![\dA-Z])"
)
_OTHERS = re.compile(r"\b(PIX|BOLETOS?|COBRANCA|LIQUIDACAO|TITULOS?|CARTAO|CARTOES)\b")


class InvalidStatement(PaymentRefused):
    """O arquivo não é um extrato OFX que se possa ler."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`others`: credits that another means tells of; `illegible`: entries, from 1."""

    credits: tuple[Credit, ...]
    others: int
    illegible: tuple[int, ...]


def read_statement(content: bytes) -> Statement:
    """Read an OFX file; raises InvalidStatement for what is none, or is cut off."""
    if len(content) > LARGEST:
        raise InvalidStatement("statement_size", "extrato grande demais")
    text = _text(content)
    if "<OFX>" not in text.upper():
        raise InvalidStatement("statement_form", "o arquivo não é um extrato OFX")
    if "</OFX>" not in text.upper():
        raise InvalidStatement("statement_cut", "o extrato está cortado")
    account = _account(text)
    kept: list[Credit] = []
    others, illegible = 0, []
    for number, fields in enumerate(_entries(text), start=1):
        try:
            credit, told = _credit(account, fields)
        except (KeyError, ValueError, InvalidOperation):
            illegible.append(number)
            continue
        if credit.amount <= 0:
            continue
        if _OTHERS.search(told):
            others += 1
        else:
            kept.append(credit)
    return Statement(tuple(kept), others, tuple(illegible))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _account(text: str) -> str:
    """Of which account: the same FITID in two of them is two credits."""
    bank, account = _BANK.search(text), _ACCOUNT.search(text)
    if account is None or not account[1].strip():
        raise InvalidStatement("statement_account", "o extrato não diz de que conta é")
    return f"{bank[1].strip() if bank else ''}/{account[1].strip()}"


def _entries(text: str) -> Iterator[dict[str, str]]:
    for found in _ONE.finditer(text):
        yield {
            name.upper(): html.unescape(value).strip()
            for name, value in _FIELD.findall(found[1])
        }


def _credit(account: str, fields: dict[str, str]) -> tuple[Credit, str]:
    """A credit and its text in capitals; raises KeyError, ValueError, InvalidOperation."""
    told = plain(f"{fields.get('NAME', '')} {fields.get('MEMO', '')}").upper()
    amount = Decimal(fields["TRNAMT"].replace(",", "."))
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(fields["TRNAMT"])
    name = fields["FITID"]
    if not name:
        raise ValueError("FITID")
    on = _day(fields["DTPOSTED"])
    credit = Credit(
        # banks that number each day from 1 exist, so the name is of day and amount too
        reference=f"{account}/{on:%Y%m%d}/{name}/{to_cents(amount)}"[:200],
        amount=amount.quantize(Decimal("0.01")),
        on=on,
        document=_document(told),
    )
    return credit, told


def _day(text: str) -> date:
    return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant


def _document(told: str) -> str | None:
    """The only valid CPF or CNPJ in the text."""
    right = set()
    for written in _DOCUMENT.findall(told):
        try:
            right.add(parse_document(written).text)
        except InvalidDocument:
            continue
    return right.pop() if len(right) == 1 else None
