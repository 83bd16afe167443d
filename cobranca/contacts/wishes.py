"""Calls that debtors asked the automatic conversation for.

It cannot book them itself: who calls, and whether that may be then, is the dialer's to
say. So a wish is kept here, once a call, until the dialer has settled it. The caller
commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import DebtorRow
from foundation.db.engine import Row

OPEN = text("settled_at IS NULL")
MOST = 50  # settled at a time


class Why(StrEnum):
    CHOSEN = "chosen"  #: He named the time.
    QUEUE = "queue"  #: He keeps his place: as soon as somebody is free.
    OUTAGE = "outage"  #: The conversation broke off: a system of ours was away.


class CallBackWishRow(Row):
    """`due_at` on the compliance clock; null: as soon as it may be."""

    __tablename__ = "call_back_wish"
    __table_args__ = (
        Index("ix_call_back_wish_open", "told_at", postgresql_where=OPEN),
        Index(None, "debtor_id"),
    )

    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    due_at: Mapped[datetime | None]
    why: Mapped[str]
    told_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    became: Mapped[str | None]  # booked, or why not


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Asked for in `call`; what is asked last in it counts."""

    call: UUID
    debtor: UUID
    why: Why
    told_at: datetime  # real UTC
    due_at: datetime | None = None


async def wish(connection: AsyncConnection, asked: Wish) -> None:
    """Keep a wish in place of an earlier one of the same call that is still open."""
    values = {
        "call_id": asked.call,
        "debtor_id": asked.debtor,
        "due_at": asked.due_at,
        "why": asked.why.value,
        "told_at": asked.told_at,
    }
    made = insert(CallBackWishRow).values(values)
    changed = {name: values[name] for name in ("due_at", "why", "told_at")}
    await connection.execute(
        made.on_conflict_do_update(
            index_elements=["call_id"],
            set_=changed,
            where=CallBackWishRow.settled_at.is_(None),
        )
    )


async def open_wishes(connection: AsyncConnection) -> Sequence[Wish]:
    """Lock and return wishes that nobody has settled, the first told first."""
    query = (
        select(CallBackWishRow.__table__)
        .where(CallBackWishRow.settled_at.is_(None))
        .order_by(CallBackWishRow.told_at)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    return [
        Wish(
            call=row.call_id, debtor=row.debtor_id, why=Why(row.why),
            told_at=row.told_at, due_at=row.due_at,
        )
        for row in await connection.execute(query)
    ]  # fmt: skip


async def settled(
    connection: AsyncConnection, call: UUID, became: str, at: datetime
) -> None:
    """Note what became of a wish."""
    await connection.execute(
        update(CallBackWishRow)
        .where(CallBackWishRow.call_id == call)
        .values(settled_at=at, became=became)
    )
