"""The worker's part with the bank: hears its webhooks, and asks for what they left out.

A notice is answered when what it tells is committed. Every so often the bank is asked for
all Pix since it was last asked, a little overlapping: a webhook that was lost, or came
while nobody listened, only delays. Being away is said once and waited for.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web
from prometheus_client import Counter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.api_pix.answers import Notice
from cobranca.payments.api_pix.automatic import PixAutomatico
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.api_pix.webhooks import set_automatic_webhooks, set_pix_webhook
from cobranca.payments.arrivals import Heard, heard_of_pix, pix_heard
from cobranca.payments.automatic import charge_soon, follow
from cobranca.payments.settings import Bank, given
from cobranca.payments.store import BankAskedRow
from cobranca.payments.taking import take_in
from cobranca.payments.webhook_listener import listening_context, webhook_app
from cobranca.settings import WorkerSettings
from foundation.clock import SAO_PAULO
from foundation.health import bind_failure
from foundation.metrics import REGISTRY
from foundation.observability import get_logger
from foundation.process import Process

LISTENER = "webhooks"
BATCH = 200  # Pix taken in before the next are asked for
OVERLAP = timedelta(minutes=10)  # the bank's clock is not ours
FIRST = timedelta(days=2)  # how far back the very first asking looks
SPAN = timedelta(days=1)  # asked for at once

HEARD = Counter("acordo_pix_heard", "Pix that the bank told of", registry=REGISTRY)
FOUND = Counter(
    "acordo_pix_found_by_asking", "Pix of which no webhook came", registry=REGISTRY
)

log = get_logger(__name__)


async def serve(own: Process, engine: AsyncEngine, settings: WorkerSettings) -> None:
    """Listen and ask until the worker stops; at once done when there is no bank."""
    bank = settings.bank
    if not bank.in_use:
        return
    own.missing.lacks(LISTENER)
    access = bank.access()
    async with BankConnection(access) as connection, _listening(engine, settings):
        own.missing.has(LISTENER)
        log.info("bank_webhooks_listening", port=bank.webhook_port)
        asked_for = False
        stopping = False
        while not stopping:
            try:
                if not asked_for:
                    await _ask_to_be_told(connection, bank)
                    asked_for = True
                found = await catch_up(engine, settings, ApiPix(connection))
                FOUND.inc(found)
                if bank.account is not None:
                    today = datetime.now(SAO_PAULO).date()
                    rail = PixAutomatico(connection)
                    await charge_soon(engine, rail, bank.account, today)
            except BankFailure as error:
                log.warning("bank_not_asked", why=type(error).__name__)
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("bank_answers_not_kept", why=type(error).__name__)
            stopping = await own.pause(bank.reconcile_s)


async def _ask_to_be_told(connection: BankConnection, bank: Bank) -> None:
    url = given(bank.webhook_url)
    await set_pix_webhook(connection, bank.key, url)
    await set_automatic_webhooks(connection, url)


@asynccontextmanager
async def _listening(engine: AsyncEngine, settings: WorkerSettings) -> AsyncIterator[None]:
    bank = settings.bank

    async def keep(notice: Notice) -> None:
        heard = list(pix_heard(notice))
        HEARD.inc(len(heard))
        await take_in(engine, settings, heard)
        await follow(engine, notice)

    runner = web.AppRunner(webhook_app(keep), access_log=None)
    await runner.setup()
    host, port = bank.webhook_host, bank.webhook_port
    try:
        try:
            await web.TCPSite(runner, host, port, ssl_context=_context(bank)).start()
        except OSError as error:
            raise bind_failure(error, host, port, "avisos do banco") from error
        yield
    finally:
        await runner.cleanup()


def _context(bank: Bank) -> ssl.SSLContext:
    certificate, key = bank.webhook_certificate, bank.webhook_private_key
    return listening_context(
        certificate=certificate or given(bank.certificate),
        private_key=key or given(bank.private_key),
        bank_authorities=given(bank.webhook_authorities),
    )


async def catch_up(engine: AsyncEngine, settings: WorkerSettings, api: ApiPix) -> int:
    """Ask for every Pix since the last asking; return how many were news.

    Raises BankFailure, DBAPIError, OSError; the next asking then begins where this did.
    """
    now = datetime.now(UTC)
    async with engine.connect() as connection:
        until = await connection.scalar(select(BankAskedRow.until))
    since = now - FIRST if until is None else until - OVERLAP
    news = 0
    while since < now:
        end = min(since + SPAN, now)
        batch: list[Heard] = []
        async for pix in api.received(since, end):
            batch.append(heard_of_pix(pix))
            if len(batch) >= BATCH:
                news += await _news(engine, settings, batch)
                batch = []
        news += await _news(engine, settings, batch)
        await _remember(engine, end)
        since = end
    return news


async def _news(engine: AsyncEngine, settings: WorkerSettings, batch: list[Heard]) -> int:
    taken = await take_in(engine, settings, batch)
    return sum(one.fresh for one in taken)


async def _remember(engine: AsyncEngine, until: datetime) -> None:
    row = insert(BankAskedRow).values(id=1, until=until)
    async with engine.begin() as connection:
        await connection.execute(
            row.on_conflict_do_update(index_elements=["id"], set_={"until": until})
        )
