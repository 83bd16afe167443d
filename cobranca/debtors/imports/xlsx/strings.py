"""The texts that cells share, kept in a temporary file: there may be millions."""

from __future__ import annotations

import mmap
import re
import tempfile
from array import array
from typing import IO

from cobranca.debtors.imports.errors import DamagedSpreadsheet, HostileSpreadsheet
from cobranca.debtors.imports.xlsx.xml import Attributes, feed_all

STRINGS_MAX = 50_000_000
LONGEST = 64 * 1024  # characters of one cell; Excel allows 32,767
_KEPT = 4096  # offsets and texts held back before a write
_OFFSET_BYTES = 8
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SharedStrings:
    """Texts by number, read from disk as they are asked for."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        """Read them all once; raises DamagedSpreadsheet, HostileSpreadsheet."""
        self._texts = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as we do
        self._offsets = tempfile.TemporaryFile()  # noqa: SIM115
        self._text_map: mmap.mmap | bytes = b""
        self._offset_map: mmap.mmap | bytes = b""
        try:
            self._count = self._read(stream)
        except BaseException:
            self.close()
            raise
        self._text_map = _mapped(self._texts)
        self._offset_map = _mapped(self._offsets)

    def _read(self, stream: IO[bytes] | None) -> int:
        reader = _Reader(self._texts, self._offsets)
        if stream is not None:
            feed_all(stream, reader)
        reader.flush()
        return reader.count

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < self._count:
            raise DamagedSpreadsheet("uma célula aponta para um texto que não existe.")
        place = number * _OFFSET_BYTES
        ends = array("Q", self._offset_map[place : place + 2 * _OFFSET_BYTES])
        return self._text_map[ends[0] : ends[1]].decode()

    def close(self) -> None:
        for each in (self._text_map, self._offset_map):
            if isinstance(each, mmap.mmap):
                each.close()
        self._texts.close()
        self._offsets.close()


def _mapped(file: IO[bytes]) -> mmap.mmap | bytes:
    file.flush()
    empty = file.seek(0, 2) == 0
    return b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def unescaped(text: str) -> str:
    """Put back the characters that XML cannot hold, written `_x000D_`."""
    if "_x" not in text:
        return text
    return (
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        .encode("utf-8", "replace")
        .decode()
    )


class _Reader:
    """Gathers the runs of each text and writes it down; readings in kana are left out."""

    def __init__(self, texts: IO[bytes], offsets: IO[bytes]) -> None:
        self._texts, self._offsets = texts, offsets
        self._ends = array("Q", [0])
        self._waiting: list[bytes] = []
        self._runs: list[str] = []
        self._length = 0
        self._reading = self._phonetic = False
        self._end = 0
        self.count = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "t":
            self._reading = not self._phonetic
        elif name == "si":
            self._runs.clear()
            self._length = 0
        elif name == "rPh":
            self._phonetic = True

    def text(self, data: str) -> None:
        if self._reading:
            self._length += len(data)
            if self._length > LONGEST:
                raise HostileSpreadsheet("um texto é grande demais.")
            self._runs.append(data)

    def end(self, name: str) -> None:
        if name == "t":
            self._reading = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self._keep(unescaped("".join(self._runs)).encode())

    def _keep(self, text: bytes) -> None:
        self.count += 1
        if self.count > STRINGS_MAX:
            raise HostileSpreadsheet("tem textos demais.")
        self._end += len(text)
        self._ends.append(self._end)
        self._waiting.append(text)
        if len(self._waiting) == _KEPT:
            self.flush()

    def flush(self) -> None:
        self._texts.write(b"".join(self._waiting))
        self._offsets.write(self._ends.tobytes())
        self._waiting.clear()
        self._ends = array("Q")
