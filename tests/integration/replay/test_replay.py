"""Replaying a day with its own settings gives that day; with other rings it does not.

The day is worked by the virtual floor with seeds that the replay never uses, and written
into the tables of the product. The replay knows those tables alone.
"""

from __future__ import annotations

import json

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.pacing import Pacer, Policy
from sim.replay.answer import Answer, answer
from sim.replay.reading import read
from sim.replay.recorded import Recorded
from sim.replay.running import shifts
from sim.replay.table import lines
from sim.replay.tried import as_it_was
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import Duration
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts
from tests.builders.lived_day import BEGIN, DAY
from tests.builders.lived_day import FLOOR as HOUR
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.builders.recorded_day import Recorder, write
from tests.integration.carrier.test_traces_of_the_database import acordo

pytestmark = pytest.mark.timeout(400)  # seconds of a busy machine; some 15 of an idle one

FLOOR = FloorScenario(
    name="a morning", about="", hours=1.6, target=0.03,
    shifts=Shifts(
        groups=(Group(agents=36, spread_s=300.0), Group(agents=16, from_s=1800.0)),
        break_every_s=3000.0, break_s=400.0,
    ),
    parts=(ListPart(share=2.0, p=0.6), ListPart(share=1.0, p=0.3)),
    level=((0.0, 1.2), (2700.0, 1.2), (2701.0, 0.7)),
    talk=Duration(shape="lognormal", mean_s=120.0, cv=0.6),
)  # fmt: skip
LIMITS = ((0.03, 5_760.0),)
ONE_TO_ONE = {"mode": "progressive", "limits": [list(limit) for limit in LIMITS]}
SHIFTS, FEW_SHIFTS = range(50, 56), range(50, 53)


@pytest.fixture
async def recorded(engine: AsyncEngine) -> Recorded:
    """One to one: dear in agents, and cheap to play."""
    async with engine.begin() as connection:
        await a_portfolio(connection)
        campaign = await a_campaign(connection, ring_timeout_s=25.0, policy=ONE_TO_ONE)
    pacer = Pacer(Policy(limits=LIMITS, mode="progressive"))
    recorder = Recorder(pacer, BEGIN)
    Floor(FLOOR, recorder, 3, on_event=True).run()
    async with engine.begin() as connection:
        await write(connection, recorder, campaign)
    return await read(engine, DAY)


def replayed(recorded: Recorded, seeds: range, rings: float = 1.0) -> Answer:
    tried = [as_it_was(recorded)]
    return answer(recorded, tried, shifts(recorded, tried, seeds, rings=rings))


async def test_the_day_comes_out_again_and_with_other_rings_it_does_not(
    recorded: Recorded,
) -> None:
    found = replayed(recorded, SHIFTS)
    print(*lines(found), sep="\n")
    worked = recorded.day.worked
    assert found.trust.good, list(lines(found))
    assert found.replayed["occupancy"].half < 0.02
    talk = found.replayed["talk_min_per_agent_hour"]
    assert talk.holds(worked.talk_min_per_agent_hour)
    slower = replayed(recorded, FEW_SHIFTS, rings=2.0)
    assert slower.trust.outside == ("occupancy",)


async def test_the_command_answers_people_and_programs(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    await an_hour(engine)
    day = ("sim", "replay", "--day", "2026-03-10", "--shifts", "3", "--jobs", "1")
    status, said = await acordo(settings_env, *day, "--policy", "one-to-one")
    assert status == 0, said
    assert "Campanha «Março», 10/03/2026, das 09:20 às 10:19" in said
    assert "replay com as regras do dia" in said
    assert "um por um" in said
    status, said = await acordo(settings_env, *day, "--campaign", "Março", "--json")
    told = json.loads(said)
    assert (status, told["trusted"]) in ((0, True), (1, False))
    assert told["placed"] > 500
    assert told["others"] == []


async def an_hour(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection)
        campaign = await a_campaign(connection, ring_timeout_s=25.0, policy=ONE_TO_ONE)
    recorder = Recorder(Ratio(3.0), BEGIN)
    Floor(HOUR, recorder, 7, period_s=1.0).run()
    async with engine.begin() as connection:
        await write(connection, recorder, campaign)


async def test_what_cannot_be_replayed_is_one_clear_line(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection)
        await a_campaign(connection)
    day = ("sim", "replay", "--day", "2026-03-10")
    status, said = await acordo(settings_env, *day, "--campaign", "Abril")
    refused = "acordo: não existe campanha com o nome ou id 'Abril'.\n"
    assert (status, said) == (1, refused)
    status, said = await acordo(settings_env, *day)
    refused = "acordo: nenhuma chamada feita nesse tempo. Nunca houve.\n"
    assert (status, said) == (1, refused)
