"""Leadership: one leased row per floor, with an epoch that only grows.

What a leader writes carries `WHERE epoch = mine` (see `holds`), so that a deposed
leader that wakes up late writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row


class LeadershipRow(Row):
    __tablename__ = "leadership"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    epoch: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]  # on PostgreSQL's clock, the only one all contenders share


@dataclass(frozen=True, slots=True)
class Term:
    """A won term of office."""

    name: str
    holder: str
    epoch: int


_TAKE = text(
    """
    INSERT INTO leadership AS l (name, holder, epoch, expires_at)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :lease_s))
    ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
     WHERE l.expires_at < clock_timestamp() OR l.holder = CAST(:gone AS text)
    RETURNING epoch
    """
)
_HELD = text(
    "SELECT holder FROM leadership WHERE name = :name AND expires_at >= clock_timestamp()"
)
_RENEW = text(
    """
    UPDATE leadership SET expires_at = clock_timestamp() + make_interval(secs => :lease_s)
     WHERE name = :name AND holder = :holder AND epoch = :epoch
    RETURNING epoch
    """
)
_RESIGN = text(
    """
    UPDATE leadership SET expires_at = clock_timestamp() - interval '1 second'
     WHERE name = :name AND holder = :holder AND epoch = :epoch
    """
)


async def held_by(connection: AsyncConnection, name: str) -> str | None:
    """Who leads, so that whoever stands by need not lock the row to see it."""
    return (await connection.execute(_HELD, {"name": name})).scalar_one_or_none()


async def take(
    connection: AsyncConnection,
    name: str,
    holder: str,
    *,
    lease_s: float,
    gone: str | None = None,
) -> Term | None:
    """Take office when it is free or its lease ran out; None when somebody leads.

    `gone`: a holder who is known to do nothing any more; his lease is not waited for.
    """
    values = {"name": name, "holder": holder, "lease_s": lease_s, "gone": gone}
    epoch = (await connection.execute(_TAKE, values)).scalar_one_or_none()
    return None if epoch is None else Term(name, holder, epoch)


async def renew(connection: AsyncConnection, term: Term, *, lease_s: float) -> bool:
    """Extend the lease; False when the term is over, whoever leads now."""
    values = {
        "name": term.name,
        "holder": term.holder,
        "epoch": term.epoch,
        "lease_s": lease_s,
    }
    return (await connection.execute(_RENEW, values)).first() is not None


async def resign(connection: AsyncConnection, term: Term) -> None:
    """Give the office back at once, so that a successor need not wait for the lease."""
    values = {"name": term.name, "holder": term.holder, "epoch": term.epoch}
    await connection.execute(_RESIGN, values)


async def holds(connection: AsyncConnection, term: Term) -> bool:
    """Lock the row and tell whether the term stands; for the transaction that acts."""
    query = (
        select(LeadershipRow.epoch)
        .where(
            LeadershipRow.name == term.name,
            LeadershipRow.holder == term.holder,
            LeadershipRow.epoch == term.epoch,
            LeadershipRow.expires_at > text("clock_timestamp()"),
        )
        .with_for_update(read=True)
    )
    return (await connection.execute(query)).first() is not None
