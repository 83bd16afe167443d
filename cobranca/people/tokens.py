"""Bearer tokens: a program's key, on behalf of a user, with scopes and an end.

Shown once when made; the database holds a digest. 256 random bits need no slow hash, and
looking a digest up leaks nothing of the token.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import ApiTokenRow, UserRow
from foundation.ids import uuid7

PREFIX = "acordo_"
NAME = re.compile(r"[\w][\w .-]{0,59}")
LONGEST_DAYS = 730


class TokenNameMalformed(ValueError):
    """O nome do token tem de 1 a 60 letras, números, espaços ou . _ - ."""


class TokenNameTaken(ValueError):
    """Já existe um token com este nome."""


class TokenUnknown(LookupError):
    """Não existe token com este nome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    name: str
    user_id: UUID
    login: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    def lives(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


async def create(
    connection: AsyncConnection,
    user_id: UUID,
    name: str,
    scopes: frozenset[str],
    lasts: timedelta,
) -> str:
    """Make a token and return it, for the only time.

    Raises TokenNameMalformed, TokenNameTaken.
    """
    if NAME.fullmatch(name) is None:
        raise TokenNameMalformed(name)
    taken = select(ApiTokenRow.id).where(ApiTokenRow.name == name)
    if await connection.scalar(taken) is not None:
        raise TokenNameTaken(name)
    token = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    await connection.execute(
        insert(ApiTokenRow).values(
            id=uuid7(),
            user_id=user_id,
            name=name,
            digest=_digest(token),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


async def find(connection: AsyncConnection, token: str) -> Token | None:
    """The living token of that text; None when it is unknown, expired or revoked."""
    if not token.startswith(PREFIX):
        return None
    for found in await _tokens(connection, _digest(token)):
        if found.lives(datetime.now(UTC)):
            return found
    return None


async def every(connection: AsyncConnection) -> list[Token]:
    """All tokens by name, dead ones too."""
    return await _tokens(connection)


async def revoke(connection: AsyncConnection, name: str) -> None:
    """End a token; a second time changes nothing. Raises TokenUnknown."""
    ended = (
        update(ApiTokenRow)
        .where(ApiTokenRow.name == name, ApiTokenRow.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )
    if (await connection.execute(ended)).rowcount:
        return
    if name not in {one.name for one in await every(connection)}:
        raise TokenUnknown(name)


async def _tokens(connection: AsyncConnection, digest: bytes | None = None) -> list[Token]:
    query = select(ApiTokenRow, UserRow.login).join(UserRow).order_by(ApiTokenRow.name)
    if digest is not None:
        query = query.where(ApiTokenRow.digest == digest)
    return [
        Token(
            name=row.name,
            user_id=row.user_id,
            login=row.login,
            scopes=frozenset(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in await connection.execute(query)
    ]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
