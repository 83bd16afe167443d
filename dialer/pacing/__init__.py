"""How many calls to place now, and why: the interface of the pacing core."""

from dialer.pacing.events import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Event,
    Greeted,
    HungUp,
    InboundArrived,
    Judged,
    Placed,
    Resolved,
    TalkEnded,
    WrapEnded,
)
from dialer.pacing.pacer import (
    ClockWentBack,
    Decision,
    ImpossibleSnapshot,
    Pacer,
    Snapshot,
)
from dialer.pacing.policy import BadPolicy, Policy

__all__ = [
    "Abandoned",
    "AgentChanged",
    "Answered",
    "BadPolicy",
    "ClockWentBack",
    "Connected",
    "Decision",
    "Event",
    "Greeted",
    "HungUp",
    "ImpossibleSnapshot",
    "InboundArrived",
    "Judged",
    "Pacer",
    "Placed",
    "Policy",
    "Resolved",
    "Snapshot",
    "TalkEnded",
    "WrapEnded",
]
