"""The work list of money that is not placed: what is open, and what a person does with it.

Three ways out: the rest is placed on a debt or an instalment, given back by the bank, or
the question is closed with a note. Each ends the question once; contact about the debt is
allowed again when its last one is closed. The caller commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.store import AgreementDebtRow, AgreementInstalmentRow
from cobranca.compliance.store import SuppressionRow
from cobranca.debtors.store import DebtorRow
from cobranca.debts.accounts import ZERO
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.ledger_door import DebtLedger
from cobranca.payments.receiving import Entry, LedgerRefused
from cobranca.payments.store import ArrivalRow, ChargeRow, PaymentWorkRow
from cobranca.payments.taking import CONFIRMING, ORIGIN
from foundation.db.contact_clock import contact_clock
from foundation.ids import uuid7
from foundation.settings import ProcessSettings

Closing = Literal["placed", "refunded", "closed"]
_LEDGER = DebtLedger()


class NoSuchQuestion(LookupError):
    """Não há pendência aberta com este identificador."""


class NothingLeft(ValueError):
    """Nesta pendência não sobra valor para alocar nem devolver."""


class NotPlaced(ValueError):
    """O razão não aceitou: a dívida ou parcela não existe, ou a data é absurda."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A payment that a doubtful transfer may be."""

    charge: UUID
    debt: UUID
    instalment: UUID | None
    contract: str
    debtor: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One open question: why, how much is left, and of which charge, if any.

    `doubt` is why a transfer was not matched; its `candidates`, the likeliest first.
    """

    id: UUID
    arrival: UUID
    entry: str | None  # what the ledger calls what is entered of it
    reason: str
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
    doubt: str | None
    candidates: tuple[Candidate, ...] = ()


def _query() -> Any:
    return (
        select(
            PaymentWorkRow.id,
            ArrivalRow.id.label("arrival"),
            ArrivalRow.entry,
            PaymentWorkRow.reason,
            PaymentWorkRow.rest,
            ArrivalRow.amount,
            ArrivalRow.means,
            ArrivalRow.reference,
            ArrivalRow.paid_on,
            PaymentWorkRow.opened_at,
            ChargeRow.debt_id.label("debt"),
            ChargeRow.instalment_id.label("instalment"),
            ContractRow.number.label("contract"),
            DebtorRow.name.label("debtor"),
            PaymentWorkRow.doubt,
            PaymentWorkRow.candidates,
        )
        .join(ArrivalRow, ArrivalRow.id == PaymentWorkRow.arrival_id)
        .outerjoin(ChargeRow, ChargeRow.id == ArrivalRow.charge_id)
        .outerjoin(DebtRow, DebtRow.id == ChargeRow.debt_id)
        .outerjoin(ContractRow, ContractRow.id == DebtRow.contract_id)
        .outerjoin(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .where(PaymentWorkRow.closed_at.is_(None))
    )


async def open_questions(
    connection: AsyncConnection, *, limit: int = 500
) -> Sequence[Question]:
    """Return what is open, the most money first."""
    query = _query().order_by(PaymentWorkRow.rest.desc(), PaymentWorkRow.id).limit(limit)
    rows = list(await connection.execute(query))
    named = {name for row in rows for name in row.candidates or ()}
    known = await _candidates(connection, named)
    return [_question(row, known) for row in rows]


def _question(row: Any, known: Mapping[UUID, Candidate]) -> Question:
    candidates = tuple(known[name] for name in row.candidates or () if name in known)
    return Question(**(dict(row._mapping) | {"candidates": candidates}))


async def _candidates(
    connection: AsyncConnection, charges: Iterable[UUID]
) -> dict[UUID, Candidate]:
    """Those that are still waited for."""
    query = (
        select(
            ChargeRow.id.label("charge"),
            ChargeRow.debt_id.label("debt"),
            ChargeRow.instalment_id.label("instalment"),
            ContractRow.number.label("contract"),
            DebtorRow.name.label("debtor"),
            ChargeRow.amount,
            ChargeRow.due_on,
        )
        .join(DebtRow, DebtRow.id == ChargeRow.debt_id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .outerjoin(ArrivalRow, ArrivalRow.charge_id == ChargeRow.id)
        .where(
            ChargeRow.id.in_(list(charges)),
            ChargeRow.removed_at.is_(None),
            ArrivalRow.id.is_(None),
        )
    )
    rows = await connection.execute(query)
    return {row.charge: Candidate(**row._mapping) for row in rows}


async def count_open(connection: AsyncConnection) -> int:
    """Return how many questions are open."""
    query = select(func.count()).where(PaymentWorkRow.closed_at.is_(None))
    return int(await connection.scalar(query) or 0)


async def question(connection: AsyncConnection, name: UUID) -> Question:
    """Return one, held until the end of the transaction; raises NoSuchQuestion."""
    held = select(PaymentWorkRow.id).where(
        PaymentWorkRow.id == name, PaymentWorkRow.closed_at.is_(None)
    )
    if await connection.scalar(held.with_for_update()) is None:
        raise NoSuchQuestion(NoSuchQuestion.__doc__)
    row = (await connection.execute(_query().where(PaymentWorkRow.id == name))).one()
    return _question(row, await _candidates(connection, row.candidates or ()))


async def place(
    connection: AsyncConnection,
    settings: ProcessSettings,
    name: UUID,
    *,
    by: str,
    debt: UUID | None = None,
    instalment: UUID | None = None,
) -> Question:
    """Enter the rest in the ledger of a debt, or of an instalment (one of the two).

    Raises NoSuchQuestion, NothingLeft, NotPlaced.
    """
    asked = await question(connection, name)
    if asked.rest <= 0:
        raise NothingLeft(NothingLeft.__doc__)
    whole = asked.entry is None  # nothing of it is in a ledger yet
    entry = Entry(
        debt_id=debt or UUID(int=0),
        instalment_id=instalment,
        amount=asked.rest,
        paid_on=asked.paid_on,
        means=asked.means,
        reference=asked.reference if whole else f"{asked.reference}~{asked.id.hex[-8:]}",
    )
    try:
        async with connection.begin_nested():
            await _LEDGER.enter(connection, entry)
    except LedgerRefused as error:
        raise NotPlaced(f"{NotPlaced.__doc__} ({error})") from error
    if whole:
        await _owned(connection, asked, entry)
    await close(connection, settings, name, "placed", by=by)
    return asked


async def _owned(connection: AsyncConnection, asked: Question, entry: Entry) -> None:
    """From now on the arrival is of where it was placed, so that a refund undoes it."""
    debt = entry.debt_id
    if entry.instalment_id is not None:
        owing = (
            select(AgreementDebtRow.debt_id)
            .join(
                AgreementInstalmentRow,
                AgreementInstalmentRow.agreement_id == AgreementDebtRow.agreement_id,
            )
            .where(AgreementInstalmentRow.id == entry.instalment_id)
            .order_by(AgreementDebtRow.debt_id)
            .limit(1)
        )
        debt = (await connection.execute(owing)).scalar_one()
    charge = {
        "id": uuid7(),
        "debt_id": debt,
        "instalment_id": entry.instalment_id,
        "means": asked.means,
        "amount": asked.rest,
        "due_on": asked.paid_on,
        "created_at": datetime.now(UTC),
    }
    if asked.means == "transfer":
        await _no_more_expected(connection, charge)
    await connection.execute(insert(ChargeRow), charge)
    await connection.execute(
        update(ArrivalRow)
        .where(ArrivalRow.id == asked.arrival)
        .values(charge_id=charge["id"], entered=asked.rest, entry=entry.reference)
    )


async def _no_more_expected(connection: AsyncConnection, charge: Mapping[str, Any]) -> None:
    """The transfer that was waited for has come: no other one is taken for it."""
    came = exists().where(ArrivalRow.charge_id == ChargeRow.id)
    await connection.execute(
        update(ChargeRow)
        .where(
            ChargeRow.means == "transfer",
            ChargeRow.debt_id == charge["debt_id"],
            ChargeRow.instalment_id.is_not_distinct_from(charge["instalment_id"]),
            ChargeRow.removed_at.is_(None),
            ~came,
        )
        .values(removed_at=charge["created_at"])
    )


async def close(
    connection: AsyncConnection,
    settings: ProcessSettings,
    name: UUID,
    closing: Closing,
    *,
    by: str,
    note: str | None = None,
) -> Question:
    """End a question; raises NoSuchQuestion."""
    asked = await question(connection, name)
    values = {
        "closed_at": datetime.now(UTC),
        "closing": closing,
        "closed_by": by,
        "note": note,
    }
    await connection.execute(
        update(PaymentWorkRow).where(PaymentWorkRow.id == name).values(values)
    )
    if asked.debt is not None:
        await _contact_again(connection, settings, asked.debt)
    return asked


async def _contact_again(
    connection: AsyncConnection, settings: ProcessSettings, debt: UUID
) -> None:
    """Nothing of the debt's is being looked at any more."""
    left = (
        select(func.count())
        .select_from(PaymentWorkRow)
        .join(ArrivalRow, ArrivalRow.id == PaymentWorkRow.arrival_id)
        .join(ChargeRow, ChargeRow.id == ArrivalRow.charge_id)
        .where(
            ChargeRow.debt_id == debt,
            PaymentWorkRow.closed_at.is_(None),
            PaymentWorkRow.rest > ZERO,
        )
    )
    if await connection.scalar(left):
        return
    now = (await contact_clock(connection, settings)).now()
    stands = (SuppressionRow.until.is_(None)) | (SuppressionRow.until > now)
    await connection.execute(
        update(SuppressionRow)
        .where(
            SuppressionRow.reason == CONFIRMING,
            SuppressionRow.origin == ORIGIN,
            SuppressionRow.debt_id == debt,
            stands,
        )
        .values(until=now)
    )
