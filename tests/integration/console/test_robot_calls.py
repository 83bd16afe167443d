"""«Conversas da URA»: who may see them, what is told, and what is hidden."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from cobranca.contacts.robot_store import RobotCallRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import AgentRow
from dialer.calls.store import CallEventRow
from dialer.recordings import robot_turns
from tests.builders.portfolio import some_seats
from tests.people import a_user

TURN = {
    "state": "reason", "asked": "Como posso ajudar?", "begin_s": 12.5, "end_s": 14.0,
    "kind": "speech", "phrase": "", "score": None, "outcome": "", "why": "weak",
}  # fmt: skip


async def a_conversation(
    engine: AsyncEngine, *said: str, outcome: str = "done", state: str = "bye"
) -> UUID:
    call, now = uuid4(), datetime.now(UTC)
    arrived = Arrived(
        call=call, channel="1.1", flow="receptive", caller="", called="1", at=now
    )
    told = [{**TURN, "hypothesis": text} for text in said]
    taken = outcome == robot_calls.TAKEN
    over = Over(outcome=outcome, hands_over=taken, state=state, at=now, turns=told)
    async with engine.begin() as connection:
        await robot_calls.begin(connection, arrived)
        await robot_calls.end(connection, call, over)
    return call


async def taken(engine: AsyncEngine, call: UUID, who: UUID, *joined: str) -> None:
    """Somebody took the caller from the robot, and those seats talked with him."""
    takes = update(RobotCallRow).where(RobotCallRow.id == call).values(taken_by=who)
    async with engine.begin() as connection:
        await connection.execute(takes)
        for seat in joined:
            of = select(AgentRow.id).where(AgentRow.endpoint == seat)
            fact = {"attempt_id": call, "kind": "joined", "at": datetime.now(UTC)}
            agent = await connection.scalar(of)
            await connection.execute(
                insert(CallEventRow).values(agent_id=agent, data={}, **fact)
            )


async def test_who_took_the_caller_and_who_talks_with_him_are_named(
    engine: AsyncEngine, passwords: Passwords
) -> None:
    sol = await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    await a_user(engine, passwords, "ana")
    async with engine.begin() as connection:
        await some_seats(connection, 1)
    given = await a_conversation(engine, outcome=robot_calls.TAKEN)
    waits = await a_conversation(engine, outcome=robot_calls.TAKEN)
    await a_conversation(engine)
    await taken(engine, given, sol, "agent001", "web001")
    await taken(engine, waits, sol)
    async with engine.connect() as connection:
        found = await robot_turns.calls(connection, missed=False, before=None)
    assert [(call["taken_by"], call["person"]) for call in found] == [
        (None, None),
        ("Pessoa sol", None),
        ("Pessoa sol", "Pessoa ana"),
    ]


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
