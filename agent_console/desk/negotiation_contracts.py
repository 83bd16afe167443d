"""The JSON of a negotiation at the desk. Amounts are text, in reais."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from agent_console.negotiation.contracts import (
    AgreementOut,
    Form,
    MeansForm,
    WishesForm,
)


class DebtNowOut(Form):
    """`owed` by law and contract today; `lines`: how the charges came to be."""

    id: UUID
    creditor: str
    contract: str
    owed: Decimal
    lines: list[str]
    agreement: AgreementOut | None


class NegotiationOut(Form):
    on: date
    debts: list[DebtNowOut]


class DeskOffersIn(Form):
    """Debts of the debtor in call with one creditor, and what he wishes."""

    debts: list[UUID] = Field(min_length=1, max_length=50)
    wishes: WishesForm = WishesForm()
    means: MeansForm | None = None


class DeskAgreementIn(Form):
    offer: UUID


class PixIn(Form):
    instalment: UUID


class PixOut(Form):
    """`qr` is an SVG element; the code holds for that day's amount."""

    instalment: UUID
    number: int
    amount: Decimal
    code: str
    qr: str
    valid_on: date
