"""The people who may sit down in a demonstration."""

from __future__ import annotations

from cobranca.people.demonstration import Login, open_doors
from cobranca.people.passwords import Passwords
from foundation.db.engine import connect
from foundation.home import Home
from foundation.settings import ProcessSettings


async def logins(settings: ProcessSettings) -> list[Login]:
    """Make them, or find them again."""
    engine = connect(settings, pool_size=1)
    passwords = Passwords()
    path = Home(settings.home).demo_logins
    try:
        async with engine.begin() as connection:
            seats = settings.asterisk.endpoints
            return await open_doors(connection, passwords, path, seats)
    finally:
        passwords.close()
        await engine.dispose()
