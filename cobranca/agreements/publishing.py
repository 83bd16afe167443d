"""Publishing negotiation policies, and which version holds on a day. The caller commits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.policy import Policy
from cobranca.agreements.store import PolicyRow
from foundation.ids import uuid7


class PolicyVersionTaken(ValueError):
    """Esta versão da política já foi publicada."""


async def publish(
    connection: AsyncConnection, policy: Policy, *, by: str, at: datetime
) -> UUID:
    """Publish a version of a policy; raises PolicyVersionTaken."""
    query = select(PolicyRow.id).where(
        PolicyRow.code == policy.code, PolicyRow.version == policy.version
    )
    if await connection.scalar(query) is not None:
        raise PolicyVersionTaken(PolicyVersionTaken.__doc__)
    row = {
        "id": uuid7(),
        "code": policy.code,
        "version": policy.version,
        "document": policy.model_dump(mode="json"),
        "at": at,
        "by": by,
    }
    await connection.execute(insert(PolicyRow), row)
    return UUID(str(row["id"]))


async def policies(connection: AsyncConnection, on: date) -> dict[UUID, Policy]:
    """Return of each policy the newest version in force on a day, by its row's id."""
    query = select(PolicyRow.__table__).order_by(PolicyRow.code, PolicyRow.version)
    newest: dict[str, tuple[UUID, Policy]] = {}
    for row in await connection.execute(query):
        policy = Policy.model_validate(row.document)
        if policy.in_force(on):
            newest[policy.code] = (row.id, policy)
    return dict(newest.values())
