"""The simulated SMSC: who binds with the right password sends, and gets receipts back.

One session a connection. The parts of a long message come together again before its
person reads it; each part has a name and a receipt of its own, as carriers do.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from sim.outside.sms import pdu
from sim.outside.sms.desk import Outcome, SmsDesk
from sim.outside.sms.pdu import BadPdu, Pdu, Submitted

LOOPBACK = "127.0.0.1"
_NAME = "smsc"


class Smsc:
    """Takes sessions; `password` is of at most eight characters."""

    def __init__(self, desk: SmsDesk, system_id: str, password: str) -> None:
        self._desk = desk
        self._expected = (system_id, password)
        self._sessions: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - streams run each connection as a task
        self._sessions[task] = writer
        session = _Session(self._desk, writer)
        try:
            await self._talk(session, reader)
        except (asyncio.IncompleteReadError, ConnectionError, BadPdu):
            pass  # the client went away, or speaks something else
        finally:
            del self._sessions[task]
            writer.close()

    async def close(self) -> None:
        """Hang up on everybody; each session then ends by itself."""
        for writer in self._sessions.values():
            writer.transport.abort()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    async def _talk(self, session: _Session, reader: asyncio.StreamReader) -> None:
        first = await _next(reader)
        binds = (pdu.BIND_TRANSCEIVER, pdu.BIND_TRANSMITTER, pdu.BIND_RECEIVER)
        if first.command not in binds:
            raise BadPdu("not bound")
        shown = "\0".join(pdu.bound(first.body)).encode()
        if not secrets.compare_digest(shown, "\0".join(self._expected).encode()):
            await session.answer(first, status=pdu.BAD_PASSWORD)
            return
        await session.answer(first, pdu.text(_NAME))
        while True:
            asked = await _next(reader)
            if asked.command & pdu.RESPONSE:
                continue  # to a receipt of ours
            if not await session.handle(asked):
                return


class _Session:
    """One bound client."""

    def __init__(self, desk: SmsDesk, writer: asyncio.StreamWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._numbers = itertools.count(1)
        self._parts: dict[tuple[str, int], dict[int, tuple[str, Submitted]]] = {}

    async def handle(self, asked: Pdu) -> bool:
        """Answer one request; False: that was the last."""
        match asked.command:
            case pdu.SUBMIT_SM:
                await self._submit(asked)
            case pdu.ENQUIRE_LINK:
                await self.answer(asked)
            case pdu.UNBIND:
                await self.answer(asked)
                return False
            case _:
                refusal = pdu.written(
                    pdu.GENERIC_NACK, asked.sequence, status=pdu.UNKNOWN_COMMAND
                )
                await self._send(refusal)
        return True

    async def answer(self, asked: Pdu, body: bytes = b"", status: int = pdu.OK) -> None:
        command = asked.command | pdu.RESPONSE
        await self._send(pdu.written(command, asked.sequence, body, status))

    async def _submit(self, asked: Pdu) -> None:
        message = pdu.submitted(asked.body)
        to = f"+{message.to.lstrip('+')}"
        refusal = self._desk.refusal(to)
        if refusal is not None:
            status = pdu.THROTTLED if refusal == "busy" else pdu.BAD_ADDRESS
            await self.answer(asked, pdu.text(""), status)
            return
        name = f"P{next(self._numbers):08d}"
        place = (message.to, message.reference)
        parts = self._parts.setdefault(place, {})
        parts[message.part] = (name, message)
        if len(parts) == message.total:
            del self._parts[place]
            self._take(to, [parts[number] for number in sorted(parts)])
        await self.answer(asked, pdu.text(name))

    def _take(self, to: str, parts: list[tuple[str, Submitted]]) -> None:
        """All parts are there: one text for the person, a receipt for each of them."""

        async def tell(outcome: Outcome) -> None:
            for name, part in parts:
                if part.wants_receipt:
                    await self._tell(part, replace(outcome, name=name))

        text = "".join(part.text for _, part in parts)
        self._desk.take(parts[0][1].sender, to, text, tell)

    async def _tell(self, message: Submitted, outcome: Outcome) -> None:
        day = f"{outcome.at:%y%m%d%H%M}"
        delivered = "001" if outcome.status == "DELIVRD" else "000"
        content = (
            f"id:{outcome.name} sub:001 dlvrd:{delivered} submit date:{day} "
            f"done date:{day} stat:{outcome.status} err:{outcome.error} text:"
        )
        told = pdu.receipt(next(self._numbers), message.to, message.sender, content)
        if not self._writer.is_closing():
            await self._send(told)

    async def _send(self, content: bytes) -> None:
        self._writer.write(content)
        await self._writer.drain()


async def _next(reader: asyncio.StreamReader) -> Pdu:
    length, command, status, sequence = pdu.HEADER.unpack(
        await reader.readexactly(pdu.HEADER.size)
    )
    if not pdu.HEADER.size <= length <= pdu.LARGEST:
        raise BadPdu(str(length))
    body = await reader.readexactly(length - pdu.HEADER.size)
    return Pdu(command, status, sequence, body)


@asynccontextmanager
async def running_smsc(port: int, smsc: Smsc, host: str = LOOPBACK) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port."""
    server = await asyncio.start_server(smsc.serve, host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await smsc.close()
