"""Reading from the middle of a sealed file, as a player does that jumps.

Only the chunks that hold the wanted bytes are opened, each verified; nothing is written.
Blocking: belongs into an executor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag

from foundation import sealed_files as sealed
from foundation.sealed_files import NotASealedFile, SealedFileBroken, SealedFileTruncated

HEADER_BYTES = sealed.HEADER_BYTES
CHUNK = sealed.CHUNK
SEALED_CHUNK = CHUNK + sealed.TAG_BYTES


class SealedReader:
    """An open sealed file. `size` is that of the clear content.

    Raises what `open_file` raises; a file cut at a chunk's border shows at its new end.
    """

    def __init__(self, key: bytes, path: Path, *, bound_to: str) -> None:
        self._file = path.open("rb")
        self._name = path.name
        try:
            header = self._file.read(HEADER_BYTES)
            self._cipher, self._associated = sealed.cipher_of(
                key, header, bound_to, self._name
            )
            body = path.stat().st_size - HEADER_BYTES
            self._chunks = max(1, -(-body // SEALED_CHUNK))
            self.size = body - self._chunks * sealed.TAG_BYTES
            if self.size < 0:
                raise SealedFileTruncated(self._name)
        except BaseException:
            self._file.close()
            raise

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the clear bytes [start, stop), at most to the end, in pieces."""
        stop = min(stop, self.size)
        while start < stop:
            number, offset = divmod(start, CHUNK)
            piece = self._chunk(number)[offset : offset + stop - start]
            yield piece
            start += len(piece)

    def _chunk(self, number: int) -> bytes:
        last = number == self._chunks - 1
        self._file.seek(HEADER_BYTES + number * SEALED_CHUNK)
        raw = self._file.read(SEALED_CHUNK)
        try:
            return self._cipher.decrypt(
                sealed.nonce_of(number, last=last), raw, self._associated
            )
        except (InvalidTag, ValueError) as error:
            raise SealedFileBroken(self._name) from error

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


__all__ = ["NotASealedFile", "SealedFileBroken", "SealedFileTruncated", "SealedReader"]
