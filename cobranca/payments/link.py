"""Payment links: one signed token per agreement, which expires and can be revoked.

Pure. The token holds the agreement's id, the hour at which it ends and a turn number, and
a tag of 128 bits by HMAC-SHA-256 with a key of its own purpose; 51 letters and digits in
all. Nobody can make a valid one or walk from one to the next, and it tells neither
debtor nor debt. Revoking is raising the agreement's turn: older tokens no longer count.
Wrong, foreign and altered tokens are all the same `Invalid`, so that answers teach nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

PURPOSE = "payment links"  # of the key, derived from the installation's index key
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_BODY, _TAG = 22, 16  # bytes: id 16, hour 4, turn 2
LENGTH = 51


@dataclass(frozen=True, slots=True)
class Linked:
    """What a valid token leads to; the caller compares `turn` with the agreement's."""

    agreement_id: UUID
    turn: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a token does not count."""

    why: Literal["invalid", "expired"]


def token_of(key: bytes, agreement_id: UUID, *, turn: int, ends_at: datetime) -> str:
    """Return the token; it ends at the full hour at or before `ends_at`."""
    hour = (ends_at - _EPOCH) // _HOUR
    body = agreement_id.bytes + hour.to_bytes(4, "big") + turn.to_bytes(2, "big")
    return _encoded(body + _tag(key, body))


def read_token(key: bytes, token: str, *, now: datetime) -> Linked | Refused:
    """Read a token from an address; compares in constant time."""
    try:
        content = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return Refused("invalid")
    body, tag = content[:_BODY], content[_BODY:]
    if len(content) != _BODY + _TAG or _encoded(content) != token:
        return Refused("invalid")
    if not hmac.compare_digest(tag, _tag(key, body)):
        return Refused("invalid")
    ends_at = _EPOCH + int.from_bytes(body[16:20], "big") * _HOUR
    if now >= ends_at:
        return Refused("expired")
    return Linked(UUID(bytes=body[:16]), int.from_bytes(body[20:22], "big"), ends_at)


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_TAG]


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
