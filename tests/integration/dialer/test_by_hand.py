"""Manual and preview campaigns: an agent sees whom to call, and says when."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from dialer.calls.agent import AgentState
from dialer.shell.commands import Command
from foundation.db.leadership import resign
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import (
    OUTCOMES,
    Office,
    a_running_campaign,
    idle,
    office,
    placed,
    seat_or,
)
from tests.real_switch import eventually

MANUAL = {"mode": "manual"}
LISTED = "SELECT state, count(*) FROM campaign_debtor GROUP BY 1 ORDER BY 1"


def preview(seconds: float) -> dict[str, Any]:
    return {"mode": "preview", "countdown_s": seconds}


async def previews(floor: Office, endpoint: str) -> None:
    async def is_so() -> bool:
        agent = floor.leader.floor.agents.get(endpoint)
        return agent is not None and agent.state is AgentState.PREVIEW

    await eventually(is_so)


def calls(floor: Office) -> int:
    return sum(call.context == "debtor" for call in floor.telephony.placed)


def say(floor: Office, do: Any, endpoint: str = "agent001") -> None:
    floor.leader.on_command(Command(do=do, agent=endpoint))


async def test_a_manual_call_leaves_when_the_agent_says_so_and_is_his(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3, policy=MANUAL)
    debtor = Party(answers_s=0.1, talks_s=1.0)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001", "agent002")
        await previews(floor, "agent001")
        await previews(floor, "agent002")
        held = floor.leader.floor.offers
        assert held["agent001"].debtor != held["agent002"].debtor
        assert calls(floor) == 0
        offer = held["agent002"]
        say(floor, "dial", "agent002")
        await floor.until(OUTCOMES, [("answered", 1)])
        rows = await floor.ask("SELECT id::text, debtor_id, abandoned FROM attempt")
        assert rows == [(offer.call, offer.debtor, False)]
        who = "SELECT endpoint FROM agent JOIN attempt ON agent_id = agent.id"
        assert await floor.ask(who) == [("agent002",)]


async def test_a_preview_dials_by_itself_when_its_countdown_is_over(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, policy=preview(0.5))
    busy = Party(refuses_s=0.05)
    async with office(engine, settings, seat_or(busy)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("busy", 1)])
        agent = floor.leader.floor.agents["agent001"]
        assert (agent.state, agent.call) == (AgentState.IDLE, None)


async def test_a_skipped_debtor_goes_back_to_the_list_for_later(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2, policy=MANUAL)
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        first = floor.leader.floor.offers["agent001"].debtor
        say(floor, "skip")

        async def another() -> bool:
            offer = floor.leader.floor.offers.get("agent001")
            return offer is not None and offer.debtor != first

        await eventually(another)
        await floor.until(LISTED, [("leased", 1), ("ready", 1)])
        later = (
            "SELECT count(*) FROM campaign_debtor WHERE debtor_id = '{}' AND attempts = 0"
        )
        assert await floor.ask(later.format(first)) == [(1,)]
        assert calls(floor) == 0
        assert await floor.ask("SELECT count(*) FROM attempt") == [(0,)]


async def test_a_pause_in_a_preview_is_taken_at_once_and_gives_the_debtor_back(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, policy=preview(60))
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        say(floor, "pause")
        assert floor.leader.floor.agents["agent001"].state is AgentState.PAUSED
        await floor.until(LISTED, [("ready", 1)])
        assert calls(floor) == 0


async def test_a_paused_campaign_ends_its_previews(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, policy=preview(60))
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE campaign SET status = 'paused'"))
        await floor.until(LISTED, [("ready", 1)])
        assert floor.leader.floor.agents["agent001"].state is AgentState.IDLE


async def test_the_policy_is_asked_again_when_it_is_dialled(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, policy=MANUAL)
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        async with engine.begin() as connection:
            blocked = "UPDATE contact_point SET status = 'invalid'"
            await connection.execute(text(blocked))
        say(floor, "dial")
        refused = "SELECT count(*) FROM verdict WHERE NOT allowed"
        await floor.until(refused, [(1,)])
        assert calls(floor) == 0
        await eventually(idle(floor))


async def test_a_call_by_hand_is_nobody_elses(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    """The agent's line falls while it rings; an idle colleague does not get the call."""
    await a_running_campaign(engine, 1, policy=MANUAL, threshold_s=0.5)
    debtor = Party(answers_s=1.0, talks_s=3.0)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        floor.seat("agent002")
        say(floor, "dial")
        await eventually(placed(floor, 1))
        floor.telephony.register("agent001", reachable=False)
        leg = floor.leader.floor.agents["agent001"].leg
        assert leg is not None
        await floor.telephony.hang_up(leg)
        await floor.until("SELECT abandoned, agent_id FROM attempt", [(True, None)])


async def test_who_comes_back_while_it_rings_gets_his_call_and_no_other_debtor(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2, policy=MANUAL)
    debtor = Party(answers_s=2.0, talks_s=1.0)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
        say(floor, "dial")
        await eventually(placed(floor, 1))
        floor.telephony.register("agent001", reachable=False)
        leg = floor.leader.floor.agents["agent001"].leg
        assert leg is not None
        await floor.telephony.hang_up(leg)
        floor.telephony.register("agent001")
        await eventually(idle(floor))
        ended = "SELECT abandoned, agent_id IS NULL FROM attempt WHERE outcome IS NOT NULL"
        await floor.until(ended, [(False, False)])


async def test_a_debtor_shown_in_a_past_term_is_free_at_once_in_the_next(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, policy=MANUAL)
    async with office(engine, settings, seat_or(Party())) as floor:
        floor.seat("agent001")
        await previews(floor, "agent001")
    async with engine.begin() as connection:
        await resign(connection, floor.leader.term)
    async with office(engine, settings, seat_or(Party())) as floor:
        floor.seat("agent002")
        await previews(floor, "agent002")
        assert await floor.ask(LISTED) == [("leased", 1)]
