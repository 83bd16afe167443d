"""One AMI connection on the wire, from greeting to loss; never used twice.

panoramisk frames actions, matches answers to them and collects lists. Decided here,
because panoramisk does otherwise: bytes are kept until a message is whole, one bad
message harms no other, nothing is ever sent a second time, and whoever waits for an
answer learns of the loss at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from dialer.ports import SwitchUnreachable

_END = b"\r\n\r\n"
_LONGEST_MESSAGE = 1 << 20  # bytes; a peer that is no AMI server never ends a message

_log = structlog.get_logger(__name__)


class Wire(AMIProtocol):  # type: ignore[misc]
    """Reads messages into `heard`; calls `lost` exactly once, with the reason."""

    def __init__(
        self, heard: Callable[[Message], None], lost: Callable[[str], None]
    ) -> None:
        self._heard = heard
        self._lost = lost
        self._rest = b""
        self._gone = ""
        self.closed = False
        self.encoding = "utf-8"
        self.factory = self  # panoramisk dispatches events to its factory

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self

    def data_received(self, data: bytes) -> None:
        """Cut the stream at message ends; a character may come in two pieces."""
        *whole, self._rest = (self._rest + data).split(_END)
        if len(self._rest) > _LONGEST_MESSAGE:
            self.abort("a message without an end")
            return
        for raw in whole:
            self._read(raw)

    def _read(self, raw: bytes) -> None:
        try:
            message = Message.from_line(decode(raw))
            if message is not None:
                self.handle_message(message)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # what panoramisk raises on headers it did not expect
            _log.warning("ami_message_unreadable", error=repr(error), size=len(raw))

    def dispatch(self, event: Message) -> None:
        """Called by panoramisk for each event that answers no action of ours."""
        self._heard(event)

    async def ask(self, action: Mapping[str, object], deadline_s: float) -> list[Message]:
        """Send once and return the answer, all messages of it.

        Raises SwitchUnreachable when it does not come in time: nobody knows what happened.
        """
        if self._gone:
            raise SwitchUnreachable(self._gone)
        as_list = False if action["Action"] == "Originate" else None
        sent = Action(dict(action))
        future = self.send(sent, as_list=as_list)
        try:
            async with asyncio.timeout(deadline_s):
                answer = await future
        except TimeoutError as error:
            raise SwitchUnreachable(f"{action['Action']}: {deadline_s} s") from error
        finally:
            self.responses.pop(sent.id, None)
        return answer if isinstance(answer, list) else [answer]

    def abort(self, why: str) -> None:
        """Drop the connection at once, without waiting for a peer that may be frozen."""
        self._gone = self._gone or why
        self.transport.abort()

    def connection_lost(self, exc: object) -> None:
        """Fail every waiting action; none is kept for another connection."""
        if self.closed:
            return
        self.closed = True
        self._gone = self._gone or (str(exc) if exc else "closed by the switch")
        waiting = {id(action): action for action in self.responses.values()}
        self.responses.clear()
        for action in waiting.values():
            if not action.future.done():
                action.future.set_exception(SwitchUnreachable(self._gone))
        self.transport.abort()
        self._lost(self._gone)

    def close(self) -> None:
        """End our side; panoramisk's own would queue unanswered actions for a replay."""
        self._gone = self._gone or "closed"
        self.transport.close()


def decode(raw: bytes) -> str:
    """UTF-8; where a carrier sent Latin-1, line by line, so that no other line suffers."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "\r\n".join(_decode_line(line) for line in raw.split(b"\r\n"))


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
