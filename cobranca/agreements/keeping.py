"""Looking after agreements: those that lapse are broken, and who is to be reminded.

Once a day is enough; doing it again changes nothing. A breach writes no amount: the debt
stands in its own ledger, by law and contract, with all payments imputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import happen
from cobranca.agreements.life import BINDING, Lapsed, lapsed
from cobranca.agreements.receiving import hold_debts
from cobranca.agreements.standing import Standing, standing
from cobranca.agreements.store import AgreementInstalmentRow, AgreementRow
from cobranca.contacts.store import PromiseRow
from foundation.brasil.bank_days import bank_days_after
from foundation.clock import SAO_PAULO
from foundation.db.outbox import OutboxContext

CLEARING_DAYS = 5  # bank days to clear a name after the first payment (brazil.md, 4.6)
_PAGE, _MOST = 500, 500  # agreements looked at at once; broken in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that falls due: an instalment of an agreement, or a promise.

    `days` is negative when it is still to come. `at_stake` is what an agreement's breach
    would leave unpaid of it, or what was promised.
    """

    kind: str  # instalment | promise
    id: UUID
    debtor: UUID
    agreement: UUID | None
    due_on: date
    days: int
    amount: Decimal
    at_stake: Decimal


def ranked(dues: Sequence[Due]) -> list[Due]:
    """Sort by what is at stake over the days from the due date: late weighs double.

    >>> ranked([])
    []
    """
    return sorted(dues, key=lambda due: (-_weight(due), due.due_on, due.id))


def _weight(due: Due) -> Decimal:
    distance = abs(due.days) + 1
    return due.at_stake * (2 if due.days > 0 else 1) / distance


async def break_lapsed(connection: AsyncConnection, on: date, at: datetime) -> list[UUID]:
    """Break agreements of which an instalment is beyond grace; return them.

    At most 500, so that payments do not wait long for the transaction; the next sweep
    goes on. The caller commits.
    """
    broken: list[UUID] = []
    last = UUID(int=0)
    while some := await _binding(connection, on, after=last):
        for last in some:
            number = _lapsed(await standing(connection, last), on)
            if number is None or not await _still_lapsed(connection, last, on):
                continue
            await happen(connection, last, Lapsed(number), at)
            broken.append(last)
            if len(broken) == _MOST:
                return broken
    return broken


async def _binding(connection: AsyncConnection, on: date, *, after: UUID) -> Sequence[UUID]:
    """Those with an open instalment that was due, in the order of their ids."""
    query = (
        select(AgreementRow.id)
        .where(
            AgreementRow.id > after,
            AgreementRow.state.in_(BINDING),
            AgreementRow.next_due < on,
        )
        .order_by(AgreementRow.id)
        .limit(_PAGE)
    )
    return (await connection.execute(query)).scalars().all()


async def _still_lapsed(connection: AsyncConnection, agreement: UUID, on: date) -> bool:
    """Look again while no payment can come: one may have been on its way."""
    await hold_debts(connection, agreement)
    stands = await standing(connection, agreement)
    return stands.state in BINDING and _lapsed(stands, on) is not None


def _lapsed(stands: Standing, on: date) -> int | None:
    return lapsed(
        stands.ledger.positions,
        on,
        stands.setting,
        grace_days=stands.policy.grace_days,
        tolerance=stands.policy.tolerance,
    )


async def due_list(
    connection: AsyncConnection, on: date, *, before: int = 5, after: int = 30
) -> list[Due]:
    """Return what falls due from `after` days ago to `before` days ahead, ranked."""
    first, last = on - timedelta(days=after), on + timedelta(days=before)
    return ranked(
        [
            *await _instalments(connection, on, first, last),
            *await _promises(connection, on, first, last),
        ]
    )


async def _instalments(
    connection: AsyncConnection, on: date, first: date, last: date
) -> list[Due]:
    query = (
        select(AgreementInstalmentRow.__table__, AgreementRow.debtor_id)
        .join(AgreementRow, AgreementRow.id == AgreementInstalmentRow.agreement_id)
        .where(
            AgreementRow.state.in_(BINDING),
            AgreementRow.next_due <= last,
            AgreementInstalmentRow.due_on.between(first, last),
        )
        .order_by(AgreementInstalmentRow.due_on)
    )
    found = []
    for row in list(await connection.execute(query)):
        stands = await standing(connection, row.agreement_id)
        parts = {part.number: part.total for part in stands.ledger.positions}
        if parts[row.number] > 0:
            found.append(
                Due(
                    kind="instalment",
                    id=row.id,
                    debtor=row.debtor_id,
                    agreement=row.agreement_id,
                    due_on=row.due_on,
                    days=(on - row.due_on).days,
                    amount=parts[row.number],
                    at_stake=stands.ledger.written,
                )
            )
    return found


async def _promises(
    connection: AsyncConnection, on: date, first: date, last: date
) -> list[Due]:
    query = select(PromiseRow.__table__).where(PromiseRow.due_on.between(first, last))
    return [
        Due(
            kind="promise",
            id=row.id,
            debtor=row.debtor_id,
            agreement=None,
            due_on=row.due_on,
            days=(on - row.due_on).days,
            amount=row.amount,
            at_stake=row.amount,
        )
        for row in await connection.execute(query)
    ]


def clear_name_by(first_payment: date) -> date:
    """Return the last day on which the name is to leave the bureaus."""
    return bank_days_after(first_payment, CLEARING_DAYS)


async def sweep(context: OutboxContext) -> None:
    """Break what lapsed, by the real day in São Paulo."""
    now = datetime.now(UTC)
    await break_lapsed(context.connection, now.astimezone(SAO_PAULO).date(), now)
