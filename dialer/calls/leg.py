"""An agent's nailed-up leg as a fold: asked of the switch, standing, called off, gone.

Pure. A leg is one channel; the next one of the same agent is another leg. Nothing follows
its end, and what was called off never stands, however late the switch heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class LegState(StrEnum):
    ASKED = "asked"  # the switch was asked to make it
    STANDING = "standing"  # answered: the agent can hear
    CALLED_OFF = "called_off"  # given up before anybody sat on it
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """`channel` is its unique id in the switch; `since` is when the state began."""

    channel: str
    endpoint: str
    state: LegState = LegState.ASKED
    since: datetime

    @property
    def wanted(self) -> bool:
        """It stands, or is to."""
        return self.state in (LegState.ASKED, LegState.STANDING)


def stood(leg: Leg, at: datetime) -> Leg:
    """It was answered; twice is once."""
    return _moved(leg, LegState.STANDING, at) if leg.state is LegState.ASKED else leg


def called_off(leg: Leg, at: datetime) -> Leg:
    """Nobody is to sit on it any more."""
    return _moved(leg, LegState.CALLED_OFF, at) if leg.wanted else leg


def ended(leg: Leg, at: datetime) -> Leg:
    """The switch has it no more, or never made it."""
    return leg if leg.state is LegState.GONE else _moved(leg, LegState.GONE, at)


def _moved(leg: Leg, state: LegState, at: datetime) -> Leg:
    return replace(leg, state=state, since=at)
