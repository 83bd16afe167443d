"""Handlers of contract terms: the versions, what new ones would cost a debt, new ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office.contracts import Day
from agent_console.back_office.creditors import needed
from agent_console.negotiation.answers import balance_out
from agent_console.negotiation.contracts import BalanceOut, Form
from agent_console.negotiation.making import by_index_tables
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.debts import terms_book
from cobranca.debts.explanation import terms_text
from cobranca.debts.terms import Terms
from cobranca.debts.terms_scope import Scope
from cobranca.people import audit

ContractNumber = Annotated[str, Field(min_length=1, max_length=60)]


class TermsForm(Form):
    """Terms, and the contracts of the creditor that they are of; null: all."""

    portfolio: UUID | None = None
    product: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    contract: ContractNumber | None = None
    terms: Terms


class TermsPreviewForm(TermsForm):
    """`debt`: the number of the contract whose debt is looked at."""

    debt: ContractNumber
    on: Day


class TermsOut(Form):
    """`newest`: of its contracts no later version is. `by` null: by a command."""

    id: UUID
    portfolio: str | None
    portfolio_id: UUID | None
    product: str | None
    contract: str | None
    text: str
    terms: Terms
    at: datetime
    by: str | None
    newest: bool


class VersionsOut(Form):
    versions: list[TermsOut]


class TermsPreviewOut(Form):
    """`holds` false: the terms are not of this contract, or more particular ones are."""

    now: BalanceOut
    then: BalanceOut
    holds: bool


async def list_them(asked: Asked[None, None]) -> VersionsOut:
    creditor = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].connect() as connection:
        await needed(connection, creditor)
        return await listed(connection, creditor)


async def listed(connection: AsyncConnection, creditor: UUID) -> VersionsOut:
    """All versions, newest first."""
    told: list[TermsOut] = []
    seen: set[tuple[Any, ...]] = set()
    for row in await terms_book.versions(connection, creditor):
        terms = Terms.model_validate(row.document)
        scope = (row.portfolio_id, row.product, row.contract_id)
        told.append(
            TermsOut(
                id=row.id,
                portfolio=row.portfolio,
                portfolio_id=row.portfolio_id,
                product=row.product,
                contract=row.contract,
                text=terms_text(terms),
                terms=terms,
                at=row.at,
                by=row.made_by,
                newest=scope not in seen,
            )
        )
        seen.add(scope)
    return VersionsOut(versions=told)


async def preview(asked: Asked[TermsPreviewForm, None]) -> TermsPreviewOut:
    """What one debt owes now and would owe; nothing is written."""
    creditor, body = UUID(asked.path["id"]), asked.body
    async with asked.request.app[DATABASE].connect() as connection:
        await needed(connection, creditor)
        with _refused(), by_index_tables():
            scope = await _scope(connection, creditor, body)
            debt = await terms_book.contract_named(connection, creditor, body.debt)
            found = await terms_book.compared(connection, debt, scope, body.terms, body.on)
    return TermsPreviewOut(
        now=balance_out(found.now), then=balance_out(found.then), holds=found.holds
    )


async def register(asked: Asked[TermsForm, None]) -> VersionsOut:
    creditor, body = UUID(asked.path["id"]), asked.body

    async def use(connection: AsyncConnection) -> VersionsOut:
        await needed(connection, creditor)
        with _refused(), by_index_tables():
            scope = await _scope(connection, creditor, body)
            made = await terms_book.put(
                connection,
                creditor,
                scope,
                body.terms,
                datetime.now(UTC),
                by=asked.who.login,
            )
        subject = ("terms", made)
        await audit.record(
            connection, asked.who, action="terms.registered", subject=subject
        )
        return await listed(connection, creditor)

    return await once(asked, VersionsOut, use)


async def _scope(connection: AsyncConnection, creditor: UUID, body: TermsForm) -> Scope:
    contract = None
    if body.contract is not None:
        contract = await terms_book.contract_named(connection, creditor, body.contract)
    return Scope(portfolio=body.portfolio, product=body.product, contract=contract)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except terms_book.NoSuchScope as error:
        raise Problem("no_terms_scope", 404, {"name": str(error.args[0])}) from None
    except terms_book.NoSuchProduct as error:
        told = {"name": str(error.args[0]), "known": error.known}
        raise Problem("no_terms_product", 404, told) from None
