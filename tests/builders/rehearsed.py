"""A campaign on the real stack, played to its end, and what its database tells of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sim import scenarios
from sim.runner import Rehearsal

# how many attempts have how many ends: of each there must be exactly one
ENDS = """
    SELECT ends, count(*) FROM (
           SELECT a.id, count(e.id) AS ends FROM attempt a
             LEFT JOIN call_event e ON e.attempt_id = a.id
              AND e.kind IN ('hungup', 'resolved', 'not_sent')
            GROUP BY a.id) counted
     GROUP BY ends"""
_STATES = """
    SELECT state, count(*) FROM (
           SELECT DISTINCT ON (agent_id) data->>'state' AS state FROM call_event
            WHERE kind = 'agent' ORDER BY agent_id, id DESC) last
     GROUP BY state"""


def a_rehearsal(scenario: str, agents: int, debtors: int) -> Rehearsal:
    """On a real switch, until nobody is left to call."""
    return Rehearsal(
        scenario=scenarios.FOLDER / f"{scenario}.toml",
        engine="asterisk",
        agents=agents,
        debtors=debtors,
        seconds=None,
    )


async def ask(engine: AsyncEngine, query: str) -> list[Any]:
    """The rows of the database as it is now."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def agent_states(engine: AsyncEngine) -> dict[str, int]:
    """State -> how many agents are in it, by the last fact of each."""
    return dict(await ask(engine, _STATES))
