"""An agent's call sent to the automatic conversation for payment, and how far it came.

The conversation is a part of the agent's call and has a name of its own, the errand's: its
turns and messages bear it. Whoever reads how far it came sees steps alone, never a code,
and no card: the conversation neither asks for one nor takes one down. The caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.agreements.store import AgreementRow
from cobranca.debtors.store import DebtorRow
from cobranca.debts.store import DebtRow
from cobranca.people.store import AgentRow
from foundation.db.engine import Row
from foundation.ids import uuid7

FLOW = "payment"
TAKEN_BACK = "taken"


class PaymentErrandRow(Row):
    """`id` names the conversation too. Either an agreement or a debt is to be paid."""

    __tablename__ = "payment_errand"
    __table_args__ = (
        Index(None, "attempt_id"),
        Index(None, "debtor_id"),
        Index(None, "debt_id"),
        CheckConstraint("num_nonnulls(agreement_id, debt_id) = 1", name="one_thing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID]
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey(AgreementRow.id))
    debt_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtRow.id))
    agent_id: Mapped[UUID] = mapped_column(ForeignKey(AgentRow.id))
    asked_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What an agent sends the debtor of a call to pay: an agreement, or else a debt."""

    attempt: UUID
    debtor: UUID
    agent: UUID
    agreement: UUID | None = None
    debt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An errand whose conversation has not begun."""

    id: UUID
    debtor: UUID
    to_pay: UUID  # an agreement or a debt


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message of the errand: `template` pix, boleto or portal_link."""

    template: str
    means: str | None
    state: str
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`began_at` None: the conversation has not begun, or never did. `outcome` None: it
    lasts; `taken`: the agent took the call back. `read_out`: the code was read out."""

    id: UUID
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    read_out: bool
    paid_at: datetime | None
    messages: Sequence[Written]


async def send(connection: AsyncConnection, errand: Errand, now: datetime) -> UUID:
    """Keep that a call is sent to the conversation; return the errand's name."""
    name = uuid7()
    row = {
        "id": name,
        "attempt_id": errand.attempt,
        "debtor_id": errand.debtor,
        "agreement_id": errand.agreement,
        "debt_id": errand.debt,
        "agent_id": errand.agent,
        "asked_at": now,
        "taken_back_at": None,
    }
    await connection.execute(insert(PaymentErrandRow).values(row))
    return name


_WAITING = text(
    """
    SELECT e.id, e.debtor_id AS debtor, coalesce(e.agreement_id, e.debt_id) AS to_pay
      FROM payment_errand e
     WHERE e.attempt_id = :attempt AND e.taken_back_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM robot_call r WHERE r.id = e.id)
     ORDER BY e.asked_at DESC LIMIT 1
    """
)


async def waiting(connection: AsyncConnection, attempt: UUID) -> Waiting | None:
    """Return the last errand of a call, unless it has begun or was taken back."""
    row = (await connection.execute(_WAITING, {"attempt": attempt})).first()
    return None if row is None else Waiting(**row._mapping)


async def take_back(connection: AsyncConnection, attempt: UUID, now: datetime) -> None:
    """Keep that the agent takes his call back: what ends so was no hang-up."""
    errand = PaymentErrandRow
    await connection.execute(
        update(errand)
        .where(errand.attempt_id == attempt, errand.taken_back_at.is_(None))
        .values(taken_back_at=now)
    )


_PROGRESS = text(
    """
    SELECT e.id, e.debtor_id, e.asked_at, r.began_at, r.ended_at,
           CASE WHEN r.outcome = 'hung_up' AND e.taken_back_at < r.ended_at
                THEN :taken ELSE r.outcome END AS outcome,
           EXISTS (SELECT 1 FROM robot_turn t WHERE t.call_id = e.id
                      AND t.state IN ('line_part', 'slow_part')) AS read_out,
           coalesce(
               (SELECT min(p.at) FROM agreement_payment p
                 WHERE p.agreement_id = e.agreement_id AND p.at >= e.asked_at
                   AND NOT p.undone),
               (SELECT min(a.heard_at) FROM arrival a JOIN charge c ON c.id = a.charge_id
                 WHERE c.debt_id = e.debt_id AND a.heard_at >= e.asked_at
                   AND a.entered > 0)) AS paid_at
      FROM payment_errand e LEFT JOIN robot_call r ON r.id = e.id
     WHERE e.attempt_id = :attempt
     ORDER BY e.asked_at DESC LIMIT 1
    """
)
_WRITTEN = text(
    """
    SELECT m.template, m.means, m.state,
           min(v.at) FILTER (WHERE v.happened = 'sent') AS sent_at,
           min(v.at) FILTER (WHERE v.happened IN ('delivered', 'read')) AS delivered_at
      FROM message m LEFT JOIN message_event v ON v.message_id = m.id
     WHERE m.debtor_id = :debtor AND m.key LIKE '%:' || CAST(:errand AS text)
     GROUP BY m.id ORDER BY m.created_at
    """
)


async def progress(connection: AsyncConnection, attempt: UUID) -> Progress | None:
    """Return how far the last errand of a call came; None: the call had none."""
    values = {"attempt": attempt, "taken": TAKEN_BACK}
    row = (await connection.execute(_PROGRESS, values)).first()
    if row is None:
        return None
    told = dict(row._mapping)
    asked = {"debtor": told.pop("debtor_id"), "errand": str(row.id)}
    written = await connection.execute(_WRITTEN, asked)
    messages = [Written(**one._mapping) for one in written]
    return Progress(**told, messages=messages)
