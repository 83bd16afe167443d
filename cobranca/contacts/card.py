"""The debtor's card as the database holds it: person, debts, telephones. Read only.

Says nothing of who may see what: that is decided by the level of identification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.debtors.store import (
    BEST_FIRST,
    ContactPointRow,
    ContactScoreRow,
    CreditorRow,
    DebtorRow,
    PortfolioRow,
)
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    number: int
    amount: Decimal  # reais
    due_on: date

    def days_late(self, today: date) -> int:
        """Days since it was due; 0 when it is not late."""
        return max(0, (today - self.due_on).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """An open debt. Amounts are those of the instalments; no charges are added."""

    id: UUID
    creditor: str
    portfolio: str
    contract: str
    product: str | None
    instalments: tuple[Instalment, ...]

    @property
    def total(self) -> Decimal:
        return sum((part.amount for part in self.instalments), _ZERO)

    def overdue(self, today: date) -> Decimal:
        """What is late, of the total."""
        late = (part.amount for part in self.instalments if part.due_on < today)
        return sum(late, _ZERO)

    def days_late(self, today: date) -> int:
        """Days that the oldest instalment is late."""
        return max((part.days_late(today) for part in self.instalments), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    id: UUID
    number: str  # E.164; to be masked before it is shown
    line: str | None
    status: str  # active | invalid | wrong_party
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtorCard:
    id: UUID
    kind: str  # person | company
    name: str
    uf: str | None
    debts: tuple[Debt, ...]
    telephones: tuple[Telephone, ...]

    @property
    def total(self) -> Decimal:
        return sum((debt.total for debt in self.debts), _ZERO)


async def debtor_card(connection: AsyncConnection, debtor: UUID) -> DebtorCard:
    """Return the card; raises NoSuchDebtor. Three queries, each by an index."""
    query = select(DebtorRow.kind, DebtorRow.name, DebtorRow.uf)
    person = (await connection.execute(query.where(DebtorRow.id == debtor))).first()
    if person is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    return DebtorCard(
        id=debtor,
        kind=person.kind,
        name=person.name,
        uf=person.uf,
        debts=await _debts(connection, debtor),
        telephones=await _telephones(connection, debtor),
    )


_DEBTS = (  # made once, as making a statement costs more than asking it
    select(
        DebtRow.id,
        CreditorRow.name.label("creditor"),
        PortfolioRow.name.label("portfolio"),
        ContractRow.number.label("contract"),
        ContractRow.product,
    )
    .join(ContractRow, ContractRow.id == DebtRow.contract_id)
    .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
    .join(PortfolioRow, PortfolioRow.id == ContractRow.portfolio_id)
    .where(ContractRow.debtor_id == bindparam("debtor"), DebtRow.status == "open")
)
_INSTALMENTS = (
    select(
        InstalmentRow.debt_id,
        InstalmentRow.number,
        InstalmentRow.amount,
        InstalmentRow.due_on,
    )
    .where(InstalmentRow.debt_id.in_(bindparam("debts", expanding=True)))
    .order_by(InstalmentRow.debt_id, InstalmentRow.number)
)
_TELEPHONES = (
    select(
        ContactPointRow.id,
        ContactPointRow.value.label("number"),
        ContactPointRow.line,
        ContactPointRow.status,
        ContactPointRow.tries,
    )
    .where(
        ContactPointRow.debtor_id == bindparam("debtor"), ContactPointRow.kind == "phone"
    )
    .outerjoin(ContactScoreRow, ContactScoreRow.contact_point_id == ContactPointRow.id)
    .order_by(*BEST_FIRST)
)


async def _debts(connection: AsyncConnection, debtor: UUID) -> tuple[Debt, ...]:
    rows = list(await connection.execute(_DEBTS, {"debtor": debtor}))
    parts = await _instalments(connection, [row.id for row in rows])
    debts = [Debt(**row._mapping, instalments=parts[row.id]) for row in rows]
    return tuple(sorted(debts, key=_oldest_first))


def _oldest_first(debt: Debt) -> tuple[date, str]:
    due = min((part.due_on for part in debt.instalments), default=date.max)
    return due, debt.contract


async def _instalments(
    connection: AsyncConnection, debts: Sequence[UUID]
) -> defaultdict[UUID, tuple[Instalment, ...]]:
    parts: defaultdict[UUID, tuple[Instalment, ...]] = defaultdict(tuple)
    for row in await connection.execute(_INSTALMENTS, {"debts": list(debts)}):
        part = Instalment(number=row.number, amount=row.amount, due_on=row.due_on)
        parts[row.debt_id] += (part,)
    return parts


async def _telephones(connection: AsyncConnection, debtor: UUID) -> tuple[Telephone, ...]:
    rows = await connection.execute(_TELEPHONES, {"debtor": debtor})
    return tuple(Telephone(**row._mapping) for row in rows)
