"""Build what is only a fold anew from the facts: attempts' columns, the board on Valkey.

A column that differs from its fold is put right, and told. Attempts of which the facts do
not say all (placed before facts were whole) stay as they are: their columns are the best
that is known. The facts themselves are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.adapters.board import entries
from dialer.adapters.open_attempts import agents_before, facts_of
from dialer.calls.store import AttemptRow
from dialer.calls.story import Story, begin, fold
from dialer.shell.floor import Floor
from foundation.bus import BOARD, Bus

BATCH = 500
FIRST = UUID(int=0)


@dataclass(slots=True)
class Rebuilt:
    """`changed`: attempt -> column -> (what stood there, what the facts say)."""

    attempts: int = 0
    untold: int = 0  # whose facts do not say all
    changed: dict[UUID, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    agents: int = 0


def columns(story: Story) -> dict[str, Any]:
    """The columns of an attempt that are a fold of its facts."""
    call = story.call
    if not call.ended:
        answered = call.answered_at if call.inbound else None
        return dict.fromkeys(_COLUMNS, None) | {
            "answered_at": answered,
            "abandoned": False,
        }
    return {
        "outcome": call.outcome.value if call.outcome else None,
        "outcome_source": story.source,
        "ringing_at": call.ringing_at,
        "answered_at": call.answered_at,
        "bridged_at": call.joined_at,
        "ended_at": call.ended_at,
        "cause": call.cause,
        "sip_code": call.sip_code,
        "agent_id": story.agent,
        "abandoned": story.abandoned,
        "answered_by": story.answered_by,
    }


_COLUMNS = (
    "outcome", "outcome_source", "ringing_at", "answered_at", "bridged_at", "ended_at",
    "cause", "sip_code", "agent_id", "abandoned", "answered_by",
)  # fmt: skip


async def rebuild_attempts(engine: AsyncEngine, *, write: bool) -> Rebuilt:
    """Compare every attempt with its facts, and put right what differs if `write`."""
    told, last = Rebuilt(), FIRST
    while True:
        async with engine.connect() as connection:
            # rows and facts of one instant: an ending may be on its way
            await connection.execution_options(isolation_level="REPEATABLE READ")
            rows = await _after(connection, last)
            facts = await facts_of(connection, [row.id for row in rows])
        if not rows:
            return told
        last = rows[-1].id
        found: dict[UUID, dict[str, tuple[Any, Any]]] = {}
        for row in rows:
            inbound = row.direction == "inbound"
            story = fold(begin(str(row.id), inbound=inbound), facts[row.id])
            told.attempts += 1
            told.untold += not story.whole
            if story.whole and (differs := _differing(row, columns(story))):
                found[row.id] = differs
        if write:
            await _write(engine, found)
        told.changed |= found


async def _after(connection: AsyncConnection, last: UUID) -> Sequence[Any]:
    query = (
        select(AttemptRow.__table__)
        .where(AttemptRow.id > last)
        .order_by(AttemptRow.id)
        .limit(BATCH)
    )
    return list(await connection.execute(query))


def _differing(row: Any, told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (getattr(row, name), value)
        for name, value in told.items()
        if getattr(row, name) != value
    }


async def _write(
    engine: AsyncEngine, found: dict[UUID, dict[str, tuple[Any, Any]]]
) -> None:
    """Only where the row is still what was read: an ending that came since stands."""
    async with engine.begin() as connection:
        for attempt, differs in found.items():
            was = differs.get("outcome", (None, None))[0]
            same = AttemptRow.outcome == was if was else AttemptRow.id == attempt
            told = {name: value for name, (_, value) in differs.items()}
            statement = update(AttemptRow).where(AttemptRow.id == attempt, same)
            await connection.execute(statement.values(**told))


async def rebuild_board(engine: AsyncEngine, bus: Bus) -> int:
    """Draw the board anew from the facts; returns how many agents are on it.

    Raises what `foundation.bus.LOST` names. Whoever leads draws it every few seconds.
    """
    floor = Floor(lambda: "")
    async with engine.connect() as connection:
        for one in await agents_before(connection):
            floor.remember(one.agent, one.wrap_up_s)
    await bus.client.delete(BOARD)
    drawn = entries(floor)
    if drawn:
        await bus.put(BOARD, drawn)
    return len(drawn)
