"""Files that ask a bank to register slips (remessa), kept whole as they were sent.

A title is registered by one file: its charge names it. A slip that the bank has, and that
is not to be paid any more (taken back, or paid by its own Pix), is cancelled by a later
one. The caller commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.debts.accounts import ZERO
from cobranca.payments.banking_store import BillingAccountRow, RemittanceRow
from cobranca.payments.boletos import (
    NoBillingAccount,
    account_of,
    document_of,
    issued,
    late_of,
)
from cobranca.payments.cnab.layout import layout_of
from cobranca.payments.cnab.remessa import LINE_END, RejectedTitle, Remessa
from cobranca.payments.cnab.title import Company, Movement, Payer, Title
from cobranca.payments.store import ArrivalRow, ChargeRow
from foundation.brasil.document import parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7

MOST_IN_FILE = 100_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was made; `content` is what the bank gets."""

    id: UUID
    sequence: int
    titles: int
    total: Decimal
    content: bytes
    rejected: tuple[RejectedTitle, ...]


async def send(
    connection: AsyncConnection, keys: Keys, account_id: UUID, *, by: str
) -> Sent | None:
    """Make the file of what is not registered yet; None when there is nothing to send.

    What the bank could not take stays unsent, and is told with its reason.
    """
    query = select(BillingAccountRow.__table__).where(BillingAccountRow.id == account_id)
    row = (await connection.execute(query.with_for_update())).first()
    if row is None:
        raise NoBillingAccount("no_billing_account", NoBillingAccount.__doc__ or "")
    waiting = list(await connection.execute(_unsent(row)))
    if not waiting:
        return None
    at = datetime.now(UTC)
    creditor = await connection.execute(
        select(CreditorRow.name, CreditorRow.document).where(
            CreditorRow.id == row.creditor_id
        )
    )
    name, document = creditor.one()
    company = Company(document=parse_document(document or ""), name=name)
    layout = layout_of(row.bank, row.size, "remessa")
    file = Remessa(layout, account_of(row), company, sequence=row.next_sequence, at=at)
    titles = [_title(keys, one, at.date(), _movement(one)) for one in waiting]
    content = "".join(line + LINE_END for line in file.lines(titles)).encode("ascii")
    left_out = {one.charge_id for one in file.rejected}
    made = uuid7()
    total = Decimal(file.total_cents).scaleb(-2)
    if file.written:
        await _keep(connection, row, made, file, content, total, at, by)
        sent = [one for one in waiting if one.id not in left_out]
        await _noted(connection, made, sent, at)
    sequence = int(row.next_sequence)
    return Sent(made, sequence, file.written, total, content, tuple(file.rejected))


async def _noted(
    connection: AsyncConnection, made: UUID, sent: list[Any], at: datetime
) -> None:
    """Let each charge name the file that registers it; of others note that they end."""
    values: dict[Movement, dict[str, Any]] = {
        "register": {"remittance_id": made},
        "cancel": {"withdrawn_at": at},
    }
    for movement, noted in values.items():
        ids = [one.id for one in sent if _movement(one) == movement]
        await connection.execute(
            update(ChargeRow).where(ChargeRow.id.in_(ids)).values(noted)
        )


def _movement(row: Any) -> Movement:
    return "register" if row.remittance_id is None else "cancel"


async def _keep(
    connection: AsyncConnection,
    account: Any,
    made: UUID,
    file: Remessa,
    content: bytes,
    total: Decimal,
    at: datetime,
    by: str,
) -> None:
    values = {
        "id": made,
        "billing_account_id": account.id,
        "sequence": account.next_sequence,
        "titles": file.written,
        "total": total,
        "content": content,
        "made_on": at.date(),
        "made_at": at,
        "made_by": by,
    }
    await connection.execute(insert(RemittanceRow), values)
    await connection.execute(
        update(BillingAccountRow)
        .where(BillingAccountRow.id == account.id)
        .values(next_sequence=account.next_sequence + 1)
    )


def _unsent(account: Any) -> Any:
    """What the bank has not heard of and stands, and what it has and stands no more."""
    at_bank, ended = ChargeRow.remittance_id.is_not(None), ChargeRow.removed_at.is_not(None)
    by_pix, by_slip = _paid("pix"), _paid("boleto")
    register = ~at_bank & ~ended & ~by_pix
    cancel = at_bank & ChargeRow.withdrawn_at.is_(None) & (ended | by_pix) & ~by_slip
    return (
        issued()
        .where(ChargeRow.billing_account_id == account.id, register | cancel)
        .order_by(ChargeRow.id)
        .limit(MOST_IN_FILE)
    )


def _paid(means: str) -> Exists:
    return exists().where(
        ArrivalRow.charge_id == ChargeRow.id,
        ArrivalRow.means == means,
        ArrivalRow.entered > ZERO,
    )


def _title(keys: Keys, row: Any, today: date, movement: Movement) -> Title:
    """A debtor without address makes a title that the file leaves out and reports."""
    late = late_of(row)
    return Title(
        movement=movement,
        charge_id=row.id,
        number=row.number,
        due_on=row.due_on,
        issued_on=min(today, row.due_on),
        amount=row.amount,
        payer=Payer(
            document=document_of(keys, row),
            name=row.debtor,
            street=row.street or "",
            district=row.district or "",
            city=row.city or "",
            uf=row.uf or "",
            cep=row.cep or "",
        ),
        interest_per_day=late.interest_per_day,
        fine_percent=late.fine_percent,
        late_from=late.late_from,
    )
