"""A debt's creditor with terms and a policy; agreements and payments of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.life import Evidence, State
from cobranca.agreements.policy import Authority, Channel, Condition, Policy
from cobranca.agreements.publishing import publish
from cobranca.agreements.receiving import record_payment
from cobranca.agreements.service import Asking, accept, offer, offers
from cobranca.agreements.simulation import Wishes
from cobranca.agreements.store import AgreementInstalmentRow
from cobranca.debts.facts import Means
from cobranca.debts.ledger_store import DebtPostingRow
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import DebtRow
from tests.builders.portfolio import a_portfolio

AT = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
LATER = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
CLICK = Evidence(message="wamid.1")
TERMS = """
[[terms]]
creditor = "Loja"
fine = "0.02"
interest = {kind = "monthly", rate = "0.01"}
source = "contrato, cláusula 7"
"""
POLICY = Policy(
    code="padrao",
    version=1,
    valid_from=date(2026, 1, 1),
    grace_days=10,
    conditions=(
        Condition(
            name="até 3 vezes",
            instalments=(1, 3),
            discount={
                Authority.AGENT: Decimal("0.10"),
                Authority.SUPERVISOR: Decimal("0.2"),
            },
        ),
    ),
)


async def a_negotiable_debt(engine: AsyncEngine) -> UUID:
    """R$ 100.00, due on 5/1/2026, of a creditor with terms and a policy."""
    (debt,) = await negotiable_debts(engine, 1)
    return debt


async def negotiable_debts(engine: AsyncEngine, count: int) -> list[UUID]:
    """So many of these, each of another debtor."""
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=count)
        await register_terms(connection, read_terms(TERMS), AT)
        await publish(connection, POLICY, by="sonia", at=AT)
        return list((await connection.execute(select(DebtRow.id))).scalars())


def asking(debt: UUID, authority: Authority = Authority.AGENT) -> Asking:
    return Asking(
        debts=(debt,), channel=Channel.DESK, authority=authority, on=TODAY, by="ana"
    )


async def an_agreement(
    connection: AsyncConnection, debt: UUID, count: int = 3
) -> tuple[UUID, list[UUID]]:
    """Agreed today, first payment today; returns it and its instalments."""
    case, found = await offers(
        connection, asking(debt), Wishes(instalments=count, first_due=TODAY)
    )
    name = await offer(connection, asking(debt), case, found.offers[0], at=AT)
    made = await accept(connection, name, CLICK, on=TODAY, at=AT)
    assert isinstance(made, UUID)
    query = select(AgreementInstalmentRow.id).where(
        AgreementInstalmentRow.agreement_id == made
    )
    rows = await connection.execute(query.order_by(AgreementInstalmentRow.number))
    return made, list(rows.scalars())


async def pay(
    connection: AsyncConnection, instalment: UUID, amount: str, on: date, name: str
) -> State | None:
    received = await record_payment(
        connection,
        instalment_id=instalment,
        amount=Decimal(amount),
        paid_on=on,
        means=Means.PIX,
        reference=name,
        at=LATER,
    )
    return received.state


async def sums(connection: AsyncConnection) -> dict[str, Decimal]:
    query = select(DebtPostingRow.account, func.sum(DebtPostingRow.amount).label("amount"))
    rows = await connection.execute(query.group_by(DebtPostingRow.account))
    return {row.account: row.amount for row in rows if row.amount}


async def pay_debt(connection: AsyncConnection, debt: UUID, amount: str, name: str) -> None:
    await record_payment(
        connection,
        debt_id=debt,
        amount=Decimal(amount),
        paid_on=TODAY,
        means=Means.BOLETO,
        reference=name,
        at=AT,
    )
