"""Whoever loses his access leaves the floor, and the facts of who follows are his own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import users
from cobranca.people.roles import Role
from cobranca.people.store import AgentRow
from foundation import bus
from foundation.bus import COMMANDS, Bus
from tests.builders.processes import Processes
from tests.real_switch import RealSwitch, eventually


async def test_a_lost_access_ends_the_shift_and_the_seat_passes_on(
    engine: AsyncEngine, processes: Processes, real_switch: RealSwitch, valkey_url: str
) -> None:
    ana, ana_at_work = await hired(engine, "ana")
    client = bus.connect(valkey_url)
    ami = {"ACORDO_AMI__PORT": str(real_switch.settings.ami.port)}
    dialer = await processes.serving("dialer", **ami)
    try:
        await Bus(client).publish(COMMANDS, {"do": "log_in", "agent": "web001"})
        await until_said(engine, ana_at_work, "connecting")
        async with engine.begin() as connection:
            await users.set_active(connection, ana, False, 1)
        await until_said(engine, ana_at_work, "offline")

        _, caio_at_work = await hired(engine, "caio")
        await Bus(client).publish(COMMANDS, {"do": "log_in", "agent": "web001"})
        await until_said(engine, caio_at_work, "connecting")
        assert await last_said(engine, ana_at_work) == "offline"
    finally:
        await client.aclose()
        await dialer.stop()


async def hired(engine: AsyncEngine, login: str) -> tuple[UUID, UUID]:
    """A user at the only seat there is, and his row among the agents."""
    async with engine.begin() as connection:
        user = await users.create(
            connection, login=login, name=login, role=Role.AGENT, password_hash=None,
            seat_pool=1,
        )  # fmt: skip
        query = select(AgentRow.id).where(
            AgentRow.user_id == user, AgentRow.endpoint == "web001"
        )
        return user, (await connection.execute(query)).scalar_one()


async def last_said(engine: AsyncEngine, agent: UUID) -> str | None:
    query = text(
        "SELECT data->>'state' FROM call_event WHERE agent_id = :agent AND kind = 'agent'"
        " ORDER BY id DESC LIMIT 1"
    )
    async with engine.connect() as connection:
        found: str | None = await connection.scalar(query, {"agent": agent})
        return found


async def until_said(engine: AsyncEngine, agent: UUID, state: str) -> None:
    async def is_so() -> bool:
        return await last_said(engine, agent) == state

    await eventually(is_so)
