"""Whether a database needs preparing, seen without the tools that prepare it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from alembic.config import Config
from alembic.script import ScriptDirectory

from foundation.db.address import SWITCH_ROLE
from foundation.db.prepare import prepare
from foundation.db.prepared import MIGRATIONS, is_prepared, newest
from foundation.embedded import postgres
from foundation.embedded.program import running
from foundation.home import Home
from foundation.settings import ProcessSettings


def test_the_last_file_is_the_revision_that_all_lead_to() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest()]
    for script in scripts.walk_revisions():
        assert script.module.__file__ is not None
        name = script.module.__file__.rpartition("/")[2]
        assert name.startswith(f"{script.revision}_"), name


@pytest_asyncio.fixture
async def owner(fresh_home: Home) -> AsyncIterator[asyncpg.Connection]:
    """A running server of this test's own with our tables, and its owner's connection."""
    fresh_home.prepare()
    postgres.prepare(fresh_home)
    program = postgres.program(fresh_home, postgres.WITHOUT_DURABILITY)
    with running(program, fresh_home.logs / "postgres.log"):
        assert not await is_prepared(fresh_home)
        await prepare(ProcessSettings(home=fresh_home.root))
        connection = await asyncpg.connect(
            host=str(fresh_home.sockets),
            user="acordo",
            password=fresh_home.secret("postgres"),
            database="acordo",
        )
        yield connection
        await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE alembic_version SET version_num = '0001'",
        f"ALTER ROLE {SWITCH_ROLE} PASSWORD 'another'",
        f"ALTER ROLE {SWITCH_ROLE} RESET statement_timeout",
        f"ALTER ROLE {SWITCH_ROLE} CONNECTION LIMIT 1000",
        "REVOKE SELECT ON switch.ps_auths FROM acordo_switch",
    ],
)
async def test_what_was_changed_since_is_prepared_again(
    owner: asyncpg.Connection, fresh_home: Home, change: str
) -> None:
    assert await is_prepared(fresh_home)
    await owner.execute(change)
    assert not await is_prepared(fresh_home)
    if "version_num" not in change:
        await prepare(ProcessSettings(home=fresh_home.root))
        assert await is_prepared(fresh_home)


async def test_a_server_that_is_away_is_not_prepared(fresh_home: Home) -> None:
    fresh_home.prepare()
    assert not await is_prepared(fresh_home)


def test_looking_does_not_load_what_migrates() -> None:
    script = "import sys, foundation.up; print(*sorted(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(answer.stdout.split())
    assert not loaded & {"sqlalchemy", "alembic", "redis", "aiohttp", "numpy", "structlog"}
