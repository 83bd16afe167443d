"""Debts and agreements of today, whose debtors have documents that open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.policy import Authority, Channel
from cobranca.agreements.publishing import publish
from cobranca.agreements.service import Asking, accept, offer, offers
from cobranca.agreements.simulation import Wishes
from cobranca.debtors.service import seal_document
from cobranca.debtors.store import CreditorRow, DebtorRow
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import ContractRow, DebtRow
from foundation.brasil.document import complete_cpf, parse_document
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.builders.agreements import CLICK, POLICY, TERMS
from tests.builders.portfolio import a_portfolio

CNPJ, ADDRESS = "11222333000181", "Rua da Loja, 10, São Paulo, SP"


def real_keys(settings: ProcessSettings) -> Keys:
    """The keys of the test's installation."""
    return Keys.of(Home(settings.home))


async def a_debt_of_today(engine: AsyncEngine) -> UUID:
    """R$ 100.00 since January, with 2 % of fine and 1 % a month; one more a call."""
    async with engine.begin() as connection:
        query = (
            select(DebtRow.id)
            .join(ContractRow, ContractRow.id == DebtRow.contract_id)
            .order_by(ContractRow.number)
        )
        found = list((await connection.execute(query)).scalars())
        if not found:
            now = datetime.now(UTC)
            await a_portfolio(connection, debtors=3)
            await register_terms(connection, read_terms(TERMS), now)
            await publish(connection, POLICY, by="sonia", at=now)
            who = {"document": CNPJ, "address": ADDRESS}
            await connection.execute(update(CreditorRow).values(who))
            found = list((await connection.execute(query)).scalars())
        return await _next(connection, found)


async def _next(connection: AsyncConnection, debts: list[UUID]) -> UUID:
    """The first that is in no agreement and has no charge."""
    taken = await connection.execute(
        text("SELECT debt_id FROM agreement_debt UNION SELECT debt_id FROM charge")
    )
    gone = set(taken.scalars())
    return next(debt for debt in debts if debt not in gone)


async def agreed_today(engine: AsyncEngine, count: int, ago: int = 0) -> UUID:
    """An agreement of so many instalments, the first due today, or so many days ago."""
    debt = await a_debt_of_today(engine)
    today = datetime.now(SAO_PAULO).date() - timedelta(days=ago)
    asking = Asking(
        debts=(debt,), channel=Channel.DESK, authority=Authority.AGENT, on=today, by="ana"
    )
    async with engine.begin() as connection:
        case, found = await offers(
            connection, asking, Wishes(instalments=count, first_due=today)
        )
        now = datetime.now(UTC)
        name = await offer(connection, asking, case, found.offers[0], at=now)
        made = await accept(connection, name, CLICK, on=today, at=now)
        assert isinstance(made, UUID)
        return made


async def give_documents(connection: AsyncConnection, keys: Keys) -> None:
    """Make the debtors' sealed documents ones that open with these keys."""
    debtors = list((await connection.execute(select(DebtorRow.id))).scalars())
    for number, debtor in enumerate(debtors):
        document = parse_document(complete_cpf(f"{529982247 + number:09d}"))
        sealed = {"document_sealed": seal_document(keys, document)}
        await connection.execute(
            update(DebtorRow).where(DebtorRow.id == debtor).values(sealed)
        )
