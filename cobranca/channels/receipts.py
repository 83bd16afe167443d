"""The receipt of a payment, sent whatever else holds: the debtor is owed it.

The handler of the outbox's topic `receipt`. Whoever recorded the payment promises it in
that transaction; the same payment gives one receipt.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from cobranca.agreements.texts import means_text
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.debts.ledger_store import DebtFactRow
from cobranca.debts.store import ContractRow, DebtRow
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount
from foundation.clock import SAO_PAULO
from foundation.db.outbox import OutboxContext

TEMPLATE = "receipt"
_SHOWN = 12  # characters of a receipt's number


async def send(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Queue the receipt of a payment: `debts`, `amount`, `means`, `reference`."""
    connection = context.connection
    debts = [UUID(debt) for debt in payload["debts"]]
    means, reference = str(payload["means"]), str(payload["reference"])
    query = (
        select(DebtRow.id, ContractRow.debtor_id, ContractRow.creditor_id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .where(DebtRow.id.in_(debts))
        .order_by(DebtRow.id)
        .limit(1)
    )
    row = (await connection.execute(query)).one()
    fact = select(DebtFactRow.id, DebtFactRow.takes_effect).where(
        DebtFactRow.debt_id == row.id,
        DebtFactRow.means == means,
        DebtFactRow.reference == reference,
    )
    written = (await connection.execute(fact.limit(1))).first()
    paid_on: date = written.takes_effect if written else datetime.now(SAO_PAULO).date()
    name = written.id if written else row.id
    await put(
        connection,
        NewMessage(
            debtor=row.debtor_id,
            creditor=row.creditor_id,
            debt=row.id,
            template=TEMPLATE,
            key=f"{TEMPLATE}:{means}:{reference}",
            purpose="service",
            asked_for=True,
            due_at=datetime.now(UTC),
            facts={
                "amount": format_amount(Decimal(payload["amount"])),
                "day": format_date(paid_on),
                "means": means_text(means),
                "number": name.hex[-_SHOWN:].upper(),
            },
        ),
    )
