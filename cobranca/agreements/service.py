"""Use cases of offers and agreements. The caller commits.

An offer is always made anew by the engine, from the debts as they are and the policies
that are published: what is accepted is the stored offer, whole, or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import happen
from cobranca.agreements.life import (
    BINDING,
    Accepted,
    Evidence,
    Replaced,
    State,
    Withdrawn,
)
from cobranca.agreements.offer import Offer, Situation
from cobranca.agreements.policy import Authority, Channel
from cobranca.agreements.publishing import policies
from cobranca.agreements.recorded import offer_document
from cobranca.agreements.simulation import Simulation, Wishes, simulate
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementRow,
    OfferRow,
)
from cobranca.debts.accounts import CHARGES, ZERO, Account
from cobranca.debts.closing import closed_of
from cobranca.debts.service import Known, hold, indices, known
from cobranca.debts.store import ContractRow, DebtRow
from foundation.ids import uuid7


class NothingToNegotiate(LookupError):
    """Não há dívida em aberto que se possa negociar junto."""


class CollectionClosed(NothingToNegotiate):
    """O credor ou a carteira está desativada: nada novo se oferece nem se acorda."""


class NoSuchOffer(LookupError):
    """Não há oferta com este identificador."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who negotiates which debts, and how. `on` is the day for which amounts hold."""

    debts: tuple[UUID, ...]
    channel: Channel
    authority: Authority
    on: date
    by: str = ""  # a login, or the name of a robot


@dataclass(frozen=True, slots=True)
class Case:
    """The debts as they are, and the situation that the engine is asked about."""

    debtor: UUID
    creditor: UUID
    debts: tuple[Known, ...]
    situation: Situation


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Expected refusals: expired, debt_changed, already_agreed, closed."""

    reason: str


async def case(connection: AsyncConnection, asking: Asking) -> Case:
    """Look the debts up; raises NoSuchDebt, NothingToNegotiate (CollectionClosed),
    UnknownIndex.

    They are of one debtor and one creditor, and none is of an agreement that binds.
    """
    owners = await _owners(connection, asking.debts)
    if len(owners) != 1:
        raise NothingToNegotiate(NothingToNegotiate.__doc__)
    if await closed_of(connection, asking.debts) is not None:
        raise CollectionClosed(CollectionClosed.__doc__)
    tables = await indices(connection)
    debts = [await known(connection, debt, tables=tables) for debt in asking.debts]
    balances = [debt.on(asking.on) for debt in debts]
    owed = sum((balance.total for balance in balances), ZERO)
    if owed <= 0 or await _of_debts(connection, asking.debts, BINDING):
        raise NothingToNegotiate(NothingToNegotiate.__doc__)
    charged = (*CHARGES, Account.FEES)
    dues = [
        position.due_on
        for debt in debts
        for position in debt.ledger.positions
        if position.total > 0
    ]
    situation = Situation(
        on=asking.on,
        creditor=debts[0].creditor,
        owed=owed,
        charges=sum((b.owed[account] for b in balances for account in charged), ZERO),
        days_late=max(0, (asking.on - min(dues, default=asking.on)).days),
        segment=debts[0].segment,
        channel=asking.channel,
        authority=asking.authority,
    )
    ((debtor, creditor),) = owners
    return Case(debtor, creditor, tuple(debts), situation)


async def _owners(
    connection: AsyncConnection, debts: Sequence[UUID]
) -> set[tuple[UUID, UUID]]:
    query = (
        select(ContractRow.debtor_id, ContractRow.creditor_id)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .where(DebtRow.id.in_(debts))
    )
    return {(row.debtor_id, row.creditor_id) for row in await connection.execute(query)}


async def _of_debts(
    connection: AsyncConnection, debts: Sequence[UUID], states: Collection[State]
) -> list[UUID]:
    """Agreements in one of these states, of any of the debts."""
    query = (
        select(AgreementRow.id)
        .join(AgreementDebtRow, AgreementDebtRow.agreement_id == AgreementRow.id)
        .where(
            AgreementDebtRow.debt_id.in_(debts),
            AgreementRow.state.in_([state.value for state in states]),
        )
        .distinct()
    )
    return list((await connection.execute(query)).scalars())


async def offers(
    connection: AsyncConnection, asking: Asking, wishes: Wishes
) -> tuple[Case, Simulation]:
    """Simulate, and write nothing down."""
    found = await case(connection, asking)
    published = await policies(connection, asking.on)
    return found, simulate(list(published.values()), found.situation, wishes)


async def offer(
    connection: AsyncConnection, asking: Asking, found: Case, made: Offer, *, at: datetime
) -> UUID:
    """Store what is offered, with the version that allows it; return the offer's id."""
    published = await policies(connection, asking.on)
    policy = next(name for name, policy in published.items() if policy == made.policy)
    row = {
        "id": uuid7(),
        "debtor_id": found.debtor,
        "policy_id": policy,
        "condition": made.condition.name,
        "channel": asking.channel.value,
        "authority": asking.authority.value,
        "by": asking.by,
        "document": offer_document(made, asking.debts) | {"facts": _told(found.debts)},
        "valid_until": made.valid_until,
        "at": at,
    }
    await connection.execute(insert(OfferRow), row)
    return UUID(str(row["id"]))


def _told(debts: Sequence[Known]) -> int:
    """How many facts are known: another one makes the offer one of another debt."""
    return sum(len(debt.facts) for debt in debts)


async def accept(
    connection: AsyncConnection,
    offer_id: UUID,
    evidence: Evidence,
    *,
    on: date,
    at: datetime,
) -> UUID | NotAccepted:
    """Make the agreement of a stored offer; the same offer accepted again is the same
    agreement. Raises NoSuchOffer."""
    query = select(OfferRow.__table__).where(OfferRow.id == offer_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchOffer(NoSuchOffer.__doc__)
    standing = select(AgreementRow.id).where(AgreementRow.offer_id == offer_id)
    before: UUID | None = await connection.scalar(standing)
    if before is not None:
        return before
    if on > row.valid_until:
        return NotAccepted("expired")
    debts = tuple(UUID(debt) for debt in row.document["debts"])
    for debt in sorted(debts):
        await hold(connection, debt)
    if await _of_debts(connection, debts, BINDING):
        return NotAccepted("already_agreed")
    if await closed_of(connection, debts, hold=True) is not None:
        return NotAccepted("closed")
    made_on = date.fromisoformat(row.document["on"])
    now = [await known(connection, debt) for debt in debts]
    owed = {debt.id: debt.on(made_on).total for debt in now}
    changed = sum(owed.values(), ZERO) != Decimal(row.document["owed"])
    if changed or _told(now) != row.document["facts"]:
        return NotAccepted("debt_changed")
    return await _agree(connection, row, owed, evidence, at)


async def _agree(
    connection: AsyncConnection,
    row: Any,
    owed: dict[UUID, Decimal],
    evidence: Evidence,
    at: datetime,
) -> UUID:
    agreement = uuid7()
    ((_, creditor),) = await _owners(connection, list(owed))
    values = {
        "id": agreement,
        "offer_id": row.id,
        "debtor_id": row.debtor_id,
        "creditor_id": creditor,
        "policy_id": row.policy_id,
        "state": State.PROPOSED.value,
        "next_due": min(
            date.fromisoformat(one["due_on"]) for one in row.document["payments"]
        ),
        "at": at,
    }
    await connection.execute(insert(AgreementRow), values)
    await connection.execute(
        insert(AgreementDebtRow),
        [
            {"agreement_id": agreement, "debt_id": debt, "owed": amount, "at": at}
            for debt, amount in owed.items()
        ],
    )
    await connection.execute(
        insert(AgreementInstalmentRow),
        [
            {
                "id": uuid7(),
                "agreement_id": agreement,
                "number": number,
                "amount": Decimal(payment["amount"]),
                "due_on": date.fromisoformat(payment["due_on"]),
            }
            for number, payment in enumerate(row.document["payments"], start=1)
        ],
    )
    await happen(connection, agreement, Accepted(evidence), at)
    for broken in await _of_debts(connection, list(owed), {State.BROKEN}):
        await happen(connection, broken, Replaced(agreement), at)
    return agreement


async def cancel(
    connection: AsyncConnection, agreement: UUID, reason: str, at: datetime
) -> State:
    """End an agreement of which nothing was paid; the debt is open to others.

    Raises ImpossibleTransition when something was, NoSuchAgreement.
    """
    return await happen(connection, agreement, Withdrawn(reason), at)
