"""Handlers that enter and lift what the ledger holds, and ask for contacts of others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.compliance.contracts import (
    AnswerOut,
    ContactIn,
    EndIn,
    EnteredOut,
    LiftIn,
    SuppressionIn,
)
from agent_console.desk.tools import DESK
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.compliance import ledger
from cobranca.compliance.gate import Gate
from cobranca.compliance.ledger import Entered
from cobranca.compliance.points_of import point
from cobranca.compliance.ports import End
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.compliance.service import Errand
from cobranca.debtors.service import debtor_with_document
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.brasil.phone import UndialableNumber, parse_phone
from foundation.clock import SAO_PAULO


async def enter(asked: Asked[SuppressionIn, None]) -> EnteredOut:
    given, tools = asked.body, asked.request.app[DESK]
    reason = reasons_in_force().get(given.reason)
    if reason is None:
        raise Problem("unknown_reason", 422)
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            now = (await tools.contact_clock(connection)).now()
            debtor = asked.body.debtor or await _of_document(connection, asked)
            told = _told(asked, reason.code, now, debtor)
            made = await ledger.enter(connection, reason, told)
            if not isinstance(made, Entered):
                raise Problem(f"lacks_{made}", 422)
            subject = ("debtor", told.debtor) if told.debtor else None
            await _record(connection, asked, "suppression.enter", subject, reason.code)
    except IntegrityError:  # of a debtor, creditor or debt that does not exist
        raise Problem("no_such_debtor", 404) from None
    return EnteredOut(id=made.id, again=made.again)


async def lift(asked: Asked[LiftIn, None]) -> None:
    tools, line = asked.request.app[DESK], UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        now = (await tools.contact_clock(connection)).now()
        lifted = await ledger.lift(connection, line, now, reasons_in_force())
        if lifted is None:
            raise Problem("no_such_suppression", 404)
        subject = ("debtor", lifted.debtor) if lifted.debtor else None
        why = {"why": asked.body.why}
        await _record(connection, asked, "suppression.lift", subject, lifted.reason, why)


async def seek(asked: Asked[ContactIn, None]) -> AnswerOut:
    """Ask for one contact; what is allowed counts from now on."""
    given, tools = asked.body, asked.request.app[DESK]
    engine = asked.request.app[DATABASE]
    async with engine.begin() as connection:
        now = (await tools.contact_clock(connection)).now()
        whom = await point(connection, given.contact_point, given.means)
    if whom is None:
        raise Problem("no_such_point", 404)
    errand = Errand(
        means=given.means,
        purpose=given.purpose,
        creditor=given.creditor,
        debt=given.debt,
    )
    (answer,) = await Gate(engine, tools.policy).seek([whom], errand, now, origin="api")
    return AnswerOut(
        allowed=answer.verdict.allowed,
        rule=answer.verdict.rule,
        source=answer.verdict.source,
        until=answer.verdict.until,
        contact=answer.contact,
    )


async def end(asked: Asked[EndIn, None]) -> None:
    given, engine = asked.body, asked.request.app[DATABASE]
    what = End(sent=given.sent, talked=given.talked, right_party=given.right_party)
    gate = Gate(engine, asked.request.app[DESK].policy)
    if not await gate.close(UUID(asked.path["id"]), what):
        raise Problem("no_such_contact", 404)


async def _of_document(
    connection: AsyncConnection, asked: Asked[SuppressionIn, None]
) -> UUID | None:
    if not asked.body.document:
        return None
    try:
        document = parse_document(asked.body.document)
    except InvalidDocument:
        raise Problem("invalid_document", 422) from None
    keys = asked.request.app[DESK].keys
    found = await debtor_with_document(connection, keys, document)
    if found is None:
        raise Problem("no_such_debtor", 404)
    return found


def _told(
    asked: Asked[SuppressionIn, None], reason: str, now: datetime, debtor: UUID | None
) -> Entry:
    given, until = asked.body, asked.body.until
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=SAO_PAULO)
    return Entry(
        reason=reason,
        origin="api" if asked.who.token else "supervisor",
        since=now,
        debtor=debtor,
        number=given.number and _telephone(given.number),
        creditor=given.creditor,
        debt=given.debt,
        means=given.means,
        until=until,
        proof=given.proof,
        by=asked.who.user_id,
    )


def _telephone(written: str) -> str:
    try:
        return parse_phone(written).e164
    except UndialableNumber:
        raise Problem("unreadable_number", 422) from None


async def _record(
    connection: AsyncConnection,
    asked: Asked[Any, None],
    action: str,
    subject: tuple[str, UUID] | None,
    reason: str,
    more: Mapping[str, str] | None = None,
) -> None:
    detail = {"reason": reason} | dict(more or {})
    await audit.record(connection, asked.who, action=action, subject=subject, detail=detail)
