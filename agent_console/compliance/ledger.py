"""Handlers that read the suppression ledger: of one debtor, or all of it by what is sought.

What is typed of a debtor comes in the body, never in an address that is logged or kept in
a browser's history; each such search is audited.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.compliance.contracts import (
    LedgerOut,
    LedgerPageOut,
    LedgerSearchIn,
    LineOut,
)
from agent_console.desk.tools import DESK
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.compliance import ledger_lines
from cobranca.compliance.ledger_lines import Line, Sought
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.compliance.wording import words
from cobranca.debtors.service import debtor_with_document
from cobranca.debtors.store import CreditorRow
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.brasil.phone import UndialableNumber, masked_phone, parse_phone

PAGE, MOST_CREDITORS = 50, 500
LEAST_DIGITS = 8  # with so many it is a document or a telephone, not a name


async def of_debtor(asked: Asked[None, None]) -> LedgerOut:
    async with asked.request.app[DATABASE].begin() as connection:
        now = await _now(asked, connection)
        found = await ledger_lines.lines_of(connection, UUID(asked.path["id"]))
    return LedgerOut(lines=[_out(one, now) for one in found])


async def search(asked: Asked[LedgerSearchIn, None]) -> LedgerPageOut:
    given = asked.body
    async with asked.request.app[DATABASE].begin() as connection:
        now = await _now(asked, connection)
        whose = await _whose(connection, asked, given.whom) if given.whom else {}
        sought = Sought(
            reason=given.reason,
            state=given.state,
            before=given.before,
            limit=PAGE + 1,
            **whose,
        )
        nobody = given.whom and not any(whose.values())
        found = [] if nobody else await ledger_lines.search(connection, sought, now)
        if whose and given.before is None:  # reading on is the same search
            await _record(connection, asked, whose)
    return LedgerPageOut(
        lines=[_out(one, now) for one in found[:PAGE]], more=len(found) > PAGE
    )


async def shown(asked: Asked[None, None]) -> Mapping[str, Any]:
    """What the page itself may name: reasons with what they ask, creditors, means."""
    query = select(CreditorRow.id, CreditorRow.name).order_by(CreditorRow.name)
    async with asked.request.app[DATABASE].connect() as connection:
        creditors = (await connection.execute(query.limit(MOST_CREDITORS))).all()
    return {
        "reasons": sorted(reasons_in_force().values(), key=lambda one: one.title),
        "creditors": creditors,
        "means": words("means"),
        "origins": words("origins"),
    }


async def _now(asked: Asked[Any, Any], connection: AsyncConnection) -> datetime:
    return (await asked.request.app[DESK].contact_clock(connection)).now()


async def _whose(
    connection: AsyncConnection, asked: Asked[LedgerSearchIn, None], written: str
) -> dict[str, Any]:
    """Whom it names: eleven digits may be a CPF as well as a telephone, so both."""
    if sum(map(str.isdigit, written)) < LEAST_DIGITS:
        return {"name": written}
    found: dict[str, Any] = {}
    with suppress(InvalidDocument):
        keys, document = asked.request.app[DESK].keys, parse_document(written)
        found["debtor"] = await debtor_with_document(connection, keys, document)
    with suppress(UndialableNumber):
        found["number"] = parse_phone(written).e164
    if not found:
        raise Problem("unreadable_whom", 422)
    return found


async def _record(
    connection: AsyncConnection,
    asked: Asked[LedgerSearchIn, None],
    whose: Mapping[str, Any],
) -> None:
    debtor = whose.get("debtor")
    by = "name" if "name" in whose else "document" if debtor else "telephone"
    await audit.record(
        connection, asked.who, action="suppression.search", detail={"by": by},
        subject=("debtor", debtor) if debtor else None,
    )  # fmt: skip


def _out(one: Line, now: datetime) -> LineOut:
    reason = reasons_in_force().get(one.reason)
    return LineOut(
        id=one.id,
        reason=one.reason,
        title=reason.title if reason else one.reason,
        debtor=one.debtor,
        whom=one.whom,
        telephone=one.number and masked_phone(one.number),
        creditor=one.creditor,
        debt=one.debt,
        means=one.means,
        origin=one.origin,
        by=one.by,
        proof=one.proof,
        since=one.since,
        until=one.until,
        stands=one.stands(now),
    )
