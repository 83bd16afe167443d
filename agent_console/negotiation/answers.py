"""Turns what the domain says into the interface's JSON, and evidence the other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.negotiation.contracts import (
    AgreementOut,
    BalanceOut,
    ClickForm,
    HardshipOut,
    InstalmentOut,
    LineOut,
    MeansForm,
    MessageForm,
    OfferOut,
    OffersOut,
    PaymentOut,
    RecordingForm,
    RefusalOut,
)
from agent_console.problems import Problem
from cobranca.agreements.hardship import Means, hardship
from cobranca.agreements.keeping import clear_name_by
from cobranca.agreements.life import Evidence
from cobranca.agreements.offer import Offer
from cobranca.agreements.simulation import Simulation
from cobranca.agreements.standing import standing
from cobranca.agreements.store import AgreementInstalmentRow
from cobranca.agreements.texts import offer_text, refusal_text
from cobranca.debts.explanation import line_text
from cobranca.debts.facts import Paid
from cobranca.debts.ledger import Balance


def balance_out(balance: Balance) -> BalanceOut:
    return BalanceOut(
        on=balance.on,
        total=balance.total,
        credit=balance.credit,
        owed={account.value: amount for account, amount in balance.owed.items()},
        lines=[
            LineOut(
                instalment=line.number,
                account=line.account.value,
                amount=line.amount,
                text=line_text(line),
            )
            for line in balance.lines
        ],
    )


def offers_out(
    found: Simulation, names: Sequence[UUID], means: MeansForm | None
) -> OffersOut:
    """`names` are of the offers, then of the counter-offers."""
    shown = (*found.offers, *found.counters)
    told = [_offer_out(one, name, means) for one, name in zip(shown, names, strict=True)]
    return OffersOut(
        offers=told[: len(found.offers)],
        counters=told[len(found.offers) :],
        refusals=[
            RefusalOut(
                condition=one.condition, reasons=list(one.reasons), text=refusal_text(one)
            )
            for one in found.refusals
        ],
    )


def _offer_out(offer: Offer, name: UUID, means: MeansForm | None) -> OfferOut:
    return OfferOut(
        id=name,
        condition=offer.condition.name,
        discount=offer.discount,
        price=offer.price,
        total=offer.total,
        effective_cost=offer.cost,
        payments=[PaymentOut(due_on=p.due_on, amount=p.amount) for p in offer.payments],
        valid_until=offer.valid_until,
        text=offer_text(offer),
        hardship=means and _hardship_out(offer, means),
    )


def _hardship_out(offer: Offer, means: MeansForm) -> HardshipOut:
    found = hardship(offer, Means(means.income, means.committed))
    return HardshipOut(
        flagged=found.flagged,
        left=found.left,
        affordable=found.affordable,
        plan_too_long=found.plan_too_long,
    )


def evidence_of(form: RecordingForm | MessageForm | ClickForm) -> Evidence:
    """Return the evidence; raises Problem 422 for a time without zone."""
    match form:
        case RecordingForm():
            return Evidence(recording=form.call, second=form.second)
        case MessageForm():
            return Evidence(message=form.message)
        case ClickForm() if form.at.tzinfo is None:
            raise Problem("evidence_time", 422)
        case ClickForm():
            return Evidence(clicked_at=form.at, address=form.address)


async def agreement_out(connection: AsyncConnection, agreement: UUID) -> AgreementOut:
    """Return an agreement as it stands; raises NoSuchAgreement."""
    stands = await standing(connection, agreement)
    query = select(AgreementInstalmentRow.__table__).where(
        AgreementInstalmentRow.agreement_id == agreement
    )
    rows = await connection.execute(query.order_by(AgreementInstalmentRow.number))
    left = {part.number: part.total for part in stands.ledger.positions}
    days = [fact.on for fact in stands.facts if isinstance(fact, Paid)]
    return AgreementOut(
        id=agreement,
        state=stands.state.value,
        paid=stands.paid,
        instalments=[
            InstalmentOut(
                id=row.id,
                number=row.number,
                amount=row.amount,
                due_on=row.due_on,
                open=left[row.number],
            )
            for row in rows
        ],
        clear_name_by=clear_name_by(min(days)) if days else None,
    )


def fields_of(value: Any) -> dict[str, Any]:
    """Return a dataclass's fields by name."""
    return asdict(value)
