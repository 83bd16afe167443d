"""Pix Automático of agreements: the authorisation asked for, and what comes of it.

An authorisation is of one agreement, and pays its instalments after the first. Each is
charged under it some days before it is due; what the payer cancels (he may until 23:59 of
the day before), what is rejected or runs out is left to be paid in another way.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.life import BINDING
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementRow,
)
from cobranca.debtors.service import open_document
from cobranca.debtors.store import DebtorRow
from cobranca.payments.api_pix.answers import Notice
from cobranca.payments.api_pix.automatic import PixAutomatico
from cobranca.payments.api_pix.orders import (
    Debtor,
    ReceivingAccount,
    Recurrence,
    RecurringCharge,
)
from cobranca.payments.owing import NothingOwed, of_instalment
from cobranca.payments.pix.txid import charge_of, txid_of
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.store import ChargeRow, RecurrenceRow
from foundation.brasil.document import parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7

SOON = (timedelta(days=2), timedelta(days=10))  # before it is due, the rules allow
APPROVED = "APROVADA"
OVER = frozenset({"EXPIRADA", "REJEITADA", "CANCELADA"})
LIVING = frozenset({"CRIADA", APPROVED})
Chance = Literal["none", "offered", "approved"]
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


class NothingToAuthorise(PaymentRefused):
    """O acordo não tem parcela a vencer que se possa debitar."""


async def authorise(
    engine: AsyncEngine, rail: PixAutomatico, keys: Keys, agreement: UUID, today: date
) -> str:
    """Ask for an authorisation, or find the one asked for; return its copia e cola.

    Raises NothingToAuthorise, BankFailure.
    """
    async with engine.begin() as connection:  # one at a time: asking is not repeatable
        await connection.execute(_ONE_AT_A_TIME, {"what": f"recurrence:{agreement}"})
        known = select(RecurrenceRow.code).where(
            RecurrenceRow.agreement_id == agreement, RecurrenceRow.state.in_(LIVING)
        )
        before = await connection.scalar(known)
        if before is not None:
            return str(before)
        order = await _order(connection, keys, agreement, today)
        made = await rail.create_recurrence(order)
        row = {
            "id": made.id,
            "agreement_id": agreement,
            "state": made.state,
            "code": made.code,
            "created_at": datetime.now(UTC),
        }
        await connection.execute(insert(RecurrenceRow), row)
        return made.code or ""


async def chance_of(connection: AsyncConnection, agreement: UUID, today: date) -> Chance:
    """Whether an agreement's next instalments may be, or are, debited by themselves."""
    states = select(RecurrenceRow.state).where(
        RecurrenceRow.agreement_id == agreement, RecurrenceRow.state.in_(LIVING)
    )
    if APPROVED in (await connection.scalars(states)).all():
        return "approved"
    query = _debitable(agreement, today).with_only_columns(AgreementInstalmentRow.id)
    found = await connection.scalar(query.limit(1))
    return "none" if found is None else "offered"


def _debitable(agreement: UUID, today: date) -> Any:
    """Instalments that an authorisation given today would come in time for."""
    return (
        select(AgreementInstalmentRow.due_on, DebtorRow.name, DebtorRow.document_sealed)
        .join(AgreementRow, AgreementRow.id == AgreementInstalmentRow.agreement_id)
        .join(DebtorRow, DebtorRow.id == AgreementRow.debtor_id)
        .where(
            AgreementRow.id == agreement,
            AgreementRow.state.in_(BINDING),
            AgreementInstalmentRow.number > 1,
            AgreementInstalmentRow.due_on > today + SOON[0],
        )
        .order_by(AgreementInstalmentRow.due_on)
    )


async def _order(
    connection: AsyncConnection, keys: Keys, agreement: UUID, today: date
) -> Recurrence:
    rows = list(await connection.execute(_debitable(agreement, today)))
    if not rows:
        raise NothingToAuthorise(
            "nothing_to_authorise", "não há parcela a vencer que se possa debitar"
        )
    document = parse_document(open_document(keys, rows[0].document_sealed))
    return Recurrence(
        contract=agreement.hex,
        debtor=Debtor(document=document, name=rows[0].name),
        first_on=rows[0].due_on,
        last_on=rows[-1].due_on,
    )


async def charge_soon(
    engine: AsyncEngine, rail: PixAutomatico, account: ReceivingAccount, today: date
) -> int:
    """Charge the instalments that fall due soon under an approved authorisation.

    Returns how many. What was paid in another way is not debited as well. A charge is in
    the database before the bank hears of it, and asked for again until the bank has it.
    Raises BankFailure.
    """
    async with engine.begin() as connection:
        for row in list(await connection.execute(_due(today))):
            owed = await _owed(connection, row.instalment_id, today)
            if row.charge_id is None and owed > 0:
                await connection.execute(insert(ChargeRow), _charge(row, owed))
    async with engine.connect() as connection:
        waiting = list(await connection.execute(_due(today)))
    asked = [row for row in waiting if row.charge_id is not None]
    for row in asked:
        order = RecurringCharge(
            recurrence_id=row.recurrence, amount=row.asked, due_on=row.due_on,
            account=account,
        )  # fmt: skip
        made = await rail.create_recurring(txid_of(row.charge_id), order)
        async with engine.begin() as connection:
            await connection.execute(
                update(ChargeRow)
                .where(ChargeRow.id == row.charge_id)
                .values(code=made.state)
            )
    return len(asked)


async def _owed(connection: AsyncConnection, instalment: UUID, today: date) -> Decimal:
    try:
        return (await of_instalment(connection, instalment, today)).amount
    except NothingOwed:
        return Decimal(0)


def _due(today: date) -> Any:
    """Instalments due soon under an approved authorisation that no charge asks for yet."""
    part = AgreementInstalmentRow
    first = (
        select(AgreementDebtRow.debt_id)
        .where(AgreementDebtRow.agreement_id == AgreementRow.id)
        .order_by(AgreementDebtRow.debt_id)
        .limit(1)
        .scalar_subquery()
    )
    charge = and_(ChargeRow.instalment_id == part.id, ChargeRow.how == "cobr")
    return (
        select(
            RecurrenceRow.id.label("recurrence"),
            part.id.label("instalment_id"),
            part.due_on,
            first.label("debt_id"),
            ChargeRow.id.label("charge_id"),
            ChargeRow.amount.label("asked"),
        )
        .join(AgreementRow, AgreementRow.id == RecurrenceRow.agreement_id)
        .join(part, part.agreement_id == AgreementRow.id)
        .outerjoin(ChargeRow, charge)
        .where(
            RecurrenceRow.state == APPROVED,
            AgreementRow.state.in_(BINDING),
            part.number > 1,
            part.due_on.between(today + SOON[0], today + SOON[1]),
            ChargeRow.code.is_(None),
        )
    )


def _charge(row: Any, amount: Decimal) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "debt_id": row.debt_id,
        "instalment_id": row.instalment_id,
        "means": "pix",
        "how": "cobr",
        "amount": amount,
        "due_on": row.due_on,
        "created_at": datetime.now(UTC),
    }


async def follow(engine: AsyncEngine, notice: Notice) -> None:
    """Keep what the bank tells of authorisations and of charges under them."""
    if not notice.recurrences and not notice.recurring:
        return
    async with engine.begin() as connection:
        for told in notice.recurrences:
            await connection.execute(
                update(RecurrenceRow)
                .where(RecurrenceRow.id == told.id)
                .values(state=told.state)
            )
        for charge in notice.recurring:
            charge_id = charge_of(charge.txid)
            if charge_id is not None and charge.state in OVER:
                await connection.execute(
                    update(ChargeRow)
                    .where(ChargeRow.id == charge_id, ChargeRow.removed_at.is_(None))
                    .values(removed_at=datetime.now(UTC))
                )
