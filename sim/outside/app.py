"""The simulated outside as one process: each service until the process is to stop."""

from __future__ import annotations

from contextlib import AsyncExitStack

from foundation.health import listen
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from sim.outside.bank.demonstration import demonstration_bank, demonstration_cards
from sim.outside.bank.payer import payer_app
from sim.outside.messages import running_messages
from sim.outside.settings import OutsideSettings

STARTING = "services"

log = get_logger(__name__)


async def run(own: Process, settings: OutsideSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(STARTING)
    ports = settings.outside
    async with AsyncExitStack() as services:
        bank = await services.enter_async_context(demonstration_bank(settings))
        app = payer_app(bank, demonstration_cards(settings))
        await services.enter_async_context(
            listen(app, ports.host, ports.payer_port, "pagadores")
        )
        messages = running_messages(Home(settings.home), ports)
        await services.enter_async_context(messages)
        own.missing.has(STARTING)
        log.info(
            "outside_listening",
            bank=ports.bank_port,
            payer=ports.payer_port,
            messages=ports.pages_port,
        )
        await own.stopping.wait()
