"""An agent's day as a fold over the changes of state: how long what lasted.

Pure. Durations are seconds, shares fractions 0..1. Definitions:
TMA (aht) = (talk + wrap-up) / conversations.
Occupancy = (talk + wrap-up) / logged-in time, breaks in the denominator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dialer.calls.agent import AgentState


@dataclass(frozen=True, slots=True)
class Change:
    """At that instant the agent was in that state; `pause_code` tells which break,
    `call` which call was in hand."""

    at: datetime
    state: AgentState
    pause_code: str = ""
    call: UUID | None = None

    @classmethod
    def of_fact(cls, at: datetime, data: Mapping[str, Any], call: UUID | None) -> Change:
        """Read the fact that the floor wrote; raises ValueError for an unknown state."""
        code = str(data.get("pause_code") or "")
        return cls(at, AgentState(data["state"]), code, call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The time from the day's beginning to `until`."""

    talk_s: float = 0.0
    wrap_up_s: float = 0.0
    waiting_s: float = 0.0  # idle, or being given a call
    connecting_s: float = 0.0
    paused_s: Mapping[str, float]  # by code
    talks: int = 0  # conversations that began in it; one that comes back is the same

    @property
    def logged_in_s(self) -> float:
        busy = self.talk_s + self.wrap_up_s + self.waiting_s + self.connecting_s
        return busy + sum(self.paused_s.values())

    @property
    def aht_s(self) -> float | None:
        """Mean handling time; None before the first conversation."""
        return (self.talk_s + self.wrap_up_s) / self.talks if self.talks else None

    @property
    def occupancy(self) -> float | None:
        """None for who was not logged in."""
        logged = self.logged_in_s
        return (self.talk_s + self.wrap_up_s) / logged if logged > 0 else None


def shift(changes: Iterable[Change], begin: datetime, until: datetime) -> Shift:
    """Fold changes in the order in which they were written.

    What came before `begin` only tells the state in which the day began.
    """
    lasted: defaultdict[AgentState, float] = defaultdict(float)
    paused: defaultdict[str, float] = defaultdict(float)
    talks, last = 0, None
    now = Change(begin, AgentState.OFFLINE)
    for change in (*changes, Change(until, AgentState.OFFLINE)):
        seconds = (min(change.at, until) - max(now.at, begin)).total_seconds()
        if now.state is AgentState.PAUSED:
            paused[now.pause_code] += max(0.0, seconds)
        else:
            lasted[now.state] += max(0.0, seconds)
        if change.state is AgentState.TALKING and now.state is not AgentState.TALKING:
            other = change.call is None or change.call != last
            talks += other and begin <= change.at < until
            last = change.call
        now = change
    return Shift(
        talk_s=lasted[AgentState.TALKING],
        wrap_up_s=lasted[AgentState.WRAP_UP],
        waiting_s=lasted[AgentState.IDLE]
        + lasted[AgentState.RESERVED]
        + lasted[AgentState.PREVIEW],
        connecting_s=lasted[AgentState.CONNECTING],
        paused_s={code: seconds for code, seconds in paused.items() if seconds > 0},
        talks=talks,
    )
