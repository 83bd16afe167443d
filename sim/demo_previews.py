"""A small campaign in which agents dial by hand, for as long as somebody looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.campaigns import service
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.service import NewCampaign
from foundation.cli import Failure
from foundation.db.engine import connect
from foundation.settings import ProcessSettings
from sim.demo import CREDITOR

NAME = "Demonstração de prévia"
COUNTDOWN_S = 120.0

_FIRST = text("UPDATE campaign SET priority = 1 WHERE name = :name")


@asynccontextmanager
async def previews(settings: ProcessSettings) -> AsyncIterator[None]:
    """It runs before the others; afterwards it is stopped. Raises Failure, OSError."""
    engine = connect(settings, pool_size=1)
    try:
        async with engine.begin() as connection:
            await _start(connection)
        try:
            yield
        finally:
            async with engine.begin() as connection:
                await service.set_status(connection, NAME, "stopped")
    finally:
        await engine.dispose()


async def _start(connection: AsyncConnection) -> None:
    try:
        if NAME not in dict(await service.names(connection)):
            await service.create(connection, _campaign())
            await connection.execute(_FIRST, {"name": NAME})
        await service.set_status(connection, NAME, "running")
    except CampaignError as error:
        raise Failure(str(error)) from error


def _campaign() -> NewCampaign:
    policy = {"mode": "preview", "countdown_s": COUNTDOWN_S}
    return NewCampaign(name=NAME, creditor=CREDITOR, policy=policy, retries={})
