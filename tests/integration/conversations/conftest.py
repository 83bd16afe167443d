"""What the tests of conversations start from."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.integration.conversations.persons import persons
from tests.integration.conversations.place import Place


@pytest_asyncio.fixture
async def place(engine: AsyncEngine, settings: ProcessSettings) -> AsyncIterator[Place]:
    (person,) = await persons(engine, settings, 1)
    yield Place(engine, Keys.of(Home(settings.home)), person)
