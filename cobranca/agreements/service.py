"""Use cases of offers and agreements. The caller commits.

An offer is always made anew by the engine, from the debts as they are and the policies
that are published: what is accepted is the stored offer, whole, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.life import BINDING, Accepted, Event, Evidence, State, next_state
from cobranca.agreements.offer import Offer, Situation
from cobranca.agreements.policy import Authority, Channel, Policy
from cobranca.agreements.recorded import event_details, offer_document
from cobranca.agreements.simulation import Simulation, Wishes, simulate
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementEventRow,
    AgreementInstalmentRow,
    AgreementRow,
    OfferRow,
    PolicyRow,
)
from cobranca.debts.accounts import CHARGES, ZERO, Account
from cobranca.debts.service import Known, hold, indices, known
from cobranca.debts.store import ContractRow, DebtRow
from foundation.ids import uuid7


class NothingToNegotiate(LookupError):
    """Não há dívida em aberto que se possa negociar junto."""


class PolicyVersionTaken(ValueError):
    """Esta versão da política já foi publicada."""


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
    """Expected refusals: expired, debt_changed, already_agreed."""

    reason: str


async def publish(
    connection: AsyncConnection, policy: Policy, *, by: str, at: datetime
) -> UUID:
    """Publish a version of a policy; raises PolicyVersionTaken."""
    query = select(PolicyRow.id).where(
        PolicyRow.code == policy.code, PolicyRow.version == policy.version
    )
    if await connection.scalar(query) is not None:
        raise PolicyVersionTaken(PolicyVersionTaken.__doc__)
    row = {
        "id": uuid7(),
        "code": policy.code,
        "version": policy.version,
        "document": policy.model_dump(mode="json"),
        "at": at,
        "by": by,
    }
    await connection.execute(insert(PolicyRow), row)
    return UUID(str(row["id"]))


async def policies(connection: AsyncConnection) -> dict[UUID, Policy]:
    """Return the newest version of each policy, by the id of its row."""
    query = select(PolicyRow.__table__).order_by(PolicyRow.code, PolicyRow.version)
    newest = {row.code: row for row in await connection.execute(query)}
    return {row.id: Policy.model_validate(row.document) for row in newest.values()}


async def case(connection: AsyncConnection, asking: Asking) -> Case:
    """Look the debts up; raises NoSuchDebt, NothingToNegotiate, UnknownIndex.

    They are of one debtor and one creditor, and none is of an agreement that binds.
    """
    owners = await _owners(connection, asking.debts)
    if len(owners) != 1:
        raise NothingToNegotiate(NothingToNegotiate.__doc__)
    tables = await indices(connection)
    debts = [await known(connection, debt, tables=tables) for debt in asking.debts]
    balances = [debt.on(asking.on) for debt in debts]
    owed = sum((balance.total for balance in balances), ZERO)
    if owed <= 0 or await _agreed(connection, asking.debts):
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


async def _agreed(connection: AsyncConnection, debts: Sequence[UUID]) -> bool:
    query = (
        select(AgreementRow.id)
        .join(AgreementDebtRow, AgreementDebtRow.agreement_id == AgreementRow.id)
        .where(AgreementDebtRow.debt_id.in_(debts), AgreementRow.state.in_(BINDING))
    )
    return await connection.scalar(query.limit(1)) is not None


async def offers(
    connection: AsyncConnection, asking: Asking, wishes: Wishes
) -> tuple[Case, Simulation]:
    """Simulate, and write nothing down."""
    found = await case(connection, asking)
    published = await policies(connection)
    return found, simulate(list(published.values()), found.situation, wishes)


async def offer(
    connection: AsyncConnection, asking: Asking, found: Case, made: Offer, *, at: datetime
) -> UUID:
    """Store what is offered, with the version that allows it; return the offer's id."""
    published = await policies(connection)
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
    if await _agreed(connection, debts):
        return NotAccepted("already_agreed")
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
    return agreement


async def happen(
    connection: AsyncConnection, agreement: UUID, event: Event, at: datetime
) -> State:
    """Write an event and the state that follows; raises ImpossibleTransition."""
    query = select(AgreementRow.state).where(AgreementRow.id == agreement)
    before = (await connection.execute(query.with_for_update())).scalar_one()
    state = next_state(State(before), event)
    last = select(AgreementEventRow.number).where(
        AgreementEventRow.agreement_id == agreement
    )
    number = await connection.scalar(
        last.order_by(AgreementEventRow.number.desc()).limit(1)
    )
    await connection.execute(
        insert(AgreementEventRow),
        {
            "id": uuid7(),
            "agreement_id": agreement,
            "number": (number or 0) + 1,
            "kind": type(event).__name__,
            "state": state.value,
            "details": event_details(event),
            "at": at,
        },
    )
    await connection.execute(
        update(AgreementRow).where(AgreementRow.id == agreement).values(state=state.value)
    )
    return state
