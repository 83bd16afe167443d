"""The JSON of the back office. Amounts are text, in reais; shares are 0..1."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from agent_console.negotiation.contracts import Form
from cobranca.agreements.policy import Authority, Channel, Policy
from cobranca.debts.creditor_statement import SHARE_MAX
from foundation.refused import Refused

Name = Annotated[str, Field(min_length=1, max_length=120)]
Day = Annotated[date, Field(ge=date(1994, 7, 1), le=date(2100, 12, 31))]


class PortfolioOut(Form):
    """`closed_at`: since when nothing new is collected of it."""

    id: UUID
    name: str
    contracts: int
    closed_at: datetime | None


class CreditorOut(Form):
    """Without `document` and `address` no document of collection is issued.

    `closed_at`: since when nothing new is collected for it.
    """

    id: UUID
    name: str
    document: str | None
    address: str | None
    open_debts: int
    portfolios: list[PortfolioOut]
    closed_at: datetime | None


class CreditorsOut(Form):
    creditors: list[CreditorOut]


class CreditorForm(Form):
    document: Annotated[str, Field(min_length=11, max_length=20)]
    address: Annotated[str, Field(min_length=5, max_length=200)]


class NewCreditorForm(CreditorForm):
    name: Name


class PortfolioForm(Form):
    name: Name


class ContractOut(Form):
    id: UUID
    debt: UUID
    number: str
    portfolio: str
    portfolio_id: UUID
    product: str | None
    contracted_on: date | None
    status: str


class ContractsOut(Form):
    contracts: list[ContractOut]


class ContractsQuery(Form):
    number: str = Field("", max_length=60)  # begins so


class PeriodQuery(Form):
    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> PeriodQuery:
        if self.last < self.first:
            raise Refused("o período termina antes de começar")
        return self


class CommissionForm(Form):
    share: Annotated[Decimal, Field(ge=0, le=SHARE_MAX, max_digits=6, decimal_places=4)]
    since: Day


class CommissionOut(Form):
    share: Decimal
    since: date


class StatementLineOut(Form):
    contract: str
    paid_on: date
    written_on: date
    means: str
    reference: str
    amount: Decimal
    commission: Decimal


class StatementOut(Form):
    creditor: str
    first: date
    last: date
    received: Decimal
    paid_to_creditor: Decimal
    commission: Decimal
    to_pass_on: Decimal
    lines: list[StatementLineOut]


class PolicyOut(Form):
    id: UUID
    code: str
    version: int
    at: datetime
    by: str
    policy: Policy


class PoliciesOut(Form):
    policies: list[PolicyOut]


class PreviewForm(Form):
    policy: Policy
    channel: Channel = Field(Channel.DESK, strict=False)
    authority: Authority = Field(Authority.AGENT, strict=False)


class EffectOut(Form):
    offered: int
    cash: int
    mean_discount: Decimal
    mean_price: Decimal
    mean_monthly: Decimal
    most_instalments: int


class PreviewOut(Form):
    """Of the debts that were open at the end of last month; `sample` of them asked."""

    on: date
    base: int
    sample: int
    now: EffectOut
    then: EffectOut
    lost: int
    gained: int


class PublishForm(Form):
    policy: Policy


class CandidateOut(Form):
    """A payment that a doubtful transfer may be; placed on its instalment, else debt."""

    charge: UUID
    debt: UUID
    instalment: UUID | None
    contract: str
    debtor: str
    amount: Decimal
    due_on: date


class QuestionOut(Form):
    """`text` says why a person has to look, with why a transfer was not matched."""

    id: UUID
    reason: str
    text: str
    rest: Decimal
    amount: Decimal
    means: str
    reference: str
    paid_on: date
    opened_at: datetime
    debt: UUID | None
    instalment: UUID | None
    contract: str | None
    debtor: str | None
    candidates: list[CandidateOut]


class QuestionsOut(Form):
    questions: list[QuestionOut]


class PlaceForm(Form):
    """One of the two."""

    debt: UUID | None = None
    instalment: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> PlaceForm:
        if (self.debt is None) == (self.instalment is None):
            raise Refused("informe a dívida ou a parcela, uma das duas")
        return self


class CloseForm(Form):
    note: Annotated[str, Field(min_length=3, max_length=400)]


class ClosedOut(Form):
    id: UUID
    closing: str
    rest: Decimal


class RemittanceOut(Form):
    id: UUID
    account: UUID
    creditor: str
    bank: str
    size: int
    sequence: int
    titles: int
    total: Decimal
    made_at: datetime
    made_by: str


class RemittancesOut(Form):
    remittances: list[RemittanceOut]


class RemittanceForm(Form):
    account: UUID


class RejectedOut(Form):
    number: int
    code: str
    text: str


class SentOut(Form):
    id: UUID
    sequence: int
    titles: int
    total: Decimal
    rejected: list[RejectedOut]
