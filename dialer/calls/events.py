"""What the switch tells of channels, in our words.

Pure values. `at` is the switch's own time stamp (aware UTC), never the time of
arrival. `channel` is the unique id of a channel: for an outbound call it is the
attempt's id, because the dialer chose it; for an agent's leg it is the leg's id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NetworkOutcome(StrEnum):
    """How the network ended an attempt; the words used everywhere."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    INVALID_NUMBER = "invalid_number"
    REJECTED = "rejected"
    CONGESTION = "congestion"
    CARRIER_SILENT = "carrier_silent"
    CANCELLED = "cancelled"
    SWITCH_LOST = "switch_lost"  # the switch itself died with the call in it
    NOT_SENT = "not_sent"  # no INVITE left


class CallState(StrEnum):
    COMMITTED = "committed"  # the attempt exists in the database, the network knows nothing
    DIALING = "dialing"
    RINGING = "ringing"
    WITH_ROBOT = "with_robot"  # talks with the automatic conversation
    WAITING = "waiting"  # a person answered and hears silence or music, no agent yet
    TALKING = "talking"  # joined with an agent
    IN_DIALPLAN = "in_dialplan"  # the dialplan has it: its message, or what follows a talk
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent:
    """Something happened to one channel."""

    channel: str
    at: datetime


class Created(ChannelEvent):
    """The channel exists: its INVITE is leaving."""


class Ringing(ChannelEvent):
    """The network showed signs of life: 180, 183 or another provisional answer."""


class Refused(ChannelEvent):
    """The network gave a final answer that is no pick-up (DialEnd): it is not silent."""


class Answered(ChannelEvent):
    """Newstate Up: the far end picked up. The clock of abandonment starts here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(ChannelEvent):
    """The channel entered a bridge with another channel."""

    peer: str | None
    bridge: str = field(default="", compare=False)  # its name; "" where nobody tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted(ChannelEvent):
    """The channel left its bridge."""

    bridge: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(ChannelEvent):
    """The channel is gone. `cause` is Q.850, `sip_code` the code that the switch names."""

    cause: int
    sip_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(ChannelEvent):
    """The dialplan speaks (UserEvent), e.g. `overflow`, `inbound`, `back_to_floor`."""

    what: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(ChannelEvent):
    """The switch was asked after a gap, and this is where the channel is.

    The other times are those of what must have happened in the gap; None: nothing.
    """

    state: CallState
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSeen:
    """A SIP endpoint (an agent's phone) registered or went away."""

    endpoint: str
    reachable: bool
    at: datetime
    fresh: bool = False  # it registered just now, perhaps from another place


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The event stream broke; nothing is known from here until ConnectionRestored."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRestored:
    """The stream flows again; what happened in between must be read from the switch."""

    at: datetime  # on the switch's clock
    boot: str  # changes when the switch itself was started anew


SwitchEvent = ChannelEvent | EndpointSeen | ConnectionLost | ConnectionRestored
