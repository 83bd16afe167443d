"""Browsers of debtors in tests: forms as pages give them, cookies as browsers keep them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiohttp import ClientResponse
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.policy import Authority, Condition, Policy
from cobranca.agreements.publishing import publish
from cobranca.debtors.store import CreditorRow, DebtorRow
from cobranca.debts.registering import read_terms, register_terms
from cobranca.portal import links
from foundation.crypto import Keys
from tests.builders.agreements import AT, TERMS
from tests.builders.conversations import known_person
from tests.builders.portfolio import a_portfolio
from tests.people import Client

SHOWN = {"Accept": "text/html"}
POLICY = Policy.model_validate(
    {
        "code": "portal",
        "version": 1,
        "valid_from": "2026-01-01",
        "conditions": [
            Condition(
                name="até 6 vezes",
                instalments=(1, 6),
                min_instalment="10.00",
                discount={Authority.ROBOT: "0.10", Authority.AGENT: "0.20",
                          Authority.SUPERVISOR: "0.30"},
            ).model_dump()
        ],
    }
)  # fmt: skip


@dataclass
class Visitor:
    """One browser. `csrf` is that of the last page."""

    client: Client
    csrf: str = ""
    status: int = 0
    page: str = ""
    at: str = ""
    seen: list[str] = field(default_factory=list)

    async def get(self, path: str) -> str:
        answer = await self.client.get(path, headers=SHOWN)
        return await self._keep(answer)

    async def post(self, path: str, **form: str) -> str:
        fields = {"csrf": self.csrf} | form
        answer = await self.client.post(path, data=fields, headers=SHOWN)
        return await self._keep(answer)

    async def _keep(self, answer: ClientResponse) -> str:
        self.status, self.at = answer.status, answer.url.path
        self.page = await answer.text()
        self.seen.append(self.page)
        found = re.search(r'name="csrf" value="([^"]*)"', self.page)
        self.csrf = found[1] if found else self.csrf
        return self.page


async def an_owing_person(connection: AsyncConnection, keys: Keys) -> UUID:
    """CPF and birth date as in `conversations`; owes «Loja» R$ 100; a policy to agree."""
    debtor, *_ = await a_portfolio(connection, debtors=2)
    await known_person(connection, keys, debtor)
    await connection.execute(update(DebtorRow).values(uf="SP"))
    await connection.execute(
        update(CreditorRow).values(document="11222333000181", address="Rua A, 1, São Paulo")
    )
    await register_terms(connection, read_terms(TERMS), AT)
    await publish(connection, POLICY, by="sonia", at=AT)
    return debtor


async def a_link(engine: AsyncEngine, keys: Keys, debtor: UUID, hours: int = 1) -> str:
    """Path of a fresh link."""
    async with engine.begin() as connection:
        made = await links.make(
            connection, debtor, by="teste", now=datetime.now(UTC),
            lives=timedelta(hours=hours),
        )  # fmt: skip
    return links.address("", keys, made)


async def come_in(visitor: Visitor, path: str, answer: str = "12/03/1980") -> str:
    """Through a link and the question."""
    await visitor.get(path)
    await visitor.post("/portal/link", token=path.removeprefix("/p/"))
    return await visitor.post("/portal/identidade", answer=answer)
