"""What a portal link looks like: an identifier that only we can have made.

Pure. It tells neither debtor nor debt, and nobody walks from one to the next: 74 random
bits in the id, and a tag of 96 bits by HMAC-SHA-256 with a key of its own purpose. How long
it lives and whether it was used stands in the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

PURPOSE = "portal links"  # of the key, derived from the installation's index key
STOP_PURPOSE = "no more messages"  # of the key of the addresses that end them
LENGTH = 38
_ID, _TAG = 16, 12  # bytes


def token_of(key: bytes, name: UUID) -> str:
    """Return the token of a link.

    >>> len(token_of(b"k" * 32, UUID(int=7)))
    38
    """
    return _encoded(name.bytes + _tag(key, name.bytes))


def read_token(key: bytes, token: str) -> UUID | None:
    """Return whose token it is; None for a wrong, foreign or altered one, all alike."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    body, tag = content[:_ID], content[_ID:]
    right = hmac.compare_digest(tag, _tag(key, body)) and _encoded(content) == token
    return UUID(bytes=body) if right else None


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_TAG]


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
