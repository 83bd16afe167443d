"""The file of what was refused: each row as it came, and why, for whoever mends it.

Our own columns come first, so that the creditor's follow as they were: mended, the file
can be imported as it is. It holds personal data: mode 0600. Cells that a spreadsheet
would take for a formula are marked as text.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from cobranca.debtors.imports.cells import Cell, shown
from cobranca.debtors.imports.rows import Remark, Severity
from foundation.system_reasons import reason

HEADER = ("linha", "gravidade", "motivo")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class ErrorFileUnwritable(RuntimeError):
    """Não foi possível gravar o arquivo de erros."""


class ErrorFile:
    """A CSV that spreadsheets open well; it exists only when there is something to say.

    A file of an earlier import at the same place is replaced, or removed when this one has
    nothing to say. Raises ErrorFileUnwritable with the path and the system's reason.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._file: TextIO | None = None
        self._headers: Sequence[str] = ()

    @property
    def written(self) -> bool:
        return self._file is not None

    def begin(self, headers: Sequence[str]) -> None:
        """Say what the file's own columns are called, before the first row."""
        self._headers = headers

    def add(self, line: int, cells: Sequence[Cell], remarks: Iterable[Remark]) -> None:
        """Write one row with all that is wrong with it; the first one opens the file."""
        told = list(remarks)
        refused = any(remark.severity is Severity.ERROR for remark in told)
        severity = Severity.ERROR if refused else Severity.WARNING
        own = [str(line), str(severity), reasons_of(told)]
        with self._naming_what_fails():
            self._write([*own, *map(shown, cells)])

    def _write(self, cells: Sequence[str]) -> None:
        if self._file is None:
            handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
            header = map(harmless, (*HEADER, *self._headers))
            csv.writer(self._file, delimiter=";").writerow(header)
        csv.writer(self._file, delimiter=";").writerow(map(harmless, cells))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing behind when the import failed; `put_in_place` was not called."""
        if self._file is not None and not self._file.closed:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def put_in_place(self) -> None:
        """Let the file appear, or the one of an earlier import go."""
        with self._naming_what_fails():
            if self._file is not None:
                self._file.close()
                self._draft.replace(self.path)
            elif _is_ours(self.path):
                self.path.unlink()

    @contextmanager
    def _naming_what_fails(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ErrorFileUnwritable(
                f"{ErrorFileUnwritable.__doc__} {self.path} ({reason(error)})"
            ) from error


def reasons_of(remarks: Iterable[Remark]) -> str:
    """Return what is wrong with a row in one line: `valor: em branco; cpf: ...`."""
    return "; ".join(
        f"{remark.column}: {remark.reason}" if remark.column else remark.reason
        for remark in remarks
    )


def harmless(text: str) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.readline(1000).startswith(";".join(HEADER))
    except (OSError, UnicodeDecodeError):
        return False
