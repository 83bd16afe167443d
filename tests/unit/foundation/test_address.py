"""An address is taken as people write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from foundation.db.address import database_url
from foundation.settings import ProcessSettings


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://a:b@db/acordo", "postgresql+asyncpg://a:b@db/acordo"),
        ("postgres://a:b@db/acordo", "postgresql+asyncpg://a:b@db/acordo"),
        ("postgresql+asyncpg://a:b@db/acordo", "postgresql+asyncpg://a:b@db/acordo"),
    ],
)
def test_the_client_need_not_be_named(tmp_path: Path, given: str, used: str) -> None:
    settings = ProcessSettings(home=tmp_path, database_url=SecretStr(given))
    assert database_url(settings) == used
