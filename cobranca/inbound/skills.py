"""Use cases of agents' skills. The caller commits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.inbound.store import AgentSkillRow
from cobranca.people import audit
from cobranca.people.principal import Principal
from cobranca.people.roles import Role
from cobranca.people.store import AgentRow, UserRow

LONGEST = 40  # characters of a skill
MOST = 20  # of an agent


class NoSuchAgent(ValueError):
    """Este atendente não existe, ou não tem posição."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skilled:
    id: UUID
    endpoint: str
    name: str
    skills: tuple[str, ...]


def written(names: Iterable[str]) -> tuple[str, ...]:
    """Skills as they are compared: small letters, each once, in order.

    >>> written([" Veículos", "cartão", "veículos", ""])
    ('cartão', 'veículos')
    """
    found = {" ".join(name.lower().split())[:LONGEST] for name in names}
    return tuple(sorted(found - {""}))[:MOST]


async def agents(connection: AsyncConnection) -> list[Skilled]:
    """Whoever has a seat, with his skills."""
    skills = func.array_remove(func.array_agg(AgentSkillRow.skill), None)
    query = (
        select(
            AgentRow.id,
            AgentRow.endpoint,
            func.coalesce(UserRow.name, AgentRow.name).label("name"),
            skills.label("skills"),
        )
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .outerjoin(AgentSkillRow, AgentSkillRow.agent_id == AgentRow.id)
        .where(AgentRow.active, or_(UserRow.id.is_(None), UserRow.role == Role.AGENT))
        .group_by(AgentRow.id, UserRow.name)
        .order_by(AgentRow.endpoint)
    )
    return [
        Skilled(id=row.id, endpoint=row.endpoint, name=row.name, skills=written(row.skills))
        for row in await connection.execute(query)
    ]


async def put(
    connection: AsyncConnection, endpoint: str, names: Iterable[str], who: Principal | None
) -> tuple[str, ...]:
    """Give the agent of a seat these skills and no others. Raises NoSuchAgent."""
    known = select(AgentRow.id).where(AgentRow.endpoint == endpoint, AgentRow.active)
    agent = await connection.scalar(known)
    if agent is None:
        raise NoSuchAgent
    skills = written(names)
    await connection.execute(delete(AgentSkillRow).where(AgentSkillRow.agent_id == agent))
    if skills:
        rows = [{"agent_id": agent, "skill": skill} for skill in skills]
        await connection.execute(insert(AgentSkillRow), rows)
    await audit.record(
        connection, who, action="inbound.skills", subject=("agent", agent),
        detail={"skills": ", ".join(skills)},
    )  # fmt: skip
    return skills
