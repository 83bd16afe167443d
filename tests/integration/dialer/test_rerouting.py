"""A call goes on by the next route as the same attempt, on a scripted switch."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from foundation.db.leadership import take
from foundation.route import Route
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import (
    Office,
    Script,
    a_running_campaign,
    office,
    placed,
)
from tests.real_switch import eventually

FULL = Party(rings_s=None, refuses_s=0.05, cause=34, sip_code=503)
SILENT = Party(rings_s=None)
RINGS_THEN_FULL = Party(rings_s=0.02, refuses_s=0.1, cause=34, sip_code=503)
BUSY = Party(rings_s=0.02, refuses_s=0.1)
AGENTLESS = {"mode": "agentless"}
ENDED = "SELECT route, outcome FROM attempt ORDER BY route"


def chain(*names: str, last: str | None = None, lines: int = 500) -> list[Route]:
    """Routes that name each other in a row."""
    following = [*names[1:], last]
    return [
        Route(
            name=name,
            host="127.0.0.1",
            simulated=True,
            priority=at,
            next=after,
            max_lines=lines,
            caller_ids=(f"+55113000100{at}",),
        )
        for at, (name, after) in enumerate(zip(names, following, strict=True))
    ]


def by_route(parties: Mapping[str, Party]) -> Script:
    return lambda call: parties[call.dial.rpartition("@")[2]]


def dialled(floor: Office) -> list[tuple[str, str]]:
    return [(c.channel, c.dial.rpartition("@")[2]) for c in floor.telephony.placed]


async def a_campaign_without_agents(
    engine: AsyncEngine, ring_timeout_s: float = 1.0
) -> None:
    changed = {"policy": AGENTLESS, "ring_timeout_s": ring_timeout_s, "caller_id": ""}
    await a_running_campaign(engine, 1, **changed)


@pytest.mark.parametrize(
    ("first", "outcome", "routes"),
    [
        (FULL, "busy", ["a", "b"]),
        (SILENT, "busy", ["a", "b"]),
        (RINGS_THEN_FULL, "congestion", ["a"]),
        (BUSY, "busy", ["a"]),
    ],
)
async def test_the_same_attempt_goes_on_unless_somebody_rang(
    engine: AsyncEngine,
    settings: ProcessSettings,
    first: Party,
    outcome: str,
    routes: list[str],
) -> None:
    await a_campaign_without_agents(engine)
    script = by_route({"a": first, "b": BUSY})
    async with office(engine, settings, script, routes=chain("a", "b")) as floor:
        await floor.until(ENDED, [(routes[-1], outcome)])
        calls = dialled(floor)
        assert [route for _, route in calls] == routes
        assert len({channel for channel, _ in calls}) == 1
        told = await floor.ask("SELECT data FROM call_event WHERE kind = 'rerouted'")
        assert len(told) == len(routes) - 1
        if told and first is FULL:
            expected = {"of": "a", "to": "b", "cause": 34, "sip_code": 503}
            assert told[0][0].items() >= expected.items()
        callers = [call.caller_id for call in floor.telephony.placed]
        assert callers == [f"+55113000100{at}" for at in range(len(routes))]
        assert await floor.ask("SELECT DISTINCT means FROM verdict") == [("robot",)]


async def test_each_route_is_tried_once_even_where_they_name_each_other(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_campaign_without_agents(engine)
    routes = chain("a", "b", "c", last="a")
    script = by_route(dict.fromkeys("abc", FULL))
    async with office(engine, settings, script, routes=routes) as floor:
        await floor.until(ENDED, [("c", "congestion")])
        assert [route for _, route in dialled(floor)] == ["a", "b", "c"]


async def test_a_full_route_is_passed_over(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_campaign_without_agents(engine)
    a, b, c = chain("a", "b", "c")
    script = by_route({"a": FULL, "b": BUSY, "c": BUSY})
    async with office(engine, settings, script, routes=(a, b, c)) as floor:
        left = floor.leader.tools.routes.left
        floor.leader.tools.routes.left = lambda *asked: left(*asked) | {"b": 0}  # type: ignore[method-assign]
        await floor.until(ENDED, [("c", "busy")])
        assert [route for _, route in dialled(floor)] == ["a", "c"]


@pytest.mark.parametrize("why", ["paused", "deposed"])
async def test_nothing_leaves_after_a_pause_or_for_a_deposed_leader(
    engine: AsyncEngine, settings: ProcessSettings, why: str
) -> None:
    await a_campaign_without_agents(engine, ring_timeout_s=60.0)
    script = by_route({"a": SILENT, "b": BUSY})
    async with office(engine, settings, script, routes=chain("a", "b")) as floor:
        await eventually(placed(floor, 1))
        async with engine.begin() as connection:
            if why == "paused":
                await connection.execute(text("UPDATE campaign SET status = 'paused'"))
            else:
                await connection.execute(text("UPDATE leadership SET expires_at = now()"))
                assert await take(connection, "floor", "other", lease_s=60)
        floor.telephony.refuse(dialled(floor)[0][0], cause=34, sip_code=503)
        await floor.until(ENDED, [("a", "congestion")])
        assert [route for _, route in dialled(floor)] == ["a"]


async def test_a_second_invite_that_cannot_leave_ends_the_call_as_the_first_did(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_campaign_without_agents(engine)
    b = chain("a", "b")[1].model_copy(update={"simulated": False})
    routes = [chain("a", "b")[0], b]
    async with office(engine, settings, by_route({"a": FULL}), routes=routes) as floor:
        await floor.until("SELECT outcome FROM attempt", [("congestion",)])
        assert [route for _, route in dialled(floor)] == ["a"]
