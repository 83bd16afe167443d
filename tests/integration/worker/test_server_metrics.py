"""What monitoring is told of PostgreSQL and Valkey is what they say of themselves."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from foundation.bus import connect
from foundation.embedded.valkey import redis_url
from foundation.server_metrics import (
    POSTGRES,
    VALKEY,
    ServerMetrics,
    postgres_now,
    valkey_now,
)
from foundation.settings import ProcessSettings
from sim.throw_away import free_port


async def test_postgres_says_how_it_is(engine: AsyncEngine) -> None:
    before = await postgres_now(engine)
    assert before is not None
    assert before.keys() == POSTGRES.keys()
    assert before["acordo_postgres_connections"] >= 1
    assert before["acordo_postgres_connections_limit"] > 10
    assert before["acordo_postgres_size_bytes"] > 1_000_000
    async with engine.connect() as held:
        await held.execute(text("SELECT 1, pg_sleep(0.2)"))
        during = await postgres_now(engine)
    assert during is not None
    assert during["acordo_postgres_oldest_transaction_seconds"] >= 0.2


async def test_valkey_says_how_it_is(settings: ProcessSettings) -> None:
    client = connect(redis_url(settings))
    try:
        first, second = await valkey_now(client), await valkey_now(client)
    finally:
        await client.aclose()
    assert first is not None
    assert second is not None
    assert first.keys() == VALKEY.keys()
    name = "acordo_valkey_commands_total"
    assert second[name] > first[name]
    assert second["acordo_valkey_kept"] == 1


async def test_a_server_that_is_away_is_a_value() -> None:
    closed = free_port()
    engine = create_async_engine(f"postgresql+asyncpg://x@127.0.0.1:{closed}/x")
    client = connect(f"redis://127.0.0.1:{closed}")
    try:
        heard = await postgres_now(engine), await valkey_now(client)
    finally:
        await engine.dispose()
        await client.aclose()
    assert heard == (None, None)


def test_who_does_not_answer_is_shown_as_down_and_nothing_else_of_it() -> None:
    registry, found = CollectorRegistry(), ServerMetrics()
    registry.register(found)
    found.valkey = dict.fromkeys(VALKEY, 3.0)
    lines = generate_latest(registry).decode().splitlines()
    assert "acordo_postgres_up 0.0" in lines
    assert "acordo_valkey_up 1.0" in lines
    assert "acordo_valkey_commands_total 3.0" in lines
    assert not any(line.startswith("acordo_postgres_size") for line in lines)
