"""What we ask a bank for, as the API's bodies.

Pure. Values in, JSON-ready mappings out; amounts with two places as text, dates as
ISO. Field names are the API's (bacen/pix-api 2.9.0). What the API would refuse for
its form is refused here, with our code and text, before the network is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from cobranca.payments.pix.key import PixKey
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.written import to_cents
from foundation.brasil.document import Document

MESSAGE_LONGEST, NAME_LONGEST, CONTRACT_LONGEST = 140, 200, 35
HIGHEST_AMOUNT = Decimal("9999999999.99")
Period = Literal["SEMANAL", "MENSAL", "TRIMESTRAL", "SEMESTRAL", "ANUAL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Who is to pay. Address fields are asked for by `DueCharge` of some banks only."""

    document: Document
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmediateCharge:
    """A charge to be paid now (`cob`)."""

    amount: Decimal
    key: PixKey
    expires_s: int = 86_400
    debtor: Debtor | None = None
    message: str = ""

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "calendario": {"expiracao": self.expires_s},
            "valor": {"original": written(self.amount)},
            "chave": self.key.text,
        }
        return body | _debtor(self.debtor) | _message(self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCharge:
    """A charge with a due date (`cobv`), whose amount the bank works out on the day.

    The fine is a percentage; interest is a percentage, simple per month over running days,
    or reais a day; each discount is an amount until a date, at most three, none after the
    due date.
    """

    amount: Decimal
    key: PixKey
    due_on: date
    debtor: Debtor
    valid_days: int = 30  # after the due date
    fine_percent: Decimal | None = None
    interest_percent_month: Decimal | None = None
    interest_per_day: Decimal | None = None
    discounts: tuple[tuple[date, Decimal], ...] = ()
    rebate: Decimal | None = None
    message: str = ""

    def body(self) -> dict[str, Any]:
        if len(self.discounts) > 3 or any(day > self.due_on for day, _ in self.discounts):
            raise PaymentRefused("discount_dates", "desconto após o vencimento ou demais")
        value: dict[str, Any] = {"original": written(self.amount)}
        for name, kind, percent in (
            ("multa", 2, self.fine_percent),
            ("juros", 3, self.interest_percent_month),
            ("juros", 1, self.interest_per_day),
            ("abatimento", 1, self.rebate),
        ):
            if percent:
                value[name] = {"modalidade": kind, "valorPerc": written(percent)}
        if self.discounts:
            dates = [
                {"data": day.isoformat(), "valorPerc": written(amount)}
                for day, amount in self.discounts
            ]
            value["desconto"] = {"modalidade": 1, "descontoDataFixa": dates}
        body: dict[str, Any] = {
            "calendario": {
                "dataDeVencimento": self.due_on.isoformat(),
                "validadeAposVencimento": self.valid_days,
            },
            "valor": value,
            "chave": self.key.text,
        }
        return body | _debtor(self.debtor) | _message(self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """An authorisation for Pix Automático (`rec`): the instalments of one agreement.

    `amount` None leaves each charge its own; `retries` allows three more tries within
    seven days, which the payer is told when authorising.
    """

    contract: str
    debtor: Debtor
    first_on: date
    last_on: date | None
    period: Period = "MENSAL"
    amount: Decimal | None = None
    retries: bool = True
    subject: str = ""

    def body(self) -> dict[str, Any]:
        if not 0 < len(self.contract) <= CONTRACT_LONGEST:
            raise PaymentRefused("recurrence_contract", "contrato com mais de 35 sinais")
        calendar: dict[str, Any] = {
            "dataInicial": self.first_on.isoformat(),
            "periodicidade": self.period,
        }
        if self.last_on is not None:
            calendar["dataFinal"] = self.last_on.isoformat()
        link: dict[str, Any] = {"contrato": self.contract} | _debtor(self.debtor)
        if self.subject:
            link["objeto"] = self.subject[:CONTRACT_LONGEST]
        value = {} if self.amount is None else {"valor": {"valorRec": written(self.amount)}}
        return {
            "vinculo": link,
            "calendario": calendar,
            "politicaRetentativa": "PERMITE_3R_7D" if self.retries else "NAO_PERMITE",
        } | value


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingAccount:
    """Where the money of a recurring charge goes."""

    branch: str
    account: str
    kind: Literal["CORRENTE", "POUPANCA", "PAGAMENTO"] = "CORRENTE"

    def body(self) -> dict[str, Any]:
        return {"agencia": self.branch, "conta": self.account, "tipoConta": self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurringCharge:
    """One instalment under a recurrence (`cobr`)."""

    recurrence_id: str
    amount: Decimal
    due_on: date
    account: ReceivingAccount
    message: str = ""

    def body(self) -> dict[str, Any]:
        extra = {"infoAdicional": self.message[:MESSAGE_LONGEST]} if self.message else {}
        return {
            "idRec": self.recurrence_id,
            "calendario": {"dataDeVencimento": self.due_on.isoformat()},
            "valor": {"original": written(self.amount)},
            "ajusteDiaUtil": True,
            "recebedor": self.account.body(),
        } | extra


def written(amount: Decimal) -> str:
    """Return a positive amount as the API writes it, `123.45`."""
    if not 0 < to_cents(amount) <= to_cents(HIGHEST_AMOUNT):
        raise PaymentRefused("amount_range", "valor fora do que o Pix comporta")
    return f"{amount:.2f}"


def _debtor(debtor: Debtor | None) -> dict[str, Any]:
    if debtor is None:
        return {}
    document: dict[str, Any] = {debtor.document.kind: debtor.document.text}
    return {"devedor": document | {"nome": debtor.name[:NAME_LONGEST]}}


def _message(text: str) -> dict[str, Any]:
    return {"solicitacaoPagador": text[:MESSAGE_LONGEST]} if text else {}
