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
from sim.replay.tried import as_it_was, other
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.builders.recorded_day import Recorder, write
from tests.integration.carrier.test_traces_of_the_database import acordo
from tests.integration.replay.test_reading import BEGIN, DAY

FLOOR = FloorScenario(
    name="a long day", about="", hours=3.0, target=0.03,
    shifts=Shifts(
        groups=(Group(agents=20, spread_s=300.0), Group(agents=10, from_s=3600.0)),
        break_every_s=4000.0, break_s=600.0,
    ),
    parts=(ListPart(share=2.0, p=0.35), ListPart(share=1.0, p=0.15)),
    block=300,
    level=((0.0, 1.2), (5400.0, 1.2), (5401.0, 0.7)),
)  # fmt: skip
LIMITS = ((0.03, 10_800.0),)
ONE_TO_ONE = {"mode": "progressive", "limits": [list(limit) for limit in LIMITS]}
SHIFTS = range(50, 60)


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


def replayed(recorded: Recorded, rings: float = 1.0) -> Answer:
    tried = [as_it_was(recorded)]
    return answer(recorded, tried, shifts(recorded, tried, SHIFTS, rings=rings))


async def test_the_day_comes_out_again_and_with_other_rings_it_does_not(
    recorded: Recorded,
) -> None:
    found = replayed(recorded)
    worked = recorded.day.worked
    assert found.trust.good, list(lines(found))
    assert found.replayed["occupancy"].half < 0.02
    talk = found.replayed["talk_min_per_agent_hour"]
    assert talk.holds(worked.talk_min_per_agent_hour)
    slower = replayed(recorded, rings=2.0)
    assert slower.trust.outside == ("occupancy",)


async def test_another_setting_is_compared_on_the_same_people(recorded: Recorded) -> None:
    tried = [as_it_was(recorded), other(recorded, "ratio:2", 0.05)]
    found = answer(recorded, tried, shifts(recorded, tried, range(50, 54)))
    (two,) = found.others
    assert two.gains["occupancy"].low > 0
    apart = two.figures["occupancy"].half + found.replayed["occupancy"].half
    assert two.gains["occupancy"].half < apart


async def test_the_command_answers_people_and_programs(
    recorded: Recorded, settings_env: dict[str, str]
) -> None:
    day = ("sim", "replay", "--day", "2026-03-10", "--campaign", "Março", "--shifts", "3")
    status, said = await acordo(settings_env, *day, "--policy", "one-to-one")
    assert status == 0, said
    assert "Campanha «Março», 10/03/2026" in said
    assert "replay com as regras do dia" in said
    assert "um por um" in said
    status, said = await acordo(settings_env, *day, "--policy", "one-to-one", "--json")
    told = json.loads(said)
    assert told["placed"] == recorded.day.worked.placed
    assert told["as_it_was"]["occupancy"] == recorded.day.worked.occupancy
    (only,) = told["others"]
    assert only["policy"] == "one-to-one"
    assert only["gains"]["occupancy"]["low"] <= only["gains"]["occupancy"]["mean"]


async def test_what_cannot_be_replayed_is_one_clear_line(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection)
        await a_campaign(connection)

    async def told(*more: str) -> tuple[int, str]:
        return await acordo(settings_env, "sim", "replay", *more)

    status, said = await told("--day", "2026-03-10", "--campaign", "Abril")
    assert (status, said) == (
        1, "acordo: não existe campanha com o nome ou id 'Abril'.\n",
    )  # fmt: skip
    status, said = await told("--day", "2026-03-10")
    assert (status, said) == (
        1, "acordo: nenhuma chamada feita nesse tempo. Nunca houve.\n",
    )  # fmt: skip
    assert (await told("--day", "ontem"))[0] == 2
    assert (await told())[0] == 2
