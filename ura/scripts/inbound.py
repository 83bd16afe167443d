"""Somebody calls us: say who we are, and send the call to an agent if the centre is open.

Where the automatic conversation answers, it comes first. The answer is left with the call
before anything is heard, in `ACORDO_NEXT` (`agent`, `closed` or `talk`), so that the
dialplan knows it even if this process dies during the greeting. What is said when the
centre is closed, and the waiting, are the dialplan's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from cobranca.inbound.opening_hours import OpeningHours, is_open
from ura.ports import CallControl

NEXT = "ACORDO_NEXT"
WELCOME = "inbound_welcome"


async def inbound(
    channel: CallControl,
    now: datetime,
    opening: OpeningHours,
    talk: Callable[[], Awaitable[bool]] | None = None,
) -> str:
    """Hold the conversation; return what was decided. Raises CallOver.

    `talk` leads the caller into the automatic conversation, at any hour, where there is
    one for the number called; what then is left with the call is its.
    """
    decided = "agent" if is_open(now, opening) else "closed"
    await channel.set_variable(NEXT, decided)
    if talk is not None and await talk():
        return "talk"
    if decided == "agent":
        await channel.play(WELCOME)
    return decided
