"""The door to the ledger of debts and agreements, as `receiving` knows it.

Translates, and turns what the ledger would not have into LedgerRefused, so that it ends
on the work list instead of nowhere.
"""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.receiving import (
    AbsurdDate,
    NoSuchInstalment,
    OtherPayment,
    record_payment,
)
from cobranca.agreements.undoing import NoSuchPayment, undo_payment
from cobranca.debts.facts import AbsurdAmount, Means
from cobranca.debts.service import NoSuchDebt
from cobranca.payments.receiving import Entry, LedgerRefused

REFUSALS = (
    AbsurdAmount,
    AbsurdDate,
    NoSuchDebt,
    NoSuchInstalment,
    NoSuchPayment,
    OtherPayment,
)
_REASON = "refunded"


class _Target(TypedDict):
    debt_id: UUID | None
    instalment_id: UUID | None


class DebtLedger:
    """Writes in the caller's transaction."""

    async def enter(self, connection: AsyncConnection, entry: Entry) -> None:
        try:
            await record_payment(
                connection,
                amount=entry.amount,
                paid_on=entry.paid_on,
                means=Means(entry.means),
                reference=entry.reference,
                settles=entry.settles,
                **_target(entry),
            )
        except REFUSALS as error:
            raise LedgerRefused(type(error).__name__) from error

    async def undo(self, connection: AsyncConnection, entry: Entry) -> None:
        try:
            await undo_payment(
                connection,
                means=Means(entry.means),
                reference=entry.reference,
                reason=_REASON,
                debt_id=_target(entry)["debt_id"],
            )
        except REFUSALS as error:
            raise LedgerRefused(type(error).__name__) from error


def _target(entry: Entry) -> _Target:
    """An agreement's instalment when there is one, else the debt itself."""
    if entry.instalment_id is not None:
        return {"debt_id": None, "instalment_id": entry.instalment_id}
    return {"debt_id": entry.debt_id, "instalment_id": None}
