"""Opening a file by what it holds, never by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.source import CsvFile
from cobranca.debtors.imports.table import Table
from cobranca.debtors.imports.xlsx.package import Limits, Package
from cobranca.debtors.imports.xlsx.table import SheetTable
from foundation.system_reasons import reason

_SAMPLE = 64 * 1024
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx under a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WEB_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_XML = re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml\b", re.IGNORECASE)


@contextmanager
def open_table(
    path: Path, limits: Limits | None = None, sheet: str | None = None
) -> Iterator[Table]:
    """Open a CSV or a sheet of a spreadsheet; raises UnreadableFile."""
    if is_spreadsheet(path):
        with SheetTable(path, limits or Limits(), sheet) as table:
            yield table
        return
    if sheet is not None:
        raise errors.UnknownSheet(f"“{sheet}” (um CSV não tem abas).")
    # each character is one byte: lines are decoded one by one
    with path.open(encoding="latin-1", newline="") as text:
        yield CsvFile(text, path.stat().st_size)


def sheets_of(path: Path, limits: Limits | None = None) -> tuple[str, ...]:
    """Return the names of a spreadsheet's visible sheets; none for a CSV."""
    if not is_spreadsheet(path):
        return ()
    with Package(path, limits or Limits()) as package:
        seen = [sheet.name for sheet in package.sheets if not sheet.hidden]
        return tuple(seen or [sheet.name for sheet in package.sheets])


def is_spreadsheet(path: Path) -> bool:
    """Tell a spreadsheet from a text; raises UnreadableFile when it is neither."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
    except OSError as error:
        raise errors.FileMissing(f"{path.name} ({reason(error)}).") from error
    if sample.startswith(_ZIP):
        return True
    _refuse_other_formats(sample, path)
    return False


def _refuse_other_formats(sample: bytes, path: Path) -> None:
    if not sample.strip():
        raise errors.EmptyFile
    if sample.startswith(_OLD_OFFICE):
        raise (
            errors.LockedSpreadsheet if _holds(path, _ENCRYPTED) else errors.OldSpreadsheet
        )
    if sample.startswith(b"%PDF"):
        raise errors.PdfFile
    if sample.startswith(_UTF16_BOMS):
        raise errors.WideTextFile
    if _WEB_PAGE.match(sample):
        raise errors.WebPageFile
    if _XML.match(sample):
        raise errors.XmlSpreadsheetFile
    if b"\0" in sample:
        raise errors.BinaryFile


def _holds(path: Path, wanted: bytes) -> bool:
    """Look for some bytes in a file, in flat memory."""
    kept = b""
    with path.open("rb") as file:
        while piece := file.read(_SAMPLE):
            if wanted in kept + piece:
                return True
            kept = piece[-len(wanted) :]
    return False
