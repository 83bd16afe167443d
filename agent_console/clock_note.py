"""Says, in a demonstration whose contacts run on another day, which clock a page shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web

from agent_console.desk.tools import DESK
from agent_console.services import CLOCK, DATABASE
from agent_console.texts import TEXTS
from foundation.brasil.dates import format_instant

ANOTHER_DAY = timedelta(hours=1)  # less than that is nobody's demonstration


async def clock_note(request: web.Request) -> str:
    """The line for a page that shows real time; empty where there is but one clock."""
    async with request.app[DATABASE].connect() as connection:
        contacts = (await request.app[DESK].contact_clock(connection)).now()
    return note(request.app[CLOCK].now(), contacts)


def note(real: datetime, contacts: datetime) -> str:
    """What is to be said when it is `contacts` for those who are called.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 10, 15, tzinfo=UTC)
    >>> note(noon, noon + timedelta(minutes=1))
    ''
    >>> note(noon, noon + timedelta(days=9)).rpartition(": ")[2]
    'agora, 19/03/2026 12:00.'
    """
    if abs(contacts - real) < ANOTHER_DAY:
        return ""
    words = TEXTS.section("clock_note")["real"]
    return words.format(contacts=format_instant(contacts))
