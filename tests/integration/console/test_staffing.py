"""The calculator answers as `acordo staffing` does, to supervisors alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.people import Browser, Client, a_user, log_in

API = "/api/v1/staffing"


async def ask(who: Browser, path: str) -> Any:
    answer = await who.get(f"{API}/{path}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_a_hundred_calls_of_three_minutes_need_eight_agents(sol: Browser) -> None:
    found = await ask(sol, "inbound?calls=100&talk_s=180&share=0.8&within_s=20")
    assert found["agents"] == 8
    plans = {one["agents"]: one for one in found["plans"]}
    assert list(plans) == [6, 7, 8, 9, 10]
    assert plans[7]["answered_within"] < 0.8 <= plans[8]["answered_within"]
    assert plans[8]["occupancy"] == pytest.approx(100 * 180 / 3600 / 8)
    assert plans[8]["abandons"] is None


async def test_a_queue_that_grows_for_ever_has_no_mean_wait(sol: Browser) -> None:
    found = await ask(sol, "inbound?calls=100&talk_s=180&share=0.1&within_s=20")
    short = [one for one in found["plans"] if one["agents"] <= 5]
    assert short
    assert all(one["mean_wait_s"] is None for one in short)


async def test_what_no_number_of_agents_gives_is_said(sol: Browser) -> None:
    found = await ask(sol, "inbound?calls=100000&talk_s=7200")
    assert found == {"agents": None, "plans": []}


async def test_lines_and_the_best_occupancy(sol: Browser) -> None:
    assert (await ask(sol, "lines?load_erl=10&blocked=0.01"))["lines"] == 18
    found = await ask(sol, "outbound?agents=20&ring_s=11&service_s=140&target=0.03")
    assert found["occupancy"] == pytest.approx(0.89, abs=0.01)
    assert found["talks_per_hour"] == pytest.approx(3600 * found["occupancy"] * 20 / 140)
    assert found["blind"] < found["occupancy"]


@pytest.mark.parametrize(
    "wrong",
    ["inbound?calls=-1&talk_s=10", "inbound?calls=1", "lines?load_erl=nan",
     "outbound?agents=0", "outbound?agents=5&target=1", "lines?load_erl=1&x=2"],
)  # fmt: skip
async def test_what_cannot_be_is_refused(sol: Browser, wrong: str) -> None:
    assert (await sol.get(f"{API}/{wrong}")).status == 422


async def test_agents_do_not_plan(
    engine: AsyncEngine, client: Client, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana", Role.AGENT)
    ana = await log_in(client, "ana")
    assert (await ana.get(f"{API}/lines?load_erl=10")).status == 403
