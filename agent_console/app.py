"""The console's process: pages and interfaces on one port, nothing else allowed.

The only place that picks adapters.
"""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.api.guard import guard
from agent_console.api.routing import collected, install
from agent_console.doors.pace import Pace
from agent_console.doors.sessions import Sessions
from agent_console.doors.tries import Tries
from agent_console.live import install_live
from agent_console.pages import environment, folder
from agent_console.problems import as_problems
from agent_console.security import add_headers
from agent_console.services import (
    BUS,
    CLOCK,
    DATABASE,
    DOOR_SECRET,
    PACE,
    PASSWORDS,
    SESSIONS,
    SETTINGS,
    TEMPLATES,
    TRIES,
)
from agent_console.settings import ConsoleSettings
from agent_console.softphone import relay_metrics
from agent_console.static_files import compressed, prepare_static
from agent_console.supervision.keeper import install_keeper
from cobranca.people import demonstration
from cobranca.people.passwords import Passwords
from dialer.calls.store import AttemptRow
from foundation import bus
from foundation.bus import Bus
from foundation.clock import SystemClock
from foundation.db.engine import connect
from foundation.db.skew import require_clock
from foundation.embedded.valkey import redis_url
from foundation.health import listen
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_database
from foundation.routes import simulated

DATABASE_MISSING, LISTENER = "database", "pages"
LARGEST_BODY = 64 * 1024
POOL = 10

log = get_logger(__name__)


def application(
    settings: ConsoleSettings, engine: AsyncEngine, wire: Bus, passwords: Passwords
) -> web.Application:
    """The routes of `agent_console.routes`. Whatever is not named there is refused."""
    app = web.Application(
        middlewares=[as_problems, guard, compressed], client_max_size=LARGEST_BODY
    )
    console, clock = settings.console, SystemClock()
    app[SETTINGS] = settings
    app[DATABASE] = engine
    app[BUS] = wire
    app[CLOCK] = clock
    app[TEMPLATES] = environment()
    app[PASSWORDS] = passwords
    app[SESSIONS] = Sessions(
        wire.client, clock, idle_s=console.session_idle_s, longest_s=console.session_s
    )
    app[PACE] = Pace(console.requests_per_s)
    app[TRIES] = Tries(
        wire.client, per_login=console.login_tries, per_address=console.address_tries
    )
    app[DOOR_SECRET] = bytes.fromhex(Home(settings.home).secret("door"))
    install_live(app, wire)
    install_keeper(app)
    app.on_response_prepare.append(add_headers)
    install(app, collected())
    prepare_static(app)
    app.router.add_static("/static", folder("static"), show_index=False)
    return app


async def _close_demonstration(
    settings: ConsoleSettings, engine: AsyncEngine, passwords: Passwords
) -> None:
    """Where real people are rung, nobody comes in by a demonstration's login."""
    path = Home(settings.home).demo_logins
    if simulated(settings) or not path.exists():
        return
    async with engine.begin() as connection:
        closed = await demonstration.close_doors(connection, passwords, path)
    log.warning("demonstration_logins_closed", users=len(closed))


async def main(own: Process, settings: ConsoleSettings) -> None:
    """Serve until the process is to stop."""
    own.missing.lacks(DATABASE_MISSING)
    own.missing.lacks(LISTENER)
    engine = connect(settings, pool_size=POOL)
    client = bus.connect(redis_url(settings))
    passwords = Passwords()
    try:
        await reach_database(engine, table=AttemptRow.__tablename__)
        await require_clock(engine)
        own.missing.has(DATABASE_MISSING)
        await _close_demonstration(settings, engine, passwords)
        app = application(settings, engine, Bus(client), passwords)
        await passwords.prepare()
        console = settings.console
        async with listen(app, console.host, console.port, "console") as port:
            own.missing.has(LISTENER)
            log.info("console_listening", listens=f"http://{console.host}:{port}")
            if settings.turn.at:
                own.start(relay_metrics.serve(own, settings.turn.at), "turn")
            await own.stopping.wait()
    finally:
        passwords.close()
        await client.aclose()
        await engine.dispose()
