"""What a bank's answer (retorno) does beside bringing money: slips it would not register.

A slip that was rejected is taken back, so that the next asking issues another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.payments.charging import remove
from cobranca.payments.cnab.retorno import Answer
from cobranca.payments.store import ChargeRow


async def withdrawn(connection: AsyncConnection, charge: UUID, now: datetime) -> None:
    """Note that the bank has the slip no more, so that it is not asked to cancel it."""
    await connection.execute(
        update(ChargeRow).where(ChargeRow.id == charge).values(withdrawn_at=now)
    )


async def take_back(
    connection: AsyncConnection, bank: str, answers: Iterable[Answer], now: datetime
) -> int:
    """Take the rejected slips back; returns how many were ours and stood. Commits not."""
    count = 0
    for one in answers:
        query = select(ChargeRow.id).where(
            ChargeRow.means == "boleto",
            ChargeRow.bank == bank,
            ChargeRow.removed_at.is_(None),
        )
        named = (
            ChargeRow.id == one.charge_id
            if one.charge_id is not None
            else ChargeRow.nosso_numero == one.nosso_numero
        )
        found = list((await connection.scalars(query.where(named).limit(2))).all())
        if len(found) == 1:  # two accounts may have the same number
            await remove(connection, found[0], now)
            await withdrawn(connection, found[0], now)
            count += 1
    return count
