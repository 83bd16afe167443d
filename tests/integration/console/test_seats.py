"""A seat passes to another person when nothing of the one before is left at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_console.softphone import credentials
from agent_console.softphone.store import SipCredentialRow
from cobranca.people import users
from cobranca.people.roles import Role
from cobranca.people.seats import NoFreeSeat
from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow, CallEventRow
from foundation.ids import uuid7

SEATS = 2
NOW = datetime.now(UTC)


async def hired(connection: AsyncConnection, login: str) -> UUID:
    """A new agent; raises NoFreeSeat, and there is none then."""
    async with connection.begin_nested():
        return await users.create(
            connection, login=login, name=login, role=Role.AGENT, password_hash=None,
            seat_pool=SEATS,
        )  # fmt: skip


async def seat_of(connection: AsyncConnection, user_id: UUID) -> tuple[UUID, str | None]:
    query = select(AgentRow.id, AgentRow.endpoint).where(AgentRow.user_id == user_id)
    agent_id, endpoint = (await connection.execute(query)).one()
    return agent_id, endpoint


async def said(connection: AsyncConnection, agent: UUID, state: str, at: datetime) -> None:
    event = {"kind": "agent", "at": at, "agent_id": agent, "data": {"state": state}}
    await connection.execute(insert(CallEventRow).values(event))


async def full_house(connection: AsyncConnection) -> tuple[UUID, UUID]:
    """Ana at web001 and Bia at web002; Ana has gone."""
    ana, bia = await hired(connection, "ana"), await hired(connection, "bia")
    await users.set_active(connection, ana, False, SEATS)
    return ana, bia


async def test_the_seat_passes_on_and_the_history_stays(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        ana, _ = await full_house(connection)
        old, _ = await seat_of(connection, ana)
        await said(connection, old, "talking", NOW - timedelta(hours=2))
        await said(connection, old, "offline", NOW - timedelta(hours=1))
        caio = await hired(connection, "caio")

        new, endpoint = await seat_of(connection, caio)
        assert (endpoint, new != old) == ("web001", True)
        assert await seat_of(connection, ana) == (old, None)
        query = select(CallEventRow.agent_id).distinct()
        assert list(await connection.scalars(query)) == [old]


async def test_who_comes_back_gets_another_seat_with_his_own_history(
    engine: AsyncEngine,
) -> None:
    async with engine.begin() as connection:
        ana, bia = await full_house(connection)
        old, _ = await seat_of(connection, ana)
        await hired(connection, "caio")
        with pytest.raises(NoFreeSeat):
            await users.set_active(connection, ana, True, SEATS)
        await users.set_active(connection, bia, False, SEATS)
        await users.set_active(connection, ana, True, SEATS)
        assert await seat_of(connection, ana) == (old, "web002")


async def test_a_seat_that_somebody_never_had_goes_first(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        ana = await hired(connection, "ana")
        await users.set_active(connection, ana, False, SEATS)
        bia = await hired(connection, "bia")
        assert (await seat_of(connection, bia))[1] == "web002"
        assert (await seat_of(connection, ana))[1] == "web001"


async def test_a_password_that_still_opens_keeps_the_seat(engine: AsyncEngine) -> None:
    now = datetime.now(UTC)  # not the file's: it is old when this test comes late
    async with engine.begin() as connection:
        ana, _ = await full_house(connection)
        old, _ = await seat_of(connection, ana)
        await credentials.take(connection, old, now)
        with pytest.raises(NoFreeSeat):
            await hired(connection, "caio")
        over = now - timedelta(seconds=1)
        await connection.execute(
            text("UPDATE sip_credential SET expires_at = :over"), {"over": over}
        )
        caio = await hired(connection, "caio")
        new, _ = await seat_of(connection, caio)

        made = await credentials.take(connection, new, now)
        view = text("SELECT password FROM switch.ps_auths WHERE id = 'web001'")
        assert list(await connection.scalars(view)) == [made.password]
        held = select(SipCredentialRow.agent_id).where(SipCredentialRow.expires_at > now)
        assert list(await connection.scalars(held)) == [new]
        assert await credentials.holder(connection, "web001", now) == made.page


@pytest.mark.parametrize("state", ["talking", "idle", "connecting"])
async def test_a_leg_on_the_floor_keeps_the_seat(engine: AsyncEngine, state: str) -> None:
    async with engine.begin() as connection:
        ana, _ = await full_house(connection)
        old, _ = await seat_of(connection, ana)
        await said(connection, old, state, NOW)
        with pytest.raises(NoFreeSeat):
            await hired(connection, "caio")


async def test_a_call_that_is_open_keeps_the_seat(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        ana, _ = await full_house(connection)
        old, _ = await seat_of(connection, ana)
        call = {
            "id": uuid7(), "direction": "inbound", "number": "+5511900000000",
            "route": "trunk", "epoch": 1, "placed_at": NOW, "contact_day": NOW.date(),
            "agent_id": old, "abandoned": False,
        }  # fmt: skip
        await connection.execute(insert(AttemptRow).values(call))
        with pytest.raises(NoFreeSeat):
            await hired(connection, "caio")
