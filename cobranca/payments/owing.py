"""What is to be paid: an agreement's instalment, or a debt, and its amount on a day.

The amount is worked out when it is asked for, lateness included, and holds on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.life import BINDING
from cobranca.agreements.receiving import NoSuchInstalment
from cobranca.agreements.standing import standing
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementRow,
)
from cobranca.debts.accounts import ZERO
from cobranca.debts.effects import charges_of
from cobranca.debts.late_rules import LateRule, late_rule
from cobranca.debts.ledger import fold
from cobranca.debts.service import known


class NothingOwed(ValueError):
    """Não há nada a pagar aqui."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """What somebody may pay on the day `on`."""

    debt: UUID  # of an agreement: the first of its debts
    instalment: UUID | None  # of an agreement
    number: int  # of the instalment; 0: the debt itself
    amount: Decimal
    due_on: date
    on: date


async def of_debt(connection: AsyncConnection, debt: UUID, on: date) -> Owing:
    """Return all that a debt owes on a day; raises NoSuchDebt, NothingOwed."""
    total = (await known(connection, debt)).on(on).total
    if total <= 0:
        raise NothingOwed(NothingOwed.__doc__)
    return Owing(debt=debt, instalment=None, number=0, amount=total, due_on=on, on=on)


async def of_instalment(connection: AsyncConnection, instalment: UUID, on: date) -> Owing:
    """Return what an instalment owes; raises NoSuchInstalment, NothingOwed."""
    query = select(AgreementInstalmentRow.agreement_id, AgreementInstalmentRow.number)
    row = (
        await connection.execute(query.where(AgreementInstalmentRow.id == instalment))
    ).first()
    if row is None:
        raise NoSuchInstalment(NoSuchInstalment.__doc__)
    for owing in await of_agreement(connection, row.agreement_id, on):
        if owing.number == row.number:
            return owing
    raise NothingOwed(NothingOwed.__doc__)


async def of_agreement(
    connection: AsyncConnection, agreement: UUID, on: date
) -> list[Owing]:
    """Return the instalments that are still owed, in order; none of an ended agreement.

    Raises NoSuchAgreement.
    """
    stands = await standing(connection, agreement)
    if stands.state not in BINDING:
        return []
    ledger = fold(stands.facts, stands.setting, until=on)
    more: dict[int, Decimal] = {}
    for line in charges_of(ledger, on, stands.setting):
        more[line.number] = more.get(line.number, ZERO) + line.amount
    owed = {p.number: p.total + more.get(p.number, ZERO) for p in ledger.positions}
    first = await connection.scalar(
        select(AgreementDebtRow.debt_id)
        .where(AgreementDebtRow.agreement_id == agreement)
        .order_by(AgreementDebtRow.debt_id)
        .limit(1)
    )
    assert first is not None  # noqa: S101 - an agreement is of at least one debt
    query = select(AgreementInstalmentRow.__table__).where(
        AgreementInstalmentRow.agreement_id == agreement
    )
    return [
        Owing(
            debt=first,
            instalment=row.id,
            number=row.number,
            amount=owed[row.number],
            due_on=row.due_on,
            on=on,
        )
        for row in await connection.execute(query.order_by(AgreementInstalmentRow.number))
        if owed[row.number] > 0
    ]


async def late_rule_of(connection: AsyncConnection, owing: Owing, due_on: date) -> LateRule:
    """Return what a slip of this adds after its due date.

    Raises NoSuchDebt, NoSuchInstalment.
    """
    if owing.instalment is None:
        debt = await known(connection, owing.debt)
        ledger, setting = fold(debt.facts, debt.setting, until=owing.on), debt.setting
        return late_rule(ledger.positions, setting, on=owing.on, due_on=due_on)
    agreement = await agreement_of(connection, owing.instalment)
    if agreement is None:
        raise NoSuchInstalment(NoSuchInstalment.__doc__)
    stands = await standing(connection, agreement)
    ledger = fold(stands.facts, stands.setting, until=owing.on)
    positions = [part for part in ledger.positions if part.number == owing.number]
    return late_rule(positions, stands.setting, on=owing.on, due_on=due_on)


async def next_of_agreement(
    connection: AsyncConnection, agreement: UUID, on: date
) -> Owing | None:
    """Return the first instalment that is still owed; raises NoSuchAgreement."""
    left = await of_agreement(connection, agreement, on)
    return left[0] if left else None


async def agreement_of(connection: AsyncConnection, instalment: UUID) -> UUID | None:
    """Return the agreement of an instalment."""
    query = (
        select(AgreementRow.id)
        .join(
            AgreementInstalmentRow, AgreementInstalmentRow.agreement_id == AgreementRow.id
        )
        .where(AgreementInstalmentRow.id == instalment)
    )
    found: UUID | None = await connection.scalar(query)
    return found
