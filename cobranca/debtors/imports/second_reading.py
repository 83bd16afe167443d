"""Rows that only the comparison refused: read again, to be repeated as they came."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.opening import open_table
from cobranca.debtors.imports.rows import Remark
from cobranca.debtors.imports.xlsx.package import Limits


def add_refused(
    path: Path,
    limits: Limits,
    sheet: str | None,
    error_file: ErrorFile,
    remarks: Sequence[Remark],
) -> None:
    """Write each remark with its row; `remarks` are in the order of lines, one a line."""
    waiting = iter(remarks)
    wanted = next(waiting, None)
    with open_table(path, limits, sheet) as table:
        for record in table.records():
            if wanted is None:
                return
            if record.line == wanted.line:
                error_file.add(record.line, record.cells or [record.text], (wanted,))
                wanted = next(waiting, None)
