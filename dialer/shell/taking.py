"""A person takes a call from the automatic conversation.

The caller is told so and goes to the floor, where that agent gets him if idle, else whoever
is: nobody is left between robot and people. Who hung up first was taken by nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from dialer.calls.call import CallState
from dialer.shell.facts import Fact, NotTaken, Step, Take
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

_TAKEN = text("SELECT 1 FROM call_event WHERE attempt_id = :call AND kind = 'taken'")

log = get_logger(__name__)


def take(floor: Floor, call_id: str, endpoint: str, at: datetime) -> Step:
    """Send for a caller, unless he is on his way to people by himself, or gone.

    That he was taken is a fact once the switch says so, who may refuse: `taken`, from the
    dialplan's [taken], and in the switch's own record for who was not there to hear it.
    """
    ongoing = floor.calls.get(call_id)
    if ongoing is None or ongoing.agentless:
        return Step(actions=[NotTaken(call=call_id)])
    match ongoing.call.state:
        case CallState.WITH_ROBOT if not ongoing.held:
            ongoing.prefers = endpoint
            return Step(actions=[Take(call=call_id, channel=ongoing.channel)])
        case CallState.WAITING:
            ongoing.prefers = endpoint
            return Step(facts=[Fact(kind="taken", at=at, call=call_id, agent=endpoint)])
        case CallState.TALKING:
            return Step()
        case _:
            return Step(actions=[NotTaken(call=call_id)])


async def not_taken(
    engine: AsyncEngine,
    call_id: str,
    written: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """It stays with the robot, and may be asked for again; or the caller has hung up.

    `written` waits for the facts, which may know better: an order that is heard again,
    after he was taken, changes nothing. Without it the switch was told, and refused.
    """
    try:
        if written is not None:
            await written()
        async with engine.begin() as connection:
            if written is not None and await connection.scalar(_TAKEN, {"call": call_id}):
                return
            await robot_calls.leave(connection, UUID(call_id))
    except (SQLAlchemyError, OSError) as error:
        log.warning("take_not_undone", call=call_id, why=type(error).__name__)
