"""The inside of a copy: named members one after another, each of any size.

Pure framing, for streams whose length nobody knows beforehand (a dump of the database). A
member is its name and then pieces; what ends it is a piece of no bytes. Encryption is not
done here: whoever reads has opened and verified the bytes already.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

LONGEST_NAME = 1000
PIECE = 256 * 1024
_NAME, _SIZE = struct.Struct(">H"), struct.Struct(">I")


class CopyMalformed(ValueError):
    """A cópia abre, mas o conteúdo não é o de uma cópia do Acordo."""


def framed(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a member as bytes; no piece may be longer than PIECE."""
    encoded = name.encode()
    yield _NAME.pack(len(encoded)) + encoded
    for piece in pieces:
        if piece:
            yield _SIZE.pack(len(piece)) + piece
    yield _SIZE.pack(0)


class Members:
    """Reads members from the clear bytes of a copy, in flat memory.

    Each member's pieces must be used up before the next is asked for.
    """

    def __init__(self, clear: Iterator[bytes]) -> None:
        self._clear = clear
        self._held = bytearray()

    def __iter__(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        while (name := self._name()) is not None:
            yield name, self._pieces()

    def _name(self) -> str | None:
        if not self._holds(_NAME.size):
            if self._held:
                raise CopyMalformed("cabeçalho")
            return None
        (size,) = _NAME.unpack(self._take(_NAME.size))
        if size > LONGEST_NAME:
            raise CopyMalformed("nome")
        try:
            return safe_name(self._take(size).decode())
        except UnicodeDecodeError as error:
            raise CopyMalformed("nome") from error

    def _pieces(self) -> Iterator[bytes]:
        while True:
            (size,) = _SIZE.unpack(self._take(_SIZE.size))
            if size == 0:
                return
            if size > PIECE:
                raise CopyMalformed("pedaço")
            yield self._take(size)

    def _holds(self, size: int) -> bool:
        while len(self._held) < size:
            more = next(self._clear, None)
            if more is None:
                return False
            self._held += more
        return True

    def _take(self, size: int) -> bytes:
        if not self._holds(size):
            raise CopyMalformed("fim")
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken


def safe_name(name: str) -> str:
    """The name, when it can only lie below the folder it is put in.

    >>> safe_name("recordings/sealed/2026/01/02/a.wav.enc")
    'recordings/sealed/2026/01/02/a.wav.enc'
    """
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise CopyMalformed(name)
    return name
