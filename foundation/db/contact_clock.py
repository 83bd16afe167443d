"""The compliance clock: one offset, kept in PostgreSQL, read by every process.

On a simulated route, hours, days and counters of compliance come from this clock, so that
a demonstration at night rings debtors at ten in the morning under unchanged rules. The
offset is set at the first start and only ever grows: the clock never goes back. On a real
route there is no offset, and asking for one is refused.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import CheckConstraint, Double, SmallInteger, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from foundation.brasil.calendar import next_business_day
from foundation.clock import DEFAULT_START, SAO_PAULO, Clock, OffsetClock, SystemClock
from foundation.db.engine import Row
from foundation.routes import simulated
from foundation.settings import ProcessSettings

_ONLY = 1
_OPENING = time(10, 0)


class ContactClockRow(Row):
    """The only row: what to add to real UTC, in seconds (may be negative)."""

    __tablename__ = "contact_clock"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    offset_s: Mapped[float] = mapped_column(Double)


class SimulatedClockOnRealRoute(ValueError):
    """ACORDO_CLOCK__START só vale em rota simulada: retire-o ou mude a rota."""


async def contact_clock(connection: AsyncConnection, settings: ProcessSettings) -> Clock:
    """Return the compliance clock; the first call on a simulated route starts it.

    `clock.start` without a zone is São Paulo time, and counts only at the first start.
    Raises SimulatedClockOnRealRoute, BadRoutes. The caller commits.
    """
    if not simulated(settings):
        if settings.clock.start is not None:
            raise SimulatedClockOnRealRoute(SimulatedClockOnRealRoute.__doc__)
        return SystemClock()
    start = settings.clock.start or DEFAULT_START
    if start.tzinfo is None:
        start = start.replace(tzinfo=SAO_PAULO)
    offset_s = (start - datetime.now(UTC)).total_seconds()
    stored = await _stored(connection)
    if stored is None:
        first = pg_insert(ContactClockRow).values(id=_ONLY, offset_s=offset_s)
        await connection.execute(first.on_conflict_do_nothing())
        stored = await _stored(connection)
    if stored is None:
        raise LookupError("contact_clock row vanished")
    return OffsetClock(timedelta(seconds=stored))


async def move_to_next_business_day(
    connection: AsyncConnection, settings: ProcessSettings
) -> Clock:
    """Move the simulated clock to 10:00 of São Paulo's next business day, for old state.

    Does nothing on a real route. The caller commits.
    """
    clock = await contact_clock(connection, settings)
    if not isinstance(clock, OffsetClock):
        return clock
    query = select(ContactClockRow.offset_s).where(ContactClockRow.id == _ONLY)
    locked = (await connection.execute(query.with_for_update())).scalar_one()
    now = datetime.now(UTC) + timedelta(seconds=locked)
    day = next_business_day(now.astimezone(SAO_PAULO).date(), "SP")
    target = datetime.combine(day, _OPENING, SAO_PAULO)
    offset_s = locked + (target - now).total_seconds()
    await connection.execute(update(ContactClockRow).values(offset_s=offset_s))
    return OffsetClock(timedelta(seconds=offset_s))


async def contact_day(connection: AsyncConnection) -> date:
    """The day in São Paulo by the compliance clock, as far as one was started."""
    offset_s = await _stored(connection) or 0.0
    now = datetime.now(UTC) + timedelta(seconds=offset_s)
    return now.astimezone(SAO_PAULO).date()


async def _stored(connection: AsyncConnection) -> float | None:
    query = select(ContactClockRow.offset_s).where(ContactClockRow.id == _ONLY)
    return (await connection.execute(query)).scalar_one_or_none()
