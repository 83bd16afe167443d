"""How long agents talk and wrap up, as events tell it. Pure.

What ended goes to the laws of `freeing.py`. A wrap-up that was never seen on the floor
before the agent's next talk did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialer.pacing import events as ev
from dialer.pacing.freeing import Freeing

_BUSY_STATES = ("reserved", "talking", "wrap_up")


class Work:
    """Since when each agent talks or wraps up."""

    def __init__(self, freeing: Freeing) -> None:
        self._freeing = freeing
        self._talk_since: dict[str, float] = {}
        self._wrap_since: dict[str, float] = {}
        self._wrap_seen: set[str] = set()

    def observe(self, event: ev.Event) -> None:
        """Learn from what an agent did."""
        match event:
            case ev.TalkEnded(at_s=at_s, agent=agent):
                since_s = self._talk_since.pop(agent, None)
                if since_s is not None:
                    self._freeing.talks.ended(max(0.1, at_s - since_s))
                    self._wrap_since[agent] = at_s
                    self._wrap_seen.discard(agent)
            case ev.WrapEnded(at_s=at_s, agent=agent):
                self._wrapped_up(agent, at_s)
            case ev.AgentChanged(at_s=at_s, agent=agent, state=state):
                if state not in _BUSY_STATES:
                    self._wrapped_up(agent, at_s)
                    self._talk_since.pop(agent, None)
            case _:
                pass

    def joined(self, agent: str, at_s: float) -> None:
        """The agent talks from now on."""
        if self._wrap_since.pop(agent, None) is not None and agent not in self._wrap_seen:
            self._freeing.wraps.ended(0.0)
        self._talk_since[agent] = at_s

    def see_wrapping(self, wrapping: Mapping[str, float]) -> None:
        """The floor shows who wraps up."""
        self._wrap_seen |= self._wrap_since.keys() & wrapping.keys()
        self._wrap_seen &= self._wrap_since.keys()

    def _wrapped_up(self, agent: str, at_s: float) -> None:
        since_s = self._wrap_since.pop(agent, None)
        if since_s is not None:
            self._freeing.wraps.ended(max(0.0, at_s - since_s))
