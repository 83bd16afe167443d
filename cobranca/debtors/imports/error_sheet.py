"""The error file as a spreadsheet, made from its CSV row by row; all cells are texts."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

ROWS_MAX = 1_000_000  # a sheet holds 1,048,576
_LONGEST = 32_767
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def spreadsheet_of(source: Path) -> Path:
    """Return the spreadsheet beside the CSV, made when it is not there or older.

    Blocks for seconds when there are many rows: call it from a thread. Mode 0600.
    """
    target = source.with_suffix(".xlsx")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return target
    handle, draft = tempfile.mkstemp(dir=source.parent, prefix=f".{target.stem}-")
    os.close(handle)
    try:
        _write(source, Path(draft))
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target


def _write(source: Path, target: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Recusados")
    with source.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=";")):
            if number > ROWS_MAX:
                break
            cells = []
            for text in row:
                cell = WriteOnlyCell(sheet, _NO_XML.sub(" ", text)[:_LONGEST])
                cell.data_type = "s"  # never a formula, whatever it looks like
                cells.append(cell)
            sheet.append(cells)
    book.save(target)
