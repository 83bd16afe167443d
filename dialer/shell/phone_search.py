"""Agents who wait for sound while their phone is there after all.

What the switch tells of a phone comes one contact at a time: the end of an old one may
come after the beginning of the next, and would then be its last word for minutes.
"""

from __future__ import annotations

import time

from dialer.calls.agent import AgentState
from dialer.ports import SwitchRefused, SwitchUnreachable, Telephony
from dialer.shell.facts import Step
from dialer.shell.floor import Floor
from foundation.observability import get_logger

LOOK_S = 3.0

log = get_logger(__name__)


class PhoneSearch:
    """Asks the switch, as long as somebody lacks his phone."""

    def __init__(self, floor: Floor, telephony: Telephony) -> None:
        self._floor = floor
        self._telephony = telephony
        self._looked_s = time.monotonic()

    async def found(self) -> list[Step]:
        """Every few seconds: seat whoever's phone is there."""
        if time.monotonic() - self._looked_s < LOOK_S or not self.lacking:
            return []
        self._looked_s = time.monotonic()
        try:
            there = await self._telephony.reachable_endpoints()
        except (SwitchUnreachable, SwitchRefused):
            return []
        found, now = sorted(self.lacking & there), self._floor.time.now()
        for endpoint in found:
            log.warning("phone_found", agent=endpoint)
        return [self._floor.on_endpoint(one, now, reachable=True) for one in found]

    @property
    def lacking(self) -> set[str]:
        """Endpoints of agents without sound whose phone is taken to be away."""
        return {
            agent.endpoint
            for agent in self._floor.agents.values()
            if agent.leg is None
            and agent.state is not AgentState.OFFLINE
            and agent.endpoint not in self._floor.seating.reachable
        }
