"""The whole API under a generated request or two for each operation; many: `tests/long`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from foundation.crypto import Keys
from foundation.home import Home
from tests.contract.api.book import a_book
from tests.contract.api.fuzzing import ROLES, Effort, a_console, fuzz

LITTLE = Effort("fuzzing", examples=1)


@pytest.mark.timeout(240)
async def test_no_request_breaks_the_api(
    settings_env: dict[str, str],
    engine: AsyncEngine,
    passwords: Passwords,
    home: Home,
    tmp_path: Path,
) -> None:
    asked = []
    book = await a_book(engine, Keys.of(home))
    async with a_console(settings_env) as console:
        for role in ROLES:
            await fuzz(console, engine, passwords, book, role, LITTLE, tmp_path)
            asked.append(role)
    assert asked == list(ROLES)
