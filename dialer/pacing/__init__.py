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
from dialer.pacing.pacer import Pacer
from dialer.pacing.policy import BadPolicy, Policy
from dialer.pacing.snapshot import (
    BadObservation,
    ClockWentBack,
    Decision,
    ImpossibleSnapshot,
    Reason,
    Snapshot,
    UnknownCall,
)

__all__ = [
    "Abandoned",
    "AgentChanged",
    "Answered",
    "BadObservation",
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
    "Reason",
    "Resolved",
    "Snapshot",
    "TalkEnded",
    "UnknownCall",
    "WrapEnded",
]
