"""Takes an arrival in: ledger, work list and what is known of it, in one transaction.

The arrival's row is made or locked first and the charge's row next, always in that order,
so that the same news in two places at once is taken one after the other. The caller owns
the transaction; nothing is half written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.payments.arrivals import Heard
from cobranca.payments.reconciling import (
    NOTHING,
    ZERO,
    Arrival,
    Charge,
    Decision,
    Known,
    Reason,
    decide,
)
from cobranca.payments.store import ArrivalRow, ChargeRow, PaymentWorkRow
from cobranca.payments.written import to_cents
from foundation.ids import uuid7


class LedgerRefused(Exception):
    """O razão não aceitou o lançamento; o argumento diz por quê."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One payment as the ledger is told of it; of an instalment when there is one."""

    debt_id: UUID
    instalment_id: UUID | None
    amount: Decimal
    paid_on: date
    means: str
    reference: str
    settles: bool = False  # all that a slip asked for, as its bank priced it


class Ledger(Protocol):
    """The one door through which money enters a debt, and leaves it again.

    Both raise LedgerRefused, and write nothing then.
    """

    async def enter(self, connection: AsyncConnection, entry: Entry) -> None: ...

    async def undo(self, connection: AsyncConnection, entry: Entry) -> None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done; `debt_id` None when the arrival names no charge of ours."""

    decision: Decision
    debt_id: UUID | None
    fresh: bool  # heard of for the first time


async def take(
    connection: AsyncConnection, ledger: Ledger, heard: Heard, *, now: datetime
) -> Taken:
    """Take one arrival in, for the first time or again."""
    arrival = heard.arrival
    row, fresh = await _arrival(connection, heard, now)
    charge = await _charge(connection, row.charge_id, heard)
    facts = await _facts(connection, charge, heard)
    known = Known(amount=row.amount, refunded=row.refunded, entered=row.entered)
    decision = decide(arrival, facts, None if fresh else known)
    debt_id = None if charge is None else charge.debt_id
    if decision is NOTHING:
        return Taken(decision, debt_id, fresh)
    called = row.entry
    if decision.enter and charge is not None:
        try:
            async with connection.begin_nested():
                entry = _entry(row, charge, facts, arrival, decision.enter)
                called = await _write(connection, ledger, row, entry)
        except LedgerRefused:
            rest = decision.left + max(decision.enter, ZERO)
            reasons = (*decision.reasons, Reason.LEDGER_REFUSED)
            decision = Decision(left=rest, reasons=reasons)
    if fresh or arrival.amount == row.amount:  # a contradiction changes nothing known
        await _keep(connection, row, charge, heard, decision, called)
    await _ask(connection, row.id, decision, now)
    return Taken(decision, debt_id, fresh)


def _entry(
    row: Any, charge: Any, facts: Charge | None, arrival: Arrival, change: Decimal
) -> Entry:
    """What the ledger is to hold of the arrival after a change."""
    return Entry(
        debt_id=charge.debt_id,
        instalment_id=charge.instalment_id,
        amount=row.entered + change,
        paid_on=arrival.paid_on,
        means=arrival.means,
        reference=arrival.reference,
        settles=(
            charge.means == "boleto"
            and facts is not None
            and not facts.removed
            and change == facts.expected
        ),
    )


async def _write(
    connection: AsyncConnection, ledger: Ledger, row: Any, entry: Entry
) -> str | None:
    """Enter money, or undo what was entered and enter what remains; return its name.

    The ledger knows a payment by its name for ever, so what remains has another one.
    """
    if row.entry is None:
        await ledger.enter(connection, entry)
        return entry.reference
    await ledger.undo(connection, replace(entry, amount=row.entered, reference=row.entry))
    if entry.amount == 0:
        return None
    rest = replace(entry, reference=f"{entry.reference}~{to_cents(entry.amount)}")
    await ledger.enter(connection, rest)
    return rest.reference


async def _arrival(
    connection: AsyncConnection, heard: Heard, now: datetime
) -> tuple[Any, bool]:
    """The arrival's row, locked, and whether it was made just now."""
    arrival = heard.arrival
    made = await connection.execute(
        insert(ArrivalRow)
        .values(
            id=uuid7(),
            means=arrival.means,
            reference=arrival.reference,
            amount=arrival.amount,
            refunded=ZERO,
            entered=ZERO,
            paid_on=arrival.paid_on,
            heard_at=now,
        )
        .on_conflict_do_nothing(index_elements=["means", "reference"])
        .returning(ArrivalRow.id)
    )
    fresh = made.first() is not None
    query = (
        select(*ArrivalRow.__table__.columns)
        .where(ArrivalRow.means == arrival.means, ArrivalRow.reference == arrival.reference)
        .with_for_update()
    )
    return (await connection.execute(query)).one(), fresh


async def _charge(connection: AsyncConnection, charge_id: UUID | None, heard: Heard) -> Any:
    """The charge's row, locked: the one known before, the one named, or None."""
    query = select(*ChargeRow.__table__.columns).with_for_update()
    wanted = charge_id or heard.charge_id
    if wanted is not None:
        query = query.where(ChargeRow.id == wanted)
    elif heard.nosso_numero is not None:
        query = query.where(
            ChargeRow.bank == heard.bank, ChargeRow.nosso_numero == heard.nosso_numero
        )
    else:
        return None
    rows = list(await connection.execute(query.limit(2)))
    return rows[0] if len(rows) == 1 else None  # two accounts may have the same number


async def _facts(connection: AsyncConnection, charge: Any, heard: Heard) -> Charge | None:
    """What the decision looks at. The bank's price counts if it began from our amount."""
    if charge is None:
        return None
    entered = await connection.scalar(
        select(func.sum(ArrivalRow.entered)).where(ArrivalRow.charge_id == charge.id)
    )
    priced = heard.priced
    ours = priced is not None and priced.original == charge.amount
    expected = priced.due if priced is not None and ours else charge.amount
    return Charge(
        expected=expected,
        entered=ZERO if entered is None else Decimal(entered),
        removed=charge.removed_at is not None,
    )


async def _keep(
    connection: AsyncConnection,
    row: Any,
    charge: Any,
    heard: Heard,
    decision: Decision,
    called: str | None,
) -> None:
    """The row is locked, so what it says is added to here."""
    values = {
        "entered": row.entered + decision.enter,
        "entry": called,
        "refunded": max(row.refunded, heard.arrival.refunded),
        "charge_id": None if charge is None else charge.id,
    }
    await connection.execute(
        update(ArrivalRow).where(ArrivalRow.id == row.id).values(values)
    )


async def _ask(
    connection: AsyncConnection, arrival_id: UUID, decision: Decision, now: datetime
) -> None:
    """Open a question for each reason, unless the same one is open already."""
    for reason in decision.reasons:
        question = insert(PaymentWorkRow).values(
            id=uuid7(),
            arrival_id=arrival_id,
            reason=reason.value,
            rest=decision.left,
            opened_at=now,
        )
        await connection.execute(question.on_conflict_do_nothing())
