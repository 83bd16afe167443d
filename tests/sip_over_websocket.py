"""A seat's REGISTER by hand, over a WebSocket: what the browser's SIP stack sends."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from uuid import uuid4

from aiohttp import ClientWebSocketResponse


class NotSip(AssertionError):
    """The answer is no SIP response."""


@dataclass(slots=True)
class Registration:
    """One seat on one open WebSocket. `status` of the last answer."""

    socket: ClientWebSocketResponse
    seat: str
    password: str
    call_id: str = field(default_factory=lambda: uuid4().hex)
    sequence: int = 0

    async def register(self, *, expires_s: int = 60, within_s: float = 60.0) -> int:
        """Ask, answer the challenge, ask again; return the last status."""
        status, answer = await self.ask(expires_s, "", within_s)
        if status == 401:
            challenge = _challenge(answer)
            if challenge is None:
                raise NotSip(answer)
            authorization = self._digest(challenge)
            status, _ = await self.ask(expires_s, authorization, within_s)
        return status

    async def ask(
        self, expires_s: int, authorization: str = "", within_s: float = 60.0
    ) -> tuple[int, str]:
        """Send one REGISTER; return the status and the whole answer."""
        self.sequence += 1
        await self.socket.send_str(self._request(expires_s, authorization))
        while True:
            answer = await self.socket.receive_str(timeout=within_s)
            match = re.match(r"SIP/2\.0 (\d{3}) ", answer)
            if match and f"CSeq: {self.sequence} REGISTER" in answer:
                return int(match[1]), answer

    def _request(self, expires_s: int, authorization: str) -> str:
        lines = [
            "REGISTER sip:acordo.invalid SIP/2.0",
            f"Via: SIP/2.0/WS {self.call_id[:8]}.invalid;branch=z9hG4bK{uuid4().hex}",
            "Max-Forwards: 69",
            f"To: <sip:{self.seat}@acordo.invalid>",
            f"From: <sip:{self.seat}@acordo.invalid>;tag={self.call_id[:10]}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} REGISTER",
            f"Contact: <sip:{self.seat}@{self.call_id[:8]}.invalid;transport=ws>",
            f"Expires: {expires_s}",
            "Content-Length: 0",
        ]
        if authorization:
            lines.insert(-1, f"Authorization: {authorization}")
        return "\r\n".join(lines) + "\r\n\r\n"

    def _digest(self, challenge: dict[str, str]) -> str:
        realm, nonce = challenge["realm"], challenge["nonce"]
        uri, count, ours = "sip:acordo.invalid", "00000001", uuid4().hex[:8]
        secret = _md5(f"{self.seat}:{realm}:{self.password}")
        request = _md5(f"REGISTER:{uri}")
        response = _md5(f"{secret}:{nonce}:{count}:{ours}:auth:{request}")
        values = {
            "username": self.seat,
            "realm": realm,
            "nonce": nonce,
            "uri": uri,
            "response": response,
            "cnonce": ours,
            "opaque": challenge.get("opaque", ""),
        }
        quoted = ", ".join(f'{name}="{value}"' for name, value in values.items())
        return f"Digest {quoted}, algorithm=MD5, qop=auth, nc={count}"


def _challenge(answer: str) -> dict[str, str] | None:
    match = re.search(r"^WWW-Authenticate: Digest (.*)$", answer, re.MULTILINE)
    if match is None:
        return None
    return dict(re.findall(r'(\w+)="?([^",\r]*)"?', match[1]))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - SIP's own digest
