"""Somebody calls us: say who we are, and send the call to an agent if the centre is open.

The answer is left with the call first, in `ACORDO_NEXT` (`agent` or `closed`), so that the
dialplan knows it even if this process dies during the greeting. What is said when the
centre is closed, and the waiting, are the dialplan's.
"""

from __future__ import annotations

from datetime import datetime

from ura.flow.opening_hours import OpeningHours, is_open
from ura.ports import CallControl

NEXT = "ACORDO_NEXT"
WELCOME = "inbound_welcome"


async def inbound(channel: CallControl, now: datetime, opening: OpeningHours) -> str:
    """Hold the conversation; return what was decided. Raises CallOver."""
    decided = "agent" if is_open(now, opening) else "closed"
    await channel.set_variable(NEXT, decided)
    if decided == "agent":
        await channel.play(WELCOME)
    return decided
