"""Money that came in: into the ledger of a debt, or of an agreement and its debts.

The one door for Pix, boleto, card and transfer. The same payment told twice counts once;
told late, it counts on its day. Queued contacts end with it (`cobranca.debts.news`).
The caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import happen
from cobranca.agreements.life import BINDING, PaymentCame, State, shares
from cobranca.agreements.standing import note_open, standing
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementPaymentRow,
)
from cobranca.debts.accounts import ZERO
from cobranca.debts.facts import FIRST_DAY, Means, Paid, Released, checked
from cobranca.debts.news import News, spread
from cobranca.debts.service import hold, known, next_number, payment, record
from foundation.clock import SAO_PAULO
from foundation.ids import uuid7


class AbsurdDate(ValueError):
    """A data do pagamento é do futuro ou de antes do real."""


class BeforeContract(AbsurdDate):
    """A data do pagamento é de antes do contrato."""


class NoSuchInstalment(LookupError):
    """Não há parcela de acordo com este identificador."""


class OtherPayment(ValueError):
    """Já há um pagamento com este nome, de outro valor ou data."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a payment. `again`: it was known, and nothing was written now."""

    debts: tuple[UUID, ...]
    agreement: UUID | None = None
    state: State | None = None
    again: bool = False


async def record_payment(
    connection: AsyncConnection,
    *,
    amount: Decimal,
    paid_on: date,
    means: Means,
    reference: str,
    debt_id: UUID | None = None,
    instalment_id: UUID | None = None,
    settles: bool = False,
    at: datetime | None = None,
) -> Received:
    """Write a payment of a debt, or of an agreement's instalment (one of the two).

    `reference` is the bank's own name of it, unique within its means. Raises AbsurdAmount,
    AbsurdDate (BeforeContract), NoSuchDebt, NoSuchInstalment, OtherPayment. What is paid
    too much stays in the ledger as the debtor's credit. `settles`: it is all that was
    asked for of the instalment, so what lateness added beyond it is forgiven.
    """
    now = at or datetime.now(UTC)
    checked(amount)
    today = now.astimezone(SAO_PAULO).date()
    if not FIRST_DAY <= paid_on <= today + timedelta(days=1):
        raise AbsurdDate(AbsurdDate.__doc__)
    coming = _Coming(amount, paid_on, means, reference, now, settles)
    received = await _written(connection, debt_id, instalment_id, coming)
    if not received.again:
        news = News(
            debts=received.debts,
            agreement=received.agreement,
            amount=amount,
            means=means,
            reference=reference,
        )
        await spread(connection, news)
    return received


@dataclass(frozen=True, slots=True)
class _Coming:
    amount: Decimal
    paid_on: date
    means: Means
    reference: str
    at: datetime
    settles: bool


async def _written(
    connection: AsyncConnection,
    debt_id: UUID | None,
    instalment_id: UUID | None,
    coming: _Coming,
) -> Received:
    match debt_id, instalment_id:
        case UUID() as debt, None:
            again = await _paid(connection, debt, coming.amount, coming)
            return Received((debt,), again=again)
        case None, UUID() as instalment:
            return await _of_instalment(connection, instalment, coming)
    raise TypeError("either a debt or an instalment")


async def _paid(
    connection: AsyncConnection, debt_id: UUID, amount: Decimal, coming: _Coming
) -> bool:
    """Write it in one debt's ledger; true when it was there already."""
    await hold(connection, debt_id)
    debt = await known(connection, debt_id)
    if debt.contracted_on is not None and coming.paid_on < debt.contracted_on:
        raise BeforeContract(BeforeContract.__doc__)
    before = payment(debt, coming.means, coming.reference)
    if before is not None:
        if (before.amount, before.on) != (amount, coming.paid_on):
            raise OtherPayment(OtherPayment.__doc__)
        return True
    fact = Paid(
        number=next_number(debt),
        on=coming.paid_on,
        amount=amount,
        means=coming.means,
        reference=coming.reference,
    )
    await record(connection, debt, fact, coming.at)
    return False


async def _of_instalment(
    connection: AsyncConnection, instalment_id: UUID, coming: _Coming
) -> Received:
    query = select(
        AgreementInstalmentRow.number,
        AgreementInstalmentRow.agreement_id,
    ).where(AgreementInstalmentRow.id == instalment_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchInstalment(NoSuchInstalment.__doc__)
    owed = await hold_debts(connection, row.agreement_id)
    if await _told(connection, coming):
        return Received(tuple(owed), row.agreement_id, again=True)
    values = {
        "id": uuid7(),
        "agreement_id": row.agreement_id,
        "instalment": row.number,
        "amount": coming.amount,
        "forgiven": await _forgiven(connection, row, coming),
        "paid_on": coming.paid_on,
        "means": coming.means.value,
        "reference": coming.reference,
        "undone": False,
        "at": coming.at,
    }
    await connection.execute(insert(AgreementPaymentRow), values)
    for debt, part in shares(owed, coming.amount).items():
        if part > 0:
            await _paid(connection, debt, part, coming)
    stands = await standing(connection, row.agreement_id)
    await note_open(connection, stands)
    left = stands.left
    state = await happen(connection, row.agreement_id, PaymentCame(left), coming.at)
    if state is State.KEPT and stands.state in BINDING:
        await _release(connection, row.agreement_id, tuple(owed), coming)
    return Received(tuple(owed), row.agreement_id, state)


async def _forgiven(connection: AsyncConnection, row: Any, coming: _Coming) -> Decimal:
    """What lateness added that nobody asked for; never more than it added."""
    if not coming.settles:
        return ZERO
    stands = await standing(connection, row.agreement_id)
    owed, charged = stands.late_charges(row.number, coming.paid_on)
    return max(ZERO, min(owed - coming.amount, charged))


async def hold_debts(connection: AsyncConnection, agreement: UUID) -> dict[UUID, Decimal]:
    """Hold an agreement's debts, and return what each owed when it was made."""
    query = select(AgreementDebtRow.debt_id, AgreementDebtRow.owed).where(
        AgreementDebtRow.agreement_id == agreement
    )
    rows = await connection.execute(query.order_by(AgreementDebtRow.debt_id))
    owed = {row.debt_id: row.owed for row in rows}
    for debt in owed:
        await hold(connection, debt)
    return owed


async def _told(connection: AsyncConnection, coming: _Coming) -> bool:
    query = select(AgreementPaymentRow.amount, AgreementPaymentRow.paid_on).where(
        AgreementPaymentRow.means == coming.means.value,
        AgreementPaymentRow.reference == coming.reference,
        AgreementPaymentRow.undone.is_(False),
    )
    before = (await connection.execute(query)).first()
    if before is None:
        return False
    if (before.amount, before.paid_on) != (coming.amount, coming.paid_on):
        raise OtherPayment(OtherPayment.__doc__)
    return True


async def _release(
    connection: AsyncConnection, agreement: UUID, debts: tuple[UUID, ...], coming: _Coming
) -> None:
    """The agreement was kept: forgive what its debts still owe."""
    for debt_id in debts:
        debt = await known(connection, debt_id)
        on = max(coming.paid_on, *(fact.on for fact in debt.facts))
        fact = Released(number=next_number(debt), on=on, agreement=agreement)
        await record(connection, debt, fact, coming.at)
