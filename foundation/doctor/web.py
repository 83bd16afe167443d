"""Whether browsers would trust the door to the web, and for how long."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

from foundation.doctor.findings import Finding
from foundation.preflight import is_loopback
from foundation.system_reasons import reason

LIMIT_S = 5.0
SOON_DAYS = 14
_DAY_S = 86400


def site(address: str, authorities: Path | None, now: datetime) -> Finding:
    """`address` is NAME or NAME:PORT, as people write it into a browser."""
    name, _, port = address.removeprefix("https://").rstrip("/").partition(":")
    where = f"{name}:{port or 443}"
    try:
        until, subject = _certificate(name, int(port or 443), authorities)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "TLS"
        return Finding("TLS", "tls_untrusted", "bad", {"where": where, "why": why})
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        return Finding("TLS", "tls_silent", "bad", {"where": where, "why": why})
    days = int((until - now).total_seconds() // _DAY_S)
    values: dict[str, object] = {"where": where, "days": days, "name": subject}
    soon = days < SOON_DAYS
    return Finding(
        "TLS", "tls_soon" if soon else "tls_good", "warn" if soon else "ok", values
    )


def unasked(console: str, *, contained: bool) -> Finding:
    """What can be said as long as nobody told the name that browsers use."""
    if contained:
        return Finding("TLS", "tls_unasked", "warn")
    if is_loopback(console):
        return Finding("TLS", "tls_enough", "ok", {"where": console})
    return Finding("TLS", "tls_absent", "warn", {"where": console})


def _certificate(name: str, port: int, authorities: Path | None) -> tuple[datetime, str]:
    context = ssl.create_default_context(
        cafile=None if authorities is None else authorities
    )
    with (
        socket.create_connection((name, port), LIMIT_S) as plain,
        context.wrap_socket(plain, server_hostname=name) as closed,
    ):
        certificate = closed.getpeercert() or {}
    until = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    return datetime.fromtimestamp(until, UTC), name
