"""Contracts one by one: made, corrected, removed while nothing has happened to them.

Files of many are imported (`cobranca.debtors.imports`). The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import document_index, seal_document
from cobranca.debtors.store import DebtorRow, PortfolioRow
from cobranca.debts.closed import Closed
from cobranca.debts.closing import align, closed_book
from cobranca.debts.facts import checked
from cobranca.debts.ledger_store import DebtFactRow
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from foundation.brasil.document import Document
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.ids import uuid7


class NoSuchContract(LookupError):
    """Não há contrato com este identificador."""


class NoSuchPortfolio(LookupError):
    """O credor não tem esta carteira."""


class ContractTaken(ValueError):
    """O credor já tem um contrato com este número."""


class ContractInUse(ValueError):
    """Já houve pagamento, acordo, oferta ou outra coisa neste contrato."""


class BeforeContract(ValueError):
    """Há vencimento ou pagamento de antes da data do contrato, ou ela é do futuro."""


class BookClosed(ValueError):
    """O credor ou a carteira está desativada; reative antes."""

    def __init__(self, closed: Closed) -> None:
        super().__init__(self.__doc__)
        self.closed = closed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContract:
    """A contract, whose it is, and what it owes: amount and due date of each part."""

    portfolio: UUID
    number: str
    product: str | None
    contracted_on: date | None
    document: Document
    name: str
    instalments: Sequence[tuple[Decimal, date]]


async def create(
    connection: AsyncConnection,
    keys: Keys,
    creditor: UUID,
    new: NewContract,
    now: datetime,
) -> UUID:
    """Make a contract with its debt; of whoever has that document, or of a new debtor.

    Raises NoSuchPortfolio, ContractTaken, AbsurdAmount, BeforeContract, BookClosed.
    """
    await _portfolio_of(connection, creditor, new.portfolio)
    await _open(connection, creditor, new.portfolio)
    for amount, _ in new.instalments:
        checked(amount)
    _in_order(new.contracted_on, [due for _, due in new.instalments], now)
    contract, debt = uuid7(), uuid7()
    values = {
        "id": contract,
        "creditor_id": creditor,
        "portfolio_id": new.portfolio,
        "debtor_id": await _debtor(connection, keys, new, now),
        "number": new.number,
        "product": new.product,
        "contracted_on": new.contracted_on,
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(ContractRow), values)
    except IntegrityError:
        raise ContractTaken(ContractTaken.__doc__) from None
    owed = {"id": debt, "contract_id": contract, "status": "open", "created_at": now}
    await connection.execute(insert(DebtRow), owed)
    parts = [
        {"id": uuid7(), "debt_id": debt, "number": number, "amount": amount, "due_on": due}
        for number, (amount, due) in enumerate(new.instalments, start=1)
    ]
    await connection.execute(insert(InstalmentRow), parts)
    return contract


def _in_order(contracted_on: date | None, days: Sequence[date], now: datetime) -> None:
    if contracted_on is None:
        return
    today = now.astimezone(SAO_PAULO).date()
    if not contracted_on <= min((*days, today)):
        raise BeforeContract(BeforeContract.__doc__)


async def _debtor(
    connection: AsyncConnection, keys: Keys, new: NewContract, now: datetime
) -> UUID:
    """A person is one debtor, whatever creditors he owes; his name stays as it was."""
    index = document_index(keys, new.document)
    values = {
        "id": uuid7(),
        "kind": "person" if new.document.kind == "cpf" else "company",
        "name": new.name,
        "document_sealed": seal_document(keys, new.document),
        "document_index": index,
        "created_at": now,
        "updated_at": now,
    }
    made = insert_once(DebtorRow).values(values).on_conflict_do_nothing()
    await connection.execute(made)
    query = select(DebtorRow.id).where(DebtorRow.document_index == index)
    return (await connection.scalars(query)).one()


async def change(
    connection: AsyncConnection,
    contract: UUID,
    *,
    portfolio: UUID,
    product: str | None,
    contracted_on: date | None,
    now: datetime,
) -> None:
    """Move a contract to another portfolio of its creditor's, name its product, its day.

    What is queued follows, where one of the two portfolios is closed. Raises
    NoSuchContract, NoSuchPortfolio, BeforeContract, BookClosed.
    """
    query = select(
        ContractRow.creditor_id, ContractRow.portfolio_id, ContractRow.debtor_id
    ).where(ContractRow.id == contract)
    row = (await connection.execute(query.with_for_update())).first()
    if row is None:
        raise NoSuchContract(NoSuchContract.__doc__)
    await _portfolio_of(connection, row.creditor_id, portfolio)
    if portfolio != row.portfolio_id:
        await _open(connection, row.creditor_id, portfolio)
    _in_order(contracted_on, await _days(connection, contract), now)
    values = {
        "portfolio_id": portfolio,
        "product": product,
        "contracted_on": contracted_on,
    }
    await connection.execute(
        update(ContractRow).where(ContractRow.id == contract).values(values)
    )
    await align(connection, row.creditor_id, row.debtor_id)


async def _days(connection: AsyncConnection, contract: UUID) -> list[date]:
    """When something of it is due, or was paid; its debt is held."""
    query = select(DebtRow.id).where(DebtRow.contract_id == contract).with_for_update()
    debts = list(await connection.scalars(query))
    due = select(InstalmentRow.due_on).where(InstalmentRow.debt_id.in_(debts))
    paid = select(DebtFactRow.takes_effect).where(
        DebtFactRow.debt_id.in_(debts), DebtFactRow.kind == "paid"
    )
    return [*await connection.scalars(due), *await connection.scalars(paid)]


async def remove(connection: AsyncConnection, contract: UUID) -> None:
    """Remove a contract to which nothing has happened; the debtor stays.

    Raises NoSuchContract, ContractInUse.
    """
    try:
        async with connection.begin_nested():
            await connection.execute(delete(DebtRow).where(DebtRow.contract_id == contract))
            gone = await connection.execute(
                delete(ContractRow).where(ContractRow.id == contract)
            )
    except IntegrityError:
        raise ContractInUse(ContractInUse.__doc__) from None
    if not gone.rowcount:
        raise NoSuchContract(NoSuchContract.__doc__)


async def _open(connection: AsyncConnection, creditor: UUID, portfolio: UUID) -> None:
    shut = await closed_book(connection, creditor, portfolio)
    if shut is not None:
        raise BookClosed(shut)


async def _portfolio_of(
    connection: AsyncConnection, creditor: UUID, portfolio: UUID
) -> None:
    query = select(PortfolioRow.id).where(
        PortfolioRow.id == portfolio, PortfolioRow.creditor_id == creditor
    )
    if await connection.scalar(query) is None:
        raise NoSuchPortfolio(NoSuchPortfolio.__doc__)
