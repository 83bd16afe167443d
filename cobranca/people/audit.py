"""The audit trail: who looked at or changed what. Written in the transaction of the deed.

The table only grows: a trigger of the database refuses changes and deletions.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.principal import Principal
from cobranca.people.store import AuditRow

Subject = tuple[str, UUID | str]  # kind and id, e.g. ("recording", id)


async def record(
    connection: AsyncConnection,
    who: Principal | None,
    *,
    action: str,
    subject: Subject | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a line. `who` None: a command at the machine. `detail` holds JSON values."""
    kind, number = subject or (None, None)
    await _add(
        connection,
        user_id=who and who.user_id,
        who=who.login if who else f"cli:{system_user()}",
        token=who and who.token,
        action=action,
        subject_kind=kind,
        subject_id=None if number is None else str(number),
        detail=dict(detail or {}),
    )


async def record_stranger(
    connection: AsyncConnection, user_id: UUID | None, *, action: str, address: str
) -> None:
    """Add a line about somebody at the door. `user_id`: who he says he is, if such a user
    exists; what he typed is not kept, for it may be a password."""
    await _add(
        connection,
        user_id=user_id,
        who="?",
        token=None,
        action=action,
        subject_kind="address",
        subject_id=address,
        detail={},
    )


async def record_debtor(
    connection: AsyncConnection,
    debtor: UUID,
    *,
    action: str,
    detail: Mapping[str, Any] | None = None,
    where: str = "portal",
) -> None:
    """Add a line about what somebody did in a debtor's name, in the portal or the URA."""
    await _add(
        connection,
        user_id=None,
        who=where,
        token=None,
        action=action,
        subject_kind="debtor",
        subject_id=str(debtor),
        detail=dict(detail or {}),
    )


async def _add(connection: AsyncConnection, **values: Any) -> None:
    await connection.execute(insert(AuditRow).values(at=datetime.now(UTC), **values))


def system_user() -> str:
    """Return the name of whoever runs a command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "?"
