"""The pacer on the floor: what it is told, what it asks for, what is done about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from dialer.pacing import Decision, Snapshot
from dialer.shell.commands import Command
from foundation.settings import ProcessSettings
from tests.builders.portfolio import a_campaign
from tests.integration.dialer.office import (
    OUTCOMES,
    Office,
    a_running_campaign,
    office,
    placed,
    seat_or,
)
from tests.real_switch import eventually


async def paced(floor: Office) -> None:
    """Wait until each campaign has its pacer."""

    async def all_are() -> bool:
        pacing = floor.leader.pacing
        known = [pacing.pacer(campaign.id) for campaign in pacing.campaigns]
        return bool(known) and None not in known

    await eventually(all_are)


async def test_a_call_that_the_pacer_gives_up_is_cancelled_once(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: Any
) -> None:
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001")
        await eventually(placed(floor, 1))
        pacing = floor.leader.pacing
        pacer = pacing.pacer(pacing.campaigns[0].id)
        assert pacer is not None
        asked: list[str] = []

        def decide(_now_s: float, shown: Snapshot) -> Decision:
            asked.extend(shown.ringing)
            return Decision(calls=0, cancels=tuple(shown.ringing))

        monkeypatch.setattr(pacer, "decide", decide)
        await pacing.decide_once()
        await pacing.decide_once()
        assert len(asked) == 1  # given up, it counts as ringing no more
        await floor.until(OUTCOMES, [("cancelled", 1)])


async def test_campaigns_without_agents_dial_by_room_and_borrow_nobody(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 4, policy={"mode": "agentless"})
    debtor = Party(answers_s=0.05, talks_s=0.5)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("answered", 4)])
        bridged = "SELECT count(*) FROM attempt WHERE bridged_at IS NOT NULL OR abandoned"
        assert await floor.ask(bridged) == [(0,)]


async def test_agents_go_to_the_campaign_of_the_higher_priority(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    progressive = {"mode": "progressive"}
    await a_running_campaign(engine, 30, policy=progressive)
    async with engine.begin() as connection:
        await a_campaign(connection, "Abril", retries={}, policy=progressive)
        await connection.execute(
            text("UPDATE campaign SET priority = 5 WHERE name = 'Abril'")
        )
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        await paced(floor)
        floor.seat("agent001", "agent002", "agent003")
        await eventually(placed(floor, 3))
        names = (
            "SELECT DISTINCT c.name FROM attempt a JOIN campaign c ON c.id = campaign_id"
        )
        assert await floor.ask(names) == [("Abril",)]


async def test_campaigns_of_one_priority_take_turns_at_a_single_agent(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    progressive = {"mode": "progressive"}
    await a_running_campaign(engine, 12, policy=progressive)
    async with engine.begin() as connection:
        await a_campaign(connection, "Abril", retries={}, policy=progressive)
    async with office(engine, settings, seat_or(Party(refuses_s=0.05))) as floor:
        await paced(floor)
        floor.seat("agent001")

        async def both_called() -> bool:
            calls = "SELECT count(*) FROM attempt GROUP BY campaign_id ORDER BY 1"
            return [count >= 3 for (count,) in await floor.ask(calls)] == [True, True]

        await eventually(both_called)


async def test_no_more_calls_are_asked_for_than_there_are_leads(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: Any
) -> None:
    await a_running_campaign(engine, 2)
    shown: list[Snapshot] = []
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        await paced(floor)
        pacing = floor.leader.pacing
        pacer = pacing.pacer(pacing.campaigns[0].id)
        assert pacer is not None
        decide = pacer.decide

        def look(now_s: float, floor: Snapshot) -> Decision:
            shown.append(floor)
            return decide(now_s, floor)

        monkeypatch.setattr(pacer, "decide", look)
        floor.seat("agent001", "agent002", "agent003")
        await eventually(placed(floor, 2))
        await pacing.decide_once()
        assert shown[0].room == 2
        assert shown[-1].room == 0


async def test_who_waits_past_the_threshold_is_lost_before_his_call_ends(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3)
    debtor = Party(answers_s=3.0)  # never hangs up; the message takes nine seconds
    async with office(engine, settings, seat_or(debtor)) as floor:
        await paced(floor)
        floor.seat("agent001", "agent002", "agent003")
        await eventually(placed(floor, 3))
        for gone in ("agent002", "agent003"):
            floor.leader.on_command(Command(do="log_out", agent=gone))

        async def two_are_lost() -> bool:
            pacing = floor.leader.pacing
            pacer = pacing.pacer(pacing.campaigns[0].id)
            return pacer is not None and pacer.budgets[0].abandoned == 2

        await eventually(two_are_lost)
        assert await floor.ask(OUTCOMES) == [(None, 3)]
