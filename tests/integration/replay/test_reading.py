"""A recorded day is read from the database as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.campaigns.store import CampaignChangeRow, CampaignRow
from foundation.ids import uuid7
from sim.replay.reading import read
from sim.replay.recorded import Wanted
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import Duration
from sim.world.floor.engine import AnyPacer
from sim.world.floor.scenario import Group, Inbound, Shifts
from sim.world.replay.day import DayCall
from tests.builders.lived_day import BEGIN, DAY, FLOOR, lived


async def test_what_was_worked_is_what_the_floor_counted(
    engine: AsyncEngine, campaign: UUID
) -> None:
    _, shift = await lived(engine, campaign)
    found = await read(engine, DAY)
    worked = found.day.worked
    assert (found.campaign, found.name) == (campaign, "Março")
    assert found.day.closed == ()
    assert (worked.placed, worked.answered) == (shift.placed, shift.humans)
    assert worked.abandoned == shift.abandoned > 0
    assert worked.occupancy == pytest.approx(shift.occupancy, abs=0.003)
    talk_min = shift.talk_min_per_agent_hour
    assert worked.talk_min_per_agent_hour == pytest.approx(talk_min, rel=0.005)
    assert found.day.agents == 12
    assert (found.day.ring_limit_s, found.day.threshold_s) == (25.0, 2.0)
    assert found.day.hour_s == pytest.approx(1200.0, abs=200)


async def test_each_call_has_its_talk_its_wait_and_its_end(
    engine: AsyncEngine, campaign: UUID
) -> None:
    recorder, _ = await lived(engine, campaign)
    day = (await read(engine, DAY)).day
    rows = [row for row in recorder.calls.values() if row["outcome"] is not None]
    rows.sort(key=lambda row: (row["placed_at"], row["id"]))
    assert len(day.calls) == len(rows)
    for row, call in zip(rows, day.calls, strict=True):
        if row["answered_at"] is None:
            assert call.waited_s is None
            rang = row["ended_at"] - row["placed_at"]
        else:
            rang = row["answered_at"] - row["placed_at"]
            assert call.outcome == "human"
            assert (call.waited_s or 0.0) <= 2.0
        assert call.after_s == pytest.approx(rang.total_seconds(), abs=1e-5)
        if row["bridged_at"] is not None and call.talked:
            talked = (row["ended_at"] - row["bridged_at"]).total_seconds()
            assert call.talk_s == pytest.approx(talked, abs=1e-5)
    lost = [row for row in rows if row["abandoned"]]
    unheard = [call for call in day.calls if _lost(call)]
    assert 0 < len(lost) == len(unheard)
    assert sum(call.left for call in day.calls) > 0


def _lost(call: DayCall) -> bool:
    return call.waited_s == 2.0 and not call.talked


async def test_breaks_are_played_again_when_they_were_asked_for(
    engine: AsyncEngine, campaign: UUID
) -> None:
    await lived(engine, campaign)
    steps = (await read(engine, DAY)).day.steps
    away = [step for step in steps if step.what == "leave"]
    assert len([step for step in steps if step.what == "in"]) == 12
    assert len(away) >= 12
    assert all(step.lent_s == 0 for step in away)
    assert {round(step.away_s) for step in away[:10]} == {240}


async def test_calls_of_others_lend_the_agents_away(
    engine: AsyncEngine, campaign: UUID
) -> None:
    law = Duration(shape="constant", mean_s=60.0)
    inbound = Inbound(
        calls_per_hour=((0.0, 120.0),), talk=law, wrap=Duration(shape="constant", mean_s=5),
        patience=Duration(shape="constant", mean_s=30.0),
    )  # fmt: skip
    blended = replace(FLOOR, inbound=inbound, shifts=Shifts(groups=(Group(agents=12),)))
    recorder, shift = await lived(engine, campaign, blended)
    day = (await read(engine, DAY)).day
    talks = [row for row in recorder.calls.values() if row["direction"] == "inbound"]
    talked = [row for row in talks if row["bridged_at"] and row["ended_at"]]
    lent_s = sum(step.lent_s for step in day.steps)
    assert lent_s == pytest.approx(65.0 * len(talked), rel=0.05)
    assert day.worked.logged_in_s == pytest.approx(shift.logged_in_s - lent_s, rel=0.01)
    assert day.worked.placed == shift.placed


async def test_a_pause_of_the_campaign_is_no_idleness(
    engine: AsyncEngine, campaign: UUID
) -> None:
    await lived(engine, campaign, pacer=Pausing(Ratio(3.0), 1200.0, 2100.0))
    day = (await read(engine, replace(DAY, least_talks=100))).day
    ((since_s, until_s),) = day.closed
    assert 1200 <= since_s <= 1300
    assert until_s == pytest.approx(2100, abs=30)
    whole = sum(end - begin for begin, end in ((0.0, day.seconds),)) * 12
    assert day.worked.logged_in_s < whole - 12 * 500


class Pausing:
    """Dials nobody for a while."""

    def __init__(self, pacer: AnyPacer, since_s: float, until_s: float) -> None:
        self._pacer, self._since_s, self._until_s = pacer, since_s, until_s

    def observe(self, event: Any) -> None:
        self._pacer.observe(event)

    def decide(self, now_s: float, floor: Any) -> Any:
        shut = self._since_s <= now_s < self._until_s
        return self._pacer.decide(now_s, replace(floor, room=0) if shut else floor)


async def test_the_settings_are_those_of_the_day(
    engine: AsyncEngine, campaign: UUID
) -> None:
    await lived(engine, campaign)
    policy = {"mode": "progressive", "limits": [[0.04, 3600.0]]}
    changes = [
        (1, 0.5, {"mode": ["predictive", "ratio"], "ratio": [None, 3.0]}),
        (2, 9.0, {"mode": ["ratio", "progressive"], "ratio": [3.0, None]}),
        (3, 9.5, {"limits": [[[0.02, 3600.0]], [[0.04, 3600.0]]]}),
        (4, 9.6, {"threshold_s": [2.0, 1.0], "ring_timeout_s": [25.0, 40.0]}),
    ]
    values = {"policy": policy, "threshold_s": 1.0, "ring_timeout_s": 40.0}
    async with engine.begin() as connection:
        await connection.execute(update(CampaignRow).values(**values))
        for version, hours, what in changes:
            row = {"id": uuid7(), "campaign_id": campaign, "version": version, "by": "Sol",
                   "at": BEGIN + timedelta(hours=hours), "what": what}  # fmt: skip
            await connection.execute(insert(CampaignChangeRow), row)
    found = await read(engine, DAY)
    (first_s, first), (next_s, then) = found.plan
    assert (first_s, first.mode) == (0.0, "predictive")
    assert first.limits == then.limits == ((0.02, 3600.0),)
    assert (then.mode, then.ratio) == ("ratio", 3.0)
    assert next_s == pytest.approx(1800, abs=200)
    assert (found.now.mode, found.now.limits) == ("progressive", ((0.04, 3600.0),))
    assert (found.day.threshold_s, found.day.ring_limit_s) == (2.0, 25.0)
    assert 1.0 < max(call.waited_s or 0.0 for call in found.day.calls) <= 2.0


async def test_what_the_pacer_had_seen_before_comes_along(
    engine: AsyncEngine, campaign: UUID
) -> None:
    await lived(engine, campaign)
    later = Wanted(campaign="Março", since=BEGIN + timedelta(minutes=30), until=DAY.until,
                   least_talks=10)  # fmt: skip
    found = await read(engine, later)
    assert len(found.history) > 1000
    assert max(event.at_s for event in found.history) <= 0.0
    assert min(event.at_s for event in found.history) < -1500
    assert found.day.worked.placed < 3000
