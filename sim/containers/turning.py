"""A browser's way through the TURN server, walked with few words: does it let in who shows
what the console signs, carry to the switch, and to nowhere else? Runs in a container.

Reads {"secret", "server", "switch", "other"} as JSON on standard input; ends with 0, or
says what is wrong. The messages are RFC 8489's and RFC 8656's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent_console.softphone.relays import relays

MAGIC = 0x2112A442
ALLOCATE, PERMIT, SEND, DATA_CAME = 0x0003, 0x0008, 0x0016, 0x0017
SUCCESS, REFUSAL = 0x0100, 0x0110
USERNAME, INTEGRITY, ERROR, PEER, DATA = 0x0006, 0x0008, 0x0009, 0x0012, 0x0013
REALM, NONCE, TRANSPORT = 0x0014, 0x0015, 0x0019
UDP = bytes([17, 0, 0, 0])
UNAUTHORIZED, FORBIDDEN = 401, 403
PORT, SIP_PORT = 3478, 5060
LIMIT_S = 5.0

Attribute = tuple[int, bytes]


class Refused(Exception):
    """The server said no; the argument is its code."""


@dataclass(slots=True)
class Turn:
    """A conversation with the server, with the name and the key it is signed with."""

    wire: socket.socket
    name: str
    password: str
    known: dict[int, bytes] = field(default_factory=dict)  # realm and nonce

    def allocate(self) -> None:
        """Raises Refused; the first asking is always refused, and tells the realm."""
        wanted = (TRANSPORT, UDP)
        try:
            self._ask(ALLOCATE, [wanted])
        except Refused as refusal:
            if refusal.args[0] != UNAUTHORIZED or not self.known:
                raise
        self._ask(ALLOCATE, [wanted])

    def permit(self, peer: str) -> None:
        """Ask to exchange packets with a peer; raises Refused."""
        self._ask(PERMIT, [(PEER, address(peer, 0))])

    def carry(self, peer: str, port: int, data: bytes) -> bytes:
        """What a peer answers through the relay; raises TimeoutError."""
        attributes = [(PEER, address(peer, port)), (DATA, data)]
        self.wire.send(message(SEND, os.urandom(12), attributes))
        while True:
            kind, found = read(self.wire.recv(4096))
            if kind == DATA_CAME:
                return found[DATA]

    def _ask(self, kind: int, attributes: Sequence[Attribute]) -> None:
        key = None
        if self.known:
            own = [(USERNAME, self.name.encode()), *self.known.items()]
            attributes = [*attributes, *own]
            joined = b":".join(
                [self.name.encode(), self.known[REALM], self.password.encode()]
            )
            key = hashlib.md5(joined, usedforsecurity=False).digest()
        self.wire.send(message(kind, os.urandom(12), attributes, key))
        answer, found = read(self.wire.recv(4096))
        self.known = {k: found.get(k, self.known.get(k, b"")) for k in (REALM, NONCE)}
        if answer == kind | REFUSAL:
            raise Refused(found[ERROR][2] * 100 + found[ERROR][3])
        if answer != kind | SUCCESS:
            raise Refused(answer)


def message(
    kind: int, mark: bytes, attributes: Sequence[Attribute], key: bytes | None = None
) -> bytes:
    """A STUN message; signed when there is a key."""
    body = b"".join(
        struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)
        for name, value in attributes
    )
    if key is None:
        return struct.pack("!HHI", kind, len(body), MAGIC) + mark + body
    signed = struct.pack("!HHI", kind, len(body) + 24, MAGIC) + mark + body
    digest = hmac.new(key, signed, hashlib.sha1).digest()
    return signed + struct.pack("!HH", INTEGRITY, len(digest)) + digest


def read(data: bytes) -> tuple[int, dict[int, bytes]]:
    """Kind and attributes of a message."""
    kind, length = struct.unpack_from("!HH", data)
    found, at = {}, 20
    while at < 20 + length:
        name, size = struct.unpack_from("!HH", data, at)
        found[name] = data[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4
    return kind, found


def address(host: str, port: int) -> bytes:
    """An IPv4 address as STUN writes it."""
    number = int.from_bytes(socket.inet_aton(host), "big") ^ MAGIC
    return struct.pack("!BBHI", 0, 1, port ^ MAGIC >> 16, number)


def _options(peer: str) -> bytes:
    mark = os.urandom(6).hex()
    lines = (
        f"OPTIONS sip:{peer} SIP/2.0",
        f"Via: SIP/2.0/UDP relay.invalid;branch=z9hG4bK{mark};rport",
        f"From: <sip:x@relay.invalid>;tag={mark}", f"To: <sip:{peer}>", f"Call-ID: {mark}",
        "CSeq: 1 OPTIONS", "Max-Forwards: 70", "Content-Length: 0", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def walk(secret: str, server: str, switch: str, other: str) -> str | None:
    """What is wrong; None: nothing."""
    (signed,) = relays((server,), secret, "0" * 16, datetime.now(UTC))
    (forged,) = relays((server,), secret + "x", "0" * 16, datetime.now(UTC))
    for shown, welcome in ((forged, False), (signed, True)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(LIMIT_S)
            wire.connect((server, PORT))
            turn = Turn(wire, shown.username, shown.credential)
            try:
                turn.allocate()
            except Refused as refusal:
                if welcome:
                    return f"recusa o que o console assina ({refusal})"
                continue
            if not welcome:
                return "aceita uma assinatura falsa"
            return _carried(turn, switch, other)
    return None


def _carried(turn: Turn, switch: str, other: str) -> str | None:
    try:
        turn.permit(other)
    except Refused as refusal:
        if refusal.args[0] != FORBIDDEN:
            return f"recusa {other} com {refusal}"
    else:
        return f"levaria pacotes a {other}"
    turn.permit(switch)
    if not turn.carry(switch, SIP_PORT, _options(switch)).startswith(b"SIP/2.0 "):
        return "o que voltou da central não é SIP"
    return None


def main() -> int:
    wrong = walk(**json.load(sys.stdin))
    if wrong is not None:
        print(f"turn: {wrong}")
    return 0 if wrong is None else 1


if __name__ == "__main__":
    sys.exit(main())
