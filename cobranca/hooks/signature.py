"""Signed webhooks, a card provider's and our own: who said it, what, and when.

Pure. `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA-256 over `SECONDS.BODY` with a shared
secret: the common form among providers. Old news is refused, so that a recorded request
cannot be sent again; what is told twice within the time is the inbox's to know.
"""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "X-Signature"
TOLERANCE_S = 300
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signature_of(secret: bytes, body: bytes, *, at_s: int) -> str:
    """Return the header for a body sent at that second of Unix time."""
    tag = hmac.new(secret, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={tag}"


def is_authentic(secret: bytes, body: bytes, header: str, *, now_s: float) -> bool:
    """Tell whether the provider signed this body, lately; compares in constant time."""
    found = _FORM.fullmatch(header)
    if found is None or abs(now_s - int(found[1])) > TOLERANCE_S:
        return False
    return hmac.compare_digest(signature_of(secret, body, at_s=int(found[1])), header)
