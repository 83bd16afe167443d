"""The audit trail, for who looks after access: who did what to what, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from agent_console.services import DATABASE
from agent_console.texts import TEXTS
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.contacts.dispositions import catalogue
from cobranca.people import trail

ADMINS = frozenset({Role.ADMIN})
PAGE_LINES = 50
LARGEST_ID = 2**63 - 1


class AuditQuery(BaseModel):
    """Lines of somebody, of an action, of a subject; older than the line `before`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str | None = Field(None, min_length=1, max_length=80)
    action: str | None = Field(None, pattern=r"^[a-z][a-z._]{0,59}$")
    subject_kind: str | None = Field(None, min_length=1, max_length=40)
    subject_id: str | None = Field(None, min_length=1, max_length=80)
    before: int | None = Field(None, ge=1, le=LARGEST_ID)
    limit: int = Field(PAGE_LINES, ge=1, le=500)


class LineOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    id: int
    at: datetime
    who: str
    token: str | None
    action: str
    subject_kind: str | None
    subject_id: str | None
    detail: dict[str, Any]


class AuditOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: list[LineOut]


async def lines(asked: Asked[None, AuditQuery]) -> AuditOut:
    return await _read(asked.request.app[DATABASE], asked.query)


async def shown(asked: Asked[None, None]) -> Mapping[str, Any]:
    """The page filters by a plain form; what it cannot read it leaves out."""
    given = {name: text for name, text in asked.request.query.items() if text}
    try:
        query = AuditQuery.model_validate_strings(given)
    except ValidationError:
        query = AuditQuery()
    found = await _read(asked.request.app[DATABASE], query)
    oldest = found.lines[-1].id if len(found.lines) == query.limit else None
    return {
        "lines": found.lines,
        "query": query,
        "oldest": oldest,
        "actions": TEXTS.section("audit_actions"),
        "spoken": _spoken(),
    }


def _spoken() -> dict[str, str]:
    """What codes in the details are called: roles, states of campaigns, dispositions."""
    coded = {one.code: one.title for one in reasons_in_force().values()}
    coded |= {one.code: one.label for one in catalogue().dispositions}
    coded |= TEXTS.section("audit_values")
    return coded | TEXTS.section("campaign_statuses") | TEXTS.section("roles")


async def _read(engine: AsyncEngine, query: AuditQuery) -> AuditOut:
    kind, number = query.subject_kind, query.subject_id
    async with engine.connect() as connection:
        found = await trail.read(
            connection,
            limit=query.limit,
            before=query.before,
            who=query.who,
            action=query.action,
            subject=(kind, number) if kind and number else None,
        )
    return AuditOut(lines=[LineOut.model_validate(line) for line in found])


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/audit",
        summary="Lê a trilha de auditoria, do mais novo ao mais antigo",
        roles=ADMINS,
        scope="audit:read",
        handler=lines,
        query=AuditQuery,
        answer=AuditOut,
    ),
)
PAGES = (Page("/audit", "audit.html", ADMINS, shown, real_time=True),)
