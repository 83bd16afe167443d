"""Handlers that tell why somebody may or may not be contacted, and which lists are kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.compliance.contracts import (
    ExplainedOut,
    ExplainIn,
    ExplainQuery,
    ListOut,
    ListsOut,
)
from agent_console.desk.tools import DESK
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.compliance.explain import explain
from cobranca.compliance.explained import as_json
from cobranca.compliance.lists import kept_lists
from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.compliance.rulebook import lists_of
from cobranca.compliance.service import Errand
from cobranca.debtors.service import debtor_with_document
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.clock import SAO_PAULO


async def of_debtor(asked: Asked[None, ExplainQuery]) -> ExplainedOut:
    async with asked.request.app[DATABASE].begin() as connection:
        debtor = UUID(asked.path["id"])
        return await _explained(connection, asked, debtor, asked.query)


async def of_document(asked: Asked[ExplainIn, None]) -> ExplainedOut:
    """A document comes in the body: an address is kept in logs."""
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            document = parse_document(asked.body.document)
        except InvalidDocument as error:
            raise Problem("invalid_document", 422) from error
        keys = asked.request.app[DESK].keys
        debtor = await debtor_with_document(connection, keys, document)
        if debtor is None:
            raise Problem("no_such_debtor", 404)
        return await _explained(connection, asked, debtor, asked.body)


async def lists(asked: Asked[None, None]) -> ListsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        kept = {one.name: one for one in await kept_lists(connection)}
    told = []
    for name in sorted(lists_of(asked.request.app[DESK].policy.rules) | kept.keys()):
        one = kept.get(name)
        told.append(
            ListOut(
                name=name,
                numbers=one.numbers if one else 0,
                imported_at=one and one.imported_at,
                imported_by=one and one.imported_by,
                file=one and one.file_name,
            )
        )
    return ListsOut(lists=told)


async def _explained(
    connection: AsyncConnection,
    asked: Asked[ExplainIn, None] | Asked[None, ExplainQuery],
    debtor: UUID,
    wanted: ExplainQuery,
) -> ExplainedOut:
    tools = asked.request.app[DESK]
    errand = Errand(means=wanted.means, purpose=wanted.purpose, debt=wanted.debt)
    now = _aware(wanted.at) or (await tools.contact_clock(connection)).now()
    try:
        found = await explain(connection, tools.policy, debtor, now, errand)
    except NoSuchDebtor:
        raise Problem("no_such_debtor", 404) from None
    await audit.record(
        connection, asked.who, action="compliance.explain", subject=("debtor", debtor)
    )
    told = as_json(now, errand, found, tools.policy.titles)
    return ExplainedOut.model_validate(told)


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=SAO_PAULO)
