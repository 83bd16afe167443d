"""A leader that takes office knows what its campaigns did before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.people.store import AgentRow
from dialer.adapters import pacing_history
from dialer.adapters.pacing_history import history
from dialer.adapters.scripted import Party
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.pacing import Pacer, Policy
from dialer.shell.pacing_loop import PacingLoop
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats
from tests.integration.dialer.office import a_running_campaign, office, placed, seat_or
from tests.real_switch import eventually

DAY = timedelta(days=1)
LIMITS = ((0.03, 86_400.0), (0.03, 30 * 86_400.0))


def attempt(campaign: UUID, at: datetime, **ended: Any) -> dict[str, Any]:
    """An attempt placed at that instant; it rang for five seconds."""
    row = {
        "id": uuid7(), "direction": "outbound", "campaign_id": campaign,
        "number": "+5511900000001", "route": "trunk", "epoch": 1, "placed_at": at,
        "contact_day": at.date(), "abandoned": False, "answered_at": None,
        "bridged_at": None, "agent_id": None, "ended_at": at + timedelta(seconds=5),
        "outcome": "no_answer",
    }  # fmt: skip
    return row | ended


def answered(campaign: UUID, at: datetime, **more: Any) -> dict[str, Any]:
    up, over = at + timedelta(seconds=5), at + timedelta(seconds=40)
    ended = {"answered_at": up, "ended_at": over, "outcome": "answered"}
    return attempt(campaign, at, **ended | more)


async def a_past(connection: AsyncConnection) -> UUID:
    """Yesterday: 30 calls, 10 answered, of which 7 bridged, 2 abandoned, 1 hung up.

    Ten days ago: one abandoned, one talked.
    """
    await a_portfolio(connection)
    campaign = await a_campaign(connection)
    await some_seats(connection)
    agent = await connection.scalar(
        select(AgentRow.id).order_by(AgentRow.endpoint).limit(1)
    )
    now = datetime.now(UTC)
    rows = []
    for n in range(30):
        at = now - timedelta(hours=3) + timedelta(minutes=2 * n)
        bridged = {"bridged_at": at + timedelta(seconds=5.1), "agent_id": agent}
        if n < 7:
            rows.append(answered(campaign, at, **bridged))
        elif n < 9:
            rows.append(answered(campaign, at, abandoned=True))
        elif n == 9:
            rows.append(answered(campaign, at, ended_at=at + timedelta(seconds=6)))
        else:
            rows.append(attempt(campaign, at))
    rows.append(answered(campaign, now - 10 * DAY, abandoned=True))
    rows.append(answered(campaign, now - 10 * DAY, agent_id=agent))
    await connection.execute(insert(AttemptRow), rows)
    return campaign


async def test_budgets_of_a_day_and_of_a_month_are_what_they_were(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        campaign = await a_past(connection)
        past = await history(connection, campaign)
    day, month = Pacer(Policy(limits=LIMITS), past.events).budgets
    assert (day.humans, day.abandoned) == (10, 2)
    assert (month.humans, month.abandoned) == (12, 3)
    assert past.live == set()


async def test_of_what_is_too_long_ago_only_people_count(
    engine: AsyncEngine, monkeypatch: Any
) -> None:
    monkeypatch.setattr(pacing_history, "WHOLE", 20)
    async with engine.begin() as connection:
        campaign = await a_past(connection)
        past = await history(connection, campaign)
    day, month = Pacer(Policy(limits=LIMITS), past.events).budgets
    assert (day.humans, day.abandoned) == (10, 2)
    assert (month.humans, month.abandoned) == (12, 3)
    assert len([e for e in past.events if type(e).__name__ == "Placed"]) == 20 + 12


async def test_a_call_that_has_not_ended_is_known_with_what_came_of_it(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection)
        campaign = await a_campaign(connection)
        at = datetime.now(UTC) - timedelta(seconds=20)
        row = attempt(campaign, at, ended_at=None, outcome=None)
        await connection.execute(insert(AttemptRow), row)
        up = {"attempt_id": row["id"], "kind": "answered", "data": {}}
        at_up = {"at": at + timedelta(seconds=9)}
        await connection.execute(insert(CallEventRow), up | at_up)
        past = await history(connection, campaign)
    assert past.live == {str(row["id"])}
    assert Pacer(Policy(limits=LIMITS), past.events).budgets[0].humans == 1


async def test_the_next_leader_goes_on_with_the_budget_of_the_one_before(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    """One call was abandoned; whoever leads next dials one to one from the start."""
    policy = {"limits": [[0.03, 86_400]]}
    await a_running_campaign(engine, 40, policy=policy, threshold_s=0.2)
    async with engine.begin() as connection:
        campaign = await connection.scalar(text("SELECT id FROM campaign"))
        lost = answered(campaign, datetime.now(UTC) - timedelta(minutes=9), abandoned=True)
        await connection.execute(insert(AttemptRow), lost)
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001", "agent002")
        await eventually(placed(floor, 2))
        await eventually(lambda: _knows(floor.leader.pacing, abandoned=1))
        for _ in range(4):
            await floor.leader.pacing.decide_once()
        calls = [c for c in floor.telephony.placed if c.context == "debtor"]
        assert len(calls) == 2


async def _knows(pacing: PacingLoop, abandoned: float) -> bool:
    pacers = [pacing.pacer(campaign.id) for campaign in pacing.campaigns]
    return [p.budgets[0].abandoned for p in pacers if p is not None] == [abandoned]
