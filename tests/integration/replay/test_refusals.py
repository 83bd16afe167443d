"""What cannot be replayed is refused, with what was missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignChangeRow, CampaignRow
from foundation.ids import uuid7
from sim.replay.errors import (
    NobodyWorked,
    NoCalls,
    NotPaced,
    SeveralCampaigns,
    TooFewTalks,
    UnknownCampaign,
    UnreadableSettings,
)
from sim.replay.reading import read
from sim.world.baselines.ratio import Ratio
from tests.builders.lived_day import BEGIN, DAY, FLOOR, lived
from tests.builders.portfolio import a_campaign
from tests.builders.recorded_day import Recorder


async def test_errors_say_what_is_missing(engine: AsyncEngine, campaign: UUID) -> None:
    with pytest.raises(NoCalls) as none:
        await read(engine, DAY)
    assert none.value.days == ()
    with pytest.raises(UnknownCampaign):
        await read(engine, replace(DAY, campaign="Abril"))
    await lived(engine, campaign, replace(FLOOR, hours=0.25))
    later = replace(DAY, since=DAY.until, until=DAY.until + timedelta(days=1))
    with pytest.raises(NoCalls) as other:
        await read(engine, later)
    assert [day.isoformat() for day in other.value.days] == ["2026-03-10"]
    with pytest.raises(TooFewTalks) as few:
        await read(engine, replace(DAY, campaign=str(campaign)))
    assert 10 < few.value.talks < few.value.needed
    await _set(engine, {"mode": "preview"})
    with pytest.raises(NotPaced):
        await read(engine, DAY)
    await _set(engine, {"mode": "guess"})
    with pytest.raises(UnreadableSettings):
        await read(engine, DAY)
    await _set(engine, {"mode": "preview"})
    change = {
        "id": uuid7(), "campaign_id": campaign, "version": 1, "by": "Sol",
        "at": BEGIN + timedelta(minutes=9), "what": {"mode": ["predictive", "preview"]},
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(CampaignChangeRow), change)
    with pytest.raises(NotPaced):  # a part of the day is enough
        await read(engine, DAY)


async def _set(engine: AsyncEngine, policy: dict[str, Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(CampaignRow).values(policy=policy))


async def test_a_day_without_agents_or_with_two_campaigns_is_said(
    engine: AsyncEngine, campaign: UUID
) -> None:
    async with engine.begin() as connection:
        second = await a_campaign(connection, "Abril")
        for which in (campaign, campaign, second):
            row = Recorder(Ratio(1.0), BEGIN)._row("outbound", 5.0)
            del row["agent"]
            await connection.execute(insert(AttemptRow), row | {"campaign_id": which})
    with pytest.raises(SeveralCampaigns) as several:
        await read(engine, DAY)
    assert several.value.names == ("Março", "Abril")
    with pytest.raises(NobodyWorked):
        await read(engine, replace(DAY, campaign="Março"))
