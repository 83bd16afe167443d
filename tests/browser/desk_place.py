"""A desk as a browser sees it: console, database and bus are real, the floor is played.

The floor is played by writing to the board what a leader would, so that a state can be
looked at for as long as a test wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts.store import PromiseRow
from cobranca.debtors.store import DebtorRow
from cobranca.debts.store import InstalmentRow
from cobranca.people.service import create_seats
from cobranca.people.store import AgentRow
from dialer.calls.store import CallEventRow, DispositionRow
from foundation.bus import BOARD, EVENTS, Bus
from foundation.crypto import Keys
from foundation.db.leadership import take
from foundation.home import Home
from foundation.ids import uuid7
from tests.builders.conversations import a_call, known_person
from tests.builders.portfolio import a_campaign, a_portfolio

SEAT = "web001"


@dataclass
class DeskPlace:
    engine: AsyncEngine
    wire: Bus
    agent: UUID
    debtors: list[UUID]
    campaign: UUID

    async def show(self, state: str, call: UUID | None = None, **more: Any) -> None:
        """The floor says that the seat is in that state now."""
        entry = {
            "state": state,
            "since": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "call": str(call) if call else None,
            "pause_code": None,
        } | more
        await self.wire.put(BOARD, {SEAT: entry})
        await self.wire.publish(EVENTS, {"kind": "agent", "agent": SEAT, **entry})

    async def call(self, debtor: int = 0) -> UUID:
        """A call to a debtor that goes on."""
        async with self.engine.begin() as connection:
            return await a_call(
                connection, self.debtors[debtor], self.campaign, outcome=None
            )

    async def end(self, call: UUID) -> None:
        """The call is over, as the call log writes it."""
        statement = text(
            "UPDATE attempt SET outcome = 'answered', ended_at = now(), agent_id = :agent"
            " WHERE id = :call"
        )
        async with self.engine.begin() as connection:
            await connection.execute(statement, {"agent": self.agent, "call": call})

    async def taken_by_another(self, call: UUID) -> str:
        """The line fell, and another seat talks with the debtor now: its name."""
        async with self.engine.begin() as connection:
            await create_seats(connection, 1)
            query = select(AgentRow.id, AgentRow.name).where(AgentRow.id != self.agent)
            other = (await connection.execute(query.limit(1))).one()
            now = datetime.now(UTC)
            facts: list[dict[str, Any]] = [
                {"attempt_id": call, "agent_id": agent, "kind": "joined", "at": at,
                 "data": {}}
                for agent, at in ((self.agent, now - timedelta(minutes=2)), (other.id, now))
            ]  # fmt: skip
            await connection.execute(insert(CallEventRow), facts)
        return str(other.name)


async def a_desk(engine: AsyncEngine, wire: Bus, home: Home) -> DeskPlace:
    """The seat of the first user, debtors with a past, a dialer that leads."""
    async with engine.begin() as connection:
        debtors = await a_portfolio(connection, debtors=3, phones=2)
        await known_person(connection, Keys.of(home), debtors[0])
        named = update(DebtorRow).where(DebtorRow.id == debtors[0])
        await connection.execute(named.values(name="Maria Aparecida Souza", uf="SP"))
        campaign = await a_campaign(connection, "Cartão março")
        query = select(AgentRow.id).where(AgentRow.endpoint == SEAT)
        agent = (await connection.execute(query)).scalar_one()
        await _parts(connection)
        await _past(connection, debtors[0], agent)
        await take(connection, "floor", "test", lease_s=600)
    return DeskPlace(engine, wire, agent, debtors, campaign)


async def _parts(connection: Any) -> None:
    """More instalments than one."""
    debts = await connection.execute(select(InstalmentRow.debt_id))
    parts = [
        {"id": uuid7(), "debt_id": debt, "number": number,
         "amount": Decimal("187.35"), "due_on": date(2026, number, 5)}
        for debt in debts.scalars()
        for number in (2, 3, 4)
    ]  # fmt: skip
    await connection.execute(insert(InstalmentRow), parts)


async def _past(connection: Any, debtor: UUID, agent: UUID) -> None:
    """Two calls before this one, and a morning's work."""
    now = datetime.now(UTC)
    await a_call(connection, debtor, outcome="no_answer", ago_s=90_000)
    call = await a_call(connection, debtor, agent=agent, ago_s=200_000)
    said = {"id": uuid7(), "attempt_id": call, "agent_id": agent, "code": "promise",
            "right_party": True, "note": "Recebe dia 5; pediu o boleto por e-mail.",
            "at": now - timedelta(days=2)}  # fmt: skip
    await connection.execute(insert(DispositionRow), said)
    promise = {"id": uuid7(), "attempt_id": call, "debtor_id": debtor, "agent_id": agent,
               "amount": Decimal("287.35"), "due_on": date(2026, 3, 5),
               "made_at": now}  # fmt: skip
    await connection.execute(insert(PromiseRow), promise)
    states = [("idle", 50), ("talking", 44), ("wrap_up", 40), ("idle", 39),
              ("talking", 30), ("wrap_up", 26), ("paused", 25), ("idle", 14)]  # fmt: skip
    facts = [
        {"agent_id": agent, "kind": "agent", "at": now - timedelta(minutes=ago),
         "data": {"state": state, "pause_code": "rest"}}
        for state, ago in states
    ]  # fmt: skip
    await connection.execute(insert(CallEventRow), facts)
