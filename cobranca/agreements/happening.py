"""Writing down what happens to an agreement, and the state that follows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.life import Event, State, next_state
from cobranca.agreements.recorded import event_details
from cobranca.agreements.store import AgreementEventRow, AgreementRow
from cobranca.hooks.telling import happened
from foundation.ids import uuid7


class NoSuchAgreement(LookupError):
    """Não há acordo com este identificador."""


async def happen(
    connection: AsyncConnection, agreement: UUID, event: Event, at: datetime
) -> State:
    """Write an event and the state that follows.

    Raises ImpossibleTransition, NoSuchAgreement.
    """
    query = select(AgreementRow.state).where(AgreementRow.id == agreement)
    before = await connection.scalar(query.with_for_update())
    if before is None:
        raise NoSuchAgreement(NoSuchAgreement.__doc__)
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
    if state.value != before:
        what = {"agreement": str(agreement), "state": state.value}
        await happened(connection, f"agreement.{state.value}", what)
    return state
