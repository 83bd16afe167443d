"""As much of SMPP 3.4 as a carrier's SMSC speaks to a sender: PDUs read and written.

Pure. Written from the standard, not with the client's library: each judges the other.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER = 0x09, 0x02, 0x01
SUBMIT_SM, DELIVER_SM, ENQUIRE_LINK, UNBIND, GENERIC_NACK = (
    0x04,
    0x05,
    0x15,
    0x06,
    0x80000000,
)
RESPONSE = 0x80000000
OK, BAD_PASSWORD, BAD_ADDRESS, THROTTLED, UNKNOWN_COMMAND = 0x00, 0x0E, 0x0B, 0x58, 0x03
HEADER = struct.Struct(">IIII")
LARGEST = 70_000  # bytes of a PDU
_PAYLOAD = 0x0424  # of an option
_UDHI, _CONCATENATED = 0x40, 0x00
_UCS2, _LATIN1 = 0x08, 0x03
_RECEIPT = 0x04  # esm_class of a delivery receipt
_GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]",
             0x40: "|", 0x65: "€"}  # fmt: skip


class BadPdu(ValueError):
    """These bytes are no PDU that we can read."""


@dataclass(frozen=True, slots=True)
class Pdu:
    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A submit_sm. `part` of `total`, told by `reference`, when it was cut."""

    sender: str
    to: str
    text: str
    wants_receipt: bool
    reference: int = 0
    part: int = 1
    total: int = 1


def written(command: int, sequence: int, body: bytes = b"", status: int = OK) -> bytes:
    """Return a PDU."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def text(value: str) -> bytes:
    """Return a C string."""
    return value.encode("ascii", "replace") + b"\0"


def bound(body: bytes) -> tuple[str, str]:
    """Return system id and password of a bind; raises BadPdu."""
    system_id, rest = _string(body)
    password, _ = _string(rest)
    return system_id, password


def submitted(body: bytes) -> Submitted:
    """Read a submit_sm; raises BadPdu."""
    try:
        _, rest = _string(body)
        sender, rest = _string(rest[2:])
        to, rest = _string(rest[2:])
        headed = bool(rest[0] & _UDHI)
        _, rest = _string(rest[3:])  # esm_class, protocol, priority; then the schedule
        _, rest = _string(rest)  # validity
        registered, _, coding, _, length = rest[:5]
        message, rest = rest[5 : 5 + length], rest[5 + length :]
        options = _options(rest)
        header = b""
        if headed:
            header, message = message[: message[0] + 1], message[message[0] + 1 :]
        reference, total, part = _place(header)
    except (IndexError, ValueError, struct.error) as error:
        raise BadPdu(str(error)) from error
    if not 1 <= part <= total:
        raise BadPdu(f"part {part} of {total}")
    return Submitted(
        sender=sender,
        to=to,
        text=decoded(options.get(_PAYLOAD, message), coding),
        wants_receipt=bool(registered & 0x01),
        reference=reference,
        part=part,
        total=total,
    )


def receipt(sequence: int, sender: str, to: str, content: str) -> bytes:
    """Return the deliver_sm of a receipt, from the person's telephone to the sender."""
    said = content.encode("ascii")
    body = (
        text("")
        + b"\x01\x01" + text(sender)
        + b"\x00\x00" + text(to)
        + bytes((_RECEIPT, 0, 0))
        + text("") + text("")
        + bytes((0, 0, 0, 0, len(said)))
        + said
    )  # fmt: skip
    return written(DELIVER_SM, sequence, body)


def decoded(message: bytes, coding: int) -> str:
    """Return the text of a message by its data coding."""
    if coding == _UCS2:
        return message.decode("utf-16-be", "replace")
    if coding == _LATIN1:
        return message.decode("latin-1")
    letters, escaped = [], False
    for byte in message:
        if byte == 0x1B and not escaped:
            escaped = True
            continue
        plain = _GSM[byte] if byte < len(_GSM) else "?"
        letters.append(_EXTENDED.get(byte, plain) if escaped else plain)
        escaped = False
    return "".join(letters)


def _place(header: bytes) -> tuple[int, int, int]:
    """Reference, count and number of a part, by its user data header (GSM 03.40)."""
    elements = header[1:]
    while len(elements) >= 2:
        kind, length = elements[0], elements[1]
        if kind == _CONCATENATED and length == 3:
            return elements[2], elements[3], elements[4]
        elements = elements[2 + length :]
    return 0, 1, 1


def _string(body: bytes) -> tuple[str, bytes]:
    end = body.index(b"\0")
    return body[:end].decode("ascii", "replace"), body[end + 1 :]


def _options(body: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(body) >= 4:
        tag, length = struct.unpack(">HH", body[:4])
        found[tag] = body[4 : 4 + length]
        body = body[4 + length :]
    return found
