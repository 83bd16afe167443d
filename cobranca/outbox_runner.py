"""Runs rows of the outbox, one at a time, each in the transaction that locks it.

What fails is tried again, later and later, for ever: an unknown topic or a broken
handler is loud, but loses nothing. Waking up and waiting is the worker's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.settings import WorkerSettings
from foundation.db import outbox
from foundation.db.outbox import Entry, Handler, OutboxContext, Transient
from foundation.masking import mask_text
from foundation.metrics import REGISTRY
from foundation.observability import bound, get_logger

LONGEST_PAUSE_S = 3600.0
LONGEST_ERROR = 500  # characters kept of an error's text

DONE = Counter("acordo_outbox_done", "outbox rows done", ["topic"], registry=REGISTRY)
FAILED = Counter(
    "acordo_outbox_failed", "tries of outbox rows that failed", ["topic"], registry=REGISTRY
)
WAITING = Gauge("acordo_outbox_waiting", "outbox rows not done", registry=REGISTRY)
OLDEST = Gauge(
    "acordo_outbox_oldest_seconds", "how long the oldest due row waits", registry=REGISTRY
)

Sweep = Callable[[OutboxContext], Awaitable[None]]

log = get_logger(__name__)


class UnknownTopic(LookupError):
    """Nenhum módulo instalado trata este tópico da caixa de saída."""


def again_in_s(tries: int) -> float:
    """Pause before the next try, after `tries` that failed before: 1, 2, 4 ... 3600 s."""
    return min(2.0 ** min(tries, 20), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Runs rows of the outbox, one by one."""

    engine: AsyncEngine
    settings: WorkerSettings
    handlers: Mapping[str, Handler]
    executor: Executor

    async def run_one(self) -> bool:
        """Take one due row to its handler; False when none was due.

        1. lock the row; 2. let its handler work inside a savepoint; 3. mark the row
        done, or for a later try; 4. commit. Raises DBAPIError or OSError when the
        database is lost; the row is then as it was.
        """
        async with self.engine.connect() as connection:
            entry = await outbox.claim(connection)
            if entry is None:
                return False
            context = OutboxContext(
                connection=connection,
                engine=self.engine,
                settings=self.settings,
                executor=self.executor,
                tries=entry.tries,
            )
            with bound(topic=entry.topic, key=entry.key):
                await self._handle(context, entry)
                await connection.commit()
            for act in context.after_commit:
                act()
        return True

    async def _handle(self, context: OutboxContext, entry: Entry) -> None:
        connection = context.connection
        try:
            handler = self.handlers.get(entry.topic)
            if handler is None:
                raise UnknownTopic(entry.topic)
            async with connection.begin_nested():
                await handler(context, entry.payload)
        except Transient as error:
            context.after_commit.clear()
            log.info("outbox_not_yet", why=str(error), again_in_s=error.after_s)
            await outbox.mark_failed(
                connection, entry, _shown(error), again_in_s=error.after_s
            )
        except Exception as error:  # the top loop of a row: whatever a handler raises
            if connection.invalidated:  # the database is lost: nothing can be noted there
                raise
            context.after_commit.clear()
            pause_s = again_in_s(entry.tries)
            FAILED.labels(entry.topic).inc()
            log.exception("outbox_failed", tries=entry.tries + 1, again_in_s=pause_s)
            await outbox.mark_failed(connection, entry, _shown(error), again_in_s=pause_s)
        else:
            await outbox.mark_done(connection, entry)
            DONE.labels(entry.topic).inc()

    async def sweep(self, sweeps: Mapping[str, Sweep]) -> None:
        """Run each sweep once, in a transaction of its own."""
        for name, sweep in sweeps.items():
            async with self.engine.begin() as connection:
                context = OutboxContext(
                    connection=connection,
                    engine=self.engine,
                    settings=self.settings,
                    executor=self.executor,
                )
                with bound(sweep=name):
                    await sweep(context)
            for act in context.after_commit:
                act()

    async def measure(self) -> None:
        async with self.engine.connect() as connection:
            count, oldest_s = await outbox.backlog(connection)
        WAITING.set(count)
        OLDEST.set(oldest_s)


def _shown(error: BaseException) -> str:
    return mask_text(f"{type(error).__name__}: {error}")[:LONGEST_ERROR]
