"""Use cases of a debt's ledger: what it owes on a day, and recording what happened.

A debt of which nothing was recorded yet owes what its imported instalments say; the first
fact writes them into the ledger. The caller commits. Whoever records holds the debt's row
until then, so that facts are numbered one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.debts.charges import Setting
from cobranca.debts.entries import Ledger
from cobranca.debts.facts import FIRST_DAY, Amended, AnyFact, Opened, Paid
from cobranca.debts.index_files import shipped
from cobranca.debts.index_tables import IndexTable, Indices
from cobranca.debts.ledger import Balance, balance, fold
from cobranca.debts.ledger_store import ContractTermsRow, DebtFactRow, IndexTableRow
from cobranca.debts.recorded import fact_of, fact_values, table_of
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from cobranca.debts.terms import Terms
from cobranca.debts.terms_scope import Scope, in_force
from cobranca.debts.written import write_entries
from foundation.ids import uuid7


class NoSuchDebt(LookupError):
    """Não há dívida com este identificador."""


@dataclass(frozen=True, slots=True)
class Known:
    """A debt with all that its balance depends on."""

    id: UUID
    creditor: str
    segment: str  # its product
    setting: Setting
    facts: tuple[AnyFact, ...]
    unwritten: int  # how many of the facts no row holds yet: instalments as imported
    contracted_on: date | None = None  # where it is known

    def on(self, day: date) -> Balance:
        """Return what it owes on that day. Raises UnknownIndex, MonthNotInTable."""
        return balance(self.facts, self.setting, day)

    @property
    def ledger(self) -> Ledger:
        return fold(self.facts, self.setting)


async def indices(connection: AsyncConnection) -> Indices:
    """Return the tables in force: those that ship, and newer ones that were imported."""
    tables: dict[str, IndexTable] = dict(shipped())
    query = select(IndexTableRow).order_by(IndexTableRow.at, IndexTableRow.id)
    for row in await connection.execute(query):
        tables[row.name] = table_of(row)
    return Indices(tables)


async def known(
    connection: AsyncConnection, debt: UUID, *, tables: Indices | None = None
) -> Known:
    """Return the debt as it is known now; raises NoSuchDebt."""
    query = (
        select(
            DebtRow.id,
            ContractRow.id.label("contract_id"),
            ContractRow.creditor_id,
            ContractRow.portfolio_id,
            ContractRow.product,
            ContractRow.contracted_on,
            CreditorRow.name.label("creditor"),
        )
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .where(DebtRow.id == debt)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchDebt(NoSuchDebt.__doc__)
    terms = await _terms(connection, row)
    written = await _facts(connection, debt)
    unwritten = await _as_imported(connection, debt, written)
    return Known(
        id=debt,
        creditor=row.creditor,
        segment=row.product or "",
        setting=Setting(terms, tables or await indices(connection)),
        facts=(*written, *unwritten),
        unwritten=len(unwritten),
        contracted_on=row.contracted_on,
    )


async def _terms(connection: AsyncConnection, row: Any) -> Terms:
    """The newest of the most particular: contract, product, portfolio, creditor, none."""
    query = (
        select(ContractTermsRow.__table__)
        .where(ContractTermsRow.creditor_id == row.creditor_id)
        .order_by(ContractTermsRow.at, ContractTermsRow.id)
    )
    kept = [(scope_of(terms), terms.document) for terms in await connection.execute(query)]
    return Terms.model_validate(in_force(kept, scope_of(row), {}))


def scope_of(row: Any) -> Scope:
    """Return which contracts a row of terms is of; or the one that a row is."""
    return Scope(portfolio=row.portfolio_id, product=row.product, contract=row.contract_id)


async def _facts(connection: AsyncConnection, debt: UUID) -> tuple[AnyFact, ...]:
    query = select(DebtFactRow.__table__).where(DebtFactRow.debt_id == debt)
    rows = await connection.execute(query.order_by(DebtFactRow.number))
    return tuple(fact_of(row) for row in rows)


async def _as_imported(
    connection: AsyncConnection, debt: UUID, written: Sequence[AnyFact]
) -> tuple[AnyFact, ...]:
    """Instalments that no fact tells of, and what an import has corrected since."""
    query = select(InstalmentRow).where(InstalmentRow.debt_id == debt)
    opened: dict[int, Opened] = {f.instalment: f for f in written if isinstance(f, Opened)}
    found: list[AnyFact] = []
    for row in await connection.execute(query.order_by(InstalmentRow.number)):
        number = len(written) + len(found) + 1
        before = opened.get(row.number)
        if before is None:
            found.append(
                Opened(
                    number=number,
                    on=min(row.due_on, FIRST_DAY),
                    instalment=row.number,
                    amount=row.amount,
                    due_on=row.due_on,
                )
            )
            continue
        said = before.amount + sum(
            fact.difference
            for fact in written
            if isinstance(fact, Amended) and fact.instalment == row.number
        )
        if said != row.amount:
            difference = row.amount - said
            found.append(
                Amended(
                    number=number,
                    on=before.on,
                    instalment=row.number,
                    difference=difference,
                )
            )
    return tuple(found)


async def hold(connection: AsyncConnection, debt: UUID) -> None:
    """Keep others from recording until the end of the transaction; raises NoSuchDebt."""
    query = select(DebtRow.id).where(DebtRow.id == debt).with_for_update()
    if await connection.scalar(query) is None:
        raise NoSuchDebt(NoSuchDebt.__doc__)


async def record(
    connection: AsyncConnection, debt: Known, fact: AnyFact, at: datetime
) -> Known:
    """Write a fact and what it does to the ledger; the debt is held. Returns it after.

    The fact's number is to be `next_number(debt)`.
    """
    facts = (*debt.facts, fact)
    for new in facts[len(debt.facts) - debt.unwritten :]:
        values = fact_values(new) | {"id": uuid7(), "debt_id": debt.id, "at": at}
        await connection.execute(insert(DebtFactRow), values)
    await write_entries(connection, debt.id, fold(facts, debt.setting).entries, at)
    after = replace(debt, facts=facts, unwritten=0)
    status = "open" if after.ledger.written > 0 else "settled"
    await connection.execute(
        update(DebtRow).where(DebtRow.id == debt.id).values(status=status)
    )
    return after


def next_number(debt: Known) -> int:
    """Return the number of the next fact."""
    return len(debt.facts) + 1


def payment(debt: Known, means: str, reference: str) -> Paid | None:
    """Return the payment of that name, if it was recorded."""
    for fact in debt.facts:
        if isinstance(fact, Paid) and (fact.means, fact.reference) == (means, reference):
            return fact
    return None
