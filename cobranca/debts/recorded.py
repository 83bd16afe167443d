"""Facts, terms and lines as rows hold them, and back. Pure functions between the two."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from cobranca.debts import facts
from cobranca.debts.charges import Line
from cobranca.debts.facts import AnyFact, Means
from cobranca.debts.index_tables import IndexTable

_KINDS: dict[str, type[AnyFact]] = {
    "opened": facts.Opened,
    "amended": facts.Amended,
    "fee": facts.FeeCharged,
    "paid": facts.Paid,
    "undone": facts.Undone,
    "discounted": facts.Discounted,
    "released": facts.Released,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_COLUMNS = {"on": "takes_effect", "difference": "amount"}


def fact_values(fact: AnyFact) -> dict[str, Any]:
    """Return the columns of a fact's row, its kind among them."""
    values = {_COLUMNS.get(name, name): value for name, value in asdict(fact).items()}
    if "means" in values:
        values["means"] = values["means"].value
    return values | {"kind": _NAMES[type(fact)]}


def fact_of(row: Any) -> AnyFact:
    """Return the fact of a row."""
    kind = _KINDS[row.kind]
    values = {
        field.name: getattr(row, _COLUMNS.get(field.name, field.name))
        for field in fields(kind)
    }
    if "means" in values:
        values["means"] = Means(values["means"])
    return kind(**values)


def line_document(line: Line) -> dict[str, Any]:
    """Return a line as JSON: rates as exact fractions, amounts as text."""
    return {name: _plain(value) for name, value in asdict(line).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | Fraction | UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def months_document(table: IndexTable) -> dict[str, str]:
    """Return a table's figures as JSON."""
    return {f"{month:%Y-%m}": str(percent) for month, percent in table.values.items()}


def table_of(row: Any) -> IndexTable:
    """Return the table of a row."""
    values = {
        date(int(month[:4]), int(month[5:]), 1): Decimal(percent)
        for month, percent in row.months.items()
    }
    return IndexTable(name=row.name, version=row.version, source=row.source, values=values)
