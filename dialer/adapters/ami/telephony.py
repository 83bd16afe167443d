"""`Telephony` on a real Asterisk by AMI.

Decides what an AMI answer means for the caller: refused, unreachable, gone already. An
outcome is never read from OriginateResponse, which calls everything but an answer a
failure; it is used for one thing only, a channel that never came to be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import TracebackType
from typing import Self

import structlog
from panoramisk.message import Message

from dialer.adapters.ami import actions
from dialer.adapters.ami.beginnings import Beginnings
from dialer.adapters.ami.connection import Connection, Timing
from dialer.adapters.ami.translate import Translator, live_channels, reachable_seat
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
_JOIN_S = 3.0  # from the accepted Redirect to the debtor in the bridge; milliseconds
_READY_S = 1.0  # until both are where they can be joined; a millisecond as a rule
_log = structlog.get_logger(__name__)


class AmiTelephony:
    """Use with `async with`; `events()` raises LoginRefused when the password is wrong.

    `may_act` is asked right before anything is sent; the answer no raises OutOfOffice.
    """

    def __init__(
        self,
        ami: Ami,
        secret: Callable[[], str],  # the one that is valid when it logs in
        *,
        clock: Clock | None = None,
        timing: Timing | None = None,
        may_act: Callable[[], bool] = lambda: True,
    ) -> None:
        self._beginnings = Beginnings()
        self._connection = Connection(
            ami,
            secret,
            clock=clock or SystemClock(),
            timing=timing or Timing(),
            watch=self._beginnings.watch,
            may_act=may_act,
        )
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
        with self._beginnings.expecting(call.channel) as born:
            _accepted((await self._connection.ask(action))[0])
            refusal = await _within(_BIRTH_S, born, "Originate: no channel, no refusal")
        if refusal is not None:
            raise SwitchRefused(refusal)

    async def bridge(self, channel: str, peer: str) -> None:
        """Join a debtor's channel with an agent's leg; returns when the debtor is in.

        Raises SwitchRefused when one of them is gone, SwitchUnreachable (unknown).
        """
        await self._beginnings.ready(channel, peer, deadline_s=_READY_S)
        with self._beginnings.joining(channel) as joined:
            _accepted((await self._connection.ask(actions.join(channel, peer)))[0])
            refusal = await _within(_JOIN_S, joined, "Redirect: not joined, not refused")
        if refusal is not None:
            raise SwitchRefused(refusal)

    async def hold(self, channel: str) -> None:
        """Send a joined channel to music; raises SwitchRefused when it is gone."""
        _accepted((await self._connection.ask(actions.hold(channel)))[0])

    async def end_hold(self, channel: str) -> None:
        """Send a held channel back to the floor; raises SwitchRefused when it is gone."""
        _accepted((await self._connection.ask(actions.end_hold(channel)))[0])

    async def to_robot(self, channel: str) -> None:
        """Send a joined channel to the robot; raises SwitchRefused when it is gone."""
        _accepted((await self._connection.ask(actions.to_robot(channel)))[0])

    async def take(self, channel: str) -> None:
        """Send a caller from the robot to the floor; raises SwitchRefused when gone."""
        _accepted((await self._connection.ask(actions.take(channel)))[0])

    async def tell(self, channel: str, variables: Mapping[str, str]) -> None:
        """Leave words with a channel for its dialplan; raises SwitchRefused when gone."""
        for name, value in variables.items():
            action = actions.set_variable(channel, name, value)
            _accepted((await self._connection.ask(action))[0])

    async def listen(self, channel: str) -> None:
        """Have the detectors listen to a channel; raises SwitchRefused."""
        _accepted((await self._connection.ask(actions.listen(channel)))[0])

    async def hang_up(self, channel: str, cause: int = 16) -> bool:
        """End a channel; False when it was gone."""
        answer = (await self._connection.ask(actions.hang_up(channel, cause)))[0]
        if not answer.success and answer.message == "No such channel":
            return False
        _accepted(answer)
        return True

    async def channels(self) -> list[LiveChannel]:
        """List every live channel."""
        answer = await self._connection.ask(actions.channels())
        _accepted(answer[0])
        return live_channels(row for row in answer if row.event == "CoreShowChannel")

    async def reachable_endpoints(self) -> set[str]:
        """List the seats that have a live contact."""
        answer = await self._connection.ask(actions.device_states())
        _accepted(answer[0])
        rows = (row for row in answer if row.event == "DeviceStateChange")
        return {seat for row in rows if (seat := reachable_seat(row)) is not None}


async def _within(
    deadline_s: float, outcome: asyncio.Future[str | None], otherwise: str
) -> str | None:
    try:
        async with asyncio.timeout(deadline_s):
            return await outcome
    except TimeoutError as error:
        raise SwitchUnreachable(otherwise) from error


def _translated(translator: Translator, message: Message) -> tuple[SwitchEvent, ...]:
    try:
        return translator.events(message)
    except (KeyError, ValueError) as error:
        _log.warning("ami_event_broken", ami_event=message.event, error=repr(error))
        return ()


def _accepted(answer: Message) -> None:
    if not answer.success:
        raise SwitchRefused(answer.message or answer.response)
