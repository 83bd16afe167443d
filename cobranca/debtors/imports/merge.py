"""Joining staged rows with what the database has, a statement for all rows at a time.

Everything happens in one transaction on temporary tables that go with it: an import is
there whole or not at all, and one that failed is simply run again. The creditor's key is
(contract number, instalment number); a debtor is one document. `judge` writes nothing that
stays; `write` does, and keeps what it overwrites.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.rows import Remark
from cobranca.debtors.imports.statements import (
    COUNT,
    GATHER,
    JUDGE,
    KEEP,
    REFUSED,
    WRITE,
)
from cobranca.debtors.imports.synonyms import Field
from foundation.ids import uuid7

_LOCK = 0x696D_706F_7274  # "import"

_REASONS = {
    "other_holder": (Field.CONTRACT, "o contrato já está em nome de outro devedor"),
    "other_holder_in_file": (
        Field.CONTRACT,
        "o contrato está em nome de outro devedor na linha {other_line}",
    ),
    "closed": (Field.CONTRACT, "o contrato é de uma carteira desativada"),
    "before_contract": (Field.DUE_ON, "o vencimento é de antes da data do contrato"),
    "contract_later": (
        Field.CONTRACTED_ON,
        "o contrato já tem vencimento ou pagamento de antes desta data",
    ),
    "contradicts": (
        Field.INSTALMENT,
        "repete contrato e parcela da linha {other_line} com outro valor ou vencimento",
    ),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """To whom the rows belong, and where they came from."""

    creditor_id: UUID
    portfolio_id: UUID
    source: str  # of the contact points
    creditor_is_new: bool
    portfolio_is_new: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did, or would do. Rows are good, repeated or refused."""

    new: int = 0
    changed: int = 0
    same: int = 0
    repeated: int = 0  # the same instalment again, only its telephones were taken
    refused: int = 0  # here: rows that contradict others or the database
    new_debtors: int = 0
    new_points: int = 0


async def find_or_create_portfolio(
    connection: AsyncConnection, creditor: str, portfolio: str, source: str
) -> Destination:
    """Return where the rows go; what did not exist is made in the caller's transaction."""
    added = await connection.execute(
        text("INSERT INTO creditor (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING"),
        {"id": uuid7(), "name": creditor},
    )
    creditor_id = await connection.scalar(
        text("SELECT id FROM creditor WHERE name = :name"), {"name": creditor}
    )
    values = {"id": uuid7(), "creditor": creditor_id, "name": portfolio}
    added_portfolio = await connection.execute(
        text(
            "INSERT INTO portfolio (id, creditor_id, name) VALUES (:id, :creditor, :name)"
            " ON CONFLICT DO NOTHING"
        ),
        values,
    )
    portfolio_id = await connection.scalar(
        text("SELECT id FROM portfolio WHERE creditor_id = :creditor AND name = :name"),
        {"creditor": creditor_id, "name": portfolio},
    )
    return Destination(
        creditor_id,
        portfolio_id,
        source,
        creditor_is_new=added.rowcount == 1,
        portfolio_is_new=added_portfolio.rowcount == 1,
    )


JUDGE_STEPS = len(JUDGE) + len(GATHER)
WRITE_STEPS = len(KEEP) + len(WRITE)


async def judge(
    connection: AsyncConnection, destination: Destination, step: Callable[[int], None]
) -> Counts:
    """Say what would become of each staged row; `step` hears how many statements ran.

    Waits for other imports that are at this point: from here on one at a time.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    values: dict[str, object] = {
        "creditor": destination.creditor_id,
        "portfolio": destination.portfolio_id,
    }
    await _run(connection, (*JUDGE, *GATHER), values, step)
    return await _counts(connection)


async def write(
    connection: AsyncConnection,
    destination: Destination,
    import_id: UUID,
    now: datetime,
    step: Callable[[int], None],
) -> None:
    """Write what was judged; the caller commits or rolls back."""
    values = {
        "creditor": destination.creditor_id,
        "portfolio": destination.portfolio_id,
        "source": destination.source,
        "now": now,
        "import": import_id,
    }
    await _run(connection, (*KEEP, *WRITE), values, step)


async def _run(
    connection: AsyncConnection,
    statements: Sequence[str],
    values: dict[str, object],
    step: Callable[[int], None],
) -> None:
    for number, statement in enumerate(statements, start=1):
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await connection.execute(text(statement), wanted)
        step(number)


async def _counts(connection: AsyncConnection) -> Counts:
    found = {what: rows for what, rows in await connection.execute(text(COUNT))}
    refused = sum(found.pop(fate, 0) for fate in _REASONS)
    return Counts(refused=refused, **found)


async def refused_in_merge(connection: AsyncConnection) -> AsyncIterator[Remark]:
    """Yield a remark for each staged row that was refused, in flat memory."""
    last = 0
    while True:
        page = (await connection.execute(text(REFUSED), {"after": last})).all()
        for line, fate, other_line in page:
            field, reason = _REASONS[fate]
            yield Remark(line, str(field), reason.format(other_line=other_line))
        if not page:
            return
        last = page[-1].line
