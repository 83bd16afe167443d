"""The first moments of channels: whether one came to be, and whether it may be joined.

Two facts of Asterisk make this necessary. A channel that cannot be made (no such seat, no
contact) has no event but the failure of its Originate. And a channel that is joined in
the millisecond between its answer and the start of its dialplan loses its recording and
its limit, and leaves a dead half behind that no hang-up removes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dialer.adapters.ami.connection import Heard
from dialer.calls.events import ConnectionLost
from dialer.ports import SwitchUnreachable

_UP = "6"


class Births:
    """Watches every message; never raises, because it runs while bytes are read."""

    def __init__(self) -> None:
        self._expected: dict[str, asyncio.Future[str | None]] = {}
        self._unready: dict[str, asyncio.Future[None]] = {}

    @contextmanager
    def expecting(self, channel: str) -> Iterator[asyncio.Future[str | None]]:
        """Yield a future: None when the channel came to be, a text when it could not."""
        born: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._expected[channel] = born
        try:
            yield born
        finally:
            self._expected.pop(channel, None)
            born.cancel()

    async def settled(self, channel: str, deadline_s: float) -> None:
        """Wait until the channel's dialplan has begun; at most `deadline_s`.

        A channel that answered before this connection is taken for settled.
        """
        ready = self._unready.get(channel)
        if ready is not None:
            await asyncio.wait({ready}, timeout=deadline_s)

    def watch(self, heard: Heard) -> None:
        """Take notice of one message or of the stream's end."""
        if isinstance(heard, ConnectionLost):
            self._lose(heard.why)
        elif isinstance(heard, Mapping):
            self._note(heard)

    def _note(self, message: Mapping[str, str]) -> None:
        channel = message.get("Uniqueid", "")
        match message.get("Event"):
            case "Newchannel":
                _settle(self._expected.get(channel), None)
            case "OriginateResponse":
                if message.get("Response") == "Failure":
                    failed = self._expected.get(message.get("ActionID", ""))
                    _settle(failed, "no channel could be made")
            case "Newstate":
                if message.get("ChannelState") == _UP and channel not in self._unready:
                    self._unready[channel] = asyncio.get_running_loop().create_future()
            case "UserEvent" | "Hangup":
                ready = self._unready.pop(channel, None)
                if ready is not None:
                    ready.set_result(None)

    def _lose(self, why: str) -> None:
        for born in self._expected.values():
            if not born.done():
                born.set_exception(SwitchUnreachable(why))
        for ready in self._unready.values():
            ready.set_result(None)
        self._unready.clear()


def _settle(born: asyncio.Future[str | None] | None, refusal: str | None) -> None:
    if born is not None and not born.done():
        born.set_result(refusal)
