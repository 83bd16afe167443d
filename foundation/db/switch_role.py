"""The role by which the telephone switch enters the database.

It may read one view, `switch.ps_auths`, and nothing else; what the view shows is decided
by its migration. Its password is generated unless an address of its own is given.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.cli import CannotRun
from foundation.db.address import (
    SWITCH_CONNECTIONS,
    SWITCH_ROLE,
    SWITCH_STATEMENT_MS,
    database_url,
    switch_password,
)
from foundation.home import Home
from foundation.settings import ProcessSettings

_EXISTS = text("SELECT rolcanlogin FROM pg_roles WHERE rolname = :role")
_PASSWORD = text(
    "SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT "
    f"CONNECTION LIMIT {SWITCH_CONNECTIONS} PASSWORD %L', CAST(:verb AS text), "
    "CAST(:role AS text), CAST(:password AS text))"
)
_LIMITS = text(
    f"SELECT format('ALTER ROLE %I SET statement_timeout = {SWITCH_STATEMENT_MS}', "
    "CAST(:role AS text))"
)
_RIGHTS = text(
    "SELECT format('GRANT USAGE ON SCHEMA switch TO %1$I; "
    "GRANT SELECT ON switch.ps_auths TO %1$I', CAST(:role AS text))"
)
_MAY_MAKE_ROLES = text(
    "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
)


class SwitchHasNoRole(CannotRun):
    """O usuário do banco não pode criar o usuário do Asterisk."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"o Asterisk precisa do usuário {role} no banco, e o usuário de "
            "ACORDO_DATABASE_URL não pode criá-lo; crie-o (CREATE ROLE ... LOGIN PASSWORD) "
            "e dê o endereço em ACORDO_ASTERISK__DATABASE_URL."
        )


def switch_database(settings: ProcessSettings) -> URL:
    """The address given for the switch, else our own with a role of its own."""
    given = settings.asterisk.database_url
    if given is not None:
        return make_url(given.get_secret_value())
    ours = make_url(database_url(settings))
    return ours.set(username=SWITCH_ROLE, password=switch_password(Home(settings.home)))


async def admit_switch(connection: AsyncConnection, switch: URL) -> None:
    """Make the role of that address, or give it its password and rights again.

    A role that somebody else made keeps its password when we may not change roles.
    Raises SwitchHasNoRole.
    """
    role = {"role": switch.username}
    exists = await connection.scalar(_EXISTS, role) is not None
    if await connection.scalar(_MAY_MAKE_ROLES):
        verb = "ALTER" if exists else "CREATE"
        values = {**role, "verb": verb, "password": str(switch.password)}
        await _run(connection, await connection.scalar(_PASSWORD, values))
        await _run(connection, await connection.scalar(_LIMITS, role))
    elif not exists:
        raise SwitchHasNoRole(str(switch.username))
    rights = await connection.scalar(_RIGHTS, role)
    for statement in str(rights).split("; "):
        await _run(connection, statement)


async def _run(connection: AsyncConnection, statement: str | None) -> None:
    try:
        await connection.exec_driver_sql(str(statement))
    except ProgrammingError as error:  # its text would hold the password
        raise CannotRun(f"o banco recusou o usuário do Asterisk: {error.orig}") from None
