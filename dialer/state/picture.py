"""The floor seen from its sources side by side, at one instant. Pure values.

`calls` and `agents` are folds of the facts in the database; `channels` is what the switch
lists; `told` is what others hold of the agents (the leader's own floor, the board on
Valkey). What all of them must agree on is `dialer.state.invariants`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dialer.calls.agent import Agent
from dialer.calls.events import CallState


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """An attempt without an end. `due_at`: nothing of it can be left after that."""

    attempt: str
    channel: str
    inbound: bool = False
    debtor: str | None = None
    state: CallState
    placed_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A live channel of the switch: a debtor's (`attempt`) or an agent's leg (`endpoint`).

    `ours`: an attempt must stand behind it. A caller who still talks to the robot, or an
    agent who tries his headset, has none.
    """

    channel: str
    attempt: str | None = None
    endpoint: str | None = None
    ours: bool = True
    up: bool
    bridge: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A debtor whom a campaign holds, with no call of his open."""

    campaign: str
    debtor: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All at `at`, real UTC. `told`: who says so -> endpoint -> the agent's state."""

    at: datetime
    calls: Mapping[str, OpenCall] = field(default_factory=dict)  # by attempt
    agents: Mapping[str, Agent] = field(default_factory=dict)  # by endpoint
    lines: tuple[Line, ...] = ()
    held: tuple[Held, ...] = ()
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def line_of(self, attempt: str) -> Line | None:
        return next((line for line in self.lines if line.attempt == attempt), None)

    def talks(self) -> dict[str, list[Line]]:
        """Bridges in which somebody's leg meets a debtor, and who is in them."""
        members: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.bridge is not None:
                members[line.bridge].append(line)
        return {
            bridge: lines
            for bridge, lines in members.items()
            if any(one.endpoint for one in lines) and any(one.attempt for one in lines)
        }
