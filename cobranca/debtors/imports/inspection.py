"""The first look at a file: what it is, its sheets, its header, what the columns hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cobranca.debtors.imports.columns import by_names
from cobranca.debtors.imports.mapping import ColumnMap, Targets, learn
from cobranca.debtors.imports.opening import open_table, sheets_of
from cobranca.debtors.imports.xlsx.package import Limits
from cobranca.debtors.imports.xlsx.table import SheetTable

ROWS_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file seems to be."""

    form: str
    sheet: str | None
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    columns: ColumnMap

    @property
    def by_name(self) -> Targets:
        """What the names of the columns alone say."""
        return by_names(self.headers)


def inspect(path: Path, limits: Limits, sheet: str | None = None) -> Inspected:
    """Look at the first rows; raises UnreadableFile. Blocks: call it from a thread."""
    with open_table(path, limits, sheet) as table:
        records = islice(table.records(), ROWS_LOOKED_AT)
        rows = [record.cells for record in records if record.cells is not None]
        return Inspected(
            table.form,
            table.sheet.name if isinstance(table, SheetTable) else None,
            sheets_of(path, limits),
            table.headers,
            learn(table.headers, rows),
        )
