"""What a caller brings into the queue is what the database knows of him."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.contacts.store import PromiseRow
from cobranca.inbound import service, skills
from cobranca.inbound.number import OurNumber
from cobranca.people.store import AgentRow
from dialer.adapters.scripted import Party
from dialer.inbound import caller
from dialer.inbound.queue import Place
from dialer.shell import line
from foundation.brasil.phone import simulated_number
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.conversations import a_call
from tests.builders.portfolio import a_portfolio, some_seats
from tests.integration.dialer.office import Office, office, seat_or
from tests.real_switch import eventually

TODAY = date(2026, 3, 2)
CALLED, STRANGER = "551130000100", "+5511900100999"


async def brought(connection: AsyncConnection, number: str, today: date = TODAY) -> Place:
    return await caller.brought(connection, uuid7(), number, CALLED, today)


async def _promised(connection: AsyncConnection, debtor: UUID) -> None:
    """Two talks: the last one with agent002, who was promised a payment."""
    query = select(AgentRow.endpoint, AgentRow.id)
    seats = {row.endpoint: row.id for row in await connection.execute(query)}
    await a_call(connection, debtor, agent=seats["agent001"], ago_s=900)
    call = await a_call(connection, debtor, agent=seats["agent002"], ago_s=500)
    promise = {
        "id": uuid7(), "attempt_id": call, "debtor_id": debtor, "agent_id": None,
        "amount": Decimal(50), "due_on": TODAY, "made_at": datetime.now(UTC),
    }  # fmt: skip
    await connection.execute(insert(PromiseRow), promise)


async def test_debt_promise_and_last_agent_come_with_the_callers_number(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        await some_seats(connection)
        await _promised(connection, debtor)
        his = simulated_number("11", 0)
        assert await brought(connection, his) == Place(
            value=Decimal(100), promise=True, agent="agent002", known=True
        )
        late = await brought(connection, his, TODAY + timedelta(days=1))
        assert not late.promise
        assert await brought(connection, STRANGER) == Place()
        assert await brought(connection, "") == Place()


async def test_the_number_called_gives_skill_and_priority_to_anybody(
    engine: AsyncEngine,
) -> None:
    ours = OurNumber(number=CALLED, name="Azul", skill="veículos", priority=3)
    async with engine.begin() as connection:
        await some_seats(connection)
        await service.put(connection, ours, None, datetime.now(UTC))
        assert await brought(connection, STRANGER) == Place(skill="veículos", priority=3)
        given = await skills.put(connection, "agent002", ["Veículos", " cartão "], None)
        assert given == ("cartão", "veículos")
        assert await caller.skills(connection) == {"agent002": frozenset(given)}
        await skills.put(connection, "agent002", [], None)
        assert await caller.skills(connection) == {}


async def test_a_promise_is_answered_before_who_called_first(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    his = simulated_number("11", 0)
    first, second = str(uuid7()), str(uuid7())
    async with office(engine, settings, seat_or(Party())) as floor:
        async with engine.begin() as connection:
            (debtor,) = await a_portfolio(connection, debtors=1)
            await _promised(connection, debtor)
        floor.telephony.call_in(first, STRANGER.removeprefix("+"), CALLED)
        await eventually(_told(floor, first, "1"))
        floor.telephony.call_in(second, his.removeprefix("+"), CALLED)
        await eventually(_told(floor, second, "1"))
        await eventually(_told(floor, first, "2"))
        floor.seat("agent001")
        bridged = """SELECT number FROM attempt
                      WHERE direction = 'inbound' AND bridged_at IS NOT NULL"""
        await floor.until(bridged, [(his,)])
        assert await floor.ask(bridged) == [(his,)]


def _told(floor: Office, call: str, position: str) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return floor.telephony.variables(call).get(line.POSITION) == position

    return is_so
