"""The agent says that somebody must not be contacted: one click for another's number."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.desk.contracts import SuppressionIn
from agent_console.desk.tools import DeskTools
from agent_console.problems import Problem
from cobranca.compliance import ledger
from cobranca.compliance.ledger import Entered
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.calls.disposing import creditor_of


async def suppress(
    connection: AsyncConnection,
    tools: DeskTools,
    who: Principal,
    call: Any,
    given: SuppressionIn,
) -> Entered:
    """Enter it of the call's debtor or number, audited; the caller commits.

    Raises Problem.
    """
    reason = reasons_in_force().get(given.reason)
    if reason is None:
        raise Problem("unknown_reason", 422)
    if call.debtor_id is None and reason.of != "number":
        raise Problem("lacks_debtor", 409)
    now = (await tools.contact_clock(connection)).now()
    told = Entry(
        reason=reason.code,
        origin="desk",
        since=now,
        debtor=call.debtor_id,
        number=call.number,
        creditor=await creditor_of(connection, call, reason),
        proof=_proof(given, call, needed=reason.proof),
        by=who.user_id,
    )
    made = await ledger.enter(connection, reason, told)
    if not isinstance(made, Entered):
        raise Problem(f"lacks_{made}", 422)
    await audit.record(
        connection,
        who,
        action="suppression.enter",
        subject=("debtor", call.debtor_id) if call.debtor_id else ("attempt", call.id),
        detail={"reason": reason.code, "attempt": str(call.id)},
    )
    return made


def _proof(given: SuppressionIn, call: Any, *, needed: bool) -> str:
    """What was told, with the call in which it was; nothing told proves nothing."""
    told = given.proof.strip()
    if needed and not told:
        return ""
    return f"{told} (chamada {call.id})" if told else f"chamada {call.id}"
