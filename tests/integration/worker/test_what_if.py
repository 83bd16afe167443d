"""The worker has the last hours simulated, one campaign at a time, and keeps the answer."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.settings import WorkerSettings
from dialer.campaigns.store import CampaignChangeRow
from dialer.what_if import job, store
from dialer.what_if.store import WhatIfRow
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import Duration
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.builders.recorded_day import Recorder, write

FLOOR = FloorScenario(
    name="half an hour", about="", hours=0.55, target=0.03,
    shifts=Shifts(groups=(Group(agents=10),)), parts=(ListPart(share=1.0, p=0.5),),
    talk=Duration(shape="lognormal", mean_s=30.0, cv=0.8),
    wrap=Duration(shape="lognormal", mean_s=6.0, cv=0.5),
)  # fmt: skip
EVERY = timedelta(minutes=30)


@pytest.fixture
async def campaign(engine: AsyncEngine) -> UUID:
    """It has dialled one to one for half an hour, until a few minutes ago."""
    async with engine.begin() as connection:
        await a_portfolio(connection)
        policy = {"mode": "progressive", "limits": [[0.03, 86_400.0]]}
        campaign = await a_campaign(connection, policy=policy, ring_timeout_s=25.0)
    recorder = Recorder(Ratio(1.0), datetime.now(UTC) - timedelta(minutes=40))
    Floor(FLOOR, recorder, 9, period_s=1.0).run()
    async with engine.begin() as connection:
        await write(connection, recorder, campaign)
    return campaign


@pytest.fixture
def worker_settings(settings: ProcessSettings) -> WorkerSettings:
    told = settings.model_dump(include={"home", "database_url", "redis_url"})
    return WorkerSettings.model_validate(told)


async def answers(engine: AsyncEngine) -> list[WhatIfRow]:
    query = select(WhatIfRow.__table__)
    async with engine.connect() as connection:
        return [WhatIfRow(**row._mapping) for row in await connection.execute(query)]


@pytest.mark.timeout(400)  # seconds of a busy machine: a whole simulator is started
async def test_the_last_hours_are_simulated_and_the_answer_kept(
    engine: AsyncEngine,
    worker_settings: WorkerSettings,
    settings_env: dict[str, str],
    campaign: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in settings_env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(job, "TARGETS", (3,))
    monkeypatch.setattr(job, "SHIFTS", 3)
    monkeypatch.setattr(job, "LOWEST_PRIORITY", ())  # tests share the machine
    assert await job.step(engine, worker_settings)
    (row,) = await answers(engine)
    assert row.campaign_id == campaign
    assert row.answered_at is not None
    assert row.answer is not None
    (only,) = row.answer["others"]
    assert (only["policy"], only["target"]) == ("predictive", 0.03)
    gain = only["gains"]["talk_min_per_agent_hour"]
    assert 0 < gain["low"] < gain["mean"] < gain["high"]
    assert not await job.step(engine, worker_settings)  # nothing is due for a while


async def test_one_campaign_is_taken_by_one_worker(
    engine: AsyncEngine, campaign: UUID
) -> None:
    async with engine.begin() as one, engine.begin() as other:
        first = await store.claim(one, EVERY)
        assert first is not None
        assert first.campaign == campaign
        await one.commit()
        assert await store.claim(other, EVERY) is None
    async with engine.begin() as connection:
        later = text("UPDATE what_if SET asked_at = asked_at - CAST(:every AS interval)")
        await connection.execute(later, {"every": EVERY})
        assert await store.claim(connection, EVERY) is not None


async def test_other_settings_ask_for_another_answer(
    engine: AsyncEngine, campaign: UUID
) -> None:
    async with engine.begin() as connection:
        first = await store.claim(connection, EVERY)
        assert first is not None
        await store.keep(connection, first, '{"outside": []}')
        await changed(connection, campaign, {"name": ["Março", "Abril"]})
        assert await store.claim(connection, EVERY) is None
        await changed(connection, campaign, {"limits": [[], [[0.02, 60]]]})
        found = await store.known(connection, campaign)
        assert found is not None
        assert found.outdated
        again = await store.claim(connection, EVERY)
        assert again is not None
        assert again.at > first.at
        await store.keep(connection, again, '{"outside": []}')
        found = await store.known(connection, campaign)
        assert found is not None
        assert not found.outdated


async def changed(
    connection: AsyncConnection, campaign: UUID, what: dict[str, Any]
) -> None:
    """As the history of settings keeps it."""
    row = {"id": uuid7(), "campaign_id": campaign, "version": 2, "by": "Sol",
           "at": datetime.now(UTC), "what": what}  # fmt: skip
    await connection.execute(insert(CampaignChangeRow), row)


async def test_no_answer_is_remembered_until_there_is_one(
    engine: AsyncEngine,
    worker_settings: WorkerSettings,
    campaign: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    says(monkeypatch, "import sys; sys.exit('sem banco')")
    assert await job.step(engine, worker_settings)
    (row,) = await answers(engine)
    assert (row.answer, row.failed_at is None) == (None, False)
    async with engine.begin() as connection:
        await store.keep(connection, store.Claim(campaign, row.asked_at), '{"outside": []}')
    (row,) = await answers(engine)
    assert (row.answer, row.failed_at) == ({"outside": []}, None)


@pytest.mark.parametrize(
    "less",
    [
        "UPDATE campaign SET status = 'paused'",
        """UPDATE campaign SET policy = '{"mode": "preview"}'""",
        "UPDATE attempt SET placed_at = placed_at - interval '5 hours'",
        "UPDATE attempt SET bridged_at = NULL WHERE number <> ''",
    ],
)
async def test_without_enough_there_is_nothing_to_do(
    engine: AsyncEngine, campaign: UUID, less: str
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(less))
        assert await store.claim(connection, EVERY) is None


async def test_who_wants_none_gets_none(
    engine: AsyncEngine, worker_settings: WorkerSettings, campaign: UUID
) -> None:
    off = worker_settings.model_copy(
        update={"worker": worker_settings.worker.model_copy(update={"what_if_s": 0.0})}
    )
    assert not await job.step(engine, off)
    assert await answers(engine) == []


async def test_a_simulator_that_fails_or_hangs_leaves_no_answer_and_no_process(
    monkeypatch: pytest.MonkeyPatch, campaign: UUID
) -> None:
    says(monkeypatch, "import sys; sys.exit('sem banco')")
    with pytest.raises(job.NoAnswer, match="sem banco"):
        await job.simulated(campaign, 30.0)
    says(monkeypatch, "print('no JSON')")
    with pytest.raises(job.NoAnswer):
        await job.simulated(campaign, 30.0)
    before = set(_children())
    says(monkeypatch, "import time; time.sleep(60)")
    with pytest.raises(job.NoAnswer, match="0 s"):
        await job.simulated(campaign, 0.2)
    assert set(_children()) <= before


def says(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """In the simulator's place runs this."""
    monkeypatch.setattr(job, "command", lambda *_: (sys.executable, "-c", code))


def _children() -> list[str]:
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as names:
        return names.read().split()
