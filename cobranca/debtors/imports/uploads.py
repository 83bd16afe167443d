"""Files that were sent: written to disk as they come, mode 0600, never held in memory."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from cobranca.debtors.imports.errors import EmptyFile, FileMissing, FileTooLarge
from foundation.home import Home
from foundation.system_reasons import reason

DRAFT = ".part"
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came whole."""

    path: Path
    bytes: int
    sha256: str


def upload_path(home: Home, import_id: UUID) -> Path:
    return home.imports / f"{import_id}.arquivo"


def errors_path(home: Home, import_id: UUID) -> Path:
    return home.imports / f"{import_id}.erros.csv"


def remove_files(home: Home, import_id: UUID) -> None:
    """Remove all that an import left on disk."""
    for path in home.imports.glob(f"*{import_id}*"):
        path.unlink(missing_ok=True)


class Upload:
    """A file that is coming in; what is not finished leaves nothing behind.

    Raises FileTooLarge as soon as it is, and FileMissing when the disk refuses.
    """

    def __init__(self, home: Home, import_id: UUID, largest_bytes: int) -> None:
        home.imports.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = upload_path(home, import_id)
        self._draft = self._path.with_suffix(DRAFT)
        self._largest = largest_bytes
        self._digest = hashlib.sha256()
        self._bytes = 0

    def __enter__(self) -> Self:
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        return self

    def write(self, piece: bytes) -> None:
        self._bytes += len(piece)
        if self._bytes > self._largest:
            raise FileTooLarge(f"{self._largest // _MB}.")
        self._digest.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise FileMissing(f"gravação recusada ({reason(error)}).") from error

    def finish(self) -> Received:
        """Let the file be there, whole; raises EmptyFile."""
        if not self._bytes:
            raise EmptyFile
        self._file.flush()
        os.fsync(self._file.fileno())
        self._draft.replace(self._path)
        return Received(self._path, self._bytes, self._digest.hexdigest())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)


def facts_of(path: Path) -> Received:
    """Return size and sum of a file that is here already; raises FileMissing."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Received(path, file.tell(), digest)
    except OSError as error:
        raise FileMissing(f"{path.name} ({reason(error)}).") from error
