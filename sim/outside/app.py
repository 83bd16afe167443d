"""The simulated outside as one process: each service until the process is to stop."""

from __future__ import annotations

from contextlib import AsyncExitStack

from foundation.health import listen
from foundation.observability import get_logger
from foundation.process import Process
from sim.outside.bank.demonstration import demonstration_bank
from sim.outside.bank.payer import payer_app
from sim.outside.settings import OutsideSettings

HOST = "127.0.0.1"
STARTING = "services"

log = get_logger(__name__)


async def run(own: Process, settings: OutsideSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(STARTING)
    async with AsyncExitStack() as services:
        bank = await services.enter_async_context(demonstration_bank(settings))
        port = settings.outside.payer_port
        app = payer_app(bank)
        await services.enter_async_context(listen(app, HOST, port, "pagadores"))
        own.missing.has(STARTING)
        log.info("outside_listening", bank=settings.outside.bank_port, payer=port)
        await own.stopping.wait()
