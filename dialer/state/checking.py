"""Two looks at the floor, one after the other, from outside of the dialer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.ami.connection import Timing
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import ConnectionRestored
from dialer.ports import LoginRefused, SwitchUnreachable
from dialer.state.history import Happened, history_of
from dialer.state.invariants import Violation, confirmed, violations
from dialer.state.looking import look, on_board
from dialer.state.picture import Picture
from foundation.ami import ami_secret
from foundation.bus import LOST, Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.settings import ProcessSettings

BETWEEN_S = 2.0  # from one look to the next: longer than any event is on its way
REACH_S = 20.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What both looks found; each violation with the facts of its thing."""

    violations: list[tuple[Violation, list[Happened]]]
    calls: int
    agents: int
    channels: int
    board: bool  # whether Valkey could be asked


async def check(settings: ProcessSettings, between_s: float = BETWEEN_S) -> Checked:
    """Look twice. Raises SwitchUnreachable, LoginRefused, SQLAlchemyError, OSError."""
    engine = connect(settings, pool_size=1)
    client = connect_bus(redis_url(settings))
    try:
        secret, once = partial(ami_secret, settings), Timing(refused_s=0.0)
        async with AmiTelephony(settings.ami, secret, timing=once) as telephony:
            await _connected(telephony)
            first = await _looked(engine, telephony, Bus(client))
            await asyncio.sleep(between_s)
            second = await _looked(engine, telephony, Bus(client))
        found = confirmed(violations(first), violations(second))
        return Checked(
            violations=await _with_history(engine, found),
            calls=len(second.calls),
            agents=len(second.agents),
            channels=len(second.lines),
            board="board" in second.told,
        )
    finally:
        await client.aclose()
        await engine.dispose()


async def _connected(telephony: AmiTelephony) -> None:
    try:
        async with asyncio.timeout(REACH_S):
            async for event in telephony.events():
                if isinstance(event, ConnectionRestored):
                    return
    except TimeoutError as error:
        raise SwitchUnreachable("no AMI session") from error


async def _looked(engine: AsyncEngine, telephony: AmiTelephony, bus: Bus) -> Picture:
    try:
        told = {"board": await on_board(bus)}
    except LOST:
        told = {}
    return await look(engine, telephony, told)


async def _with_history(
    engine: AsyncEngine, found: Sequence[Violation]
) -> list[tuple[Violation, list[Happened]]]:
    async with engine.connect() as connection:
        return [(one, await history_of(connection, one.kind, one.subject)) for one in found]


__all__ = ["Checked", "LoginRefused", "SwitchUnreachable", "check"]
