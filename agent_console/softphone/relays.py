"""What a browser shows a TURN server to be let in: a name with an end, and our signature.

The server knows the secret and nothing of people: the name is the time at which it stops
being believed and the page's name (the TURN REST scheme, which coturn calls
`use-auth-secret`). Pure. It may not touch: who holds which seat.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

# a leg stays up for a whole shift, and refreshes its relay with what it was given first
LIFE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Relay:
    """One entry of a browser's `iceServers`."""

    urls: tuple[str, ...]
    username: str
    credential: str


def relays(
    urls: tuple[str, ...], secret: str | None, page: str, now: datetime
) -> tuple[Relay, ...]:
    """None when there is no server, or no secret to be believed by it.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    >>> relays(("turn:relay:3478",), "secret", "00ff", at)[0].username
    '1773194400:00ff'
    """
    if not urls or not secret:
        return ()
    name = f"{int((now + LIFE).timestamp())}:{page}"
    # the scheme is SHA-1's, which is sound inside an HMAC
    signed = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return (Relay(urls, name, base64.b64encode(signed).decode()),)
