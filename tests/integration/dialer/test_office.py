"""The office is taken from the dead at once, kept against nobody, and given back."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from dialer.adapters.office import Office, Unknown
from dialer.campaigns.placing import TermIsOver
from foundation.living import name_of_this

LEASE_S = 600.0
SAY = "from foundation.living import name_of_this as n; print(n(), flush=True); input()"


def another(engine: AsyncEngine, name: str) -> Office:
    return Office(engine, name, LEASE_S)


async def test_the_lease_of_a_process_that_lives_is_waited_for(engine: AsyncEngine) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SAY, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    first = another(engine, (await process.stdout.readline()).decode().strip())
    second = another(engine, name_of_this())
    assert await first.take() is not None
    assert await second.take() is None
    process.kill()
    await process.wait()
    term = await second.take()
    assert term is not None
    assert term.epoch == 2


async def test_of_a_process_on_another_machine_nothing_is_certain(
    engine: AsyncEngine,
) -> None:
    assert await another(engine, "elsewhere:1/0-0-0").take() is not None
    assert await another(engine, name_of_this()).take() is None


async def test_a_term_that_another_took_is_over_and_not_merely_unrenewed(
    engine: AsyncEngine,
) -> None:
    first, second = another(engine, "elsewhere:1/0-0-0"), another(engine, "b")
    term = await first.take()
    assert term is not None
    assert await first.renewed(term, 5.0)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE leadership SET expires_at = now()"))
    assert await second.take() is not None
    with pytest.raises(TermIsOver):
        await first.renewed(term, 5.0)


async def test_an_office_that_is_given_back_is_free(engine: AsyncEngine) -> None:
    first, second = another(engine, "elsewhere:1/0-0-0"), another(engine, "b")
    term = await first.take()
    assert term is not None
    await first.resign(term)
    assert await second.take() is not None


async def test_without_a_database_nobody_knows_who_leads(engine: AsyncEngine) -> None:
    term = await another(engine, "a").take()
    assert term is not None
    nowhere = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    away = another(nowhere, "a")
    with pytest.raises(Unknown):
        await away.take()
    assert not await away.renewed(term, 5.0)
    await away.resign(term)
    await nowhere.dispose()
