"""Do-not-call lists: read a file of telephones, put it in the place of what was there.

A list is imported whole or not at all; who imports it commits and writes the audit trail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.store import DoNotCallListRow, DoNotCallRow
from foundation.brasil.ddd import AREAS

TOLD = 5  # unreadable lines that are named
_CELL = re.compile(r"[;,\t]")
_EMPTY = (
    text("CREATE TEMP TABLE IF NOT EXISTS listed (number text) ON COMMIT DROP"),
    text("TRUNCATE listed"),  # of a list before, in the same transaction
)
_ADD = text(
    "INSERT INTO do_not_call (number, list_name) SELECT DISTINCT number, :name FROM listed"
    " ON CONFLICT DO NOTHING"
)
_COUNT = text(
    "UPDATE do_not_call_list SET numbers ="
    " (SELECT count(*) FROM do_not_call WHERE list_name = :name) WHERE name = :name"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file held. `unreadable`: the first lines that are no telephone, from 1."""

    numbers: int
    unreadable: int
    first_unreadable: tuple[int, ...]
    digest: str  # SHA-256 of the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A list as it was last imported; times are real UTC."""

    name: str
    imported_at: datetime
    imported_by: str
    file_name: str
    numbers: int


class UnreadableList(ValueError):
    """O arquivo tem linhas que não são telefones brasileiros. Nada foi importado."""

    def __init__(self, read: Read) -> None:
        super().__init__(self.__doc__)
        self.read = read


class EmptyList(ValueError):
    """O arquivo não tem nenhum telefone. Nada foi importado."""


def listed_number(cell: str) -> str | None:
    """Return a listed telephone in E.164; None when it is none.

    >>> listed_number("(11) 98765-4321"), listed_number("551133334444")
    ('+5511987654321', '+551133334444')
    >>> listed_number("0800 123 4567"), listed_number("telefone")
    (None, None)
    """
    digits = re.sub(r"\D", "", cell)
    if len(digits) in (12, 13) and digits.startswith("55"):
        digits = digits[2:]
    mobile = len(digits) == 11 and digits[2] == "9"
    fixed = len(digits) == 10 and digits[2] in "2345"
    return f"+55{digits}" if digits[:2] in AREAS and (mobile or fixed) else None


async def import_list(
    connection: AsyncConnection,
    name: str,
    file: Path,
    *,
    now: datetime,
    by: str,
    add: bool = False,
    skip_unreadable: bool = False,
) -> Read:
    """Put the file's telephones in the place of the list, or (`add`) beside what is there.

    One telephone a line, in the first column; a first line without digits is a heading.
    `now` is real UTC. The caller commits. Raises UnreadableList, EmptyList, OSError.
    """
    reading = _Reading(file)
    for statement in _EMPTY:
        await connection.execute(statement)
    raw: Any = (await connection.get_raw_connection()).driver_connection
    await raw.copy_records_to_table("listed", records=reading.records(), columns=["number"])
    read = reading.read()
    if read.unreadable and not skip_unreadable:
        raise UnreadableList(read)
    if not read.numbers:
        raise EmptyList(EmptyList.__doc__)
    if not add:
        await connection.execute(delete(DoNotCallRow).where(DoNotCallRow.list_name == name))
    await _note(connection, name, file, read, now, by)
    await connection.execute(_ADD, {"name": name})
    await connection.execute(_COUNT, {"name": name})
    return read


async def kept_lists(connection: AsyncConnection) -> list[Kept]:
    """Return the lists that were imported, by name."""
    row = DoNotCallListRow
    columns = (row.name, row.imported_at, row.imported_by, row.file_name, row.numbers)
    found = await connection.execute(select(*columns).order_by(row.name))
    return [Kept(**one._mapping) for one in found]


class _Reading:
    """Reads the file once, line by line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._digest = sha256()
        self._numbers = 0
        self._unreadable: list[int] = []
        self._count = 0

    def records(self) -> Iterator[tuple[str]]:
        return ((number,) for number in self._found())

    def read(self) -> Read:
        return Read(
            numbers=self._numbers,
            unreadable=self._count,
            first_unreadable=tuple(self._unreadable),
            digest=self._digest.hexdigest(),
        )

    def _found(self) -> Iterator[str]:
        with self._file.open("rb") as lines:
            for place, line in enumerate(lines, 1):
                self._digest.update(line)
                written = line.decode("utf-8", "replace").lstrip("\ufeff").strip()
                cell = _CELL.split(written)[0].strip().strip('"')
                number = listed_number(cell)
                if number is not None:
                    self._numbers += 1
                    yield number
                elif cell and not (place == 1 and not re.search(r"\d", cell)):
                    self._miss(place)

    def _miss(self, place: int) -> None:
        self._count += 1
        if len(self._unreadable) < TOLD:
            self._unreadable.append(place)


async def _note(
    connection: AsyncConnection, name: str, file: Path, read: Read, now: datetime, by: str
) -> None:
    told = {
        "imported_at": now,
        "imported_by": by,
        "file_name": file.name,
        "sha256": read.digest,
        "numbers": read.numbers,
    }
    await connection.execute(
        pg_insert(DoNotCallListRow)
        .values(told | {"name": name})
        .on_conflict_do_update(index_elements=["name"], set_=told)
    )
