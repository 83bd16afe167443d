"""Taking an import back: what it made goes, what it overwrote comes back as it was.

Only while nobody built on it: any row of another table that points at what it made, any
later import of the same people, any value changed since, and it is refused with counts.
Which tables point at ours is read from the database's own catalogue, so that a table that
comes later is asked too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.progress import Heard, Phase, Progress, Timer, nobody
from cobranca.debtors.imports.undo_statements import (
    AFFECTED,
    CHECKS,
    LOCK,
    REFERENCES,
    RESTORE,
    VALUES_OF_ALL_TIME,
    counting,
)

STEPS = 3 + len(RESTORE)  # who is affected, the lock, the reasons against it
_SAID = {
    "later_import": "que vieram também em importação posterior",
    "changed": "com dados alterados depois",
    "settled": "com dívida baixada",
    "attempt": "com ligações",
    "verdict": "já consultados para discagem",
    "campaign_debtor": "em campanha",
    "promise": "com promessa de pagamento",
    "call_back": "com retorno marcado",
    "suppression": "com bloqueio de contato",
    "contact": "com contatos",
    "payment": "com pagamento",
    "agreement": "com acordo",
}


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back."""

    debtors: int
    contracts: int
    instalments: int
    points: int
    restored: int  # rows that have their earlier values again


@dataclass(frozen=True, slots=True)
class NotUndone:
    """Why not; `debtors` counts people by reason, in pt-BR."""

    reasons: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        told = "; ".join(f"{count} devedores {why}" for why, count in self.reasons)
        return f"Não dá mais para desfazer: {told}."


@dataclass(frozen=True, slots=True)
class TooLate:
    """The time in which it could be undone is over."""

    days: int

    def __str__(self) -> str:
        return f"Não dá mais para desfazer: passaram os {self.days} dias de prazo."


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What is to be taken back."""

    id: UUID
    applied_at: datetime
    creditor: str
    portfolio: str
    creditor_is_new: bool
    portfolio_is_new: bool


class _Steps:
    """Tells how many of the statements have run."""

    def __init__(self, heard: Heard) -> None:
        self._timer = Timer(heard)
        self._done = 0
        self.debtors = 0

    def ran(self) -> None:
        self._done += 1
        share = min(1.0, self._done / STEPS)
        told = Progress(phase=Phase.UNDOING, rows=self.debtors, share=share)
        self._timer.tell(told)


async def undo(
    connection: AsyncConnection, applied: Applied, *, undo_days: int, heard: Heard = nobody
) -> Undone | NotUndone | TooLate:
    """Take an import back in the caller's transaction, or say why not.

    `heard` is told how far it is. Raises whatever `heard` raises.
    """
    if datetime.now(UTC) - applied.applied_at > timedelta(days=undo_days):
        return TooLate(undo_days)
    values = {"import": applied.id, "applied_at": applied.applied_at}
    steps = _Steps(heard)
    steps.debtors = await _run(connection, AFFECTED, values)
    steps.ran()
    await _run(connection, LOCK, values)
    steps.ran()
    reasons = await _reasons(connection, values)
    steps.ran()
    if reasons:
        await connection.execute(text("DROP TABLE undo_debtor"))
        return NotUndone(reasons)
    counted = {}
    for name, statement in RESTORE.items():
        counted[name] = await _run(connection, statement, values)
        steps.ran()
    await connection.execute(text("DROP TABLE undo_debtor"))
    await _remove_empty(connection, applied)
    return Undone(
        counted["debtors"],
        counted["contracts"],
        counted["instalments"],
        counted["points"],
        sum(number for name, number in counted.items() if name.startswith("restored")),
    )


async def _run(
    connection: AsyncConnection, statement: str, values: dict[str, object]
) -> int:
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    return (await connection.execute(text(statement), wanted)).rowcount


async def _reasons(
    connection: AsyncConnection, values: dict[str, object]
) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for why, query in CHECKS.items():
        wanted = {name: value for name, value in values.items() if f":{name}" in query}
        found[why] = await connection.scalar(text(query), wanted) or 0
    for table, column, target, moment in await connection.execute(text(REFERENCES)):
        since = None if table in VALUES_OF_ALL_TIME else moment
        query = counting(table, column, target, since)
        wanted = {name: value for name, value in values.items() if f":{name}" in query}
        count = await connection.scalar(text(query), wanted) or 0
        found[table] = max(found.get(table, 0), count)
    return tuple(
        (_SAID.get(why, f"com registros em “{why}”"), count)
        for why, count in found.items()
        if count
    )


async def _remove_empty(connection: AsyncConnection, applied: Applied) -> None:
    """The creditor and the portfolio that it made go too, unless somebody uses them."""
    names = {"creditor": applied.creditor, "portfolio": applied.portfolio}
    statements = []
    if applied.portfolio_is_new:
        statements.append(
            "DELETE FROM portfolio WHERE name = :portfolio AND creditor_id ="
            " (SELECT id FROM creditor WHERE name = :creditor)"
        )
    if applied.creditor_is_new:
        statements.append("DELETE FROM creditor WHERE name = :creditor")
    for statement in statements:
        try:
            async with connection.begin_nested():
                await _run(connection, statement, dict(names))
        except IntegrityError:
            return
