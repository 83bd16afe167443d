"""The debtor says yes: an agreement, or a promise.

The proof of an agreement is the place in the recording where it was read back and
confirmed. All of it is in one transaction, with what is sent in writing.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements import service
from cobranca.agreements.life import Evidence
from cobranca.agreements.service import NotAccepted
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.contacts import robot_calls
from cobranca.contacts.store import PromiseRow
from cobranca.people import audit
from foundation.ids import uuid7
from ura.steps.case import ORIGIN, Case, Result, Slots

FARTHEST = timedelta(days=30)  # of a promise: what is later is for an agreement


async def close_agreement(case: Case, slots: Slots) -> Result:
    """Accept what was read out last; nothing is written unless all of it is."""
    if case.offer is None:
        raise AssertionError("nothing was read out")
    proof = Evidence(recording=case.call, second=case.second)
    async with case.means.engine.begin() as connection:
        made = await service.accept(
            connection, case.offer, proof, on=case.today, at=case.now
        )
        if isinstance(made, NotAccepted):
            return "refused" if made.reason == "already_agreed" else "changed", {}
        await _keep(connection, case, made)
    case.agreement = made
    return "agreed", {}


async def _keep(connection: AsyncConnection, case: Case, agreement: UUID) -> None:
    debtor = case.known_debtor()
    await robot_calls.agreed(connection, case.call, agreement)
    detail = {"agreement": str(agreement), "call": str(case.call)}
    await audit.record_debtor(
        connection, debtor, action="ura.agree", detail=detail, where=ORIGIN
    )
    await put(
        connection,
        NewMessage(
            debtor=debtor,
            creditor=case.debts[0].creditor.id,
            debt=case.debts[0].id,
            template="agreement",
            key=f"agreement:{agreement}",
            purpose="service",
            asked_for=True,
        ),
    )


async def keep_promise(case: Case, slots: Slots) -> Result:
    """At most one promise a call: what is said last counts."""
    day = slots["promised_for"]
    if not isinstance(day, date):
        raise AssertionError("no day")
    if day > case.today + FARTHEST:
        return "too_far", {}
    row = {
        "id": uuid7(),
        "attempt_id": case.call,
        "debtor_id": case.known_debtor(),
        "agent_id": None,
        "amount": case.owed,
        "due_on": day,
        "made_at": case.now,
    }
    made = insert(PromiseRow).values(row)
    changed = {name: row[name] for name in ("amount", "due_on", "made_at")}
    async with case.means.engine.begin() as connection:
        await connection.execute(
            made.on_conflict_do_update(index_elements=["attempt_id"], set_=changed)
        )
    return "kept", {}
