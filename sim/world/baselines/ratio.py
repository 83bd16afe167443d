"""One to one, and so many calls for each free agent. Pure.

Product form: progressive dialing, and the ratio that a supervisor sets by hand (as the
boost of OMniLeads' external engines does). Nothing is learnt and nothing is braked.
"""

from __future__ import annotations

from dialer.pacing import Decision, Event, Snapshot


class Ratio:
    """`calls_per_agent` lines for each agent who is free and whom nobody waits for."""

    def __init__(self, calls_per_agent: float = 1.0) -> None:
        self._ratio = calls_per_agent

    def observe(self, event: Event) -> None:
        """Nothing is learnt."""

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        free = floor.idle - len(floor.waiting) - len(floor.inbound_waiting)
        wanted = int(self._ratio * max(0, free) + 1e-9)
        wanted -= len(floor.ringing) + len(floor.undecided)
        return Decision(calls=min(max(0, wanted), floor.room))
