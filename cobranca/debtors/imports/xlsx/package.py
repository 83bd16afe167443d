"""The package of a spreadsheet: its parts, checked before any of them is unpacked."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.xlsx.xml import Attributes, feed_all

WORKBOOK = "xl/workbook.xml"
PARTS_MAX = 10_000
SMALL_PART = 16 * 1024 * 1024  # bytes of workbook, relations and styles, unpacked
SHEETS_MAX = 500
RATIO_BEGINS = 1024 * 1024  # unpacked bytes below which a ratio says nothing
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may be."""

    unpacked_bytes: int = 2 * 1024**3
    ratio: float = 200.0  # unpacked : packed; sheets of equal rows reach 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by its name in the workbook."""

    name: str
    part: str
    hidden: bool


class Package:
    """An open spreadsheet; raises UnreadableFile when it is none or is too much."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise errors.DamagedSpreadsheet("está cortada ou corrompida.") from error
        try:
            self._check(limits)
            workbook = _Workbook()
            feed_all(self.open(WORKBOOK, SMALL_PART), workbook)
            self._relations = self._read_relations()
        except BaseException:
            self._zip.close()
            raise
        self.starts_1904 = workbook.starts_1904
        self.sheets = self._sheets_of(workbook)

    def _check(self, limits: Limits) -> None:
        parts = self._zip.infolist()
        names = {part.filename for part in parts}
        if WORKBOOK not in names:
            raise errors.NotASpreadsheet
        if len(parts) > PARTS_MAX:
            raise errors.HostileSpreadsheet("tem partes demais.")
        for part in parts:
            if part.flag_bits & _ENCRYPTED:
                raise errors.LockedSpreadsheet
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise errors.DamagedSpreadsheet("usa uma compressão desconhecida.")
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts) or 1
        if unpacked > limits.unpacked_bytes:
            raise errors.HostileSpreadsheet("fica grande demais depois de aberta.")
        if unpacked > RATIO_BEGINS and unpacked / packed > limits.ratio:
            raise errors.HostileSpreadsheet("está comprimida além do que uma planilha é.")

    def _read_relations(self) -> dict[str, tuple[str, str]]:
        relations = _Relations()
        feed_all(self.open("xl/_rels/workbook.xml.rels", SMALL_PART), relations)
        return relations.found

    def _sheets_of(self, workbook: _Workbook) -> tuple[Sheet, ...]:
        found = []
        for name, relation, hidden in workbook.sheets[:SHEETS_MAX]:
            kind, part = self._relations.get(relation, ("", ""))
            if kind == "worksheet":  # charts and macros have sheets of their own
                found.append(Sheet(name, part, hidden))
        if not found:
            raise errors.NotASpreadsheet
        return tuple(found)

    def part_of(self, kind: str) -> str | None:
        """Return the name of the one part of a kind, such as `sharedStrings`."""
        present = set(self._zip.namelist())
        parts = (part for own, part in self._relations.values() if own == kind)
        return next((part for part in parts if part in present), None)

    def open(self, part: str, at_most: int | None = None) -> IO[bytes]:
        """Open a part for reading; raises DamagedSpreadsheet, HostileSpreadsheet."""
        try:
            if at_most is not None and self._zip.getinfo(part).file_size > at_most:
                raise errors.HostileSpreadsheet("tem uma parte grande demais.")
            return self._zip.open(part)
        except (KeyError, BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise errors.DamagedSpreadsheet("falta uma parte dela.") from error

    def size_of(self, part: str) -> int:
        """Return the unpacked bytes of a part."""
        return self._zip.getinfo(part).file_size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()


class _Workbook:
    """Names of sheets, and the day from which serial dates count."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.starts_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.starts_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet":
            relation = _ending(attributes.items(), "id", default="")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation, hidden))

    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...


class _Relations:
    """From a relation's id to its kind and part."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("xl", attributes.get("Target", "")))
            self.found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...


def _ending(items: Iterable[tuple[str, str]], name: str, *, default: str) -> str:
    """The value of `r:id`, whatever its prefix."""
    return next((value for key, value in items if key.endswith(f":{name}")), default)
