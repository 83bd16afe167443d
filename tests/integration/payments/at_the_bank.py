"""A simulated bank, and the worker's part with it, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.bank_service import LISTENER, serve
from cobranca.payments.pix.brcode import Receiver
from cobranca.payments.settings import Bank
from cobranca.settings import WorkerSettings
from foundation.process import Process
from foundation.settings import ProcessSettings
from sim.outside.bank import server
from sim.outside.bank.notices import Habits
from sim.throw_away import free_port
from tests.real_switch import eventually

KEY = "123e4567-e12b-12d1-a456-426655440000"
CREDORA = Receiver(name="Credora Exemplo", city="SAO PAULO")


@asynccontextmanager
async def a_bank(folder: Path, habits: Habits | None = None) -> AsyncIterator[server.Bank]:
    """A bank on a port of its own, which tells twice of most things."""
    habits = habits or Habits(duplicate_share=0.7, pause_s=0.05)
    async with server.running_bank(
        folder, free_port(), key=KEY, receiver=CREDORA, habits=habits
    ) as bank:
        yield bank


def with_bank(settings: ProcessSettings, bank: server.Bank) -> WorkerSettings:
    """Settings of a worker that knows this bank."""
    access, port = bank.access, free_port()
    section = Bank(
        api_url=access.base_url,
        token_url=access.token_url,
        client_id=access.client_id,
        client_secret=access.client_secret,
        certificate=access.certificate,
        private_key=access.private_key,
        authorities=access.authorities,
        pix_key=KEY,
        receiver_name=CREDORA.name,
        receiver_city=CREDORA.city,
        branch="1",
        account_number="12345",
        webhook_url=f"https://localhost:{port}",
        webhook_port=port,
        webhook_authorities=access.authorities,
        reconcile_s=3600,
    )
    given = settings.model_dump(exclude={"bank"})
    return WorkerSettings.model_validate(given | {"bank": section})


@asynccontextmanager
async def listening(
    engine: AsyncEngine, settings: WorkerSettings, bank: server.Bank
) -> AsyncIterator[None]:
    """The worker's service, until the block ends; the bank knows where to tell."""
    stopping = asyncio.Event()

    async def ready() -> bool:
        return len(bank.api.webhooks) == 3

    async with asyncio.TaskGroup() as tasks:
        own = Process(tasks, stopping)
        serving = tasks.create_task(serve(own, engine, settings))
        await eventually(ready)
        assert LISTENER not in own.missing()
        yield
        stopping.set()
        await serving
