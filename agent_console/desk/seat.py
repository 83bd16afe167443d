"""The agent's own seat: what the floor shows of it, and what is asked of the floor.

The floor obeys commands when a dialer leads; what it did is seen on the board.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.problems import Problem
from cobranca.people import audit, seats
from cobranca.people.principal import Principal
from cobranca.people.roles import Role
from foundation.bus import BOARD, COMMANDS, Bus
from foundation.db.draining import DRAIN
from foundation.db.leadership import LeadershipRow

# connecting, with a call: the line fell in mid-call and the floor keeps the debtor
IN_CALL = frozenset({"preview", "reserved", "talking", "wrap_up", "connecting"})


@dataclass(frozen=True, slots=True)
class Preview:
    """A debtor who is shown before he is called; `call` is what that call will be named."""

    call: UUID
    campaign: UUID
    debtor: UUID
    point: UUID


@dataclass(frozen=True, slots=True)
class Seat:
    """One entry of the board; `state` None: there is none."""

    endpoint: str
    state: str | None
    call: UUID | None
    since: datetime | None
    entry: Mapping[str, Any]

    @property
    def is_ready(self) -> bool:
        """A supervisor's, with a leg that stands and nothing in hand."""
        return self.state == "paused" and bool(self.entry.get("supervises"))

    def is_of_other(self, *, supervises: bool) -> bool:
        """Whether the floor still has it as of the role that its owner had before."""
        there = self.state not in (None, "offline")
        return there and bool(self.entry.get("supervises")) != supervises

    @property
    def preview(self) -> Preview | None:
        """Whom the agent is to call, before it is dialled."""
        told = self.entry.get("preview")
        if self.state != "preview" or self.call is None or not told:
            return None
        return Preview(
            self.call, UUID(told["campaign"]), UUID(told["debtor"]), UUID(told["point"])
        )

    def holds(self, call: UUID) -> bool:
        """Whether that call is in this agent's hands now."""
        return self.call == call and self.state in IN_CALL


async def seated(connection: AsyncConnection, who: Principal, pool: int) -> str | None:
    """The seat of who opens the desk; a supervisor who has none gets one. Audited.

    Raises Problem no_free_seat.
    """
    if who.seat is not None or who.role is not Role.SUPERVISOR:
        return who.seat
    try:
        seat = await seats.allot(connection, who.user_id, who.name, pool)
    except seats.NoFreeSeat:
        raise Problem("no_free_seat", 409) from None
    subject = ("user", who.user_id)
    await audit.record(
        connection, who, action="desk.seat", subject=subject, detail={"seat": seat}
    )
    return seat


def own_seat(who: Principal) -> tuple[str, UUID]:
    """Endpoint and agent of who asks. Raises Problem no_seat."""
    if who.seat is None or who.agent_id is None:
        raise Problem("no_seat", 409)
    return who.seat, who.agent_id


async def read_seat(bus: Bus, endpoint: str) -> Seat:
    """Read the seat from the board. Raises RedisError."""
    raw: Any = await bus.client.hget(BOARD, endpoint)
    entry = json.loads(raw) if raw else {}
    call, since = entry.get("call"), entry.get("since")
    return Seat(
        endpoint=endpoint,
        state=entry.get("state"),
        call=UUID(call) if call else None,
        since=datetime.fromisoformat(since) if since else None,
        entry=entry,
    )


async def command(
    bus: Bus,
    endpoint: str,
    do: str,
    *,
    code: str | None = None,
    call: UUID | None = None,
    own: bool = False,
) -> None:
    """Ask the floor for something, about that call only if one is named.

    `own`: it is a supervisor's seat that logs in, or takes the call.

    Raises RedisError.
    """
    meant = None if call is None else str(call)
    wish: dict[str, object] = {"do": do, "agent": endpoint, "code": code or ""}
    wish["call"] = meant
    if own:
        wish["own"] = True
    await bus.publish(COMMANDS, wish)


async def require_dialer(connection: AsyncConnection) -> None:
    """Nobody would obey a command. Raises Problem no_dialer."""
    query = select(func.count()).where(
        LeadershipRow.name != DRAIN,  # the operator's order to stop is no leader
        LeadershipRow.expires_at > func.clock_timestamp(),
    )
    if not await connection.scalar(query):
        raise Problem("no_dialer", 503)
