"""Lines of the switch's own record, as Asterisk 22 writes them."""

from __future__ import annotations

import json
from datetime import datetime


def cel_line(
    event: str, at: datetime | float, channel: str, *, cause: int = 16, code: int = 180
) -> str:
    """One line; `cause` is a HANGUP's, `code` a LAST_WORD's."""
    extra: dict[str, object] = {}
    if event == "HANGUP":
        extra = {"hangupcause": cause, "hangupsource": "", "dialstatus": ""}
    if event == "LAST_WORD":
        extra = {"extra": str(code)}
    seconds = at.timestamp() if isinstance(at, datetime) else at
    shown = json.dumps(extra).replace('"', '""') if extra else ""
    name = f"PJSIP/trunk-{channel}"
    return f'"{event}","{seconds:.6f}","{channel}","{channel}","{name}","{shown}"\n'
