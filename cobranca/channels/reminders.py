"""Reminders of what falls due: queued once each, before and after the day.

A sweep of the worker. What is paid meanwhile is cancelled with its debt; whether and when
one goes is the policy's to say. Of what was agreed one is reminded also when the creditor
or portfolio was closed since: the agreement binds both, and who is not reminded breaks it.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.keeping import Due, due_list
from cobranca.agreements.store import AgreementDebtRow, AgreementRow
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import AGREED, put
from foundation.brasil.dates import format_date
from foundation.clock import SAO_PAULO
from foundation.db.outbox import OutboxContext

DAYS_BEFORE, DAYS_AFTER = 2, 1
TEMPLATE = "reminder"
AFTER = "reminder_after"


async def sweep(context: OutboxContext) -> None:
    """Queue the reminders of today, by the real day in São Paulo."""
    await remind(context.connection, datetime.now(SAO_PAULO).date())


async def remind(connection: AsyncConnection, on: date) -> None:
    """Queue the reminders of a day; doing it again adds none."""
    for due in await due_list(connection, on, before=DAYS_BEFORE, after=DAYS_AFTER):
        if due.agreement is not None:
            await _remind(connection, due, due.agreement)


async def _remind(connection: AsyncConnection, due: Due, agreement: UUID) -> None:
    query = (
        select(AgreementRow.creditor_id, AgreementDebtRow.debt_id)
        .join(AgreementDebtRow, AgreementDebtRow.agreement_id == AgreementRow.id)
        .where(AgreementRow.id == agreement)
        .order_by(AgreementDebtRow.debt_id)
        .limit(1)
    )
    row = (await connection.execute(query)).one()
    late = due.days > 0
    await put(
        connection,
        NewMessage(
            debtor=due.debtor,
            creditor=row.creditor_id,
            debt=row.debt_id,
            template=AFTER if late else TEMPLATE,
            purpose=AGREED,
            key=f"{TEMPLATE}:{due.id}:{'after' if late else 'before'}",
            facts={"day": format_date(due.due_on)},
        ),
    )
