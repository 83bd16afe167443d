"""Whoever has the demonstration's debtor call sees the conversation as it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_board import Said
from cobranca.contacts.robot_calls import Arrived, Over
from foundation.settings import ProcessSettings
from sim import demo_watch
from sim.demo_watch import Agreed, GoesOn, NotAnswered
from tests.builders.agreements import TODAY, a_negotiable_debt, an_agreement
from ura.conversation.record import TurnRecord

CALLER = "+5511900100199"
NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def turn(asked: str, typed: str) -> TurnRecord:
    return TurnRecord(
        state="x", begin_s=1.0, end_s=2.0, kind="keys", hypothesis=typed, outcome="yes",
        asked=asked,
    )  # fmt: skip


async def begin(engine: AsyncEngine) -> UUID:
    call = uuid4()
    arrived = Arrived(
        call=call, channel="1.1", flow="receptive", caller=CALLER, called="1", at=NOW
    )
    async with engine.begin() as connection:
        await robot_calls.begin(connection, arrived)
    return call


async def hold(engine: AsyncEngine, agreement: UUID | None) -> None:
    """A conversation of two turns; the last is written with the end."""
    call = await begin(engine)
    turns = [asdict(turn("Alô?", "1")), asdict(turn("Confirma?", "2"))]
    async with engine.begin() as connection:
        await robot_calls.turn(connection, call, 1, turns[0])
        if agreement is not None:
            await robot_calls.agreed(connection, call, agreement)
    await asyncio.sleep(2 * demo_watch.EACH_S)
    over = Over(outcome="done", hands_over=False, state="x", at=NOW, turns=turns)
    async with engine.begin() as connection:
        await robot_calls.end(connection, call, over)


@pytest.mark.parametrize("agrees", [True, False])
async def test_each_turn_is_told_once_and_then_what_was_agreed(
    engine: AsyncEngine, settings: ProcessSettings, agrees: bool
) -> None:
    await hold(engine, None)  # he called before: that is not this call
    agreement = None
    if agrees:
        debt = await a_negotiable_debt(engine)
        async with engine.begin() as connection:
            agreement, _ = await an_agreement(connection, debt, count=3)
    told: list[Said] = []
    held: list[asyncio.Task[None]] = []

    def place() -> None:
        held.append(asyncio.create_task(hold(engine, agreement)))

    found = await demo_watch.conversation(settings, CALLER, place, told.append)
    await held[0]
    assert [(one.asked, one.hypothesis) for one in told] == [
        ("Alô?", "1"),
        ("Confirma?", "2"),
    ]
    assert (found is not None) is agrees
    if isinstance(found, Agreed):
        assert (found.payments, found.first_due) == (3, TODAY)
        assert found.total > 0


async def test_a_call_that_nobody_answers_is_told(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_watch, "BEGINS_S", 0.3)
    with pytest.raises(NotAnswered):
        await demo_watch.conversation(settings, CALLER, lambda: None, lambda _turn: None)


async def test_a_conversation_that_does_not_end_is_told(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_watch, "LASTS_S", 0.3)
    begun: list[asyncio.Task[UUID]] = []

    def place() -> None:
        begun.append(asyncio.create_task(begin(engine)))

    with pytest.raises(GoesOn):
        await demo_watch.conversation(settings, CALLER, place, lambda _turn: None)
    await begun[0]
