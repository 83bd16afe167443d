"""Who calls the automatic conversation in tests: generated debtors, and what they type.

They know by heart what they will be asked and type ahead, so that no test waits for a
prompt: a key that comes early answers the next question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debtors.service import open_document
from cobranca.debtors.store import DebtorRow
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.demo import load
from sim.demo_terms import ensure_terms

WELCOME, RIGHT, BYE = "1", "1", "2"


@dataclass(frozen=True, slots=True)
class Person:
    debtor: UUID
    name: str
    cpf: str
    birth: date

    @property
    def identifies(self) -> str:
        """From the first question to the end of the identification."""
        return f"{WELCOME}{self.cpf}{RIGHT}{self.birth:%d%m%Y}"

    @property
    def fails(self) -> str:
        """The same with a wrong birth date, twice."""
        wrong = f"{self.birth.replace(year=self.birth.year - 1, day=1, month=1):%d%m%Y}"
        return f"{WELCOME}{self.cpf}{RIGHT}{wrong}{wrong}"


async def persons(
    engine: AsyncEngine, settings: ProcessSettings, count: int
) -> list[Person]:
    """Import debtors as the demonstration does; return people with a birth date."""
    await load(settings, debtors=3 * count)
    async with engine.begin() as connection:
        await ensure_terms(connection)
        return await _people(connection, Keys.of(Home(settings.home)), count)


async def _people(connection: AsyncConnection, keys: Keys, count: int) -> list[Person]:
    query = select(
        DebtorRow.id, DebtorRow.name, DebtorRow.document_sealed, DebtorRow.birth_date
    ).where(DebtorRow.kind == "person", DebtorRow.birth_date.is_not(None))
    rows = list(await connection.execute(query.order_by(DebtorRow.name).limit(count)))
    assert len(rows) == count
    return [
        Person(r.id, r.name, open_document(keys, r.document_sealed), r.birth_date)
        for r in rows
    ]
