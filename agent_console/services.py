"""What handlers work with, under typed keys of the application: `request.app[DATABASE]`."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.doors.pace import Pace
from agent_console.doors.sessions import Sessions
from agent_console.doors.tries import Tries
from agent_console.pages import TEMPLATES
from agent_console.settings import ConsoleSettings
from cobranca.people.passwords import Passwords
from foundation.bus import Bus
from foundation.clock import Clock

__all__ = [
    "BUS",
    "CLOCK",
    "DATABASE",
    "DOOR_SECRET",
    "PACE",
    "PASSWORDS",
    "SESSIONS",
    "SETTINGS",
    "TEMPLATES",
    "TRIES",
]  # fmt: skip

SETTINGS = web.AppKey("settings", ConsoleSettings)
DATABASE = web.AppKey("database", AsyncEngine)
BUS = web.AppKey("bus", Bus)
CLOCK = web.AppKey[Clock]("clock")  # real time; compliance has a clock of its own
PASSWORDS = web.AppKey("passwords", Passwords)
SESSIONS = web.AppKey("sessions", Sessions)
PACE = web.AppKey("pace", Pace)
TRIES = web.AppKey("tries", Tries)
DOOR_SECRET = web.AppKey("door_secret", bytes)
