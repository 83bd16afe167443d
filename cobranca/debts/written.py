"""The ledger as the database holds it: what stands, and what is added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debts.accounts import Account
from cobranca.debts.entries import Entry, Posting
from cobranca.debts.ledger import common, undo
from cobranca.debts.ledger_store import DebtEntryRow, DebtPostingRow
from cobranca.debts.recorded import line_document
from foundation.ids import uuid7


@dataclass(frozen=True, slots=True)
class Written:
    """The entries that stand, by number, and the last number ever given."""

    standing: dict[int, Entry]
    last: int


async def written(connection: AsyncConnection, debt: UUID) -> Written:
    """Return the entries of a debt that no other takes back, in order."""
    query = (
        select(DebtEntryRow.__table__, DebtPostingRow.__table__)
        .join(DebtPostingRow, DebtPostingRow.entry_id == DebtEntryRow.id)
        .where(DebtEntryRow.debt_id == debt)
        .order_by(DebtEntryRow.number, DebtPostingRow.line)
    )
    told = list(await connection.execute(query))
    postings: dict[int, list[Posting]] = {}
    for row in told:
        posting = Posting(Account(row.account), row.instalment, row.amount)
        postings.setdefault(row.number, []).append(posting)
    gone = {row.undoes for row in told} | {row.number for row in told if row.undoes}
    standing = {
        row.number: Entry(
            kind=row.kind,
            on=row.takes_effect,
            fact=row.fact,
            postings=tuple(postings[row.number]),
        )
        for row in told
        if row.number not in gone
    }
    return Written(standing, max(postings, default=0))


async def write_entries(
    connection: AsyncConnection, debt: UUID, wanted: Sequence[Entry], at: datetime
) -> None:
    """Add what makes the ledger come to `wanted`; the debt is held by the caller."""
    now = await written(connection, debt)
    same = common(list(now.standing.values()), wanted)
    number = now.last
    for gone in reversed(list(now.standing)[same:]):
        number += 1
        entry = undo(now.standing[gone])
        await _write(connection, debt, number, entry, at, undoes=gone)
    for entry in wanted[same:]:
        number += 1
        await _write(connection, debt, number, entry, at)


async def _write(
    connection: AsyncConnection,
    debt: UUID,
    number: int,
    entry: Entry,
    at: datetime,
    undoes: int | None = None,
) -> None:
    name = uuid7()
    row = {
        "id": name,
        "debt_id": debt,
        "number": number,
        "kind": entry.kind,
        "takes_effect": entry.on,
        "fact": entry.fact,
        "undoes": undoes,
        "lines": [line_document(line) for line in entry.lines] or None,
        "at": at,
    }
    await connection.execute(insert(DebtEntryRow), row)
    postings = [
        {
            "entry_id": name,
            "line": line,
            "account": posting.account.value,
            "instalment": posting.instalment,
            "amount": posting.amount,
        }
        for line, posting in enumerate(entry.postings, start=1)
    ]
    await connection.execute(insert(DebtPostingRow), postings)
