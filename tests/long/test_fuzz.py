"""The whole API under generated requests: each edge of its schema, and beyond it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.crypto import Keys
from foundation.home import Home
from tests.contract.api.book import a_book
from tests.contract.api.fuzzing import ROLES, Effort, a_console, fuzz

WHOLE = Effort("coverage,fuzzing", examples=8)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
async def test_no_request_breaks_the_api(
    role: Role,
    settings_env: dict[str, str],
    engine: AsyncEngine,
    passwords: Passwords,
    home: Home,
    tmp_path: Path,
) -> None:
    book = await a_book(engine, Keys.of(home))
    async with a_console(settings_env) as console:
        await fuzz(console, engine, passwords, book, role, WHOLE, tmp_path)
    assert (tmp_path / f"{role}.json").is_file()  # what was asked lies there
