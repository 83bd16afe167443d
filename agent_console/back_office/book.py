"""Handlers of one creditor's book: contracts, billing accounts, what is removed of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office import creditors, terms
from agent_console.back_office.contracts import Day, Name
from agent_console.negotiation.contracts import Form
from agent_console.portal.asking import KEYS
from agent_console.problems import Problem
from agent_console.services import DATABASE
from agent_console.texts import TEXTS
from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts import contracts
from cobranca.debts.accounts import OWED
from cobranca.debts.explanation import account_name
from cobranca.debts.facts import AMOUNT_MAX
from cobranca.debts.products import products
from cobranca.debts.rates import LEGAL_RATE
from cobranca.debts.service import indices
from cobranca.debts.terms import usual
from cobranca.payments import accounts
from cobranca.payments.accounts import Account
from cobranca.payments.boletos import NoBillingAccount
from cobranca.payments.refusal import PaymentRefused
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument, parse_document

Amount = Annotated[Decimal, Field(gt=0, le=AMOUNT_MAX, decimal_places=2)]
Product = Annotated[str, Field(max_length=120)]


class PartForm(Form):
    amount: Amount
    due_on: Day


class NewContractForm(Form):
    """`document` is the debtor's: whoever has it keeps the name that is known."""

    portfolio: UUID
    number: Annotated[str, Field(min_length=1, max_length=60)]
    product: Product = ""
    contracted_on: Day | None = None
    document: Annotated[str, Field(min_length=11, max_length=20)]
    name: Name
    instalments: Annotated[list[PartForm], Field(min_length=1, max_length=600)]


class ContractForm(Form):
    """All of it, as it is to be: what is left out becomes unknown."""

    portfolio: UUID
    product: Product = ""
    contracted_on: Day | None = None


class ContractIdOut(Form):
    id: UUID


class AccountOut(Form):
    id: UUID
    bank: str
    size: int
    branch: str
    account: str
    carteira: str
    beneficiary: str
    next_number: int
    next_sequence: int
    created_at: datetime
    closed_at: datetime | None


class AccountsOut(Form):
    accounts: list[AccountOut]


async def page(asked: Asked[None, None]) -> Mapping[str, Any]:
    """One creditor with all that is kept of it."""
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].connect() as connection:
        (found,) = (await creditors.listed(connection, name)).creditors or (None,)
        if found is None:
            raise Problem("no_creditor", 404)
        kept = await _accounts(connection, name)
        versions = await terms.listed(connection, name)
        tables = await indices(connection)
        sold = await products(connection, name)
    return {
        "creditor": found,
        "accounts": kept.accounts,
        "versions": versions.versions,
        "usual": usual(),
        "indices": sorted(name for name in tables.names if name != LEGAL_RATE),
        "products": sold.get(name, []),
        "owed": {account.value: account_name(account) for account in OWED},
        "today": date.today(),  # noqa: DTZ011 - a form's first value
        "words": TEXTS.section("back_office"),
    }


async def create_contract(asked: Asked[NewContractForm, None]) -> ContractIdOut:
    body, keys = asked.body, asked.request.app[KEYS]
    try:
        document = parse_document(body.document)
    except InvalidDocument as error:
        raise Problem("creditor_document", 422, {"why": str(error)}) from None
    new = contracts.NewContract(
        portfolio=body.portfolio,
        number=body.number.strip(),
        product=body.product.strip() or None,
        contracted_on=body.contracted_on,
        document=document,
        name=body.name.strip(),
        instalments=[(part.amount, part.due_on) for part in body.instalments],
    )

    async def use(connection: AsyncConnection) -> ContractIdOut:
        creditor, now = UUID(asked.path["id"]), datetime.now(UTC)
        try:
            made = await contracts.create(connection, keys, creditor, new, now)
        except contracts.NoSuchPortfolio:
            raise Problem("no_portfolio", 404) from None
        except contracts.ContractTaken:
            raise Problem("contract_taken", 409) from None
        except contracts.BeforeContract:
            raise Problem("before_contract", 422) from None
        except contracts.BookClosed as error:
            raise Problem(f"{error.closed}_closed", 409) from None
        await _audited(connection, asked, "contract.created", "contract", made)
        return ContractIdOut(id=made)

    return await once(asked, ContractIdOut, use)


async def change_contract(asked: Asked[ContractForm, None]) -> ContractIdOut:
    name, body = UUID(asked.path["id"]), asked.body
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            await contracts.change(
                connection,
                name,
                portfolio=body.portfolio,
                product=body.product.strip() or None,
                contracted_on=body.contracted_on,
                now=datetime.now(UTC),
            )
        except contracts.NoSuchContract:
            raise Problem("no_contract", 404) from None
        except contracts.NoSuchPortfolio:
            raise Problem("no_portfolio", 404) from None
        except contracts.BeforeContract:
            raise Problem("before_contract", 422) from None
        except contracts.BookClosed as error:
            raise Problem(f"{error.closed}_closed", 409) from None
        await _audited(connection, asked, "contract.changed", "contract", name)
    return ContractIdOut(id=name)


async def remove_contract(asked: Asked[None, None]) -> None:
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            await contracts.remove(connection, name)
        except contracts.NoSuchContract:
            raise Problem("no_contract", 404) from None
        except contracts.ContractInUse:
            raise Problem("contract_in_use", 409) from None
        await _audited(connection, asked, "contract.removed", "contract", name)


async def remove_creditor(asked: Asked[None, None]) -> None:
    """Only one of which nothing is kept; what was collected for it stays for ever."""
    await _remove(asked, CreditorRow, "creditor")


async def remove_portfolio(asked: Asked[None, None]) -> None:
    await _remove(asked, PortfolioRow, "portfolio")


async def _remove(
    asked: Asked[None, None], row: type[CreditorRow] | type[PortfolioRow], kind: str
) -> None:
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            async with connection.begin_nested():
                gone = await connection.execute(delete(row).where(row.id == name))
        except IntegrityError:
            raise Problem(f"{kind}_in_use", 409) from None
        if not gone.rowcount:
            raise Problem(f"no_{kind}", 404)
        await _audited(connection, asked, f"{kind}.removed", kind, name)


async def list_accounts(asked: Asked[None, None]) -> AccountsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await _accounts(connection, UUID(asked.path["id"]))


async def _accounts(connection: AsyncConnection, creditor: UUID) -> AccountsOut:
    rows = await accounts.of_creditor(connection, creditor)
    kept = [
        AccountOut(**{name: getattr(row, name) for name in AccountOut.model_fields})
        for row in rows
    ]
    return AccountsOut(accounts=kept)


async def open_account(asked: Asked[Account, None]) -> AccountsOut:
    async def use(connection: AsyncConnection) -> AccountsOut:
        creditor = UUID(asked.path["id"])
        await creditors.needed(connection, creditor)
        try:
            made = await accounts.create(connection, creditor, asked.body)
        except PaymentRefused as error:
            raise Problem("account_refused", 422, {"why": str(error)}) from None
        await _audited(connection, asked, "account.opened", "account", made)
        return await _accounts(connection, creditor)

    return await once(asked, AccountsOut, use)


async def close_account(asked: Asked[None, None]) -> None:
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            await accounts.close(connection, name)
        except NoBillingAccount:
            raise Problem("no_account", 404) from None
        await _audited(connection, asked, "account.closed", "account", name)


async def _audited(
    connection: AsyncConnection, asked: Asked[Any, Any], action: str, kind: str, name: UUID
) -> None:
    await audit.record(connection, asked.who, action=action, subject=(kind, name))
