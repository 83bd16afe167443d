"""Use cases of users: who there is, who may come in, new ones, their seats.

Whoever changes a password, a role or access raises the user's epoch: sessions that began
under an earlier one are over at once, without anybody having to find them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import seats
from cobranca.people.principal import Principal
from cobranca.people.roles import TAKES_CALLS, Role
from cobranca.people.store import AgentRow, UserRow
from foundation.ids import uuid7

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST_NAME = 80


class LoginMalformed(ValueError):
    """O login tem de 2 a 40 letras sem acento, números, ponto, hífen ou sublinhado."""


class LoginTaken(ValueError):
    """Já existe um usuário com este login."""


class NameMalformed(ValueError):
    """O nome tem de 1 a 80 caracteres, sem quebras de linha."""


class UserUnknown(LookupError):
    """Não existe usuário com este login."""


class LastAdmin(ValueError):
    """É o último administrador ativo: promova outro antes."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the door needs to know of somebody who is in, or wants to come in."""

    who: Principal
    password_hash: str | None
    active: bool
    epoch: int
    must_change: bool


async def by_login(connection: AsyncConnection, login: str) -> Account | None:
    """The account of that login, in any case of letters; None when there is none."""
    found = await connection.execute(_accounts().where(UserRow.login == login.lower()))
    return _account(found.one_or_none())


async def by_id(connection: AsyncConnection, user_id: UUID) -> Account | None:
    found = await connection.execute(_accounts().where(UserRow.id == user_id))
    return _account(found.one_or_none())


async def every(connection: AsyncConnection) -> list[Account]:
    """All users by login, those without access too."""
    found = await connection.execute(_accounts().order_by(UserRow.login))
    return [one for one in map(_account, found) if one is not None]


async def count(connection: AsyncConnection) -> int:
    return await connection.scalar(select(func.count()).select_from(UserRow)) or 0


async def create(
    connection: AsyncConnection,
    *,
    login: str,
    name: str,
    role: Role,
    password_hash: str | None,
    seat_pool: int,
    must_change: bool = False,
) -> UUID:
    """Add a user, with a seat when the role takes calls.

    `seat_pool` is the number of seats that the switch knows (`asterisk.endpoints`).
    Raises LoginMalformed, LoginTaken, NameMalformed, seats.NoFreeSeat.
    """
    login = login.lower()
    require_login(login)
    require_name(name)
    if await by_login(connection, login) is not None:
        raise LoginTaken(login)
    user_id = uuid7()
    await connection.execute(
        insert(UserRow).values(
            id=user_id,
            login=login,
            name=name,
            role=role,
            password_hash=password_hash,
            created_at=datetime.now(UTC),
            active=True,
            epoch=0,
            must_change=must_change,
        )
    )
    if role in TAKES_CALLS:
        await seats.allot(connection, user_id, name, seat_pool)
    return user_id


async def set_password(
    connection: AsyncConnection, user_id: UUID, password_hash: str, *, must_change: bool
) -> None:
    """Ends every session of the user."""
    await _change(connection, user_id, password_hash=password_hash, must_change=must_change)


async def set_name(connection: AsyncConnection, user_id: UUID, name: str) -> None:
    """The seat is called after the person. Raises NameMalformed, UserUnknown."""
    require_name(name)
    renamed = update(UserRow).where(UserRow.id == user_id).values(name=name)
    if not (await connection.execute(renamed)).rowcount:
        raise UserUnknown
    seat = update(AgentRow).where(AgentRow.user_id == user_id).values(name=name)
    await connection.execute(seat)


async def end_sessions(connection: AsyncConnection, user_id: UUID) -> None:
    """Log the user out everywhere."""
    await _change(connection, user_id)


async def set_role(
    connection: AsyncConnection, user_id: UUID, role: Role, seat_pool: int
) -> None:
    """Ends every session. Raises LastAdmin, seats.NoFreeSeat."""
    account = await _locked(connection, user_id)
    if account.who.role is Role.ADMIN and role is not Role.ADMIN:
        await _require_other_admin(connection, user_id)
    await _change(connection, user_id, role=role)
    await _seat(connection, account, role in TAKES_CALLS and account.active, seat_pool)


async def set_active(
    connection: AsyncConnection, user_id: UUID, active: bool, seat_pool: int
) -> None:
    """Give or end access; ends every session. Raises LastAdmin, seats.NoFreeSeat."""
    account = await _locked(connection, user_id)
    if not active and account.who.role is Role.ADMIN:
        await _require_other_admin(connection, user_id)
    await _change(connection, user_id, active=active)
    await _seat(connection, account, active and account.who.role in TAKES_CALLS, seat_pool)


async def shut_out(connection: AsyncConnection, user_id: UUID) -> None:
    """End access whoever it is, the last admin too."""
    await _change(connection, user_id, active=False)
    await seats.close(connection, user_id)


def require_login(login: str) -> None:
    """Raises LoginMalformed."""
    if LOGIN.fullmatch(login) is None:
        raise LoginMalformed(login)


def require_name(name: str) -> None:
    """Raises NameMalformed."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise NameMalformed


def _accounts() -> Select[*tuple[Any, ...]]:
    mine = and_(AgentRow.user_id == UserRow.id, AgentRow.active)
    return select(
        UserRow, AgentRow.endpoint.label("seat"), AgentRow.id.label("agent_id")
    ).outerjoin(AgentRow, mine)


def _account(row: Row[Any] | None) -> Account | None:
    if row is None:
        return None
    who = Principal(
        user_id=row.id,
        login=row.login,
        name=row.name,
        role=Role(row.role),
        seat=row.seat,
        agent_id=row.agent_id,
    )
    return Account(who, row.password_hash, row.active, row.epoch, row.must_change)


async def _locked(connection: AsyncConnection, user_id: UUID) -> Account:
    """One change of access at a time, so that two cannot remove the last two admins."""
    query = select(UserRow.id).where(UserRow.role == Role.ADMIN).with_for_update()
    await connection.execute(query.order_by(UserRow.id))
    account = await by_id(connection, user_id)
    if account is None:
        raise UserUnknown
    return account


async def _require_other_admin(connection: AsyncConnection, user_id: UUID) -> None:
    others = select(func.count()).where(
        UserRow.role == Role.ADMIN, UserRow.active, UserRow.id != user_id
    )
    if not await connection.scalar(others):
        raise LastAdmin


async def _change(connection: AsyncConnection, user_id: UUID, **values: Any) -> None:
    changed = update(UserRow).where(UserRow.id == user_id)
    await connection.execute(changed.values(epoch=UserRow.epoch + 1, **values))


async def _seat(
    connection: AsyncConnection, account: Account, wanted: bool, seat_pool: int
) -> None:
    if wanted:
        await seats.allot(connection, account.who.user_id, account.who.name, seat_pool)
    else:
        await seats.close(connection, account.who.user_id)
