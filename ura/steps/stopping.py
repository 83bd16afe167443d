"""Who must not be called again, or not like this: wrong number, opt-out, dispute.

What stops contacts is entered in the suppression ledger, which every means asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.contacts.identification import Hearing, heard_who
from cobranca.contacts.identity import Denied
from cobranca.debtors.store import ContactPointRow
from cobranca.people import audit
from cobranca.portal import acts
from ura.steps.case import ORIGIN, Case, Result, Slots

_KEPT: Result = ("kept", {})
WRONG, NUMBER_OUT = "wrong_party", "number_opt_out"


async def keep_wrong_number(case: Case, slots: Slots) -> Result:
    """Nobody of ours is reached there: neither those on file with it, nor anybody."""
    async with case.means.engine.begin() as connection:
        await _not_there(connection, case)
        if case.caller:
            await _enter(connection, case, NUMBER_OUT, number=case.caller)
    return _KEPT


async def keep_third_party(case: Case, slots: Slots) -> Result:
    """Somebody else has this telephone; who is on file with it is sought elsewhere."""
    async with case.means.engine.begin() as connection:
        await _not_there(connection, case)
    return _KEPT


async def _not_there(connection: AsyncConnection, case: Case) -> None:
    owners = await owners_of(connection, case.caller)
    for debtor in owners[:1]:
        hearing = Hearing(attempt=case.call, debtor=debtor, agent=None, at=case.now)
        await heard_who(connection, hearing, Denied())
    for debtor in owners:
        await _enter(connection, case, WRONG, debtor=debtor, number=case.caller)


async def keep_opt_out(case: Case, slots: Slots) -> Result:
    """The debtor's own word stops every means; a stranger's that of his telephone."""
    proof = f"chamada {case.call}"
    async with case.means.engine.begin() as connection:
        if case.debtor is not None:
            await acts.opt_out(
                connection, case.debtor, None,
                contact_now=case.contact_now, origin=ORIGIN, proof=proof,
            )  # fmt: skip
            await audit.record_debtor(
                connection, case.debtor, action="ura.opt_out", where=ORIGIN
            )
        elif case.caller:
            await _enter(connection, case, NUMBER_OUT, number=case.caller)
        else:
            return "unknown", {}
    return _KEPT


async def keep_dispute(case: Case, slots: Slots) -> Result:
    """Nobody collects it until it is answered; what he says stands in the recording."""
    if not case.debts:  # what he agreed to is for a person to hear
        return "nothing", {}
    told = f"Contestada na chamada {case.call}, aos {case.second:.0f} s da gravação."
    debtor = case.known_debtor()
    async with case.means.engine.begin() as connection:
        for debt in case.debts:
            await acts.dispute(
                connection, case.means.keys, debtor, debt, told,
                now=case.now, contact_now=case.contact_now, origin=ORIGIN,
            )  # fmt: skip
        await audit.record_debtor(connection, debtor, action="ura.dispute", where=ORIGIN)
    return _KEPT


async def owners_of(connection: AsyncConnection, number: str) -> Sequence[UUID]:
    """Debtors who are on file with a telephone."""
    if not number:
        return []
    query = select(ContactPointRow.debtor_id).where(
        ContactPointRow.kind == "phone",
        ContactPointRow.value == number,
        ContactPointRow.status == "active",
    )
    return list((await connection.execute(query)).scalars())


async def _enter(connection: AsyncConnection, case: Case, reason: str, **of: Any) -> None:
    entered = Entry(
        reason=reason,
        origin=ORIGIN,
        since=case.contact_now,
        proof=f"chamada {case.call}",
        **of,
    )
    await ledger.enter(connection, reasons_in_force()[reason], entered)
