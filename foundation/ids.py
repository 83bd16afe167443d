"""Identifiers: UUID version 7 (RFC 9562), so that rows sort by the time of making."""

from __future__ import annotations

import os
import time
from datetime import datetime
from uuid import UUID, uuid5

_INBOUND = UUID("6f1d6a54-9a2c-5c58-9f53-0b3ad0a4c0de")


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def first_uuid7(at: datetime) -> UUID:
    """Return the least UUIDv7 of that instant: a bound for what was made since.

    >>> from datetime import UTC
    >>> first_uuid7(datetime(2026, 3, 10, tzinfo=UTC)) < uuid7()
    True
    """
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


def inbound_attempt(channel: str) -> UUID:
    """Return the attempt id of an inbound call, which the switch named before we did.

    >>> inbound_attempt("1732224000.7") == inbound_attempt("1732224000.7")
    True
    """
    return uuid5(_INBOUND, channel)
