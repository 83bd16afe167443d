"""Feeding XML parts to a parser, so that a hostile one costs neither memory nor time.

No document type is accepted, hence no entity; depth, the size of one token and of one text
are bounded. Element names come without their prefix, since writers differ in it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import IO, Protocol
from xml.parsers import expat
from zipfile import BadZipFile

from cobranca.debtors.imports.errors import (
    DamagedSpreadsheet,
    HostileSpreadsheet,
    UnreadableFile,
)

CHUNK = 64 * 1024
DEEPEST = 64
LONGEST_TOKEN = 1024 * 1024  # bytes of one tag or one run of text
Attributes = dict[str, str]


class Handler(Protocol):
    """What is told of a part's elements."""

    def start(self, name: str, attributes: Attributes) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, data: str) -> None: ...


def feed(stream: IO[bytes], handler: Handler) -> Iterator[int]:
    """Parse a part piece by piece and close it; yield the bytes given so far.

    Raises DamagedSpreadsheet, HostileSpreadsheet.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = _Depth(handler)
    parser.StartElementHandler = depth.start
    parser.EndElementHandler = depth.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    given = 0
    with stream:
        while piece := _piece(stream):
            _parse(parser, piece)
            given += len(piece)
            if given - parser.CurrentByteIndex > LONGEST_TOKEN:
                raise HostileSpreadsheet("um elemento é grande demais.")
            yield given
    _parse(parser, b"", last=True)
    yield given


def _parse(parser: expat.XMLParserType, piece: bytes, *, last: bool = False) -> None:
    try:
        parser.Parse(piece, last)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise  # one of our own, out of a handler
        raise DamagedSpreadsheet("XML ilegível.") from error


def _piece(stream: IO[bytes]) -> bytes:
    """Read the next piece of a compressed part; raises DamagedSpreadsheet."""
    try:
        return stream.read(CHUNK)
    except (BadZipFile, zlib.error, EOFError, OSError) as error:
        raise DamagedSpreadsheet("está cortada ou corrompida.") from error


def feed_all(stream: IO[bytes], handler: Handler) -> None:
    """Parse a small part to its end."""
    for _ in feed(stream, handler):
        pass


class _Depth:
    """Counts how deep elements are nested, and drops prefixes."""

    def __init__(self, handler: Handler) -> None:
        self._start: Callable[[str, Attributes], None] = handler.start
        self._end: Callable[[str], None] = handler.end
        self._depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise HostileSpreadsheet("tem elementos demais uns dentro dos outros.")
        self._start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._end(name.rpartition(":")[2] if ":" in name else name)


def _refuse_doctype(*_: object) -> None:
    raise HostileSpreadsheet("declara entidades de XML, o que nenhuma planilha precisa.")
