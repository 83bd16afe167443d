"""Debtors, campaigns and seats in a test's database, straight as rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow, PortfolioRow
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from cobranca.people.service import create_seats
from dialer.campaigns import service
from dialer.campaigns.service import NewCampaign
from dialer.campaigns.store import CampaignRow
from foundation.brasil.phone import simulated_number
from foundation.ids import uuid7

LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


async def a_portfolio(
    connection: AsyncConnection, *, debtors: int = 3, phones: int = 1, ddd: str = "11"
) -> list[UUID]:
    """Creditor «Loja» with debtors who owe R$ 100 each; returns their ids in list order."""
    creditor, portfolio = await _a_book(connection, "Loja")
    ids = [uuid7() for _ in range(debtors)]
    await connection.execute(insert(DebtorRow), [_debtor(n, i) for n, i in enumerate(ids)])
    points = [
        _point(debtor, simulated_number(ddd, n * phones + p), p)
        for n, debtor in enumerate(ids)
        for p in range(phones)
    ]
    await connection.execute(insert(ContactPointRow), points)
    for n, debtor in enumerate(ids):
        await _debt(connection, creditor, portfolio, debtor, n)
    return ids


async def owing(connection: AsyncConnection, debtor: UUID) -> None:
    """Let him owe R$ 100 to a creditor of his own."""
    creditor, portfolio = await _a_book(connection, f"Loja {debtor}")
    await _debt(connection, creditor, portfolio, debtor, 0)


async def _a_book(connection: AsyncConnection, name: str) -> tuple[UUID, UUID]:
    creditor, portfolio = uuid7(), uuid7()
    await connection.execute(insert(CreditorRow), {"id": creditor, "name": name})
    await connection.execute(
        insert(PortfolioRow), {"id": portfolio, "creditor_id": creditor, "name": "Cartão"}
    )
    return creditor, portfolio


def _debtor(number: int, debtor: UUID) -> dict[str, Any]:
    return {
        "id": debtor,
        "kind": "person",
        "name": f"Devedor {number}",
        "document_sealed": b"sealed",
        "document_index": number.to_bytes(4, "big"),
        "created_at": LONG_AGO + timedelta(seconds=number),
        "updated_at": LONG_AGO,
    }


def _point(debtor: UUID, number: str, rank: int) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "debtor_id": debtor,
        "kind": "phone",
        "value": number,
        "ddd": number[3:5],
        "uf": "SP",
        "zone": "America/Sao_Paulo",
        "line": "mobile",
        "source": "teste",
        "score": 1.0 - rank / 10,
        "status": "active",
    }


async def _debt(
    connection: AsyncConnection, creditor: UUID, portfolio: UUID, debtor: UUID, number: int
) -> None:
    contract, debt = uuid7(), uuid7()
    await connection.execute(
        insert(ContractRow),
        {
            "id": contract,
            "creditor_id": creditor,
            "portfolio_id": portfolio,
            "debtor_id": debtor,
            "number": f"C{number}",
        },
    )
    await connection.execute(
        insert(DebtRow),
        {"id": debt, "contract_id": contract, "status": "open", "created_at": LONG_AGO},
    )
    await connection.execute(
        insert(InstalmentRow),
        {
            "id": uuid7(),
            "debt_id": debt,
            "number": 1,
            "amount": Decimal("100.00"),
            "due_on": date(2026, 1, 5),
        },
    )


async def a_campaign(
    connection: AsyncConnection, name: str = "Março", **changed: Any
) -> UUID:
    """A running campaign over «Loja» with default retries; returns its id."""
    new = {"name": name, "creditor": "Loja", "policy": {}, "retries": {}} | changed
    await service.create(connection, NewCampaign(**new))
    await service.set_status(connection, name, "running")
    query = select(CampaignRow.id).where(CampaignRow.name == name)
    campaign: UUID = (await connection.execute(query)).scalar_one()
    return campaign


async def some_seats(connection: AsyncConnection, count: int = 3) -> None:
    """Seats agent001 and on."""
    await create_seats(connection, count)
