"""Registering contract terms and index tables: whole files, or nothing of them.

A file of terms is TOML: `[[terms]]` with whom they are for (`creditor`, and `portfolio`,
`product` or `contract` to narrow it) and what they say (cobranca.debts.terms).
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.index_tables import IndexTable, UnknownIndex
from cobranca.debts.ledger_store import IndexTableRow
from cobranca.debts.recorded import months_document
from cobranca.debts.terms import Terms
from cobranca.debts.terms_book import NoSuchProduct, NoSuchScope, contract_named, put
from cobranca.debts.terms_scope import Scope
from foundation.ids import uuid7


class TermsRefused(ValueError):
    """O arquivo de condições não pode ser registrado."""


class TermsFor(BaseModel):
    """Terms, and the contracts that they are of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    creditor: str = Field(min_length=1)
    portfolio: str | None = None
    product: str | None = None
    contract: str | None = None
    terms: Terms


_WHOM = ("creditor", "portfolio", "product", "contract")


def read_terms(text: str) -> list[TermsFor]:
    """Read a file of terms; raises TermsRefused with the reason in pt-BR."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TermsRefused(f"não é TOML: {error}") from error
    listed = document.get("terms")
    if not isinstance(listed, list) or set(document) != {"terms"}:
        raise TermsRefused("esperava só [[terms]]")
    return [_one(number, given) for number, given in enumerate(listed, start=1)]


def _one(number: int, given: dict[str, Any]) -> TermsFor:
    whom = {name: given[name] for name in _WHOM if name in given}
    says = {name: value for name, value in given.items() if name not in _WHOM}
    try:
        return TermsFor(**whom, terms=Terms.model_validate(says))
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise TermsRefused(f"condição {number}, {where}: {wrong['msg']}") from error


async def register_terms(
    connection: AsyncConnection, listed: list[TermsFor], at: datetime
) -> int:
    """Register them all and return how many; raises TermsRefused for what is unknown."""
    for given in listed:
        creditor = await named(connection, given.creditor)
        portfolio = contract = None
        if given.portfolio is not None:
            portfolio = await named(connection, given.creditor, given.portfolio)
        if given.contract is not None:
            try:
                contract = await contract_named(connection, creditor, given.contract)
            except NoSuchScope:
                raise TermsRefused(f"não existe: contrato {given.contract}") from None
        scope = Scope(portfolio=portfolio, product=given.product, contract=contract)
        try:
            await put(connection, creditor, scope, given.terms, at)
        except UnknownIndex as error:
            raise TermsRefused(f"não há tabela do índice {error.args[0]}") from error
        except NoSuchProduct as error:
            raise TermsRefused(
                f"não existe: contrato do produto {given.product} de {given.creditor}"
                f" (produtos que tem: {error.known})"
            ) from error
    return len(listed)


async def named(
    connection: AsyncConnection, creditor: str, portfolio: str | None = None
) -> UUID:
    """Return the id of a creditor, or of its portfolio; raises TermsRefused."""
    query = select(CreditorRow.id).where(CreditorRow.name == creditor)
    found = await _named(connection, query, f"credor {creditor}")
    if portfolio is None:
        return found
    query = select(PortfolioRow.id).where(
        PortfolioRow.creditor_id == found, PortfolioRow.name == portfolio
    )
    return await _named(connection, query, f"carteira {portfolio}")


async def _named(connection: AsyncConnection, query: Any, what: str) -> UUID:
    found: UUID | None = await connection.scalar(query)
    if found is None:
        raise TermsRefused(f"não existe: {what}")
    return found


async def register_table(
    connection: AsyncConnection, table: IndexTable, at: datetime
) -> None:
    """Put a table in force, in the place of the one of its name."""
    row = {
        "id": uuid7(),
        "name": table.name,
        "version": table.version,
        "source": table.source,
        "months": months_document(table),
        "at": at,
    }
    await connection.execute(insert(IndexTableRow), row)
