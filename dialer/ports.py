"""What the dialer needs of the outside, as protocols named after the need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dialer.calls.events import SwitchEvent


class SwitchRefused(RuntimeError):
    """The switch answered an action with an error; its message says why."""


class SwitchUnreachable(RuntimeError):
    """No answer from the switch in time, or no connection: nobody knows what happened."""


class OutOfOffice(SwitchUnreachable):
    """Our term of office is over: nothing was sent, and somebody else sees to it."""


class LoginRefused(RuntimeError):
    """The switch refuses our name or password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origination:
    """One channel to make. `channel` is our own id and becomes the channel's unique id."""

    channel: str
    dial: str  # e.g. PJSIP/5511900012345@trunk, PJSIP/agent001
    context: str
    extension: str = "s"
    timeout_s: float  # from the INVITE, ringing or not
    caller_id: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


# `LiveChannel.context` of a debtor who hears music
HOLD = "hold"  # for as long as his agent wants
PAYING = "paying"  # or the automatic conversation, at `ROBOT_OVER` music after it
ROBOT_OVER = "over"  # `LiveChannel.extension`
CALLED = "called"  # whom we called, in the automatic conversation, at `WAITS` after it
WAITS = "waiting"  # `LiveChannel.extension`: until somebody takes him
TAKEN = "taken"  # out of it: he is told that a person follows
TO_FLOOR = "to-floor"  # a caller, until somebody takes him
BACK_TO_FLOOR = "back-to-floor"  # until somebody takes him: his agent's leg was lost


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChannel:
    """A channel as the switch lists it now."""

    channel: str
    name: str  # e.g. PJSIP/trunk-00000012
    up: bool
    ringing: bool  # and not yet up
    bridge: str | None
    seconds: int
    context: str
    extension: str


class Telephony(Protocol):
    """A telephone switch. Every call has a deadline of its own; none retries by itself."""

    def events(self) -> AsyncIterator[SwitchEvent]:
        """All events in the switch's order, for one consumer; first ConnectionRestored."""
        ...

    async def originate(self, call: Origination) -> None:
        """Ask for a call; returns when the switch accepted it, long before it rings.

        Raises SwitchRefused (no INVITE left) or SwitchUnreachable (unknown).
        """
        ...

    async def bridge(self, channel: str, peer: str) -> None:
        """Join two live channels; raises SwitchRefused when one of them is gone."""
        ...

    async def hold(self, channel: str) -> None:
        """Send a joined channel to music, for minutes; raises SwitchRefused when gone.

        Who talked with it is parked; `bridge` joins them again.
        """
        ...

    async def end_hold(self, channel: str) -> None:
        """End a hold as its time limit would: the channel says that it is back.

        Raises SwitchRefused when it is gone.
        """
        ...

    async def to_robot(self, channel: str) -> None:
        """Send a joined channel to the automatic conversation, for payment.

        As `hold`; it says `paying` once the conversation leads, and `robot_over` when it
        does no more, or never did, unless the channel is hung up.
        """
        ...

    async def take(self, channel: str) -> None:
        """Send a caller from the automatic conversation to the floor.

        Raises SwitchRefused when he is gone.
        """
        ...

    async def tell(self, channel: str, variables: Mapping[str, str]) -> None:
        """Leave words with a channel for its dialplan; raises SwitchRefused when gone."""
        ...

    async def listen(self, channel: str) -> None:
        """Have the detectors listen to a channel, beside it; what they find is told later.

        Raises SwitchRefused. That the channel is gone is no error: nothing is told then.
        """
        ...

    async def hang_up(self, channel: str, cause: int = 16) -> bool:
        """End a channel; False when it was gone. Cause 26 marks our own cancelling."""
        ...

    async def channels(self) -> list[LiveChannel]:
        """List every live channel."""
        ...

    async def reachable_endpoints(self) -> set[str]:
        """List the SIP endpoints that have a live contact."""
        ...
