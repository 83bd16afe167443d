"""A copy as one sealed file: written whole or not at all, verified whole before use.

Layout: `ACBK`, one version byte, which pair of keys opens it, a public part made for this
copy; then a sealed stream (`foundation.sealed_files`) of members. Blocking.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from foundation.crypto import SealBroken
from foundation.keeping.members import Members
from foundation.keeping.operator_key import (
    PAIR_ID_BYTES,
    PUBLIC_BYTES,
    KeptKeys,
    opening_key,
    pair_id,
    sealing_key,
)
from foundation.sealed_files import (
    NotASealedFile,
    SealedFileTruncated,
    open_stream,
    seal_chunks,
)

_MAGIC = b"ACBK\x01"
_HEADER = len(_MAGIC) + PAIR_ID_BYTES + PUBLIC_BYTES
_DRAFT = ".partial"
BOUND_TO = "copy"


class NotACopy(ValueError):
    """O arquivo não é uma cópia feita por «acordo backup»."""


class CopyCut(ValueError):
    """A cópia está incompleta: foi interrompida ou cortada."""


class OtherKeys(ValueError):
    """Estas chaves não abrem esta cópia: ela foi feita para outro arquivo de chaves."""


class CopyBroken(ValueError):
    """A cópia não abre: foi alterada, ou a chave de dados é de outra instalação."""


@dataclass(frozen=True, slots=True)
class Written:
    """A copy that lies there, whole. `sha256` of the file, hex."""

    path: Path
    bytes: int
    sha256: str


def write(
    target: Path, clear: Iterator[bytes], *, public: bytes, data_key: bytes
) -> Written:
    """Seal these bytes to the pair; mode 0600; raises OSError and leaves nothing then."""
    key, header = sealing_key(public, data_key)
    digest, size = hashlib.sha256(), 0
    with _draft(target) as file:
        first = _MAGIC + pair_id(public) + header
        sealed = seal_chunks(key, io.BufferedReader(Stream(clear)), bound_to=BOUND_TO)
        for piece in chain((first,), sealed):
            digest.update(piece)
            size += file.write(piece)
    return Written(target, size, digest.hexdigest())


def opened(path: Path, keys: KeptKeys) -> Iterator[bytes]:
    """Yield the clear bytes, each chunk verified; who stops early has not verified the end.

    Raises NotACopy, OtherKeys, CopyBroken, CopyCut.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
        if not head.startswith(_MAGIC):
            raise NotACopy(path.name)
        if len(head) < _HEADER:
            raise CopyCut(path.name)
        pair, public = head[len(_MAGIC) : -PUBLIC_BYTES], head[-PUBLIC_BYTES:]
        if pair != pair_id(keys.public):
            raise OtherKeys(path.name)
        try:
            key = opening_key(keys, public)
            yield from open_stream(key, file, bound_to=BOUND_TO, name=path.name)
        except (SealedFileTruncated, NotASealedFile) as error:
            raise CopyCut(path.name) from error
        except (SealBroken, KeyError) as error:
            raise CopyBroken(path.name) from error


def members(path: Path, keys: KeptKeys) -> Members:
    """The members of a copy, one after another."""
    return Members(opened(path, keys))


def remove_drafts(folder: Path) -> None:
    """Remove what a copy that was killed left there; one being written is left alone."""
    for draft in folder.glob(f".*{_DRAFT}"):
        with draft.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            draft.unlink(missing_ok=True)


@contextmanager
def _draft(target: Path) -> Iterator[io.BufferedWriter]:
    """A file that gets its name when all of it is on the disk. Never a half one."""
    if target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    draft = target.with_name(f".{target.name}.{os.getpid()}{_DRAFT}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    _settle(target.parent)


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Stream(io.RawIOBase):
    """Pieces of bytes as a stream to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
