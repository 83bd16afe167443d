"""Follows a conversation of the URA from the database, turn by turn, while it is held."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.contacts import robot_board
from cobranca.contacts.robot_board import Said
from cobranca.contacts.robot_store import RobotCallRow
from foundation.db.engine import connect
from foundation.settings import ProcessSettings

BEGINS_S = 90.0  # it rings, and the switch asks the URA
LASTS_S = 240.0
EACH_S = 0.5

_AGREED = text(
    """
    SELECT count(*) AS payments, sum(i.amount) AS total, min(i.due_on) AS first_due
      FROM agreement_instalment i JOIN robot_call c ON c.agreement_id = i.agreement_id
     WHERE c.id = :call
    HAVING count(*) > 0
    """
)


class NotAnswered(RuntimeError):
    """A URA não atendeu a ligação: veja acordo status."""


class GoesOn(RuntimeError):
    """A conversa não acabou a tempo: veja «Conversas da URA» no navegador."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How many payments, reais in all, and when the first is due."""

    payments: int
    total: Decimal
    first_due: date


async def conversation(
    settings: ProcessSettings,
    caller: str,
    place: Callable[[], None],
    told: Callable[[Said], None],
) -> Agreed | None:
    """Have the call placed, tell each turn of it, return what was agreed at its end.

    Raises what `place` raises, NotAnswered, GoesOn.
    """
    engine = connect(settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            before = await connection.scalar(select(func.max(RobotCallRow.number)))
        place()
        call = await _begun(engine, caller, before or 0)
        await _followed(engine, call, told)
        async with engine.connect() as connection:
            row = (await connection.execute(_AGREED, {"call": call})).first()
            return None if row is None else Agreed(**row._mapping)
    finally:
        await engine.dispose()


async def _begun(engine: AsyncEngine, caller: str, after: int) -> UUID:
    begun = select(RobotCallRow.id).where(
        RobotCallRow.caller == caller, RobotCallRow.number > after
    )
    with suppress(TimeoutError):
        async with asyncio.timeout(BEGINS_S):
            while True:
                async with engine.connect() as connection:
                    call: UUID | None = await connection.scalar(begun)
                if call is not None:
                    return call
                await asyncio.sleep(EACH_S)
    raise NotAnswered(caller)


async def _followed(engine: AsyncEngine, call: UUID, told: Callable[[Said], None]) -> None:
    count = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LASTS_S):
            while True:
                async with engine.connect() as connection:
                    over = await _is_over(connection, call)  # then its turns are all there
                    said = await robot_board.said(connection, call)
                for turn in said[count:]:
                    told(turn)
                count = len(said)
                if over:
                    return
                await asyncio.sleep(EACH_S)
    raise GoesOn(str(call))


async def _is_over(connection: AsyncConnection, call: UUID) -> bool:
    ended: Any = await connection.scalar(
        select(RobotCallRow.ended_at).where(RobotCallRow.id == call)
    )
    return ended is not None
