"""Whether the embedded database already is as `foundation.db.prepare` would leave it.

Reads names of files and two rows: the tools that migrate take half a second to load, and
at every start but the first of a version there is nothing for them to do.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

from foundation.db.address import (
    DATABASE,
    OWNER,
    SWITCH_CONNECTIONS,
    SWITCH_ROLE,
    SWITCH_STATEMENT_MS,
    switch_password,
)
from foundation.home import Home

Row = tuple[object, ...]

MIGRATIONS = Path(__file__).parent / "migrations"
_LIMIT_S = 5.0
_MIGRATED = "SELECT to_regclass('alembic_version')"
_REVISION = "SELECT version_num FROM alembic_version"
_LIMITS = (
    "SELECT setting::int, rolconnlimit, EXISTS (SELECT FROM switch.ps_auths)"
    " FROM pg_roles, pg_settings"
    " WHERE rolname = current_user AND name = 'statement_timeout'"
)


class DatabaseFromNewerVersion(RuntimeError):
    """O banco de dados é de uma versão mais nova do Acordo; atualize o programa."""


def newest() -> str:
    """The revision that this version ends at; files are named NNNN_name.py, in a line."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


async def is_prepared(home: Home) -> bool:
    """Whether its tables are of this version and the switch may enter, as it should.

    Whatever stands in the way is a no: who prepares it then says what is wrong.
    """
    try:
        revision = await _ask(home, OWNER, home.secret("postgres"), _MIGRATED, _REVISION)
        if revision != [(newest(),)]:
            return False
        limits = await _ask(home, SWITCH_ROLE, switch_password(home), _LIMITS)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    return [row[:2] for row in limits] == [(SWITCH_STATEMENT_MS, SWITCH_CONNECTIONS)]


async def _ask(home: Home, user: str, password: str, *queries: str) -> list[Row]:
    """Rows of the last query; nothing as soon as one before it has only a null."""
    connection = await asyncpg.connect(
        host=str(home.sockets),
        user=user,
        password=password,
        database=DATABASE,
        timeout=_LIMIT_S,
    )
    rows: list[Row] = []
    try:
        for query in queries:
            rows = [tuple(row) for row in await connection.fetch(query)]
            if rows == [(None,)]:
                return []
        return rows
    finally:
        await connection.close()
