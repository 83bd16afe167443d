"""Calls are counted as they end, and the dialer feels the brakes that the counts pull."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.meters.store import TallyRow
from dialer.adapters.scripted import Party
from dialer.shell.commands import Command
from foundation.db.contact_clock import contact_clock, contact_day
from foundation.route import Route
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import (
    OUTCOMES,
    Office,
    Script,
    a_running_campaign,
    idle,
    office,
    placed,
    seat_or,
)
from tests.real_switch import eventually

FIRST, SECOND = "+551130001000", "+551130001001"
ROUTE = Route(name="a", host="127.0.0.1", simulated=True, caller_ids=(FIRST, SECOND))
FULL = Party(rings_s=None, refuses_s=0.05, cause=34, sip_code=503)
BUSY = Party(rings_s=0.02, refuses_s=0.1)
COUNTED = (
    "SELECT route, cli, calls, unanswered, short, machines, answered, abandoned"
    " FROM call_tally ORDER BY route, cli"
)
SHORT = {"calls": 80_000, "unanswered": 70_000}


async def counted_before(
    engine: AsyncEngine, settings: ProcessSettings, shown: str = "", **counts: int
) -> None:
    """So many calls have ended today."""
    nothing = dict.fromkeys(
        ("calls", "unanswered", "short", "machines", "answered", "abandoned"), 0
    )
    async with engine.begin() as connection:
        await contact_clock(connection, settings)
        key: dict[str, Any] = {
            "day": await contact_day(connection),
            "route": "a",
            "cli": shown,
        }
        await connection.execute(insert(TallyRow), key | nothing | counts)


def debtors_called(floor: Office) -> list[str]:
    return [c.caller_id for c in floor.telephony.placed if c.context == "debtor"]


def reasons(floor: Office) -> set[str]:
    """Codes of the decisions that were made so far."""
    log = floor.leader.pacing.log
    log.forget(set())
    return {reason.code for row in log.fresh() for reason in row.reasons}


def braked(floor: Office, *codes: str) -> Any:
    seen: set[str] = set()

    async def is_so() -> bool:
        seen.update(reasons(floor))
        return set(codes) <= seen

    return is_so


async def test_ended_calls_are_counted_by_route_and_number_shown(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 4, wrap_up_s=0.0, caller_id=FIRST)
    async with office(
        engine, settings, seat_or(Party(answers_s=0.02, talks_s=0.1)), routes=(ROUTE,)
    ) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("answered", 4)])
        await floor.until(COUNTED, [("a", FIRST, 4, 0, 4, 0, 4, 0)])
        shown = await floor.ask("SELECT DISTINCT cli FROM attempt")
        assert (shown, set(debtors_called(floor))) == ([(FIRST,)], {FIRST})


async def test_a_long_call_to_a_mailbox_is_counted_once_it_is_recorded(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, caller_id=FIRST)
    debtor = Party(answers_s=0.02, talks_s=6.5)
    async with office(engine, settings, seat_or(debtor), routes=(ROUTE,)) as floor:
        floor.seat("agent001")
        await floor.until(COUNTED, [("a", FIRST, 1, 0, 0, 0, 1, 0)])
        record = Command(do="wrap_up_done", agent="agent001", code="answering_machine")
        floor.leader.on_command(record)
        await floor.until(COUNTED, [("a", FIRST, 1, 0, 0, 1, 1, 0)])
        await eventually(idle(floor))
        assert await floor.ask(COUNTED) == [("a", FIRST, 1, 0, 0, 1, 1, 0)]


async def test_a_try_on_a_route_that_did_not_carry_it_is_a_call_there(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    policy = {"mode": "agentless"}
    await a_running_campaign(engine, 2, policy=policy, ring_timeout_s=5.0, caller_id="")
    other = Route(name="b", host="127.0.0.1", simulated=True, priority=20)
    first = ROUTE.model_copy(update={"next": "b", "caller_ids": (FIRST,)})
    script: Script = lambda call: BUSY if call.dial.endswith("@b") else FULL  # noqa: E731
    async with office(engine, settings, script, routes=(first, other)) as floor:
        await floor.until(OUTCOMES, [("busy", 2)])
        counted = [("a", FIRST, 2, 2, 0, 0, 0, 0), ("b", "", 2, 2, 0, 0, 0, 0)]
        await floor.until(COUNTED, counted)
        assert debtors_called(floor).count("") == 2


async def test_what_never_left_is_no_call(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(BUSY)) as floor:
        real = Route(name="trunk", host="127.0.0.1")
        floor.leader.tools.routes.named = lambda name: real  # type: ignore[method-assign]
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("not_sent", 1)])
        assert await floor.ask(COUNTED) == []


async def test_a_braked_number_is_shown_to_nobody_while_another_is_left(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await counted_before(engine, settings, FIRST, **SHORT)
    await a_running_campaign(engine, 6, caller_id="")
    busy = seat_or(BUSY)
    # of the carrier as a whole few calls were short
    await counted_before(engine, settings, SECOND, calls=300_000)
    async with office(engine, settings, busy, routes=(ROUTE,)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("busy", 6)])
        assert set(debtors_called(floor)) == {SECOND}


@pytest.mark.parametrize(
    ("counts", "code"),
    [(SHORT, "brake_short"), ({"calls": 500_000}, "brake_month")],
)
async def test_a_campaign_without_any_way_left_stops_and_says_why(
    engine: AsyncEngine, settings: ProcessSettings, counts: dict[str, int], code: str
) -> None:
    await counted_before(engine, settings, "", **counts)
    await a_running_campaign(engine, 2, caller_id="")
    async with office(engine, settings, seat_or(BUSY), routes=(ROUTE,)) as floor:
        floor.seat("agent001")
        await eventually(braked(floor, code))
        assert debtors_called(floor) == []
        async with engine.begin() as connection:  # another day, another line
            await connection.execute(text("UPDATE call_tally SET day = day - 40"))
        await floor.until(OUTCOMES, [("busy", 2)])


async def test_an_authenticated_route_has_no_such_line(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await counted_before(engine, settings, "", **SHORT)
    await a_running_campaign(engine, 2, caller_id="")
    signed = ROUTE.model_copy(update={"authenticated": True})
    async with office(engine, settings, seat_or(BUSY), routes=(signed,)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("busy", 2)])
        assert reasons(floor).isdisjoint({"brake_short", "brake_month"})
        assert len(debtors_called(floor)) == 2


async def test_too_much_abandonment_slows_a_campaign_to_one_call_an_agent(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await counted_before(engine, settings, answered=100, abandoned=4)
    await a_running_campaign(engine, 9, policy={"mode": "ratio", "ratio": 3.0})
    rings = Party(answers_s=None)
    async with office(engine, settings, seat_or(rings), routes=(ROUTE,)) as floor:
        floor.seat("agent001")
        await eventually(placed(floor, 1))
        await eventually(braked(floor, "brake_abandonment"))
        for _ in range(3):
            await floor.leader.pacing.decide_once()
        assert len(debtors_called(floor)) == 1
