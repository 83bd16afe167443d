"""The signalling of one call over UDP: INVITE, ACK, BYE, and what the other side asks.

Speaks only what a call into a switch on this machine needs; a lost packet is asked again.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from uuid import uuid4

AGAIN_S = 0.5  # without an answer: the request was lost
ANSWER_S = 30.0
BYE_S = 2.0
EVENT = 101  # payload type of keys
_CONTACT = re.compile(r"<?(sip:[^>;]+)")
_RTP_PORT = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_RTP_HOST = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)


class NotAnswered(RuntimeError):
    """A chamada não foi atendida; o argumento é o código SIP, ou 0."""


@dataclass(slots=True)
class Signalling(asyncio.DatagramProtocol):
    """One call to `number` at `peer`, from `caller`; its sound comes to `rtp_port`."""

    peer: tuple[str, int]
    number: str
    caller: str
    rtp_port: int
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    sound_to: tuple[str, int] = ("", 0)
    _call: str = field(default_factory=lambda: uuid4().hex)
    _host: str = "127.0.0.1"
    _port: int = 0
    _to: str = ""
    _contact: str = ""
    _transport: asyncio.DatagramTransport | None = None
    _final: asyncio.Future[int] | None = None
    _bye: asyncio.Event = field(default_factory=asyncio.Event)

    async def dial(self) -> None:
        """Place the call and wait until it is answered. Raises NotAnswered."""
        loop = asyncio.get_running_loop()
        self._final = loop.create_future()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self._host, 0)
        )
        self._port = self._transport.get_extra_info("sockname")[1]
        self._contact, self._to = self._uri, f"<{self._uri}>"
        asking = asyncio.create_task(self._invite())
        try:
            async with asyncio.timeout(ANSWER_S):
                code = await self._final
        except TimeoutError as error:
            raise NotAnswered(0) from error
        finally:
            asking.cancel()
        if code >= 300:
            raise NotAnswered(code)

    async def hang_up(self) -> None:
        """End the call, if nobody has."""
        if self._transport is None:
            return
        for _ in range(round(BYE_S / AGAIN_S)):
            if self.ended.is_set() or self._bye.is_set():
                break
            self._send(self._request("BYE", 2))
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._bye.wait()
            except TimeoutError:
                continue
        self.ended.set()
        self._transport.close()

    @property
    def _uri(self) -> str:
        return f"sip:{self.number}@{self.peer[0]}:{self.peer[1]}"

    async def _invite(self) -> None:
        wait_s = AGAIN_S
        while True:
            self._send(self._request("INVITE", 1, self._offer()))
            await asyncio.sleep(wait_s)
            wait_s *= 2

    def _request(self, method: str, cseq: int, body: str = "") -> str:
        here = f"{self._host}:{self._port}"
        lines = [
            f"{method} {self._contact} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{self._call[:12]}{method}",
            f"From: <sip:{self.caller}@{here}>;tag={self._call[:8]}",
            f"To: {self._to}",
            f"Call-ID: {self._call}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.caller}@{here}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _offer(self) -> str:
        lines = (
            "v=0",
            f"o=- 1 1 IN IP4 {self._host}",
            "s=-",
            f"c=IN IP4 {self._host}",
            "t=0 0",
            f"m=audio {self.rtp_port} RTP/AVP 8 {EVENT}",
            "a=rtpmap:8 PCMA/8000",
            f"a=rtpmap:{EVENT} telephone-event/8000",
            "a=ptime:20",
            "a=sendrecv",
        )
        return "".join(f"{line}\r\n" for line in lines)

    def _send(self, text: str) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(text.encode(), self.peer)

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in reversed(lines))
        }
        if headers.get("call-id") != self._call:
            return
        if first.startswith("SIP/2.0"):
            self._answer(int(first.split()[1]), headers, body)
            return
        self._send(_accepted(lines))
        if first.startswith("BYE"):
            self.ended.set()

    def _answer(self, code: int, headers: dict[str, str], body: str) -> None:
        cseq, method = headers["cseq"].split()
        if method == "BYE":
            self._bye.set()
        if method != "INVITE" or code < 200 or self._final is None:
            return
        self._to = headers["to"]
        contact = _CONTACT.search(headers.get("contact", ""))
        if contact and code < 300:
            self._contact = contact[1]
        port, host = _RTP_PORT.search(body), _RTP_HOST.search(body)
        if port and host:
            self.sound_to = (host[1], int(port[1]))
        self._send(self._request("ACK", int(cseq)))
        if not self._final.done():
            self._final.set_result(code)


def _accepted(request: list[str]) -> str:
    kept = ("via", "from", "to", "call-id", "cseq")
    lines = [line for line in request if line.partition(":")[0].lower() in kept]
    return "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0"]) + "\r\n\r\n"
