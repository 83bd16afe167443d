"""A small SIP caller for tests: places real calls over UDP and tells what came back.

It speaks only what a call needs (INVITE, ACK, CANCEL, BYE, RTP in), so that a test of the
network needs no second switch. Times are seconds since the INVITE.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from dataclasses import dataclass, field


@dataclass
class Call:
    """One call, as the caller saw it."""

    number: str
    call_id: str
    started: float
    codes: list[tuple[float, int]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    answered_at: float | None = None
    bye_at: float | None = None  # the other side hung up
    sound: list[bytes] = field(default_factory=list)  # payloads of voice packets
    keys: set[int] = field(default_factory=set)  # telephone events
    to: str = ""
    contact: str = ""

    @property
    def final(self) -> int | None:
        return next((code for _, code in self.codes if code >= 200), None)

    def seen(self, code: int) -> float | None:
        return next((at for at, known in self.codes if known == code), None)


class _Rtp(asyncio.DatagramProtocol):
    def __init__(self, call: Call) -> None:
        self.call = call

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        if data[1] & 0x7F == 101:
            self.call.keys.add(data[12])
        else:
            self.call.sound.append(data[12:])


class Caller(asyncio.DatagramProtocol):
    """Places calls to one SIP peer; use as `async with Caller(host, port) as caller`."""

    def __init__(self, host: str, port: int) -> None:
        self.peer = (host, port)
        self.calls: dict[str, Call] = {}

    async def __aenter__(self) -> Caller:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", 0)
        )
        self.port = self.transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.transport.close()

    async def call(
        self,
        number: str,
        *,
        gives_up_s: float | None = None,
        hangs_up_s: float | None = None,
        deadline_s: float = 30.0,
        reason: str = "",
    ) -> Call:
        """Place a call and return when it is over on both sides."""
        loop = asyncio.get_running_loop()
        call = Call(number, uuid.uuid4().hex, loop.time())
        self.calls[call.call_id] = call
        rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Rtp(call), local_addr=("127.0.0.1", 0)
        )
        rtp_port = rtp.get_extra_info("sockname")[1]
        try:
            self._send(self._request(call, "INVITE", 1, body=_sdp(rtp_port)))
            async with asyncio.timeout(deadline_s):
                await self._play(call, gives_up_s, hangs_up_s, reason)
        finally:
            rtp.close()
            del self.calls[call.call_id]
        return call

    async def _play(
        self, call: Call, gives_up_s: float | None, hangs_up_s: float | None, reason: str
    ) -> None:
        if gives_up_s is not None:
            try:
                async with asyncio.timeout(gives_up_s):
                    await call.ended.wait()
            except TimeoutError:
                self._send(self._request(call, "CANCEL", 1, extra=reason))
        elif hangs_up_s is not None:
            while call.answered_at is None and not call.ended.is_set():
                await asyncio.sleep(0.01)
            await asyncio.sleep(hangs_up_s)
            if not call.ended.is_set():
                self._send(self._request(call, "BYE", 2))
        await call.ended.wait()

    def _request(
        self, call: Call, method: str, cseq: int, body: str = "", extra: str = ""
    ) -> str:
        branch = (
            "z9hG4bK" + call.call_id + ("1" if method in ("INVITE", "CANCEL") else method)
        )
        inside = method in ("ACK", "BYE")
        uri = call.contact if inside and call.contact else self._uri(call)
        to = call.to if inside and call.to else f"<{self._uri(call)}>"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch={branch}",
            f"From: <sip:551140040001@127.0.0.1:{self.port}>;tag={call.call_id[:8]}",
            f"To: {to}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:dialer@127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
            *([extra] if extra else []),
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _uri(self, call: Call) -> str:
        return f"sip:{call.number}@{self.peer[0]}:{self.peer[1]}"

    def _send(self, text: str) -> None:
        self.transport.sendto(text.encode(), self.peer)

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        head, _, _ = data.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in reversed(lines))
        }
        call = self.calls.get(headers["call-id"])
        if call is None:
            return
        if first.startswith("SIP/2.0"):
            self._response(call, int(first.split()[1]), headers)
        elif first.startswith("BYE"):
            call.bye_at = self._now(call)
            self._send(_ok(lines))
            call.ended.set()

    def _response(self, call: Call, code: int, headers: dict[str, str]) -> None:
        cseq, method = headers["cseq"].split()
        if method == "BYE":
            call.ended.set()
        if method != "INVITE":
            return
        call.codes.append((self._now(call), code))
        if code < 200:
            return
        call.to = headers["to"]
        if code < 300:
            call.contact = headers["contact"].strip("<>").split(">")[0]
            call.answered_at = call.answered_at or self._now(call)
            self._send(self._request(call, "ACK", int(cseq)))
        else:
            ack = self._request(call, "ACK", int(cseq))
            self._send(ack.replace(call.call_id + "ACK", call.call_id + "1", 1))
            call.ended.set()

    def _now(self, call: Call) -> float:
        return asyncio.get_running_loop().time() - call.started


def _ok(request_lines: list[str]) -> str:
    kept = ("via", "from", "to", "call-id", "cseq")
    lines = [line for line in request_lines if line.partition(":")[0].lower() in kept]
    return "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0"]) + "\r\n\r\n"


def _sdp(port: int) -> str:
    return "".join(
        f"{line}\r\n"
        for line in (
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {port} RTP/AVP 8 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=sendrecv",
        )
    )


def loudness(packets: list[bytes]) -> float:
    """Return the root mean square of A-law packets, on the scale of 16-bit samples."""
    samples = [linear(byte) for packet in packets for byte in packet]
    return math.sqrt(sum(sample * sample for sample in samples) / max(len(samples), 1))


def linear(byte: int) -> int:
    """Expand one A-law byte (ITU-T G.711)."""
    value = byte ^ 0x55
    exponent, mantissa = (value >> 4) & 7, value & 15
    size = (
        (mantissa << 4) + 8
        if exponent == 0
        else ((mantissa << 4) + 0x108) << (exponent - 1)
    )
    return size if value & 0x80 else -size
