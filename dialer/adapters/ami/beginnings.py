"""What has been asked for and not begun: a channel, its dialplan, a conversation.

AMI accepts an action long before its effect, and some refusals are told by other events:
a channel that cannot be made has none but the failure of its Originate; a join that finds
no leg is told by the dialplan. Whoever waits here is answered, or learns of a lost stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dialer.adapters.ami.connection import Heard
from dialer.adapters.ami.translate import PARKED
from dialer.calls.events import ConnectionLost
from dialer.ports import SwitchUnreachable

Outcome = asyncio.Future[str | None]  # None: it began; a text: why it cannot

LATE_S = 1.0  # a channel's first event may come after the failure of its Originate
_UP = "6"


class Beginnings:
    """Watches every message; never raises, because it runs while bytes are read."""

    def __init__(self) -> None:
        self._making: dict[str, Outcome] = {}
        self._joining: dict[str, Outcome] = {}
        self._unready: dict[str, asyncio.Future[None]] = {}
        self._inside: dict[str, set[str]] = {}  # bridge -> channels that talk in it

    @contextmanager
    def expecting(self, channel: str) -> Iterator[Outcome]:
        """Yield what becomes of the making of a channel."""
        with _waiting(self._making, channel) as outcome:
            yield outcome

    @contextmanager
    def joining(self, channel: str) -> Iterator[Outcome]:
        """Yield what becomes of the channel's way into a bridge."""
        with _waiting(self._joining, channel) as outcome:
            yield outcome

    async def ready(self, *channels: str, deadline_s: float) -> None:
        """Wait until each may be joined, at most `deadline_s`.

        A debtor may once his dialplan has begun, an agent's leg while it is parked. A
        channel of which this connection knows nothing is taken for ready.
        """
        unready = {
            self._unready[channel] for channel in channels if channel in self._unready
        }
        if unready:
            await asyncio.wait(unready, timeout=deadline_s)

    def watch(self, heard: Heard) -> None:
        """Take notice of one message or of the stream's end."""
        if isinstance(heard, ConnectionLost):
            self._lose(heard.why)
        elif isinstance(heard, Mapping):
            self._note(heard.get("Event"), heard.get("Uniqueid", ""), heard)

    def _note(self, event: str | None, channel: str, message: Mapping[str, str]) -> None:
        match event:
            case "Newchannel":
                _settle(self._making.get(channel), None)
            case "OriginateResponse" if message.get("Response") == "Failure":
                self._doubt(self._making.get(message.get("ActionID", "")))
            case "Newstate" if message.get("ChannelState") == _UP:
                self._begin(channel)
            case "BridgeLeave" if message.get("BridgeTechnology") != PARKED:
                self._break(message.get("BridgeUniqueid", ""), channel)
            case "BridgeEnter":
                self._end(channel)
                if message.get("BridgeTechnology") != PARKED:
                    bridge = message.get("BridgeUniqueid", "")
                    self._inside.setdefault(bridge, set()).add(channel)
                _settle(self._joining.get(channel), None)
            case "UserEvent":
                self._note_word(message.get("UserEvent", ""), channel, message)
            case "Hangup":
                self._end(channel)
                _settle(self._joining.get(channel), "the channel is gone")

    def _doubt(self, outcome: Outcome | None) -> None:
        """The Originate failed: there was no channel, or one that is over already.

        The switch tells the two by different threads, so that of a call which is refused
        at once the failure may be read before the channel's own beginning.
        """
        loop = asyncio.get_running_loop()
        loop.call_later(LATE_S, _settle, outcome, "no channel could be made")

    def _note_word(self, word: str, channel: str, message: Mapping[str, str]) -> None:
        if word == "JoinFailed":
            why = message.get("Why", "")
            _settle(self._joining.get(channel), f"no leg to join with: {why}")
        if word != "AcordoAgentReady":  # said just before the leg is parked
            self._end(channel)

    def _break(self, bridge: str, channel: str) -> None:
        """One left: each goes back to its dialplan, or to where legs are parked."""
        for one in self._inside.pop(bridge, set()) | {channel}:
            self._begin(one)

    def _begin(self, channel: str) -> None:
        if channel not in self._unready:
            self._unready[channel] = asyncio.get_running_loop().create_future()

    def _end(self, channel: str) -> None:
        ready = self._unready.pop(channel, None)
        if ready is not None:
            ready.set_result(None)

    def _lose(self, why: str) -> None:
        for outcome in (*self._making.values(), *self._joining.values()):
            if not outcome.done():
                outcome.set_exception(SwitchUnreachable(why))
        self._inside.clear()
        for channel in list(self._unready):
            self._end(channel)


@contextmanager
def _waiting(table: dict[str, Outcome], channel: str) -> Iterator[Outcome]:
    outcome: Outcome = asyncio.get_running_loop().create_future()
    table[channel] = outcome
    try:
        yield outcome
    finally:
        if table.get(channel) is outcome:
            del table[channel]
        if not outcome.cancel():
            outcome.exception()  # seen, or nobody's any more


def _settle(outcome: Outcome | None, refusal: str | None) -> None:
    if outcome is not None and not outcome.done():
        outcome.set_result(refusal)
