"""A person takes a call from the automatic conversation.

The caller goes to the floor, where that agent gets him if idle, else whoever is: nobody
is left between robot and people.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from dialer.calls.call import CallState
from dialer.shell.facts import Fact, Step, Take
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

log = get_logger(__name__)


def take(floor: Floor, call_id: str, endpoint: str, at: datetime) -> Step:
    """Send for a caller; nothing happens when he is not with the robot any more."""
    ongoing = floor.calls.get(call_id)
    if ongoing is None or ongoing.call.state is not CallState.WITH_ROBOT:
        return Step()
    ongoing.prefers = endpoint
    taken = Fact(kind="taken", at=at, call=call_id, agent=endpoint)
    return Step(actions=[Take(call=call_id, channel=ongoing.channel)], facts=[taken])


async def not_taken(engine: AsyncEngine, call_id: str) -> None:
    """The switch refused: the call stays with the robot, and may be asked for again."""
    try:
        async with engine.begin() as connection:
            await robot_calls.leave(connection, UUID(call_id))
    except (SQLAlchemyError, OSError) as error:
        log.warning("take_not_undone", call=call_id, why=type(error).__name__)
