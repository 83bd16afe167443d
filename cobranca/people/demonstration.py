"""Logins for a demonstration: made with passwords of their own, kept in one private file.

A user who was there before, or whose password somebody changed, is left alone. On a real
route the logins of a demonstration are closed: whoever has the file could come in.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people import audit, users
from cobranca.people.passwords import Passwords, generated
from cobranca.people.roles import Role
from cobranca.people.users import Account

PEOPLE = (
    ("atendente1", "Aline Prado", Role.AGENT),
    ("atendente2", "Bruno Teles", Role.AGENT),
    ("atendente3", "Carla Nunes", Role.AGENT),
    ("supervisora", "Denise Rocha", Role.SUPERVISOR),
    ("admin", "Eduardo Lima", Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A way in. `password` None: the user is not, or no longer, the demonstration's."""

    login: str
    role: Role
    password: str | None


async def open_doors(
    connection: AsyncConnection, passwords: Passwords, path: Path, seat_pool: int
) -> list[Login]:
    """Make sure of the people of a demonstration; repeating changes nothing."""
    kept = _read(path)
    found = []
    for login, name, role in PEOPLE:
        account = await users.by_login(connection, login)
        if account is None:
            password = kept.setdefault(login, generated())
            _write(path, kept)  # before the user: a crash between them loses nothing
            await users.create(
                connection,
                login=login,
                name=name,
                role=role,
                password_hash=await passwords.hash(password),
                seat_pool=seat_pool,
            )
        elif await _is_ours(passwords, account, kept):
            password = kept[login]
            if not account.active:
                await users.set_active(connection, account.who.user_id, True, seat_pool)
        else:
            found.append(Login(login, account.who.role, None))
            continue
        found.append(Login(login, role, password))
    return found


async def close_doors(
    connection: AsyncConnection, passwords: Passwords, path: Path
) -> list[str]:
    """End the access of the demonstration's people; returns their logins."""
    closed = []
    async for account in _ours(connection, passwords, path):
        if account.active:
            await users.shut_out(connection, account.who.user_id)
            subject = ("user", account.who.user_id)
            await audit.record(connection, None, action="user.deactivate", subject=subject)
            closed.append(account.who.login)
    return closed


async def _ours(
    connection: AsyncConnection, passwords: Passwords, path: Path
) -> AsyncIterator[Account]:
    kept = _read(path)
    for login in kept:
        account = await users.by_login(connection, login)
        if account is not None and await _is_ours(passwords, account, kept):
            yield account


async def _is_ours(passwords: Passwords, account: Account, kept: dict[str, str]) -> bool:
    password = kept.get(account.who.login)
    return password is not None and await passwords.matches(account.password_hash, password)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text("utf-8"))
    return found


def _write(path: Path, kept: dict[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(handle, "w") as file:
        json.dump(kept, file, indent=2)
    os.replace(draft, path)
