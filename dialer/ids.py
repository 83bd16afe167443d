"""Ids of inbound attempts, which the switch named before we did. Pure."""

from __future__ import annotations

from uuid import UUID, uuid5

_INBOUND = UUID("6f1d6a54-9a2c-5c58-9f53-0b3ad0a4c0de")


def attempt_of_inbound(given: str, channel: str) -> str:
    """Return the dialplan's attempt id, or one derived from the channel's unique id."""
    try:
        return str(UUID(given))
    except ValueError:
        return str(uuid5(_INBOUND, channel))
