"""«Conversas da URA»: who may see them, what is told, and what is hidden."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from dialer.recordings import robot_turns

TURN = {
    "state": "reason", "asked": "Como posso ajudar?", "begin_s": 12.5, "end_s": 14.0,
    "kind": "speech", "phrase": "", "score": None, "outcome": "", "why": "weak",
}  # fmt: skip


async def a_conversation(engine: AsyncEngine, *said: str, outcome: str = "done") -> UUID:
    call, now = uuid4(), datetime.now(UTC)
    arrived = Arrived(
        call=call, channel="1.1", flow="receptive", caller="", called="1", at=now
    )
    told = [{**TURN, "hypothesis": text} for text in said]
    over = Over(outcome=outcome, hands_over=False, state="bye", at=now, turns=told)
    async with engine.begin() as connection:
        await robot_calls.begin(connection, arrived)
        await robot_calls.end(connection, call, over)
    return call


async def test_the_latest_comes_first_and_those_with_something_missed_can_be_had_alone(
    engine: AsyncEngine,
) -> None:
    missed, quiet = await a_conversation(engine, "lá lá"), await a_conversation(engine)
    async with engine.connect() as connection:
        found = await robot_turns.calls(connection, missed=False, before=None)
        only = await robot_turns.calls(connection, missed=True, before=None)
        older = await robot_turns.calls(connection, missed=False, before=found[0]["number"])
    assert [call["id"] for call in found] == [quiet, missed]
    assert [call["id"] for call in only] == [missed]
    assert [call["id"] for call in older] == [missed]
    assert (only[0]["missed"], only[0]["recording"]) == (1, None)


async def test_turns_are_told_in_order_and_long_figures_are_hidden(
    engine: AsyncEngine,
) -> None:
    call = await a_conversation(engine, "quero negociar", "meu CPF é 529.982.247-25")
    async with engine.connect() as connection:
        turns = await robot_turns.turns(connection, call)
        nobody = await robot_turns.turns(connection, uuid4())
    assert turns is not None
    assert [turn["hypothesis"] for turn in turns] == ["quero negociar", "meu CPF é ***"]
    assert [turn["number"] for turn in turns] == [1, 2]
    assert nobody is None
