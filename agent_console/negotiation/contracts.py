"""The JSON of balances, offers, agreements and payments. Amounts are text, in reais."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cobranca.agreements.policy import Authority, Channel
from cobranca.debts.facts import Means

AMOUNT_MAX = Decimal("1000000000.00")
Amount = Annotated[Decimal, Field(gt=0, le=AMOUNT_MAX, max_digits=12, decimal_places=2)]
NoUnder = Annotated[Decimal, Field(ge=0, le=AMOUNT_MAX, max_digits=12, decimal_places=2)]
Text = Annotated[str, Field(min_length=1, max_length=120)]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BalanceQuery(Form):
    on: date | None = Field(None, ge=date(1994, 7, 1), le=date(2100, 12, 31))


class LineOut(Form):
    """One sum of what lateness adds: how much, and how it came to be."""

    instalment: int
    account: str
    amount: Decimal
    text: str


class BalanceOut(Form):
    """`owed` by account; `credit` is what was paid too much."""

    on: date
    total: Decimal
    credit: Decimal
    owed: dict[str, Decimal]
    lines: list[LineOut]


class WishesForm(Form):
    """What is left out does not matter to the debtor."""

    instalments: int | None = Field(None, ge=1, le=120)
    monthly: Amount | None = None
    first_payment: NoUnder | None = None
    discount: NoUnder | None = None
    day: int | None = Field(None, ge=1, le=31)
    first_due: date | None = Field(None, ge=date(1994, 7, 1), le=date(2100, 12, 31))


class MeansForm(Form):
    """What the debtor says of a month, for the mínimo existencial."""

    income: NoUnder
    committed: NoUnder


class OffersForm(Form):
    """Debts of one debtor with one creditor."""

    debts: list[UUID] = Field(min_length=1, max_length=50)
    wishes: WishesForm = WishesForm()
    channel: Channel = Field(Channel.API, strict=False)
    authority: Authority | None = Field(None, strict=False)  # None: the channel's own
    means: MeansForm | None = None


class PaymentOut(Form):
    due_on: date
    amount: Decimal


class HardshipOut(Form):
    """`flagged`: the offer leaves less than the minimum, or runs too long."""

    flagged: bool
    left: Decimal
    affordable: Decimal
    plan_too_long: bool


class OfferOut(Form):
    id: UUID
    condition: str
    discount: Decimal
    price: Decimal
    total: Decimal
    effective_cost: Decimal
    payments: list[PaymentOut]
    valid_until: date
    text: str
    hardship: HardshipOut | None


class RefusalOut(Form):
    condition: str
    reasons: list[str]
    text: str


class OffersOut(Form):
    """`counters`: what comes nearest when nothing is as wished."""

    offers: list[OfferOut]
    counters: list[OfferOut]
    refusals: list[RefusalOut]


class RecordingForm(Form):
    kind: Literal["recording"]
    call: UUID
    second: float = Field(ge=0, le=86_400)


class MessageForm(Form):
    kind: Literal["message"]
    message: Text


class ClickForm(Form):
    kind: Literal["click"]
    at: datetime
    address: Text


class AgreementForm(Form):
    """The stored offer that the debtor accepted, and what proves it."""

    offer: UUID
    evidence: RecordingForm | MessageForm | ClickForm = Field(discriminator="kind")


class CancelForm(Form):
    reason: Text


class InstalmentOut(Form):
    id: UUID
    number: int
    amount: Decimal
    due_on: date
    open: Decimal


class AgreementOut(Form):
    id: UUID
    state: str
    paid: Decimal
    instalments: list[InstalmentOut]
    clear_name_by: date | None  # five bank days after the first payment


class PaymentForm(Form):
    """Money that the creditor says he got. `reference`: his own name of it."""

    amount: Amount
    paid_on: date = Field(ge=date(1994, 7, 1), le=date(2100, 12, 31))
    means: Means = Field(Means.CREDITOR, strict=False)
    reference: Text


class ReceivedOut(Form):
    """`again`: it was known, and nothing was written now."""

    again: bool
    total: Decimal
    credit: Decimal


class DueOut(Form):
    kind: str
    id: UUID
    debtor: UUID
    agreement: UUID | None
    due_on: date
    days: int
    amount: Decimal
    at_stake: Decimal


class DueListOut(Form):
    due: list[DueOut]
