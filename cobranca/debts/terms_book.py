"""Use cases of contract terms: every version kept, a new one, what one would cost first.

Versions are only added. A new one counts for a debt from its beginning, as if the contract
had always said so: what was paid stays paid, and is imputed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import PortfolioRow
from cobranca.debts.ledger import Balance
from cobranca.debts.ledger_store import ContractTermsRow
from cobranca.debts.products import products
from cobranca.debts.rates import LEGAL_RATE
from cobranca.debts.service import indices, known, scope_of
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.debts.terms import LegalInterest, Terms
from cobranca.debts.terms_scope import Scope, in_force
from foundation.ids import uuid7

_NAMED = 20  # products that a refusal names


class NoSuchScope(LookupError):
    """O credor não tem esta carteira ou este contrato."""


class NoSuchProduct(LookupError):
    """O credor não tem contrato deste produto."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.known = _named(known)  # those that it has, in words


@dataclass(frozen=True, slots=True)
class Compared:
    """What one debt owes, and what it would. `holds`: whether the new terms are its own."""

    now: Balance
    then: Balance
    holds: bool


async def put(
    connection: AsyncConnection,
    creditor: UUID,
    scope: Scope,
    terms: Terms,
    at: datetime,
    *,
    by: str | None = None,
) -> UUID:
    """Write a version down.

    Raises NoSuchScope, NoSuchProduct, and UnknownIndex for one without table.
    """
    await _of_creditor(connection, creditor, scope)
    await _tables_of(connection, terms)
    name = uuid7()
    row = {
        "id": name,
        "creditor_id": creditor,
        "portfolio_id": scope.portfolio,
        "product": scope.product,
        "contract_id": scope.contract,
        "document": terms.model_dump(mode="json"),
        "at": at,
        "made_by": by,
    }
    await connection.execute(insert(ContractTermsRow), row)
    return name


async def versions(connection: AsyncConnection, creditor: UUID) -> list[Row[Any]]:
    """Return all that a creditor has, newest first, with names of what they are of."""
    query = (
        select(
            ContractTermsRow.__table__,
            PortfolioRow.name.label("portfolio"),
            ContractRow.number.label("contract"),
        )
        .outerjoin(PortfolioRow, PortfolioRow.id == ContractTermsRow.portfolio_id)
        .outerjoin(ContractRow, ContractRow.id == ContractTermsRow.contract_id)
        .where(ContractTermsRow.creditor_id == creditor)
        .order_by(ContractTermsRow.at.desc(), ContractTermsRow.id.desc())
    )
    return list(await connection.execute(query))


async def contract_named(connection: AsyncConnection, creditor: UUID, number: str) -> UUID:
    """Return the contract that the creditor calls so; raises NoSuchScope."""
    query = select(ContractRow.id).where(
        ContractRow.creditor_id == creditor, ContractRow.number == number
    )
    found: UUID | None = await connection.scalar(query)
    if found is None:
        raise NoSuchScope(number)
    return found


async def compared(
    connection: AsyncConnection,
    contract: UUID,
    scope: Scope,
    terms: Terms,
    on: date,
) -> Compared:
    """Return a contract's balance as it is and with these terms; nothing is written.

    Raises NoSuchScope, NoSuchProduct, UnknownIndex, MonthNotInTable.
    """
    query = (
        select(
            DebtRow.id,
            ContractRow.creditor_id,
            ContractRow.portfolio_id,
            ContractRow.product,
            ContractRow.id.label("contract_id"),
        )
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .where(ContractRow.id == contract)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchScope(str(contract))
    await _of_creditor(connection, row.creditor_id, scope)
    debt = await known(connection, row.id)
    kept = await versions(connection, row.creditor_id)
    listed = [(scope_of(one), False) for one in reversed(kept)]
    changed = replace(debt, setting=replace(debt.setting, terms=terms))
    holds = in_force([*listed, (scope, True)], scope_of(row), False)
    return Compared(now=debt.on(on), then=changed.on(on), holds=holds)


async def _of_creditor(connection: AsyncConnection, creditor: UUID, scope: Scope) -> None:
    for row, name in ((PortfolioRow, scope.portfolio), (ContractRow, scope.contract)):
        if name is None:
            continue
        query = select(row.id).where(row.id == name, row.creditor_id == creditor)
        if await connection.scalar(query) is None:
            raise NoSuchScope(str(name))
    if scope.product is not None:
        await _sold(connection, creditor, scope.product)


async def _sold(connection: AsyncConnection, creditor: UUID, product: str) -> None:
    """Refuse a product of no contract: terms of a misspelt one would never be any's."""
    query = select(ContractRow.id).where(
        ContractRow.creditor_id == creditor, ContractRow.product == product
    )
    if await connection.scalar(query.limit(1)) is None:
        known = await products(connection, creditor)
        raise NoSuchProduct(product, known.get(creditor, []))


def _named(known: Sequence[str]) -> str:
    more = len(known) - _NAMED
    return ", ".join(known[:_NAMED]) + (f" e mais {more}" if more > 0 else "") or "nenhum"


async def _tables_of(connection: AsyncConnection, terms: Terms) -> None:
    tables = await indices(connection)
    if terms.correction is not None:
        tables.table(terms.correction)
    if isinstance(terms.interest, LegalInterest):
        tables.table(LEGAL_RATE)
