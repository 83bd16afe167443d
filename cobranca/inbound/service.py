"""Use cases of our numbers: list, look one up, put, remove. The caller commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.inbound.number import Flow, OurNumber
from cobranca.inbound.opening_hours import Hours, OpeningHours
from cobranca.inbound.store import InboundNumberRow
from cobranca.people import audit
from cobranca.people.principal import Principal

_ROWS = InboundNumberRow.__table__


class NoSuchCreditor(ValueError):
    """Este credor não está cadastrado."""

    def __str__(self) -> str:
        return str(self.__doc__)


async def numbers(connection: AsyncConnection) -> list[OurNumber]:
    """All of them, in the order of their digits."""
    query = select(_ROWS).order_by(InboundNumberRow.number)
    return [_number(row) for row in await connection.execute(query)]


async def number_called(connection: AsyncConnection, digits: str) -> OurNumber | None:
    """The number of those digits; None: it is in no list."""
    query = select(_ROWS).where(InboundNumberRow.number == digits)
    row = (await connection.execute(query)).first()
    return None if row is None else _number(row)


async def put(
    connection: AsyncConnection, wanted: OurNumber, who: Principal | None, now: datetime
) -> None:
    """Add a number, or change it to this. Raises NoSuchCreditor."""
    hours = wanted.opening
    row = {
        "number": wanted.number,
        "name": wanted.name,
        "creditor_id": wanted.creditor,
        "flow": wanted.flow,
        "weekday": _written(hours.weekday),
        "saturday": _written(hours.saturday),
        "sunday": _written(hours.sunday),
        "holiday": _written(hours.holiday),
        "uf": hours.uf or "",
        "skill": wanted.skill,
        "priority": wanted.priority,
        "changed_at": now,
    }
    made = insert(InboundNumberRow).values(row)
    changed = {name: value for name, value in row.items() if name != "number"}
    try:
        async with connection.begin_nested():
            await connection.execute(
                made.on_conflict_do_update(index_elements=["number"], set_=changed)
            )
    except IntegrityError:
        raise NoSuchCreditor from None
    await _audit(connection, who, "inbound.number", wanted.number)


async def remove(connection: AsyncConnection, digits: str, who: Principal | None) -> bool:
    """Take a number out; False: it was in no list."""
    gone = await connection.execute(
        delete(InboundNumberRow).where(InboundNumberRow.number == digits)
    )
    if gone.rowcount:
        await _audit(connection, who, "inbound.number_removed", digits)
    return bool(gone.rowcount)


async def _audit(
    connection: AsyncConnection, who: Principal | None, action: str, digits: str
) -> None:
    await audit.record(connection, who, action=action, subject=("inbound_number", digits))


def _written(hours: Hours | None) -> str:
    return "" if hours is None else str(hours)


def _number(row: Any) -> OurNumber:
    return OurNumber(
        number=row.number,
        name=row.name,
        creditor=row.creditor_id,
        flow=cast(Flow, row.flow),
        opening=OpeningHours.written(
            row.weekday, row.saturday, row.sunday, row.holiday, row.uf
        ),
        skill=row.skill,
        priority=row.priority,
    )
