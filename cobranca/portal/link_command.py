"""What `acordo portal` does, each in a transaction of its own, audited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.debtors.service import debtor_with_document
from cobranca.debtors.store import DebtorRow
from cobranca.language.saying import Unsayable
from cobranca.people import audit
from cobranca.portal import acts, links
from cobranca.portal import requests as asked
from cobranca.portal.acts import Answered
from cobranca.portal.requests import Asked
from cobranca.settings import WorkerSettings
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.cli import Failure
from foundation.crypto import Keys
from foundation.db.contact_clock import contact_clock
from foundation.db.engine import connect
from foundation.home import Home
from foundation.ids import uuid7

BY = "cli"


@asynccontextmanager
async def _working() -> AsyncIterator[tuple[AsyncConnection, Keys, WorkerSettings]]:
    settings = WorkerSettings()
    engine = connect(settings, pool_size=1)
    try:
        async with engine.begin() as connection:
            yield connection, Keys.of(Home(settings.home)), settings
    finally:
        await engine.dispose()


async def make(whom: UUID | str, now: datetime, lives: timedelta | None) -> str:
    """Make a link and return its address; raises Failure for an unknown debtor."""
    async with _working() as (connection, keys, settings):
        debtor = await _debtor(connection, keys, whom)
        lives = lives or timedelta(hours=settings.portal.link_hours)
        made = await links.make(connection, debtor, by=BY, now=now, lives=lives)
        await _audit(connection, "portal.link", debtor)
        return links.address(settings.portal_url, keys, made)


async def send(whom: UUID | str) -> str:
    """Queue a message with a link; returns what was done, in words."""
    async with _working() as (connection, keys, _):
        debtor = await _debtor(connection, keys, whom)
        new = NewMessage(debtor=debtor, template="portal_link", key=f"link:{uuid7()}")
        await put(connection, new)
        await _audit(connection, "portal.link.send", debtor)
    return "Na fila: o link é feito quando a mensagem sair."


async def revoke(whom: UUID | str, now: datetime) -> int:
    async with _working() as (connection, keys, _):
        debtor = await _debtor(connection, keys, whom)
        await _audit(connection, "portal.link.revoke", debtor)
        return await links.revoke(connection, now, debtor=debtor)


async def open_requests(*, every: bool) -> Sequence[Asked]:
    async with _working() as (connection, keys, _):
        return await asked.requests(connection, keys, open_only=not every)


async def close(
    protocol: str, answer: str, now: datetime, *, upheld: bool
) -> Answered | None:
    """Answer a request by its protocol number."""
    if not (protocol.isascii() and protocol.isdigit() and 8 < len(protocol) < 18):
        return None
    async with _working() as (connection, keys, settings):
        clock = await contact_clock(connection, settings)
        try:
            return await acts.answer(
                connection, keys, int(protocol[8:]), answer, by=audit.system_user(),
                now=now, contact_now=clock.now(), upheld=upheld,
            )  # fmt: skip
        except Unsayable as error:
            raise Failure(str(error)) from error


async def _debtor(connection: AsyncConnection, keys: Keys, whom: UUID | str) -> UUID:
    if isinstance(whom, UUID):
        query = select(DebtorRow.id).where(DebtorRow.id == whom)
        found: UUID | None = await connection.scalar(query)
    else:
        try:
            document = parse_document(whom)
        except InvalidDocument as error:
            raise Failure(str(error)) from error
        found = await debtor_with_document(connection, keys, document)
    if found is None:
        raise Failure("Não há devedor com este identificador ou documento.")
    return found


async def _audit(connection: AsyncConnection, action: str, debtor: UUID) -> None:
    await audit.record(connection, None, action=action, subject=("debtor", debtor))
