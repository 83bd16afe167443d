"""Handlers of creditors: who they are, portfolios, contracts, commission, statement."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office.contracts import (
    CommissionForm,
    CommissionOut,
    ContractOut,
    ContractsOut,
    ContractsQuery,
    CreditorForm,
    CreditorOut,
    CreditorsOut,
    NewCreditorForm,
    PeriodQuery,
    PortfolioForm,
    PortfolioOut,
    StatementLineOut,
    StatementOut,
)
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.closing import closed_book
from cobranca.debts.creditor_statement import (
    NoSuchCreditor,
    agree_commission,
    statement,
)
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.ids import uuid7

SHOWN = 200


async def listed(connection: AsyncConnection, only: UUID | None = None) -> CreditorsOut:
    """All creditors by name, or one."""
    query = select(CreditorRow.__table__).order_by(CreditorRow.name)
    if only is not None:
        query = query.where(CreditorRow.id == only)
    rows = list(await connection.execute(query))
    portfolios = await _portfolios(connection, [row.id for row in rows])
    counted = (
        select(ContractRow.creditor_id, func.count().label("debts"))
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .where(DebtRow.status == "open", ContractRow.creditor_id.in_([r.id for r in rows]))
        .group_by(ContractRow.creditor_id)
    )
    debts = {row.creditor_id: row.debts for row in await connection.execute(counted)}
    return CreditorsOut(
        creditors=[
            CreditorOut(
                id=row.id,
                name=row.name,
                document=row.document,
                address=row.address,
                open_debts=debts.get(row.id, 0),
                portfolios=portfolios.get(row.id, []),
                closed_at=row.closed_at,
            )
            for row in rows
        ]
    )


async def needed(connection: AsyncConnection, creditor: UUID) -> None:
    """Raises the problem `no_creditor` when there is none."""
    query = select(CreditorRow.id).where(CreditorRow.id == creditor)
    if await connection.scalar(query) is None:
        raise Problem("no_creditor", 404)


async def _portfolios(
    connection: AsyncConnection, creditors: list[UUID]
) -> dict[UUID, list[PortfolioOut]]:
    query = (
        select(
            PortfolioRow.id,
            PortfolioRow.creditor_id,
            PortfolioRow.name,
            PortfolioRow.closed_at,
            func.count(ContractRow.id).label("contracts"),
        )
        .outerjoin(ContractRow, ContractRow.portfolio_id == PortfolioRow.id)
        .where(PortfolioRow.creditor_id.in_(creditors))
        .group_by(PortfolioRow.id)
        .order_by(PortfolioRow.name)
    )
    found: dict[UUID, list[PortfolioOut]] = {}
    for row in await connection.execute(query):
        one = PortfolioOut(
            id=row.id, name=row.name, contracts=row.contracts, closed_at=row.closed_at
        )
        found.setdefault(row.creditor_id, []).append(one)
    return found


async def list_them(asked: Asked[None, None]) -> CreditorsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await listed(connection)


async def create(asked: Asked[NewCreditorForm, None]) -> CreditorOut:
    body, name = asked.body, uuid7()
    values = {
        "id": name,
        "name": body.name.strip(),
        "document": _document(body.document),
        "address": body.address.strip(),
    }

    async def use(connection: AsyncConnection) -> CreditorOut:
        try:
            async with connection.begin_nested():
                await connection.execute(insert(CreditorRow), values)
        except IntegrityError:
            raise Problem("creditor_taken", 409) from None
        await _audited(connection, asked, "creditor.created", name)
        return (await listed(connection, name)).creditors[0]

    return await once(asked, CreditorOut, use)


async def change(asked: Asked[CreditorForm, None]) -> CreditorOut:
    name, body = UUID(asked.path["id"]), asked.body
    values = {"document": _document(body.document), "address": body.address.strip()}
    async with asked.request.app[DATABASE].begin() as connection:
        done = await connection.execute(
            update(CreditorRow).where(CreditorRow.id == name).values(values)
        )
        if not done.rowcount:
            raise Problem("no_creditor", 404)
        await _audited(connection, asked, "creditor.changed", name)
        return (await listed(connection, name)).creditors[0]


async def add_portfolio(asked: Asked[PortfolioForm, None]) -> PortfolioOut:
    creditor, name = UUID(asked.path["id"]), uuid7()
    values = {"id": name, "creditor_id": creditor, "name": asked.body.name.strip()}

    async def use(connection: AsyncConnection) -> PortfolioOut:
        known = select(CreditorRow.id).where(CreditorRow.id == creditor)
        if await connection.scalar(known) is None:
            raise Problem("no_creditor", 404)
        if await closed_book(connection, creditor) is not None:
            raise Problem("creditor_closed", 409)
        try:
            async with connection.begin_nested():
                await connection.execute(insert(PortfolioRow), values)
        except IntegrityError:
            raise Problem("portfolio_taken", 409) from None
        return PortfolioOut(id=name, name=str(values["name"]), contracts=0, closed_at=None)

    return await once(asked, PortfolioOut, use)


async def contracts(asked: Asked[None, ContractsQuery]) -> ContractsOut:
    """The contracts of a creditor whose number begins so, at most SHOWN."""
    query = (
        select(
            ContractRow.id,
            DebtRow.id.label("debt"),
            ContractRow.number,
            PortfolioRow.name.label("portfolio"),
            ContractRow.portfolio_id,
            ContractRow.product,
            ContractRow.contracted_on,
            DebtRow.status,
        )
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .join(PortfolioRow, PortfolioRow.id == ContractRow.portfolio_id)
        .where(
            ContractRow.creditor_id == UUID(asked.path["id"]),
            ContractRow.number.startswith(asked.query.number, autoescape=True),
        )
        .order_by(ContractRow.number)
        .limit(SHOWN)
    )
    async with asked.request.app[DATABASE].connect() as connection:
        rows = list(await connection.execute(query))
    return ContractsOut(contracts=[ContractOut(**row._mapping) for row in rows])


async def commission(asked: Asked[CommissionForm, None]) -> CommissionOut:
    creditor, body = UUID(asked.path["id"]), asked.body

    async def use(connection: AsyncConnection) -> CommissionOut:
        try:
            await agree_commission(
                connection, creditor, body.share, body.since, asked.who.login
            )
        except NoSuchCreditor:
            raise Problem("no_creditor", 404) from None
        await _audited(connection, asked, "creditor.commission", creditor)
        return CommissionOut(share=body.share, since=body.since)

    return await once(asked, CommissionOut, use)


async def told(asked: Asked[None, PeriodQuery]) -> StatementOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            found = await statement(
                connection, UUID(asked.path["id"]), asked.query.first, asked.query.last
            )
        except NoSuchCreditor:
            raise Problem("no_creditor", 404) from None
    return StatementOut(
        creditor=found.creditor,
        first=found.first,
        last=found.last,
        received=found.received,
        paid_to_creditor=found.paid_to_creditor,
        commission=found.commission,
        to_pass_on=found.to_pass_on,
        lines=[StatementLineOut(**asdict(line)) for line in found.lines],
    )


def _document(text: str) -> str:
    try:
        return parse_document(text).text
    except InvalidDocument as error:
        raise Problem("creditor_document", 422, {"why": str(error)}) from None


async def _audited(
    connection: AsyncConnection, asked: Asked[Any, Any], action: str, creditor: UUID
) -> None:
    await audit.record(connection, asked.who, action=action, subject=("creditor", creditor))
