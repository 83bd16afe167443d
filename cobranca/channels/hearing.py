"""A service of the worker: hears what providers tell of messages.

Bounces come by SMTP and reports of SMS by HTTP, each where a port is set; receipts come
over the SMPP session, which is kept open here.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.channels import evidence
from cobranca.channels.email import listener as bounces
from cobranca.channels.message import Report
from cobranca.channels.outlets import close_outlets, outlets_of, report_secret
from cobranca.channels.sms.listener import report_app
from cobranca.settings import WorkerSettings
from foundation.health import listen
from foundation.observability import get_logger
from foundation.process import Process

LOOKS, LOOK_S = 6, 0.5
_LISTENER = "avisos de entrega de SMS"

log = get_logger(__name__)


async def serve(own: Process, engine: AsyncEngine, settings: WorkerSettings) -> None:
    """Hear until the worker stops. Raises PortBusy, AddressUnusable."""

    async def keep(report: Report) -> None:
        await kept(engine, report)

    outlets = outlets_of(settings)
    mail, sms = settings.mail, settings.sms
    try:
        async with AsyncExitStack() as stack:
            if mail.bounce_port is not None:
                domain = mail.bounce_domain
                listener = bounces.listening(
                    mail.bounce_host, mail.bounce_port, domain, keep
                )
                await stack.enter_async_context(listener)
            if sms.report_port is not None:
                app = report_app(report_secret(settings), keep)
                hearing = listen(app, sms.report_host, sms.report_port, _LISTENER)
                await stack.enter_async_context(hearing)
            if outlets.smpp is not None:
                await outlets.smpp.run(keep)
            else:
                await own.stopping.wait()
    finally:
        await close_outlets()


async def kept(engine: AsyncEngine, report: Report) -> None:
    """Keep what was told.

    A provider may tell of a message before its sending is committed: look again.
    """
    for _ in range(LOOKS):
        async with engine.begin() as connection:
            new = await evidence.record(connection, report)
        if new is not None:
            log.info("message_reported", happened=report.happened.value, new=new)
            return
        await asyncio.sleep(LOOK_S)
    log.warning("report_of_unknown_message", provider=report.provider)
