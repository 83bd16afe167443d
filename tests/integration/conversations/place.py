"""A centre with one debtor, whose calls are made by hand: each step by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Arrived
from cobranca.inbound.opening_hours import OpeningHours
from foundation.clock import SystemClock
from foundation.crypto import Keys
from tests.integration.conversations.persons import Person
from ura.steps.case import Case, Means
from ura.steps.desk import Desk

STRANGER = "+5511900100999"


class Place:
    """A centre with a debtor; calls are made by hand."""

    def __init__(self, engine: AsyncEngine, keys: Keys, person: Person) -> None:
        self.engine, self.keys, self.person = engine, keys, person

    async def call(
        self, *, caller: str = STRANGER, creditor: UUID | None = None, **means: Any
    ) -> Desk:
        """A call that has begun."""
        given = Means(
            engine=self.engine,
            keys=self.keys,
            contact_clock=SystemClock,
            **{"opening": OpeningHours(), **means},
        )
        now = datetime.now(UTC)
        case = Case(means=given, call=uuid4(), caller=caller, begun=now, creditor=creditor)
        arrived = Arrived(
            call=case.call, channel="1.1", flow="receptive", caller=caller, called="1",
            at=now,
        )  # fmt: skip
        async with self.engine.begin() as connection:
            await robot_calls.begin(connection, arrived)
        return Desk(case)

    async def identified(self, **means: Any) -> Desk:
        """A call in which the debtor proved who he is, and what is owed was found."""
        desk = await self.known(**means)
        result, told = await desk.run("find_matter", {})
        assert result == "debt"
        assert told["owed"] == desk.case.owed > 0
        return desk

    async def known(self, **means: Any) -> Desk:
        """A call in which the debtor proved who he is."""
        desk = await self.call(**means)
        slots = {"cpf": self.person.cpf, "birth": self.person.birth}
        result, told = await desk.run("identify", slots)
        assert (result, told) == ("confirmed", {"name": self.person.name})
        return desk

    async def agreed(self, **means: Any) -> Desk:
        desk = await self.identified(**means)
        assert (await desk.run("take_cash", {}))[0] == "proposal"
        assert (await desk.run("close_agreement", {}))[0] == "agreed"
        return desk

    async def all_of(self, row: Any, **wanted: Any) -> list[Any]:
        query = select(row.__table__).filter_by(**wanted)
        async with self.engine.connect() as connection:
            return list(await connection.execute(query))
