"""Money that went back: out of the ledger of a debt, or of an agreement and its debts.

Nothing is erased: a further fact says that the payment does not count, and the ledger
undoes what it did. An agreement that was kept by it is no longer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import happen
from cobranca.agreements.life import PaymentWentBack
from cobranca.agreements.receiving import hold_debts
from cobranca.agreements.standing import note_open, standing
from cobranca.agreements.store import AgreementPaymentRow
from cobranca.debts.facts import Means, Released, Undone
from cobranca.debts.service import hold, known, next_number, payment, record
from foundation.ids import uuid7


class NoSuchPayment(LookupError):
    """Não há pagamento com este nome."""


async def undo_payment(
    connection: AsyncConnection,
    *,
    means: Means,
    reference: str,
    reason: str,
    debt_id: UUID | None = None,
    at: datetime | None = None,
) -> bool:
    """Take a payment back (refund, charge-back); of a debt, or by its name of an agreement.

    True when that was written now; false when it was before. Raises NoSuchDebt,
    NoSuchPayment. The caller commits.
    """
    now = at or datetime.now(UTC)
    if debt_id is not None:
        return await _of_debt(connection, debt_id, means, reference, reason, now)
    query = select(AgreementPaymentRow.__table__).where(
        AgreementPaymentRow.means == means.value,
        AgreementPaymentRow.reference == reference,
    )
    rows = list(await connection.execute(query.order_by(AgreementPaymentRow.undone)))
    if not rows:
        raise NoSuchPayment(NoSuchPayment.__doc__)
    debts = await hold_debts(connection, rows[0].agreement_id)
    if len(rows) > 1:
        return False
    back = rows[0]._asdict() | {"id": uuid7(), "undone": True, "at": now}
    await connection.execute(insert(AgreementPaymentRow), back)
    for debt in debts:
        await _unrelease(connection, debt, rows[0].agreement_id, now)
        await _of_debt(connection, debt, means, reference, reason, now, some=True)
    stands = await standing(connection, rows[0].agreement_id)
    await note_open(connection, stands)
    await happen(connection, rows[0].agreement_id, PaymentWentBack(stands.paid), now)
    return True


async def _of_debt(
    connection: AsyncConnection,
    debt_id: UUID,
    means: Means,
    reference: str,
    reason: str,
    at: datetime,
    *,
    some: bool = False,
) -> bool:
    """`some`: the debt may have had no part of the payment."""
    await hold(connection, debt_id)
    debt = await known(connection, debt_id)
    before = payment(debt, means, reference)
    if before is None:
        if some:
            return False
        raise NoSuchPayment(NoSuchPayment.__doc__)
    if any(
        isinstance(fact, Undone) and fact.payment == before.number for fact in debt.facts
    ):
        return False
    number = next_number(debt)
    fact = Undone(number=number, on=before.on, payment=before.number, reason=reason)
    await record(connection, debt, fact, at)
    return True


async def _unrelease(
    connection: AsyncConnection, debt_id: UUID, agreement: UUID, at: datetime
) -> None:
    """What was forgiven because the agreement was kept is owed again."""
    debt = await known(connection, debt_id)
    gone = {fact.payment for fact in debt.facts if isinstance(fact, Undone)}
    for fact in debt.facts:
        if (
            isinstance(fact, Released)
            and fact.agreement == agreement
            and fact.number not in gone
        ):
            number = next_number(debt)
            back = Undone(
                number=number, on=fact.on, payment=fact.number, reason="agreement"
            )
            debt = await record(connection, debt, back, at)
