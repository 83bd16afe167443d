"""What the desk's handlers work with, read once when the console starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.services import SETTINGS
from cobranca.compliance.service import ContactPolicy
from foundation.clock import Clock
from foundation.crypto import Keys
from foundation.db.contact_clock import contact_clock
from foundation.home import Home
from foundation.settings import ProcessSettings


@dataclass(frozen=True, slots=True)
class DeskTools:
    """`keys` open a debtor's document, to compare answers with it."""

    settings: ProcessSettings
    policy: ContactPolicy
    keys: Keys

    async def contact_clock(self, connection: AsyncConnection) -> Clock:
        """The compliance clock; a demonstration may have moved it since the last time."""
        return await contact_clock(connection, self.settings)


DESK = web.AppKey("desk", DeskTools)


async def prepare(app: web.Application) -> AsyncIterator[None]:
    """Runs as long as the application. Raises BadRoutes."""
    settings = app[SETTINGS]
    app[DESK] = DeskTools(
        settings=settings,
        policy=ContactPolicy.of(settings),
        keys=Keys.of(Home(settings.home)),
    )
    yield
