"""SMS by SMPP 3.4 (aiosmpplib): one session, kept open, over which receipts come back too.

The library keeps the session, cuts long texts and numbers what is under way; here it is
waited for, with a time-out, and its errors become ours. Its own log is off: it would hold
texts and telephones.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiosmpplib import ESME, AbstractHook, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.protocol import DeliverSm, SmppMessage
from aiosmpplib.state import SmppCommandStatus

from cobranca.channels.message import NotTaken, Outgoing, Report, Taken
from cobranca.channels.sms.letters import parts
from cobranca.channels.sms.reports import PROVIDER_SMPP, of_receipt

TIMEOUT_S = 15.0
REMEMBERED = 10_000  # messages of which receipts are still to come
WITH_HEADER = 0x40  # the parts of a long text are told by a header that telephones know
_BUSY = frozenset(
    {SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL,
     SmppCommandStatus.ESME_RSYSERR}
)  # fmt: skip
_NO_NUMBER = frozenset(
    {SmppCommandStatus.ESME_RINVDSTADR, SmppCommandStatus.ESME_RINVNUMDESTS}
)
_SILENT = logging.CRITICAL + 1

Hear = Callable[[Report], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SmppAccess:
    """Never printed: it holds the password, of at most eight characters."""

    host: str
    port: int
    system_id: str
    password: str
    sender: str


class _Hook(AbstractHook):  # type: ignore[misc] # the library tells no types
    """What the library calls: answers to what we sent, and receipts."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[str]] = {}
        self.hear: Hear | None = None
        self._named: OrderedDict[str, str] = OrderedDict()  # ours -> the SMSC's

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Nothing to do."""

    async def received(
        self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str
    ) -> None:
        if isinstance(smpp_message, DeliverSm):
            await self._receipt(smpp_message)
        elif isinstance(smpp_message, SubmitSmResp):
            self._answered(smpp_message)

    async def send_error(
        self, smpp_message: SmppMessage, error: Exception, client_id: str
    ) -> None:
        lost = not isinstance(error, ValueError)  # else it never left us
        failure = NotTaken(
            "cut_off" if lost else "unsendable", transient=False, unsure=lost
        )
        self._settle(getattr(smpp_message, "log_id", ""), failure)

    def _answered(self, answer: SubmitSmResp) -> None:
        status = answer.command_status
        if status == SmppCommandStatus.ESME_ROK:
            self._named[answer.log_id] = answer.message_id
            if len(self._named) > REMEMBERED:
                self._named.popitem(last=False)
            self._settle(answer.log_id, answer.message_id)
        elif status in _NO_NUMBER:
            self._settle(answer.log_id, NotTaken("no_such_number", transient=False))
        else:
            transient = status in _BUSY
            self._settle(answer.log_id, NotTaken("rejected", transient=transient))

    def _settle(self, name: str, found: str | NotTaken) -> None:
        future = self.waiting.pop(name, None)
        if future is None or future.done():
            return
        if isinstance(found, NotTaken):
            future.set_exception(found)
        else:
            future.set_result(found)

    async def _receipt(self, told: DeliverSm) -> None:
        """Of a long text the library hears of each part, and tells once of them all."""
        report = of_receipt(told.short_message, datetime.now(UTC))
        if report is None or self.hear is None or not told.is_receipt():
            return
        name = self._named.get(told.log_id, report.provider_id)
        await self.hear(replace(report, provider_id=name))


class _Session(ESME):  # type: ignore[misc] # the library tells no types
    """The library ends a session without closing its connection: we remember it."""

    opened: asyncio.StreamWriter | None = None

    async def connect(self) -> None:
        self.hang_up()
        await super().connect()
        self.opened = self._writer

    def hang_up(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None


class SmppChannel:
    """Is a Channel. `run` keeps the session; without it nothing can be sent."""

    repeatable = False  # SMPP knows no name of ours

    def __init__(self, access: SmppAccess) -> None:
        self._access = access
        self._hook = _Hook()
        self._session: _Session | None = None

    @property
    def bound(self) -> bool:
        """Whether the SMSC has let us in."""
        session = self._session
        return session is not None and (
            session.session_state == session.bind_mode.session_state
        )

    async def run(self, hear: Hear) -> None:
        """Keep the session until cancelled; `hear` commits each receipt or raises."""
        access = self._access
        self._hook.hear = hear
        session = self._session = _Session(
            smsc_host=access.host,
            smsc_port=access.port,
            system_id=access.system_id,
            password=access.password,
            hook=self._hook,
            log_level=_SILENT,
        )
        try:
            await session.start()
        finally:
            self._session = None
            session.hang_up()
            self._fail_all()

    async def send(self, message: Outgoing) -> Taken:
        session = self._session
        if session is None or not self.bound:
            raise NotTaken("not_reached", transient=True)
        text, name = message.rendered.text, message.id.hex
        submit = SubmitSm(
            short_message=text,
            source=PhoneNumber(self._access.sender),
            destination=PhoneNumber(message.to.lstrip("+")),
            auto_message_payload=False,
            esm_class=WITH_HEADER,
            log_id=name,
        )
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._hook.waiting[name] = future
        try:
            await session.broker.enqueue(submit)
            async with asyncio.timeout(TIMEOUT_S):
                found = await future
        except TimeoutError as error:
            raise NotTaken("silent", transient=False, unsure=True) from error
        finally:
            self._hook.waiting.pop(name, None)
        return Taken(provider=PROVIDER_SMPP, provider_id=found, parts=parts(text))

    async def close(self) -> None:
        """The session ends with `run`."""
        if self._session is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._session.stop()

    def _fail_all(self) -> None:
        for future in self._hook.waiting.values():
            if not future.done():
                future.set_exception(NotTaken("cut_off", transient=False, unsure=True))
