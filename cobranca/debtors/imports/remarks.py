"""The file of remarks: what is wrong with which line, for the person who can mend it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from cobranca.debtors.imports.rows import Remark

HEADER = ("linha", "coluna", "gravidade", "motivo")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class RemarksUnwritable(RuntimeError):
    """Não foi possível gravar o arquivo de erros."""


class RemarksFile:
    """A CSV that spreadsheets open well; it exists only when there is something to say.

    A file of an earlier import at the same place is replaced, or removed when this one has
    nothing to say. Raises RemarksUnwritable with the path and the system's reason.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._file: TextIO | None = None

    @property
    def written(self) -> bool:
        return self._file is not None

    def add(self, remarks: Iterable[Remark]) -> None:
        """Write the remarks; the first one opens the file."""
        for remark in remarks:
            cells = (remark.line, remark.column, str(remark.severity), remark.reason)
            with self._naming_what_fails():
                csv.writer(self._open_file(), delimiter=";").writerow(map(_harmless, cells))

    def _open_file(self) -> TextIO:
        if self._file is None:
            self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file, delimiter=";").writerow(HEADER)
        return self._file

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
            raise RemarksUnwritable(
                f"{RemarksUnwritable.__doc__} {self.path} ({error.strerror})"
            ) from error


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.readline(100).strip() == ";".join(HEADER)
    except (OSError, UnicodeDecodeError):
        return False


def _harmless(cell: object) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
