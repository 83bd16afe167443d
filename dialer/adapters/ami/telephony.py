"""`Telephony` on a real Asterisk by AMI.

Decides what an AMI answer means for the caller: refused, unreachable, gone already. An
outcome is never read from OriginateResponse, which calls everything but an answer a
failure; it is used for one thing only, a channel that never came to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import structlog
from panoramisk.message import Message

from dialer.adapters.ami import actions
from dialer.adapters.ami.births import Births
from dialer.adapters.ami.connection import Connection, Timing
from dialer.adapters.ami.translate import Translator, live_channel, reachable_seat
from dialer.calls.events import ConnectionLost, ConnectionRestored, SwitchEvent
from dialer.ports import (
    LiveChannel,
    LoginRefused,
    Origination,
    SwitchRefused,
    SwitchUnreachable,
)
from foundation.clock import Clock, SystemClock
from foundation.settings import Ami

_BIRTH_S = 5.0  # from the accepted Originate to its Newchannel
_READY_S = 1.0  # from Newstate Up to the dialplan's first word; a millisecond as a rule
_log = structlog.get_logger(__name__)


class AmiTelephony:
    """Use with `async with`; `events()` raises LoginRefused when the password is wrong."""

    def __init__(
        self,
        ami: Ami,
        secret: str,
        *,
        clock: Clock | None = None,
        timing: Timing | None = None,
        longest_call_s: int = 3600,
    ) -> None:
        self._births = Births()
        self._connection = Connection(
            ami,
            secret,
            clock=clock or SystemClock(),
            timing=timing or Timing(),
            watch=self._births.watch,
        )
        self._longest_call_s = longest_call_s
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._keeper = asyncio.create_task(self._connection.run(), name="ami")
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})

    async def events(self) -> AsyncIterator[SwitchEvent]:
        """All events in the switch's order, for one consumer; first ConnectionRestored."""
        translator = Translator()
        while True:
            heard = await self._connection.queue.get()
            if isinstance(heard, LoginRefused):
                raise heard
            if isinstance(heard, ConnectionLost | ConnectionRestored):
                translator = Translator()
                yield heard
                continue
            for event in _translated(translator, heard):
                yield event

    async def originate(self, call: Origination) -> None:
        """Return when the channel exists: its INVITE is leaving.

        Raises SwitchRefused (no channel, no INVITE) or SwitchUnreachable (unknown).
        """
        action = actions.originate(call)
        with self._births.expecting(call.channel) as born:
            _accepted((await self._connection.ask(action))[0])
            try:
                refusal = await asyncio.wait_for(born, _BIRTH_S)
            except TimeoutError as error:
                raise SwitchUnreachable("Originate: no channel, no refusal") from error
        if refusal is not None:
            raise SwitchRefused(refusal)

    async def bridge(self, channel: str, peer: str) -> None:
        """Join two live channels; raises SwitchRefused when one of them is gone.

        `channel` is the debtor's: he gets the backstop against a call without an end anew,
        because entering a bridge loses the one that the dialplan set.
        """
        for one in (channel, peer):
            await self._births.settled(one, _READY_S)
        _accepted((await self._connection.ask(actions.bridge(channel, peer)))[0])
        await self._connection.ask(actions.limit(channel, self._longest_call_s))

    async def hang_up(self, channel: str, cause: int = 16) -> bool:
        """End a channel; False when it was gone."""
        answer = (await self._connection.ask(actions.hang_up(channel, cause)))[0]
        if not answer.success and answer.message == "No such channel":
            return False
        _accepted(answer)
        return True

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        """Set a channel variable; raises SwitchRefused when the channel is gone."""
        _accepted(
            (await self._connection.ask(actions.set_variable(channel, name, value)))[0]
        )

    async def channels(self) -> list[LiveChannel]:
        """List every live channel."""
        answer = await self._connection.ask(actions.channels())
        _accepted(answer[0])
        return [live_channel(row) for row in answer if row.event == "CoreShowChannel"]

    async def reachable_endpoints(self) -> set[str]:
        """List the seats that have a live contact."""
        answer = await self._connection.ask(actions.device_states())
        _accepted(answer[0])
        rows = (row for row in answer if row.event == "DeviceStateChange")
        return {seat for row in rows if (seat := reachable_seat(row)) is not None}


def _translated(translator: Translator, message: Message) -> tuple[SwitchEvent, ...]:
    try:
        return translator.events(message)
    except (KeyError, ValueError) as error:
        _log.warning("ami_event_broken", ami_event=message.event, error=repr(error))
        return ()


def _accepted(answer: Message) -> None:
    if not answer.success:
        raise SwitchRefused(answer.message or answer.response)
