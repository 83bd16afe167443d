"""What a creditor is told of a period: payments, commission, and what is passed on.

A payment stands in the period in which it was written, and one that went back in the
period in which that was written, negative: a statement that was sent never changes. What
was paid to the creditor himself bears commission, and is not passed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from cobranca.debtors.store import CreditorRow
from cobranca.debts.accounts import ZERO
from cobranca.debts.facts import Means
from cobranca.debts.ledger_store import DebtFactRow
from cobranca.debts.store import ContractRow, DebtRow
from foundation.clock import SAO_PAULO
from foundation.db.engine import Row
from foundation.ids import uuid7

SHARE_MAX = Decimal("0.60")
_CENT = Decimal("0.01")


class CommissionRow(Row):
    """The collector's share of what a creditor's debtors pay, from a day on."""

    __tablename__ = "creditor_commission"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(index=True)
    share: Mapped[str]  # 0..1, exact
    since: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str]


class NoSuchCreditor(LookupError):
    """Não há credor com este identificador."""


class AbsurdShare(ValueError):
    """A comissão vai de 0 a 60 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One payment, or one that went back (negative)."""

    contract: str
    paid_on: date
    written_on: date
    means: str
    reference: str
    amount: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`to_pass_on` = what came to us less commission on all; may be negative."""

    creditor: str
    first: date
    last: date
    lines: tuple[Line, ...]

    @property
    def received(self) -> Decimal:
        """What came through us."""
        return self._sum(own=False)

    @property
    def paid_to_creditor(self) -> Decimal:
        return self._sum(own=True)

    @property
    def commission(self) -> Decimal:
        return sum((line.commission for line in self.lines), ZERO)

    @property
    def to_pass_on(self) -> Decimal:
        return self.received - self.commission

    def _sum(self, *, own: bool) -> Decimal:
        amounts = (
            line.amount for line in self.lines if (line.means == Means.CREDITOR) == own
        )
        return sum(amounts, ZERO)


async def agree_commission(
    connection: AsyncConnection, creditor: UUID, share: Decimal, since: date, by: str
) -> None:
    """Write down a share from a day on; raises AbsurdShare, NoSuchCreditor."""
    if not 0 <= share <= SHARE_MAX:
        raise AbsurdShare(AbsurdShare.__doc__)
    await _name(connection, creditor)
    values = {
        "id": uuid7(),
        "creditor_id": creditor,
        "share": str(share),
        "since": since,
        "at": datetime.now(UTC),
        "by": by,
    }
    await connection.execute(insert(CommissionRow), values)


async def statement(
    connection: AsyncConnection, creditor: UUID, first: date, last: date
) -> Statement:
    """Return what was written from one day to another, both included."""
    name = await _name(connection, creditor)
    query = (
        select(CommissionRow.since, CommissionRow.share)
        .where(CommissionRow.creditor_id == creditor)
        .order_by(CommissionRow.since, CommissionRow.id)
    )
    shares = [(row.since, Decimal(row.share)) for row in await connection.execute(query)]
    rows = await connection.execute(_written(creditor, first, last))
    lines = tuple(_line(row, shares) for row in rows)
    return Statement(creditor=name, first=first, last=last, lines=lines)


async def _name(connection: AsyncConnection, creditor: UUID) -> str:
    query = select(CreditorRow.name).where(CreditorRow.id == creditor)
    name: str | None = await connection.scalar(query)
    if name is None:
        raise NoSuchCreditor(NoSuchCreditor.__doc__)
    return name


def _written(creditor: UUID, first: date, last: date) -> Any:
    begin = datetime.combine(first, time.min, SAO_PAULO)
    end = datetime.combine(last + timedelta(days=1), time.min, SAO_PAULO)
    paid, undone = aliased(DebtFactRow), aliased(DebtFactRow)
    came = select(paid, paid.at.label("written_at"), literal(1).label("sign")).where(
        paid.kind == "paid", paid.at >= begin, paid.at < end
    )
    of = (paid.debt_id == undone.debt_id) & (paid.number == undone.payment)
    back = (
        select(paid, undone.at.label("written_at"), literal(-1).label("sign"))
        .join(undone, of)
        .where(
            paid.kind == "paid",
            undone.kind == "undone",
            undone.at >= begin,
            undone.at < end,
        )
    )
    both = union_all(came, back).subquery()
    return (
        select(
            ContractRow.number.label("contract"),
            both.c.takes_effect,
            both.c.written_at,
            both.c.means,
            both.c.reference,
            both.c.amount,
            both.c.sign,
        )
        .join(DebtRow, DebtRow.id == both.c.debt_id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .where(ContractRow.creditor_id == creditor)
        .order_by(both.c.written_at, both.c.id)
    )


def _line(row: Any, shares: Sequence[tuple[date, Decimal]]) -> Line:
    amount = row.amount * row.sign
    share = max(
        (one for one in shares if one[0] <= row.takes_effect),
        default=(row.takes_effect, Decimal(0)),
        key=lambda one: one[0],
    )[1]
    return Line(
        contract=row.contract,
        paid_on=row.takes_effect,
        written_on=row.written_at.astimezone(SAO_PAULO).date(),
        means=row.means,
        reference=row.reference,
        amount=amount,
        commission=(amount * share).quantize(_CENT, ROUND_HALF_EVEN),
    )
