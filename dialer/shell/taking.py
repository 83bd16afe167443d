"""A person takes a call from the automatic conversation.

The caller is told so and goes to the floor, where that agent gets him if idle, else whoever
is: nobody is left between robot and people. Who hung up first was taken by nobody.

A supervisor may take him himself (`own`), if his leg stands and nothing else is in his
hands; else the robot keeps him. Should the leg be lost after that, the agents have him.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from dialer.calls.agent import may_take_himself
from dialer.calls.call import CallState
from dialer.shell.facts import Fact, NotTaken, PassOn, Step, Take
from dialer.shell.ongoing import Ongoing
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

_TAKEN = text("SELECT 1 FROM call_event WHERE attempt_id = :call AND kind = 'taken'")

log = get_logger(__name__)


def take(
    floor: Floor, call_id: str, endpoint: str, at: datetime, *, own: bool = False
) -> Step:
    """Send for a caller, unless he is on his way to people by himself, or gone.

    That he was taken is a fact once the switch says so, who may refuse: `taken`, from the
    dialplan's [taken], and in the switch's own record for who was not there to hear it.
    """
    ongoing = floor.calls.get(call_id)
    agent = floor.agents.get(endpoint)
    able = not own or (agent is not None and may_take_himself(agent))
    if ongoing is None or ongoing.agentless or not able:
        return Step(actions=[NotTaken(call=call_id)])
    match ongoing.call.state:
        case CallState.WITH_ROBOT if not ongoing.held:
            sent = _wants(ongoing, endpoint, at, own=own)
            return Step([Take(call=call_id, channel=ongoing.channel)], facts=sent)
        case CallState.WAITING:
            sent = _wants(ongoing, endpoint, at, own=own)
            taken = Fact(kind="taken", at=at, call=call_id, agent=endpoint)
            step = floor.sweep(at) if own else Step()
            step.facts[:0] = [*sent, taken]
            return step
        case CallState.TALKING:
            return Step()
        case _:
            return Step(actions=[NotTaken(call=call_id)])


def _wants(ongoing: Ongoing, endpoint: str, at: datetime, *, own: bool) -> list[Fact]:
    """Remember who is to have the call; a later leader reads it in the fact."""
    if not own:
        ongoing.prefers = endpoint
        return []
    ongoing.taken_by = endpoint
    return [Fact(kind="sent_for", at=at, call=ongoing.call.id, agent=endpoint)]


def hand_on(floor: Floor, endpoint: str, at: datetime) -> Step:
    """A supervisor gives the debtor he talks with to whichever agent is idle first.

    The debtor is told that another person goes on, and waits for that one as any caller.
    """
    agent = floor.agents.get(endpoint)
    ongoing = floor.calls.get((agent and agent.call) or "")
    if agent is None or ongoing is None or not agent.supervises:
        return Step()
    if ongoing.held or ongoing.call.state is not CallState.TALKING:
        return Step()
    ongoing.taken_by, ongoing.passed_on = None, True
    return Step(
        [PassOn(call=ongoing.call.id, channel=ongoing.channel)],
        [Fact(kind="passed_on", at=at, call=ongoing.call.id, agent=endpoint)],
    )


def not_passed_on(floor: Floor, call_id: str) -> None:
    """The switch refused: he talks on, and wraps it up himself unless he asks again."""
    ongoing = floor.calls.get(call_id)
    if ongoing is not None:
        ongoing.passed_on = False


def left(floor: Floor, call_id: str, at: datetime) -> Step:
    """Nobody takes it after all: should the robot give it to people, agents have it."""
    ongoing = floor.calls.get(call_id)
    if ongoing is None or ongoing.call.state is not CallState.WITH_ROBOT:
        return Step()
    if ongoing.taken_by is None:
        return Step()
    ongoing.taken_by = None
    return Step(facts=[Fact(kind="not_taken", at=at, call=call_id)])


def not_sent(floor: Floor, wanted: Iterable[UUID]) -> Step:
    """Give back those whom the robot still has, though they were sent for long ago.

    The order was lost, or the switch could not be asked whether it obeyed; by now it has
    told, or whoever came to lead has seen where they are.
    """
    calls = [floor.calls.get(str(call)) for call in wanted]
    stay = [
        one.call.id
        for one in calls
        if one is not None and one.call.state is CallState.WITH_ROBOT and not one.held
    ]
    return Step(actions=[NotTaken(call=call) for call in stay])


async def not_taken(
    engine: AsyncEngine, call_id: str, written: Callable[[], Awaitable[None]]
) -> None:
    """It stays with the robot, and may be asked for again; or the caller has hung up.

    `written` waits for the facts, which may know better: an order that is heard again,
    after he was taken, changes nothing.
    """
    try:
        await written()
        async with engine.begin() as connection:
            if await connection.scalar(_TAKEN, {"call": call_id}):
                return
            await robot_calls.leave(connection, UUID(call_id))
    except (SQLAlchemyError, OSError) as error:
        log.warning("take_not_undone", call=call_id, why=type(error).__name__)
