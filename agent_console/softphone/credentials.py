"""A seat's short-lived SIP password, and which page holds the seat.

One page a seat. A page without a name of its own takes the seat over; a page that still
holds it renews the password; one that lost it is refused, so that two pages do not
throw each other out in turns.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.softphone.store import SipCredentialRow
from cobranca.people.store import AgentRow

LIFE = timedelta(minutes=10)
RENEW_AFTER = timedelta(minutes=4)  # twice in a life, before the switch asks again


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a page registers with."""

    page: str
    password: str
    expires_at: datetime


class SeatTaken(Exception):
    """Another page holds the seat."""


async def take(connection: AsyncConnection, agent: UUID, now: datetime) -> Credential:
    """Give the seat to a new page, whoever held it."""
    return await _write(connection, agent, secrets.token_hex(8), now)


async def renew(
    connection: AsyncConnection, agent: UUID, page: str, now: datetime
) -> Credential:
    """A new password for the page that holds the seat; raises SeatTaken."""
    held = await connection.scalar(
        select(SipCredentialRow.page)
        .where(SipCredentialRow.agent_id == agent)
        .with_for_update()
    )
    if held is not None and held != page:
        raise SeatTaken
    return await _write(connection, agent, page, now)


async def holder(connection: AsyncConnection, endpoint: str, now: datetime) -> str | None:
    """The page that holds a seat now; None when its time is over or there is none."""
    query = (
        select(SipCredentialRow.page)
        .join(AgentRow, AgentRow.id == SipCredentialRow.agent_id)
        .where(AgentRow.endpoint == endpoint, SipCredentialRow.expires_at > now)
    )
    found: str | None = await connection.scalar(query)
    return found


async def _write(
    connection: AsyncConnection, agent: UUID, page: str, now: datetime
) -> Credential:
    made = Credential(page=page, password=secrets.token_hex(24), expires_at=now + LIFE)
    fresh = {
        "page": page,
        "password": made.password,
        "issued_at": now,
        "expires_at": made.expires_at,
    }
    await connection.execute(
        insert(SipCredentialRow)
        .values(agent_id=agent, **fresh)
        .on_conflict_do_update(index_elements=[SipCredentialRow.agent_id], set_=fresh)
    )
    return made
