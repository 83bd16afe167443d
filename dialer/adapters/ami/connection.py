"""Keep one AMI session alive, and say honestly when there is none.

A lost connection is an event, not a pause: what was asked and not answered fails at
once, nothing is repeated, and the stream says ConnectionLost, later ConnectionRestored.
A peer that is silent to a ping is dead, whatever its TCP says. A refused password ends
everything: trying again would only fill the switch's security log.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import structlog
from panoramisk.message import Message

from dialer.adapters.ami import actions
from dialer.adapters.ami.protocol import Wire
from dialer.calls.events import ConnectionLost, ConnectionRestored
from dialer.ports import LoginRefused, OutOfOffice, SwitchUnreachable
from foundation.clock import Clock
from foundation.settings import Ami

Heard: TypeAlias = Message | ConnectionLost | ConnectionRestored | LoginRefused

_LONGEST_QUEUE = 200_000  # messages; a consumer that is so late had better read anew
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Deadlines of a session, in seconds."""

    action_s: float = 5.0
    connect_s: float = 3.0
    login_s: float = 15.0  # the switch answers a wrong password late, on purpose
    refused_s: float = 12.0  # so long a refusal may be of a secret that is just changed
    boot_s: float = 60.0  # from login to FullyBooted
    ping_every_s: float = 2.0
    ping_s: float = 3.0  # a ping unanswered for so long means a dead peer
    first_retry_s: float = 0.2  # doubles with each failure
    longest_retry_s: float = 1.0  # a switch that is back should not wait for us


class Session:
    """One logged-in connection: answers to `ask`, everything else to `heard`."""

    def __init__(
        self, wire: Wire, lost: asyncio.Future[str], boot: str, at: datetime
    ) -> None:
        self.wire = wire
        self.lost = lost
        self.boot = boot
        self.at = at  # the switch's clock when it began


class Connection:
    """Logs in, watches, logs in again; `queue` holds what was heard, in order."""

    def __init__(
        self,
        ami: Ami,
        secret: Callable[[], str],
        *,
        clock: Clock,
        timing: Timing,
        watch: Callable[[Heard], None],
        may_act: Callable[[], bool],
    ) -> None:
        self.queue: asyncio.Queue[Heard] = asyncio.Queue()
        self._ami = ami
        self._secret = secret
        self._clock = clock
        self._timing = timing
        self._watch = watch
        self._may_act = may_act
        self._session: Session | None = None
        self._why = "not connected yet"

    async def ask(self, action: Mapping[str, object]) -> list[Message]:
        """Send one action on the present session; raises SwitchUnreachable, OutOfOffice.

        Nothing is waited for between the look at the clock and the sending.
        """
        if self._session is None:
            raise SwitchUnreachable(self._why)
        if not self._may_act():
            raise OutOfOffice(str(action["Action"]))
        return await self._session.wire.ask(action, self._timing.action_s)

    async def run(self) -> None:
        """Keep a session until cancelled; ends by itself only on a LoginRefused that lasts.

        While a secret gets another value, its file has it a moment before the switch does.
        """
        now_s = asyncio.get_running_loop().time
        retry_s, refused_from_s = self._timing.first_retry_s, math.inf
        while True:
            try:
                await self._one_session()
                retry_s, refused_from_s = self._timing.first_retry_s, math.inf
            except LoginRefused as refused:
                self._why = f"login refused: {refused}"
                refused_from_s = min(refused_from_s, now_s())
                if now_s() - refused_from_s >= self._timing.refused_s:
                    self._emit(refused)
                    return
                _log.warning("ami_login_refused", why=str(refused), retry_s=retry_s)
            except (OSError, SwitchUnreachable) as error:
                refused_from_s = math.inf
                self._why = str(error) or type(error).__name__
                _log.warning("ami_unreachable", why=self._why, retry_s=retry_s)
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, self._timing.longest_retry_s)

    async def _one_session(self) -> None:
        session, early = await self._open()
        self._emit(ConnectionRestored(at=session.at, boot=session.boot))
        for message in early.release(self._hear):
            self._hear(message)
        self._session = session
        try:
            self._why = await self._watch_over(session)
        finally:
            self._session = None
            session.wire.abort("session ended")
        _log.warning("ami_lost", why=self._why)
        self._emit(ConnectionLost(at=self._clock.now(), why=self._why))

    async def _open(self) -> tuple[Session, _Early]:
        """Connect, log in, wait until the switch has booted; events are held back."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        early = _Early()
        async with asyncio.timeout(self._timing.connect_s):
            _, wire = await loop.create_connection(
                lambda: Wire(early.hear, lambda why: _tell(lost, why)),
                self._ami.host,
                self._ami.port,
            )
        try:
            boot = await self._log_in(wire, early, lost)
            return Session(wire, lost, boot, await self._its_time(wire)), early
        except BaseException:
            wire.abort("login failed")
            raise

    async def _log_in(self, wire: Wire, early: _Early, lost: asyncio.Future[str]) -> str:
        answer = (
            await wire.ask(
                actions.login(self._ami.username, self._secret()), self._timing.login_s
            )
        )[0]
        if not answer.success:
            raise LoginRefused(f"{self._ami.username}: {answer.message}")
        booted = asyncio.ensure_future(early.booted.wait())
        waited: set[asyncio.Future[Any]] = {booted, lost}
        try:
            async with asyncio.timeout(self._timing.boot_s):
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError as error:
            raise SwitchUnreachable("the switch does not finish booting") from error
        finally:
            booted.cancel()
        boot = (await wire.ask(actions.boot(), self._timing.action_s))[0]
        return str(boot.get("Value", ""))

    async def _its_time(self, wire: Wire) -> datetime:
        answer = (await wire.ask(actions.ping(), self._timing.action_s))[0]
        try:
            return datetime.fromtimestamp(float(answer["Timestamp"]), UTC)
        except (KeyError, ValueError):
            return self._clock.now()

    async def _watch_over(self, session: Session) -> str:
        """Return why the session ended: the peer closed, or no longer answers pings."""
        while not session.lost.done():
            await asyncio.wait({session.lost}, timeout=self._timing.ping_every_s)
            if session.lost.done():
                break
            try:
                await session.wire.ask(actions.ping(), self._timing.ping_s)
            except SwitchUnreachable as error:
                return str(error)
        return session.lost.result()

    def _hear(self, message: Message) -> None:
        """The only thing that runs while bytes are read: hand over and return."""
        if self.queue.qsize() > _LONGEST_QUEUE and self._session is not None:
            self._session.wire.abort("events were not read")
            return
        self._emit(message)

    def _emit(self, heard: Heard) -> None:
        self._watch(heard)
        self.queue.put_nowait(heard)


class _Early:
    """Holds the events between login and the moment that the stream is announced."""

    def __init__(self) -> None:
        self.booted = asyncio.Event()
        self._held: list[Message] = []
        self._next: Callable[[Message], None] | None = None

    def hear(self, message: Message) -> None:
        if self._next is not None:
            self._next(message)
            return
        if message.get("Event") == "FullyBooted":
            self.booted.set()
        self._held.append(message)

    def release(self, to: Callable[[Message], None]) -> list[Message]:
        """Return what was held; from now on events go straight to `to`."""
        self._next = to
        held, self._held = self._held, []
        return held


def _tell(lost: asyncio.Future[str], why: str) -> None:
    with suppress(asyncio.InvalidStateError):
        lost.set_result(why)
