"""Where an agreement is: a ledger of its own, of instalments and of what was paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import NoSuchAgreement
from cobranca.agreements.life import State
from cobranca.agreements.policy import Policy
from cobranca.agreements.store import (
    AgreementInstalmentRow,
    AgreementPaymentRow,
    AgreementRow,
    PolicyRow,
)
from cobranca.debts.accounts import CHARGES, ZERO
from cobranca.debts.charges import Setting, charges
from cobranca.debts.entries import Ledger
from cobranca.debts.facts import FIRST_DAY, AnyFact, Discounted, Means, Opened, Paid
from cobranca.debts.ledger import balance, fold
from cobranca.debts.service import indices


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agreement is: its own ledger, of its instalments and payments alone."""

    id: UUID
    state: State
    policy: Policy
    ledger: Ledger
    facts: tuple[AnyFact, ...]
    setting: Setting

    def late_charges(self, instalment: int, on: date) -> tuple[Decimal, Decimal]:
        """What an instalment owes on a day, and how much of it lateness added."""
        ledger = fold(self.facts, self.setting, until=on)
        (part,) = (part for part in ledger.positions if part.number == instalment)
        more = sum((line.amount for line in charges(part, on, self.setting)), ZERO)
        written = sum((part.of(account) for account in CHARGES), ZERO)
        return part.total + more, written + more

    def open(self, on: date) -> Decimal:
        """What its instalments owe on that day, lateness included."""
        return balance(self.facts, self.setting, on).total

    @property
    def left(self) -> Decimal:
        """What is owed after its last payment; nothing when the policy lets it be."""
        days = [fact.on for fact in self.facts if isinstance(fact, Paid)]
        left = self.open(max(days, default=FIRST_DAY))
        return ZERO if left <= self.policy.tolerance else left

    @property
    def paid(self) -> Decimal:
        return sum((f.amount for f in self.facts if isinstance(f, Paid)), ZERO)


async def standing(connection: AsyncConnection, agreement: UUID) -> Standing:
    """Return where an agreement is; raises NoSuchAgreement."""
    query = (
        select(AgreementRow.state, PolicyRow.document)
        .join(PolicyRow, PolicyRow.id == AgreementRow.policy_id)
        .where(AgreementRow.id == agreement)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchAgreement(NoSuchAgreement.__doc__)
    policy = Policy.model_validate(row.document)
    setting = Setting(policy.late, await indices(connection))
    facts = await _agreement_facts(connection, agreement)
    return Standing(
        agreement, State(row.state), policy, fold(facts, setting), facts, setting
    )


async def note_open(connection: AsyncConnection, stands: Standing) -> None:
    """Keep when the oldest open instalment is due, so that sweeps read no others."""
    tolerance = stands.policy.tolerance
    dues = [part.due_on for part in stands.ledger.positions if part.total > tolerance]
    await connection.execute(
        update(AgreementRow)
        .where(AgreementRow.id == stands.id)
        .values(next_due=min(dues, default=None))
    )


async def _agreement_facts(
    connection: AsyncConnection, agreement: UUID
) -> tuple[AnyFact, ...]:
    parts = select(AgreementInstalmentRow.__table__).where(
        AgreementInstalmentRow.agreement_id == agreement
    )
    facts: list[AnyFact] = [
        Opened(
            number=row.number,
            on=FIRST_DAY,
            instalment=row.number,
            amount=row.amount,
            due_on=row.due_on,
        )
        for row in await connection.execute(parts.order_by(AgreementInstalmentRow.number))
    ]
    came = select(AgreementPaymentRow.__table__).where(
        AgreementPaymentRow.agreement_id == agreement
    )
    rows = list(await connection.execute(came.order_by(AgreementPaymentRow.id)))
    back = {(row.means, row.reference) for row in rows if row.undone}
    for row in rows:
        if (row.means, row.reference) not in back:
            if row.forgiven:
                facts.append(_as_forgiven(row, len(facts) + 1))
            facts.append(_as_paid(row, len(facts) + 1))
    return tuple(facts)


def _as_forgiven(row: Any, number: int) -> Discounted:
    return Discounted(
        number=number,
        on=row.paid_on,
        amount=row.forgiven,
        reason=row.means,
        instalment=row.instalment,
    )


def _as_paid(row: Any, number: int) -> Paid:
    return Paid(
        number=number,
        on=row.paid_on,
        amount=row.amount,
        means=Means(row.means),
        reference=row.reference,
        instalment=row.instalment,
    )
