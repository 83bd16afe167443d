"""Outbox: what others must hear is written in the transaction that made it true.

The worker reads it in order and hands each row to the handler of its topic; handlers
are registered by entry point (group `acordo.outbox`, topic = module:function) and must
be idempotent: after a crash a row is done again. A row is locked while its handler runs,
and marked done in the very transaction in which the handler writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import (
    BigInteger,
    Identity,
    Index,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.settings import ProcessSettings

CHANNEL = "outbox"  # of LISTEN and NOTIFY

P = ParamSpec("P")
R = TypeVar("R")


class OutboxRow(Row):
    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("topic", "key"),
        Index("ix_outbox_due", "available_at", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic: Mapped[str]
    key: Mapped[str]  # the same fact twice is one row
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class Transient(RuntimeError):
    """Not yet: the handler asks to be called again after `after_s` seconds."""

    def __init__(self, why: str, *, after_s: float) -> None:
        super().__init__(why)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Entry:
    """A claimed row, as its handler may see it."""

    id: int
    topic: str
    key: str
    payload: dict[str, Any]
    tries: int  # that failed before this one


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxContext:
    """What a handler works with.

    What it writes on `connection` is committed together with the mark "done", or not at
    all. `after_commit` is called after that (and not after a crash).
    """

    connection: AsyncConnection
    engine: AsyncEngine
    settings: ProcessSettings
    executor: Executor
    tries: int = 0
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    async def offload(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run blocking or heavy work in the bounded executor."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.executor, lambda: work(*args, **kwargs))


Handler = Callable[[OutboxContext, dict[str, Any]], Awaitable[None]]


async def enqueue(
    connection: AsyncConnection,
    topic: str,
    key: str,
    payload: dict[str, Any],
    *,
    after_s: float = 0.0,
) -> bool:
    """Add a row in the caller's transaction; False when topic and key were there already.

    The workers wake up when the transaction commits. Handled at the earliest in `after_s`.
    """
    now = func.clock_timestamp()
    row = {
        "topic": topic,
        "key": key,
        "payload": payload,
        "created_at": now,
        "available_at": now + func.make_interval(0, 0, 0, 0, 0, 0, after_s),
        "tries": 0,
    }
    added = (
        insert(OutboxRow)
        .values(row)
        .on_conflict_do_nothing()
        .returning(OutboxRow.topic)
        .cte("added")
    )
    waking = select(func.pg_notify(CHANNEL, added.c.topic))  # sent at the commit
    return (await connection.execute(waking)).first() is not None


async def enqueue_all(
    connection: AsyncConnection,
    topic: str,
    payloads: Mapping[str, Mapping[str, Any]],
    *,
    after_s: float = 0.0,
) -> None:
    """Promise many facts of one topic at once, by key; what is there already stays.

    The handler is not called before `after_s` seconds have passed.
    """
    if not payloads:
        return
    now = func.clock_timestamp()
    rows = [
        {
            "topic": topic,
            "key": key,
            "payload": payload,
            "created_at": now,
            "available_at": now + func.make_interval(0, 0, 0, 0, 0, 0, after_s),
            "tries": 0,
        }
        for key, payload in payloads.items()
    ]
    await connection.execute(insert(OutboxRow).values(rows).on_conflict_do_nothing())
    await connection.execute(select(func.pg_notify(CHANNEL, topic)))


async def claim(connection: AsyncConnection) -> Entry | None:
    """Lock the first due row that no other worker holds, until the transaction ends."""
    query = (
        select(
            OutboxRow.id, OutboxRow.topic, OutboxRow.key, OutboxRow.payload, OutboxRow.tries
        )
        .where(
            OutboxRow.done_at.is_(None), OutboxRow.available_at <= func.clock_timestamp()
        )
        .order_by(OutboxRow.available_at, OutboxRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Entry(*row)


async def mark_done(connection: AsyncConnection, entry: Entry) -> None:
    values = {"done_at": func.clock_timestamp(), "last_error": None}
    await connection.execute(
        update(OutboxRow).where(OutboxRow.id == entry.id).values(values)
    )


async def mark_failed(
    connection: AsyncConnection, entry: Entry, why: str, *, again_in_s: float
) -> None:
    """Keep the row for another try; `why` must hold nothing personal."""
    again = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, again_in_s)
    values = {"tries": entry.tries + 1, "available_at": again, "last_error": why}
    await connection.execute(
        update(OutboxRow).where(OutboxRow.id == entry.id).values(values)
    )


async def backlog(connection: AsyncConnection) -> tuple[int, float]:
    """How many rows are not done, and how long the oldest due one has waited (seconds)."""
    waited = func.extract(
        "epoch", func.clock_timestamp() - func.min(OutboxRow.available_at)
    )
    query = select(func.count(), waited).where(OutboxRow.done_at.is_(None))
    count, seconds = (await connection.execute(query)).one()
    return int(count), max(0.0, float(seconds or 0.0))
