"""Handlers of negotiation policies: those published, the effect of a draft, publishing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office.contracts import (
    EffectOut,
    PoliciesOut,
    PolicyOut,
    PreviewForm,
    PreviewOut,
    PublishForm,
)
from agent_console.negotiation.making import by_index_tables
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.agreements.policy import Policy
from cobranca.agreements.preview import preview
from cobranca.agreements.publishing import PolicyVersionTaken, publish
from cobranca.agreements.store import PolicyRow
from cobranca.people import audit
from foundation.clock import SAO_PAULO


async def list_them(asked: Asked[None, None]) -> PoliciesOut:
    query = select(PolicyRow.__table__).order_by(PolicyRow.code, PolicyRow.version.desc())
    async with asked.request.app[DATABASE].connect() as connection:
        rows = list(await connection.execute(query))
    return PoliciesOut(
        policies=[
            PolicyOut(
                id=row.id,
                code=row.code,
                version=row.version,
                at=row.at,
                by=row.by,
                policy=Policy.model_validate(row.document),
            )
            for row in rows
        ]
    )


async def effect(asked: Asked[PreviewForm, None]) -> PreviewOut:
    """What the draft would do to last month's base; nothing is written."""
    body = asked.body
    async with asked.request.app[DATABASE].connect() as connection:
        with by_index_tables():
            found = await preview(
                connection,
                body.policy,
                datetime.now(SAO_PAULO).date(),
                channel=body.channel,
                authority=body.authority,
            )
    return PreviewOut(
        on=found.on,
        base=found.base,
        sample=found.sample,
        now=EffectOut(**asdict(found.now)),
        then=EffectOut(**asdict(found.then)),
        lost=found.lost,
        gained=found.gained,
    )


async def put_out(asked: Asked[PublishForm, None]) -> PolicyOut:
    policy = asked.body.policy

    async def use(connection: AsyncConnection) -> PolicyOut:
        now = datetime.now(UTC)
        try:
            name = await publish(connection, policy, by=asked.who.login, at=now)
        except PolicyVersionTaken:
            raise Problem("policy_taken", 409) from None
        await audit.record(
            connection, asked.who, action="policy.published", subject=("policy", name)
        )
        return PolicyOut(
            id=name,
            code=policy.code,
            version=policy.version,
            at=now,
            by=asked.who.login,
            policy=policy,
        )

    return await once(asked, PolicyOut, use)
