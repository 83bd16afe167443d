"""A worker that stands still in the middle of a row, to be killed there."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cobranca.outbox_runner import Outbox
from cobranca.settings import WorkerSettings
from foundation.db.engine import connect
from foundation.db.outbox import OutboxContext
from tests.integration.worker.rows import note_done


async def stand_still(context: OutboxContext, payload: dict[str, Any]) -> None:
    await note_done(context.connection, payload["key"])
    print("in the middle", flush=True)
    await asyncio.Event().wait()


async def main() -> None:
    settings = WorkerSettings()
    rows = Outbox(
        engine=connect(settings),
        settings=settings,
        handlers={"t": stand_still},
        executor=ThreadPoolExecutor(1),
    )
    await rows.run_one()


if __name__ == "__main__":
    asyncio.run(main())
