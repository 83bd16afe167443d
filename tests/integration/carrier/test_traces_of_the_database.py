"""Traces whose numbers or calls come from PostgreSQL, by the command itself."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.calls.store import AttemptRow
from foundation.brasil.phone import simulated_number
from foundation.ids import uuid7
from sim import scenarios
from sim.carrier import trace_file
from sim.world.trace import RINGS_ON, Kind
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.builders.processes import ACORDO

PLACED = datetime(2026, 3, 10, 13, tzinfo=UTC)


async def acordo(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        ACORDO,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_trace_for_every_telephone_of_the_database(
    engine: AsyncEngine, settings_env: dict[str, str], tmp_path: Path
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=4, phones=2)
    out = tmp_path / "dia.parquet"
    scenario = str(scenarios.FOLDER / "demo.toml")
    status, said = await acordo(
        settings_env, "trace", "generate", scenario, "--from-database", "--out", str(out)
    )
    assert (status, said) == (0, f"32 linhas em {out}\n")  # 4 * 2 numbers, 4 attempts each
    numbers = {row.number for row in trace_file.read(out)}
    assert numbers == {simulated_number("11", n).removeprefix("+") for n in range(8)}


async def test_a_trace_recorded_from_a_campaign(
    engine: AsyncEngine, settings_env: dict[str, str], tmp_path: Path
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=2)
        campaign = await a_campaign(connection)
        await _attempt(connection, campaign, 0, "busy", rang_s=1.5, ended_s=4)
        times = {"placed_s": 1, "rang_s": 2, "answered_s": 9.25, "ended_s": 40}
        await _attempt(connection, campaign, 1, "answered", **times)
        await _attempt(connection, campaign, 1, "not_sent", ended_s=0)
        await _attempt(connection, campaign, 1, None, placed_s=100)
        await _attempt(connection, campaign, 0, "no_answer", placed_s=200, ended_s=30)
    out = tmp_path / "campanha.csv"
    status, _ = await acordo(
        settings_env, "trace", "record", "--campaign", "Março", "--out", str(out)
    )
    assert status == 0
    busy, answered, given_up = trace_file.read(out)
    assert (given_up.nth, given_up.kind, given_up.code) == (2, Kind.NO_ANSWER, RINGS_ON)
    assert (busy.kind, busy.code, busy.post_dial_s, busy.ring_s) == (
        Kind.BUSY,
        486,
        1.5,
        2.5,
    )
    assert (answered.kind, answered.ring_s, answered.talk_s) == (Kind.HUMAN, 7.25, 30.75)


async def _attempt(
    connection: AsyncConnection,
    campaign: UUID,
    serial: int,
    outcome: str | None,
    *,
    placed_s: float = 0,
    **times: float,
) -> None:
    """An attempt of the campaign; `..._s` count from its placing."""
    placed = PLACED + timedelta(seconds=placed_s)
    moments = {name: placed + timedelta(seconds=value) for name, value in times.items()}
    values: dict[str, Any] = {
        "id": uuid7(),
        "direction": "outbound",
        "campaign_id": campaign,
        "number": simulated_number("11", serial),
        "route": "trunk",
        "epoch": 1,
        "placed_at": placed,
        "contact_day": placed.date(),
        "ringing_at": moments.get("rang_s"),
        "answered_at": moments.get("answered_s"),
        "ended_at": moments.get("ended_s"),
        "outcome": outcome,
        "sip_code": 486 if outcome == "busy" else None,
    }
    await connection.execute(insert(AttemptRow), values)


async def test_a_campaign_that_does_not_exist_is_one_clear_line(
    settings_env: dict[str, str], tmp_path: Path
) -> None:
    out = str(tmp_path / "nada.csv")
    found = await acordo(
        settings_env, "trace", "record", "--campaign", "Nada", "--out", out
    )
    assert found == (1, "acordo: não existe campanha com o nome 'Nada'.\n")
    assert os.listdir(tmp_path) == []
