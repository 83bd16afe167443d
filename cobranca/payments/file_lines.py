"""What a bank's file tells, read once and kept in its order, so that a step reads its own.

A file of a hundred thousand titles takes five hundred steps: none of them reads it again.
The lines are there from the first step to the last, and then go as the content did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.payments.arrivals import Heard
from cobranca.payments.bank_files import BankFile, Kind, read_bank_file
from cobranca.payments.banking_store import BankFileLineRow
from cobranca.payments.cnab.retorno import Answer
from cobranca.payments.transfer import Credit

Part = Literal["money", "slip"]
_AT_ONCE = 5_000  # lines in a statement
_HEARD, _CREDIT = TypeAdapter(Heard), TypeAdapter(Credit)
_SLIP = TypeAdapter(Answer)
_LINE: TypeAdapter[Heard | Credit | Answer] = TypeAdapter(Heard | Credit | Answer)
_KEEP = text(
    """
    INSERT INTO bank_file_line (file_id, part, place, told)
    SELECT :file, :part, place, told
      FROM unnest(CAST(:places AS integer[]), CAST(:told AS text[])) AS t (place, told)
    """
)


async def keep_lines(
    connection: AsyncConnection, name: UUID, bank: str, content: bytes
) -> BankFile:
    """Read a file that was read before, keep what it tells, return it. Commits not.

    Away from the event loop: a long file takes seconds.
    """
    file = await asyncio.to_thread(read_bank_file, content, banks=[bank])
    parts: tuple[tuple[Part, Sequence[Heard | Credit | Answer]], ...] = (
        ("money", file.money),
        ("slip", file.slips),
    )
    for part, told in parts:
        for begin in range(0, len(told), _AT_ONCE):
            some = told[begin : begin + _AT_ONCE]
            lines = [_LINE.dump_json(one).decode() for one in some]
            places = list(range(begin, begin + len(lines)))
            values = {"file": name, "part": part, "places": places, "told": lines}
            await connection.execute(_KEEP, values)
    return file


async def next_money(
    connection: AsyncConnection, name: UUID, kind: Kind, taken: int, most: int
) -> list[Heard | Credit]:
    """Return the payments that come after those taken."""
    told = await _next(connection, name, "money", taken, most)
    if kind == "retorno":
        return [_HEARD.validate_json(one) for one in told]
    return [_CREDIT.validate_json(one) for one in told]


async def next_slips(
    connection: AsyncConnection, name: UUID, seen: int, most: int
) -> list[Answer]:
    """Return the slips that come after those seen to."""
    told = await _next(connection, name, "slip", seen, most)
    return [_SLIP.validate_json(one) for one in told]


async def _next(
    connection: AsyncConnection, name: UUID, part: Part, place: int, most: int
) -> list[str]:
    row = BankFileLineRow
    query = (
        select(row.told)
        .where(row.file_id == name, row.part == part)
        .where(row.place.between(place, place + most - 1))
        .order_by(row.place)
    )
    return list(await connection.scalars(query))


async def forget_lines(connection: AsyncConnection, name: UUID) -> None:
    """Let the lines of a file go that was taken in whole. Commits not."""
    await connection.execute(delete(BankFileLineRow).where(BankFileLineRow.file_id == name))
