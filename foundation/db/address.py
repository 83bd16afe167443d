"""Where the database is, for us and for the switch: the address given, or the embedded one.

Loads no database client; what reads an address that was given does so when there is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from foundation.home import Home
from foundation.settings import ProcessSettings, as_it_stands

CLIENT = "postgresql+asyncpg"
DATABASE = "acordo"
OWNER = "acordo"
SWITCH_ROLE = "acordo_switch"
SWITCH_CONNECTIONS = 5
SWITCH_STATEMENT_MS = 2000
PORT = 5432  # of the embedded server only a part of its socket's name
_PLAIN = re.compile(r"\Apostgres(ql)?://")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, as a client's configuration wants them."""

    host: str  # or the folder of the socket
    port: int
    database: str
    user: str
    password: str


def database_url(settings: ProcessSettings) -> str:
    """The address given, else the embedded server's (Unix socket, generated password).

    `postgresql://` is what everybody writes; the client is ours to name.
    """
    if settings.database_url is not None:
        given = settings.database_url.get_secret_value()
        return _PLAIN.sub(f"{CLIENT}://", as_it_stands("DATABASE_URL", given))
    home = Home(settings.home)
    socket = quote(str(home.sockets), safe="")
    password = home.secret("postgres")
    return f"{CLIENT}://{OWNER}:{password}@/{DATABASE}?host={socket}"


def switch_address(settings: ProcessSettings) -> Address:
    """Where the switch reads browsers' passwords."""
    if settings.asterisk.database_url is None and settings.database_url is None:
        home = Home(settings.home)
        password = switch_password(home)
        return Address(str(home.sockets), PORT, DATABASE, SWITCH_ROLE, password)
    from foundation.db.switch_role import switch_database

    url = switch_database(settings)
    return Address(
        host=str(url.query.get("host") or url.host or ""),
        port=url.port or PORT,
        database=url.database or "",
        user=url.username or "",
        password=str(url.password or ""),
    )


def switch_password(home: Home) -> str:
    """The generated one; the switch keeps 63 letters, and a generated secret has 64."""
    return home.derived_secret("switch-database", SWITCH_ROLE)
