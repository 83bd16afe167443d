"""The JSON of a negotiation at the desk. Amounts are text, in reais."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from agent_console.negotiation.contracts import (
    AgreementOut,
    Form,
    MeansForm,
    WishesForm,
)
from cobranca.contacts.payment_errands import Progress


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


class RobotPaymentIn(Form):
    """What the debtor in call is sent to the URA to pay: an agreement or a debt.

    `leave`: the agent is free once the URA has the call; else the call stays his.
    """

    agreement: UUID | None = None
    debt: UUID | None = None
    leave: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.agreement is None) == (self.debt is None):
            raise ValueError("agreement or debt")
        return self


class RobotProgressOut(Form):
    """`errand` null: the call was not sent to the URA."""

    errand: Progress | None
