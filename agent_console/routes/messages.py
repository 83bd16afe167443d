"""Messages to debtors with their evidence, and what debtors ask for in the portal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Endpoint, Problem, Role
from agent_console.api.once import once
from agent_console.portal.asking import KEYS
from agent_console.services import DATABASE, SETTINGS
from cobranca.channels.store import MessageEventRow, MessageRow
from cobranca.debtors.store import DebtorRow
from cobranca.language.saying import Unsayable
from cobranca.people import audit
from cobranca.portal import acts, requests
from foundation.db.contact_clock import contact_clock

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
MOST = 500  # messages of one debtor, the newest


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EventOut(Model):
    """What became of it, by the provider's word and clock."""

    happened: str
    provider: str
    provider_id: str
    code: str
    at: datetime
    heard_at: datetime


class MessageOut(Model):
    """`rule` and `source`: why the policy refused. `digest`: of what was read."""

    id: UUID
    template: str
    purpose: str
    means: str | None
    state: str
    due_at: datetime
    allowed: bool | None
    rule: str | None
    source: str | None
    contact: UUID | None
    parts: int | None
    digest: str | None
    events: list[EventOut]


class MessagesOut(Model):
    messages: list[MessageOut]


class RequestOut(Model):
    """What a debtor asked for, in his words."""

    id: UUID
    protocol: str
    kind: str
    debtor: UUID
    name: str
    debt: UUID | None
    told: str
    asked_at: datetime
    due_on: date


class RequestsOut(Model):
    requests: list[RequestOut]


class AnswerIn(Model):
    """`upheld`, of a dispute: the debtor was right, the debt stays left alone."""

    answer: Annotated[str, Field(min_length=1, max_length=requests.LONGEST)]
    upheld: bool = False


class AnsweredOut(Model):
    """`lifted`: a dispute ended, and the debt may be collected again."""

    id: UUID
    lifted: bool


async def of_debtor(asked: Asked[None, None]) -> MessagesOut:
    """The evidence pack of one debtor; that somebody looked is on the trail."""
    debtor = UUID(asked.path["id"])
    row, event = MessageRow, MessageEventRow
    query = select(row.__table__).where(row.debtor_id == debtor)
    async with asked.request.app[DATABASE].begin() as connection:
        known = select(DebtorRow.id).where(DebtorRow.id == debtor)
        if await connection.scalar(known) is None:
            raise Problem("no_such_debtor", 404)
        newest = query.order_by(row.created_at.desc()).limit(MOST)
        rows = list(await connection.execute(newest))
        events = select(event.__table__).where(event.message_id.in_([r.id for r in rows]))
        told = list(await connection.execute(events.order_by(event.heard_at)))
        subject = ("debtor", debtor)
        await audit.record(connection, asked.who, action="messages.see", subject=subject)
    return MessagesOut(
        messages=[
            MessageOut(
                id=one.id,
                template=one.template,
                purpose=one.purpose,
                means=one.means,
                state=one.state,
                due_at=one.due_at,
                allowed=one.allowed,
                rule=one.rule,
                source=one.rule_source,
                contact=one.contact_id,
                parts=one.parts,
                digest=one.digest.hex() if one.digest else None,
                events=[
                    EventOut(
                        happened=each.happened,
                        provider=each.provider,
                        provider_id=each.provider_id,
                        code=each.code,
                        at=each.at,
                        heard_at=each.heard_at,
                    )
                    for each in told
                    if each.message_id == one.id
                ],
            )
            for one in rows
        ]
    )


async def asked_for(asked: Asked[None, None]) -> RequestsOut:
    """The rights desk's work list: the first due first."""
    keys = asked.request.app[KEYS]
    async with asked.request.app[DATABASE].connect() as connection:
        found = await requests.requests(connection, keys, open_only=True)
    return RequestsOut(
        requests=[
            RequestOut(
                id=one.id,
                protocol=one.protocol,
                kind=one.kind.value,
                debtor=one.debtor,
                name=one.name,
                debt=one.debt,
                told=one.told,
                asked_at=one.asked_at,
                due_on=one.due_on,
            )
            for one in found
        ]
    )


async def answer(asked: Asked[AnswerIn, None]) -> AnsweredOut:
    """Answer a request, once; the debtor reads it in the portal."""
    app, name = asked.request.app, UUID(asked.path["id"])

    async def use(connection: AsyncConnection) -> AnsweredOut:
        clock = await contact_clock(connection, app[SETTINGS])
        try:
            done = await acts.answer(
                connection, app[KEYS], name, asked.body.answer, by=asked.who.login,
                now=datetime.now(UTC), contact_now=clock.now(), upheld=asked.body.upheld,
            )  # fmt: skip
        except Unsayable as error:
            raise Problem("unsayable", 422, {"why": str(error)}) from None
        if done is None:
            raise Problem("no_portal_request", 404)
        subject = ("portal_request", name)
        await audit.record(connection, asked.who, action="portal.answer", subject=subject)
        return AnsweredOut(id=done.id, lifted=done.lifted)

    return await once(asked, AnsweredOut, use)


ENDPOINTS = (
    Endpoint(
        verb="GET", path="/api/v1/debtors/{id}/messages", roles=MAY, scope="messages:read",
        summary="Mensagens de um devedor, com a resposta da política e as provas",
        handler=of_debtor, answer=MessagesOut, problems=("no_such_debtor",),
    ),
    Endpoint(
        verb="GET", path="/api/v1/portal/requests", roles=MAY, scope="requests:read",
        summary="O que devedores pediram no portal, pelo dia da resposta",
        handler=asked_for, answer=RequestsOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/portal/requests/{id}/answer", roles=MAY,
        scope="requests:write", summary="Responder o que um devedor pediu",
        handler=answer, body=AnswerIn, answer=AnsweredOut, once=True,
        problems=("no_portal_request", "unsayable"),
    ),
)  # fmt: skip
