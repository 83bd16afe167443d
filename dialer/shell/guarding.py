"""The leader's guard: looks every few seconds for what can never be, says it, mends it.

It decides nothing itself: `dialer.state` finds what is wrong and what may safely be done.
A repair is tried when a violation is new, and then again now and then while it lasts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from dialer.adapters.violation_log import key, note
from dialer.calls.agent import AgentState
from dialer.ports import SwitchRefused, SwitchUnreachable
from dialer.shell.facts import HangUp, Step
from dialer.state.invariants import Violation, confirmed, violations
from dialer.state.looking import look
from dialer.state.picture import Picture
from dialer.state.repairs import EndChannel, Reread, Retell, repairs
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Leader

EVERY_S = 4.0
AGAIN_S = 20.0  # a repair that did not help is tried again after so long
DRAIN_S = 2.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look, real UTC; `violations` None: none yet, `at` is the term's begin."""

    at: datetime
    violations: int | None = None

    def as_event(self) -> dict[str, Any]:
        """As it is told to everybody."""
        return {"at": self.at.isoformat(), "violations": self.violations}


class Guard:
    """Beside one leader, for its term."""

    def __init__(self, leader: Leader) -> None:
        self._leader = leader
        self.looked = Looked(datetime.now(UTC))
        self._before: list[Violation] = []
        self._tried: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        """Look for ever; what cannot be read now is looked at again."""
        while True:
            await asyncio.sleep(EVERY_S)
            if not self._leader.connected:
                self._before = []  # a gap is being mended: nothing to compare with
                continue
            try:
                await self.look()
            except (SwitchUnreachable, SwitchRefused, SQLAlchemyError, OSError) as error:
                log.warning("floor_unchecked", why=type(error).__name__)

    async def look(self) -> None:
        """One look; what the one before found as well is told and mended."""
        tools = self._leader.tools
        async with asyncio.timeout(DRAIN_S):
            await tools.call_log.drained()
        told = {"floor": self._floor()}
        now = self._leader.floor.time.now
        picture = await look(tools.engine, tools.telephony, told, now)
        found = violations(picture)
        both, self._before = confirmed(self._before, found), found
        done = [(one, self._mend(one, picture)) for one in both]
        async with tools.engine.begin() as connection:
            fresh = await note(connection, done, picture.at)
        for one in fresh:
            seen = {f"seen_{name}": value for name, value in one.detail.items()}
            log.error(
                "state_impossible", broken=one.code.value, subject=one.subject, **seen
            )
        self.looked = Looked(datetime.now(UTC), len(both))
        tools.metrics.violations.set(len(both))
        tools.metrics.violations_seen.inc(len(fresh))

    def _floor(self) -> dict[str, str]:
        agents = self._leader.floor.agents.values()
        return {
            agent.endpoint: agent.state.value
            for agent in agents
            if agent.state is not AgentState.OFFLINE
        }

    def _mend(self, one: Violation, picture: Picture) -> str | None:
        """Do what is safe; returns what, None for nothing (or tried just now)."""
        now_s = time.monotonic()
        self._tried = {k: s for k, s in self._tried.items() if now_s - s < AGAIN_S}
        if key(one) in self._tried:
            return None
        self._tried[key(one)] = now_s
        done = repairs(one, picture)
        for repair in done:
            match repair:
                case EndChannel():
                    ending = HangUp(channel=repair.channel, cause=repair.cause)
                    self._leader.carry_out(Step(actions=[ending]))
                case Reread():
                    self._leader.read_again()
                case Retell():
                    self._leader.carry_out(self._told(repair.endpoint))
        return _names(done)

    def _told(self, endpoint: str) -> Step:
        step = Step()
        self._leader.floor.tell_again(endpoint, self._leader.floor.time.now(), step)
        return step


def _names(done: Sequence[EndChannel | Reread | Retell]) -> str | None:
    words = {EndChannel: "end_channel", Reread: "reread", Retell: "retell"}
    return words[type(done[0])] if done else None
