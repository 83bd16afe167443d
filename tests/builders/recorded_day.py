"""A day of the virtual floor, written down as the product would have recorded it.

What the floor tells its pacer becomes attempts and agents' changes of state in the real
tables. Nothing of the scenario goes with it: no law, no chance, no seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.pacing import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Decision,
    Event,
    HungUp,
    InboundArrived,
    Placed,
    Resolved,
    Snapshot,
    TalkEnded,
    WrapEnded,
)
from foundation.ids import uuid7
from sim.world.floor.engine import AnyPacer
from tests.builders.portfolio import some_seats

MESSAGE_S = 6.0  # that who was abandoned hears
OUTCOMES = {
    "busy": "busy",
    "no_answer": "no_answer",
    "invalid": "invalid_number",
    "failed": "congestion",
    "cancelled": "cancelled",
}
BATCH = 1_000


@dataclass(slots=True)
class _Agent:
    """Last fact of an agent, and the call in hand."""

    state: str = "offline"
    at_s: float = 0.0
    call: str | None = None
    asks: bool = False


@dataclass(slots=True)
class Recorder:
    """Stands between the floor and its pacer, and remembers. `begin`: second 0."""

    pacer: AnyPacer
    begin: datetime
    threshold_s: float = 2.0
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)
    agents: dict[str, _Agent] = field(default_factory=dict)

    def observe(self, event: Event) -> None:
        self._write(event)
        self.pacer.observe(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        for name, at_s in floor.leaving.items():
            busy = name in floor.talking or name in floor.wrapping
            if busy and at_s <= now_s and not self.agents[name].asks:
                agent = self.agents[name]
                agent.asks = True
                self._fact(now_s, name, agent.state, agent.call)
        return self.pacer.decide(now_s, floor)

    @singledispatchmethod
    def _write(self, event: Event) -> None:
        """Nothing is kept of the others."""

    @_write.register
    def _(self, event: Placed) -> None:
        self.calls[event.call] = self._row("outbound", event.at_s)

    @_write.register
    def _(self, event: InboundArrived) -> None:
        row = self._row("inbound", event.at_s)
        self.calls[event.call] = row | {"answered_at": row["placed_at"]}

    @_write.register
    def _(self, event: Answered) -> None:
        self.calls[event.call]["answered_at"] = self._at(event.at_s)

    @_write.register
    def _(self, event: Resolved) -> None:
        if event.outcome in OUTCOMES:
            self._ends(event.call, event.at_s, OUTCOMES[event.outcome])

    @_write.register
    def _(self, event: Connected) -> None:
        row = self.calls[event.call]
        row |= {"bridged_at": self._at(event.at_s), "agent": event.agent}
        agent = self.agents[event.agent]
        agent.call = event.call
        self._fact(event.at_s, event.agent, "reserved", event.call)
        self._fact(event.at_s, event.agent, "talking", event.call)

    @_write.register
    def _(self, event: TalkEnded) -> None:
        call = self.agents[event.agent].call
        assert call is not None
        self._ends(call, event.at_s, "answered")
        self._fact(event.at_s, event.agent, "wrap_up", call)

    @_write.register
    def _(self, event: WrapEnded) -> None:
        self.agents[event.agent].call = None
        self._fact(event.at_s, event.agent, "idle")

    @_write.register
    def _(self, event: Abandoned) -> None:
        self.calls[event.call]["abandoned"] = True
        self._ends(event.call, event.at_s + MESSAGE_S, "answered")

    @_write.register
    def _(self, event: HungUp) -> None:
        self._ends(event.call, event.at_s, "answered")

    @_write.register
    def _(self, event: AgentChanged) -> None:
        agent = self.agents.setdefault(event.agent, _Agent())
        if agent.state == "idle" and agent.at_s == event.at_s:
            self.facts.pop()  # from wrap-up the product goes straight to the break
        agent.asks = False
        self._fact(event.at_s, event.agent, event.state)

    def _ends(self, call: str, at_s: float, outcome: str) -> None:
        self.calls[call] |= {"ended_at": self._at(at_s), "outcome": outcome}

    def _fact(self, at_s: float, name: str, state: str, call: str | None = None) -> None:
        agent = self.agents[name]
        agent.state, agent.at_s = state, at_s
        wants = "paused" if agent.asks else "idle"
        data = {"state": state, "wants": wants, "pause_code": "", "held": False}
        attempt = self.calls[call]["id"] if call is not None else None
        at = self._at(at_s)
        self.facts.append({"kind": "agent", "at": at, "data": data, "agent": name,
                           "attempt_id": attempt})  # fmt: skip

    def _row(self, direction: str, at_s: float) -> dict[str, Any]:
        at = self._at(at_s)
        return {
            "id": uuid7(), "direction": direction, "number": "+5511900000001",
            "route": "trunk", "epoch": 1, "placed_at": at, "contact_day": at.date(),
            "answered_at": None, "bridged_at": None, "ended_at": None, "outcome": None,
            "abandoned": False, "agent": None,
        }  # fmt: skip

    def _at(self, at_s: float) -> datetime:
        return self.begin + timedelta(seconds=at_s)


async def write(connection: AsyncConnection, recorded: Recorder, campaign: UUID) -> None:
    """Put it into the tables, with a seat for each agent."""
    names = sorted(recorded.agents)
    await some_seats(connection, len(names))
    seats = list(
        await connection.execute(
            select(AgentRow.id, AgentRow.endpoint).order_by(AgentRow.endpoint)
        )
    )
    seat = dict(zip(names, seats, strict=False))
    attempts = [
        {name: value for name, value in row.items() if name != "agent"}
        | {"campaign_id": campaign if row["direction"] == "outbound" else None}
        | {"agent_id": seat[row["agent"]].id if row["agent"] else None}
        for row in recorded.calls.values()
    ]
    facts = [
        {name: value for name, value in fact.items() if name != "agent"}
        | {"agent_id": seat[fact["agent"]].id}
        | {"data": {**fact["data"], "endpoint": seat[fact["agent"]].endpoint}}
        for fact in recorded.facts
    ]
    await _insert(connection, AttemptRow, attempts)
    await _insert(connection, CallEventRow, facts)


async def _insert(
    connection: AsyncConnection, table: type[Any], rows: Sequence[dict[str, Any]]
) -> None:
    for start in range(0, len(rows), BATCH):
        await connection.execute(insert(table), list(rows[start : start + BATCH]))
