"""What an import would change, with examples, and a fingerprint of all of it.

Reads the temporary tables that `merge.judge` left. Examples hold names and values, so they
are personal data: whoever keeps them deletes them. Documents are never in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.diff_statements import FIELDS, FINGERPRINT, ROWS
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would change; texts as people read them."""

    line: int
    contract: str | None
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one field."""

    total: int
    examples: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One row that would be new or stay the same."""

    line: int
    contract: str
    name: str
    instalment: int
    amount: str
    due_on: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What would change; `fields` only those with changes."""

    fields: Mapping[str, Changes] = field(default_factory=dict)
    new: tuple[Example, ...] = ()
    same: tuple[Example, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()  # line, reasons; the first ones


async def read_diff(
    connection: AsyncConnection,
    portfolio_id: object,
    refused: tuple[tuple[int, str], ...],
) -> Diff:
    """Read counts and examples of each kind of change."""
    fields = {}
    for name, query in FIELDS.items():
        values = {"limit": EXAMPLES, "portfolio": portfolio_id}
        wanted = {key: value for key, value in values.items() if f":{key}" in query}
        rows = (await connection.execute(text(query), wanted)).all()
        if rows:
            fields[name] = Changes(rows[0].total, tuple(_change(name, row) for row in rows))
    return Diff(
        fields,
        await _examples(connection, "new"),
        await _examples(connection, "same"),
        refused,
    )


def _change(name: str, row: Any) -> Change:
    old, new = _shown(name, row.old), _shown(name, row.new)
    return Change(row.line, row.contract, row.name, old, new)


async def _examples(connection: AsyncConnection, what: str) -> tuple[Example, ...]:
    rows = await connection.execute(text(ROWS), {"what": what, "limit": EXAMPLES})
    return tuple(
        Example(
            row.line,
            row.contract,
            row.name,
            row.instalment,
            _shown("amount", row.amount),
            _shown("due_on", row.due_on),
        )
        for row in rows
    )


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "amount" and isinstance(value, int):
        return format_amount(Decimal(value) / 100)
    if name == "score" and isinstance(value, float):
        return f"{round(value * 100, 2):.4g}%".replace(".", ",")
    return format_date(value) if isinstance(value, date) else str(value)


async def fingerprint(connection: AsyncConnection, refused: int, digest: str) -> str:
    """Return a text that is equal exactly when the same would be done to the same values.

    `refused` and `digest` tell of the rows that were refused before the database saw them.
    """
    seen = await connection.scalar(text(FINGERPRINT))
    return hashlib.sha256(f"{seen}|{refused}|{digest}".encode()).hexdigest()
