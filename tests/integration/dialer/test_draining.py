"""The operator's order to stop: nothing new is dialled, what runs ends by itself."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from dialer.shell.draining import running
from foundation.cli import main
from foundation.db.draining import DRAIN, order, ordered
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import OUTCOMES, a_running_campaign, office, seat_or


async def _order(engine: AsyncEngine, hold_s: float) -> None:
    async with engine.begin() as connection:
        await order(connection, "teste", hold_s=hold_s)


async def test_running_calls_end_and_no_other_begins_until_the_order_does(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3, wrap_up_s=0.0)
    debtor = Party(answers_s=0.05, talks_s=1.5)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await floor.until("SELECT count(*) FROM attempt", [(1,)])
        await _order(engine, 60.0)
        while not floor.leader.ordered_to_drain:
            await asyncio.sleep(0.05)
        assert not floor.leader.may_place()
        await floor.until("SELECT count(ended_at) FROM attempt", [(1,)])
        await asyncio.sleep(1.0)  # rounds of the pacing, in which the next would be dialled
        async with engine.connect() as connection:
            assert await running(connection) == 0
        assert await floor.ask("SELECT count(*) FROM attempt") == [(1,)]
        await _order(engine, 0)
        await floor.until(OUTCOMES, [("answered", 3)])


async def test_an_order_whose_giver_is_gone_ends_by_itself(engine: AsyncEngine) -> None:
    await _order(engine, 60.0)
    async with engine.begin() as connection:
        assert await ordered(connection)
        await connection.execute(
            text("UPDATE leadership SET expires_at = clock_timestamp() WHERE name = :name"),
            {"name": DRAIN},
        )
        assert not await ordered(connection)


async def test_the_command_waits_and_holds(
    engine: AsyncEngine, settings_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.drain_cli.SETTLED_S", 0.0)
    await a_running_campaign(engine, 1)
    answer = await asyncio.to_thread(
        CliRunner().invoke, main, ["drain", "--keep", "--json"], env=settings_env
    )
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert (told["running"], told["stopped"]) == (0, False)
    async with engine.connect() as connection:
        assert await ordered(connection)
    await asyncio.to_thread(
        CliRunner().invoke, main, ["drain", "--cancel"], env=settings_env
    )
    async with engine.connect() as connection:
        assert not await ordered(connection)
